// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that act on several virtual processors at once: interrupts, and
 * flushes of what their TLBs hold. TLFS, HvCallSendSyntheticClusterIpi(Ex),
 * HvCallFlushVirtualAddressSpace(Ex), HvCallFlushVirtualAddressList(Ex).
 *
 * A VP that is not there is a bad parameter; the TLFS leaves open what it is.
 */
#include "lib.h"
#include "tlfs/hypercall.h"

static u64 all_vps(const struct vm *vm)
{
	return (1ull << vm->vps) - 1;
}

/* The VPs of a set, a bit each, to *vps. */
static u16 vp_set(const struct hypercall *h, const struct hv_vp_set *set, u64 *vps)
{
	u32 n = 0;
	u64 bank;

	*vps = 0;
	if (set->format != HV_VP_SET_SPARSE && set->format != HV_VP_SET_ALL)
		return HV_STATUS_INVALID_PARAMETER;
	for (u32 i = 0; i < HV_VP_SET_BANKS; i++)
		n += set->bank_mask >> i & 1;
	if (n != h->variables)
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	if (set->format == HV_VP_SET_ALL) {
		*vps = all_vps(h->vp->vm);
		return HV_STATUS_SUCCESS;
	}
	for (u32 i = 0; i < n; i++) {
		bank = h->variable[i];
		if (!i && set->bank_mask & 1)
			*vps = bank;
		else if (bank)
			return HV_STATUS_INVALID_PARAMETER;
	}
	return HV_STATUS_SUCCESS;
}

static u16 interrupt(const struct hypercall *h, u32 vector, u8 vtl, const u8 *reserved, u64 vps)
{
	struct vm *vm = h->vp->vm;

	if (vector < HV_IPI_VECTOR_MIN || vector > 0xff || vtl || reserved[0] || reserved[1] ||
	    reserved[2] || vps & ~all_vps(vm))
		return HV_STATUS_INVALID_PARAMETER;
	for (u32 i = 0; i < vm->vps; i++)
		if (vps >> i & 1)
			vp_interrupt(&vm->vp[i], (u8)vector);
	return HV_STATUS_SUCCESS;
}

u16 call_send_ipi(struct hypercall *h)
{
	const struct hv_send_ipi_input *in = h->in;

	return interrupt(h, in->vector, in->target_vtl, in->reserved, in->vps);
}

u16 call_send_ipi_ex(struct hypercall *h)
{
	const struct hv_send_ipi_ex_input *in = h->in;
	u64 vps;
	u16 status = vp_set(h, &in->vps, &vps);

	return status ? status : interrupt(h, in->vector, in->target_vtl, in->reserved, vps);
}

/*
 * Everything a VP's TLB holds goes, whatever part was asked for: a processor that
 * leaves the guest and enters it again has an empty one. So a list needs no look.
 */
static u16 flush(struct hypercall *h, u64 space, u64 flags, u64 vps)
{
	struct vm *vm = h->vp->vm;

	if (flags & HV_FLUSH_RESERVED)
		return HV_STATUS_INVALID_PARAMETER;
	if (!(flags & HV_FLUSH_ALL_SPACES) && space >> VM_GPA_BITS)
		return HV_STATUS_INVALID_PARAMETER;	/* no CR3 */
	if (flags & HV_FLUSH_ALL_PROCESSORS)
		vps = all_vps(vm);
	if (!vps || vps & ~all_vps(vm))
		return HV_STATUS_INVALID_PARAMETER;
	vps_flush_tlb(h->vp, vps);
	h->done = h->reps;
	return HV_STATUS_SUCCESS;
}

u16 call_flush(struct hypercall *h)
{
	const struct hv_flush_input *in = h->in;

	return flush(h, in->space, in->flags, in->vps);
}

u16 call_flush_ex(struct hypercall *h)
{
	const struct hv_flush_ex_input *in = h->in;
	u64 vps;
	u16 status = vp_set(h, &in->vps, &vps);

	return status ? status : flush(h, in->space, in->flags, vps);
}

/* A hint that a lock is not given free. The exit itself is all the pause there is. */
u16 call_long_spin_wait(struct hypercall *h)
{
	return HV_STATUS_SUCCESS;
}
