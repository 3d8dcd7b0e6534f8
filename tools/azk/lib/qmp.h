/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's control channel (QMP): lines of JSON on a socket. Only what azk needs:
 * the version, why the machine stopped, and the CPUs' registers.
 */
#ifndef AZK_LIB_QMP_H
#define AZK_LIB_QMP_H

#include <stdbool.h>

#include "buf.h"

enum qmp_shutdown {
	QMP_NO_SHUTDOWN,	/* no such event seen */
	QMP_GUEST_SHUTDOWN,	/* power-off, or the debug-exit port */
	QMP_GUEST_RESET,	/* reset, or triple fault */
	QMP_OTHER_SHUTDOWN,	/* asked for from outside */
};

struct qmp {
	int fd;			/* not blocking; -1 when closed */
	struct buf in;
	int major, minor;	/* 0 until the greeting came */
	enum qmp_shutdown shutdown;
	int resets;		/* that the machine went through */
	char *answer;		/* text of the last command's answer, or NULL */
};

/* Take the socket's end @fd; qmp_free() closes it. */
void qmp_init(struct qmp *q, int fd);
void qmp_free(struct qmp *q);

/* Read what is there, answer the greeting, note events. */
void qmp_read(struct qmp *q);

/* From now on a reset ends QEMU, as with -no-reboot. */
void qmp_no_reboot(struct qmp *q);

/*
 * One command of QEMU's human monitor, waiting at most two seconds. The text
 * belongs to @q until the next call. NULL when there is no answer.
 */
const char *qmp_human(struct qmp *q, const char *command);

#endif
