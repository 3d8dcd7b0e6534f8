// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local APICs. They are the guest's, in the mode the guest chose; hvhost, with
 * interrupts held off, uses the same one to send: a fixed interrupt that the
 * guest will take as any other, or an NMI that gets a processor out of it.
 *
 * What a guest sends passes here when it could hurt: INIT and SIPI would reset a
 * processor with hvhost on it, and an NMI would look like one of ours.
 */
#include "lib.h"
#include "lib/hw.h"
#include "svm/msr.h"
#include "svm/svm.h"
#include "tlfs_exit.h"

#define APIC		APIC_PAGE
#define APIC_TPR	0x80
#define APIC_EOI	0xb0
#define APIC_SPIV	0xf0
#define APIC_ICR	0x300
#define APIC_ICR2	0x310
#define APIC_FIRST	0x20	/* register that is written; below, QEMU takes a store for an MSI */
#define APIC_LVT	0x320	/* timer, thermal, performance, LINT0, LINT1, error */
#define APIC_LVT_LAST	0x370
#define LVT_BITS	0x7f7ffu	/* SDM 3A, figure 11-8; the others are reserved */
#define LVT_NMI		4u	/* modes, SDM 3A, 11.5.1 */
#define LVT_EXTINT	7u
#define ICR_FIXED	(0u << 8)
#define ICR_LOWEST	(1u << 8)
#define ICR_NMI		(4u << 8)
#define ICR_INIT	(5u << 8)
#define ICR_SIPI	(6u << 8)
#define ICR_MODE	(7u << 8)
#define ICR_LOGICAL	(1u << 11)
#define ICR_ASSERT	(1u << 14)
#define ICR_LEVEL	(1u << 15)
#define ICR_SHORTHAND(x) (((x) >> 18) & 3)

static bool x2apic(void)
{
	return rdmsr(MSR_APIC_BASE) & (1u << 10);
}

void apic_ipi(u32 apic_id, u32 low)
{
	u32 high;

	if (x2apic()) {
		wrmsr(MSR_X2APIC_ICR, (u64)apic_id << 32 | low);
		return;
	}
	/* the guest may be between its two writes */
	high = mmio_read(APIC + APIC_ICR2);
	mmio_write(APIC + APIC_ICR2, apic_id << 24);
	mmio_write(APIC + APIC_ICR, low);
	mmio_write(APIC + APIC_ICR2, high);
}

void apic_start_ap(struct vcpu *v, u32 page)
{
	apic_ipi(v->vp->apic_id, ICR_INIT | ICR_ASSERT);
	apic_ipi(v->vp->apic_id, ICR_SIPI | page);
	while (!v->online)
		__asm__ volatile("pause");
}

void vp_interrupt(struct vp *vp, u8 vector)
{
	apic_ipi(vp->apic_id, ICR_FIXED | ICR_ASSERT | vector);
}

void vm_msi(struct vm *vm, u64 address, u32 data)
{
	/* the address space of MSIs, bits 12-19 the destination (SDM 3A, 11.11) */
	mmio_write((address & 0xfffff) | APIC, data);
}

void vp_kick(struct vp *vp)
{
	apic_ipi(vp->apic_id, ICR_NMI | ICR_ASSERT);
}

/* SDM 3A, 11.12.10: logical x2APIC ids are clusters of 16. */
static bool is_target(const struct vcpu *from, const struct vcpu *to, u64 icr, bool wide)
{
	u32 dest = (u32)(icr >> (wide ? 32 : 56)), id = to->vp->apic_id;

	switch (ICR_SHORTHAND((u32)icr)) {
	case 1: return from == to;
	case 2: return true;
	case 3: return from != to;
	}
	if (dest == (wide ? 0xffffffff : 0xff))
		return true;
	if (!(icr & ICR_LOGICAL))
		return dest == id;
	return wide ? dest >> 16 == id >> 4 && dest & 1u << (id & 15) : id < 8 && dest & 1u << id;
}

