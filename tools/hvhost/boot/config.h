/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest machine is to have, from hvhost's command line: words of the
 * form KEY=VALUE, written by azk boot.
 */
#ifndef HVHOST_CONFIG_H
#define HVHOST_CONFIG_H

#include "device.h"
#include "hv_tlfs.h"

#define VM_MAX_DISKS	16
#define VM_MAX_VPCI	8
#define VM_MAX_NICS	8

/*
 * What the guest is told to prefer; with more than one processor also to flush
 * TLBs by hypercall, but not to send interrupts so (README.md, "Hints", has the figures).
 */
#define HV_HINTS_DEFAULT	(HV_HINT_RELAXED_TIMING | HV_HINT_MMIO_HYPERCALLS)
#define HV_HINTS_SMP		(HV_HINT_REMOTE_FLUSH | HV_HINT_EX_MASKS)
/*
 * What the guest may do: all there is but asking for its partition's id, as on
 * Azure. Linux up to 6.12 gives a page of its own for that only where it is the root, and
 * stops with a BUG when the call then fails (hv_get_partition_id()).
 */
#define HV_PRIVILEGES_DEFAULT	(~((u64)HV_ACCESS_PARTITION_ID << 32))

struct vm_config {
	u32 cpus;		/* cpus=1..16 */
	u64 heap;		/* heap=SIZE: hvhost's own memory, bytes */
	u64 seed;		/* seed=N */
	u32 disks;
	struct disk_config {
		u64 bytes;
		u32 module;	/* 0: empty; or the boot module with its content */
		bool file;	/* the next virtio-blk function */
		bool read_only;
	} disk[VM_MAX_DISKS];	/* disk=SIZE, @MODULE or file, and ",ro": LUNs of scsi0 */
	u32 vpcis;
	/* vpci=FUNCTION[+FUNCTION]..., a bus: test, BB:DD.F or class:BBSSII (hexadecimal) */
	struct vpci_config vpci[VM_MAX_VPCI];
	u32 nics;
	struct nic_config {
		bool user;	/* the next virtio-net function, or else the peer */
		u8 mac[6];
		bool mac_given;	/* else it follows from the number */
	} nic[VM_MAX_NICS]; /* nic=loopback or user, and ",mac=AA:BB:CC:DD:EE:FF": net0, net1, ... */
	bool apic_msrs;		/* apic-msrs: recommend EOI, ICR and TPR by MSR: for xAPIC guests */
	/* privileges=, features=, hints=: bits that stay of EAX and EBX, and of EDX, of
	 * CPUID 0x40000003, and EAX of 0x40000004 */
	u64 privileges;
	u32 features, hints;
	bool hints_given;
	u32 vmbus_max;		/* vmbus=MAJOR.MINOR: the highest version accepted; 0: any */
	char monitored[16];	/* monitored=DEVICE: signals by monitor page; "scsi0", or "*" */
	char shared[16];	/* shared-interrupt=DEVICE: signals by interrupt page */
	bool testdev;		/* testdev: ports of the test device, for flat kernels */
	bool icount;		/* icount: the TSC is 1 GHz and counts instructions */
	bool no_ic;		/* no-ic: no integration services, no keyboard */
	bool quiet;		/* quiet: log only faults */
};

/*
 * Read @text into *@c, defaults first. False: @why (of @size bytes) says which
 * word is wrong and what was expected.
 */
bool config_parse(struct vm_config *c, const char *text, char *why, size_t size);

/* "64M", "4096", "1G" to bytes. False when it is none or does not fit. */
bool size_parse(const char *s, size_t n, u64 *bytes);

#endif
