/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm/decode.c, registers.c and apic.c with a local APIC and an I/O APIC that only keep
 * what is written to them: included by test_registers.c and fuzz_registers.c. A guest in
 * 64-bit mode, its page tables mapping all of its memory to the same addresses.
 */
#ifndef HVHOST_TESTS_REGISTERS_ROOM_H
#define HVHOST_TESTS_REGISTERS_ROOM_H

#include <assert.h>
#include <string.h>

#include "fake.h"

/* lib/hw.h is for bare hardware: what these files need of it */
#define HVHOST_HW_H
static u32 mmio_read(u64 at);
static void mmio_write(u64 at, u32 v);
static u64 rdmsr(u32 msr);
static void wrmsr(u32 msr, u64 v);

/* the fake machine has its own */
#define vp_interrupt		bare_vp_interrupt
#define vm_msi			bare_vm_msi
#define vp_kick			bare_vp_kick
#define vp_apic_eoi		bare_eoi
#define vp_apic_icr_read	bare_icr_read
#define vp_apic_icr_write	bare_icr_write
#define vp_apic_tpr_read	bare_tpr_read
#define vp_apic_tpr_write	bare_tpr_write
void bare_vp_interrupt(struct vp *vp, u8 vector);
void bare_vm_msi(struct vm *vm, u64 address, u32 data);
void bare_vp_kick(struct vp *vp);
void bare_eoi(struct vp *vp);
u64 bare_icr_read(struct vp *vp);
void bare_icr_write(struct vp *vp, u64 icr);
u8 bare_tpr_read(struct vp *vp);
void bare_tpr_write(struct vp *vp, u8 tpr);
#include "svm/apic.c"
#include "svm/decode.c"
#include "svm/registers.c"

#define ROOM_VPS	3u
#define ROOM_CODE	0x8000ull	/* in the guest's first 2 MiB */
#define ROOM_TABLES	0x10000ull
#define ICR_MODE_OF(icr) ((u32)(icr) >> 8 & 7)

static struct room {
	struct fake *fake;
	struct svm svm;
	struct vcpu vcpu[ROOM_VPS];
	struct vmcb vmcb[ROOM_VPS];
	bool x2apic;
	u32 apic[256], ioapic[256], select;
	u64 icr;		/* that the hardware was given last */
	u32 icrs, stores, refused;
} room;

static u32 mmio_read(u64 at)
{
	if (at >= APIC_PAGE && at < APIC_PAGE + PAGE_SIZE) {
		assert(!(at & 3));
		return room.apic[(at & (PAGE_SIZE - 1)) / 16];
	}
	return at == IOAPIC_PAGE ? room.select : room.ioapic[room.select & 0xff];
}

static void sent(u64 icr)
{
	/* nothing but these reaches a processor: an NMI is the host's own */
	assert(ICR_MODE_OF(icr) == 0 || ICR_MODE_OF(icr) == 1 || ICR_MODE_OF(icr) == 4);
	room.icr = icr;
	room.icrs++;
}

static void mmio_write(u64 at, u32 v)
{
	u32 offset = (u32)(at & (PAGE_SIZE - 1));

	room.stores++;
	if (at >= APIC_PAGE) {
		assert(at < APIC_PAGE + PAGE_SIZE && !(offset & 15) && offset >= 0x20);
		/* no SMI, no INIT by a local vector */
		assert(offset < 0x320 || offset > 0x370 || ICR_MODE_OF(v) == 0 ||
		       ICR_MODE_OF(v) == 4 || ICR_MODE_OF(v) == 7);
		room.apic[offset / 16] = v;
		if (offset == 0x300)
			sent((u64)room.apic[0x31] << 32 | v);
		return;
	}
	assert(at - IOAPIC_PAGE == 0 || at - IOAPIC_PAGE == 0x10 || at - IOAPIC_PAGE == 0x40);
	if (!offset)
		room.select = v & 0xff;
	else if (offset == 0x10)
		room.ioapic[room.select] = v;
}

static u64 rdmsr(u32 msr)
{
	return msr == MSR_APIC_BASE ? APIC_PAGE | 0x800 | (room.x2apic ? 0x400 : 0) : 0;
}

static void wrmsr(u32 msr, u64 v)
{
	if (msr == MSR_X2APIC_ICR)
		sent(v);
	else if (msr >= MSR_X2APIC_LVT && msr <= MSR_X2APIC_LVT_LAST)
		mmio_write(APIC_PAGE + ((msr & 0xff) << 4), (u32)v);
}

void guest_refused(struct vcpu *v, const char *what, u64 value)
{
	(void)v;
	(void)what;
	(void)value;
	room.refused++;
}

static inline void room_begin(void)
{
	struct fake *f = fake_begin(ROOM_VPS);
	const u64 tables[3] = { ROOM_TABLES + 0x1007, ROOM_TABLES + 0x2007, 0x87 };

	memset(&room, 0, sizeof(room));
	room.fake = f;
	f->vm.svm = &room.svm;
	for (u32 i = 0; i < ROOM_VPS; i++) {
		room.vmcb[i].efer = EFER_LMA;
		room.vmcb[i].cs.attributes = CS_LONG;
		room.vmcb[i].cr3 = ROOM_TABLES;
		room.vmcb[i].rip = ROOM_CODE;
		room.vcpu[i] = (struct vcpu){ .vp = &f->vm.vp[i], .vmcb = &room.vmcb[i],
					      .sipi = -1 };
		f->vm.vp[i].vcpu = &room.vcpu[i];
		f->vm.vp[i].apic_id = i;
	}
	for (u32 i = 0; i < 3; i++)
		memcpy(f->ram + ROOM_TABLES + i * PAGE_SIZE, &tables[i], 8);
}

static inline void room_end(void)
{
	fake_end();
}

#endif
