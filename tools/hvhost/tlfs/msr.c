// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic MSRs. One that is not there, a write to one that cannot be written
 * and a reserved bit are #GP (false), as the TLFS has it.
 */
#include "lib.h"
#include "tlfs/tlfs.h"

bool tlfs_init(struct vm *vm)
{
	vm->tlfs = hv_alloc(sizeof(*vm->tlfs));
	if (!vm->tlfs)
		return false;
	for (u32 i = 0; i < vm->vps; i++) {
		struct tlfs_vp *t = hv_alloc(sizeof(*t));

		if (!t)
			return false;
		t->vp = &vm->vp[i];
		vm->vp[i].tlfs = t;
		synic_init(t);
		stimer_init(t);
	}
	return true;
}

bool tlfs_rdmsr(struct vp *vp, u32 msr, u64 *value)
{
	struct tlfs *p = vp->vm->tlfs;

	switch (msr) {
	case HV_MSR_GUEST_OS_ID:
		*value = p->guest_os_id;
		return true;
	case HV_MSR_HYPERCALL:
		*value = p->hypercall;
		return true;
	case HV_MSR_VP_INDEX:
		*value = vp->index;
		return true;
	case HV_MSR_RESET:
		*value = 0;
		return true;
	case HV_MSR_VP_RUNTIME:
		*value = vp_runtime(vp);
		return true;
	case HV_MSR_TIME_REF_COUNT:
		*value = vm_time(vp->vm);
		return true;
	case HV_MSR_REFERENCE_TSC:
		*value = p->reference_tsc;
		return true;
	case HV_MSR_TSC_FREQUENCY:
		*value = vm_tsc_hz(vp->vm);
		return true;
	case HV_MSR_APIC_FREQUENCY:
		*value = vm_apic_hz(vp->vm);
		return true;
	case HV_MSR_ICR:
		*value = vp_apic_icr_read(vp);
		return true;
	case HV_MSR_TPR:
		*value = vp_apic_tpr_read(vp);
		return true;
	case HV_MSR_VP_ASSIST_PAGE:
		*value = vp->tlfs->assist;
		return true;
	case HV_MSR_TSC_INVARIANT:
		*value = p->tsc_invariant;
		return true;
	case HV_MSR_SCONTROL ... HV_MSR_SINT0 + HV_SINTS - 1:
		return synic_rdmsr(vp->tlfs, msr, value);
	case HV_MSR_STIMER0_CONFIG ... HV_MSR_STIMER0_CONFIG + 2 * HV_STIMERS - 1:
		*value = stimer_rdmsr(vp->tlfs, msr);
		return true;
	case HV_MSR_CRASH_P0 ... HV_MSR_CRASH_CTL:
		return crash_rdmsr(vp->vm, msr, value);
	}
	return false;
}

static bool assist_wrmsr(struct vp *vp, u64 value)
{
	if (value & HV_PAGE_ENABLE &&
	    !gpa_range(vp->vm, value & HV_PAGE_ADDRESS, PAGE_SIZE))
		return false;
	vp->tlfs->assist = value;
	return true;
}

bool tlfs_wrmsr(struct vp *vp, u32 msr, u64 value)
{
	struct tlfs *p = vp->vm->tlfs;

	switch (msr) {
	case HV_MSR_GUEST_OS_ID:
		p->guest_os_id = value;
		/* without an identity there is no hypercall page */
		if (!value)
			p->hypercall &= ~HV_PAGE_ENABLE;
		return true;
	case HV_MSR_HYPERCALL:
		return hypercall_page_wrmsr(vp->vm, value);
	case HV_MSR_RESET:
		if (value & 1)
			vm_reset(vp->vm);
		return !(value & ~1ull);
	case HV_MSR_REFERENCE_TSC:
		return reftsc_wrmsr(vp->vm, value);
	case HV_MSR_EOI:
		vp_apic_eoi(vp);
		return true;
	case HV_MSR_ICR:
		vp_apic_icr_write(vp, value);
		return true;
	case HV_MSR_TPR:
		if (value & ~0xffull)
			return false;
		vp_apic_tpr_write(vp, (u8)value);
		return true;
	case HV_MSR_VP_ASSIST_PAGE:
		return assist_wrmsr(vp, value);
	case HV_MSR_TSC_INVARIANT:
		if (value & ~1ull)
			return false;
		p->tsc_invariant = value;
		return true;
	case HV_MSR_SCONTROL ... HV_MSR_SINT0 + HV_SINTS - 1:
		return synic_wrmsr(vp->tlfs, msr, value);
	case HV_MSR_STIMER0_CONFIG ... HV_MSR_STIMER0_CONFIG + 2 * HV_STIMERS - 1:
		return stimer_wrmsr(vp->tlfs, msr, value);
	case HV_MSR_CRASH_P0 ... HV_MSR_CRASH_CTL:
		return crash_wrmsr(vp, msr, value);
	}
	return false;
}
