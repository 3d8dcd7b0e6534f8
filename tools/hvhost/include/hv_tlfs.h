/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and layouts of the Hypervisor Top-Level Functional Specification, by
 * chapter; checked against the guest's include/hyperv/hvgdk*.h.
 */
#ifndef HVHOST_HV_TLFS_H
#define HVHOST_HV_TLFS_H

#include "types.h"

/* ---- Feature discovery (CPUID) ---- */
#define HV_CPUID_VENDOR		0x40000000
#define HV_CPUID_INTERFACE	0x40000001
#define HV_CPUID_VERSION	0x40000002
#define HV_CPUID_FEATURES	0x40000003
#define HV_CPUID_HINTS		0x40000004
#define HV_CPUID_LIMITS		0x40000005
#define HV_CPUID_HARDWARE	0x40000006
#define HV_CPUID_MAX		0x4000000a

/* HV_PARTITION_PRIVILEGE_MASK, low half: EAX of the features leaf */
#define HV_ACCESS_VP_RUNTIME		(1u << 0)
#define HV_ACCESS_REF_COUNTER		(1u << 1)
#define HV_ACCESS_SYNIC			(1u << 2)
#define HV_ACCESS_STIMER		(1u << 3)
#define HV_ACCESS_APIC			(1u << 4)
#define HV_ACCESS_HYPERCALL		(1u << 5)
#define HV_ACCESS_VP_INDEX		(1u << 6)
#define HV_ACCESS_RESET			(1u << 7)
#define HV_ACCESS_REF_TSC		(1u << 9)
#define HV_ACCESS_FREQUENCY		(1u << 11)
#define HV_ACCESS_REENLIGHTENMENT	(1u << 13)
#define HV_ACCESS_TSC_INVARIANT		(1u << 15)
/* high half: EBX */
#define HV_ACCESS_PARTITION_ID		(1u << 1)
#define HV_POST_MESSAGES		(1u << 4)
#define HV_SIGNAL_EVENTS		(1u << 5)
#define HV_ACCESS_VP_REGISTERS		(1u << 17)
#define HV_EXTENDED_HYPERCALLS		(1u << 20)
/* EDX */
#define HV_FEATURE_FREQUENCY_MSRS	(1u << 8)
#define HV_FEATURE_CRASH_MSRS		(1u << 10)
#define HV_FEATURE_STIMER_DIRECT	(1u << 19)
/* EAX of the hints leaf */
#define HV_HINT_REMOTE_FLUSH		(1u << 2)
#define HV_HINT_APIC_MSRS		(1u << 3)
#define HV_HINT_RELAXED_TIMING		(1u << 5)
#define HV_HINT_NO_AUTO_EOI		(1u << 9)
#define HV_HINT_CLUSTER_IPI		(1u << 10)
#define HV_HINT_EX_MASKS		(1u << 11)
#define HV_HINT_MMIO_HYPERCALLS		(1u << 21)
#define HV_SPINLOCK_NEVER_NOTIFY	0xffffffffu
/* EAX of the hardware leaf: in use */
#define HV_HARDWARE_MSR_BITMAPS		(1u << 1)
#define HV_HARDWARE_NESTED_PAGING	(1u << 3)

/* ---- synthetic MSRs ---- */
#define HV_MSR_GUEST_OS_ID	0x40000000
#define HV_MSR_HYPERCALL	0x40000001
#define HV_MSR_VP_INDEX		0x40000002
#define HV_MSR_RESET		0x40000003
#define HV_MSR_VP_RUNTIME	0x40000010
#define HV_MSR_TIME_REF_COUNT	0x40000020
#define HV_MSR_REFERENCE_TSC	0x40000021
#define HV_MSR_TSC_FREQUENCY	0x40000022
#define HV_MSR_APIC_FREQUENCY	0x40000023
#define HV_MSR_EOI		0x40000070
#define HV_MSR_ICR		0x40000071
#define HV_MSR_TPR		0x40000072
#define HV_MSR_VP_ASSIST_PAGE	0x40000073
#define HV_MSR_SCONTROL		0x40000080
#define HV_MSR_SVERSION		0x40000081
#define HV_MSR_SIEFP		0x40000082
#define HV_MSR_SIMP		0x40000083
#define HV_MSR_EOM		0x40000084
#define HV_MSR_SINT0		0x40000090
#define HV_MSR_STIMER0_CONFIG	0x400000b0
#define HV_MSR_STIMER0_COUNT	0x400000b1
#define HV_MSR_CRASH_P0		0x40000100
#define HV_MSR_CRASH_CTL	0x40000105
#define HV_MSR_REENLIGHTENMENT	0x40000106
#define HV_MSR_TSC_EMULATION	0x40000107
#define HV_MSR_TSC_EMULATION_STATUS 0x40000108
#define HV_MSR_TSC_INVARIANT	0x40000118

