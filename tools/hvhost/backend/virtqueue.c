// SPDX-License-Identifier: GPL-2.0-only
/*
 * A split virtqueue, VIRTIO 1.0, section 2.4: descriptors that name memory, a
 * ring of requests that hvhost writes, a ring of finished ones that the device
 * writes. virtio_blk.c and virtio_net.c add requests and take them back; nothing
 * here waits.
 */
#include "lib.h"
#include "virtio.h"
#include "../device/pci.h"

#define DESC_NEXT	1
#define DESC_WRITE	2
#define NO_INTERRUPT	1	/* avail->flags */
#define NONE		0xffff

/* Section 4.1.4.3. */
#define QUEUE_SELECT	0x16
#define QUEUE_SIZE	0x18
#define QUEUE_VECTOR	0x1a
#define QUEUE_ENABLE	0x1c
#define QUEUE_NOTIFY	0x1e
#define QUEUE_DESC	0x20
#define QUEUE_AVAIL	0x28
#define QUEUE_USED	0x30
#define NO_VECTOR	0xffff

struct virtq_desc {
	u64 address;
	u32 len;
	u16 flags, next;
};

struct virtq_avail {
	u16 flags, index;
	u16 ring[VIRTQ_MAX];
};

struct virtq_used {
	u16 flags, index;
	struct {
		u32 id, len;
	} ring[VIRTQ_MAX];
};

static u32 get(const struct virtio *v, u32 at, u32 size)
{
	return v->hw->mmio_read(v->vm, v->common + at, size);
}

static void set(const struct virtio *v, u32 at, u32 size, u32 value)
{
	v->hw->mmio_write(v->vm, v->common + at, size, value);
}

static void set_address(const struct virtio *v, u32 at, volatile const void *p)
{
	set(v, at, 4, (u32)(uintptr_t)p);
	set(v, at + 4, 4, (u32)((u64)(uintptr_t)p >> 32));
}

static int memory(struct virtq *q)
{
	/* one page, one page, one page: 256 descriptors fill the first */
	u8 *p = hv_alloc_pages(3);
	u16 i;

	if (!p)
		return -HV_ENOMEM;
	q->desc = (struct virtq_desc *)p;
	q->avail = (struct virtq_avail *)(p + PAGE_SIZE);
	q->used = (volatile struct virtq_used *)(p + 2 * PAGE_SIZE);
	for (i = 0; i < q->size; i++)
		q->desc[i].next = i + 1 < q->size ? i + 1 : NONE;
	q->nfree = q->size;
	return 0;
}

int virtq_create(struct virtq *q, struct virtio *v, u16 index, u16 most, bool interrupt)
{
	u32 size, offset;

	*q = (struct virtq){ .v = v, .index = index };
	set(v, QUEUE_SELECT, 2, index);
	size = get(v, QUEUE_SIZE, 2);
	offset = get(v, QUEUE_NOTIFY, 2) * v->notify_multiplier;
	/* a power of two by section 2.4, and the register is the device's word */
	if (!size || (size & (size - 1)) || v->notify_len < 2 || offset > v->notify_len - 2) {
		hv_log("%s: queue %u of %u, notified at %u: cannot be used", v->name, index, size,
		       offset);
		return -HV_EINVAL;
	}
	q->size = (u16)MIN(size, (u32)MIN(most, VIRTQ_MAX));
	q->notify = v->notify + offset;
	if (memory(q))
		return -HV_ENOMEM;
	q->interrupt = interrupt && v->msix_table;
	virtq_interrupts(q, true);
	set(v, QUEUE_SIZE, 2, q->size);
	set(v, QUEUE_VECTOR, 2, q->interrupt ? 0 : NO_VECTOR);
	set_address(v, QUEUE_DESC, q->desc);
	set_address(v, QUEUE_AVAIL, q->avail);
	set_address(v, QUEUE_USED, q->used);
	set(v, QUEUE_ENABLE, 2, 1);
	return 0;
}

int virtq_add(struct virtq *q, const struct virtq_piece *piece, u32 n)
{
	u16 head = q->free, at = head;
	u32 i;

	if (!n || n > q->nfree || q->v->failed)
		return -HV_ENOSPC;
	q->writable[head] = 0;
	for (i = 0; i < n; i++) {
		struct virtq_desc *d = &q->desc[at];

		d->address = (uintptr_t)piece[i].at;
		d->len = piece[i].len;
		d->flags = (piece[i].device_writes ? DESC_WRITE : 0) | (i + 1 < n ? DESC_NEXT : 0);
		q->writable[head] += piece[i].device_writes ? piece[i].len : 0;
		at = d->next;
	}
	q->free = at;
	q->nfree -= (u16)n;
	q->busy[head] = true;
	q->avail->ring[q->avail->index % q->size] = head;
	/* the entry before the index: the device reads on another processor */
	__atomic_store_n(&q->avail->index, (u16)(q->avail->index + 1), __ATOMIC_RELEASE);
	return head;
}

void virtq_kick(struct virtq *q)
{
	if (q->v->failed)
		return;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	q->v->hw->mmio_write(q->v->vm, q->notify, 2, q->index);
}

void virtq_interrupts(struct virtq *q, bool on)
{
	__atomic_store_n(&q->avail->flags, (u16)(on && q->interrupt ? 0 : NO_INTERRUPT),
			 __ATOMIC_SEQ_CST);
}

/* The chain was ours to write, not the device's: its links are as virtq_add() left them. */
static void give_back(struct virtq *q, u16 head)
{
	u16 at = head;

	q->busy[head] = false;
	for (q->nfree++; q->desc[at].flags & DESC_NEXT; q->nfree++)
		at = q->desc[at].next;
	q->desc[at].next = q->free;
	q->free = head;
}

int virtq_get(struct virtq *q, u32 *len)
{
	u16 ready = __atomic_load_n(&q->used->index, __ATOMIC_ACQUIRE);
	u32 id;

	if (q->v->failed || ready == q->seen)
		return -HV_EBUSY;
	id = q->used->ring[q->seen % q->size].id;
	*len = q->used->ring[q->seen % q->size].len;
	if ((u16)(ready - q->seen) > q->size)
		virtio_fail(q->v, "the device's ring index is out of range", ready);
	else if (id >= q->size || !q->busy[id])
		virtio_fail(q->v, "the device finished what it was not given", id);
	else if (*len > q->writable[id])
		virtio_fail(q->v, "the device wrote more than it may", *len);
	if (q->v->failed)
		return -HV_EBUSY;
	q->seen++;
	give_back(q, (u16)id);
	return (int)id;
}
