/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * git as azk series uses it: the user's configuration and environment have no
 * say, so that the same series gives the same bytes on every machine.
 */
#ifndef AZK_SERIES_GIT_H
#define AZK_SERIES_GIT_H

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

/* The canonical patch text (lib/patch.h) of commit @rev, appended to @out. */
int git_format_patch(const char *dir, const char *rev, struct buf *out);

/* Print "git WHAT: first line of @err" as AZK_EX_TOOL and return that. */
int git_failed(const char *where, const char *what, const struct buf *err);

/* Forget variables such as GIT_DIR that a git hook leaves around. */
void git_clean_environment(void);

#endif
