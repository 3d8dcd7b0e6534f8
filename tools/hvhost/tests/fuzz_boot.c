// SPDX-License-Identifier: GPL-2.0-only
/*
 * The three loaders (boot/linux.c, boot/vmlinux.c, boot/flat.c) and files that are nearly
 * kernels: a good one of each kind with a few changes, cut or made longer. The loaders
 * write to physical addresses, so the guest's memory is mapped at those; what they may not
 * touch, hvhost in the middle of it among that, is not mapped. They end hvhost with a
 * message when a file is wrong, which here is a way back.
 */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fake.h"
#include "input.h"
#include "lib.h"

static jmp_buf wrong;

static void died(const char *format, ...) __attribute__((noreturn));
static void died(const char *format, ...)
{
	(void)format;
	longjmp(wrong, 1);
}

#define hv_die		died
#define gpa_range	boot_gpa_range
#define linux_load	fuzz_linux_load
#define linux_place	fuzz_linux_place
#define linux_initrd	fuzz_linux_initrd
#define linux_zero_page	fuzz_linux_zero_page
#define vmlinux_load	fuzz_vmlinux_load
#define flat_load	fuzz_flat_load
static void *boot_gpa_range(struct vm *vm, u64 gpa, u64 len);
#include "../boot/linux.c"
#include "../boot/vmlinux.c"
#include "../boot/flat.c"

#define KERNEL		0x200000u	/* where the good ones want to be */
#define HIGH		0x100000000ull
#define LOW		5	/* ranges below it: those that are mapped */
#define FILE_MAX	0x6000u
#define TEXT		0x1000u		/* of an ELF file's segment */

static struct memory_map map = {
	.range = {
		{ 0x10000, 0x9f000, E820_RAM }, { 0x9f000, 0x100000, E820_RESERVED },
		{ 0x100000, 0x400000, E820_RAM }, { 0x400000, 0x600000, E820_RESERVED },
		{ 0x600000, 0x800000, E820_RAM }, { HIGH, HIGH + 0x100000, E820_RAM },
	},
	.n = LOW,
	.host = { { 0x400000, 0x600000, E820_RESERVED } },
	.hosts = 1,
};

/* As in boot/memory.c, which needs the image of hvhost. */
static void *boot_gpa_range(struct vm *vm, u64 gpa, u64 len)
{
	const struct memory_map *m = vm->mem;

	for (u32 i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->range[i];

		if (r->type == E820_RAM && gpa >= r->start && gpa < r->end)
			return len <= r->end - gpa ? (void *)gpa : NULL;
	}
	return NULL;
}

