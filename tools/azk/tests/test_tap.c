// SPDX-License-Identifier: GPL-2.0-only
/* TAP: what counts as passed, and above all what must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/tap.h"

static void counts(const char *text, int code, size_t passed, size_t failed,
		   size_t skipped)
{
	struct tap t;

	tap_parse("prog", text, code, &t);
	if (t.passed != passed || t.failed != failed || t.skipped != skipped)
		fail_msg("'%s' code %d: %zu %zu %zu", text, code, t.passed, t.failed,
			 t.skipped);
	tap_free(&t);
}

static void counts_lines(void **state)
{
	counts("1..2\nok 1 - a\nok 2 - b\n", 0, 2, 0, 0);
	counts("TAP version 13\nok 1 a\nok\n1..2\n", 0, 2, 0, 0);
	counts("ok 1 - a\nnot ok 2 - b\n", 1, 1, 1, 0);
	counts("ok 1 - a # SKIP no KVM\nok 2 - b\n", 0, 1, 0, 1);
	counts("ok 1 - a # skip\nok 2\n", 0, 1, 0, 1);
	counts("1..0 # SKIP no network\n", 0, 0, 0, 1);
	counts("okay then\nok 1 - x\n", 0, 1, 0, 0);
	counts("ok 1 - issue #5 skipped over\n", 0, 1, 0, 0);
}

static void subtests_are_detail(void **state)
{
	counts("KTAP version 1\n1..1\n    1..2\n    ok 1 x\n    not ok 2 y\nnot ok 1 all\n",
	       1, 0, 1, 0);
}

static void silence_is_no_pass(void **state)
{
	counts("", 0, 0, 1, 0);
	counts("hello\n", 0, 0, 1, 0);
	counts("ok 1 - a\n", 3, 1, 1, 0);
	counts("1..3\nok 1 - a\nok 2 - b\n", 0, 2, 1, 0);
	counts("1..1\nok 1\nok 2\n", 0, 2, 1, 0);
	counts("1..2\nok 1\nBail out! no disk\n", 255, 1, 1, 0);
	counts("ok 1 - a\n", 124, 1, 1, 0);
	counts("not ok 1 - a # EXPECTED later\n", 0, 0, 1, 0);
	counts("not ok 1 - a # SKIP no\n", 0, 0, 1, 0);
	counts("1..0\n", 0, 0, 1, 0);
}

static void keeps_names_and_reasons(void **state)
{
	struct tap t;

	tap_parse("p", "ok 1 - a b # SKIP no KVM here\nnot ok 2 - c\n# why\n", 1, &t);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.v[0].name, "a b");
	assert_string_equal(t.v[0].detail, "no KVM here");
	assert_string_equal(t.v[1].name, "c");
	assert_string_equal(t.v[1].detail, "# why");
	tap_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_lines),
		cmocka_unit_test(subtests_are_detail),
		cmocka_unit_test(silence_is_no_pass),
		cmocka_unit_test(keeps_names_and_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
