// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk that is a virtio-blk function of the machine, and so a file or device on
 * QEMU's side: what is written stays. device/scsi*.c calls it as any block
 * backend; each call is one request or a few, waited for while the guest's
 * processor is in hvhost. VIRTIO 1.0, section 5.2; write zeroes from 1.1.
 *
 * The wait ends after WAIT_LIMIT: the command fails then, and so does each that
 * comes after it, since nobody knows what the device will still do.
 */
#include "block.h"
#include "counters.h"
#include "lib.h"
#include "virtio.h"
#include "../device/pci.h"

#define F_RO		(1ull << 5)
#define F_BLK_SIZE	(1ull << 6)
#define F_FLUSH		(1ull << 9)
#define F_WRITE_ZEROES	(1ull << 14)

/* struct virtio_blk_config */
#define CONFIG_CAPACITY		0
#define CONFIG_BLK_SIZE		20
#define CONFIG_ZEROES_MAX	48	/* sectors of one request */
#define CONFIG_ZEROES_UNMAP	56

#define T_IN		0
#define T_OUT		1
#define T_FLUSH		4
#define T_WRITE_ZEROES	13
#define ZEROES_UNMAP	1

#define SECTOR		512u
#define BUFFER		(512u << 10)	/* a SCSI command's data, at most */
#define WAIT_LIMIT	150000000ull	/* 15 s: before a guest finds a processor stuck */

struct request {
	u32 type, reserved;
	u64 sector;
	u64 zeroes_sector;	/* struct virtio_blk_discard_write_zeroes */
	u32 zeroes_sectors, zeroes_flags;
	u8 status;
};

struct virtio_blk {
	struct block b;
	struct virtio v;
	struct virtq q;
	struct request *r;	/* in pages of its own, before the buffer */
	u64 features;
	u32 zeroes_max;		/* sectors */
	bool zeroes_unmap;
	char name[16];
};

static struct virtio_blk *disk(struct block *b)
{
	return container_of(b, struct virtio_blk, b);
}

/* Until the one request that is with the device comes back. */
static int wait(struct virtio_blk *d)
{
	u64 until = vm_time(d->v.vm) + WAIT_LIMIT;
	u32 len;

	while (virtq_get(&d->q, &len) < 0) {
		if (!d->v.failed && vm_time(d->v.vm) > until)
			virtio_fail(&d->v, "no answer from the device, in seconds",
				    WAIT_LIMIT / 10000000);
		if (d->v.failed)
			return -HV_EIO;
		d->v.hw->relax();
	}
	return 0;
}

static int run(struct virtio_blk *d, u32 type, u64 offset, struct virtq_piece data)
{
	struct virtq_piece piece[3] = { { d->r, offsetof(struct request, zeroes_sector), false } };
	u32 n = 1;

	d->r->type = type;
	d->r->sector = offset / SECTOR;
	d->r->status = 0xff;
	if (data.len)
		piece[n++] = data;
	piece[n++] = (struct virtq_piece){ &d->r->status, 1, true };
	if (virtq_add(&d->q, piece, n) < 0)
		return -HV_EIO;
	count(d->v.vm, COUNT_FILE_REQUESTS, 1);
	virtq_kick(&d->q);
	if (wait(d))
		return -HV_EIO;
	if (!d->r->status)
		return 0;
	hv_log("%s: request %u at sector %lu failed: status %u", d->name, type, d->r->sector,
	       d->r->status);
	return -HV_EIO;
}

