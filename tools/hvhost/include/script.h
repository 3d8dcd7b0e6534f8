/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host script: latency and misbehaviour, from one text file. The same file
 * and seed give the same run; each fault that is injected is a line of the log.
 * The parser also compiles into azk, which checks a script before QEMU starts.
 */
#ifndef HVHOST_SCRIPT_H
#define HVHOST_SCRIPT_H

#include "vm.h"

enum fault_action {
	FAULT_NONE,		/* go on; @delay may still be set */
	FAULT_DROP,		/* never send it */
	FAULT_DUPLICATE,	/* send it twice */
	FAULT_REFUSE,		/* answer with @status */
	FAULT_RESCIND,		/* rescind the device instead */
	FAULT_QUEUE_FULL,	/* say that the queue is full */
	FAULT_SHORT,		/* send only @len bytes */
	FAULT_LONG,		/* send @len bytes more, from the seed */
	FAULT_STALE_ID,		/* answer with a transaction id that was answered before */
	FAULT_RING_INDEX,	/* put @status into the ring's write index */
};

struct fault {
	enum fault_action action;
	u64 delay;		/* 100 ns */
	u32 status;
	u32 len;
};

/*
 * Ask the script about one thing that is going to happen: @device sends or
 * answers @what, names of script/names.h ("scsi0" "read"; "vmbus"
 * "openchannel-result"). @payload may be changed in place (corrupt). Returns
 * whether a line matched; *f is always filled, FAULT_NONE without a delay when not.
 */
bool script_at(struct vm *vm, const char *device, const char *what,
	       void *payload, size_t len, struct fault *f);

#endif
