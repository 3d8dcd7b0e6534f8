// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers in memory that exit: the local APIC's page and the I/O APIC's. With the
 * first a guest could send INIT to a processor that hvhost runs on, with the second
 * let an interrupt be one. Called by svm/exit.c for a page that is not in the nested
 * page table. A guest of Hyper-V has its APIC by MSRs, so few exits come of this.
 */
#include "lib.h"
#include "lib/hw.h"
#include "svm/decode.h"
#include "svm/svm.h"
#include "tlfs_exit.h"

/* I/O APIC: 82093AA datasheet, 3.1 and 3.2.4; the EOI register came later. */
#define IOAPIC_SELECT	0x00
#define IOAPIC_WINDOW	0x10
#define IOAPIC_EOI	0x40
#define IOAPIC_TABLE	0x10	/* two registers an entry, the low half first */
#define ENTRY_MODE(x)	((x) >> 8 & 7)
#define MODE_FIXED	0
#define MODE_LOWEST	1
#define MODE_EXTINT	7

#define RAX	0	/* as instructions number them; these two are in the VMCB */
#define RSP	4

static u64 *other(struct gprs *g, u32 n)
{
	u64 *const of[16] = { NULL, &g->rcx, &g->rdx, &g->rbx, NULL, &g->rbp, &g->rsi, &g->rdi,
			      &g->r8, &g->r9, &g->r10, &g->r11, &g->r12, &g->r13, &g->r14, &g->r15 };

	return of[n & 15];
}

static u32 reg_get(struct vcpu *v, u32 n)
{
	return (u32)(n == RAX ? v->vmcb->rax : n == RSP ? v->vmcb->rsp : *other(&v->regs, n));
}

/* The upper half becomes zero, as with any write of 32 bits. */
static void reg_set(struct vcpu *v, u32 n, u32 value)
{
	if (n == RAX)
		v->vmcb->rax = value;
	else if (n == RSP)
		v->vmcb->rsp = value;
	else
		*other(&v->regs, n) = value;
}

bool ioapic_entry_good(u32 index, u32 value)
{
	u32 mode = ENTRY_MODE(value);

	return index < IOAPIC_TABLE || index & 1 || mode == MODE_FIXED || mode == MODE_LOWEST ||
	       mode == MODE_EXTINT;
}

static u32 ioapic_load(u32 offset)
{
	return offset == IOAPIC_SELECT || offset == IOAPIC_WINDOW ?
	       mmio_read(IOAPIC_PAGE + offset) : ~0u;
}

static void ioapic_store(struct vcpu *v, u32 offset, u32 value)
{
	if (offset == IOAPIC_WINDOW &&
	    !ioapic_entry_good(mmio_read(IOAPIC_PAGE + IOAPIC_SELECT) & 0xff, value))
		guest_refused(v, "an I/O APIC entry of", value);
	else if (offset == IOAPIC_SELECT || offset == IOAPIC_WINDOW || offset == IOAPIC_EOI)
		mmio_write(IOAPIC_PAGE + offset, value);
	else
		guest_refused(v, "a write to the I/O APIC's", offset);
}

static void store(struct vcpu *v, u64 gpa, u32 value)
{
	if (gpa >= APIC_PAGE)
		apic_guest_store(v, (u32)(gpa - APIC_PAGE), value);
	else
		ioapic_store(v, (u32)(gpa - IOAPIC_PAGE), value);
}

static u32 load(u64 gpa)
{
	return gpa >= APIC_PAGE ? apic_guest_load((u32)(gpa - APIC_PAGE)) :
				  ioapic_load((u32)(gpa - IOAPIC_PAGE));
}

bool registers_at(u64 gpa)
{
	gpa &= ~(PAGE_SIZE - 1);
	return gpa == APIC_PAGE || gpa == IOAPIC_PAGE;
}

u32 registers_access(struct vcpu *v, u64 gpa, bool write)
{
	u8 code[CODE_MAX] = { 0 };
	u32 n = code_fetch(v->vp->vm, v->vmcb, code);
	struct mov m;

	if (!mov_decode(&m, code, n) || m.store != write) {
		guest_refused(v, "no plain MOV of 32 bits to or from", gpa);
		return 0;
	}
	if (m.store)
		store(v, gpa, m.immediate ? m.value : reg_get(v, m.reg));
	else
		reg_set(v, m.reg, load(gpa));
	return m.bytes;
}
