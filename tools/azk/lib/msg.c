// SPDX-License-Identifier: GPL-2.0-only
/* Errors and progress on stderr; stdout is kept for results. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"

double azk_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void azk_err_line(FILE *to, const char *where, const char *todo,
		  const char *fmt, va_list ap)
{
	fputs("azk: ", to);
	if (where)
		fprintf(to, "%s: ", where);
	vfprintf(to, fmt, ap);
	if (todo)
		fprintf(to, "; %s", todo);
	fputc('\n', to);
}

int azk_err(int code, const char *where, const char *todo, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	azk_err_line(stderr, where, todo, fmt, ap);
	va_end(ap);
	return code;
}

const char *azk_at(char *buf, size_t size, const char *file, int line)
{
	snprintf(buf, size, "%s:%d", file, line);
	return buf;
}

void azk_step_begin(struct azk_step *s, const char *name, const char *what)
{
	s->name = name;
	s->t0 = azk_now();
	s->tty = isatty(STDERR_FILENO);
	if (s->tty) {
		fprintf(stderr, "%s: %s ...", name, what);
		fflush(stderr);
	}
}

static void step_line(struct azk_step *s, const char *fmt, va_list ap)
{
	fprintf(stderr, "\r\033[K%s: ", s->name);
	vfprintf(stderr, fmt, ap);
}

void azk_step_show(struct azk_step *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->tty)
		return;
	va_start(ap, fmt);
	step_line(s, fmt, ap);
	va_end(ap);
	fprintf(stderr, "  (%.0f s)", azk_now() - s->t0);
	fflush(stderr);
}

void azk_step_end(struct azk_step *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->tty)
		return;
	va_start(ap, fmt);
	step_line(s, fmt, ap);
	va_end(ap);
	fprintf(stderr, "  (%.1f s)\n", azk_now() - s->t0);
}
