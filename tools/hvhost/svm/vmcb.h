/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine control block, and numbers that belong to it: AMD64
 * Architecture Programmer's Manual, volume 2, appendices B and C.
 */
#ifndef HVHOST_VMCB_H
#define HVHOST_VMCB_H

#include "types.h"

struct vmcb_segment {
	u16 selector, attributes;
	u32 limit;
	u64 base;
} __packed;

struct vmcb {
	u32 cr_intercepts, dr_intercepts, exception_intercepts;
	u32 intercepts1, intercepts2;
	u8 pad014[0x040 - 0x014];
	u64 iopm, msrpm, tsc_offset;
	u32 asid;
	u32 tlb_control;
	u64 v_intr, interrupt_shadow;
	u64 exit_code, exit_info1, exit_info2, exit_int_info;
	u64 np_enable;
	u8 pad098[0x0a8 - 0x098];
	u64 event_inject, n_cr3;
	u8 pad0b8[0x400 - 0x0b8];

	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 pad4a0[0x4cb - 0x4a0];
	u8 cpl;
	u32 pad4cc;
	u64 efer;
	u8 pad4d8[0x548 - 0x4d8];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 pad580[0x5d8 - 0x580];
	u64 rsp;
	u8 pad5e0[0x5f8 - 0x5e0];
	u64 rax, star, lstar, cstar, sfmask, kernel_gs_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip, cr2;
	u8 pad648[0x668 - 0x648];
	u64 g_pat;
	u8 pad670[0x1000 - 0x670];
} __packed;
_Static_assert(offsetof(struct vmcb, n_cr3) == 0x0b0, "vmcb");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "vmcb");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "vmcb");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "vmcb");
_Static_assert(offsetof(struct vmcb, g_pat) == 0x668, "vmcb");
_Static_assert(sizeof(struct vmcb) == 4096, "vmcb");

/* intercepts1 */
#define ICPT_NMI	(1u << 1)
#define ICPT_CPUID	(1u << 18)
#define ICPT_IRET	(1u << 20)
#define ICPT_INVLPGA	(1u << 26)
#define ICPT_IOIO	(1u << 27)
#define ICPT_MSR	(1u << 28)
#define ICPT_SHUTDOWN	(1u << 31)
/* intercepts2 */
#define ICPT_VMRUN	(1u << 0)
#define ICPT_VMMCALL	(1u << 1)
#define ICPT_VMLOAD	(1u << 2)
#define ICPT_VMSAVE	(1u << 3)
#define ICPT_STGI	(1u << 4)
#define ICPT_CLGI	(1u << 5)
#define ICPT_SKINIT	(1u << 6)

/* exit codes */
#define EXIT_NMI	0x61
#define EXIT_CPUID	0x72
#define EXIT_IRET	0x74
#define EXIT_INVLPGA	0x7a
#define EXIT_IOIO	0x7b
#define EXIT_MSR	0x7c
#define EXIT_SHUTDOWN	0x7f
#define EXIT_VMRUN	0x80
#define EXIT_VMMCALL	0x81
#define EXIT_VMLOAD	0x82
#define EXIT_SKINIT	0x86
#define EXIT_NPF	0x400

/* event_inject and exit_int_info */
#define EVENT_VALID	(1ull << 31)
#define EVENT_ERROR	(1ull << 11)
#define EVENT_NMI	(2ull << 8 | 2)
#define EVENT_EXCEPTION	(3ull << 8)

/* exit_info1 of IOIO */
#define IOIO_IN		(1u << 0)
#define IOIO_STRING	(1u << 2)
#define IOIO_REP	(1u << 3)
#define IOIO_SIZE(n)	((n) << 4)	/* 1, 2 or 4 bytes */

/* exit_info1 of NPF */
#define NPF_WRITE	(1u << 1)

#define CR0_PG		(1ull << 31)

/* APM volume 2, 3.1.7, and the bit of CPUID 0x80000001 EDX that says it is there */
#define EFER_SCE	(1ull << 0)	/* 11 */
#define EFER_LME	(1ull << 8)	/* 29 */
#define EFER_LMA	(1ull << 10)
#define EFER_NXE	(1ull << 11)	/* 20 */
#define EFER_SVME	(1ull << 12)
#define EFER_FFXSR	(1ull << 14)	/* 25 */

#endif
