/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors that are collected, sorted by place and printed together, so that a
 * person sees every wrong line of a file set in one run. An error has one
 * head line and any number of indented lines with what is behind it.
 */
#ifndef AZK_LIB_ERRS_H
#define AZK_LIB_ERRS_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "buf.h"

struct err {
	char *file;		/* NULL when it belongs to no file */
	int line;		/* 0 when it belongs to no line */
	char *text;		/* what is wrong and what to do */
	struct strv more;	/* the indented lines */
};

struct errs {
	struct err *v;
	size_t n, cap;
};

#define ERRS_INIT { NULL, 0, 0 }

/* Add one; @file may be NULL and @line 0. The strings are copied. */
void errs_add(struct errs *e, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Add an indented line to the error added last. */
void errs_more(struct errs *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Order by file name, line, text. Errors without a file come last. */
void errs_sort(struct errs *e);

/* "azk: file:line: text" and the indented lines, in the present order. */
void errs_print(const struct errs *e, FILE *to);

/* [{"file":, "line":, "text":, "more": [..]}, ...]; the caller owns it. */
json_t *errs_json(const struct errs *e);

void errs_free(struct errs *e);

#endif
