// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks of a SCSI controller come, go and change size: before the guest starts
 * (devices.c) or while it runs (the host script, by scsi_act()).
 *
 * What the guest is told is what drivers/scsi/storvsc_drv.c waits for. ENUMERATE_BUS
 * makes it ask each disk that it knows whether it is ready, which one that is gone
 * answers with INVALID_LUN, and then scan for new ones (storvsc_host_scan()); so a
 * LUN that came or went is no unit attention. A new size is one, CAPACITY DATA HAS
 * CHANGED on the next command of that disk: the driver sends the command again and
 * reads the capacity (storvsc_handle_error()). Without a command it learns nothing.
 */
#include "device.h"
#include "device/scsi.h"
#include "lib.h"
#include "vmbus_proto.h"

static void tell(struct scsi *s)
{
	struct vstor_packet p = { .operation = VSTOR_ENUMERATE_BUS };
	struct answer_packet a = { .what = "enumerate-bus", .type = VM_PKT_DATA_INBAND, .data = &p,
				   .len = sizeof(p) };

	if (s->dev.primary && s->dev.primary->open && s->version)
		answer_send(&s->answers, s->dev.primary, &a);
}

int scsi_lun_add(struct vmbus_device *dev, u8 id, struct block *block)
{
	struct scsi *s = scsi_of(dev);
	u64 seed = 0x5e12a1 + id;

	if (dev->ops != &scsi_ops || id >= SCSI_LUNS || !block)
		return -HV_EINVAL;
	if (s->lun[id].block)
		return -HV_EBUSY;
	for (const char *c = dev->name; *c; c++)
		seed = seed * 31 + (u8)*c;
	s->lun[id] = (struct scsi_lun){ .block = block, .id = id };
	hv_snprintf(s->lun[id].serial, sizeof(s->lun[id].serial), "%016lx", hv_random(&seed));
	tell(s);
	return 0;
}

struct block *scsi_lun_remove(struct vmbus_device *dev, u8 id)
{
	struct scsi *s = scsi_of(dev);
	struct block *b;

	if (dev->ops != &scsi_ops || id >= SCSI_LUNS)
		return NULL;
	b = s->lun[id].block;
	s->lun[id].block = NULL;
	if (b)
		tell(s);
	return b;
}

int scsi_lun_resize(struct vmbus_device *dev, u8 id, u64 bytes)
{
	struct scsi *s = scsi_of(dev);
	struct block *b;
	int err;

	if (dev->ops != &scsi_ops || id >= SCSI_LUNS || !s->lun[id].block)
		return -HV_ENOENT;
	b = s->lun[id].block;
	if (!b->ops->resize || bytes < SCSI_BLOCK || bytes > SCSI_BYTES_MAX)
		return -HV_EINVAL;
	err = b->ops->resize(b, bytes - bytes % SCSI_BLOCK);
	if (!err)
		s->lun[id].attention = ASC_CAPACITY_CHANGED;
	return err;
}

static void destroy(struct block *b)
{
	if (b && b->ops->destroy)
		b->ops->destroy(b);
}

static int add(struct vmbus_device *dev, u8 id, u64 bytes)
{
	struct block *b;
	int err;

	if (bytes < SCSI_BLOCK || bytes > SCSI_BYTES_MAX)
		return -HV_EINVAL;
	b = ramdisk_create(bytes - bytes % SCSI_BLOCK, NULL, 0);
	err = b ? scsi_lun_add(dev, id, b) : -HV_ENOMEM;
	if (err)
		destroy(b);
	return err;
}

static int remove(struct vmbus_device *dev, u8 id)
{
	struct block *b = scsi_lun_remove(dev, id);

	destroy(b);
	return b ? 0 : -HV_ENOENT;
}

int scsi_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	u8 id = (u8)a->arg[0];

	if (!a->n || a->arg[0] >= SCSI_LUNS)
		return -HV_EINVAL;
	if (!strcmp(a->verb, "remove"))
		return remove(dev, id);
	if (a->n < 2)
		return -HV_EINVAL;
	if (!strcmp(a->verb, "add"))
		return add(dev, id, a->arg[1]);
	if (!strcmp(a->verb, "resize"))
		return scsi_lun_resize(dev, id, a->arg[1]);
	return -HV_ENOENT;
}
