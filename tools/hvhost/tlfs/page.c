// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three pages the guest names and the hypervisor fills: the hypercall page, whose
 * code enters the hypervisor; the reference TSC page, with which a guest makes
 * reference time out of its TSC without an exit; and a page for each VP in which
 * it could be told that an interrupt needs no EOI.
 *
 * The TLFS lays such pages over the guest's; here they are written into the
 * guest's own, so what was there is lost, which no guest is known to miss.
 */
#include "lib.h"
#include "tlfs/tlfs.h"

bool hypercall_page_wrmsr(struct vm *vm, u64 value)
{
	static const u8 code[] = { 0x0f, 0x01, 0xd9, 0xc3 };	/* vmmcall; ret */
	struct tlfs *p = vm->tlfs;

	if (p->hypercall & HV_HYPERCALL_LOCKED || value & HV_HYPERCALL_RESERVED)
		return false;
	if (!p->guest_os_id)
		value &= ~HV_PAGE_ENABLE;
	if (value & HV_PAGE_ENABLE) {
		u8 *page = gpa_range(vm, value & HV_PAGE_ADDRESS, PAGE_SIZE);

		if (!page)
			return false;
		memset(page, 0xcc, PAGE_SIZE);
		memcpy(page, code, sizeof(code));
	}
	p->hypercall = value;
	return true;
}

/* Time = ((TSC * scale) >> 64) + offset; sequence 0 would mean: do not use. */
bool reftsc_wrmsr(struct vm *vm, u64 value)
{
	if (value & HV_PAGE_ENABLE) {
		const struct hv_tsc_page page = { .sequence = 1, .scale = vm_tsc_scale(vm) };

		if (gpa_write(vm, value & HV_PAGE_ADDRESS, &page, sizeof(page)))
			return false;
	}
	vm->tlfs->reference_tsc = value;
	return true;
}

/*
 * The guest skips the EOI of an interrupt when bit 0 of the page is set. An EOI is
 * no exit here (svm/apic.c), so the bit stays clear; but what the page held before
 * it became one must not be taken for it.
 */
bool assist_wrmsr(struct vp *vp, u64 value)
{
	u64 old = vp->tlfs->assist;

	if (value & HV_PAGE_ENABLE) {
		u8 *page = gpa_range(vp->vm, value & HV_PAGE_ADDRESS, PAGE_SIZE);

		if (!page)
			return false;
		if (!(old & HV_PAGE_ENABLE) || (old ^ value) & HV_PAGE_ADDRESS)
			memset(page, 0, PAGE_SIZE);
	}
	vp->tlfs->assist = value;
	return true;
}
