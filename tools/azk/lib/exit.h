/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exit codes of azk, one list for every subcommand.
 *
 * 0 to 125 belong to the command that ran in a guest (azk boot passes them
 * on), so every verdict of azk itself lies above: a script can always tell
 * "the guest said 3" from "azk could not start the guest".
 */
#ifndef AZK_LIB_EXIT_H
#define AZK_LIB_EXIT_H

enum azk_exit {
	AZK_OK = 0,
	AZK_EX_GUEST_MAX = 125,		/* last code that is the guest's own */

	AZK_EX_PANIC = 192,		/* guest kernel panicked */
	AZK_EX_OOPS = 193,		/* oops, BUG or WARN seen, guest went on */
	AZK_EX_HANG_EARLY = 194,	/* no progress, init not reached */
	AZK_EX_HANG_LATE = 195,		/* no progress after init started */
	AZK_EX_TIMEOUT = 196,		/* --timeout reached while active */
	AZK_EX_QEMU = 197,		/* QEMU did not start or died */
	AZK_EX_USAGE = 198,		/* bad option or argument */
	AZK_EX_NOFILE = 199,		/* a file that was named is not there */
	AZK_EX_INPUT = 200,		/* a file's content is wrong */
	AZK_EX_TOOL = 201,		/* an outside program failed */
	AZK_EX_CHECK = 202,		/* a check ran and found something */
	AZK_EX_GUEST_SIGNAL = 203,	/* guest command killed, or its code > 125 */
	AZK_EX_SYSTEM = 204,		/* the machine: no memory, disk full, ... */
	AZK_EX_INTERRUPTED = 205,	/* Ctrl-C or SIGTERM */
	AZK_EX_HOST = 206,		/* hvhost stopped: the guest or itself at fault */
	AZK_EX_KERNEL = 207,		/* the file is no kernel, or none for that machine */
	AZK_EX_POWEROFF = 208,		/* the guest was asked to power off, and did */
	AZK_EX_REBOOT = 209,		/* the guest rebooted, and was not to begin again */
	AZK_EX_ABI = 210,		/* a module built for one kernel breaks with the other */
};

struct azk_exit_name {
	int code;
	const char *name;	/* snake_case, as in JSON reports */
	const char *text;	/* one line for --help */
};

/* All codes above 125, in order, ended by a NULL name. */
extern const struct azk_exit_name azk_exit_names[];

/* Name of @code; "guest" for 0..125; "unknown" for anything else. */
const char *azk_exit_name(int code);

#endif
