// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls: TLFS, "Hypercall interface". The input value is checked for all
 * calls alike, then the call's own row says what it takes. A guest's parameters
 * are copied before they are looked at.
 */
#include "counters.h"
#include "lib.h"
#include "tlfs/tlfs.h"
#include "vpci.h"

#define HV_PARTITION_SELF	(~0ull)

union input {
	struct hv_post_message_input post;
	struct hv_signal_event_input signal;
	struct hv_mmio_input mmio;
	struct hv_retarget_input retarget;
};

/* What a call gives back in memory, when it does. */
union output {
	u8 mmio[HV_MMIO_BYTES];
};

static u16 post_message(struct vp *vp, const union input *in, union output *out)
{
	if (in->post.payload_size > HV_MESSAGE_PAYLOAD || in->post.reserved ||
	    in->post.type & 1u << 31)
		return HV_STATUS_INVALID_PARAMETER;
	count(vp->vm, COUNT_MESSAGES_IN, 1);
	return vmbus_post_message(vp, in->post.connection, in->post.type, in->post.payload,
				  in->post.payload_size);
}

static u16 signal_event(struct vp *vp, const union input *in, union output *out)
{
	if (in->signal.reserved)
		return HV_STATUS_INVALID_PARAMETER;
	count(vp->vm, COUNT_SIGNALS_IN, 1);
	return vmbus_signal_event(vp, in->signal.connection, in->signal.flag);
}

static u16 mmio_status(int err)
{
	return err ? HV_STATUS_INVALID_PARAMETER : HV_STATUS_SUCCESS;
}

static u16 mmio_read(struct vp *vp, const union input *in, union output *out)
{
	if (in->mmio.size > sizeof(out->mmio))
		return HV_STATUS_INVALID_PARAMETER;
	return mmio_status(vpci_mmio_read(vp->vm, in->mmio.gpa, in->mmio.size, out->mmio));
}

static u16 mmio_write(struct vp *vp, const union input *in, union output *out)
{
	if (in->mmio.size > sizeof(in->mmio.data))
		return HV_STATUS_INVALID_PARAMETER;
	return mmio_status(vpci_mmio_write(vp->vm, in->mmio.gpa, in->mmio.size, in->mmio.data));
}

/* VPs are few: of a set only its first bank can hold any. */
static u16 retarget(struct vp *vp, const union input *in, union output *out)
{
	const struct hv_retarget_input *r = &in->retarget;
	u64 mask = r->mask;

	if (r->partition != HV_PARTITION_SELF || r->source != 1 ||
	    r->flags & ~HV_RETARGET_VP_SET)
		return HV_STATUS_INVALID_PARAMETER;
	if (r->flags & HV_RETARGET_VP_SET)
		mask = r->bank_mask & 1 ? r->bank[0] : 0;
	if (vpci_retarget(vp->vm, r->device, r->address, r->data, r->vector, mask))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

static const struct call {
	u16 code;
	u16 size;		/* of the input, bytes */
	bool fast;		/* parameters may come in registers */
	u16 variable;		/* words of 8 bytes that may follow */
	u16 output;		/* bytes */
	u16 (*run)(struct vp *vp, const union input *in, union output *out);
} calls[] = {
	{ HV_CALL_POST_MESSAGE, sizeof(struct hv_post_message_input), false, 0, 0, post_message },
	{ HV_CALL_SIGNAL_EVENT, sizeof(struct hv_signal_event_input), true, 0, 0, signal_event },
	{ HV_CALL_RETARGET_INTERRUPT, offsetof(struct hv_retarget_input, bank_mask), false,
	  1 + HV_RETARGET_BANKS, 0, retarget },
	{ HV_CALL_MMIO_READ, offsetof(struct hv_mmio_input, data), false, 0, HV_MMIO_BYTES,
	  mmio_read },
	{ HV_CALL_MMIO_WRITE, sizeof(struct hv_mmio_input), false, 0, 0, mmio_write },
};

static u16 run(struct vp *vp, const struct hypercall_regs *r)
{
	const struct call *c = NULL;
	union output out;
	union input in;
	u16 status;
	u32 size;

	for (u32 i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].code == HV_CALL_CODE(r->rcx))
			c = &calls[i];
	if (!c)
		return HV_STATUS_INVALID_HYPERCALL_CODE;
	/* none of these repeats */
	if (r->rcx & HV_CALL_RESERVED || HV_CALL_REPS(r->rcx) || HV_CALL_START(r->rcx) ||
	    HV_CALL_VARHEAD(r->rcx) > c->variable)
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	memset(&in, 0, sizeof(in));
	if (r->rcx & HV_CALL_FAST) {
		const u64 regs[2] = { r->rdx, r->r8 };

		if (!c->fast)
			return HV_STATUS_INVALID_HYPERCALL_INPUT;
		memcpy(&in, regs, c->size);
		return c->run(vp, &in, &out);
	}
	size = c->size + 8 * HV_CALL_VARHEAD(r->rcx);
	/* aligned to 8 bytes and within one page */
	if (r->rdx & 7 || (r->rdx & (PAGE_SIZE - 1)) + size > PAGE_SIZE)
		return HV_STATUS_INVALID_ALIGNMENT;
	if (gpa_read(vp->vm, r->rdx, &in, size)) {
		hv_log("hypercall %x refused: parameters at %lx", c->code, r->rdx);
		count(vp->vm, COUNT_REFUSED, 1);
		return HV_STATUS_INVALID_PARAMETER;
	}
	if (c->output && (r->r8 & 7 || (r->r8 & (PAGE_SIZE - 1)) + c->output > PAGE_SIZE))
		return HV_STATUS_INVALID_ALIGNMENT;
	if (c->output && !gpa_range(vp->vm, r->r8, c->output))
		return HV_STATUS_INVALID_PARAMETER;
	memset(&out, 0, sizeof(out));
	status = c->run(vp, &in, &out);
	if (!status && c->output)
		gpa_write(vp->vm, r->r8, &out, c->output);
	return status;
}

bool tlfs_hypercall(struct vp *vp, struct hypercall_regs *r)
{
	if (!(vp->vm->tlfs->hypercall & HV_PAGE_ENABLE) || r->user)
		return false;
	count_in(vp->vm, COUNT_HYPERCALL, HV_CALL_CODE(r->rcx));
	r->rax = run(vp, r);
	return true;
}