static void deliver(struct vcpu *to, u32 icr)
{
	switch (icr & ICR_MODE) {
	case ICR_NMI:
		to->guest_nmi = true;
		vp_kick(to->vp);
		break;
	case ICR_INIT:
		if (icr & ICR_LEVEL && !(icr & ICR_ASSERT))
			return;		/* level de-assert does nothing */
		to->init = true;
		to->sipi = -1;
		vp_kick(to->vp);
		break;
	case ICR_SIPI:
		if (!to->init)
			return;		/* only one that waits takes it; guests send two */
		to->sipi = (u8)icr;
		vp_kick(to->vp);
	}
}

void apic_guest_icr(struct vcpu *v, u64 icr)
{
	u32 mode = (u32)icr & ICR_MODE;
	struct vm *vm = v->vp->vm;
	bool wide = x2apic();

	if (mode == ICR_NMI || mode == ICR_INIT || mode == ICR_SIPI) {
		for (u32 i = 0; i < vm->vps; i++)
			if (is_target(v, vm->vp[i].vcpu, icr, wide))
				deliver(vm->vp[i].vcpu, (u32)icr);
		return;
	}
	if (mode != ICR_FIXED && mode != ICR_LOWEST) {
		guest_refused(v, "an interrupt by ICR", icr);	/* SMI, and what there is not */
		return;
	}
	if (wide) {
		wrmsr(MSR_X2APIC_ICR, icr);
		return;
	}
	mmio_write(APIC + APIC_ICR2, (u32)(icr >> 32));
	mmio_write(APIC + APIC_ICR, (u32)icr);
}

bool apic_guest_x2icr(struct vcpu *v, u64 icr)
{
	if (!x2apic())
		return false;
	apic_guest_icr(v, icr);
	return true;
}

/*
 * An SMI would have firmware run outside of the guest, on memory that the guest fills.
 * An NMI is hvhost's to see and nothing comes of it: Linux has one for its counters.
 */
static bool lvt_good(u32 value)
{
	u32 mode = value >> 8 & 7;

	return !mode || mode == LVT_NMI || mode == LVT_EXTINT;
}

bool apic_guest_lvt(struct vcpu *v, u32 msr, u64 value)
{
	if (!x2apic() || value & ~(u64)LVT_BITS)
		return false;
	if (lvt_good((u32)value))
		wrmsr(msr, value);
	else
		guest_refused(v, "a local vector of", value);
	return true;
}

u32 apic_guest_load(u32 offset)
{
	return x2apic() || offset & 3 ? ~0u : mmio_read(APIC + offset);
}

void apic_guest_store(struct vcpu *v, u32 offset, u32 value)
{
	if (x2apic() || offset & 0xf || offset < APIC_FIRST)
		guest_refused(v, "a write to the local APIC's", offset);
	else if (offset >= APIC_LVT && offset <= APIC_LVT_LAST && !lvt_good(value))
		guest_refused(v, "a local vector of", value);
	else if (offset == APIC_ICR)
		apic_guest_icr(v, (u64)mmio_read(APIC + APIC_ICR2) << 32 | value);
	else
		mmio_write(APIC + offset, value);
}

void vp_apic_eoi(struct vp *vp)
{
	if (x2apic())
		wrmsr(MSR_X2APIC_EOI, 0);
	else
		mmio_write(APIC + APIC_EOI, 0);
}

u64 vp_apic_icr_read(struct vp *vp)
{
	if (x2apic())
		return rdmsr(MSR_X2APIC_ICR);
	return (u64)mmio_read(APIC + APIC_ICR2) << 32 | mmio_read(APIC + APIC_ICR);
}

void vp_apic_icr_write(struct vp *vp, u64 icr)
{
	apic_guest_icr(vp->vcpu, icr);
}

u8 vp_apic_tpr_read(struct vp *vp)
{
	return (u8)(x2apic() ? rdmsr(MSR_X2APIC_TPR) : mmio_read(APIC + APIC_TPR));
}

void vp_apic_tpr_write(struct vp *vp, u8 tpr)
{
	if (x2apic())
		wrmsr(MSR_X2APIC_TPR, tpr);
	else
		mmio_write(APIC + APIC_TPR, tpr);
}
