/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest machine: what the rooms share. svm/ runs the processors, tlfs/ is
 * the hypervisor they see, vmbus/ the bus, device/ what is on it.
 *
 * Locking: the exit loop takes the one host lock before it calls any room, so
 * nothing in tlfs/, vmbus/, device/, backend/ and script/ locks.
 */
#ifndef HVHOST_VM_H
#define HVHOST_VM_H

#include "types.h"

#define VM_MAX_VPS	16
#define VM_GPA_BITS	40	/* physical addresses of the guest: what svm/npt.c maps */

struct vm;
struct svm;		/* svm/: clock, lock, nested page table */
struct vcpu;		/* svm/: VMCB, registers */
struct tlfs;		/* tlfs/: per partition */
struct tlfs_vp;		/* tlfs/: per virtual processor */
struct vmbus;		/* vmbus/ */
struct script;		/* script/ */
struct vpci;		/* device/pci.c: all PCI buses */
struct counters;	/* script/counters.h */
struct testdev;		/* device/testdev.c */
struct vm_config;	/* boot/config.h: what the command line asked for */

struct vp {
	struct vm *vm;
	u32 index;		/* VP index of the TLFS */
	u32 apic_id;
	struct vcpu *vcpu;
	struct tlfs_vp *tlfs;
};

struct vm {
	u32 vps;
	struct vp vp[VM_MAX_VPS];
	const struct vm_config *config;
	struct tlfs *tlfs;
	struct vmbus *vmbus;
	struct vpci *vpci;
	struct script *script;
	struct counters *counters;
	struct testdev *testdev;	/* NULL: not there */
	u64 seed;
	struct svm *svm;
	void *mem;		/* boot/memory.h */
	struct event *events;	/* svm/event.c: by due time */
	struct poller *pollers;
};

/* ---- guest memory: every address a guest gives passes here once ---- */

/*
 * @len bytes of guest RAM at guest physical address @gpa, or NULL when any of
 * them is not the guest's (hvhost's own memory, MMIO, a wrap-around). @len may
 * cross pages. The memory stays the guest's: it may change under the reader, so
 * copy first and check the copy.
 */
void *gpa_range(struct vm *vm, u64 gpa, u64 len);
/* Copies; 0 or -HV_EFAULT with nothing copied. */
int gpa_read(struct vm *vm, u64 gpa, void *to, u64 len);
int gpa_write(struct vm *vm, u64 gpa, const void *from, u64 len);

/*
 * Memory that is not RAM: BARs. vm_map_page() shows page @page of hvhost
 * (hv_alloc_pages()) to the guest at @gpa, read and write, on all processors;
 * NULL: what the machine has at that address again. @gpa must be in a window of
 * acpi.h. 0 or -HV_E*. vm_mmio() is where hvhost itself reaches device registers
 * at machine address @pa, or NULL.
 */
int vm_map_page(struct vm *vm, u64 gpa, void *page);
void *vm_mmio(struct vm *vm, u64 pa, u64 len);
/*
 * Registers of a function that hvhost uses itself: from now on the guest does not
 * reach them. Before the guest starts; whole pages are taken. 0 or -HV_E*.
 */
int vm_hide(struct vm *vm, u64 pa, u64 len);

/* ---- time ---- */

/* The partition's reference time, in 100 ns since the guest was started. */
u64 vm_time(struct vm *vm);
/* What time it is for the host: UTC, in 100 ns since 1601-01-01. Goes as vm_time() does. */
u64 vm_host_time(struct vm *vm);

/*
 * A thing to do at a time. Embedded in its owner, zeroed before first use.
 * @fn runs under the host lock on whichever processor notices first.
 */
struct event {
	struct event *next;
	u64 due;		/* 100 ns, vm_time() */
	void (*fn)(struct vm *vm, struct event *e);
	bool armed;
};
/* Arm or move. A due time that has passed runs at the next guest entry. */
void event_arm(struct vm *vm, struct event *e, u64 due);
/* Not armed afterwards, whether it was or not; its function is not called. */
void event_cancel(struct vm *vm, struct event *e);

/*
 * A backend with a device of the machine behind it. The device sends the message
 * of vm_poll_message() when it has something, which gets a processor out of the
 * guest; then every poller runs, under the host lock. Embedded in its owner.
 */
struct poller {
	struct poller *next;
	void (*poll)(struct vm *vm, struct poller *p);
};
/* From now on @p is asked, too; it stays the caller's and is never taken away. */
void vm_poll_add(struct vm *vm, struct poller *p);
/* Where a device of the machine writes, and what, to be noticed: for its MSI or MSI-X entry. */
void vm_poll_message(struct vm *vm, u64 *address, u32 *data);

/* ---- interrupts and ends ---- */

/* Raise @vector (16..255) in the guest's local APIC of @vp, edge, fixed. */
void vp_interrupt(struct vp *vp, u8 vector);
/* The same for an MSI as PCI writes it (address 0xfee.....). */
void vm_msi(struct vm *vm, u64 address, u32 data);
/* Make @vp leave the guest soon, to run what became due for it. */
void vp_kick(struct vp *vp);
/* #GP(0) into the guest when the current exit ends; the RIP is not advanced. */
void vp_inject_gp(struct vp *vp);
/* Reset the guest (it will boot again), or end the machine with exit @code. */
void vm_reset(struct vm *vm);
void vm_exit(struct vm *vm, int code);

#endif
