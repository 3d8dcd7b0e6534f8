/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the exit loop (svm/) to the hypervisor the guest sees (tlfs/): CPUID,
 * synthetic MSRs, hypercalls; and what tlfs/ needs of the processor for them.
 */
#ifndef HVHOST_TLFS_EXIT_H
#define HVHOST_TLFS_EXIT_H

#include "vm.h"

/* Of the x64 calling convention, TLFS "Hypercall interface". */
struct hypercall_regs {
	u64 rcx;	/* input value */
	u64 rdx, r8;	/* input and output GPA, or fast parameters */
	u64 rax;	/* out: result value */
	bool user;	/* the caller was not in ring 0 */
};

/* Once, before the first guest entry. False: no memory. */
bool tlfs_init(struct vm *vm);

/* Change the @regs (eax, ebx, ecx, edx) of @leaf the processor gave. */
void tlfs_cpuid(struct vp *vp, u32 leaf, u32 sub, u32 regs[4]);

/* A synthetic MSR, 0x40000000 to 0x4fffffff. False: #GP. */
bool tlfs_rdmsr(struct vp *vp, u32 msr, u64 *value);
bool tlfs_wrmsr(struct vp *vp, u32 msr, u64 value);

/* False: #UD (hypercalls are not enabled, or not from there). */
bool tlfs_hypercall(struct vp *vp, struct hypercall_regs *r);

/* ---- by svm/, for tlfs/ ---- */

/* Frequencies, Hz. */
u64 vm_tsc_hz(struct vm *vm);
u64 vm_apic_hz(struct vm *vm);
/* The guest's TSC as it is now. */
u64 vm_guest_tsc(struct vm *vm);
/* vm_time() = (guest TSC * scale) >> 64. */
u64 vm_tsc_scale(struct vm *vm);
/* 100 ns @vp has run: for the VP runtime MSR. */
u64 vp_runtime(struct vp *vp);
/* APIC registers of the processor that runs @vp, which is the current one. */
void vp_apic_eoi(struct vp *vp);
u64 vp_apic_icr_read(struct vp *vp);
void vp_apic_icr_write(struct vp *vp, u64 icr);
u8 vp_apic_tpr_read(struct vp *vp);
void vp_apic_tpr_write(struct vp *vp, u8 tpr);

/*
 * The TLBs of the VPs whose bits are in @vps hold nothing of before any more when
 * this returns. @self, who asks, has just left the guest and counts as done.
 */
void vps_flush_tlb(struct vp *self, u64 vps);

/*
 * A timer of @vp's own that raises @vector in its local APIC at @due (100 ns)
 * without an exit. @due 0 stops it.
 */
void vp_comparator(struct vp *vp, u64 due, u8 vector);

#endif
