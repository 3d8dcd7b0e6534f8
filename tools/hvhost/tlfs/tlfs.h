/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of the hypervisor that a guest sees, and who of tlfs/ does what with it. */
#ifndef HVHOST_TLFS_H
#define HVHOST_TLFS_H

#include "hv_tlfs.h"
#include "synic.h"
#include "tlfs_exit.h"

/* What there is an implementation of; config.h says how much of it is offered. */
#define HV_PRIVILEGES_ALL \
	(HV_ACCESS_VP_RUNTIME | HV_ACCESS_REF_COUNTER | HV_ACCESS_SYNIC | HV_ACCESS_STIMER | \
	 HV_ACCESS_APIC | HV_ACCESS_HYPERCALL | HV_ACCESS_VP_INDEX | HV_ACCESS_RESET | \
	 HV_ACCESS_REF_TSC | HV_ACCESS_FREQUENCY | HV_ACCESS_REENLIGHTENMENT | \
	 HV_ACCESS_TSC_INVARIANT | \
	 (u64)(HV_ACCESS_PARTITION_ID | HV_POST_MESSAGES | HV_SIGNAL_EVENTS | \
	       HV_ACCESS_VP_REGISTERS | HV_EXTENDED_HYPERCALLS) << 32)
#define HV_FEATURES_ALL \
	(HV_FEATURE_FREQUENCY_MSRS | HV_FEATURE_CRASH_MSRS | HV_FEATURE_STIMER_DIRECT)
#define HV_HINTS_ALL \
	(HV_HINT_REMOTE_FLUSH | HV_HINT_APIC_MSRS | HV_HINT_RELAXED_TIMING | HV_HINT_CLUSTER_IPI | \
	 HV_HINT_EX_MASKS | HV_HINT_MMIO_HYPERCALLS)

/* Per partition. */
struct tlfs {
	u64 guest_os_id, hypercall, reference_tsc, tsc_invariant;
	u64 reenlightenment, tsc_emulation;
	u64 crash[HV_CRASH_PARAMS];
	/* of the hypercall that is under way: one at a time, under the host lock */
	u8 input[PAGE_SIZE] __aligned(8), output[PAGE_SIZE] __aligned(8);
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

/* cpuid.c: what this guest is offered, EAX and EBX of the features leaf, and its EDX. */
u64 tlfs_privileges(const struct vm *vm);
u32 tlfs_features(const struct vm *vm);
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
/* page.c: the hypercall page, the reference TSC page, the VP assist page. */
bool hypercall_page_wrmsr(struct vm *vm, u64 value);
bool reftsc_wrmsr(struct vm *vm, u64 value);
bool assist_wrmsr(struct vp *vp, u64 value);
/* reenlighten.c: the three MSRs for a guest that may be moved to another machine. */
bool reenlighten_rdmsr(struct vm *vm, u32 msr, u64 *value);
bool reenlighten_wrmsr(struct vm *vm, u32 msr, u64 value);

#endif
