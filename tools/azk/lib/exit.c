// SPDX-License-Identifier: GPL-2.0-only
/* Names for the exit codes: azk --help and the JSON reports read this table. */
#include <stddef.h>

#include "exit.h"

const struct azk_exit_name azk_exit_names[] = {
	{ AZK_EX_PANIC, "panic", "the guest kernel panicked" },
	{ AZK_EX_OOPS, "oops", "oops, BUG or WARN seen though the guest went on" },
	{ AZK_EX_HANG_EARLY, "hang_before_init", "the guest made no progress before init" },
	{ AZK_EX_HANG_LATE, "hang_after_init", "the guest made no progress after init" },
	{ AZK_EX_TIMEOUT, "time_limit", "--timeout was reached" },
	{ AZK_EX_QEMU, "qemu_failed", "QEMU did not start or ended by itself" },
	{ AZK_EX_USAGE, "bad_usage", "bad option or argument" },
	{ AZK_EX_NOFILE, "missing_file", "a named file does not exist" },
	{ AZK_EX_INPUT, "bad_input", "a file's content is not what it should be" },
	{ AZK_EX_TOOL, "tool_failed", "an outside program failed" },
	{ AZK_EX_CHECK, "check_failed", "a check ran and found something" },
	{ AZK_EX_GUEST_SIGNAL, "guest_signal",
	  "the guest command was killed, or its exit code was above 125" },
	{ AZK_EX_SYSTEM, "system", "the machine refused (memory, disk, permission)" },
	{ AZK_EX_INTERRUPTED, "interrupted", "Ctrl-C or SIGTERM" },
	{ AZK_EX_HOST, "host_stopped", "hvhost stopped the machine and says why" },
	{ AZK_EX_KERNEL, "not_a_kernel", "the file is no kernel, or none for that machine" },
	{ AZK_EX_POWEROFF, "powered_off", "its host asked the guest to power off, and it did" },
	{ AZK_EX_REBOOT, "rebooted", "the guest rebooted, and --reboots did not let it" },
	{ AZK_EX_ABI, "module_breaks", "a module built for one kernel breaks with another" },
	{ 0, NULL, NULL },
};

const char *azk_exit_name(int code)
{
	const struct azk_exit_name *n;

	if (code >= 0 && code <= AZK_EX_GUEST_MAX)
		return "guest";
	for (n = azk_exit_names; n->name; n++)
		if (n->code == code)
			return n->name;
	return "unknown";
}