static void map_ram(void)
{
	static bool mapped;

	for (u32 i = 0; i < LOW && !mapped; i++) {
		void *at = (void *)map.range[i].start;
		u64 len = map.range[i].end - map.range[i].start;

		if (map.range[i].type == E820_RAM &&
		    mmap(at, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != at)
			abort();
	}
	mapped = true;
}

static void put(u8 *file, u32 at, u64 value, u32 bytes)
{
	memcpy(file + at, &value, bytes);
}

static u32 make_bzimage(u8 *f)
{
	u32 size = 0x3000, setup = 5 * 512;

	memset(f, 0x90, size);
	memset(f, 0, setup);
	f[HDR_SETUP_SECTS] = 4;
	put(f, HDR_SYSSIZE, (size - setup) / 16, 4);
	f[HDR_END] = 0x6a;
	memcpy(f + HDR_MAGIC, "HdrS", 4);
	put(f, HDR_VERSION, 0x20f, 2);
	put(f, HDR_INITRD_MAX, 0x7fffffff, 4);
	put(f, HDR_PREF, KERNEL, 8);
	put(f, HDR_INIT_SIZE, 0x10000, 4);
	return size;
}

/* One that wants to be above 4 GiB, where 32-bit code cannot enter it. */
static u32 make_high(u8 *f)
{
	u32 size = make_bzimage(f);

	put(f, HDR_PREF, HIGH, 8);
	return size;
}

static u32 make_vmlinux(u8 *f)
{
	struct elf64_header h = {
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, .type = 2, .machine = EM_X86_64,
		.entry = KERNEL, .phoff = sizeof(h), .phentsize = sizeof(struct elf64_segment),
		.phnum = 2,
	};
	struct elf64_segment s[2] = {
		{ .type = PT_LOAD, .offset = TEXT, .paddr = KERNEL, .filesz = TEXT, .memsz = 0x2000 },
		{ .type = PT_LOAD, .offset = 0, .paddr = KERNEL + 0x4000, .memsz = TEXT },
	};

	memset(f, 0, 2 * TEXT);
	memcpy(f, &h, sizeof(h));
	memcpy(f + sizeof(h), s, sizeof(s));
	return 2 * TEXT;
}

static u32 make_flat(u8 *f)
{
	struct elf32_header h = {
		.ident = { 0x7f, 'E', 'L', 'F', 1, 1, 1 }, .type = 2, .machine = EM_386,
		.entry = KERNEL, .phoff = sizeof(h), .phentsize = sizeof(struct elf32_segment),
		.phnum = 2,
	};
	struct elf32_segment s[2] = {
		{ .type = PT_LOAD, .offset = TEXT, .paddr = KERNEL, .filesz = TEXT, .memsz = 0x2000 },
		{ .type = PT_LOAD, .offset = 0, .paddr = KERNEL + 0x4000, .memsz = TEXT },
	};
	const u32 header[3] = { MB_HEADER, 0, -MB_HEADER };

	memset(f, 0, 2 * TEXT);
	memcpy(f, &h, sizeof(h));
	memcpy(f + sizeof(h), s, sizeof(s));
	memcpy(f + 0x100, header, sizeof(header));
	return 2 * TEXT;
}

/* Numbers over numbers in the headers, and another size. False: nothing was changed. */
static bool spoil(struct input *in, u8 *f, u32 *size)
{
	u32 changes = (u32)take(in, 1) % 6;
	bool cut = take(in, 1) % 4 == 1;

	for (u32 i = 0; i < changes; i++) {
		static const u8 widths[] = { 1, 2, 4, 8 };
		u32 width = widths[take(in, 1) % 4], at = (u32)take(in, 2) % 0x270;
		u64 old = 0, how = take(in, 1);

		memcpy(&old, f + at, width);
		put(f, at, how < 100 ? take(in, 8) : how < 180 ? old + take(in, 1) - 128 :
		    0 - take(in, 1), width);
	}
	if (cut)
		*size = (u32)take(in, 2) % FILE_MAX;
	return changes || cut;
}

static bool load(struct vm *vm, const struct boot_info *bi)
{
	struct guest_entry e = { 0 };

	if (linux_load(vm, bi, &e) || vmlinux_load(vm, bi, &e)) {
		/* it begins in memory of the guest, with a command line that ends */
		if (!boot_gpa_range(vm, e.rip, 1) ||
		    !memchr((void *)CMDLINE, 0, CMDLINE_MAX))
			abort();
		return true;
	}
	return flat_load(vm, bi, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		u32 (*make)(u8 *f);
		bool good;
	} kinds[] = {
		{ make_bzimage, true }, { make_vmlinux, true }, { make_flat, true },
		{ make_high, false },
	};
	static struct boot_info bi;
	struct input in = { data, size };
	struct fake *f = fake_begin(1);
	u8 *file = calloc(1, FILE_MAX), *exact = NULL, *initrd = NULL;
	u32 kind = (u32)take(&in, 1) % ARRAY_SIZE(kinds), bytes = kinds[kind].make(file);
	volatile bool same = !spoil(&in, file, &bytes), loaded = false, good = kinds[kind].good;

	map_ram();
	f->vm.mem = &map;
	map.n = kinds[kind].good ? LOW : LOW + 1;
	memset(&bi, 0, sizeof(bi));
	exact = malloc(bytes ? bytes : 1);
	memcpy(exact, file, bytes);
	bi.module[0] = (struct boot_module){ .data = exact, .size = bytes };
	strcpy(bi.module[0].args, "console=ttyS0");
	bi.modules = 1;
	if (take(&in, 1) & 1) {
		bi.module[1].size = 1 + take(&in, 2);
		bi.module[1].data = initrd = calloc(1, bi.module[1].size);
		bi.modules = 2;
	}
	if (!setjmp(wrong))
		loaded = load(&f->vm, &bi);
	if (same && loaded != good)
		abort();
	free(initrd);
	free(exact);
	free(file);
	fake_end();
	return 0;
}
