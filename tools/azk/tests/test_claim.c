// SPDX-License-Identifier: GPL-2.0-only
/* The grammar of claims, and whether one holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/claim.h"

static void test_ratio(void **state)
{
	struct claim c;
	char *s;

	assert_null(claim_parse("boot.trace_event_update_all_instructions <= 0.10x upstream",
				&c));
	assert_string_equal(c.kind, "boot");
	assert_string_equal(c.name, "trace_event_update_all_instructions");
	assert_true(c.ratio);
	assert_int_equal(c.op, CLAIM_LE);
	assert_true(claim_on(&c, "q35"));
	assert_true(claim_holds(&c, 86e6, 860e6));
	assert_false(claim_holds(&c, 86000001, 860e6));
	s = claim_str(&c);
	assert_string_equal(s, "boot.trace_event_update_all_instructions <= 0.1x upstream");
	free(s);
	claim_free(&c);
}

static void test_absolute(void **state)
{
	struct claim c;
	char *s;

	assert_null(claim_parse("  boot.instructions_to_init\t<= 850000000 on q35 microvm ",
				&c));
	assert_false(c.ratio);
	assert_true(claim_holds(&c, 850000000, 0));
	assert_false(claim_holds(&c, 850000001, 1e12));
	assert_true(claim_on(&c, "microvm"));
	assert_false(claim_on(&c, "virt"));
	s = claim_str(&c);
	assert_string_equal(s, "boot.instructions_to_init <= 850000000 on q35 microvm");
	free(s);
	claim_free(&c);
}

static void test_operators(void **state)
{
	static const struct {
		const char *op;
		bool below, equal, above;
	} ops[] = {
		{ "<=", true, true, false }, { "<", true, false, false },
		{ ">=", false, true, true }, { ">", false, false, true },
		{ "==", false, true, false },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		char text[64] = "storage.x ";
		struct claim c;

		strcat(strcat(text, ops[i].op), " 5");
		assert_null(claim_parse(text, &c));
		assert_int_equal(claim_holds(&c, 4, 0), ops[i].below);
		assert_int_equal(claim_holds(&c, 5, 0), ops[i].equal);
		assert_int_equal(claim_holds(&c, 6, 0), ops[i].above);
		claim_free(&c);
	}
}

static void test_row(void **state)
{
	struct claim c;

	assert_null(claim_parse("boot.self.setup_boot_APIC_clock <= 0.35x upstream", &c));
	assert_string_equal(c.kind, "boot");
	assert_string_equal(c.name, "self.setup_boot_APIC_clock");
	claim_free(&c);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
		{ "", "Requires a metric, an operator and a bound" },
		{ "instructions <= 5", "KIND.NAME" },
		{ "disk.x <= 5", "begins with boot." },
		{ "boot. <= 5", "snake_case" },
		{ "boot.Init <= 5", "snake_case" },
		{ "boot.a. <= 5", "snake_case" },
		{ "boot.a. <= 5", "snake_case" },
		{ "boot.x", "Requires one of <=" },
		{ "boot.x = 5", "Requires one of <=" },
		{ "boot.x <= ", "Requires a number" },
		{ "boot.x <= -5", "Requires a number" },
		{ "boot.x <= 1e9", "Requires a number" },
		{ "boot.x <= 5.", "Requires a number" },
		{ "boot.x <= .5", "Requires a number" },
		{ "boot.x <= 0x10", "Requires a number" },
		{ "boot.x <= 0.5xx upstream", "Requires a number" },
		{ "boot.x <= 99999999999999999999", "Requires a number" },
		{ "boot.x <= 0.5x", "Requires the word 'upstream'" },
		{ "boot.x <= 0.5x ours", "Requires the word 'upstream'" },
		{ "boot.x <= 0.5 upstream", "'0.5x upstream'" },
		{ "boot.x <= 5 q35", "only 'on MACHINE" },
		{ "boot.x <= 5 on", "Requires a machine" },
		{ "boot.x <= 5 on mars", "is no machine" },
		{ "boot.x <= 5 on q35 q35", "named twice" },
		{ "boot.x <= 5 on q35, virt", "is no machine" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct claim c;
		char *why = claim_parse(bad[i].text, &c);

		assert_non_null(why);
		if (!strstr(why, bad[i].words))
			fail_msg("'%s' gave '%s'", bad[i].text, why);
		free(why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_row),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
