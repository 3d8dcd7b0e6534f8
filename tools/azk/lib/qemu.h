/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machines azk boots guests on, and the QEMU command line for one guest.
 * Nothing here starts a process but qemu_version(); lib/guest.h runs it.
 */
#ifndef AZK_LIB_QEMU_H
#define AZK_LIB_QEMU_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct strv;
struct qemu_boot;
struct hyperv_devices;

#define QEMU_PROGRAM	"qemu-system-x86_64"
#define QEMU_MIN_MAJOR	10	/* what azk bench needs; booting works with less */
#define QEMU_HVHOST_MAJOR 9	/* what the machine hyperv needs */

/*
 * REP string instructions are counted once an iteration by TCG, so a kernel
 * that uses them more looks slower than it is: guests never see them offered.
 */
#define QEMU_CPU	"max,-erms,-fsrm,-fsrs,-fzrm"

/*
 * The character devices that guest_run() connects, for a machine's own args():
 * the console (both directions), port 0xe9, the second serial line, and QMP.
 */
#define QEMU_CHR_CONSOLE	"con"
#define QEMU_CHR_DEBUG		"debug"
#define QEMU_CHR_VERDICT	"verdict"
#define QEMU_CHR_QMP		"qmp"

/* A row of the machine table; adding a machine is one row in lib/machine.c. */
struct qemu_machine {
	const char *name;	/* --machine NAME */
	const char *what;	/* one line for --help */
	const char *append;	/* kernel options this machine needs, or "" */
	bool hvhost;		/* the kernel is a guest of hvhost, not of QEMU */
	/* Adds -machine and the devices that carry the four channels. */
	void (*args)(struct strv *argv, const struct qemu_boot *b);
};

/* Ended by a NULL name; the first is the default. */
extern const struct qemu_machine qemu_machines[];
/* By name, or NULL. Prints nothing. */
const struct qemu_machine *qemu_machine(const char *name);

/* One guest. Strings belong to the caller and outlive the boot. */
struct qemu_boot {
	const struct qemu_machine *machine;
	const char *kernel;	/* bzImage, PVH ELF, or a multiboot shim */
	const char *initrd;	/* file, memfd path of initrd_build(), or NULL */
	const char *append;	/* the whole kernel command line */
	int cpus;
	uint64_t memory;	/* bytes; whole MiB are used */
	bool flat;		/* the kernel is a flat test kernel: machine hyperv only */
	bool icount;		/* one instruction = 1 ns; fixed clock and seed */
	int reboots;		/* how often a reset lets it begin again instead of ending QEMU */
	const struct hyperv_devices *hyperv;	/* machine hyperv: its devices, or NULL */
	const struct strv *extra;	/* last words, such as -plugin X; or NULL */
};

/* Descriptors the child inherits, by number. */
struct qemu_fds {
	int debug, verdict, qmp;
};

/*
 * Append program and arguments for @b to @argv. The console is on the child's
 * standard input and output.
 */
void qemu_args(struct strv *argv, const struct qemu_boot *b,
	       const struct qemu_fds *fds);

/*
 * The kernel command line azk gives: console, `quiet` unless @verbose,
 * panic=-1 (a panic resets at once, which ends QEMU; the verdict comes from the
 * text), our init, what @m needs, nokaslr with @icount or else
 * no_timer_check (the kernel's test of the timer line needs a host on time), then @user, so that the
 * user's words win. Owned by the caller.
 */
char *qemu_cmdline(const struct qemu_machine *m, bool verbose, bool icount,
		   const char *user);

/*
 * Version of the QEMU in PATH: AZK_OK, or AZK_EX_QEMU after the error line when
 * there is none. For callers that need at least QEMU_MIN_MAJOR.
 */
int qemu_version(int *major, int *minor);

/* AZK_OK, or AZK_EX_QEMU after a line: this QEMU is too old for hvhost. */
int qemu_hvhost(void);
/*
 * QEMU refused @b's command line: because of something it does not have? Then *@why
 * says what, and which version this is.
 */
bool qemu_lacks(const struct qemu_boot *b, struct buf *why);

#endif
