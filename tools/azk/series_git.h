/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * git as azk series uses it: lib/git.h, and beside the user's configuration
 * the tree's own has no say either in what applies and how a patch is
 * written, so that the same series gives the same bytes on every machine.
 */
#ifndef AZK_SERIES_GIT_H
#define AZK_SERIES_GIT_H

#include <stdbool.h>

struct buf;

/*
 * Run "git WORDS" in @dir; the words end with NULL. @out and @err get the
 * output (NULL: thrown away). Returns the exit code, -1 when git is not there.
 */
int git_do(const char *dir, struct buf *out, struct buf *err, ...)
	__attribute__((sentinel));

/* The same from an array that does not hold "git" itself. */
int git_argv(const char *dir, struct buf *out, struct buf *err,
	     const char *const *words);

/*
 * Is there a git work tree at @dir itself that has the tag @tag? A plain
 * folder inside some other repository is none.
 */
bool git_has_tag(const char *dir, const char *tag);

/* The canonical patch text (lib/patch.h) of commit @rev, appended to @out. */
int git_format_patch(const char *dir, const char *rev, struct buf *out);

/* Print "git WHAT: first line of @err" as AZK_EX_TOOL and return that. */
int git_failed(const char *where, const char *what, const struct buf *err);

#endif
