/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What azk says to a person. An error is one line with three parts: where,
 * what, and what to do. Steps are progress lines, silent off a terminal.
 */
#ifndef AZK_LIB_MSG_H
#define AZK_LIB_MSG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define __printf(a, b)	__attribute__((format(printf, a, b)))

/*
 * Print "azk: WHERE: WHAT; TODO" on stderr and return @code, so that a caller
 * can write "return azk_err(...)". @where is "file:line", a file, or NULL; the
 * format makes WHAT; @todo says what to do next, or is NULL when WHAT does.
 */
int azk_err(int code, const char *where, const char *todo, const char *fmt, ...)
	__printf(4, 5);

/* The line of azk_err() alone, to a stream: for tests and for collecting. */
void azk_err_line(FILE *to, const char *where, const char *todo,
		  const char *fmt, va_list ap);

/* "where:line" in a static-free way: formats into @buf and returns it. */
const char *azk_at(char *buf, size_t size, const char *file, int line);

struct azk_step {
	const char *name;
	double t0;		/* seconds, CLOCK_MONOTONIC */
	int tty;		/* stderr is a terminal */
};

/* Begin a step: on a terminal shows "NAME: WHAT ..." at once. */
void azk_step_begin(struct azk_step *s, const char *name, const char *what);

/* Update a running step in place (percentages, counts); terminals only. */
void azk_step_show(struct azk_step *s, const char *fmt, ...) __printf(2, 3);

/* End it: on a terminal leaves "NAME: RESULT  (1.2 s)". */
void azk_step_end(struct azk_step *s, const char *fmt, ...) __printf(2, 3);

/* Seconds on CLOCK_MONOTONIC. */
double azk_now(void);

#endif
