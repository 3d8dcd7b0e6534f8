/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the hypervisor (tlfs/) and the bus (vmbus/): messages and event flags
 * down to the guest, PostMessage and SignalEvent up from it. TLFS, chapters
 * "Inter-partition communication" and "Synthetic interrupt controller".
 */
#ifndef HVHOST_SYNIC_H
#define HVHOST_SYNIC_H

#include "vm.h"

#define HV_MESSAGE_PAYLOAD	240	/* bytes; TLFS HV_MESSAGE */

/*
 * Put a message into slot @sint of @vp's message page and interrupt it. When
 * the slot is taken, sets message_pending and returns -HV_EBUSY; the caller
 * keeps the message and tries again in vmbus_eom(). -HV_ENOENT: the SynIC or
 * that SINT is off.
 */
int synic_post(struct vp *vp, u32 sint, u32 type, const void *payload, u32 len);
/* Set event flag @flag (0..2047) of @sint and interrupt @vp when it was clear. */
int synic_signal(struct vp *vp, u32 sint, u32 flag);

/* Raise @sint of @vp and nothing else. 0, or -HV_ENOENT: it is off. */
int synic_interrupt(struct vp *vp, u32 sint);

/* Called by tlfs/: the guest's hypercalls, as HV_STATUS_* of tlfs.h. */
u16 vmbus_post_message(struct vp *vp, u32 connection, u32 type,
		       const void *payload, u32 len);
u16 vmbus_signal_event(struct vp *vp, u32 connection, u16 flag);
/* Called by tlfs/ when slot @sint of @vp was emptied (EOM). */
void vmbus_eom(struct vp *vp, u32 sint);

#endif
