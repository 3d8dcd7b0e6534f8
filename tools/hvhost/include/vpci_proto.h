/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest's vPCI driver and the bus say to each other inside VMBus packets.
 * Layouts and values: drivers/pci/controller/pci-hyperv.c of Linux 6.18. Requests
 * begin with a message type, answers (completions) with an NT status.
 */
#ifndef HVHOST_VPCI_PROTO_H
#define HVHOST_VPCI_PROTO_H

#include "types.h"

#define VPCI_VERSION(major, minor)	(((u32)(major) << 16) | (minor))
#define VPCI_VERSION_1_1	VPCI_VERSION(1, 1)	/* Windows Server 2016 */
#define VPCI_VERSION_1_2	VPCI_VERSION(1, 2)	/* more than 64 processors */
#define VPCI_VERSION_1_3	VPCI_VERSION(1, 3)	/* NUMA node of a function */
#define VPCI_VERSION_1_4	VPCI_VERSION(1, 4)	/* 32-bit vectors */

enum vpci_message_type {
	PCI_BUS_RELATIONS		= 0x42490000,
	PCI_QUERY_BUS_RELATIONS		= 0x42490001,
	PCI_POWER_STATE_CHANGE		= 0x42490004,
	PCI_QUERY_RESOURCE_REQUIREMENTS	= 0x42490005,
	PCI_QUERY_RESOURCE_RESOURCES	= 0x42490006,
	PCI_BUS_D0ENTRY			= 0x42490007,
	PCI_BUS_D0EXIT			= 0x42490008,
	PCI_READ_BLOCK			= 0x42490009,
	PCI_WRITE_BLOCK			= 0x4249000a,
	PCI_EJECT			= 0x4249000b,
	PCI_EJECTION_COMPLETE		= 0x4249000f,
	PCI_RESOURCES_ASSIGNED		= 0x42490010,
	PCI_RESOURCES_RELEASED		= 0x42490011,
	PCI_INVALIDATE_BLOCK		= 0x42490012,
	PCI_QUERY_PROTOCOL_VERSION	= 0x42490013,
	PCI_CREATE_INTERRUPT_MESSAGE	= 0x42490014,
	PCI_DELETE_INTERRUPT_MESSAGE	= 0x42490015,
	PCI_RESOURCES_ASSIGNED2		= 0x42490016,
	PCI_CREATE_INTERRUPT_MESSAGE2	= 0x42490017,
	PCI_BUS_RELATIONS2		= 0x42490019,
	PCI_RESOURCES_ASSIGNED3		= 0x4249001a,
	PCI_CREATE_INTERRUPT_MESSAGE3	= 0x4249001b,
};

/* NT status values; negative as s32 means that the request failed. */
#define VPCI_STATUS_SUCCESS			0x00000000u
#define VPCI_STATUS_INVALID_PARAMETER		0xc000000du
#define VPCI_STATUS_NOT_SUPPORTED		0xc00000bbu
#define VPCI_STATUS_REVISION_MISMATCH		0xc0000059u
#define VPCI_STATUS_NO_RESOURCES		0xc000009au
#define VPCI_STATUS_INVALID_DEVICE_STATE	0xc0000184u
#define VPCI_STATUS_NO_SUCH_DEVICE		0xc000000eu

/* Windows' slot number: device in bits 0..4, function in bits 5..7. */
#define VPCI_SLOT(dev, fn)	((u32)(dev) | (u32)(fn) << 5)

#define VPCI_CONFIG_WINDOW	0x2000u	/* slot register page, then the function's page */
#define VPCI_CONFIG_PAGE	0x1000u
#define VPCI_BLOCK_MAX		128u	/* HV_CONFIG_BLOCK_SIZE_MAX */
#define VPCI_BARS		6

struct vpci_function_desc {
	u16 vendor;
	u16 device;
	u8 revision;
	u8 prog_if;
	u8 subclass;
	u8 base_class;
	u32 subsystem;
	u32 slot;
	u32 serial;
} __packed;

struct vpci_function_desc2 {
	struct vpci_function_desc v1;
	u32 flags;		/* 1: the NUMA node is valid */
	u16 numa_node;
	u16 reserved;
} __packed;

struct vpci_relations {
	u32 type;
	u32 count;
	/* count descriptions follow */
} __packed;

struct vpci_version_request {
	u32 type;
	u32 version;
} __packed;

struct vpci_d0_entry {
	u32 type;
	u32 reserved;
	u64 mmio_base;
} __packed;

struct vpci_child_message {
	u32 type;
	u32 slot;
} __packed;

struct vpci_resources_assigned {
	u32 type;
	u32 slot;
	u8 memory_range[0x14][6];
	u32 msi_descriptors;
	u32 reserved[4];
} __packed;

struct vpci_resources_assigned2 {
	u32 type;
	u32 slot;
	u8 memory_range[0x14][6];
	u32 msi_descriptors;
	u8 reserved[70];
} __packed;

struct vpci_create_interrupt {
	u32 type;
	u32 slot;
	u8 vector;
	u8 delivery_mode;
	u16 vector_count;
	u32 reserved;
	u64 cpu_mask;
} __packed;

struct vpci_create_interrupt2 {
	u32 type;
	u32 slot;
	u8 vector;
	u8 delivery_mode;
	u16 vector_count;
	u16 processor_count;
	u16 processor[32];
} __packed;

struct vpci_create_interrupt3 {
	u32 type;
	u32 slot;
	u32 vector;
	u8 delivery_mode;
	u8 reserved;
	u16 vector_count;
	u16 processor_count;
	u16 processor[32];
} __packed;

/* The message a guest is to write into the function for an interrupt. */
struct vpci_interrupt_desc {
	u16 reserved;
	u16 vector_count;
	u32 data;
	u64 address;
} __packed;

struct vpci_delete_interrupt {
	u32 type;
	u32 slot;
	struct vpci_interrupt_desc desc;
} __packed;

struct vpci_read_block {
	u32 type;
	u32 block;
	u32 slot;
	u32 bytes;
} __packed;

struct vpci_write_block {
	u32 type;
	u32 block;
	u32 slot;
	u32 bytes;
	/* that many bytes follow */
} __packed;

struct vpci_invalidate_block {
	u32 type;
	u32 slot;
	u64 mask;
} __packed;

struct vpci_eject_complete {
	u32 type;
	u32 slot;
	u32 status;
} __packed;

struct vpci_power_change {
	u32 type;
	u32 slot;
	u32 state;
	u32 reserved;
} __packed;

/* Answers. */
struct vpci_status {
	u32 status;
	u32 reserved;	/* a guest skips answers of no more than a bare status */
} __packed;

struct vpci_requirements {
	u32 status;
	u32 probed_bar[VPCI_BARS];
} __packed;

struct vpci_interrupt_created {
	u32 status;
	u32 reserved;
	struct vpci_interrupt_desc desc;
} __packed;

struct vpci_power_changed {
	u32 status;
	u32 slot;
	u32 state;
	u32 reserved;
} __packed;

#endif
