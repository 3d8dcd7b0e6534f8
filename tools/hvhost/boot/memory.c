// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose memory is whose. The guest sees the machine's map with two holes in it:
 * hvhost's image, and the heap. Both are whole 2 MiB pages, so that the nested
 * page table needs no smaller ones for them. Everything a guest address is used
 * for passes gpa_range() below.
 */
#include "boot/boot.h"
#include "boot/memory.h"
#include "lib.h"
#include "lib/heap.h"

#define MIB2	(2ull << 20)
#define ACPI_PAGE	0x90000ull	/* above what the loaders use, below the EBDA */

extern u8 hv_image[], hv_image_end[];

/* Cut [start, end) out of the RAM of @m and put it there as @type. */
static void cut(struct memory_map *m, u64 start, u64 end, u32 type)
{
	for (u32 i = 0; i < m->n; i++) {
		struct mem_range *r = &m->range[i], old = *r;

		if (old.type != E820_RAM || start < old.start || end > old.end)
			continue;
		if (m->n + 2 > ARRAY_SIZE(m->range))
			hv_die("the memory map has too many ranges");
		r->end = start;
		m->range[m->n++] = (struct mem_range){ start, end, type };
		if (end < old.end)
			m->range[m->n++] = (struct mem_range){ end, old.end, E820_RAM };
		return;
	}
	hv_die("no RAM at %lx to %lx for hvhost", start, end);
}

static void reserve(struct memory_map *m, u64 start, u64 end)
{
	cut(m, start, end, E820_RESERVED);
	m->host[m->hosts++] = (struct mem_range){ start, end, E820_RESERVED };
}

static void sort(struct memory_map *m)
{
	for (u32 i = 1; i < m->n; i++)
		for (u32 k = i; k && m->range[k].start < m->range[k - 1].start; k--) {
			struct mem_range t = m->range[k];

			m->range[k] = m->range[k - 1];
			m->range[k - 1] = t;
		}
}

void memory_divide(struct vm *vm, struct boot_info *bi, u64 heap)
{
	static struct memory_map map;
	u64 top = 0;

	for (u32 i = 0; i < bi->ranges; i++) {
		map.range[map.n++] = bi->range[i];
		if (bi->range[i].type == E820_RAM && bi->range[i].end <= 1ull << 32)
			top = MAX(top, bi->range[i].end);
	}
	heap = ALIGN_UP(heap, MIB2);
	top &= ~(MIB2 - 1);
	if (top < heap + (64ull << 20))
		hv_die("%lu MiB of RAM are too few for a heap of %lu MiB and a guest",
		       top >> 20, heap >> 20);
	reserve(&map, (u64)hv_image, ALIGN_UP((u64)hv_image_end, MIB2));
	reserve(&map, top - heap, top);
	sort(&map);
	vm->mem = &map;
	heap_start((void *)(top - heap), heap);
}

u64 memory_acpi_page(struct vm *vm)
{
	struct memory_map *m = vm->mem;

	cut(m, ACPI_PAGE, ACPI_PAGE + PAGE_SIZE, E820_ACPI);
	sort(m);
	return ACPI_PAGE;
}

void *gpa_range(struct vm *vm, u64 gpa, u64 len)
{
	const struct memory_map *m = vm->mem;

	for (u32 i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->range[i];

		if (r->type == E820_RAM && gpa >= r->start && gpa < r->end)
			return len <= r->end - gpa ? (void *)gpa : NULL;
	}
	return NULL;
}

int gpa_read(struct vm *vm, u64 gpa, void *to, u64 len)
{
	const void *p = gpa_range(vm, gpa, len);

	if (!p)
		return -HV_EFAULT;
	memcpy(to, p, len);
	return 0;
}

int gpa_write(struct vm *vm, u64 gpa, const void *from, u64 len)
{
	void *p = gpa_range(vm, gpa, len);

	if (!p)
		return -HV_EFAULT;
	memcpy(p, from, len);
	return 0;
}
