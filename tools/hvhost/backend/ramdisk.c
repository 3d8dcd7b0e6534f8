// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk in memory. Chunks of 64 KiB that were never written are not there, so a
 * disk may be larger than hvhost's heap as long as the guest leaves most of it
 * alone; when the heap is used up, a write fails as on a full thin disk.
 */
#include "block.h"
#include "lib.h"

#define CHUNK	(64ul << 10)

struct ramdisk {
	struct block b;
	u64 chunks;
	u8 **chunk;		/* NULL: zeros */
};

static struct ramdisk *ramdisk(struct block *b)
{
	return container_of(b, struct ramdisk, b);
}

static int rd_read(struct block *b, u64 offset, void *to, u64 len)
{
	struct ramdisk *d = ramdisk(b);
	u8 *at = to;

	while (len) {
		u64 in = offset % CHUNK, n = MIN(len, CHUNK - in);
		const u8 *c = d->chunk[offset / CHUNK];

		if (c)
			memcpy(at, c + in, n);
		else
			memset(at, 0, n);
		at += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int rd_write(struct block *b, u64 offset, const void *from, u64 len)
{
	struct ramdisk *d = ramdisk(b);
	const u8 *at = from;

	while (len) {
		u64 in = offset % CHUNK, n = MIN(len, CHUNK - in);
		u8 **c = &d->chunk[offset / CHUNK];

		if (!*c)
			*c = hv_alloc(CHUNK);
		if (!*c)
			return -HV_ENOSPC;
		memcpy(*c + in, at, n);
		at += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int rd_discard(struct block *b, u64 offset, u64 len)
{
	struct ramdisk *d = ramdisk(b);

	while (len) {
		u64 in = offset % CHUNK, n = MIN(len, CHUNK - in);
		u8 **c = &d->chunk[offset / CHUNK];

		if (*c && n == CHUNK) {
			hv_free(*c);
			*c = NULL;
		} else if (*c) {
			memset(*c + in, 0, n);
		}
		offset += n;
		len -= n;
	}
	return 0;
}

static int rd_resize(struct block *b, u64 bytes)
{
	struct ramdisk *d = ramdisk(b);
	u64 chunks = (bytes + CHUNK - 1) / CHUNK;
	u8 **table = hv_alloc(MAX(chunks, 1ul) * sizeof(*table));

	if (!table)
		return -HV_ENOMEM;
	if (bytes < b->bytes)
		rd_discard(b, bytes, b->bytes - bytes);
	for (u64 i = 0; i < d->chunks; i++) {
		if (i < chunks)
			table[i] = d->chunk[i];
		else
			hv_free(d->chunk[i]);
	}
	hv_free(d->chunk);
	d->chunk = table;
	d->chunks = chunks;
	b->bytes = bytes;
	return 0;
}

static void rd_destroy(struct block *b)
{
	struct ramdisk *d = ramdisk(b);

	for (u64 i = 0; i < d->chunks; i++)
		hv_free(d->chunk[i]);
	hv_free(d->chunk);
	hv_free(d);
}

static const struct block_ops ramdisk_ops = {
	.read = rd_read, .write = rd_write, .discard = rd_discard, .resize = rd_resize,
	.destroy = rd_destroy,
};

struct block *ramdisk_create(u64 bytes, const void *image, u64 image_bytes)
{
	struct ramdisk *d = hv_alloc(sizeof(*d));

	if (!d)
		return NULL;
	d->b.ops = &ramdisk_ops;
	if (rd_resize(&d->b, bytes) ||
	    (image && rd_write(&d->b, 0, image, MIN(image_bytes, bytes)))) {
		rd_destroy(&d->b);
		return NULL;
	}
	return &d->b;
}
