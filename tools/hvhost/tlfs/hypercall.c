// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls: TLFS, "Hypercall interface". The input value is checked for all
 * calls alike, then the call's own row says what it takes. A guest's parameters
 * are copied before they are looked at.
 */
#include "counters.h"
#include "lib.h"
#include "tlfs/tlfs.h"

union input {
	struct hv_post_message_input post;
	struct hv_signal_event_input signal;
};

static u16 post_message(struct vp *vp, const union input *in)
{
	if (in->post.payload_size > HV_MESSAGE_PAYLOAD || in->post.reserved ||
	    in->post.type & 1u << 31)
		return HV_STATUS_INVALID_PARAMETER;
	count(vp->vm, COUNT_MESSAGES_IN, 1);
	return vmbus_post_message(vp, in->post.connection, in->post.type, in->post.payload,
				  in->post.payload_size);
}

static u16 signal_event(struct vp *vp, const union input *in)
{
	if (in->signal.reserved)
		return HV_STATUS_INVALID_PARAMETER;
	count(vp->vm, COUNT_SIGNALS_IN, 1);
	return vmbus_signal_event(vp, in->signal.connection, in->signal.flag);
}

static const struct call {
	u16 code;
	u16 size;		/* of the input, bytes */
	bool fast;		/* parameters may come in registers */
	u16 (*run)(struct vp *vp, const union input *in);
} calls[] = {
	{ HV_CALL_POST_MESSAGE, sizeof(struct hv_post_message_input), false, post_message },
	{ HV_CALL_SIGNAL_EVENT, sizeof(struct hv_signal_event_input), true, signal_event },
};

static u16 run(struct vp *vp, const struct hypercall_regs *r)
{
	const struct call *c = NULL;
	union input in;

	for (u32 i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].code == HV_CALL_CODE(r->rcx))
			c = &calls[i];
	if (!c)
		return HV_STATUS_INVALID_HYPERCALL_CODE;
	/* none of these repeats or has a header of variable size */
	if (r->rcx & HV_CALL_RESERVED || HV_CALL_REPS(r->rcx) || HV_CALL_START(r->rcx) ||
	    HV_CALL_VARHEAD(r->rcx))
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	memset(&in, 0, sizeof(in));
	if (r->rcx & HV_CALL_FAST) {
		const u64 regs[2] = { r->rdx, r->r8 };

		if (!c->fast)
			return HV_STATUS_INVALID_HYPERCALL_INPUT;
		memcpy(&in, regs, c->size);
		return c->run(vp, &in);
	}
	/* aligned to 8 bytes and within one page */
	if (r->rdx & 7 || (r->rdx & (PAGE_SIZE - 1)) + c->size > PAGE_SIZE)
		return HV_STATUS_INVALID_ALIGNMENT;
	if (gpa_read(vp->vm, r->rdx, &in, c->size)) {
		hv_log("hypercall %x refused: parameters at %lx", c->code, r->rdx);
		count(vp->vm, COUNT_REFUSED, 1);
		return HV_STATUS_INVALID_PARAMETER;
	}
	return c->run(vp, &in);
}

bool tlfs_hypercall(struct vp *vp, struct hypercall_regs *r)
{
	if (!(vp->vm->tlfs->hypercall & HV_PAGE_ENABLE) || r->user)
		return false;
	count_in(vp->vm, COUNT_HYPERCALL, HV_CALL_CODE(r->rcx));
	r->rax = run(vp, r);
	return true;
}
