/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processors: AMD SVM with nested paging, as QEMU's software emulation has
 * it. boot/ calls the first three; the rest is between the files of svm/.
 *
 * A guest owns its local APIC and takes its interrupts without an exit. What
 * exits is CPUID, MSRs that are not the processor's, VMMCALL, most ports, and
 * NMI, which is how anybody gets a processor out of the guest.
 */
#ifndef HVHOST_SVM_H
#define HVHOST_SVM_H

#include "refuse.h"
#include "vm.h"
#include "svm/vmcb.h"

struct guest_entry;

/* In the order svm/run.S knows. RAX and RSP are in the VMCB. */
struct gprs {
	u64 rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
};

struct vcpu {
	struct vp *vp;
	struct vmcb *vmcb;
	struct gprs regs;
	u64 exit_tsc;		/* the machine's TSC when the guest was left */
	u64 run_tsc;		/* sum of TSC spent in the guest */
	u64 due;		/* of vp_comparator(), 0: stopped */
	u8 due_vector;
	bool hidden;		/* segment state that VMRUN does not load is due */
	bool guest_nmi;		/* one to inject */
	bool in_nmi;		/* until the guest's IRET */
	volatile bool inside;	/* in the guest, or about to enter it */
	volatile bool online;
	volatile bool init;	/* INIT: reset and wait for SIPI */
	volatile s32 sipi;	/* vector, or -1 */
};

struct svm {
	volatile u32 lock;
	u64 n_cr3, iopm, msrpm;
	u64 tsc_hz, tsc_scale;
	u64 epoch;		/* host time when reference time was 0 */
	u64 tsc_offset;		/* guest TSC = machine's TSC + this */
	bool stops;		/* guest time stands still during an exit: svm/icount.c */
	bool frozen;		/* it does so now */
	u64 frozen_tsc;		/* at this TSC of the guest */
	u32 event_armed;	/* comparator 0 holds the next event */
	u64 hpet_zero;		/* the machine's TSC when the HPET's counter was 0 */
	u64 fires[2];		/* its TSC at which comparator n does; 0: stopped */
	volatile u32 *hold;	/* a register that must be 0 while hvhost runs, or nothing's */
	volatile u32 nothing;
	bool woken;		/* an NMI: pollers are to look */
	struct refusals refusals;
	u16 pm;			/* PMBASE: where the power management's ports are; 0: nowhere */
};

/* Everything but the guest's first processor; APs are up and parked. */
void svm_init(struct vm *vm);
/* Enter the guest on the boot processor. */
void svm_run_first(struct vm *vm, const struct guest_entry *entry) __attribute__((noreturn));
/* An application processor, from boot/head.S. */
void ap_main(struct vcpu *v) __attribute__((noreturn));

/* ---- svm/run.S ---- */
/*
 * Into the guest and out again; GIF is clear before and after. Enters at TSC @at
 * of the machine, at once when it is 0 or has passed. Writes 0 to *@hold as the
 * SVM_HOLD'th instruction after the exit. The TSC at the exit.
 */
#define SVM_HOLD	3
u64 svm_enter(struct vmcb *vmcb, struct gprs *regs, u64 at, volatile u32 *hold);
/* Let pending NMIs of the host happen. */
void svm_drain(void);
/* Wait for an NMI; one that came while GIF was clear counts. */
void svm_wait(void);

/* ---- svm/npt.c, svm/permit.c ---- */
u64 npt_build(struct vm *vm);		/* physical address of the root; hv_die() */
void permit_build(struct svm *s);	/* after @pm is known; hv_die() */

/* ---- svm/vcpu.c ---- */
void vcpu_create(struct vm *vm, u32 index);
void vcpu_reset_flat(struct vcpu *v, const struct guest_entry *entry);
void vcpu_reset_sipi(struct vcpu *v, u8 vector);
void processor_setup(struct vcpu *v);	/* this processor may VMRUN */

