// SPDX-License-Identifier: GPL-2.0-only
/* The lines of tools/guest/protocol.h, good and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/verdict.h"

static void good_lines(void **state)
{
	struct verdict v = { 0 };

	assert_true(verdict_line(&v, "azk-init start tsc=18446744073709551615 "
				 "clock_ns=789012345 memfree_kb=452172"));
	assert_true(v.started);
	assert_true(v.tsc == UINT64_MAX);
	assert_int_equal(v.clock_ns, 789012345);
	assert_int_equal(v.memfree_kb, 452172);
	assert_true(verdict_line(&v, "azk-init printk us=1536237"));
	assert_int_equal(v.printk_us, 1536237);
	assert_true(verdict_line(&v, "azk-init pcp kb=11748"));
	assert_int_equal(v.pcp_kb, 11748);
	assert_true(verdict_line(&v, "azk-init module /azk/lib/x.ko errno=8"));
	assert_int_equal(v.modules.n, 1);
	assert_string_equal(v.modules.v[0], "/azk/lib/x.ko errno=8");
	assert_true(verdict_line(&v, "azk-init log [    0.1] WARNING: CPU: 0"));
	assert_string_equal(v.log.v[0], "[    0.1] WARNING: CPU: 0");
	assert_false(v.ended);
	assert_true(verdict_line(&v, "azk-init exit 77 taint=512"));
	assert_true(v.ended);
	assert_int_equal(v.exit_code, 77);
	assert_int_equal(v.taint, 512);
	assert_int_equal(v.signal, 0);
	verdict_free(&v);
}

static void by_signal(void **state)
{
	struct verdict v = { 0 };

	assert_true(verdict_line(&v, "azk-init signal 11 taint=0"));
	assert_true(v.ended);
	assert_int_equal(v.signal, 11);
	verdict_free(&v);
}

static void left_before_the_command(void **state)
{
	struct verdict v = { 0 };

	assert_true(verdict_line(&v, "azk-init poweroff taint=512"));
	assert_true(v.ended && v.poweroff && !v.reboot);
	assert_int_equal(v.taint, 512);
	verdict_free(&v);
	assert_true(verdict_line(&v, "azk-init reboot taint=0"));
	assert_true(v.ended && v.reboot && !v.poweroff);
	verdict_free(&v);
}

static void keys_in_any_order(void **state)
{
	struct verdict v = { 0 };

	assert_true(verdict_line(&v, "azk-init start new=1 memfree_kb=3 clock_ns=2 tsc=1"));
	assert_int_equal(v.tsc, 1);
	assert_int_equal(v.clock_ns, 2);
	assert_int_equal(v.memfree_kb, 3);
	verdict_free(&v);
}

static void bad_lines(void **state)
{
	static const char *const lines[] = {
		"", "azk-init", "azk-init ", "azk-init exit", "azk-init exit ",
		"azk-init exit 0", "azk-init exit x taint=0", "azk-init exit 256 taint=0",
		"azk-init exit -1 taint=0", "azk-init exit 0 taint=", "azk-init exit 0 taint=x",
		"azk-init signal 0 taint=0", "azk-init signal 65 taint=0",
		"azk-init start", "azk-init start tsc=1 clock_ns=2",
		"azk-init start tsc=1x clock_ns=2 memfree_kb=3",
		"azk-init start tsc=99999999999999999999 clock_ns=2 memfree_kb=3",
		"azk-init poweroff", "azk-init poweroff ", "azk-init reboot taint=x",
		"azk-init printk us=", "azk-init pcp kb=-1",
		"azk-init unknown 1", " azk-init exit 0 taint=0",
		"somebody azk-init exit 0 taint=0",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct verdict v = { 0 };

		assert_false(verdict_line(&v, lines[i]));
		assert_false(v.started || v.ended);
		verdict_free(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(by_signal),
		cmocka_unit_test(left_before_the_command),
		cmocka_unit_test(keys_in_any_order),
		cmocka_unit_test(bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
