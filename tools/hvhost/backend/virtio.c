// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI side of a virtio function: where its registers are (a walk of its
 * capabilities), reset, features, an interrupt that gets hvhost out of the guest.
 * Called by virtio_blk.c and virtio_net.c when the machine starts. VIRTIO 1.0,
 * sections 3.1 and 4.1.
 */
#include "lib.h"
#include "virtio.h"
#include "../device/pci.h"

#define PCI_COMMAND_INTX_OFF	0x0400

/* Section 4.1.4, struct virtio_pci_cap: offsets, and its cfg_type. */
#define CAP_TYPE	3
#define CAP_BAR		4
#define CAP_OFFSET	8
#define CAP_LENGTH	12
#define CAP_MULTIPLIER	16
#define TYPE_COMMON	1
#define TYPE_NOTIFY	2
#define TYPE_DEVICE	4

/* Section 4.1.4.3, struct virtio_pci_common_cfg. */
#define FEATURE_SELECT	0x00
#define FEATURE		0x04
#define DRIVER_SELECT	0x08
#define DRIVER_FEATURE	0x0c
#define CONFIG_VECTOR	0x10
#define STATUS		0x14
#define COMMON_LEN	0x38
#define NO_VECTOR	0xffff

/* Section 2.1. */
#define STATUS_ACKNOWLEDGE	1
#define STATUS_DRIVER		2
#define STATUS_DRIVER_OK	4
#define STATUS_FEATURES_OK	8
#define STATUS_FAILED		128

#define RESET_TRIES	1000000u

/*
 * Where a 64-bit BAR goes that firmware put beyond hvhost's reach: 1 MiB for each
 * BAR of each function on bus 0, above any RAM, outside the guest's windows.
 */
#define OWN_WINDOW	0x3000000000ull
#define OWN_BAR		(1ull << 20)

struct bar {
	u64 address, size;	/* size 0: not there */
};

static u32 get(const struct virtio *v, u32 at, u32 size)
{
	return v->hw->mmio_read(v->vm, v->common + at, size);
}

static void set(const struct virtio *v, u32 at, u32 size, u32 value)
{
	v->hw->mmio_write(v->vm, v->common + at, size, value);
}

static u32 config(const struct virtio *v, u32 where, u32 size)
{
	return v->hw->read(v->bdf, where, size);
}

static void config_set(const struct virtio *v, u32 where, u32 size, u32 value)
{
	v->hw->write(v->bdf, where, size, value);
}

u64 virtio_config(struct virtio *v, u32 at, u32 size)
{
	if (!v->config || at + size > v->config_len)
		return 0;
	if (size == 8)
		return virtio_config(v, at, 4) | virtio_config(v, at + 4, 4) << 32;
	return v->hw->mmio_read(v->vm, v->config + at, size);
}

void virtio_fail(struct virtio *v, const char *why, u32 what)
{
	if (v->failed)
		return;
	v->failed = true;
	hv_log("%s: %s (%u): not used any more", v->name, why, what);
	set(v, STATUS, 1, STATUS_FAILED);
	set(v, STATUS, 1, 0);
	config_set(v, PCI_COMMAND, 2, PCI_COMMAND_INTX_OFF);	/* no DMA whatever it does */
}

/* ---- BARs ---- */

/* Decoding is off. Firmware's place is kept unless hvhost cannot reach it. */
static void bar_find(const struct virtio *v, u32 i, struct bar *b)
{
	u32 at = PCI_BAR0 + 4 * i, low = config(v, at, 4), high = 0, size_high = ~0u, size;
	bool wide = low & PCI_BAR_64;

	*b = (struct bar){ 0 };
	config_set(v, at, 4, ~0u);
	size = config(v, at, 4) & ~0xfu;
	config_set(v, at, 4, low);
	if (low & PCI_BAR_IO || !size || (wide && i == VPCI_BARS - 1))
		return;
	if (wide) {
		high = config(v, at + 4, 4);
		config_set(v, at + 4, 4, ~0u);
		size_high = config(v, at + 4, 4);
		config_set(v, at + 4, 4, high);
	}
	b->size = ~((u64)size_high << 32 | size) + 1;
	b->address = (u64)high << 32 | (low & ~0xfu);
	if (b->address && vm_mmio(v->vm, b->address, b->size))
		return;
	if (!wide || b->size > OWN_BAR) {
		b->size = 0;
		return;
	}
	b->address = OWN_WINDOW + ((u64)v->bdf * VPCI_BARS + i) * OWN_BAR;
	config_set(v, at, 4, (u32)b->address);
	config_set(v, at + 4, 4, (u32)(b->address >> 32));
}

/* All of them, and out of the guest's sight: through them it could aim the device's DMA. */
static int bars(const struct virtio *v, struct bar bar[VPCI_BARS])
{
	u32 i;
	int err;

	for (i = 0; i < VPCI_BARS; i++) {
		if (i && config(v, PCI_BAR0 + 4 * (i - 1), 4) & PCI_BAR_64 && bar[i - 1].size) {
			bar[i] = (struct bar){ 0 };	/* the upper half */
			continue;
		}
		bar_find(v, i, &bar[i]);
		err = bar[i].size ? vm_hide(v->vm, bar[i].address, bar[i].size) : 0;
		if (err)
			return err;
	}
	return 0;
}

/* ---- capabilities ---- */

/* @len bytes at @offset of BAR @i, or 0. */
static u64 place(const struct bar *bar, u32 i, u64 offset, u64 len)
{
	if (i >= VPCI_BARS || offset > bar[i].size || len > bar[i].size - offset)
		return 0;
	return bar[i].address ? bar[i].address + offset : 0;
}

