/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMBus on the wire: channel messages, rings and packets, as the guest's
 * include/linux/hyperv.h and drivers/hv/hyperv_vmbus.h have them.
 */
#ifndef HVHOST_VMBUS_PROTO_H
#define HVHOST_VMBUS_PROTO_H

#include "types.h"

#define VMBUS_MESSAGE_TYPE	1	/* type of a SynIC message that is VMBus' */
#define VMBUS_SINT		2
#define VMBUS_CONNECTION_ID	1	/* of messages, versions before 5.0 */
#define VMBUS_EVENT_CONNECTION_ID 2	/* of channels without an interrupt of their own */
#define VMBUS_CONNECTION_ID_4	4	/* and from then on */

#define VMBUS_VERSION(major, minor)	((u32)(major) << 16 | (minor))

enum vmbus_message {
	MSG_OFFERCHANNEL = 1, MSG_RESCIND_OFFER, MSG_REQUESTOFFERS, MSG_ALLOFFERS_DELIVERED,
	MSG_OPENCHANNEL, MSG_OPENCHANNEL_RESULT, MSG_CLOSECHANNEL, MSG_GPADL_HEADER,
	MSG_GPADL_BODY, MSG_GPADL_CREATED, MSG_GPADL_TEARDOWN, MSG_GPADL_TORNDOWN,
	MSG_RELID_RELEASED, MSG_INITIATE_CONTACT, MSG_VERSION_RESPONSE, MSG_UNLOAD,
	MSG_UNLOAD_RESPONSE, MSG_TL_CONNECT_REQUEST = 21, MSG_MODIFYCHANNEL,
	MSG_TL_CONNECT_RESULT, MSG_MODIFYCHANNEL_RESPONSE,
};

struct msg_header {
	u32 type, padding;
};

struct msg_offer {
	struct msg_header header;
	struct guid type, instance;
	u64 reserved[2];
	u16 chn_flags, mmio_mb;
	u8 user_def[120];
	u16 sub_index, reserved3;
	u32 relid;
	u8 monitor_id, monitor_allocated;
	u16 dedicated_interrupt;
	u32 connection;
} __packed;
_Static_assert(sizeof(struct msg_offer) == 196, "vmbus_channel_offer_channel");

struct msg_relid {	/* RESCIND_OFFER, CLOSECHANNEL, RELID_RELEASED */
	struct msg_header header;
	u32 relid;
} __packed;

struct msg_open {
	struct msg_header header;
	u32 relid, open_id, ring_gpadl, target_vp, downstream_page;
	u8 user[120];
} __packed;

struct msg_open_result {
	struct msg_header header;
	u32 relid, open_id, status;
} __packed;

struct msg_gpadl_header {
	struct msg_header header;
	u32 relid, gpadl;
	u16 range_len, ranges;	/* bytes of all ranges; how many */
	/* u32 byte_count, byte_offset; u64 pfn[] */
} __packed;

struct msg_gpadl_body {
	struct msg_header header;
	u32 number, gpadl;
	/* u64 pfn[] */
} __packed;

struct msg_gpadl_created {
	struct msg_header header;
	u32 relid, gpadl, status;
} __packed;

struct msg_gpadl_teardown {
	struct msg_header header;
	u32 relid, gpadl;
} __packed;

struct msg_gpadl_torndown {
	struct msg_header header;
	u32 gpadl;
} __packed;

struct msg_contact {
	struct msg_header header;
	u32 version, target_vp;
	u64 interrupt_page;	/* from 5.0 on: byte 0 is the SINT of messages */
	u64 monitor_page[2];
} __packed;

struct msg_version_response {
	struct msg_header header;
	u8 supported, state;
	u16 padding;
	u32 connection;		/* for the guest's messages, from 5.0 on */
} __packed;

struct msg_modify {
	struct msg_header header;
	u32 relid, target_vp;
} __packed;

struct msg_modify_response {
	struct msg_header header;
	u32 relid, status;
} __packed;

struct msg_connect {	/* TL_CONNECT_REQUEST */
	struct msg_header header;
	struct guid endpoint, service;
} __packed;

struct msg_connect_result {
	struct msg_header header;
	struct guid endpoint, service;
	u32 status;
} __packed;

/* An NTSTATUS, as of any connect(); OpenVMM's vmbus_core answers it, too. */
#define VMBUS_CONNECTION_REFUSED 0xc0000236u

#define VMBUS_STATUS_REFUSED	0xc0000001u	/* STATUS_UNSUCCESSFUL */

/* ---- monitor pages: bits set in place of a hypercall ---- */
#define MONITOR_GROUPS	4
struct monitor_page {
	u32 group_enable, reserved1;
	struct {
		u32 pending, armed;
	} group[MONITOR_GROUPS];
	u64 reserved2[3];
	s32 next_check[MONITOR_GROUPS][32];
	u16 latency[MONITOR_GROUPS][32];	/* 100 ns */
	u64 reserved3[32];
	struct {
		u32 connection;
		u16 flag, reserved;
	} parameter[MONITOR_GROUPS][32];
	u8 reserved4[1984];
};
_Static_assert(sizeof(struct monitor_page) == PAGE_SIZE, "hv_monitor_page");

/* ---- rings: a page of this, then data ---- */
struct ring_header {
	u32 write_index, read_index, interrupt_mask, pending_send_sz;
	u32 reserved[12];
	u32 feature_bits;	/* bit 0: pending_send_sz is honoured */
};
_Static_assert(offsetof(struct ring_header, feature_bits) == 64, "hv_ring_buffer");

struct packet_header {
	u16 type, offset8, len8, flags;
	u64 trans_id;
} __packed;

#define VM_PKT_DATA_INBAND		0x6
#define VM_PKT_DATA_USING_XFER_PAGES	0x7
#define VM_PKT_DATA_USING_GPA_DIRECT	0x9
#define VM_PKT_COMP			0xb
#define VM_PKT_TRAILER			8	/* bytes behind each packet: where it began */

#endif
