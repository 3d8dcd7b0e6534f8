/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options as a table: parsing and --help come from the same rows.
 */
#ifndef AZK_LIB_OPT_H
#define AZK_LIB_OPT_H

#include <stdbool.h>
#include <stdint.h>

enum opt_kind {
	OPT_FLAG,	/* bool *: set to true */
	OPT_STR,	/* const char **: points into argv */
	OPT_INT,	/* int *: decimal, not negative */
	OPT_SIZE,	/* uint64_t *: bytes, suffix K, M, G, T (powers of 1024) */
	OPT_LIST,	/* struct strv *: may be given more than once */
};

struct opt {
	const char *name;	/* without the dashes */
	const char *arg;	/* name of the value in --help, NULL for a flag */
	const char *help;	/* one line */
	enum opt_kind kind;
	void *to;
};

struct opt_usage {
	const char *cmd;	/* "azk boot" */
	const char *args;	/* what follows the options: "KERNEL [-- COMMAND]" */
	const char *what;	/* one or more lines: what it does */
	const char *example;	/* one or more command lines */
	const char *more;	/* printed last (exit codes, ...), or NULL */
	const struct opt *opts;	/* ended by a NULL name */
};

/* Returned by opt_parse() when --help was printed: leave with AZK_OK. */
#define OPT_HELP (-1)

/*
 * Parse argv[1..argc-1]. Options may stand before or after plain arguments;
 * "--" ends them. Plain arguments are moved to the front: argv[1..*nargs].
 * What follows "--" is at argv[*rest..argc-1] (*rest == argc if there is none).
 * Returns AZK_OK, OPT_HELP, or AZK_EX_USAGE after one line that names the
 * option and shows where --help is.
 */
int opt_parse(const struct opt_usage *u, int argc, char **argv,
	      int *nargs, int *rest);

void opt_help(const struct opt_usage *u);

/* One "CMD: WHAT; see 'CMD --help'" line; returns AZK_EX_USAGE. */
int opt_bad(const struct opt_usage *u, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "512M" to bytes. False when it is not a size. */
bool opt_size(const char *s, uint64_t *bytes);

#endif
