/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host script: latency and misbehaviour, from one text file. The same file
 * and seed give the same run; each fault that is injected is a line of the log.
 * A line is
 *
 *	DEVICE WHAT [WHEN] ACTION...
 *
 *	DEVICE	vmbus, scsi0, net0, vpci0, ...; a trailing * takes any that begin so
 *	WHAT	what the device is about to send, or *: "read", "open-result"
 *	WHEN	nth N | every N | from N [to M] | chance N% | once a line: always
 *	ACTION	delay TIME[..TIME] | drop | duplicate | refuse STATUS | rescind |
 *		queue-full | short BYTES | long BYTES | stale-id | ring-index N |
 *		corrupt OFFSET BYTES
 *
 * "delay" may stand beside another action; TIME is a number and ns, us, ms or s.
 * "seed N" on a line of its own; # begins a comment. parse.c also compiles into
 * azk, which checks a script before QEMU starts.
 */
#ifndef HVHOST_SCRIPT_H
#define HVHOST_SCRIPT_H

#include "vm.h"

#define SCRIPT_RULES	128
#define SCRIPT_NAME	24

enum fault_action {
	FAULT_NONE,		/* go on; @delay may still be set */
	FAULT_DROP,		/* never send it */
	FAULT_DUPLICATE,	/* send it twice */
	FAULT_REFUSE,		/* answer with @status */
	FAULT_RESCIND,		/* rescind the device instead */
	FAULT_QUEUE_FULL,	/* say that the queue is full */
	FAULT_SHORT,		/* send only @len bytes */
	FAULT_LONG,		/* send @len bytes more, zeros */
	FAULT_STALE_ID,		/* answer with a transaction id that was answered before */
	FAULT_RING_INDEX,	/* put @status into the ring's write index */
	FAULT_CORRUPT,		/* done by script_at() itself; the caller sees FAULT_NONE */
};

struct fault {
	enum fault_action action;
	u64 delay;		/* 100 ns */
	u32 status;
	u32 len;
};

struct script_rule {
	char device[SCRIPT_NAME], what[SCRIPT_NAME];
	enum { WHEN_ALWAYS, WHEN_NTH, WHEN_EVERY, WHEN_RANGE, WHEN_CHANCE } when;
	u64 from, to;		/* of WHEN_*; percent of a chance in from */
	u64 delay, delay_to;	/* 100 ns */
	enum fault_action action;
	u32 arg, arg2;
	u32 line;
	u64 seen;		/* times it was asked about; how often it came true */
	u64 hits;
};

struct script_rules {
	u64 seed;		/* 0: the machine's */
	u32 n;
	struct script_rule rule[SCRIPT_RULES];
};

/* Where a script is wrong, and what was expected there. */
struct script_error {
	u32 line;
	char why[160];
};

/* parse.c: read @len bytes of @text into *@to. False: *@error says where and why. */
bool script_parse(struct script_rules *to, const char *text, size_t len,
		  struct script_error *error);

/* Use the script @text from now on; hv_die() when it is none (azk checked it). */
void script_init(struct vm *vm, const char *text, size_t len);

/*
 * Ask the script about one thing that is going to happen: @device sends or
 * answers @what. @payload may be changed in place (corrupt). Returns whether a
 * rule came true; *f is always filled, FAULT_NONE without a delay when not.
 */
bool script_at(struct vm *vm, const char *device, const char *what,
	       void *payload, size_t len, struct fault *f);

/* A line of the log for each rule that never came true. When the guest ends. */
void script_end(struct vm *vm);

#endif