static int vb_read(struct block *b, u64 offset, void *to, u64 len)
{
	u8 *at = to;

	while (len) {
		u64 n = MIN(len, (u64)BUFFER);
		int err = run(disk(b), T_IN, offset, (struct virtq_piece){ b->buffer, (u32)n, true });

		if (err)
			return err;
		if (at != b->buffer)
			memcpy(at, b->buffer, n);
		at += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int vb_write(struct block *b, u64 offset, const void *from, u64 len)
{
	const u8 *at = from;

	while (len) {
		u64 n = MIN(len, (u64)BUFFER);
		int err;

		if (at != b->buffer)
			memcpy(b->buffer, at, n);
		err = run(disk(b), T_OUT, offset, (struct virtq_piece){ b->buffer, (u32)n, false });
		if (err)
			return err;
		at += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int vb_flush(struct block *b)
{
	struct virtio_blk *d = disk(b);

	/* Without the feature the device writes through: section 5.2.5. */
	return d->features & F_FLUSH ? run(d, T_FLUSH, 0, (struct virtq_piece){ 0 }) : 0;
}

/* Write zeroes and not discard: what was discarded may read as anything. */
static int vb_discard(struct block *b, u64 offset, u64 len)
{
	struct virtio_blk *d = disk(b);
	struct request *r = d->r;

	if (!d->zeroes_max)
		memset(b->buffer, 0, MIN(len, (u64)BUFFER));
	while (len) {
		u64 n = MIN(len, d->zeroes_max ? (u64)d->zeroes_max * SECTOR : BUFFER);
		int err;

		if (d->zeroes_max) {
			r->zeroes_sector = offset / SECTOR;
			r->zeroes_sectors = (u32)(n / SECTOR);
			r->zeroes_flags = d->zeroes_unmap ? ZEROES_UNMAP : 0;
			err = run(d, T_WRITE_ZEROES, 0,
				  (struct virtq_piece){ &r->zeroes_sector, 16, false });
		} else {
			err = run(d, T_OUT, offset, (struct virtq_piece){ b->buffer, (u32)n, false });
		}
		if (err)
			return err;
		offset += n;
		len -= n;
	}
	return 0;
}

static const struct block_ops virtio_blk_ops = {
	.read = vb_read, .write = vb_write, .discard = vb_discard, .flush = vb_flush,
};

static int find_out(struct virtio_blk *d)
{
	u64 sectors = virtio_config(&d->v, CONFIG_CAPACITY, 8);

	if (d->features & F_BLK_SIZE && virtio_config(&d->v, CONFIG_BLK_SIZE, 4) != SECTOR) {
		hv_log("%s: blocks of %lu bytes: a disk here has blocks of %u", d->name,
		       virtio_config(&d->v, CONFIG_BLK_SIZE, 4), SECTOR);
		return -HV_EINVAL;
	}
	if (!sectors || sectors > UINT64_MAX / SECTOR) {
		hv_log("%s: a capacity of %lu sectors", d->name, sectors);
		return -HV_EINVAL;
	}
	d->b.bytes = sectors * SECTOR;
	d->b.read_only = d->features & F_RO;
	if (d->features & F_WRITE_ZEROES) {
		/* a request's bytes have to fit the 32 bits of the next layer too */
		d->zeroes_max = (u32)MIN(virtio_config(&d->v, CONFIG_ZEROES_MAX, 4), 1ul << 22);
		d->zeroes_unmap = virtio_config(&d->v, CONFIG_ZEROES_UNMAP, 1);
	}
	return 0;
}

struct block *virtio_blk_create(struct vm *vm, u32 nth)
{
	struct virtio_blk *d = hv_alloc(sizeof(*d));
	u8 *pages = d ? hv_alloc_pages(1 + BUFFER / PAGE_SIZE) : NULL;

	if (!pages)
		return NULL;
	hv_snprintf(d->name, sizeof(d->name), "virtio-blk %u", nth);
	d->r = (struct request *)pages;
	d->b.ops = &virtio_blk_ops;
	d->b.buffer = pages + PAGE_SIZE;
	d->b.buffer_bytes = BUFFER;
	/* Nothing is freed when it fails: the machine stops then. */
	if (virtio_open(&d->v, vm, d->name, VIRTIO_BLK, nth,
			F_RO | F_BLK_SIZE | F_FLUSH | F_WRITE_ZEROES, &d->features) ||
	    find_out(d) || virtq_create(&d->q, &d->v, 0, 8, false))
		return NULL;
	virtio_start(&d->v);
	return &d->b;
}
