// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls: TLFS, "Hypercall interface". Enters: the registers of a VMMCALL;
 * leaves: the result value, or #UD. The input value is checked for all calls
 * alike against the call's row below, the parameters are copied before anybody
 * looks at them, and what a call gives back is copied out behind it.
 */
#include "counters.h"
#include "lib.h"
#include "tlfs/hypercall.h"

#define PRIVILEGE(ebx_bit)	((u64)(ebx_bit) << 32)

static const struct call {
	u16 code;
	u16 in, in_rep;		/* bytes of the header, and of each element of the list */
	u16 out, out_rep;
	u16 variable;		/* words of 8 bytes that the header may have more */
	u64 privilege;		/* of the partition; 0: of none */
	u16 (*run)(struct hypercall *h);
} calls[] = {
	{ HV_CALL_FLUSH_SPACE, sizeof(struct hv_flush_input), 0, 0, 0, 0, 0, call_flush },
	{ HV_CALL_FLUSH_LIST, sizeof(struct hv_flush_input), 8, 0, 0, 0, 0, call_flush },
	{ HV_CALL_LONG_SPIN_WAIT, 8, 0, 0, 0, 0, 0, call_long_spin_wait },
	{ HV_CALL_SEND_IPI, sizeof(struct hv_send_ipi_input), 0, 0, 0, 0, 0, call_send_ipi },
	{ HV_CALL_FLUSH_SPACE_EX, sizeof(struct hv_flush_ex_input), 0, 0, 0, HV_VP_SET_BANKS, 0,
	  call_flush_ex },
	{ HV_CALL_FLUSH_LIST_EX, sizeof(struct hv_flush_ex_input), 8, 0, 0, HV_VP_SET_BANKS, 0,
	  call_flush_ex },
	{ HV_CALL_SEND_IPI_EX, sizeof(struct hv_send_ipi_ex_input), 0, 0, 0, HV_VP_SET_BANKS, 0,
	  call_send_ipi_ex },
	{ HV_CALL_GET_PARTITION_ID, 0, 0, 8, 0, 0, PRIVILEGE(HV_ACCESS_PARTITION_ID),
	  call_get_partition_id },
	{ HV_CALL_GET_VP_REGISTERS, sizeof(struct hv_get_registers_input), 4, 0,
	  sizeof(struct hv_register_value), 0, PRIVILEGE(HV_ACCESS_VP_REGISTERS),
	  call_get_registers },
	{ HV_CALL_POST_MESSAGE, sizeof(struct hv_post_message_input), 0, 0, 0, 0,
	  PRIVILEGE(HV_POST_MESSAGES), call_post_message },
	{ HV_CALL_SIGNAL_EVENT, sizeof(struct hv_signal_event_input), 0, 0, 0, 0,
	  PRIVILEGE(HV_SIGNAL_EVENTS), call_signal_event },
	{ HV_CALL_RETARGET_INTERRUPT, offsetof(struct hv_retarget_input, bank_mask), 0, 0, 0,
	  1 + HV_RETARGET_BANKS, 0, call_retarget },
	{ HV_CALL_MMIO_READ, offsetof(struct hv_mmio_input, data), 0, HV_MMIO_BYTES, 0, 0, 0,
	  call_mmio_read },
	{ HV_CALL_MMIO_WRITE, sizeof(struct hv_mmio_input), 0, 0, 0, 0, 0, call_mmio_write },
	{ HV_EXT_CALL_CAPABILITIES, 0, 0, 8, 0, 0, PRIVILEGE(HV_EXTENDED_HYPERCALLS),
	  call_capabilities },
};

static const struct call *call_of(u16 code)
{
	for (u32 i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].code == code)
			return &calls[i];
	return NULL;
}

/* A call that repeats has one repetition left at least; one that does not has none. */
static bool encoded_well(const struct call *c, u64 input)
{
	u32 reps = HV_CALL_REPS(input), start = HV_CALL_START(input);

	if (input & HV_CALL_RESERVED || HV_CALL_VARHEAD(input) > c->variable)
		return false;
	return c->in_rep ? reps && start < reps : !reps && !start;
}

