/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list of what is wrong, for checks that must not stop at the first thing.
 *
 * Enters: findings of parsers and checks, each with file, line and words.
 * Leaves: lines on stderr and a JSON array. An error makes a check fail, a
 * note does not. Every function that adds takes a NULL list too: then the
 * line is printed at once, for callers that stop at the first error anyway.
 */
#ifndef AZK_LIB_PROBLEM_H
#define AZK_LIB_PROBLEM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct problem {
	char *file;		/* NULL when it is about no file */
	int line;		/* 0 when it is about the whole file */
	char *what;		/* "WHAT" or "WHAT; ADVICE" */
	bool note;
};

struct problems {
	struct problem *v;
	size_t n, cap;
	size_t errors;		/* those that are not notes */
};

#define PROBLEMS_INIT { NULL, 0, 0, 0 }

/* Add an error. @file, @line, @todo as in struct problem; @todo may be NULL. */
void problem_add(struct problems *p, const char *file, int line,
		 const char *todo, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Add a note. Not printed at all when @p is NULL. */
void problem_note(struct problems *p, const char *file, int line,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* One line each on stderr, in the order they were found, notes last. */
void problems_print(const struct problems *p);

/* [{"file":, "line":, "what":, "kind": "error"|"note"}]; a new reference. */
json_t *problems_json(const struct problems *p);

void problems_free(struct problems *p);

#endif
