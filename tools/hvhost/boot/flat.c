// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load a multiboot ELF32 test kernel ("flat": no paging of its own needed), as
 * kvm-unit-tests builds them: segments to their physical addresses, the entry
 * with multiboot's magic in EAX and its information in EBX.
 */
#include "boot/boot.h"
#include "boot/memory.h"
#include "lib.h"

#define MB_HEADER	0x1badb002
#define MB_LOADED	0x2badb002
#define MB_SEARCH	8192	/* the header lies within the first 8 KiB */
#define INFO		0x10000ul
#define PT_LOAD		1
#define EM_386		3

struct elf32_header {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf32_segment {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

static bool has_header(const struct boot_module *k)
{
	for (u64 i = 0; i + 12 <= MIN(k->size, (u64)MB_SEARCH); i += 4) {
		u32 w[3];

		memcpy(w, k->data + i, 12);
		if (w[0] == MB_HEADER && w[0] + w[1] + w[2] == 0)
			return true;
	}
	return false;
}

/* flags, mem_lower, mem_upper, boot device, command line */
static u32 write_info(struct vm *vm, const char *args)
{
	const struct memory_map *m = vm->mem;
	u32 info[29] = { 0 };
	u64 top = 0;

	for (u32 i = 0; i < m->n; i++)
		if (m->range[i].type == E820_RAM && m->range[i].end <= 1ull << 32)
			top = MAX(top, m->range[i].end);
	info[0] = 1 | 4;
	info[1] = 640;
	info[2] = (u32)((top - (1u << 20)) >> 10);
	info[4] = INFO + 256;
	memcpy((void *)INFO, info, sizeof(info));
	hv_snprintf((char *)INFO + 256, 2048, "kernel %s", args);
	return INFO;
}

bool flat_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry)
{
	const struct boot_module *k = &bi->module[0];
	struct elf32_header h;

	if (k->size < sizeof(h))
		return false;
	memcpy(&h, k->data, sizeof(h));
	if (memcmp(h.ident, "\177ELF\1\1", 6) || h.machine != EM_386 || !has_header(k))
		return false;
	/* The image may lie where its segments go: work on a copy. */
	u8 *copy = hv_alloc(k->size);

	if (!copy)
		hv_die("no heap for a kernel of %lu KiB", k->size >> 10);
	memcpy(copy, k->data, k->size);
	for (u32 i = 0; i < h.phnum; i++) {
		u64 at = h.phoff + (u64)i * h.phentsize;
		struct elf32_segment s;

		if (at + sizeof(s) > k->size)
			hv_die("the test kernel's program headers are cut short");
		memcpy(&s, copy + at, sizeof(s));
		if (s.type != PT_LOAD || !s.memsz)
			continue;
		if (s.filesz > s.memsz || (u64)s.offset + s.filesz > k->size ||
		    !gpa_range(vm, s.paddr, s.memsz))
			hv_die("segment %u of the test kernel (%x, %u bytes) has no place",
			       i, s.paddr, s.memsz);
		memset((void *)(u64)s.paddr, 0, s.memsz);
		memcpy((void *)(u64)s.paddr, copy + s.offset, s.filesz);
	}
	hv_free(copy);
	*entry = (struct guest_entry){ .rip = h.entry, .rax = MB_LOADED,
				       .rbx = write_info(vm, k->args) };
	return true;
}
