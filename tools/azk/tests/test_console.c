// SPDX-License-Identifier: GPL-2.0-only
/* Which console lines are the kernel's, and what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/console.h"

static void is(const char *line, enum console_kind kind, const char *meaning)
{
	const struct console_pattern *p = console_match(line);

	assert_non_null(p);
	assert_int_equal(p->kind, kind);
	assert_string_equal(p->meaning, meaning);
}

static void lines_of_6_18(void **state)
{
	is("[    2.557391] Kernel panic - not syncing: sysrq triggered crash",
	   CONSOLE_PANIC, "panic");
	is("[    0.412345] WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 bar+0x1/0x2",
	   CONSOLE_FAULT, "warning");
	is("[    0.412345] ------------[ cut here ]------------",
	   CONSOLE_FAULT, "warning or bug");
	is("[   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000008",
	   CONSOLE_FAULT, "NULL pointer used");
	is("[   10.000001] BUG: unable to handle page fault for address: ffff",
	   CONSOLE_FAULT, "bad memory access");
	is("[   10.000001] Oops: Oops: 0002 [#1] SMP NOPTI", CONSOLE_FAULT, "oops");
	is("[   10.000001] Oops: general protection fault, probably for non-canonical",
	   CONSOLE_FAULT, "oops");
	is("[   10.000001] kernel BUG at mm/slub.c:1!", CONSOLE_FAULT, "kernel bug");
	is("[   48.000001] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [x:1]",
	   CONSOLE_FAULT, "soft lockup");
	is("[   48.000001] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
	   CONSOLE_REPORT, "RCU stall");
	is("[  248.000001] INFO: task kworker/0:1:12 blocked for more than 120 seconds.",
	   CONSOLE_REPORT, "hung task");
	is("[12345.678901] reboot: Restarting system", CONSOLE_REBOOT, "restart");
}

static void caller_id(void **state)
{
	is("[    2.557391][    T1] Kernel panic - not syncing: x", CONSOLE_PANIC, "panic");
	is("[    2.557391][   C12] Oops: x", CONSOLE_FAULT, "oops");
}

static void not_the_kernel(void **state)
{
	static const char *const lines[] = {
		"", "[", "[ ]", "[    2.557391]", "[    2.557391] ",
		"Kernel panic - not syncing: printed by a command",
		"WARNING: CPU: 0 PID: 1 at no stamp",
		" [    2.557391] BUG: a leading blank",
		"[2.5] BUG: a short fraction",
		"[    2.5573911] BUG: a long fraction",
		"[    2.557391] the word BUG: in a sentence",
		"[    2.557391] systemd: WARNING: CPU: hot",
		"[    2.557391] WARNING: a driver's own word",
		"[    2.557391][ X1] BUG: not a caller",
		"[abc.123456] BUG: not a time",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_null(console_match(lines[i]));
}

static void find_anywhere(void **state)
{
	/* a command's unfinished line, then the kernel's */
	assert_non_null(console_find("# [  1.5] Kernel panic - not syncing: x",
				     CONSOLE_PANIC));
	assert_non_null(console_find("Kernel panic - not syncing: printk.time=0",
				     CONSOLE_PANIC));
	assert_null(console_find("[    1.000000] Oops: x", CONSOLE_PANIC));
}

static void message(void **state)
{
	assert_string_equal(console_message("[    1.000000] text"), "text");
	assert_string_equal(console_message("[    1.000000][    T7]  text"), " text");
	assert_null(console_message("text"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_6_18),
		cmocka_unit_test(caller_id),
		cmocka_unit_test(not_the_kernel),
		cmocka_unit_test(find_anywhere),
		cmocka_unit_test(message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