#define HV_SINTS		16
#define HV_STIMERS		4
#define HV_CRASH_PARAMS		5

/* Bit 0 of every MSR that holds a page's address; the page from bit 12. */
#define HV_PAGE_ENABLE		1ull
#define HV_PAGE_ADDRESS		(~0xfffull)
#define HV_HYPERCALL_LOCKED	2ull
#define HV_HYPERCALL_RESERVED	0xffcull
#define HV_SINT_VECTOR		0xffull
#define HV_SINT_MASKED		(1ull << 16)
#define HV_SINT_AUTO_EOI	(1ull << 17)
#define HV_SINT_POLLING		(1ull << 18)
#define HV_CRASH_NOTIFY		(1ull << 63)
#define HV_CRASH_MESSAGE	(1ull << 62)
#define HV_REENLIGHTENMENT_ENABLE (1ull << 16)
#define HV_REENLIGHTENMENT_RESERVED 0xfffeff00ull	/* vector, enable, target VP are not */

/* HV_X64_MSR_STIMER_CONFIG_CONTENTS */
#define HV_STIMER_ENABLE	(1ull << 0)
#define HV_STIMER_PERIODIC	(1ull << 1)
#define HV_STIMER_LAZY		(1ull << 2)
#define HV_STIMER_AUTO_ENABLE	(1ull << 3)
#define HV_STIMER_VECTOR(c)	((u8)((c) >> 4))
#define HV_STIMER_DIRECT	(1ull << 12)
#define HV_STIMER_SINT(c)	((u32)((c) >> 16) & 0xf)
#define HV_STIMER_RESERVED	(~0xf1fffull)

/* ---- Hypercall interface ---- */
#define HV_CALL_CODE(in)	((u16)(in))
#define HV_CALL_FAST		(1ull << 16)
#define HV_CALL_VARHEAD(in)	((u32)((in) >> 17) & 0x3ff)
#define HV_CALL_REPS(in)	((u32)((in) >> 32) & 0xfff)
#define HV_CALL_START(in)	((u32)((in) >> 48) & 0xfff)
#define HV_CALL_RESERVED	0xf000f000f8000000ull
#define HV_CALL_FAST_BYTES	16	/* in general registers */
#define HV_CALL_XMM_BYTES	112	/* and six vector registers */
#define HV_RESULT_REPS(n)	((u64)(n) << 32)

#define HV_CALL_FLUSH_SPACE	0x0002
#define HV_CALL_FLUSH_LIST	0x0003
#define HV_CALL_LONG_SPIN_WAIT	0x0008
#define HV_CALL_SEND_IPI	0x000b
#define HV_CALL_FLUSH_SPACE_EX	0x0013
#define HV_CALL_FLUSH_LIST_EX	0x0014
#define HV_CALL_SEND_IPI_EX	0x0015
#define HV_CALL_GET_PARTITION_ID 0x0046
#define HV_CALL_GET_VP_REGISTERS 0x0050
#define HV_CALL_POST_MESSAGE	0x005c
#define HV_CALL_SIGNAL_EVENT	0x005d
#define HV_CALL_RETARGET_INTERRUPT	0x007e
#define HV_CALL_MMIO_READ	0x0106
#define HV_CALL_MMIO_WRITE	0x0107
#define HV_EXT_CALL_CAPABILITIES 0x8001
#define HV_MMIO_BYTES		64

#define HV_STATUS_SUCCESS			0x0000
#define HV_STATUS_INVALID_HYPERCALL_CODE	0x0002
#define HV_STATUS_INVALID_HYPERCALL_INPUT	0x0003
#define HV_STATUS_INVALID_ALIGNMENT		0x0004
#define HV_STATUS_INVALID_PARAMETER		0x0005
#define HV_STATUS_ACCESS_DENIED			0x0006
#define HV_STATUS_INSUFFICIENT_MEMORY		0x000b
#define HV_STATUS_INVALID_PARTITION_ID		0x000d
#define HV_STATUS_INVALID_VP_INDEX		0x000e
#define HV_STATUS_INVALID_PORT_ID		0x0011
#define HV_STATUS_INVALID_CONNECTION_ID		0x0012
#define HV_STATUS_INSUFFICIENT_BUFFERS		0x0013

#define HV_PARTITION_SELF	(~0ull)
#define HV_VP_SELF		0xfffffffeu

