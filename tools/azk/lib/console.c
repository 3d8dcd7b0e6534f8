// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patterns of kernel messages. Sources (6.18): kernel/panic.c, lib/bug.c,
 * arch/x86/kernel/{dumpstack,traps}.c, arch/x86/mm/fault.c, kernel/watchdog.c,
 * kernel/hung_task.c, kernel/rcu/tree_stall.h, kernel/reboot.c, lib/ubsan.c,
 * kernel/locking/lockdep.c; arch/arm64/mm/fault.c for the last two faults.
 */
#include <stddef.h>
#include <string.h>

#include "buf.h"
#include "console.h"

static const struct console_pattern patterns[] = {
	{ "Kernel panic - not syncing", CONSOLE_PANIC, "panic" },
	/* before "BUG:", which they contain */
	{ "watchdog: BUG: soft lockup", CONSOLE_FAULT, "soft lockup" },
	{ "watchdog: Watchdog detected hard LOCKUP", CONSOLE_REPORT, "hard lockup" },
	{ "BUG: workqueue lockup", CONSOLE_REPORT, "work queue lockup" },
	{ "BUG: KASAN:", CONSOLE_FAULT, "memory error found by KASAN" },
	{ "BUG: KFENCE:", CONSOLE_FAULT, "memory error found by KFENCE" },
	{ "BUG: KCSAN:", CONSOLE_REPORT, "data race found by KCSAN" },
	{ "BUG: unable to handle", CONSOLE_FAULT, "bad memory access" },
	{ "BUG: kernel NULL pointer", CONSOLE_FAULT, "NULL pointer used" },
	{ "BUG: Bad page", CONSOLE_FAULT, "page in a bad state" },
	{ "BUG:", CONSOLE_FAULT, "kernel bug" },
	{ "kernel BUG at", CONSOLE_FAULT, "kernel bug" },
	{ "Oops:", CONSOLE_FAULT, "oops" },
	{ "general protection fault", CONSOLE_FAULT, "general protection fault" },
	{ "traps: PANIC: double fault", CONSOLE_PANIC, "double fault" },
	{ "------------[ cut here ]------------", CONSOLE_FAULT, "warning or bug" },
	{ "WARNING: CPU:", CONSOLE_FAULT, "warning" },
	{ "WARNING: possible", CONSOLE_REPORT, "lock order" },
	{ "WARNING: suspicious RCU usage", CONSOLE_REPORT, "RCU use" },
	{ "UBSAN:", CONSOLE_REPORT, "undefined behaviour" },
	{ "rcu: INFO: rcu_", CONSOLE_REPORT, "RCU stall" },
	{ "INFO: rcu_", CONSOLE_REPORT, "RCU stall" },
	{ "INFO: task ", CONSOLE_REPORT, "hung task" },
	{ "reboot: Restarting system", CONSOLE_REBOOT, "restart" },
	{ "sysrq: Resetting", CONSOLE_REBOOT, "restart" },
	{ "reboot: Power down", CONSOLE_REBOOT, "power off" },
	{ "reboot: System halted", CONSOLE_REBOOT, "halt" },
	{ "Unable to handle kernel", CONSOLE_FAULT, "bad memory access" },
	{ "Internal error:", CONSOLE_FAULT, "oops" },
};

#define PATTERNS (sizeof(patterns) / sizeof(*patterns))

/* "[blanks digits . 6 digits] " at @s: returns what follows, or NULL. */
static const char *stamp(const char *s)
{
	size_t n;

	if (*s++ != '[')
		return NULL;
	s += strspn(s, " ");
	n = strspn(s, "0123456789");
	if (!n || s[n] != '.')
		return NULL;
	s += n + 1;
	if (strspn(s, "0123456789") != 6 || s[6] != ']')
		return NULL;
	return s + 7;
}

/* "[    T1]" or "[    C0]": CONFIG_PRINTK_CALLER. */
static const char *caller(const char *s)
{
	const char *p = s;

	if (*p++ != '[')
		return s;
	p += strspn(p, " ");
	if (*p != 'T' && *p != 'C')
		return s;
	p++;
	if (!strspn(p, "0123456789"))
		return s;
	p += strspn(p, "0123456789");
	return *p == ']' ? p + 1 : s;
}

const char *console_message(const char *line)
{
	line = stamp(line);
	if (!line)
		return NULL;
	line = caller(line);
	return *line == ' ' ? line + 1 : NULL;
}

const struct console_pattern *console_match(const char *line)
{
	const char *msg = console_message(line);

	for (size_t i = 0; msg && i < PATTERNS; i++)
		if (str_starts(msg, patterns[i].text))
			return &patterns[i];
	return NULL;
}

const struct console_pattern *console_find(const char *line, enum console_kind kind)
{
	for (size_t i = 0; i < PATTERNS; i++)
		if (patterns[i].kind == kind && strstr(line, patterns[i].text))
			return &patterns[i];
	return NULL;
}
