/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run an outside program to its end. The child is told to die with azk
 * (PR_SET_PDEATHSIG), so that nothing stays behind when azk is killed.
 */
#ifndef AZK_LIB_RUN_H
#define AZK_LIB_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

struct run {
	const char *const *argv;	/* NULL-terminated; argv[0] found in PATH */
	const char *cwd;		/* or NULL */
	const char *const *env;		/* "K=V" added to the environment, or NULL */
	const char *in;			/* text for standard input, or NULL for none */
	size_t in_len;			/* 0: strlen(in) */
	struct buf *out;		/* gets standard output; NULL: inherited */
	struct buf *err;		/* gets standard error; may equal @out */
	bool quiet;			/* not captured output goes to /dev/null */
};

/*
 * Returns the exit code (0 to 255), 128 + N when killed by signal N, or
 * -1 when the program could not be started (errno tells). Prints nothing.
 */
int run(const struct run *r);

/* run() for a plain command; NULL-terminated words after @out. */
int run_words(struct buf *out, const char *word, ...)
	__attribute__((sentinel));

#endif
