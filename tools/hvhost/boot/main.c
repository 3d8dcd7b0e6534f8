// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way from power-on to the guest's first instruction, in order: find out
 * what the loader left, divide memory, load the guest, bring the other
 * processors up, enter. What follows happens in svm/exit.c.
 */
#include "block.h"
#include "boot/boot.h"
#include "boot/config.h"
#include "boot/main.h"
#include "device.h"
#include "lib.h"
#include "script.h"
#include "svm/svm.h"
#include "tlfs_exit.h"
#include "vmbus.h"

struct idt_gate {
	u16 low, selector;
	u8 ist, type;
	u16 mid;
	u32 high, zero;
};

extern u8 host_vectors[];
extern struct idt_gate host_idt[32];

static void idt_fill(void)
{
	for (u32 i = 0; i < 32; i++) {
		u64 at = (u64)host_vectors + 16 * i;

		host_idt[i] = (struct idt_gate){ (u16)at, 8, 0, 0x8e, (u16)(at >> 16),
						 (u32)(at >> 32), 0 };
	}
}

void exception(const u64 *frame)
{
	hv_die("exception %lu (error %lx) at %lx", frame[0], frame[1], frame[2]);
}

/* The script, and content of disks, out of the way before the guest is loaded over it. */
static void modules_take(struct vm *vm, const struct boot_info *bi, struct device_images *images)
{
	for (u32 i = 1; i < bi->modules; i++) {
		const struct boot_module *m = &bi->module[i];
		struct block *b;

		if (!strcmp(m->args, BOOT_SCRIPT))
			script_init(vm, (const char *)m->data, m->size);
		if (strcmp(m->args, BOOT_IMAGE))
			continue;
		if (images->n == VM_MAX_DISKS)
			hv_die("more than %d images", VM_MAX_DISKS);
		b = ramdisk_create(ALIGN_UP(m->size, 512ul), m->data, m->size);
		if (!b)
			hv_die("no memory for a disk's image of %lu MiB: a larger heap= is needed",
			       m->size >> 20);
		images->block[images->n++] = b;
	}
}

void hv_main(u32 magic, const void *info)
{
	static struct vm vm;
	static struct boot_info bi;
	static struct vm_config config;
	static struct device_images images;
	struct guest_entry entry;
	char why[400];
	int err;

	idt_fill();
	multiboot_read(&bi, magic, info);
	if (!config_parse(&config, bi.cmdline, why, sizeof(why)))
		hv_die("command line: %s", why);
	if (!bi.modules)
		hv_die("no guest: the first module is to be a kernel");
	memory_divide(&vm, &bi, config.heap);
	acpi_for_guest(&vm);
	platform_close();
	vm.config = &config;
	vm.vps = config.cpus;
	vm.seed = config.seed;
	modules_take(&vm, &bi, &images);
	if (!linux_load(&vm, &bi, &entry) && !vmlinux_load(&vm, &bi, &entry) &&
	    !flat_load(&vm, &bi, &entry))
		hv_die("no guest: the first module is neither a bzImage, a vmlinux nor a multiboot ELF32 kernel");
	svm_init(&vm);
	if (!tlfs_init(&vm))
		hv_die("no memory for the hypervisor's state");
	err = vmbus_init(&vm);
	if (!err)
		err = devices_init(&vm, &images);
	if (err == -HV_ENOENT || err == -HV_EBUSY)
		hv_die("a device needs what the machine does not have, or has for another: an image, or a function");
	if (err)
		hv_die("no memory for the bus and its devices: heap=%luM or more is needed",
		       2 * config.heap >> 20);
	hv_log("%u vCPUs, heap %lu MiB, TSC %lu kHz", vm.vps, config.heap >> 20,
	       vm_tsc_hz(&vm) / 1000);
	script_start(&vm);
	svm_run_first(&vm, &entry);
}
