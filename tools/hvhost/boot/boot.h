/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of boot/: what QEMU's multiboot loader left, how the
 * machine's memory is divided, and the guest that was loaded.
 */
#ifndef HVHOST_BOOT_H
#define HVHOST_BOOT_H

#include "vm.h"

struct vcpu;

#define BOOT_MAX_RANGES	32
#define BOOT_MAX_MODULES 19	/* kernel, initrd, images, script */

/* E820 types: Documentation/arch/x86/zero-page.rst, ACPI 6.5 15.1. */
#define E820_RAM	1
#define E820_RESERVED	2
#define E820_ACPI	3

struct mem_range {
	u64 start, end;		/* bytes, end exclusive */
	u32 type;
};

/* The args of modules that are neither kernel nor initrd. */
#define BOOT_IMAGE	"image"		/* the content of a disk */
#define BOOT_SCRIPT	"script"	/* the host script: script.h */

struct boot_module {
	u8 *data;
	u64 size;
	char args[2048];	/* words behind the file's name */
};

/* Multiboot information specification 0.6.96, copied out of where it lay. */
struct boot_info {
	char cmdline[2048];
	struct mem_range range[BOOT_MAX_RANGES];
	u32 ranges;
	struct boot_module module[BOOT_MAX_MODULES];
	u32 modules;
};

/* Fill @bi from the loader's information at @info; hv_die() when it is none. */
void multiboot_read(struct boot_info *bi, u32 magic, const void *info);

/*
 * Divide memory: hvhost's image and a heap of @heap bytes at the top of RAM
 * below 4 GiB become reserved ranges of the map the guest sees. Starts the heap.
 */
void memory_divide(struct vm *vm, struct boot_info *bi, u64 heap);

/* How a guest's first processor begins. */
struct guest_entry {
	u32 rip, rsi, rbx, rax;	/* 32-bit protected mode, flat segments, no paging; */
	u32 page_tables;	/* or, when not 0, long mode with these */
};

/*
 * Load module 0 as a Linux kernel by the 32-bit boot protocol
 * (Documentation/arch/x86/boot.rst), module 1 as its initrd. False when module
 * 0 is none.
 */
bool linux_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry);
/* The same for a vmlinux, by the 64-bit protocol. */
bool vmlinux_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry);
/* Load module 0 as a multiboot ELF32 test kernel. False when it is none. */
bool flat_load(struct vm *vm, const struct boot_info *bi, struct guest_entry *entry);

/* A page below 1 MiB that the guest finds marked as holding ACPI tables. hv_die() */
u64 memory_acpi_page(struct vm *vm);
/* Make the ACPI tables say what the guest has: a VMBus, no HPET. hv_die() */
void acpi_for_guest(struct vm *vm);
/* Turn off what firmware turned on and no guest may have: ECAM, functions of PCI. */
void platform_close(void);
/* PMBASE: the port at which those of the chipset's power management begin; 0: there is none. */
u16 platform_pm(void);

#endif
