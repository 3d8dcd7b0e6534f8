// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a guest finds the hypervisor: TLFS, "Feature and interface discovery".
 * Each bit set here has its implementation in this room; what is not there is
 * not offered, and the MSR of a privilege that is not offered gives #GP.
 */
#include "boot/config.h"
#include "lib.h"
#include "tlfs/tlfs.h"

#define PRIVILEGES (HV_ACCESS_VP_RUNTIME | HV_ACCESS_REF_COUNTER | HV_ACCESS_SYNIC | \
		    HV_ACCESS_STIMER | HV_ACCESS_APIC | HV_ACCESS_HYPERCALL | \
		    HV_ACCESS_VP_INDEX | HV_ACCESS_RESET | HV_ACCESS_REF_TSC | \
		    HV_ACCESS_FREQUENCY | HV_ACCESS_TSC_INVARIANT)
#define HYPERVISOR_PRESENT	(1u << 31)	/* leaf 1, ECX */
#define INVARIANT_TSC		(1u << 8)	/* leaf 0x80000007, EDX */

static void text(u32 *r, const char *s)
{
	memcpy(r, s, 4);
}

static void hv_leaf(struct vp *vp, u32 leaf, u32 r[4])
{
	r[0] = r[1] = r[2] = r[3] = 0;
	switch (leaf) {
	case HV_CPUID_VENDOR:
		r[0] = HV_CPUID_MAX;
		text(&r[1], "Micr");
		text(&r[2], "osof");
		text(&r[3], "t Hv");
		break;
	case HV_CPUID_INTERFACE:
		text(&r[0], "Hv#1");
		break;
	case HV_CPUID_VERSION:		/* build, major.minor: Windows Server 2022's */
		r[0] = 20348;
		r[1] = 10 << 16;
		break;
	case HV_CPUID_FEATURES:
		r[0] = PRIVILEGES;
		r[1] = HV_POST_MESSAGES | HV_SIGNAL_EVENTS;
		r[3] = HV_FEATURE_FREQUENCY_MSRS | HV_FEATURE_CRASH_MSRS |
		       HV_FEATURE_STIMER_DIRECT;
		break;
	case HV_CPUID_HINTS:
		/* an EOI by MSR is an exit: only who cannot use x2APIC is told to */
		r[0] = HV_HINT_RELAXED_TIMING | HV_HINT_NO_AUTO_EOI | HV_HINT_MMIO_HYPERCALLS;
		if (vp->vm->config->apic_msrs)
			r[0] |= HV_HINT_APIC_MSRS;
		r[1] = HV_SPINLOCK_NEVER_NOTIFY;
		break;
	case HV_CPUID_LIMITS:
		r[0] = r[1] = VM_MAX_VPS;
		break;
	}
}

void tlfs_cpuid(struct vp *vp, u32 leaf, u32 sub, u32 r[4])
{
	if (leaf == 1)
		r[2] |= HYPERVISOR_PRESENT;
	else if (leaf == 0x80000007 && vp->vm->tlfs->tsc_invariant & 1)
		r[3] |= INVARIANT_TSC;
	else if (leaf >> 8 == HV_CPUID_VENDOR >> 8)
		hv_leaf(vp, leaf, r);
}