struct hv_post_message_input {
	u32 connection, reserved, type, payload_size;
	u8 payload[240];
};

struct hv_signal_event_input {
	u32 connection;
	u16 flag, reserved;
};

struct hv_mmio_input {
	u64 gpa;
	u32 size, reserved;
	u8 data[HV_MMIO_BYTES];		/* of a write only */
};

/* HV_VP_SET: a bank is 64 VPs; bank_mask says which follow */
#define HV_VP_SET_SPARSE	0
#define HV_VP_SET_ALL		1
#define HV_VP_SET_BANKS		64
struct hv_vp_set {
	u64 format, bank_mask;
	/* u64 bank[], the header's variable part */
};

#define HV_IPI_VECTOR_MIN	16
struct hv_send_ipi_input {
	u32 vector;
	u8 target_vtl, reserved[3];
	u64 vps;
};

struct hv_send_ipi_ex_input {
	u32 vector;
	u8 target_vtl, reserved[3];
	struct hv_vp_set vps;
};

/* HV_FLUSH_FLAGS */
#define HV_FLUSH_ALL_PROCESSORS	(1ull << 0)
#define HV_FLUSH_ALL_SPACES	(1ull << 1)
#define HV_FLUSH_NON_GLOBAL	(1ull << 2)
#define HV_FLUSH_RESERVED	(~7ull)
struct hv_flush_input {
	u64 space, flags, vps;
	/* u64 of the list, each: page address, and how many more pages in bits 0-11 */
};

struct hv_flush_ex_input {
	u64 space, flags;
	struct hv_vp_set vps;
};

struct hv_get_registers_input {
	u64 partition;
	u32 vp;
	u8 target_vtl, reserved[3];
	/* u32 name[] */
};

struct hv_register_value {
	u64 low, high;
};

/* HV_REGISTER_NAME */
#define HV_REGISTER_VERSION		0x00000100
#define HV_REGISTER_PRIVILEGES		0x00000200	/* and the next three: leaves 3 to 6 */
#define HV_REGISTER_HARDWARE		0x00000203
#define HV_REGISTER_CRASH_P0		0x00000210
#define HV_REGISTER_CRASH_CTL		0x00000215
#define HV_REGISTER_VP_RUNTIME		0x00090000
#define HV_REGISTER_GUEST_OS_ID		0x00090002
#define HV_REGISTER_VP_INDEX		0x00090003
#define HV_REGISTER_TIME_REF_COUNT	0x00090004
#define HV_REGISTER_VP_ASSIST_PAGE	0x00090013
#define HV_REGISTER_REFERENCE_TSC	0x00090017
#define HV_REGISTER_SINT0		0x000a0000
#define HV_REGISTER_SCONTROL		0x000a0010
#define HV_REGISTER_EOM			0x000a0014
#define HV_REGISTER_STIMER0_CONFIG	0x000b0000
#define HV_REGISTER_VSM_VP_STATUS	0x000d0003
#define HV_VSM_VTL0_ENABLED		(1ull << 16)	/* of the set that is enabled */

/* HV_INPUT_RETARGET_DEVICE_INTERRUPT; banks: 64 VPs each, from the header of variable size */
#define HV_RETARGET_VP_SET	(1u << 1)
#define HV_RETARGET_BANKS	8
struct hv_retarget_input {
	u64 partition, device;
	u32 source, reserved1;		/* source 1: MSI */
	u32 address, data;
	u64 reserved2;
	u32 vector, flags;
	u64 mask;			/* VPs; with a VP set: its format */
	u64 bank_mask;
	u64 bank[HV_RETARGET_BANKS];
};
_Static_assert(offsetof(struct hv_retarget_input, bank_mask) == 56, "TLFS");

/* ---- Inter-partition communication ---- */
#define HV_MESSAGE_NONE			0
#define HV_MESSAGE_TIMER_EXPIRED	0x80000010

struct hv_message {
	u32 type;
	u8 payload_size, flags;		/* flags: bit 0 message_pending */
	u16 reserved;
	u64 origin;
	u8 payload[240];
};
_Static_assert(sizeof(struct hv_message) == 256, "TLFS HV_MESSAGE");

struct hv_timer_payload {
	u32 index, reserved;
	u64 expiration, delivery;	/* 100 ns */
};

#define HV_EVENT_FLAGS		2048	/* in a slot of 256 bytes */

/* ---- Timers: HV_REFERENCE_TSC_PAGE ---- */
struct hv_tsc_page {
	u32 sequence, reserved;
	u64 scale;
	s64 offset;
};

#endif
