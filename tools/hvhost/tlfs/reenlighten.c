// SPDX-License-Identifier: GPL-2.0-only
/*
 * Re-enlightenment: a guest names a vector by which it wants to hear that it was
 * moved to a machine with another TSC, and whether its TSC may be emulated in the
 * meantime. No guest of hvhost is ever moved, so the vector is kept and not used,
 * and no emulation is ever in progress. TLFS, HV_REENLIGHTENMENT_CONTROL;
 * set_hv_tscchange_cb() in the guest's arch/x86/hyperv/hv_init.c.
 */
#include "lib.h"
#include "tlfs/tlfs.h"

bool reenlighten_rdmsr(struct vm *vm, u32 msr, u64 *value)
{
	*value = msr == HV_MSR_REENLIGHTENMENT ? vm->tlfs->reenlightenment :
		 msr == HV_MSR_TSC_EMULATION ? vm->tlfs->tsc_emulation : 0;
	return true;
}

bool reenlighten_wrmsr(struct vm *vm, u32 msr, u64 value)
{
	switch (msr) {
	case HV_MSR_REENLIGHTENMENT:
		if (value & HV_REENLIGHTENMENT_RESERVED)
			return false;
		if (value & HV_REENLIGHTENMENT_ENABLE &&
		    ((value & 0xff) < HV_IPI_VECTOR_MIN || value >> 32 >= vm->vps))
			return false;
		vm->tlfs->reenlightenment = value;
		return true;
	case HV_MSR_TSC_EMULATION:
		if (value & ~1ull)
			return false;
		vm->tlfs->tsc_emulation = value;
		return true;
	}
	return !value;	/* the status: a guest ends an emulation by writing 0 */
}
