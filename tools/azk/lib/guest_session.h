/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of a guest, between guest.c (channels, loop) and guest_verdict.c. */
#ifndef AZK_LIB_GUEST_SESSION_H
#define AZK_LIB_GUEST_SESSION_H

#include "console.h"
#include "guest.h"
#include "qemu_start.h"
#include "qmp.h"
#include "tty.h"

enum end {
	RUNNING,
	ENDED,			/* QEMU ended by itself */
	SILENT,			/* --hang */
	TOO_LONG,		/* --timeout */
	INTERRUPTED,		/* a signal, or the person */
	NO_READER,		/* our standard output was closed */
};

struct session {
	const struct guest_run *r;
	struct guest_result *res;
	struct qemu_proc proc;
	struct qmp qmp;
	struct tty tty;
	int signals;		/* signalfd */
	int status;		/* waitpid(), or -1 while it runs */
	enum end end;
	double t0, last_sign, leave_by;
	double waited, waited_at;	/* starved(), and when it was asked */
	size_t streamed;	/* console bytes written to stream_fd */
	size_t line;		/* where the console's unfinished line begins */
	size_t debug_line;	/* the same for res->debug */
	struct buf serial;	/* ttyS1 */
	size_t serial_line;
	int returns;		/* '\r' held back: a '\n' may follow */
	int resets;		/* of the machine, seen so far */
	int reboots;		/* that were the guest's */
	bool silent;		/* after one: nothing was said yet */
	size_t said;		/* bytes on all channels when it came */
	/* the first line of each kind, and of what it speaks */
	struct {
		char *line;
		const struct console_pattern *pattern;
	} first[CONSOLE_REBOOT + 1];
};

/* Why it ended, as an exit code; the words go to res->why. */
int because(struct session *s, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int guest_decide(struct session *s);
/* The machine was reset: in order, and it may begin again. */
bool guest_may_reboot(const struct session *s);

#endif
