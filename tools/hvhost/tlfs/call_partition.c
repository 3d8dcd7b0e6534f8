// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls by which a partition asks about itself: its number, what extended
 * calls there are (none), and registers of its VPs. TLFS, HvCallGetVpRegisters:
 * of the registers that have names those are here that are also MSRs or CPUID
 * leaves, and the VTL status, for which a Linux in a VTL asks.
 */
#include "lib.h"
#include "tlfs/hypercall.h"

#define PARTITION_ID	2	/* of a child: the root's is 1 */

u16 call_get_partition_id(struct hypercall *h)
{
	const u64 id = PARTITION_ID;

	memcpy(h->out, &id, sizeof(id));
	return HV_STATUS_SUCCESS;
}

/* A word of capabilities, one bit an extended call: the output is zeros already. */
u16 call_capabilities(struct hypercall *h)
{
	return HV_STATUS_SUCCESS;
}

/* Names that follow one another as the MSRs do. */
static const struct {
	u32 name, msr, n;
} msrs[] = {
	{ HV_REGISTER_CRASH_P0, HV_MSR_CRASH_P0, HV_CRASH_PARAMS + 1 },
	{ HV_REGISTER_VP_RUNTIME, HV_MSR_VP_RUNTIME, 1 },
	{ HV_REGISTER_GUEST_OS_ID, HV_MSR_GUEST_OS_ID, 1 },
	{ HV_REGISTER_VP_INDEX, HV_MSR_VP_INDEX, 1 },
	{ HV_REGISTER_TIME_REF_COUNT, HV_MSR_TIME_REF_COUNT, 1 },
	{ HV_REGISTER_VP_ASSIST_PAGE, HV_MSR_VP_ASSIST_PAGE, 1 },
	{ HV_REGISTER_REFERENCE_TSC, HV_MSR_REFERENCE_TSC, 1 },
	{ HV_REGISTER_SINT0, HV_MSR_SINT0, HV_SINTS },
	{ HV_REGISTER_SCONTROL, HV_MSR_SCONTROL, HV_REGISTER_EOM - HV_REGISTER_SCONTROL + 1 },
	{ HV_REGISTER_STIMER0_CONFIG, HV_MSR_STIMER0_CONFIG, 2 * HV_STIMERS },
};

static void leaf(struct vp *vp, u32 number, struct hv_register_value *v)
{
	u32 r[4] = { 0 };

	tlfs_cpuid(vp, number, 0, r);
	v->low = (u64)r[1] << 32 | r[0];
	v->high = (u64)r[3] << 32 | r[2];
}

static bool read_register(struct vp *vp, u32 name, struct hv_register_value *v)
{
	*v = (struct hv_register_value){ 0, 0 };
	if (name == HV_REGISTER_VERSION) {
		leaf(vp, HV_CPUID_VERSION, v);
		return true;
	}
	if (name >= HV_REGISTER_PRIVILEGES && name <= HV_REGISTER_HARDWARE) {
		leaf(vp, HV_CPUID_FEATURES + name - HV_REGISTER_PRIVILEGES, v);
		return true;
	}
	if (name == HV_REGISTER_VSM_VP_STATUS) {
		v->low = HV_VSM_VTL0_ENABLED;	/* active: 0; no other is enabled */
		return true;
	}
	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++)
		if (name - msrs[i].name < msrs[i].n)
			return tlfs_rdmsr(vp, msrs[i].msr + name - msrs[i].name, &v->low);
	return false;
}

u16 call_get_registers(struct hypercall *h)
{
	const struct hv_get_registers_input *in = h->in;
	struct hv_register_value v;
	struct vm *vm = h->vp->vm;
	struct vp *vp;
	u32 name;

	if (in->partition != HV_PARTITION_SELF && in->partition != PARTITION_ID)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (in->vp != HV_VP_SELF && in->vp >= vm->vps)
		return HV_STATUS_INVALID_VP_INDEX;
	if (in->target_vtl || in->reserved[0] || in->reserved[1] || in->reserved[2])
		return HV_STATUS_INVALID_PARAMETER;
	vp = in->vp == HV_VP_SELF ? h->vp : &vm->vp[in->vp];
	for (; h->done < h->reps; h->done++) {
		memcpy(&name, (const u8 *)h->list + h->done * sizeof(name), sizeof(name));
		if (!read_register(vp, name, &v))
			return HV_STATUS_INVALID_PARAMETER;
		memcpy((u8 *)h->out + h->done * sizeof(v), &v, sizeof(v));
	}
	return HV_STATUS_SUCCESS;
}
