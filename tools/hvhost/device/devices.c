// SPDX-License-Identifier: GPL-2.0-only
/* What the command line asked for becomes devices on the bus. Called by boot/main.c. */
#include "block.h"
#include "boot/config.h"
#include "device.h"
#include "lib.h"
#include "net.h"
#include "testdev.h"

/* Hyper-V offers a sub-channel for every four processors after the first. */
#define SUB_CHANNELS(vps)	(((vps) - 1) / 4)

/* What is behind disk @d: NULL and *@err when there is nothing. */
static struct block *content(struct vm *vm, const struct disk_config *d,
			     const struct device_images *images, u32 *files, int *err)
{
	struct block *b;

	*err = d->file || d->module ? -HV_ENOENT : -HV_ENOMEM;
	if (d->file)
		b = virtio_blk_create(vm, (*files)++);
	else if (d->module)
		b = d->module <= images->n ? images->block[d->module - 1] : NULL;
	else
		b = ramdisk_create(d->bytes & ~511ul, NULL, 0);
	return b;
}

static int disks(struct vm *vm, const struct vm_config *c, const struct device_images *images)
{
	struct vmbus_device *scsi = scsi_create(vm, 0, SUB_CHANNELS(vm->vps));
	u32 files = 0;

	if (!scsi)
		return -HV_ENOMEM;
	for (u32 i = 0; i < c->disks; i++) {
		const struct disk_config *d = &c->disk[i];
		int err;
		struct block *b = content(vm, d, images, &files, &err);

		if (!b)
			return err;
		b->read_only |= d->read_only;
		err = scsi_lun_add(scsi, (u8)i, b);
		if (err)
			return err;
	}
	return 0;
}

/* Hyper-V's own addresses begin so; the last byte is the number. */
static const u8 mac[6] = { 0x00, 0x15, 0x5d, 0x00, 0x00, 0x00 };

static int nics(struct vm *vm, const struct vm_config *c)
{
	u32 users = 0;

	for (u32 i = 0; i < c->nics; i++) {
		bool user = c->nic[i].user;
		struct net_backend *b = user ? virtio_net_create(vm, users++) : loopback_create(vm);
		u8 own[6];

		if (!b)
			return user ? -HV_ENOENT : -HV_ENOMEM;
		memcpy(own, c->nic[i].mac_given ? c->nic[i].mac : mac, sizeof(own));
		if (!c->nic[i].mac_given)
			own[5] = (u8)(i + 1);
		/* a channel for each processor: netvsc uses no more */
		if (!net_create(vm, i, own, vm->vps, b))
			return -HV_ENOMEM;
	}
	return 0;
}

/* What a guest finds on Azure whatever else it has. KVP, VSS and fcopy are to be lines here. */
static int services(struct vm *vm)
{
	static int (*const create[])(struct vm *vm, u32 number) = {
		shutdown_create, timesync_create, heartbeat_create, keyboard_create,
	};
	int err = 0;

	for (u32 i = 0; i < ARRAY_SIZE(create) && !err; i++)
		err = create[i](vm, 0);
	return err;
}

int devices_init(struct vm *vm, const struct device_images *images)
{
	const struct vm_config *c = vm->config;
	int err = c->disks ? disks(vm, c, images) : 0;

	if (!err)
		err = nics(vm, c);
	if (!err && c->testdev && !testdev_init(vm))
		err = -HV_ENOMEM;
	for (u32 i = 0; i < c->vpcis && !err; i++)
		err = vpci_create(vm, i, &c->vpci[i]);
	if (!err && !c->no_ic)
		err = services(vm);
	return err;
}
