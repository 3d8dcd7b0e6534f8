/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results in KTAP (Documentation/dev-tools/ktap.rst), a line a test. Included by
 * each program of selftests/, which is one static program that runs in a guest.
 */
#ifndef SELFTESTS_KTAP_H
#define SELFTESTS_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct ktap {
	int n, failed;
};

static inline void ktap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

__attribute__((format(printf, 3, 4)))
static inline bool ktap(struct ktap *k, bool ok, const char *name, ...)
{
	va_list args;

	k->n++;
	k->failed += !ok;
	printf("%s %d ", ok ? "ok" : "not ok", k->n);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	putchar('\n');
	return ok;
}

__attribute__((format(printf, 3, 4)))
static inline void ktap_skip(struct ktap *k, const char *why, const char *name, ...)
{
	va_list args;

	k->n++;
	printf("ok %d ", k->n);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	printf(" # SKIP %s\n", why);
}

/*
 * Right is @ok, but kernels are known to fail here: @why names the function of the
 * kernel that does. Such a failure is a skip with that reason; once it is mended the
 * line is an "ok" like any other.
 */
__attribute__((format(printf, 4, 5)))
static inline bool ktap_known(struct ktap *k, bool ok, const char *why, const char *name, ...)
{
	va_list args;

	k->n++;
	printf("ok %d ", k->n);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	if (ok)
		putchar('\n');
	else
		printf(" # SKIP fails: %s\n", why);
	return ok;
}

/* The plan, at the end; the program's exit code. */
static inline int ktap_end(const struct ktap *k)
{
	printf("1..%d\n", k->n);
	return k->failed ? 1 : 0;
}

#endif