/* The first of each type counts: a device lists its preferred one first. */
static void found(struct virtio *v, const struct bar *bar, u32 at)
{
	u32 len = config(v, at + CAP_LENGTH, 4);
	u64 here = place(bar, config(v, at + CAP_BAR, 1), config(v, at + CAP_OFFSET, 4), len);

	switch (config(v, at + CAP_TYPE, 1)) {
	case TYPE_COMMON:
		if (!v->common && len >= COMMON_LEN)
			v->common = here;
		break;
	case TYPE_NOTIFY:
		if (v->notify)
			break;
		v->notify = here;
		v->notify_len = len;
		v->notify_multiplier = config(v, at + CAP_MULTIPLIER, 4);
		break;
	case TYPE_DEVICE:
		if (v->config)
			break;
		v->config = here;
		v->config_len = len;
	}
}

static void capabilities(struct virtio *v, const struct bar *bar)
{
	u32 at, id, n, table;

	at = config(v, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST ? config(v, PCI_CAPABILITIES, 1) : 0;
	for (n = 0; (at & 0xfc) >= 0x40 && n < 48; n++) {
		at &= 0xfc;
		id = config(v, at, 1);
		if (id == PCI_CAP_VENDOR)
			found(v, bar, at);
		if (id == PCI_CAP_MSIX) {
			table = config(v, at + 4, 4);
			v->msix_table = place(bar, table & 7, table & ~7u, PCI_MSIX_ENTRY);
			v->msix = at;
		}
		at = config(v, at + 1, 1);
	}
}

/* Entry 0 gets a processor out of the guest; all queues that interrupt share it. */
static void interrupt(struct virtio *v)
{
	u64 address;
	u32 data;

	if (!v->msix_table)
		return;
	vm_poll_message(v->vm, &address, &data);
	v->hw->mmio_write(v->vm, v->msix_table, 4, (u32)address);
	v->hw->mmio_write(v->vm, v->msix_table + 4, 4, (u32)(address >> 32));
	v->hw->mmio_write(v->vm, v->msix_table + 8, 4, data);
	v->hw->mmio_write(v->vm, v->msix_table + 12, 4, 0);
	config_set(v, v->msix + 2, 2, (config(v, v->msix + 2, 2) & ~(u32)PCI_MSIX_MASKALL) |
				      PCI_MSIX_ENABLE);
}

/* ---- in the order of section 3.1.1 ---- */

static bool reset(const struct virtio *v)
{
	u32 i;

	set(v, STATUS, 1, 0);
	for (i = 0; i < RESET_TRIES && get(v, STATUS, 1); i++)
		v->hw->relax();
	return i < RESET_TRIES;
}

static bool agree(const struct virtio *v, u64 wanted, u64 *features)
{
	u64 offered;

	set(v, FEATURE_SELECT, 4, 0);
	offered = get(v, FEATURE, 4);
	set(v, FEATURE_SELECT, 4, 1);
	offered |= (u64)get(v, FEATURE, 4) << 32;
	if (!(offered & VIRTIO_F_VERSION_1))
		return false;
	*features = offered & (wanted | VIRTIO_F_VERSION_1);
	set(v, DRIVER_SELECT, 4, 0);
	set(v, DRIVER_FEATURE, 4, (u32)*features);
	set(v, DRIVER_SELECT, 4, 1);
	set(v, DRIVER_FEATURE, 4, (u32)(*features >> 32));
	set(v, STATUS, 1, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
	return get(v, STATUS, 1) & STATUS_FEATURES_OK;
}

static int find(struct virtio *v, u16 id, u32 nth)
{
	u32 bdf, ids;

	/* Bus 0 alone: azk puts them there, and no bridge is looked behind. */
	for (bdf = 0; bdf < 256; bdf++) {
		ids = v->hw->read((u16)bdf, 0, 4);
		if (ids == ((u32)id << 16 | VIRTIO_VENDOR) && !nth--) {
			v->bdf = (u16)bdf;
			return pci_hide(v->vm, v->bdf);
		}
		if ((ids & 0xffff) == 0xffff && !(bdf & 7))
			bdf |= 7;
	}
	return -HV_ENOENT;
}

static int refuse(const struct virtio *v, const char *why)
{
	hv_log("%s: the function at 00:%02x.%u %s", v->name, v->bdf >> 3 & 31, v->bdf & 7, why);
	return -HV_EINVAL;
}

int virtio_open(struct virtio *v, struct vm *vm, const char *name, u16 id, u32 nth, u64 wanted,
		u64 *features)
{
	struct vpci *vpci = vpci_get(vm);
	struct bar bar[VPCI_BARS];
	int err;

	if (!vpci)
		return -HV_ENOMEM;
	*v = (struct virtio){ .vm = vm, .hw = vpci->machine, .name = name };
	err = find(v, id, nth);
	if (err) {
		hv_log("%s: %s", name, err == -HV_ENOENT ? "the machine has no such function" :
		       "the function is taken");
		return err;
	}
	config_set(v, PCI_COMMAND, 2, PCI_COMMAND_INTX_OFF);
	err = bars(v, bar);
	if (err)
		return err;
	capabilities(v, bar);
	if (!v->common || !v->notify)
		return refuse(v, "has no virtio 1.0 registers: disable-legacy=on is needed");
	config_set(v, PCI_COMMAND, 2,
		   PCI_COMMAND_INTX_OFF | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	if (!reset(v))
		return refuse(v, "cannot be reset");
	set(v, STATUS, 1, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	if (!agree(v, wanted, features)) {
		set(v, STATUS, 1, STATUS_FAILED);
		return refuse(v, "does not agree on virtio 1.0");
	}
	interrupt(v);
	set(v, CONFIG_VECTOR, 2, NO_VECTOR);
	return 0;
}

void virtio_start(struct virtio *v)
{
	set(v, STATUS, 1,
	    STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
}
