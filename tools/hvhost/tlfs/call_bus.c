// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls by which a guest reaches the bus: messages and events to a
 * connection, interrupts of PCI devices, their registers. Called by hypercall.c
 * with a private copy of the parameters; a status leaves.
 */
#include "counters.h"
#include "lib.h"
#include "testdev.h"
#include "tlfs/hypercall.h"
#include "vpci.h"

u16 call_post_message(struct hypercall *h)
{
	const struct hv_post_message_input *in = h->in;
	struct vm *vm = h->vp->vm;

	if (in->payload_size > HV_MESSAGE_PAYLOAD || in->reserved || in->type & 1u << 31)
		return HV_STATUS_INVALID_PARAMETER;
	count(vm, COUNT_MESSAGES_IN, 1);
	if (testdev_has_message(vm, in->connection))
		return testdev_post(vm, in->connection, in->type, in->payload, in->payload_size);
	return vmbus_post_message(h->vp, in->connection, in->type, in->payload, in->payload_size);
}

u16 call_signal_event(struct hypercall *h)
{
	const struct hv_signal_event_input *in = h->in;
	struct vm *vm = h->vp->vm;

	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	count(vm, COUNT_SIGNALS_IN, 1);
	if (testdev_has_event(vm, in->connection))
		return testdev_signal(vm, in->connection, in->flag);
	return vmbus_signal_event(h->vp, in->connection, in->flag);
}

static u16 mmio_status(int err)
{
	return err ? HV_STATUS_INVALID_PARAMETER : HV_STATUS_SUCCESS;
}

/*
 * The reserved word is not looked at: hv_pci_read_mmio() of pci-hyperv.c leaves in it
 * what the call before had there.
 */
u16 call_mmio_read(struct hypercall *h)
{
	const struct hv_mmio_input *in = h->in;

	if (in->size > HV_MMIO_BYTES)
		return HV_STATUS_INVALID_PARAMETER;
	return mmio_status(vpci_mmio_read(h->vp->vm, in->gpa, in->size, h->out));
}

u16 call_mmio_write(struct hypercall *h)
{
	const struct hv_mmio_input *in = h->in;

	if (in->size > HV_MMIO_BYTES)
		return HV_STATUS_INVALID_PARAMETER;
	return mmio_status(vpci_mmio_write(h->vp->vm, in->gpa, in->size, in->data));
}

/* VPs are few: of a set only its first bank can hold any. The mask of banks is variable here. */
u16 call_retarget(struct hypercall *h)
{
	const struct hv_retarget_input *in = h->in;
	u64 mask = in->mask;

	if (in->partition != HV_PARTITION_SELF || in->source != 1 ||
	    in->flags & ~HV_RETARGET_VP_SET)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->flags & HV_RETARGET_VP_SET)
		mask = h->variables > 1 && h->variable[0] & 1 ? h->variable[1] : 0;
	return mmio_status(vpci_retarget(h->vp->vm, in->device, in->address, in->data, in->vector,
					 mask));
}
