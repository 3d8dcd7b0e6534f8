/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between linux.c and vmlinux.c: what a Linux kernel is given whichever way it
 * is entered (Documentation/arch/x86/boot.rst, zero-page.rst).
 */
#ifndef HVHOST_LINUX_H
#define HVHOST_LINUX_H

#include "boot/boot.h"

#define ZERO_PAGE	0x10000ul
#define CMDLINE		0x20000ul
#define CMDLINE_MAX	2048
#define PAGE_TABLES	0x30000ul	/* two pages, when the kernel is entered in long mode */

/* Offsets in the setup header and the zero page. */
#define HDR_SETUP_SECTS	0x1f1
#define HDR_SYSSIZE	0x1f4	/* of the payload, in 16 bytes */
#define HDR_BOOT_FLAG	0x1fe
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

/*
 * The highest page-aligned place below @limit with @size bytes of RAM, not below
 * @floor; 0: none.
 */
u64 linux_place(struct vm *vm, u64 size, u64 limit, u64 floor);

/*
 * Move the initrd, when there is one, as high as it may be (below @limit, above
 * @floor). Its address, or 0; hv_die() when it has no place.
 */
u64 linux_initrd(struct vm *vm, const struct boot_info *bi, u64 limit, u64 floor);

/*
 * Fill the rest of the zero page, in which the setup header is: command line,
 * initrd (at @initrd, when not 0), the memory map.
 */
void linux_zero_page(struct vm *vm, const struct boot_info *bi, u64 initrd);

#endif
