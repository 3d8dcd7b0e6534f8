/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kbuild writes beside each thing it makes: ".NAME.cmd" with the command,
 * for a compiled file also its source and each header that it read
 * (scripts/basic/fixdep.c, scripts/Kbuild.include). And lists of objects: the
 * ".mod" file of a module, thin archives. Called by kfrom.c.
 */
#ifndef AZK_LIB_KCMD_H
#define AZK_LIB_KCMD_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct kcmd {
	struct strv words;	/* of the command, without quotes and separators */
	char *source;		/* as written, relative to the build; NULL: none */
	struct strv deps;	/* other files read, likewise */
};

/* "a/b/.c.o.cmd" for "a/b/c.o"; caller frees. */
char *kcmd_path(const char *build, const char *target);
bool kcmd_exists(const char *build, const char *target);

/*
 * Parse @text; @name stands in messages. AZK_OK, or AZK_EX_INPUT when it holds
 * no command. kcmd_free() in either case.
 */
int kcmd_parse(const char *name, const char *text, struct kcmd *k);

/* Read and parse that of @target. Also AZK_EX_NOFILE, AZK_EX_SYSTEM. */
int kcmd_read(const char *build, const char *target, struct kcmd *k);
void kcmd_free(struct kcmd *k);

/*
 * Names of the members of a thin archive (GNU ar's T), relative to the folder
 * that the archive is in, appended to @out. AZK_OK, or AZK_EX_INPUT after one
 * line when it is no thin archive or is cut. An empty archive has none.
 */
int kcmd_members(const char *name, const void *data, size_t len, struct strv *out);

#endif
