/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtio functions of the machine that hvhost drives for itself: virtio.c finds
 * one and agrees with it, virtqueue.c is a queue, virtio_blk.c and virtio_net.c
 * are the two kinds there are. Virtual I/O Device (VIRTIO) 1.0, without the
 * legacy interface.
 *
 * Descriptors name hvhost's own heap only, never an address a guest chose: data
 * are copied. What the device writes back is checked all the same, and a device
 * that breaks the rules is reset and not used again.
 */
#ifndef HVHOST_VIRTIO_H
#define HVHOST_VIRTIO_H

#include "vm.h"

#define VIRTIO_VENDOR	0x1af4
#define VIRTIO_NET	0x1041		/* PCI device id: 0x1040 and the kind, 1.0 section 4.1.2 */
#define VIRTIO_BLK	0x1042

#define VIRTIO_F_VERSION_1	(1ull << 32)

#define VIRTQ_MAX	256u		/* descriptors of a queue */
#define VIRTQ_PIECES	4u		/* descriptors of one request */

struct pci_machine;

struct virtio {
	struct vm *vm;
	const struct pci_machine *hw;
	const char *name;	/* in the log */
	u16 bdf;
	u64 common, notify, config;	/* where registers are; config 0: none */
	u32 notify_len, notify_multiplier, config_len;
	u64 msix_table;		/* 0: no MSI-X */
	u32 msix;		/* offset of the capability */
	bool failed;		/* reset, and left alone from then on */
};

/* A piece of a request; the pieces the device writes stand behind the others. */
struct virtq_piece {
	void *at;
	u32 len;
	bool device_writes;
};

struct virtq_desc;
struct virtq_avail;
struct virtq_used;

struct virtq {
	struct virtio *v;
	u16 index, size;
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	volatile struct virtq_used *used;
	u64 notify;
	u16 free, nfree;	/* chain of free descriptors, and how many */
	u16 seen;		/* of used->index */
	bool interrupt;
	u32 writable[VIRTQ_MAX]; /* bytes the device may write for the request at this head */
	bool busy[VIRTQ_MAX];	/* a request begins here and is with the device */
};

/* ---- virtio.c ---- */

/*
 * Take the @nth (from 0, by bdf) function with device id @id, hide it from the
 * guest, reset it and agree on VIRTIO_F_VERSION_1 and what it offers of @wanted:
 * *@features. 0; -HV_ENOENT: there is none; -HV_EINVAL: one that cannot be used.
 */
int virtio_open(struct virtio *v, struct vm *vm, const char *name, u16 id, u32 nth, u64 wanted,
		u64 *features);
/* The queues are set up: go. */
void virtio_start(struct virtio *v);
/* It did what no device may: say so, reset it. */
void virtio_fail(struct virtio *v, const char *why, u32 what);
/* Device specific configuration; 0 beyond what is there. */
u64 virtio_config(struct virtio *v, u32 at, u32 size);

/* ---- virtqueue.c ---- */

/* Queue @index of at most @most descriptors; @interrupt: it makes pollers run. 0 or -HV_E*. */
int virtq_create(struct virtq *q, struct virtio *v, u16 index, u16 most, bool interrupt);
/* Hand a request over; its head, or -HV_ENOSPC. The device looks when it is kicked. */
int virtq_add(struct virtq *q, const struct virtq_piece *piece, u32 n);
void virtq_kick(struct virtq *q);
/* Whether finished requests interrupt, of a queue made so. Off and on leaves a gap: look again. */
void virtq_interrupts(struct virtq *q, bool on);
/* A request that is done: its head, *@len bytes were written. -HV_EBUSY: none. */
int virtq_get(struct virtq *q, u32 *len);

#endif
