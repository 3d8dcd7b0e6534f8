// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk that is a virtio-blk function of the machine, and so a file or device on
 * QEMU's side: what is written stays. device/scsi*.c calls it as any block
 * backend. Reads and writes are handed over and answered later: the device
 * interrupts, and poll() finds what is done. All else, and what finds no slot
 * free, waits for its answer in the call. VIRTIO 1.0, section 5.2; write zeroes
 * from 1.1.
 *
 * Neither wait is longer than WAIT_LIMIT: then all that is with the device fails,
 * and so does what comes after, since nobody knows what the device will still do.
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
#define SLOTS		5		/* the first is for calls that wait */
#define WAIT_LIMIT	150000000ull	/* 15 s: before a guest finds a processor stuck */

/* What the device reads and writes besides data. */
struct command {
	u32 type, reserved;
	u64 sector;
	u64 zeroes_sector;	/* struct virtio_blk_discard_write_zeroes */
	u32 zeroes_sectors, zeroes_flags;
	u8 status;
};

struct slot {
	struct block_request r;
	struct command *command;	/* a page, before the data */
	bool taken;			/* between begin and end */
	bool with_device;
	u64 until;
};

struct virtio_blk {
	struct block b;
	struct poller poller;
	struct event late;	/* the first of what is with the device took too long */
	struct virtio v;
	struct virtq q;
	struct slot slot[SLOTS];
	u8 slot_of[VIRTQ_MAX];	/* by head */
	u64 features;
	u32 zeroes_max;		/* sectors */
	bool zeroes_unmap;
	char name[16];
};

static struct virtio_blk *disk(struct block *b)
{
	return container_of(b, struct virtio_blk, b);
}

/* Hand over what slot @s->command says. */
static bool hand_over(struct virtio_blk *d, struct slot *s, u32 type, u64 offset,
		      struct virtq_piece data)
{
	struct command *c = s->command;
	struct virtq_piece piece[3] = { { c, offsetof(struct command, zeroes_sector), false } };
	u32 n = 1;
	int head;

	c->type = type;
	c->sector = offset / SECTOR;
	c->status = 0xff;
	if (data.len)
		piece[n++] = data;
	piece[n++] = (struct virtq_piece){ &c->status, 1, true };
	head = virtq_add(&d->q, piece, n);
	if (head < 0)
		return false;
	d->slot_of[head] = (u8)(s - d->slot);
	s->with_device = true;
	s->until = vm_time(d->v.vm) + WAIT_LIMIT;
	count(d->v.vm, COUNT_FILE_REQUESTS, 1);
	virtq_kick(&d->q);
	return true;
}

static int outcome(struct virtio_blk *d, const struct slot *s)
{
	const struct command *c = s->command;

	if (!c->status)
		return 0;
	hv_log("%s: request %u at sector %lu failed: status %u", d->name, c->type, c->sector,
	       c->status);
	return -HV_EIO;
}

/* Slot 0 is looked at by who waits for it. */
static void finished(struct virtio_blk *d, struct slot *s, int err)
{
	s->with_device = false;
	if (s != d->slot)
		s->r.done(&s->r, err);
}

/* What is done; after a failure of the device, all. */
static void collect(struct virtio_blk *d)
{
	u32 len, i;
	int head;

	while ((head = virtq_get(&d->q, &len)) >= 0) {
		struct slot *s = &d->slot[d->slot_of[head]];

		finished(d, s, outcome(d, s));
	}
	for (i = 0; d->v.failed && i < SLOTS; i++)
		if (d->slot[i].with_device)
			finished(d, &d->slot[i], -HV_EIO);
}

static void check_late(struct virtio_blk *d)
{
	u64 now = vm_time(d->v.vm), first = UINT64_MAX;
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (d->slot[i].with_device)
			first = MIN(first, d->slot[i].until);
	if (now > first) {
		virtio_fail(&d->v, "no answer from the device, in seconds", WAIT_LIMIT / 10000000);
		collect(d);
	} else if (first != UINT64_MAX) {
		event_arm(d->v.vm, &d->late, first + 1);
	} else {
		event_cancel(d->v.vm, &d->late);
	}
}

static void late(struct vm *vm, struct event *e)
{
	check_late(container_of(e, struct virtio_blk, late));
}

static void poll(struct vm *vm, struct poller *p)
{
	collect(container_of(p, struct virtio_blk, poller));
}

/* ---- calls that wait ---- */

