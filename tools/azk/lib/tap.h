/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test program prints: TAP or KTAP, and what it amounts to. Called by
 * azk test; also fit for the output of tests that ran in a guest.
 */
#ifndef AZK_LIB_TAP_H
#define AZK_LIB_TAP_H

#include <stdbool.h>
#include <stddef.h>

enum tap_result { TAP_PASS, TAP_FAIL, TAP_SKIP };

struct tap_case {
	enum tap_result result;
	char *name;
	char *detail;		/* reason of a skip, or lines that followed a
				 * failure; "" when none */
};

struct tap {
	struct tap_case *v;
	size_t n;
	size_t passed, failed, skipped;
};

/*
 * Parse the @text of a program that ended with @code (0 to 255, 124 when it
 * was stopped for time). Lines at the margin count: "ok", "not ok", with
 * "# SKIP reason"; "1..0 # SKIP reason" skips the whole program; "1..N" and
 * "Bail out!". Indented lines (KTAP subtests) are detail of the line that sums
 * them up. A failure is added when the plan is not met, when the exit code is
 * not 0 although no line says "not ok", and when nothing was tested: a program
 * cannot pass by saying little. @name stands for the program in those cases.
 * A failure that a directive excuses counts all the same.
 */
void tap_parse(const char *name, const char *text, int code, struct tap *t);

/* Add a case; @name and @detail are copied. */
void tap_add(struct tap *t, enum tap_result r, const char *name, const char *detail);

void tap_free(struct tap *t);

#endif
