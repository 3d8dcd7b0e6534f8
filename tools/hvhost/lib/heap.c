// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvhost's memory: one region, blocks in address order with a header each,
 * first fit, neighbours that are free become one. What a device allocates it
 * allocates when the machine starts or a guest opens something, so speed does
 * not matter and order does: the same calls give the same addresses.
 */
#include "lib.h"
#include "lib/heap.h"

struct block {
	u64 size;		/* with this header; a multiple of 16 */
	u64 used;
};

static struct block *first, *last;
static u64 in_use;		/* bytes, headers included */

void heap_start(void *start, u64 size)
{
	first = start;
	last = (struct block *)((u8 *)start + size);
	first->size = size;
	first->used = 0;
}

static struct block *next(struct block *b)
{
	return (struct block *)((u8 *)b + b->size);
}

static void split(struct block *b, u64 size)
{
	struct block *rest = (struct block *)((u8 *)b + size);

	if (b->size < size + 2 * sizeof(*b))
		return;
	rest->size = b->size - size;
	rest->used = 0;
	b->size = size;
}

static void merge(struct block *b)
{
	while (next(b) < last && !next(b)->used)
		b->size += next(b)->size;
}

/* A block whose content begins at a multiple of @align; the front is split off. */
static void *take(u64 size, u64 align)
{
	size = ALIGN_UP(size + sizeof(struct block), 16);
	for (struct block *b = first; b < last; b = next(b)) {
		u64 at, front;

		if (b->used)
			continue;
		merge(b);
		at = ALIGN_UP((u64)(b + 1), align);
		front = at - (u64)(b + 1);
		if (front && front < 2 * sizeof(*b)) {
			at += align;
			front += align;
		}
		if (b->size < front + size)
			continue;
		if (front) {
			split(b, front);
			b = next(b);
		}
		split(b, size);
		b->used = 1;
		in_use += b->size;
		memset(b + 1, 0, b->size - sizeof(*b));
		return b + 1;
	}
	return NULL;
}

void *hv_alloc(size_t size)
{
	if (!first || size > (u64)((u8 *)last - (u8 *)first))
		return NULL;
	return take(size, 16);
}

void *hv_alloc_pages(size_t pages)
{
	if (!first || pages > ((u64)((u8 *)last - (u8 *)first) >> PAGE_SHIFT))
		return NULL;
	return take(pages * PAGE_SIZE, PAGE_SIZE);
}

void hv_free(void *p)
{
	struct block *b = (struct block *)p - 1;

	if (!p)
		return;
	b->used = 0;
	in_use -= b->size;
}

u64 hv_heap_used(void)
{
	return in_use;
}
