/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtio function in memory, for test_virtio.c: configuration space, registers
 * in two BARs, queues that it works off when it is notified. It does its work as
 * VIRTIO 1.0 has it, until a test tells it to lie.
 */
#ifndef HVHOST_TESTS_FAKE_VIRTIO_H
#define HVHOST_TESTS_FAKE_VIRTIO_H

#include <string.h>

#include "../backend/virtio.h"
#include "../device/pci.h"

#define FV_BDF		(4u << 3)
#define FV_MSIX		0x40u	/* capabilities */
#define FV_COMMON	0x50u
#define FV_NOTIFY	0x60u
#define FV_DEVICE	0x80u
#define FV_BAR1		0xfebf1000ull	/* MSI-X, 4 KiB, 32 bits */
#define FV_BAR4		0xfe000000ull	/* registers, 16 KiB, 64 bits */
#define FV_BAR4_SIZE	0x4000u
#define FV_DISK		(2u << 20)
#define FV_QUEUES	2

struct fv_queue {
	u16 size, vector, enable, seen, used;
	u64 desc, avail, ring;
};

enum fv_lie {
	FV_HONEST, FV_SILENT, FV_ID_RANGE, FV_ID_UNKNOWN, FV_LEN, FV_INDEX, FV_IO_ERROR,
	FV_UNSUPPORTED,
	FV_ANY,		/* what fv.any() says */
};

static struct fv {
	u8 config[256];
	u8 device[64];		/* device specific configuration */
	u64 features, agreed;
	u32 select, driver_select, queue;
	u8 status;
	bool refuse_features, stuck;	/* FEATURES_OK does not stay; reset does not end */
	u32 resets;
	u16 config_vector, queue_size;
	struct fv_queue q[FV_QUEUES];
	u32 notify_off;
	u32 msix[4];
	u64 bar1, bar4;
	/* work */
	bool net;
	enum fv_lie lie;
	u64 (*any)(u32 bytes);
	bool hold;		/* work waits for fv_release() */
	u32 requests, types[16];
	u8 disk[FV_DISK];
	u8 sent[16384];		/* the last frame, with its header */
	u32 sent_len, frames;
	u64 *clock;		/* goes on by a millisecond each time somebody waits */
} fv;

static u64 fv_get(const void *p, u32 n)
{
	u64 v = 0;

	memcpy(&v, p, n);
	return v;
}

static u32 fv_config_read(u16 bdf, u32 where, u32 size)
{
	u32 v = bdf == FV_BDF ? (u32)fv_get(fv.config + (where & 255), size) : ~0u;

	return size == 4 ? v : v & ((1u << (8 * size)) - 1);
}

static void fv_bar_write(u32 where, u32 value)
{
	u64 bar = 0;

	if (where == PCI_BAR0 + 4)
		bar = value & ~0xfffu;
	else if (where == PCI_BAR0 + 16)
		bar = (value & ~(FV_BAR4_SIZE - 1)) | PCI_BAR_64 | PCI_BAR_PREFETCH;
	else if (where == PCI_BAR0 + 20)
		bar = value;
	memcpy(fv.config + where, &bar, 4);
	fv.bar1 = fv_get(fv.config + PCI_BAR0 + 4, 4) & ~0xfull;
	fv.bar4 = fv_get(fv.config + PCI_BAR0 + 16, 8) & ~0xfull;
}

static void fv_config_write(u16 bdf, u32 where, u32 size, u32 value)
{
	if (bdf != FV_BDF)
		return;
	if (where >= PCI_BAR0 && where < PCI_CARDBUS)
		fv_bar_write(where, value);
	else
		memcpy(fv.config + where, &value, size);
}

/* ---- work ---- */

struct fv_desc {
	u64 address;
	u32 len;
	u16 flags, next;
};

static void fv_finish(struct fv_queue *q, u32 id, u32 len)
{
	u8 *ring = (u8 *)(uintptr_t)q->ring;

	switch (fv.lie) {
	case FV_ID_RANGE:
		id = 0x10000;
		break;
	case FV_ID_UNKNOWN:
		id = q->size - 1u;
		len = 0;
		break;
	case FV_LEN:
		len = 0x100000;
		break;
	case FV_INDEX:
		q->used += 1000;
		break;
	case FV_SILENT:
		return;
	case FV_ANY:
		id = fv.any(1) & 1 ? id : (u32)fv.any(2);
		len = fv.any(1) & 1 ? len : (u32)fv.any(4);
		q->used += (u16)(fv.any(1) & 3 ? 0 : fv.any(2));
		break;
	default:
		break;
	}
	memcpy(ring + 4 + 8 * (q->used % q->size), &id, 4);
	memcpy(ring + 8 + 8 * (q->used % q->size), &len, 4);
	q->used++;
	memcpy(ring + 2, &q->used, 2);
}

