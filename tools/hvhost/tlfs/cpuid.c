// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a guest finds the hypervisor: TLFS, "Feature and interface discovery".
 * What is offered here is what this room implements, less what the command line
 * took away; msr.c and hypercall.c ask here, so that leaves and behaviour agree.
 */
#include "boot/config.h"
#include "lib.h"
#include "tlfs/tlfs.h"

#define HYPERVISOR_PRESENT	(1u << 31)	/* leaf 1, ECX */
#define INVARIANT_TSC		(1u << 8)	/* leaf 0x80000007, EDX */

u64 tlfs_privileges(const struct vm *vm)
{
	return vm->config->privileges & HV_PRIVILEGES_ALL;
}

u32 tlfs_features(const struct vm *vm)
{
	return vm->config->features & HV_FEATURES_ALL;
}

static void text(u32 *r, const char *s)
{
	memcpy(r, s, 4);
}

/* Leaves 7 to 10 are those of a root, of isolation and of nesting: nothing of it is here. */
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
		r[0] = (u32)tlfs_privileges(vp->vm);
		r[1] = (u32)(tlfs_privileges(vp->vm) >> 32);
		r[3] = tlfs_features(vp->vm);
		break;
	case HV_CPUID_HINTS:
		r[0] = (vp->vm->config->hints & HV_HINTS_ALL) | HV_HINT_NO_AUTO_EOI;
		/* an EOI by MSR is an exit: only who cannot use x2APIC is told to */
		if (vp->vm->config->apic_msrs)
			r[0] |= HV_HINT_APIC_MSRS;
		r[1] = HV_SPINLOCK_NEVER_NOTIFY;
		break;
	case HV_CPUID_LIMITS:		/* virtual processors, logical ones */
		r[0] = r[1] = VM_MAX_VPS;
		break;
	case HV_CPUID_HARDWARE:
		r[0] = HV_HARDWARE_MSR_BITMAPS | HV_HARDWARE_NESTED_PAGING;
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