static int run(struct virtio_blk *d, u32 type, u64 offset, struct virtq_piece data)
{
	struct slot *s = d->slot;

	if (!hand_over(d, s, type, offset, data))
		return -HV_EIO;
	virtq_interrupts(&d->q, false);
	for (collect(d); s->with_device; collect(d)) {
		if (vm_time(d->v.vm) > s->until)
			virtio_fail(&d->v, "no answer from the device, in seconds",
				    WAIT_LIMIT / 10000000);
		d->v.hw->relax();
	}
	virtq_interrupts(&d->q, true);
	collect(d);		/* what came before that interrupts nobody */
	return d->v.failed ? -HV_EIO : outcome(d, s);
}

static int vb_read(struct block *b, u64 offset, void *to, u64 len)
{
	u8 *at = to;

	while (len) {
		u64 n = MIN(len, (u64)BUFFER);
		int err =
			run(disk(b), T_IN, offset, (struct virtq_piece){ b->buffer, (u32)n, true });

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
	struct command *c = d->slot[0].command;

	if (!d->zeroes_max)
		memset(b->buffer, 0, MIN(len, (u64)BUFFER));
	while (len) {
		u64 n = MIN(len, d->zeroes_max ? (u64)d->zeroes_max * SECTOR : BUFFER);
		int err;

		if (d->zeroes_max) {
			c->zeroes_sector = offset / SECTOR;
			c->zeroes_sectors = (u32)(n / SECTOR);
			c->zeroes_flags = d->zeroes_unmap ? ZEROES_UNMAP : 0;
			err = run(d, T_WRITE_ZEROES, 0,
				  (struct virtq_piece){ &c->zeroes_sector, 16, false });
		} else {
			err = run(d, T_OUT, offset,
				  (struct virtq_piece){ b->buffer, (u32)n, false });
		}
		if (err)
			return err;
		offset += n;
		len -= n;
	}
	return 0;
}

/* ---- requests that are answered later ---- */

static struct block_request *vb_begin(struct block *b)
{
	struct virtio_blk *d = disk(b);
	u32 i;

	/* without an interrupt nobody would hear of the answer */
	for (i = 1; d->q.interrupt && i < SLOTS; i++) {
		if (!d->slot[i].taken) {
			d->slot[i].taken = true;
			return &d->slot[i].r;
		}
	}
	return NULL;
}

static void vb_end(struct block *b, struct block_request *r)
{
	container_of(r, struct slot, r)->taken = false;
}

static void vb_submit(struct block *b, struct block_request *r)
{
	static const u32 type[] = { [BLOCK_READ] = T_IN, [BLOCK_WRITE] = T_OUT, [BLOCK_FLUSH] = T_FLUSH };
	struct slot *s = container_of(r, struct slot, r);
	struct virtio_blk *d = disk(b);
	struct virtq_piece data = { r->data, r->op == BLOCK_FLUSH ? 0 : r->len,
				    r->op == BLOCK_READ };

	if (r->op == BLOCK_FLUSH && !(d->features & F_FLUSH))
		r->done(r, 0);
	else if (!hand_over(d, s, type[r->op], r->op == BLOCK_FLUSH ? 0 : r->offset, data))
		r->done(r, -HV_EIO);
	else if (!d->late.armed)
		check_late(d);
}

static const struct block_ops virtio_blk_ops = {
	.read = vb_read, .write = vb_write, .discard = vb_discard, .flush = vb_flush,
	.begin = vb_begin, .submit = vb_submit, .end = vb_end,
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

static bool slots(struct virtio_blk *d)
{
	u32 i;

	for (i = 0; i < SLOTS; i++) {
		u8 *pages = hv_alloc_pages(1 + BUFFER / PAGE_SIZE);

		if (!pages)
			return false;
		d->slot[i].command = (struct command *)pages;
		d->slot[i].r.data = pages + PAGE_SIZE;
	}
	d->b.buffer = d->slot[0].r.data;
	d->b.buffer_bytes = BUFFER;
	return true;
}

struct block *virtio_blk_create(struct vm *vm, u32 nth)
{
	struct virtio_blk *d = hv_alloc(sizeof(*d));

	if (!d || !slots(d))
		return NULL;
	hv_snprintf(d->name, sizeof(d->name), "virtio-blk %u", nth);
	d->b.ops = &virtio_blk_ops;
	/* Nothing is freed when it fails: the machine stops then. */
	if (virtio_open(&d->v, vm, d->name, VIRTIO_BLK, nth,
			F_RO | F_BLK_SIZE | F_FLUSH | F_WRITE_ZEROES, &d->features) ||
	    find_out(d) || virtq_create(&d->q, &d->v, 0, 16, true))
		return NULL;
	virtio_start(&d->v);
	d->late.fn = late;
	d->poller.poll = poll;
	vm_poll_add(vm, &d->poller);
	return &d->b;
}
