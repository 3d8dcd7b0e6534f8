/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device sees of the bus. Device files include this and nothing else of
 * vmbus/. Layouts on the wire are in vmbus_proto.h (from the guest's
 * include/linux/hyperv.h and drivers/hv/).
 */
#ifndef HVHOST_VMBUS_H
#define HVHOST_VMBUS_H

#include "refuse.h"
#include "vm.h"

struct vmbus_device;
struct vmbus_channel;

/*
 * What an administrator of the host does to a device while the guest runs, from
 * an "at" or "phase" line of the host script: "resize" LUN BYTES, "link-down", ...
 * The bus itself knows "rescind" and "offer"; all other verbs are the device's.
 */
struct vmbus_action {
	const char *verb;
	u32 n;			/* how many arguments there are */
	u64 arg[4];		/* numbers; sizes in bytes; times in 100 ns */
};

/* One kind of device; a file in device/ has one of these at its end. */
struct vmbus_device_ops {
	const char *name;	/* "scsi": also its name in scripts, with its number: "scsi0" */
	struct guid type;	/* class id of the offer */
	u16 chn_flags;		/* VMBUS_CHANNEL_* of the offer */
	u16 mmio_mb;
	/* The guest opened a channel; its rings are ready. 0, or -HV_E*: refused. */
	int (*open)(struct vmbus_channel *ch);
	void (*close)(struct vmbus_channel *ch);
	/* The guest signalled: take packets with channel_drain(). */
	void (*signal)(struct vmbus_channel *ch);
	/* The guest gave the relid of a closed sub-channel or a rescinded channel back. */
	void (*released)(struct vmbus_channel *ch);
	/* The guest left the bus (UNLOAD, reset): forget everything of the session. */
	void (*reset)(struct vmbus_device *dev);
	/* 0; -HV_ENOENT: no such verb here; -HV_EINVAL: not with these arguments, not now. */
	int (*act)(struct vmbus_device *dev, const struct vmbus_action *a);
};

struct vmbus_device {
	const struct vmbus_device_ops *ops;
	struct vm *vm;
	char name[16];		/* "scsi0" */
	struct guid instance;
	u8 user_def[120];	/* of the offer; pipe mode when the flags say so */
	void *priv;		/* the device's own */
	struct vmbus_channel *primary;	/* NULL: not offered, or rescinded */
	bool offer_due;		/* when the guest gave the old relids back */
	struct refusals refusals;
	struct vmbus_device *next;
};

struct vmbus_channel {
	struct vmbus_device *dev;
	u32 relid;
	u16 sub_index;		/* 0: the primary channel */
	u32 target_vp;
	void *priv;		/* the device's own, per channel */
	void *ring;		/* vmbus/ring.c */
	bool open;
};

/* The bus itself, once, before any device. 0 or -HV_ENOMEM. */
int vmbus_init(struct vm *vm);

/* ---- devices come and go ---- */

/*
 * Put @dev (allocated by the caller, ops and user_def set) on the bus under
 * number @number of its kind. Offered when the guest asks for offers, at once
 * when it did already. The instance GUID is made from name and number.
 */
int vmbus_device_add(struct vm *vm, struct vmbus_device *dev, u32 number);
/* Rescind all channels. vmbus_device_offer() offers the device again. */
void vmbus_device_rescind(struct vmbus_device *dev);
/*
 * Offer a device that was rescinded again: a new relid, the same instance; when the
 * guest gave the old relids back, for till then its bus has a device of that instance.
 * 0, -HV_EBUSY: it is offered; -HV_ENOMEM.
 */
int vmbus_device_offer(struct vmbus_device *dev);
/* Offer sub-channel @sub_index (1..); -HV_E*. */
int vmbus_subchannel_offer(struct vmbus_device *dev, u16 sub_index);
/* How many sub-channels there are that were not rescinded. */
u32 vmbus_subchannels(const struct vmbus_device *dev);
/*
 * Do what the host script says: "rescind", "offer" and "offer-now" (whatever the guest
 * has of it yet) here, the rest by ops->act. 0;
 * -HV_ENOENT, -HV_EINVAL: see there; -HV_EBUSY: there already; -HV_ENOMEM.
 */
