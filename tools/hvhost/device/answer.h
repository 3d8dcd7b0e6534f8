/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device sends to the guest, on its way through the host script: at once,
 * later, twice, never. One queue a device; used by scsi.c, net*.c, ic*.c and keyboard.c.
 */
#ifndef HVHOST_DEVICE_ANSWER_H
#define HVHOST_DEVICE_ANSWER_H

#include "vmbus.h"

#define ANSWER_MAX	8192u	/* bytes of one */

struct answer;

struct answers {
	struct vmbus_device *dev;
	struct answer *delayed;		/* in the order they were sent */
	struct answer *held;		/* until another was sent */
	struct answer *waiting, **waiting_end;	/* for room in the ring */
	u64 stale_id;			/* of an answer that was given */
};

/*
 * How an answer gets to the guest when it is no packet of its own: RNDIS messages of
 * a NIC go into a shared buffer first. Called when its time has come; -HV_ENOSPC: not
 * now, try again when there is room. @data is the caller's.
 */
typedef int answer_put(struct answers *q, struct vmbus_channel *ch, u64 trans_id,
		       const void *data, u32 len);

/* One packet for the guest, by name. */
struct answer_packet {
	const char *what;		/* in scripts */
	u16 type, flags;		/* VM_PKT_COMP answers a request */
	u64 trans_id;
	void *data;			/* a script may change it */
	u32 len;			/* "long" makes it ANSWER_MAX at most */
	u32 status_at, status_size;	/* where "refuse" puts its status; size 0: nowhere */
	answer_put *put;		/* NULL: a packet of @type */
};

void answers_init(struct answers *q, struct vmbus_device *dev);
/* Send it, or do with it what the script says. */
void answer_send(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p);
/* The guest made room: send what waits. */
void answers_flush(struct answers *q);
/* @ch is closed: nothing is sent on it any more. NULL: nor on any other. */
void answers_forget(struct answers *q, const struct vmbus_channel *ch);

#endif
