/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NVSP, what a NIC and its driver say to each other in VMBus packets, from the
 * guest's drivers/net/hyperv/hyperv_net.h. Frames and the control of the NIC are
 * RNDIS messages (rndis_proto.h) that NVSP carries in shared buffers.
 */
#ifndef HVHOST_NVSP_PROTO_H
#define HVHOST_NVSP_PROTO_H

#include "types.h"

#define NVSP_VERSION_1		0x00002u
#define NVSP_VERSION_2		0x30002u
#define NVSP_VERSION_4		0x40000u
#define NVSP_VERSION_5		0x50000u
#define NVSP_VERSION_6		0x60000u
#define NVSP_VERSION_61		0x60001u

enum nvsp_type {
	NVSP_INIT = 1, NVSP_INIT_COMPLETE,
	NVSP_SEND_NDIS_VERSION = 100,
	NVSP_SEND_RECV_BUF, NVSP_SEND_RECV_BUF_COMPLETE, NVSP_REVOKE_RECV_BUF,
	NVSP_SEND_SEND_BUF, NVSP_SEND_SEND_BUF_COMPLETE, NVSP_REVOKE_SEND_BUF,
	NVSP_SEND_RNDIS, NVSP_SEND_RNDIS_COMPLETE,
	NVSP_SEND_NDIS_CONFIG = 125,
	NVSP_SWITCH_DATA_PATH = 129,
	NVSP_SUBCHANNEL = 133, NVSP_SEND_INDIRECTION_TABLE,
};

enum nvsp_status {
	NVSP_STATUS_SUCCESS = 1, NVSP_STATUS_FAIL, NVSP_STATUS_TOO_NEW, NVSP_STATUS_TOO_OLD,
	NVSP_STATUS_INVALID_RNDIS, NVSP_STATUS_BUSY, NVSP_STATUS_UNSUPPORTED,
};

#define NVSP_NO_SECTION		0xffffffffu
#define NVSP_CHANNEL_DATA	0u	/* RMC_DATA */
#define NVSP_CHANNEL_CONTROL	1u	/* RMC_CONTROL */
#define NVSP_CAPABILITY_VLAN	(1ull << 3)
#define NVSP_SUBCHANNEL_ALLOCATE 1u
#define NVSP_SEND_TABLE		16	/* VRSS_SEND_TAB_SIZE */

/* sizeof(struct nvsp_message) of the guest: what it sends and what it copies of an answer. */
#define NVSP_MESSAGE_SIZE	40

struct nvsp_message {
	u32 type;
	union {
		struct { u32 min, max; } __packed init;
		struct { u32 version, max_mdl_chain, status; } __packed init_complete;
		struct { u32 major, minor; } __packed ndis_version;
		struct { u32 mtu, reserved; u64 capabilities; } __packed ndis_config;
		struct { u32 gpadl; u16 id; } __packed buffer;
		struct { u16 id; } __packed revoke;
		struct {
			u32 status, sections;
			struct { u32 offset, size, count, end; } __packed section[1];
		} __packed recv_complete;
		struct { u32 status, section_size; } __packed send_complete;
		struct { u32 channel, section, section_size; } __packed rndis;
		struct { u32 status; } __packed rndis_complete;
		struct { u32 active; } __packed data_path;
		struct { u32 op, count; } __packed subchannel;
		struct { u32 status, count; } __packed subchannel_complete;
		struct { u32 count, offset; } __packed table;
		u8 bytes[NVSP_MESSAGE_SIZE - 4];
	} __packed;
} __packed;
_Static_assert(sizeof(struct nvsp_message) == NVSP_MESSAGE_SIZE, "hyperv_net.h");

/*
 * The send table is behind a whole message: guests before NVSP 6.1 look there
 * whatever the offset says.
 */
struct nvsp_send_table {
	struct nvsp_message message;
	u32 entry[NVSP_SEND_TABLE];
} __packed;

#endif