static void fv_zeroes(const struct fv_desc *d)
{
	const u8 *p = (const u8 *)(uintptr_t)d->address;
	u64 sector = fv_get(p, 8), n = fv_get(p + 8, 4);

	if (sector + n <= FV_DISK / 512)
		memset(fv.disk + sector * 512, 0, n * 512);
}

static void fv_block(struct fv_queue *q, u32 head)
{
	struct fv_desc *d = (struct fv_desc *)(uintptr_t)q->desc + head, *data = NULL;
	const u8 *h = (const u8 *)(uintptr_t)d->address;
	u32 type = (u32)fv_get(h, 4), written = 1;
	u64 at = fv_get(h + 8, 8) * 512;
	u8 status = fv.lie == FV_IO_ERROR ? 1 : fv.lie == FV_UNSUPPORTED ? 2 : 0;

	fv.requests++;
	fv.types[type & 15]++;
	d = (struct fv_desc *)(uintptr_t)q->desc + d->next;
	if (d->flags & 1) {
		data = d;
		d = (struct fv_desc *)(uintptr_t)q->desc + d->next;
	}
	if (!status && data && type <= 1 && at + data->len > FV_DISK)
		status = 1;
	if (!status && type == 0 && data) {
		memcpy((void *)(uintptr_t)data->address, fv.disk + at, data->len);
		written += data->len;
	} else if (!status && type == 1 && data) {
		memcpy(fv.disk + at, (const void *)(uintptr_t)data->address, data->len);
	} else if (!status && type == 13 && data) {
		fv_zeroes(data);
	}
	*(u8 *)(uintptr_t)d->address = status;
	fv_finish(q, head, written);
}

static bool fv_next(struct fv_queue *q, u32 *head)
{
	const u8 *avail = (const u8 *)(uintptr_t)q->avail;

	if (!q->enable || q->seen == (u16)fv_get(avail + 2, 2))
		return false;
	*head = (u32)fv_get(avail + 4 + 2 * (q->seen++ % q->size), 2);
	return true;
}

static void fv_notified(u32 index)
{
	struct fv_queue *q = &fv.q[index % FV_QUEUES];
	const struct fv_desc *d;
	u32 head;

	if (fv.hold || (fv.net && !index))
		return;		/* buffers wait for fv_frame() */
	while (fv_next(q, &head)) {
		if (!fv.net) {
			fv_block(q, head);
			continue;
		}
		d = (const struct fv_desc *)(uintptr_t)q->desc + head;
		fv.sent_len = d->len;
		memcpy(fv.sent, (const void *)(uintptr_t)d->address, d->len);
		fv.frames++;
		fv_finish(q, head, 0);
	}
}

static inline void fv_release(void)
{
	fv.hold = false;
	fv_notified(0);
}

/* A frame from the network; @len with the header. */
static inline bool fv_frame(const void *frame, u32 len)
{
	struct fv_queue *q = &fv.q[0];
	const struct fv_desc *d;
	u32 head;

	if (!fv_next(q, &head))
		return false;
	d = (const struct fv_desc *)(uintptr_t)q->desc + head;
	memcpy((void *)(uintptr_t)d->address, frame, len);
	fv_finish(q, head, len);
	return true;
}

/* ---- registers: VIRTIO 1.0, section 4.1.4.3 ---- */

static void fv_reset(void)
{
	fv.resets++;
	memset(fv.q, 0, sizeof(fv.q));
	for (u32 i = 0; i < FV_QUEUES; i++)
		fv.q[i].size = fv.queue_size;
}

static u32 fv_common_read(u32 at)
{
	switch (at) {
	case 0x04:
		return (u32)(fv.features >> (fv.select ? 32 : 0));
	case 0x10:
		return fv.config_vector;
	case 0x14:
		return fv.stuck ? 0xff : fv.status;
	case 0x18:
		return fv.q[fv.queue].size;
	case 0x1e:
		return fv.notify_off + fv.queue;
	}
	return 0;
}

static void fv_half(u64 *to, bool high, u32 value)
{
	*to = high ? (*to & 0xffffffff) | (u64)value << 32 : (*to & ~0xffffffffull) | value;
}