/* Where parameters lie: on 8 bytes, in one page, where physical addresses are. */
static bool placed_well(u64 gpa, u32 size)
{
	return !size || (!(gpa & 7) && (gpa & (PAGE_SIZE - 1)) + size <= PAGE_SIZE &&
			 !(gpa >> VM_GPA_BITS));
}

static u16 not_memory(struct vp *vp, const struct call *c, const char *what, u64 gpa)
{
	hv_log("hypercall %x refused: %s at %lx", c->code, what, gpa);
	count(vp->vm, COUNT_REFUSED, 1);
	return HV_STATUS_INVALID_PARAMETER;
}

/* Copy parameters in, run, copy results out. */
static u16 in_memory(struct hypercall *h, const struct call *c, u64 in, u64 out)
{
	struct tlfs *p = h->vp->vm->tlfs;
	u32 fixed = c->in + 8 * h->variables, size = fixed + c->in_rep * h->reps;
	u32 results = c->out + c->out_rep * h->reps, from = c->out_rep * h->done;
	u16 status;

	if (!placed_well(in, size) || !placed_well(out, results))
		return HV_STATUS_INVALID_ALIGNMENT;
	if (size && gpa_read(h->vp->vm, in, p->input, size))
		return not_memory(h->vp, c, "parameters", in);
	if (results && !gpa_range(h->vp->vm, out, results))
		return not_memory(h->vp, c, "results", out);
	memset(p->output, 0, results);
	h->in = p->input;
	h->variable = (const u64 *)(p->input + c->in);
	h->list = p->input + fixed;
	h->out = p->output;
	status = c->run(h);
	if (c->out_rep)
		results = c->out_rep * h->done;
	else if (status)
		results = 0;
	if (results > from)
		gpa_write(h->vp->vm, out + from, p->output + from, results - from);
	return status;
}

/*
 * Parameters in RDX and R8, when they are no more than that and nothing comes
 * back. For more there are vector registers, which hvhost leaves alone and does
 * not offer: a guest that uses them gets #UD, as the TLFS has it.
 */
static bool in_registers(struct hypercall *h, const struct call *c, const struct hypercall_regs *r,
			 u16 *status)
{
	u32 size = c->in + 8 * h->variables + c->in_rep * h->reps;
	u32 results = c->out + c->out_rep * h->reps;
	const u64 regs[2] = { r->rdx, r->r8 };

	if (size + results > HV_CALL_XMM_BYTES) {
		*status = HV_STATUS_INVALID_HYPERCALL_INPUT;
		return true;
	}
	if (size > HV_CALL_FAST_BYTES || results)
		return false;
	h->in = regs;
	*status = c->run(h);
	return true;
}

bool tlfs_hypercall(struct vp *vp, struct hypercall_regs *r)
{
	const struct call *c = call_of(HV_CALL_CODE(r->rcx));
	struct hypercall h = { .vp = vp };
	u16 status;

	if (!(vp->vm->tlfs->hypercall & HV_PAGE_ENABLE) || r->user)
		return false;
	count_in(vp->vm, COUNT_HYPERCALL, HV_CALL_CODE(r->rcx));
	if (!c) {
		r->rax = HV_STATUS_INVALID_HYPERCALL_CODE;
		return true;
	}
	if (c->privilege & ~tlfs_privileges(vp->vm)) {
		r->rax = HV_STATUS_ACCESS_DENIED;
		return true;
	}
	if (!encoded_well(c, r->rcx)) {
		r->rax = HV_STATUS_INVALID_HYPERCALL_INPUT;
		return true;
	}
	h.variables = HV_CALL_VARHEAD(r->rcx);
	h.reps = HV_CALL_REPS(r->rcx);
	h.done = HV_CALL_START(r->rcx);
	if (!(r->rcx & HV_CALL_FAST))
		status = in_memory(&h, c, r->rdx, r->r8);
	else if (!in_registers(&h, c, r, &status))
		return false;
	r->rax = status | HV_RESULT_REPS(h.done);
	return true;
}
