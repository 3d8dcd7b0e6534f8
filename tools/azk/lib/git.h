/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * git as a program, for the trees under out/. The user's configuration, hooks
 * and GIT_* variables have no say, so the same input gives the same commits on
 * every machine.
 */
#ifndef AZK_LIB_GIT_H
#define AZK_LIB_GIT_H

#include "buf.h"

struct git {
	const char *dir;	/* run there: a work tree or a .git folder */
	struct strv env;	/* "K=V" added for every call */
};

#define GIT_INIT(d) { .dir = (d), .env = STRV_INIT }

/*
 * Run "git WORDS..." with @in (or NULL) as input; the words end with NULL.
 * Standard output is added to @out (NULL: dropped), less the newline at its
 * end; standard error to @err (NULL: dropped). Returns git's exit code, -1
 * when git could not be started.
 */
int git(const struct git *g, const struct buf *in, struct buf *out,
	struct buf *err, ...) __attribute__((sentinel));

/*
 * The same from an argv, "git" first and NULL last; output is not trimmed, so
 * that a patch or a file comes back byte for byte.
 */
int git_raw(const struct git *g, const struct buf *in, struct buf *out,
	    struct buf *err, const char *const *argv);

/*
 * The same for a call that has to work: when it fails one line is printed
 * with git's own last words and AZK_EX_TOOL returned.
 */
int git_must(const struct git *g, const struct buf *in, struct buf *out, ...)
	__attribute__((sentinel));

void git_done(struct git *g);

#endif
