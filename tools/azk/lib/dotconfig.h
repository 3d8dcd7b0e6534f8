/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A complete .config as a sorted list of names and values, and the difference
 * between two of them.
 */
#ifndef AZK_LIB_DOTCONFIG_H
#define AZK_LIB_DOTCONFIG_H

#include "buf.h"
#include "fragment.h"

/*
 * All options in @text, sorted by name; of a name that stands twice the last
 * one counts, as for the kernel. Lines that are no options are skipped: this
 * is the kernel's output or a packager's file, not a fragment of ours.
 */
void dotconfig_parse(const char *file, const char *text, struct options *to);

/* Value of @name in sorted @o, or NULL. */
const char *dotconfig_get(const struct options *o, const char *name);

/*
 * @text without the lines for the names in @set, then those of @set: what the
 * kernel reads when @set is merged over @text.
 */
void dotconfig_merge(const char *text, const struct options *set, struct buf *out);

/* One difference: a value is NULL where the symbol does not stand. */
struct config_change {
	const char *name, *a, *b;	/* point into the two lists */
};

/*
 * Differences of sorted @a and @b, by name; "is not set" and absent count as
 * the same when @fold. Returns the number, *@out is owned by the caller.
 */
size_t dotconfig_diff(const struct options *a, const struct options *b,
		      bool fold, struct config_change **out);

#endif
