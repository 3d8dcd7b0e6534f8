/* SPDX-License-Identifier: GPL-2.0-only */
/* What holds the blocks of a virtual disk: backend/ implements it, device/scsi*.c uses it. */
#ifndef HVHOST_BLOCK_H
#define HVHOST_BLOCK_H

#include "vm.h"

struct block;

/*
 * A request that is answered later, with its data in memory of the backend's. The
 * backend gives it (begin), the caller fills it and hands it over (submit), any
 * number of times one after the other, and gives it back (end).
 */
struct block_request {
	enum { BLOCK_READ, BLOCK_WRITE, BLOCK_FLUSH } op;
	u64 offset;
	u32 len;
	u8 *data;		/* buffer_bytes of struct block; the backend's */
	/* Once for each submit, perhaps inside of it or of another call; 0 or -HV_EIO. */
	void (*done)(struct block_request *r, int err);
	void *caller;
};

/*
 * Offsets and lengths in bytes, within 0..bytes, multiples of 512: the caller
 * checked. 0; -HV_ENOSPC when there is no memory left to hold what is written;
 * -HV_EIO when what holds the blocks failed.
 */
struct block_ops {
	int (*read)(struct block *b, u64 offset, void *to, u64 len);
	int (*write)(struct block *b, u64 offset, const void *from, u64 len);
	/* The range reads as zeros from now on, and may take no room. */
	int (*discard)(struct block *b, u64 offset, u64 len);
	/* What was written outlives the machine once this returns 0. NULL: nothing does. */
	int (*flush)(struct block *b);
	/* To @bytes; what is cut off is gone. 0 or -HV_ENOMEM. NULL: its size is fixed. */
	int (*resize)(struct block *b, u64 bytes);
	/* Nobody uses it any more. NULL: it stays. */
	void (*destroy)(struct block *b);
	/* All three or none: requests that do not keep a processor waiting. NULL: none is free. */
	struct block_request *(*begin)(struct block *b);
	void (*submit)(struct block *b, struct block_request *r);
	void (*end)(struct block *b, struct block_request *r);
};

struct block {
	const struct block_ops *ops;
	u64 bytes;		/* may grow or shrink while it is used: resize */
	bool read_only;
	/*
	 * Where each call is a trip to a device: the backend's own memory. A command's
	 * data are gathered here, so that one call moves them, and not copied again. As
	 * large as the data of each struct block_request.
	 */
	u8 *buffer;
	u32 buffer_bytes;
};

/*
 * A disk in hvhost's heap, as big as it was written to; zeros elsewhere. @image,
 * when not NULL, is copied in first. NULL: no memory.
 */
struct block *ramdisk_create(u64 bytes, const void *image, u64 image_bytes);
/*
 * The @nth virtio-blk function of the machine: a file of QEMU's, as large as that
 * is. NULL: there is none, or it cannot be used; the log says why.
 */
struct block *virtio_blk_create(struct vm *vm, u32 nth);

#endif
