/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest's init says to azk, shared by both sides.
 *
 * The channel is not the console, so a verdict can neither be hidden by
 * `quiet` nor be forged by what a command prints. Two ways lead out of the
 * guest, tried in this order:
 *
 *   1. I/O port 0xe9 (QEMU's isa-debugcon): one outb for each byte. Then the
 *      guest leaves by writing AZK_EXIT_VALUE to port 0xf4 (isa-debug-exit),
 *      which makes QEMU exit with AZK_EXIT_STATUS.
 *   2. /dev/ttyS1, when the kernel refuses port access (lockdown does). Then
 *      the guest leaves by a reset, which ends QEMU (-no-reboot) on every
 *      machine, with or without ACPI.
 *
 * Both carry the same lines, each ended by '\n' ('\r' is ignored). A line that
 * does not begin with AZK_LINE belongs to somebody else (a loader's time stamp,
 * the symbol dump) and is skipped. After the word come KEY=NUMBER pairs in
 * decimal; readers skip keys and words they do not know.
 *
 *   azk-init start tsc=N clock_ns=N memfree_kb=N
 *       First of all lines, before anything is mounted. tsc: RDTSC at init's
 *       first instruction. clock_ns: CLOCK_MONOTONIC. memfree_kb: free pages.
 *   azk-init printk us=N
 *       The kernel's own clock (the one of its log) when it ran init; left out
 *       when /dev/kmsg cannot be read.
 *   azk-init pcp kb=N
 *       Free pages that wait in per-CPU lists, which memfree_kb leaves out; how
 *       many do depends on how long ago the last boot memory was freed. Left
 *       out when /proc/zoneinfo cannot be read.
 *   azk-init module NAME errno=N
 *       A module named in AZK_MODULES_FILE could not be loaded.
 *   azk-init log TEXT
 *       A line of the kernel's log around a warning or an oops; sent before the
 *       last line when the kernel is tainted by one.
 *   azk-init exit CODE taint=N
 *   azk-init signal NUMBER taint=N
 *       Last of all lines: how the command ended, and /proc/sys/kernel/tainted.
 *       127: no such command, 126: it cannot be executed (as shells do).
 *   azk-init poweroff taint=N
 *   azk-init reboot taint=N
 *       In their place, when the machine ends before the command does: its host asked
 *       the kernel to power off; somebody wants it to start again. After the second
 *       the guest leaves by a reset, on which a machine that may goes on.
 */
#ifndef AZK_GUEST_PROTOCOL_H
#define AZK_GUEST_PROTOCOL_H

/*
 * What init takes for a request to end the machine; the first two as other small
 * inits have them (poweroff and reboot of busybox work).
 */
#define AZK_SIG_POWEROFF	SIGUSR2	/* the command wants it: as if it had ended with 0 */
#define AZK_SIG_REBOOT		SIGTERM
#define AZK_SIG_HOST		SIGPWR	/* power off: the kernel was asked by its host */

#define AZK_LINE		"azk-init "

#define AZK_PORT_DEBUG		0xe9
#define AZK_PORT_PHASE		0xe8	/* of machine hyperv: tools/hvhost/svm/msr.h */
#define AZK_PORT_EXIT		0xf4
#define AZK_EXIT_VALUE		0x2a
#define AZK_EXIT_STATUS		((AZK_EXIT_VALUE << 1) | 1)	/* QEMU's rule */
#define AZK_TTY_FALLBACK	"/dev/ttyS1"

/* Where azk puts things in the initramfs. */
#define AZK_INIT_PATH		"/azk/init"
#define AZK_CMD_FILE		"/azk/cmd"	/* words, each ended by NUL */
#define AZK_MODULES_FILE	"/azk/modules"	/* "PATH [PARAMS]" lines, in order */
#define AZK_TTY_FILE		"/azk/tty"	/* exists: a person is typing */
#define AZK_APPLET_DIR		"/azk/bin"

/* The applets of init, for links; init's own table must match (checked). */
#define AZK_APPLETS \
	"cat", "dmesg", "echo", "false", "hang", "insmod", "ksyms", "ls", \
	"meminfo", "phase", "poweroff", "reboot", "report", "sleep", "spin", "sysrq", "true"

/*
 * The symbol dump (applet ksyms): lines of /proc/kallsyms on port 0xe9 between
 * these two; after the second stands their count.
 */
#define AZK_KSYMS_BEGIN		"azk-ksyms begin"
#define AZK_KSYMS_END		"azk-ksyms end "

/*
 * Kernel taint flags that stand for a fault of the kernel
 * (Documentation/admin-guide/tainted-kernels.rst): machine check, bad page,
 * died (oops or BUG), warning, soft lockup.
 */
#define AZK_TAINT_FAULT	((1 << 4) | (1 << 5) | (1 << 7) | (1 << 9) | (1 << 14))

#endif
