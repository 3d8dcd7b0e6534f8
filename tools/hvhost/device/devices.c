// SPDX-License-Identifier: GPL-2.0-only
/* What the command line asked for becomes devices on the bus. Called by boot/main.c. */
#include "block.h"
#include "boot/config.h"
#include "device.h"
#include "lib.h"

/* Hyper-V offers a sub-channel for every four processors after the first. */
#define SUB_CHANNELS(vps)	(((vps) - 1) / 4)

static int disks(struct vm *vm, const struct vm_config *c, const struct device_images *images)
{
	struct vmbus_device *scsi = scsi_create(vm, 0, SUB_CHANNELS(vm->vps));

	if (!scsi)
		return -HV_ENOMEM;
	for (u32 i = 0; i < c->disks; i++) {
		const struct disk_config *d = &c->disk[i];
		struct block *b;
		int err;

		if (d->module && d->module > images->n)
			return -HV_ENOENT;
		b = d->module ? images->block[d->module - 1] :
				ramdisk_create(d->bytes & ~511ul, NULL, 0);
		if (!b)
			return -HV_ENOMEM;
		b->read_only = d->read_only;
		err = scsi_lun_add(scsi, (u8)i, b);
		if (err)
			return err;
	}
	return 0;
}

int devices_init(struct vm *vm, const struct device_images *images)
{
	const struct vm_config *c = vm->config;
	int err = c->disks ? disks(vm, c, images) : 0;

	for (u32 i = 0; i < c->vpci_tests && !err; i++) {
		const struct vpci_config bus = { .function = { { .kind = VPCI_TEST } } };

		err = vpci_create(vm, i, &bus);
	}
	return err;
}
