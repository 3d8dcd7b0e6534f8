// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic MSRs. One that is not there, one whose privilege the guest does not
 * have, a write to one that cannot be written, and a bit that has to be zero are
 * #GP (false), as the TLFS has it. Bits it calls "reserved, preserve" are kept as
 * they are written.
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

/* Which bits of the features leaf an MSR needs: of EAX, and of EDX. */
static const struct {
	u32 first, last, privilege, feature;
} needs[] = {
	{ HV_MSR_GUEST_OS_ID, HV_MSR_HYPERCALL, HV_ACCESS_HYPERCALL, 0 },
	{ HV_MSR_VP_INDEX, HV_MSR_VP_INDEX, HV_ACCESS_VP_INDEX, 0 },
	{ HV_MSR_RESET, HV_MSR_RESET, HV_ACCESS_RESET, 0 },
	{ HV_MSR_VP_RUNTIME, HV_MSR_VP_RUNTIME, HV_ACCESS_VP_RUNTIME, 0 },
	{ HV_MSR_TIME_REF_COUNT, HV_MSR_TIME_REF_COUNT, HV_ACCESS_REF_COUNTER, 0 },
	{ HV_MSR_REFERENCE_TSC, HV_MSR_REFERENCE_TSC, HV_ACCESS_REF_TSC, 0 },
	{ HV_MSR_TSC_FREQUENCY, HV_MSR_APIC_FREQUENCY, HV_ACCESS_FREQUENCY,
	  HV_FEATURE_FREQUENCY_MSRS },
	{ HV_MSR_EOI, HV_MSR_VP_ASSIST_PAGE, HV_ACCESS_APIC, 0 },
	{ HV_MSR_SCONTROL, HV_MSR_SINT0 + HV_SINTS - 1, HV_ACCESS_SYNIC, 0 },
	{ HV_MSR_STIMER0_CONFIG, HV_MSR_STIMER0_CONFIG + 2 * HV_STIMERS - 1, HV_ACCESS_STIMER, 0 },
	{ HV_MSR_CRASH_P0, HV_MSR_CRASH_CTL, 0, HV_FEATURE_CRASH_MSRS },
	{ HV_MSR_REENLIGHTENMENT, HV_MSR_TSC_EMULATION_STATUS, HV_ACCESS_REENLIGHTENMENT, 0 },
	{ HV_MSR_TSC_INVARIANT, HV_MSR_TSC_INVARIANT, HV_ACCESS_TSC_INVARIANT, 0 },
};

static bool offered(const struct vm *vm, u32 msr)
{
	for (u32 i = 0; i < ARRAY_SIZE(needs); i++)
		if (msr >= needs[i].first && msr <= needs[i].last)
			return !(needs[i].privilege & ~tlfs_privileges(vm)) &&
			       !(needs[i].feature & ~tlfs_features(vm));
	return false;
}

bool tlfs_rdmsr(struct vp *vp, u32 msr, u64 *value)
{
	struct tlfs *p = vp->vm->tlfs;

	if (!offered(vp->vm, msr))
		return false;
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
	case HV_MSR_REENLIGHTENMENT ... HV_MSR_TSC_EMULATION_STATUS:
		return reenlighten_rdmsr(vp->vm, msr, value);
	}
	return false;
}

bool tlfs_wrmsr(struct vp *vp, u32 msr, u64 value)
{
	struct tlfs *p = vp->vm->tlfs;

	if (!offered(vp->vm, msr))
		return false;
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
		if (value & ~1ull)
			return false;
		if (value)
			vm_reset(vp->vm);
		return true;
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
	case HV_MSR_REENLIGHTENMENT ... HV_MSR_TSC_EMULATION_STATUS:
		return reenlighten_wrmsr(vp->vm, msr, value);
	}
	return false;
}
