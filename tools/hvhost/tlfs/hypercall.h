/* SPDX-License-Identifier: GPL-2.0-only */
/* One hypercall on its way from hypercall.c, which decodes it, to the call_*.c that does it. */
#ifndef HVHOST_TLFS_HYPERCALL_H
#define HVHOST_TLFS_HYPERCALL_H

#include "tlfs/tlfs.h"

struct hypercall {
	struct vp *vp;		/* who calls */
	const void *in;		/* the fixed part of the header: a private copy */
	const u64 *variable;	/* its variable part */
	u32 variables;		/* words of it */
	const void *list;	/* input elements, from index 0 */
	void *out;		/* zeroed; goes to the guest when the call is over */
	u32 reps;		/* elements there are */
	u32 done;		/* of them; begins at the guest's start index */
};

/* call_bus.c: messages, events, and PCI devices behind the bus. */
u16 call_post_message(struct hypercall *h);
u16 call_signal_event(struct hypercall *h);
u16 call_retarget(struct hypercall *h);
u16 call_mmio_read(struct hypercall *h);
u16 call_mmio_write(struct hypercall *h);
/* call_vp.c: interrupts to other VPs, and their TLBs. */
u16 call_send_ipi(struct hypercall *h);
u16 call_send_ipi_ex(struct hypercall *h);
u16 call_flush(struct hypercall *h);
u16 call_flush_ex(struct hypercall *h);
u16 call_long_spin_wait(struct hypercall *h);
/* call_partition.c: what a partition may know of itself. */
u16 call_get_registers(struct hypercall *h);
u16 call_get_partition_id(struct hypercall *h);
u16 call_capabilities(struct hypercall *h);

#endif