int vmbus_device_act(struct vmbus_device *dev, const struct vmbus_action *a);
/* By script name ("net0"), or NULL. */
struct vmbus_device *vmbus_device_find(struct vm *vm, const char *name);
/*
 * Log and count that something of the guest's was refused, and why: "@what @value" (hex).
 * @what is a constant text; from the seventeenth time on it is only counted (refuse.h).
 */
void vmbus_device_refused(struct vmbus_device *dev, const char *what, u64 value);

/* ---- packets ---- */

/* A piece of guest memory a packet names. */
struct gpa_piece {
	u64 gpa;
	u32 len;
};

#define VMBUS_MAX_PACKET	(64u << 10)	/* a longer one is refused */
#define VMBUS_MAX_PIECES	1024

/* Valid in channel_take(), until @take of another packet. A private copy. */
struct vmbus_packet {
	u16 type;		/* VM_PKT_* */
	u16 flags;		/* VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED */
	u64 trans_id;
	const u8 *data;		/* payload behind the descriptor */
	u32 len;
	const struct gpa_piece *pieces;	/* GPA direct: in order; every one is guest RAM */
	u32 npieces;
	u64 total;		/* bytes in all pieces */
	u16 xfer_pageset;	/* VM_PKT_DATA_USING_XFER_PAGES only */
	u32 ring_bytes;		/* what it took in the ring, trailer included */
};

typedef void channel_take(struct vmbus_channel *ch, const struct vmbus_packet *pkt);
typedef bool channel_full(struct vmbus_channel *ch);
/*
 * Hand @take what is in the ring, a packet at a time, until there is none, the channel
 * was closed, or @full (NULL: never asked) says that the device can take no more now; a
 * ring that is broken is logged and stays silent. A guest that feeds the ring meanwhile
 * does not hold the host: after a ring's worth of bytes this returns, and ops->signal
 * is called again from an event.
 */
void channel_drain(struct vmbus_channel *ch, channel_take *take, channel_full *full);

/*
 * Write one packet to the guest's inbound ring and interrupt it as the ring's
 * mask and pending_send_sz ask. -HV_ENOSPC: ring full, nothing written; the
 * bus calls ops->signal again when the guest made room.
 */
int channel_send(struct vmbus_channel *ch, u16 type, u16 flags, u64 trans_id,
		 const void *data, u32 len);
/* VM_PKT_COMP for @trans_id. */
int channel_complete(struct vmbus_channel *ch, u64 trans_id, const void *data, u32 len);
/* VM_PKT_DATA_USING_XFER_PAGES: @n ranges {offset, length} of set @pageset. */
struct xfer_range {
	u32 len;
	u32 offset;
};
int channel_send_xfer(struct vmbus_channel *ch, u64 trans_id, u16 pageset,
		      const struct xfer_range *ranges, u32 n, const void *data, u32 len);
/* A host gone wrong, for scripts: its write index is @write_index now. */
void channel_corrupt(struct vmbus_channel *ch, u32 write_index);
/* Between these two, interrupts to the guest are put off to one at the end. */
void channel_batch_begin(struct vmbus_channel *ch);
void channel_batch_end(struct vmbus_channel *ch);

/* Copy from or to the pieces of a packet at byte @offset; -HV_EFAULT when past the end. */
int packet_read(struct vm *vm, const struct vmbus_packet *pkt, u64 offset, void *to, u64 len);
int packet_write(struct vm *vm, const struct vmbus_packet *pkt, u64 offset,
		 const void *from, u64 len);

/* ---- GPADLs the guest gave for buffers of a device ---- */
struct gpadl;
/* Looked up by handle for @ch's device; NULL when there is none. */
struct gpadl *gpadl_find(struct vmbus_channel *ch, u32 handle);
/* Bytes of the whole. */
u64 gpadl_size(const struct gpadl *g);
/* Copy @len bytes from or to byte @offset of it; -HV_EFAULT, with nothing copied, past its end. */
int gpadl_read(struct vm *vm, const struct gpadl *g, u64 offset, void *to, u64 len);
int gpadl_write(struct vm *vm, struct gpadl *g, u64 offset, const void *from, u64 len);

#endif
