// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load a vmlinux, the ELF file a kernel build leaves before it packs it: module
 * 0 to its physical addresses, entered in long mode as boot.rst's 64-bit protocol
 * has it ("the kernel must be identity mapped"). Called by hv_main() when module
 * 0 is no bzImage.
 *
 * The file lies right behind hvhost, where its own segments go. So the initrd
 * is moved to the top, the file below it, and then the segments are copied.
 */
#include "boot/boot.h"
#include "boot/linux.h"
#include "boot/memory.h"
#include "lib.h"

#define PT_LOAD		1
#define EM_X86_64	62
#define INITRD_LIMIT	0x80000000ull	/* as a bzImage's header has it */
#define PROTOCOL	0x20f
#define CMDLINE_SIZE	0x238		/* offset in the setup header */
#define PAGE_RW		0x3ull		/* present, writable */
#define PAGE_BIG	0x80ull
#define GIB		(1ull << 30)

/* System V ABI, ELF-64 object file format. */
struct elf64_header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf64_segment {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

struct image {
	const u8 *data;
	u64 size;
	struct elf64_header h;
};

/* Segment @i, checked but for its place; false: not one to load. */
static bool segment(const struct image *m, u32 i, struct elf64_segment *s)
{
	u64 at = m->h.phoff + (u64)i * m->h.phentsize;

	if (m->h.phoff > m->size || at > m->size || m->size - at < sizeof(*s))
		hv_die("the kernel's program headers are cut short");
	memcpy(s, m->data + at, sizeof(*s));
	if (s->type != PT_LOAD || !s->memsz)
		return false;
	if (s->filesz > s->memsz || s->offset > m->size || s->filesz > m->size - s->offset)
		hv_die("segment %u of the kernel is cut short", i);
	return true;
}

/* Where the kernel ends; all of its segments have a place. */
static u64 end_of(struct vm *vm, const struct image *m)
{
	struct elf64_segment s;
	u64 end = 0;

	for (u32 i = 0; i < m->h.phnum; i++) {
		if (!segment(m, i, &s))
			continue;
		if (!gpa_range(vm, s.paddr, s.memsz))
			hv_die("segment %u of the kernel (%lx, %lu KiB) has no place", i, s.paddr,
			       s.memsz >> 10);
		end = MAX(end, s.paddr + s.memsz);
	}
	return end;
}

/* Whether the entry, a physical address, is in a segment's content. */
static bool entry_good(const struct image *m)
{
	struct elf64_segment s;

	for (u32 i = 0; i < m->h.phnum; i++)
		if (segment(m, i, &s) && m->h.entry >= s.paddr && m->h.entry - s.paddr < s.filesz)
			return true;
	return false;
}

static void copy_segments(const struct image *m)
{
	struct elf64_segment s;

	for (u32 i = 0; i < m->h.phnum; i++) {
		if (!segment(m, i, &s))
			continue;
		memset((void *)(s.paddr + s.filesz), 0, s.memsz - s.filesz);
		memcpy((void *)s.paddr, m->data + s.offset, s.filesz);
	}
}

/* The first 512 GiB one to one; the kernel makes its own tables at once. */
static void map_identity(void)
{
	u64 *root = (u64 *)PAGE_TABLES, *pdpt = (u64 *)(PAGE_TABLES + PAGE_SIZE);

	memset(root, 0, PAGE_SIZE);
	root[0] = (u64)pdpt | PAGE_RW;
	for (u64 i = 0; i < 512; i++)
		pdpt[i] = i * GIB | PAGE_RW | PAGE_BIG;
}

/* There is no setup header to copy: the little that the kernel asks for. */
static void setup_header(u8 *zp)
{
	const u16 flag = 0xaa55, version = PROTOCOL;
	const u32 size = CMDLINE_MAX - 1, align = 2u << 20;

	memset(zp, 0, PAGE_SIZE);
	memcpy(zp + HDR_BOOT_FLAG, &flag, sizeof(flag));
	memcpy(zp + HDR_MAGIC, "HdrS", 4);
	memcpy(zp + HDR_VERSION, &version, sizeof(version));
	memcpy(zp + HDR_ALIGN, &align, sizeof(align));
	memcpy(zp + CMDLINE_SIZE, &size, sizeof(size));
}

bool vmlinux_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry)
{
	struct image m = { .data = bi->module[0].data, .size = bi->module[0].size };
	u64 end, initrd, to;

	if (m.size < sizeof(m.h))
		return false;
	memcpy(&m.h, m.data, sizeof(m.h));
	if (memcmp(m.h.ident, "\177ELF\2\1", 6) || m.h.machine != EM_X86_64)
		return false;
	end = end_of(vm, &m);
	if (!end || !entry_good(&m) || m.h.entry >> 32)
		hv_die("the kernel's entry %lx is not in it: no physical address", m.h.entry);
	initrd = linux_initrd(vm, bi, INITRD_LIMIT, end);
	to = linux_place(vm, m.size, initrd ? initrd : 1ull << 32, end);
	if (!to)
		hv_die("no RAM for the kernel's file of %lu MiB beside the kernel: --memory is too small",
		       m.size >> 20);
	memmove((void *)to, m.data, m.size);
	m.data = (const u8 *)to;
	copy_segments(&m);
	map_identity();
	setup_header((u8 *)ZERO_PAGE);
	linux_zero_page(vm, bi, initrd);
	*entry = (struct guest_entry){ .rip = (u32)m.h.entry, .rsi = ZERO_PAGE,
				       .page_tables = PAGE_TABLES };
	return true;
}
