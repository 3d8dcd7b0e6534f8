/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Integration services and the synthetic keyboard on the wire: the guest's
 * include/linux/hyperv.h (ICMSG*, ictimesync_*, shutdown_msg_data, heartbeat_msg_data),
 * include/uapi/linux/hyperv.h (framework versions), drivers/hv/hv_util.c (what it
 * takes of each) and drivers/input/serio/hyperv-keyboard.c.
 */
#ifndef HVHOST_IC_PROTO_H
#define HVHOST_IC_PROTO_H

#include "types.h"

/* Offers of a pipe that keeps messages apart: bits of chn_flags, first word of user_def. */
#define VMBUS_CHANNEL_ENUMERATE_DEVICE_INTERFACE 0x1
#define VMBUS_CHANNEL_NAMED_PIPE_MODE	0x10
#define VMBUS_PIPE_TYPE_MESSAGE		4u

/* struct vmbuspipe_hdr */
struct pipe_header {
	u32 type;		/* PIPE_DATA */
	u32 size;		/* of what follows */
} __packed;
#define PIPE_DATA	1u

struct ic_version {
	u16 major, minor;
} __packed;

/* struct icmsg_hdr */
struct ic_header {
	struct ic_version framework;
	u16 type;		/* ICMSG_* */
	struct ic_version message;
	u16 size;		/* of the body */
	u32 status;
	u8 transaction, flags;
	u8 reserved[2];
} __packed;
_Static_assert(sizeof(struct ic_header) == 20, "icmsg_hdr");

enum ic_message {
	ICMSG_NEGOTIATE, ICMSG_HEARTBEAT, ICMSG_KVPEXCHANGE, ICMSG_SHUTDOWN, ICMSG_TIMESYNC,
	ICMSG_VSS, ICMSG_FCOPY = 7,
};

#define ICMSG_TRANSACTION	1	/* flags */
#define ICMSG_REQUEST		2
#define ICMSG_RESPONSE		4

#define IC_S_OK		0u
#define IC_E_FAIL	0x80004005u

/* struct icmsg_negotiate */
struct ic_negotiate {
	u16 frameworks, messages;	/* how many versions of each */
	u32 reserved;
	/* struct ic_version of frameworks, then of messages */
} __packed;

struct ic_heartbeat {
	u64 sequence;		/* the guest answers with one more */
	u32 reserved[8];
} __packed;

struct ic_shutdown {
	u32 reason;
	u32 timeout;		/* seconds */
	u32 flags;		/* SHUTDOWN_* */
	u8 text[2048];		/* UTF-16 */
} __packed;
#define SHUTDOWN_FORCE		1u
#define SHUTDOWN_RESTART	2u
#define SHUTDOWN_HIBERNATE	4u
#define SHUTDOWN_REASON_PLANNED	0x80000000u	/* winnt.h, SHTDN_REASON_FLAG_PLANNED */

#define TIMESYNC_SYNC	1	/* set the clock */
#define TIMESYNC_SAMPLE	2	/* for who wants to know */

/* Messages before version 4; host time in 100 ns since 1601. */
struct ic_timesync {
	u64 host_time, guest_time, round_trip;
	u8 flags;
} __packed;

/* From version 4 on: and the reference time at which that was so. */
struct ic_timesync_ref {
	u64 host_time, reference_time;
	u8 flags, leap, stratum;
	u8 reserved[3];
} __packed;

/* ---- keyboard: no pipe header, a type and what follows ---- */
enum kbd_message { KBD_PROTOCOL_REQUEST = 1, KBD_PROTOCOL_RESPONSE, KBD_EVENT, KBD_LED_INDICATORS };

#define KBD_VERSION	0x00010000u
#define KBD_ACCEPTED	1u

struct kbd_request {
	u32 type, version;
} __packed;

struct kbd_response {
	u32 type, status;
} __packed;

struct kbd_event {
	u32 type;
	u16 make_code, reserved;
	u32 info;		/* KBD_IS_* */
} __packed;
#define KBD_IS_UNICODE	(1u << 0)
#define KBD_IS_BREAK	(1u << 1)
#define KBD_IS_E0	(1u << 2)
#define KBD_IS_E1	(1u << 3)

struct kbd_leds {
	u32 type;
	u16 leds;		/* scroll lock, num lock, caps lock: bits 0, 1, 2 */
} __packed;

#endif
