/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start one QEMU with its channels connected, and end it. Called by
 * guest_run(); the process never outlives azk.
 */
#ifndef AZK_LIB_QEMU_START_H
#define AZK_LIB_QEMU_START_H

#include <sys/types.h>

#include "qemu.h"

struct qemu_proc {
	pid_t pid;
	int in;			/* to the console */
	int out;		/* from the console; this and the next three */
	int err;		/* do not block */
	int debug;		/* port 0xe9 */
	int verdict;		/* second serial line */
	int qmp;		/* a socket */
};

/*
 * Returns 0, or an errno when the program could not be started (ENOENT: not in
 * PATH). The child gets SIGKILL when azk ends, in whatever way, and has a
 * process group of its own, so that a terminal's Ctrl-C reaches azk alone.
 */
int qemu_start(const struct qemu_boot *b, struct qemu_proc *p);

/*
 * End it: SIGTERM, two seconds, SIGKILL. Returns the status of waitpid().
 * @status: of a child that was reaped already, or -1. What it wrote can still be
 * read until qemu_close().
 */
int qemu_stop(struct qemu_proc *p, int status);

/* Close what is open, but for the QMP socket, which has its own owner. */
void qemu_close(struct qemu_proc *p);

#endif
