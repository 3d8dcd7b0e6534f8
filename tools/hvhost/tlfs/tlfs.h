/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of the hypervisor that a guest sees, and who of tlfs/ does what with it. */
#ifndef HVHOST_TLFS_H
#define HVHOST_TLFS_H

#include "hv_tlfs.h"
#include "synic.h"
#include "tlfs_exit.h"

/* Per partition. */
struct tlfs {
	u64 guest_os_id, hypercall, reference_tsc, tsc_invariant;
	u64 crash[HV_CRASH_PARAMS];
};

struct stimer {
	struct tlfs_vp *owner;
	u32 index;
	u64 config, count;
	u64 due;		/* 100 ns; 0: stopped */
	struct event event;
	bool undelivered;	/* the message slot was taken */
	struct hv_timer_payload message;
};

/* Per virtual processor. */
struct tlfs_vp {
	struct vp *vp;
	u64 scontrol, siefp, simp, assist;
	u64 sint[HV_SINTS];
	struct stimer stimer[HV_STIMERS];
};

/* synic.c: MSRs from SCONTROL to SINT15. */
bool synic_rdmsr(struct tlfs_vp *t, u32 msr, u64 *value);
bool synic_wrmsr(struct tlfs_vp *t, u32 msr, u64 value);
void synic_init(struct tlfs_vp *t);
/* stimer.c: the eight MSRs of the timers. */
void stimer_init(struct tlfs_vp *t);
u64 stimer_rdmsr(struct tlfs_vp *t, u32 msr);
bool stimer_wrmsr(struct tlfs_vp *t, u32 msr, u64 value);
/* Slot @sint is free again: send what waits for it. */
void stimer_eom(struct tlfs_vp *t, u32 sint);
/* crash.c */
bool crash_rdmsr(struct vm *vm, u32 msr, u64 *value);
bool crash_wrmsr(struct vp *vp, u32 msr, u64 value);
/* page.c: the hypercall page and the reference TSC page. */
bool hypercall_page_wrmsr(struct vm *vm, u64 value);
bool reftsc_wrmsr(struct vm *vm, u64 value);

#endif
