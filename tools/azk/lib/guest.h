/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run one guest to a verdict: start QEMU, read its channels, decide how the
 * guest ended, leave no process behind. Used by azk boot and azk bench.
 *
 *	struct guest_run r = { .boot = {...}, .stream_fd = -1, .hang_s = 60,
 *			       .timeout_s = 300 };
 *	struct guest_result res;
 *	int code = guest_run(&r, &res);
 *	... res.init.tsc, res.debug ...
 *	guest_result_free(&res);
 */
#ifndef AZK_LIB_GUEST_H
#define AZK_LIB_GUEST_H

#include <stdbool.h>

#include "buf.h"
#include "qemu.h"
#include "verdict.h"

#define GUEST_HANG_S	60	/* defaults, seconds of this machine's time */
#define GUEST_TIMEOUT_S	300

struct guest_run {
	struct qemu_boot boot;
	int hang_s;		/* silence that is a hang, not counting time in which
				   this machine gave QEMU no CPU; 0: never */
	int timeout_s;		/* limit for the whole run; 0: none */
	int stream_fd;		/* gets the console as it comes, or -1 */
	bool interactive;	/* standard input is a terminal: pass it on */
	const char *sysmap;	/* System.map, to say where a guest hangs; or NULL */
	/* Called for each whole line on port 0xe9 (and ttyS1), or NULL. */
	void (*on_debug)(void *arg, const char *line);
	void *arg;
};

struct guest_result {
	int code;		/* the guest's own 0..125, or enum azk_exit */
	struct buf why;		/* code > 125: what happened, for one line */
	struct buf where;	/* hang, time limit: what the CPUs were doing */
	struct buf last_line;	/* last line of the console that is not empty */
	struct verdict init;	/* what init reported */
	struct buf console;	/* everything; "\r\n" is "\n" unless interactive */
	struct buf debug;	/* all lines of port 0xe9, then those of ttyS1 */
	struct buf err;		/* QEMU's standard error */
	double seconds;		/* wall time of the whole run */
	double init_seconds;	/* wall time until init reported; 0: it did not */
	double cpu_seconds;	/* what QEMU used of this machine's processors */
	int qemu_major, qemu_minor;	/* 0: QEMU did not come up */
};

/*
 * Fills @res and returns res->code. Prints nothing but the console (to
 * stream_fd). SIGINT, SIGTERM, SIGHUP and SIGQUIT end the guest and give
 * AZK_EX_INTERRUPTED. QEMU dies with this process whatever ends that.
 */
int guest_run(const struct guest_run *r, struct guest_result *res);
void guest_result_free(struct guest_result *res);

#endif
