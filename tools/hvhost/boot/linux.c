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
#include "boot/memory.h"
#include "lib.h"

#define ZERO_PAGE	0x10000ul
#define CMDLINE		0x20000ul
#define CMDLINE_MAX	2048

/* Offsets in the setup header and the zero page. */
#define HDR_SETUP_SECTS	0x1f1
#define HDR_END		0x201	/* the byte that says how long the header is */
#define HDR_MAGIC	0x202
#define HDR_VERSION	0x206
#define HDR_LOADER	0x210
#define HDR_LOADFLAGS	0x211
#define HDR_RAMDISK	0x218
#define HDR_RAMDISK_LEN	0x21c
#define HDR_CMDLINE	0x228
#define HDR_INITRD_MAX	0x22c
#define HDR_ALIGN	0x230
#define HDR_RELOCATABLE	0x234
#define HDR_PREF	0x258
#define HDR_INIT_SIZE	0x260
#define ZP_E820_N	0x1e8
#define ZP_E820		0x2d0

#define LOADED_HIGH	(1u << 0)
#define LOADER_OTHER	0xff
#define MIN_VERSION	0x20a	/* preferred address and init_size */

struct e820_entry {
	u64 addr, size;
	u32 type;
} __packed;

static u32 get32(const u8 *p) { u32 v; memcpy(&v, p, 4); return v; }
static void put32(u8 *p, u32 v) { memcpy(p, &v, 4); }

/* The highest page-aligned place below @limit with @size bytes of RAM, above @floor. */
static u64 place_high(struct vm *vm, u64 size, u64 limit, u64 floor)
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

bool linux_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry)
{
	const struct boot_module *k = &bi->module[0];
	u64 setup, payload, target, init_size, initrd = 0;
	static u8 header[PAGE_SIZE];
	u8 *zp;

	if (k->size < PAGE_SIZE || memcmp(k->data + HDR_MAGIC, "HdrS", 4))
		return false;
	memcpy(header, k->data, sizeof(header));
	if ((get32(header + HDR_VERSION) & 0xffff) < MIN_VERSION)
		hv_die("this kernel's boot protocol is older than 2.10");
	setup = ((header[HDR_SETUP_SECTS] ? header[HDR_SETUP_SECTS] : 4) + 1) * 512ul;
	if (setup >= k->size)
		hv_die("the kernel's image is cut short");
	payload = k->size - setup;
	memcpy(&target, header + HDR_PREF, 8);
	init_size = MAX((u64)get32(header + HDR_INIT_SIZE), payload);
	if (!gpa_range(vm, target, init_size))
		hv_die("no %lu MiB of RAM at %lx, where the kernel wants to be",
		       init_size >> 20, target);

	if (bi->modules > 1 && bi->module[1].size && strcmp(bi->module[1].args, BOOT_IMAGE) &&
	    strcmp(bi->module[1].args, BOOT_SCRIPT)) {
		const struct boot_module *rd = &bi->module[1];

		initrd = place_high(vm, rd->size, (u64)get32(header + HDR_INITRD_MAX) + 1,
				    target + init_size);
		if (!initrd)
			hv_die("no RAM for the initrd of %lu KiB", rd->size >> 10);
		memmove((void *)initrd, rd->data, rd->size);
		put32(header + HDR_RAMDISK, (u32)initrd);
		put32(header + HDR_RAMDISK_LEN, (u32)rd->size);
	}
	memmove((void *)target, k->data + setup, payload);

	zp = (u8 *)ZERO_PAGE;
	memset(zp, 0, PAGE_SIZE);
	memcpy(zp + HDR_SETUP_SECTS, header + HDR_SETUP_SECTS,
	       (u64)(HDR_MAGIC + header[HDR_END]) - HDR_SETUP_SECTS);
	zp[HDR_LOADER] = LOADER_OTHER;
	zp[HDR_LOADFLAGS] |= LOADED_HIGH;
	put32(zp + HDR_CMDLINE, CMDLINE);
	hv_snprintf((char *)CMDLINE, CMDLINE_MAX, "%s", k->args);
	write_e820(vm, zp);
	*entry = (struct guest_entry){ .rip = (u32)target, .rsi = ZERO_PAGE };
	return true;
}