/* ---- svm/exit.c ---- */
void vcpu_run(struct vcpu *v) __attribute__((noreturn));
/* What there is to say when the guest ends, however it does. */
void end_reports(struct vm *vm);
/* A guest did what no guest may: log why and stop the machine. */
void guest_stop(struct vcpu *v, const char *why, u64 what) __attribute__((noreturn));
/* A guest did what nothing comes of: count it, and log what it was, if not for the nth time. */
void guest_refused(struct vcpu *v, const char *what, u64 value);

/* ---- svm/port.c ---- */
/* The guest accesses a port that is not its own; its RIP goes on. */
void port_access(struct vcpu *v);

/* ---- svm/apic.c ---- */
void apic_ipi(u32 apic_id, u32 low);	/* ICR of this processor's local APIC */
void apic_start_ap(struct vcpu *v, u32 page);
/* The guest writes its ICR, in the layout of the mode its APIC is in. */
void apic_guest_icr(struct vcpu *v, u64 icr);
/* The same by MSR. False: #GP, for its APIC is not in x2APIC mode. */
bool apic_guest_x2icr(struct vcpu *v, u64 icr);
/*
 * The guest reads or writes byte @offset of the APIC's page: ones and nothing while its
 * APIC is in x2APIC mode, where there is no such page (SDM 3A, 11.12.2).
 */
u32 apic_guest_load(u32 offset);
void apic_guest_store(struct vcpu *v, u32 offset, u32 value);
/*
 * The guest writes one of MSR_X2APIC_LVT ... MSR_X2APIC_LVT_LAST. False: #GP, for its APIC
 * is not in x2APIC mode or a bit is reserved. A mode that is not for a guest is refused.
 */
bool apic_guest_lvt(struct vcpu *v, u32 msr, u64 value);

/* ---- svm/registers.c ---- */
#define APIC_PAGE	0xfee00000ull
#define MSI_END		0xfef00000ull	/* from the page on, a store of a processor is an MSI, too */
#define IOAPIC_PAGE	0xfec00000ull
/* Whether  is in one of the two pages of registers that exit. */
bool registers_at(u64 gpa);
/* Do what the guest's instruction does there; its length, 0: refused. */
u32 registers_access(struct vcpu *v, u64 gpa, bool write);
/* Whether I/O APIC register  may hold : not INIT, SMI or NMI for an entry. */
bool ioapic_entry_good(u32 index, u32 value);

/* ---- svm/rtc.c ---- */
u64 rtc_read(void);			/* 100 ns since 1601 */

/* ---- svm/clock.c ---- */
void clock_init(struct vm *vm);
/* Comparator @n (0: events, 1 + VP index) writes @data to @apic_id at @due; 0: stop. */
void clock_comparator(struct vm *vm, u32 n, u64 due, u32 apic_id, u32 data);

/* ---- svm/icount.c: when time stops, with one processor ---- */
/* Find the HPET's phase; guest time begins to stand still at 0. hv_die() */
void icount_init(struct vm *vm);
/* Before the first entry: sleep to a whole second of the machine. */
void icount_begin(struct vcpu *v);
/*
 * The last thing before an entry: the TSC to enter at, by which the guest's clock goes
 * on where it stood, and all comparators armed for that.
 */
u64 icount_enter(struct vcpu *v);
/* The first thing after an exit at TSC @at: guest time stands still. */
void icount_leave(struct vcpu *v, u64 at);

/* ---- registers of the HPET, for these two ---- */
#define HPET_TICK_NS	10	/* clock_init() makes sure */
/* Comparator @n writes @data to @apic_id when the counter is @ticks. */
void hpet_arm(u32 n, u64 ticks, u32 apic_id, u32 data);
void hpet_stop(u32 n);
/* Its configuration register: 0 stops it. */
volatile u32 *hpet_config(u32 n);
/* RDTSC, and as the next instruction the counter's low half. */
u64 hpet_sample(u32 *low);

/* ---- svm/event.c ---- */
void events_run(struct vm *vm);
void events_arm(struct vm *vm);

#endif
