/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How boot/ puts devices on the bus: one create function a kind, called before
 * the guest starts (or later, for a hot add) with what the command line asked
 * for. @number is that of the name: vpci_create(vm, 0, ...) makes "vpci0".
 */
#ifndef HVHOST_DEVICE_H
#define HVHOST_DEVICE_H

#include "vm.h"

/* What came with the machine as the content of disks, in order. */
struct block;
struct device_images {
	u32 n;
	struct block *block[16];
};

/* Every device of vm->config. 0, or -HV_E* of the first that could not be made. */
int devices_init(struct vm *vm, const struct device_images *images);

/* ---- SCSI: device/scsi.c ---- */

struct vmbus_device;

/* A controller without disks, which may have so many sub-channels. NULL: no memory. */
struct vmbus_device *scsi_create(struct vm *vm, u32 number, u32 sub_channels_max);
/*
 * Disks come, go and change size, before the guest starts or while it runs: it is
 * told. The block device stays the caller's; -HV_EINVAL, -HV_EBUSY, -HV_ENOENT.
 */
int scsi_lun_add(struct vmbus_device *dev, u8 id, struct block *block);
struct block *scsi_lun_remove(struct vmbus_device *dev, u8 id);
int scsi_lun_resize(struct vmbus_device *dev, u8 id, u64 bytes);

/* ---- NIC: device/net.c ---- */

struct net_backend;

/*
 * A NIC with address @mac and at most @queues channels (Hyper-V: one a processor), with
 * @backend at the other end of its wire. NULL: no memory.
 */
struct vmbus_device *net_create(struct vm *vm, u32 number, const u8 mac[6], u32 queues,
				struct net_backend *backend);

/* ---- what every guest has: device/ic*.c, device/keyboard.c ---- */

/* Offered as "heartbeat" and @number and so on. 0, or -HV_ENOMEM. */
int heartbeat_create(struct vm *vm, u32 number);
int shutdown_create(struct vm *vm, u32 number);
int timesync_create(struct vm *vm, u32 number);
int keyboard_create(struct vm *vm, u32 number);

/* ---- PCI: device/pci.c ---- */

#define VPCI_MAX_FUNCTIONS	8

struct vpci_function_config {
	enum vpci_kind {
		VPCI_NONE,		/* ends the list */
		VPCI_TEST,		/* our own function, backend/vfunction.c */
		VPCI_PASSTHROUGH,	/* a function of the machine, by @bdf */
		VPCI_CLASS,		/* the first one of @class that is still free */
	} kind;
	u16 bdf;		/* bus << 8 | device << 3 | function */
	u32 class;
};

struct vpci_config {
	/* Becomes functions 0, 1, ... of device 0 of the bus. */
	struct vpci_function_config function[VPCI_MAX_FUNCTIONS];
	u32 max_version;	/* VPCI_VERSION_1_x of vpci_proto.h; 0: 1.4 */
};

/* 0 or -HV_E*: a function of the machine that is not there is -HV_ENOENT. */
int vpci_create(struct vm *vm, u32 number, const struct vpci_config *config);
/*
 * The @nth (from 0) function of the machine with class code @class (base class,
 * subclass, interface: 0x010802 is NVMe) that nobody took: its bdf, or -HV_ENOENT.
 */
int vpci_find_class(struct vm *vm, u32 class, u32 nth);

#endif
