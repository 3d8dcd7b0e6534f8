// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load a bzImage as a boot loader does: Documentation/arch/x86/boot.rst, the
 * 32-bit protocol. The kernel goes where it prefers to be, the initrd as high as
 * it may, the zero page and the command line below 640 KiB.
 *
 * Both modules lie right behind hvhost, which may be where the kernel goes, so
 * the initrd is moved out of the way first.
 */
#include "boot/boot.h"
#include "boot/linux.h"
#include "boot/memory.h"
#include "lib.h"

#define MIN_VERSION	0x20a	/* preferred address and init_size */

struct e820_entry {
	u64 addr, size;
	u32 type;
} __packed;

static u32 get32(const u8 *p) { u32 v; memcpy(&v, p, 4); return v; }
static void put32(u8 *p, u32 v) { memcpy(p, &v, 4); }

u64 linux_place(struct vm *vm, u64 size, u64 limit, u64 floor)
{
	const struct memory_map *m = vm->mem;
	u64 best = 0;

	for (u32 i = 0; i < m->n; i++) {
		const struct mem_range *r = &m->range[i];
		u64 end = MIN(r->end, limit), at;

		if (r->type != E820_RAM || end < size)
			continue;
		at = (end - size) & ~(PAGE_SIZE - 1);
		if (at >= r->start && at >= floor)
			best = MAX(best, at);
	}
	return best;
}

static void write_e820(struct vm *vm, u8 *zp)
{
	const struct memory_map *m = vm->mem;

	for (u32 i = 0; i < m->n; i++) {
		struct e820_entry e = { m->range[i].start, m->range[i].end - m->range[i].start,
					m->range[i].type };

		memcpy(zp + ZP_E820 + i * sizeof(e), &e, sizeof(e));
	}
	zp[ZP_E820_N] = (u8)m->n;
}

static const struct boot_module *initrd_module(const struct boot_info *bi)
{
	const struct boot_module *rd = &bi->module[1];

	return bi->modules > 1 && rd->size && strcmp(rd->args, BOOT_IMAGE) &&
	       strcmp(rd->args, BOOT_SCRIPT) ? rd : NULL;
}

u64 linux_initrd(struct vm *vm, const struct boot_info *bi, u64 limit, u64 floor)
{
	const struct boot_module *rd = initrd_module(bi);
	u64 to;

	if (!rd)
		return 0;
	to = linux_place(vm, rd->size, limit, floor);
	if (!to)
		hv_die("no RAM for the initrd of %lu KiB", rd->size >> 10);
	memmove((void *)to, rd->data, rd->size);
	return to;
}

void linux_zero_page(struct vm *vm, const struct boot_info *bi, u64 initrd)
{
	u8 *zp = (u8 *)ZERO_PAGE;

	zp[HDR_LOADER] = LOADER_OTHER;
	zp[HDR_LOADFLAGS] |= LOADED_HIGH;
	if (initrd) {
		put32(zp + HDR_RAMDISK, (u32)initrd);
		put32(zp + HDR_RAMDISK_LEN, (u32)initrd_module(bi)->size);
	}
	put32(zp + HDR_CMDLINE, CMDLINE);
	hv_snprintf((char *)CMDLINE, CMDLINE_MAX, "%s", bi->module[0].args);
	write_e820(vm, zp);
}

bool linux_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry)
{
	const struct boot_module *k = &bi->module[0];
	u64 setup, payload, target, init_size, initrd;
	static u8 header[PAGE_SIZE];
	u8 *zp;

	if (k->size < PAGE_SIZE || memcmp(k->data + HDR_MAGIC, "HdrS", 4))
		return false;
	memcpy(header, k->data, sizeof(header));
	if ((get32(header + HDR_VERSION) & 0xffff) < MIN_VERSION)
		hv_die("this kernel's boot protocol is older than 2.10");
	setup = ((header[HDR_SETUP_SECTS] ? header[HDR_SETUP_SECTS] : 4) + 1) * 512ul;
	if (setup + get32(header + HDR_SYSSIZE) * 16ul > k->size + 15)
		hv_die("the kernel's image is cut short: %lu bytes of %lu", k->size,
		       setup + get32(header + HDR_SYSSIZE) * 16ul);
	payload = k->size - setup;
	memcpy(&target, header + HDR_PREF, 8);
	init_size = MAX((u64)get32(header + HDR_INIT_SIZE), payload);
	if (target >> 32 || !gpa_range(vm, target, init_size))
		hv_die("no %lu MiB of RAM at %lx, where the kernel wants to be",
		       init_size >> 20, target);

	initrd = linux_initrd(vm, bi, (u64)get32(header + HDR_INITRD_MAX) + 1, target + init_size);
	memmove((void *)target, k->data + setup, payload);

	zp = (u8 *)ZERO_PAGE;
	memset(zp, 0, PAGE_SIZE);
	memcpy(zp + HDR_SETUP_SECTS, header + HDR_SETUP_SECTS,
	       (u64)(HDR_MAGIC + header[HDR_END]) - HDR_SETUP_SECTS);
	linux_zero_page(vm, bi, initrd);
	*entry = (struct guest_entry){ .rip = (u32)target, .rsi = ZERO_PAGE };
	return true;
}
