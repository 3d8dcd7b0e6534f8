// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic interrupt controller: sixteen sources, each with a vector, a
 * message slot and 2048 event flags. TLFS, "Virtual interrupts" and
 * "Inter-partition communication". Interrupts go to the local APIC, from where
 * the guest takes them without an exit.
 */
#include "counters.h"
#include "lib.h"
#include "testdev.h"
#include "tlfs/tlfs.h"

#define SCONTROL_ENABLE	1ull
#define SVERSION	1

void synic_init(struct tlfs_vp *t)
{
	for (u32 i = 0; i < HV_SINTS; i++)
		t->sint[i] = HV_SINT_MASKED;
}

static void interrupt(struct tlfs_vp *t, u32 sint)
{
	u64 s = t->sint[sint];

	if (s & (HV_SINT_MASKED | HV_SINT_POLLING))
		return;
	count_in(t->vp->vm, COUNT_VECTOR, (u32)(s & HV_SINT_VECTOR));
	vp_interrupt(t->vp, (u8)(s & HV_SINT_VECTOR));
}

int synic_post(struct vp *vp, u32 sint, u32 type, const void *payload, u32 len)
{
	struct tlfs_vp *t = vp->tlfs;
	struct hv_message *slot;

	if (sint >= HV_SINTS || len > HV_MESSAGE_PAYLOAD)
		return -HV_EINVAL;
	if (!(t->scontrol & SCONTROL_ENABLE) || !(t->simp & HV_PAGE_ENABLE) ||
	    t->sint[sint] & HV_SINT_MASKED)
		return -HV_ENOENT;
	slot = gpa_range(vp->vm, (t->simp & HV_PAGE_ADDRESS) + sint * sizeof(*slot), sizeof(*slot));
	if (!slot)
		return -HV_EFAULT;
	if (__atomic_load_n(&slot->type, __ATOMIC_ACQUIRE) != HV_MESSAGE_NONE) {
		__atomic_or_fetch(&slot->flags, 1, __ATOMIC_SEQ_CST);
		/* the guest may have emptied it before it could see the flag */
		if (__atomic_load_n(&slot->type, __ATOMIC_SEQ_CST) != HV_MESSAGE_NONE)
			return -HV_EBUSY;
	}
	slot->payload_size = (u8)len;
	slot->flags = 0;
	slot->reserved = 0;
	slot->origin = 0;
	memcpy(slot->payload, payload, len);
	__atomic_store_n(&slot->type, type, __ATOMIC_RELEASE);
	count(vp->vm, COUNT_MESSAGES_OUT, 1);
	interrupt(t, sint);
	return 0;
}

int synic_signal(struct vp *vp, u32 sint, u32 flag)
{
	struct tlfs_vp *t = vp->tlfs;
	u8 *flags;

	if (sint >= HV_SINTS || flag >= HV_EVENT_FLAGS)
		return -HV_EINVAL;
	if (!(t->scontrol & SCONTROL_ENABLE) || !(t->siefp & HV_PAGE_ENABLE) ||
	    t->sint[sint] & HV_SINT_MASKED)
		return -HV_ENOENT;
	flags = gpa_range(vp->vm, (t->siefp & HV_PAGE_ADDRESS) + sint * (HV_EVENT_FLAGS / 8),
			  HV_EVENT_FLAGS / 8);
	if (!flags)
		return -HV_EFAULT;
	if (__atomic_fetch_or(&flags[flag / 8], 1 << (flag % 8), __ATOMIC_SEQ_CST) &
	    1 << (flag % 8))
		return 0;
	count(vp->vm, COUNT_SIGNALS_OUT, 1);
	interrupt(t, sint);
	return 0;
}

int synic_interrupt(struct vp *vp, u32 sint)
{
	struct tlfs_vp *t = vp->tlfs;

	if (sint >= HV_SINTS)
		return -HV_EINVAL;
	if (!(t->scontrol & SCONTROL_ENABLE) || t->sint[sint] & HV_SINT_MASKED)
		return -HV_ENOENT;
	interrupt(t, sint);
	return 0;
}

bool synic_rdmsr(struct tlfs_vp *t, u32 msr, u64 *value)
{
	switch (msr) {
	case HV_MSR_SCONTROL:
		*value = t->scontrol;
		return true;
	case HV_MSR_SVERSION:
		*value = SVERSION;
		return true;
	case HV_MSR_SIEFP:
		*value = t->siefp;
		return true;
	case HV_MSR_SIMP:
		*value = t->simp;
		return true;
	case HV_MSR_EOM:
		*value = 0;
		return true;
	case HV_MSR_SINT0 ... HV_MSR_SINT0 + HV_SINTS - 1:
		*value = t->sint[msr - HV_MSR_SINT0];
		return true;
	}
	return false;
}

static bool page_wrmsr(struct tlfs_vp *t, u64 *page, u64 value)
{
	if (value & HV_PAGE_ENABLE && !gpa_range(t->vp->vm, value & HV_PAGE_ADDRESS, PAGE_SIZE))
		return false;
	*page = value;
	return true;
}

static void eom(struct tlfs_vp *t)
{
	for (u32 i = 0; i < HV_SINTS; i++)
		if (!(t->sint[i] & HV_SINT_MASKED)) {
			stimer_eom(t, i);
			vmbus_eom(t->vp, i);
			testdev_eom(t->vp, i);
		}
}

bool synic_wrmsr(struct tlfs_vp *t, u32 msr, u64 value)
{
	switch (msr) {
	case HV_MSR_SCONTROL:
		t->scontrol = value;
		return true;
	case HV_MSR_SIEFP:
		return page_wrmsr(t, &t->siefp, value);
	case HV_MSR_SIMP:
		return page_wrmsr(t, &t->simp, value);
	case HV_MSR_EOM:
		eom(t);
		return true;
	case HV_MSR_SINT0 ... HV_MSR_SINT0 + HV_SINTS - 1:
		/* vectors below 16 are exceptions; auto-EOI is not offered */
		if (!(value & HV_SINT_MASKED) &&
		    ((value & HV_SINT_VECTOR) < 16 || value & HV_SINT_AUTO_EOI))
			return false;
		t->sint[msr - HV_MSR_SINT0] = value;
		return true;
	}
	return false;
}
