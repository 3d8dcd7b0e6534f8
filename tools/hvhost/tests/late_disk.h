/* SPDX-License-Identifier: GPL-2.0-only */
/* A disk that answers when it is told to, as one that is a device of the machine: for fuzz_scsi.c. */
#ifndef HVHOST_TESTS_LATE_DISK_H
#define HVHOST_TESTS_LATE_DISK_H

#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "lib.h"

#define LATE_SLOTS	3
#define LATE_BUFFER	8192u
#define LATE_DISK	65536u

struct late_disk {
	struct block b;
	u8 *content;
	struct late_slot {
		struct block_request r;
		u8 *data;		/* a block of its own: the sanitizers see its end */
		bool used, submitted;
	} slot[LATE_SLOTS];
};

static void late_check(struct block *b, u64 offset, u64 len)
{
	if (offset > b->bytes || len > b->bytes - offset || offset % 512 || len % 512)
		abort();
}

static int late_read(struct block *b, u64 offset, void *to, u64 len)
{
	struct late_disk *d = container_of(b, struct late_disk, b);

	late_check(b, offset, len);
	memcpy(to, d->content + offset, len);
	return 0;
}

static int late_write(struct block *b, u64 offset, const void *from, u64 len)
{
	struct late_disk *d = container_of(b, struct late_disk, b);

	late_check(b, offset, len);
	memcpy(d->content + offset, from, len);
	return 0;
}

static int late_discard(struct block *b, u64 offset, u64 len)
{
	struct late_disk *d = container_of(b, struct late_disk, b);

	late_check(b, offset, len);
	memset(d->content + offset, 0, len);
	return 0;
}

static struct block_request *late_begin(struct block *b)
{
	struct late_disk *d = container_of(b, struct late_disk, b);

	for (struct late_slot *s = d->slot; s < d->slot + LATE_SLOTS; s++)
		if (!s->used) {
			s->used = true;
			s->r.data = s->data;
			return &s->r;
		}
	return NULL;
}

static void late_submit(struct block *b, struct block_request *r)
{
	struct late_slot *s = container_of(r, struct late_slot, r);

	if (!s->used || s->submitted || r->len > LATE_BUFFER)
		abort();
	if (r->op != BLOCK_FLUSH)
		late_check(b, r->offset, r->len);
	s->submitted = true;
}

static void late_end(struct block *b, struct block_request *r)
{
	struct late_slot *s = container_of(r, struct late_slot, r);

	if (!s->used || s->submitted)
		abort();
	s->used = false;
}

/* The disk is done with what slot @n has, when it has something. */
static void late_answer(struct late_disk *d, u32 n, int err)
{
	struct late_slot *s = &d->slot[n % LATE_SLOTS];

	if (!s->submitted)
		return;
	s->submitted = false;
	if (!err && s->r.op == BLOCK_READ)
		late_read(&d->b, s->r.offset, s->data, s->r.len);
	else if (!err && s->r.op == BLOCK_WRITE)
		late_write(&d->b, s->r.offset, s->data, s->r.len);
	s->r.done(&s->r, err);
}

static const struct block_ops late_ops = {
	.read = late_read, .write = late_write, .discard = late_discard,
	.begin = late_begin, .submit = late_submit, .end = late_end,
};

/* In the heap of the fake machine, which frees it. */
static struct late_disk *late_disk_create(void)
{
	struct late_disk *d = hv_alloc(sizeof(*d));

	d->b = (struct block){ .ops = &late_ops, .bytes = LATE_DISK, .buffer_bytes = LATE_BUFFER };
	d->b.buffer = hv_alloc(LATE_BUFFER);
	d->content = hv_alloc(LATE_DISK);
	for (u32 i = 0; i < LATE_SLOTS; i++)
		d->slot[i].data = hv_alloc(LATE_BUFFER);
	return d;
}

/* Each slot is free or waits for the disk: none was lost. */
static u32 late_in_use(const struct late_disk *d)
{
	u32 n = 0;

	for (u32 i = 0; i < LATE_SLOTS; i++)
		n += d->slot[i].used;
	return n;
}

#endif
