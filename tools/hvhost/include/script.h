/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host script: latency, misbehaviour and what an administrator does, from one
 * text file. The same file and seed give the same run; each fault that is injected
 * and each action is a line of the log. A line is a rule or an action:
 *
 *	DEVICE WHAT [in N] [WHEN] FAULT...
 *
 *	DEVICE	vmbus, scsi0, net0, vpci0, ...; a trailing * takes any that begin so
 *	WHAT	what the device is about to send, or *: "read", "open-result"; or "drain",
 *		which no * takes: the host looks at a ring that the guest signalled
 *	in N	only in phase N of the guest, and counted only there
 *	WHEN	nth N | every N | from N [to M] | chance N% | once a line: always
 *	FAULT	delay TIME[..TIME] | drop | duplicate | reorder | refuse STATUS |
 *		rescind | then-rescind | queue-full | short BYTES | long BYTES |
 *		stale-id | ring-index N | corrupt OFFSET BYTES | set OFFSET BYTES VALUE
 *
 *	at TIME DEVICE VERB [ARG]...		reference time since the guest was started
 *	every TIME DEVICE VERB [ARG]...		then, and again each TIME
 *	phase N [after TIME] DEVICE VERB [ARG]...
 *						whenever the guest writes N to port 0xe8
 *
 *	VERB	what devices of that kind can do: script/parse_action.c has the table
 *
 * "delay" may stand beside another fault; TIME is a number and ns, us, ms or s, a
 * size a number and K, M, G, T or nothing. "seed N" on a line of its own; # begins
 * a comment. parse*.c also compile into azk, which checks a script before QEMU
 * starts.
 */
#ifndef HVHOST_SCRIPT_H
#define HVHOST_SCRIPT_H

#include "vm.h"

#define SCRIPT_RULES	128
#define SCRIPT_ACTIONS	64
#define SCRIPT_NAME	32	/* query-resource-requirements, and a zero */
#define SCRIPT_DRAIN	"drain"

enum fault_action {
	FAULT_NONE,		/* go on; @delay may still be set */
	FAULT_DROP,		/* never send it */
	FAULT_DUPLICATE,	/* send it twice */
	FAULT_REORDER,		/* send it after the next one */
	FAULT_REFUSE,		/* answer with @status */
	FAULT_RESCIND,		/* rescind the device instead */
	FAULT_THEN_RESCIND,	/* send it, then rescind the device */
	FAULT_QUEUE_FULL,	/* say that the queue is full */
	FAULT_SHORT,		/* send only @len bytes */
	FAULT_LONG,		/* send @len bytes more, zeros */
	FAULT_STALE_ID,		/* answer with a transaction id that was answered before */
	FAULT_RING_INDEX,	/* put @status into the ring's write index */
	FAULT_CORRUPT,		/* these two are done by script_at() itself; the caller */
	FAULT_SET,		/* sees FAULT_NONE */
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
	bool in;		/* only in phase @phase */
	u8 phase;
	u64 from, to;		/* of WHEN_*; percent of a chance in from */
	u64 delay, delay_to;	/* 100 ns */
	enum fault_action action;
	u32 arg, arg2;
	u64 value;		/* of FAULT_SET */
	u32 line;
	u64 seen;		/* times it was asked about; how often it came true */
	u64 hits;
};

struct script_action {
	enum { ON_TIME, ON_EVERY, ON_PHASE } on;
	u64 time;		/* 100 ns: when, how often, how long after the phase began */
	u8 phase;
	char device[SCRIPT_NAME];
	const char *verb;	/* static */
	u32 n;			/* as in struct vmbus_action */
	u64 arg[4];
	u32 line;
	u64 done;		/* how often it was tried */
};

struct script_rules {
	u64 seed;		/* 0: the machine's */
	u32 n, actions;
	struct script_rule rule[SCRIPT_RULES];
	struct script_action action[SCRIPT_ACTIONS];
};

/* Where a script is wrong, and what was expected there. */
struct script_error {
	u32 line;
	char why[200];
};

/* parse.c: read @len bytes of @text into *@to. False: *@error says where and why. */
bool script_parse(struct script_rules *to, const char *text, size_t len,
		  struct script_error *error);

/* Use the script @text from now on; hv_die() when it is none (azk checked it). */
void script_init(struct vm *vm, const char *text, size_t len);

/*
 * Ask the script about one thing that is going to happen: @device sends or
 * answers @what. @payload may be changed in place (corrupt, set). Returns whether a
 * rule came true; *f is always filled, FAULT_NONE without a delay when not.
 */
bool script_at(struct vm *vm, const char *device, const char *what,
	       void *payload, size_t len, struct fault *f);

/* timeline.c: the guest is started now, and it began phase @number. */
void script_start(struct vm *vm);
void script_phase(struct vm *vm, u8 number);

/*
 * How long after the guest signalled a channel of @device the host looks at its ring:
 * what rules for "drain" add up to, in 100 ns; 0: at once.
 */
u64 script_drain(struct vm *vm, const char *device);

/* A line of the log for each rule and action that never came true. When the guest ends. */
void script_end(struct vm *vm);

#endif