static void fv_common_write(u32 at, u32 value)
{
	struct fv_queue *q = &fv.q[fv.queue];

	switch (at) {
	case 0x00: fv.select = value; break;
	case 0x08: fv.driver_select = value; break;
	case 0x0c: fv_half(&fv.agreed, fv.driver_select, value); break;
	case 0x10: fv.config_vector = (u16)value; break;
	case 0x14:
		if (!value)
			fv_reset();
		fv.status = (u8)(fv.refuse_features ? value & ~8u : value);
		break;
	case 0x16: fv.queue = value % FV_QUEUES; break;
	case 0x18: q->size = (u16)value; break;
	case 0x1a: q->vector = (u16)value; break;
	case 0x1c: q->enable = (u16)value; break;
	case 0x20: case 0x24: fv_half(&q->desc, at & 4, value); break;
	case 0x28: case 0x2c: fv_half(&q->avail, at & 4, value); break;
	case 0x30: case 0x34: fv_half(&q->ring, at & 4, value); break;
	}
}

/* Anything in a BAR may be tried, and nothing else. */
static void fv_inside(u64 pa, u32 size)
{
	if ((pa < fv.bar4 || pa + size > fv.bar4 + FV_BAR4_SIZE) &&
	    (pa < fv.bar1 || pa + size > fv.bar1 + PAGE_SIZE))
		abort();
}

static u32 fv_mmio_read(struct vm *vm, u64 pa, u32 size)
{
	u64 at = pa - fv.bar4;

	if (at < 0x1000)
		return fv_common_read((u32)at);
	if (at >= 0x2000 && at + size <= 0x2000 + sizeof(fv.device))
		return (u32)fv_get(fv.device + (at - 0x2000), size);
	fv_inside(pa, size);
	return 0;
}

static void fv_mmio_write(struct vm *vm, u64 pa, u32 size, u32 value)
{
	u64 at = pa - fv.bar4;

	if (pa >= fv.bar1 && pa + size <= fv.bar1 + sizeof(fv.msix))
		fv.msix[(pa - fv.bar1) / 4] = value;
	else if (at < 0x1000)
		fv_common_write((u32)at, value);
	else if (at >= 0x3000 && at < 0x4000)
		fv_notified(value);
	else
		fv_inside(pa, size);
}

static void fv_relax(void)
{
	if (fv.clock)
		*fv.clock += 10000;
}

static const struct pci_machine fv_machine = {
	.read = fv_config_read, .write = fv_config_write,
	.mmio_read = fv_mmio_read, .mmio_write = fv_mmio_write, .relax = fv_relax,
};

static void fv_put(u32 where, u64 value, u32 size)
{
	memcpy(fv.config + where, &value, size);
}

static void fv_cap(u32 at, u32 next, u32 type, u32 offset, u32 len)
{
	fv_put(at, PCI_CAP_VENDOR | next << 8 | 20u << 16 | type << 24, 4);
	fv_put(at + 4, 4, 4);
	fv_put(at + 8, offset, 4);
	fv_put(at + 12, len, 4);
}

/* The function, as QEMU's with disable-legacy=on has it, on @vm's machine. */
static inline void fv_begin(struct vm *vm, bool net, u64 features)
{
	memset(&fv, 0, sizeof(fv));
	fv.net = net;
	fv.features = features | VIRTIO_F_VERSION_1;
	fv.queue_size = 256;
	fv_put(0, VIRTIO_VENDOR | (net ? VIRTIO_NET : VIRTIO_BLK) << 16, 4);
	fv_put(PCI_STATUS, PCI_STATUS_CAP_LIST, 2);
	fv_put(PCI_CAPABILITIES, FV_MSIX, 1);
	fv_bar_write(PCI_BAR0 + 4, (u32)FV_BAR1);
	fv_bar_write(PCI_BAR0 + 16, (u32)FV_BAR4);
	fv_put(FV_MSIX, PCI_CAP_MSIX | FV_COMMON << 8 | 2u << 16, 4);
	fv_put(FV_MSIX + 4, 1, 4);
	fv_cap(FV_COMMON, FV_NOTIFY, 1, 0, 0x1000);
	fv_cap(FV_NOTIFY, FV_DEVICE, 2, 0x3000, 0x1000);
	fv_put(FV_NOTIFY + 16, 4, 4);
	fv_cap(FV_DEVICE, 0, 4, 0x2000, sizeof(fv.device));
	*(u64 *)fv.device = FV_DISK / 512;
	*(u32 *)(fv.device + 20) = 512;
	*(u32 *)(fv.device + 48) = 1000;	/* sectors of one WRITE_ZEROES */
	fv.device[56] = 1;
	vpci_get(vm)->machine = &fv_machine;
}

#endif
