/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A config fragment: some lines of a .config, in the kernel's own syntax, and
 * for each option or group the reason why it is there.
 *
 *	# reason: the host offers its disks and networks only over VMBus;
 *	# nothing else here works without it
 *	CONFIG_HYPERV=y
 *	CONFIG_HYPERV_VMBUS=y
 *
 * A group ends at a blank line; the next one needs a reason of its own.
 */
#ifndef AZK_LIB_FRAGMENT_H
#define AZK_LIB_FRAGMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "errs.h"

struct option {
	char *name;		/* without CONFIG_ */
	char *value;		/* as written: y, m, n, 12, 0x10, "text" */
	char *reason;		/* one line, joined; "" when missing (an error) */
	char *file;
	int line;
};

struct options {
	struct option *v;
	size_t n, cap;
};

#define OPTIONS_INIT { NULL, 0, 0 }

/*
 * Append the options in @text to @to, in their order. @file is for messages.
 * Wrong lines are added to @errs with file:line and left out.
 */
void fragment_parse(const char *file, const char *text, struct options *to,
		    struct errs *errs);

/*
 * One "CONFIG_X=value" or "# CONFIG_X is not set" line. Returns 1 and owned
 * strings in @name and @value, 0 when the line is no option line, -1 when it
 * tries to be one and is not; then @what says what is wrong.
 */
int option_line(const char *line, char **name, char **value, const char **what);

/*
 * One error for each symbol that stands more than once in @o, at the later
 * line, naming both. The later ones are removed from @o.
 */
void options_unique(struct options *o, struct errs *errs);

/* First option called @name, or NULL. */
struct option *options_find(const struct options *o, const char *name);

/* "CONFIG_X=value" or "# CONFIG_X is not set"; the caller owns it. */
char *option_text(const char *name, const char *value);

void options_free(struct options *o);

#endif
