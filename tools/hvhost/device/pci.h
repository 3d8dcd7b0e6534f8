/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the vPCI room: a bus (pci.c), the part of configuration space that all
 * functions share (pci_config.c), interrupts (pci_intr.c), the machine's own PCI
 * bus (pci_ports.c), and what a kind of function brings (backend/).
 */
#ifndef HVHOST_PCI_H
#define HVHOST_PCI_H

#include "device.h"
#include "vmbus.h"
#include "vpci.h"
#include "vpci_proto.h"
#include "vmbus_proto.h"

/* Registers of a type 0 header. PCI Local Bus 3.0, 6.1. */
#define PCI_COMMAND		0x04
#define  PCI_COMMAND_MEMORY	0x0002
#define  PCI_COMMAND_MASTER	0x0004
#define  PCI_COMMAND_RW		0x0546	/* with parity, SERR and INTx disable */
#define PCI_STATUS		0x06
#define  PCI_STATUS_CAP_LIST	0x10
#define PCI_REVISION		0x08
#define PCI_HEADER_TYPE		0x0e
#define PCI_BAR0		0x10
#define PCI_CARDBUS		0x28
#define PCI_SUBSYSTEM		0x2c
#define PCI_ROM			0x30
#define PCI_CAPABILITIES	0x34
#define PCI_INTERRUPT_LINE	0x3c
#define PCI_MIN_GNT		0x3e
#define PCI_BAR_IO		0x1
#define PCI_BAR_64		0x4
#define PCI_BAR_PREFETCH	0x8
#define PCI_CAP_MSI		0x05
#define PCI_CAP_VENDOR		0x09
#define PCI_CAP_MSIX		0x11
#define PCI_MSIX_ENABLE		0x8000
#define PCI_MSIX_MASKALL	0x4000
#define PCI_MSIX_ENTRY		16	/* address, address high, data, control */

#define PCI_MAX_INTERRUPTS	1024	/* of one bus; the guest's own limit is as many */
#define PCI_MAX_HIDDEN		32

struct vpci_bus;
struct pci_function;

struct pci_function_ops {
	const char *name;
	/* Registers that pci_config.c does not keep; inside one aligned dword. */
	u32 (*config_read)(struct pci_function *f, u32 where, u32 size);
	void (*config_write)(struct pci_function *f, u32 where, u32 size, u32 value);
	/* BAR @bar is now decoded at @gpa, checked; -HV_E*: cannot be. */
	int (*bar_map)(struct pci_function *f, u32 bar, u64 gpa);
	void (*bar_unmap)(struct pci_function *f, u32 bar, u64 gpa);
	/* Memory decoding and bus mastering as they are from now on. */
	void (*command)(struct pci_function *f, u16 command);
	/* Interrupt @handle has a new target (or none: pci_target() says so). */
	void (*route)(struct pci_function *f, u32 handle);
	/* As after power on. */
	void (*reset)(struct pci_function *f);
	/* Configuration blocks; NULL: there are none. -HV_E*. */
	int (*block_read)(struct pci_function *f, u32 block, u8 *to, u32 len);
	int (*block_write)(struct pci_function *f, u32 block, const u8 *from, u32 len);
};

struct pci_bar {
	u64 size;		/* a power of two of at least a page; 0: none */
	u32 flags;		/* PCI_BAR_64, PCI_BAR_PREFETCH */
	u64 address;
	bool mapped;
};

struct pci_function {
	const struct pci_function_ops *ops;
	struct vpci_bus *bus;
	struct vpci_function_desc desc;
	struct pci_bar bar[VPCI_BARS];	/* a 64-bit one leaves the next unused */
	u16 command;
	bool present;		/* the guest is told of it */
	bool assigned;		/* RESOURCES_ASSIGNED was seen */
	bool ejecting;		/* PCI_EJECT was sent */
	u64 back_after;		/* 100 ns from ejection to hot add; 0: never */
	void *priv;
};

/* One message that a guest may have been given, by its number. */
struct pci_interrupt {
	struct pci_function *f;	/* NULL: free */
	u16 count;		/* of the run that starts here; 0 inside of one */
	u8 vector;		/* 0: not yet known, stays silent */
	u8 vp;
};

struct pci_reply;		/* an answer that is not sent yet */

struct vpci_bus {
	struct vmbus_device dev;	/* first: ops get this */
	struct vpci_bus *next;
	struct vm *vm;
	u32 number;
	u32 max_version;
	u32 version;		/* negotiated; 0: not yet */
	bool d0;
	bool gone;		/* was in D0 when its channel was closed or rescinded */
	u64 window;		/* configuration window while in D0 */
	u32 slot;		/* what was last written into its first page */
	bool relations_asked;
	u64 last_trans_id;	/* answered before: for the script's stale ids */
	struct vmbus_channel *ch;
	struct pci_reply *waiting;	/* no room in the ring */
	struct pci_reply *delayed;	/* the script holds them back: for a time, */
	struct pci_reply *held;		/* or until another was sent */
	struct event back;	/* functions come back, or the whole bus */
	bool rescinded;
	struct pci_function fn[VPCI_MAX_FUNCTIONS];
	struct pci_interrupt intr[PCI_MAX_INTERRUPTS];
};

/*
 * Functions of the machine: their configuration space, ports on hardware and
 * arrays in a test; and, of those hvhost uses itself, registers in memory.
 */
struct pci_machine {
	u32 (*read)(u16 bdf, u32 where, u32 size);
	void (*write)(u16 bdf, u32 where, u32 size, u32 value);
	u32 (*mmio_read)(struct vm *vm, u64 pa, u32 size);
	void (*mmio_write)(struct vm *vm, u64 pa, u32 size, u32 value);
	void (*relax)(void);	/* in a loop that waits for the device */
};
extern const struct pci_machine pci_machine_ports;	/* backend/passthrough_port.c */

struct vpci {
	struct vpci_bus *buses;
	struct refusals refusals;	/* of what is on no bus, and of the chipset */
	const struct pci_machine *machine;
	u32 address;		/* what the guest wrote to port 0xcf8 */
	u32 nhidden;
	u16 hidden[PCI_MAX_HIDDEN];
};
/* Made on first use; NULL without memory. */
struct vpci *vpci_get(struct vm *vm);
bool pci_hidden(const struct vpci *vpci, u16 bdf);

/* include/linux/hyperv.h, enum vmbus_packet_type */

/* pci.c */
void vpci_refused(struct vpci_bus *bus, const char *format, ...) __printf(2, 3);
struct pci_function *vpci_function_at(struct vpci_bus *bus, u32 slot);

/* pci_send.c */
/* Complete @pkt when it asked for that; @what is the answer's name in scripts. */
void pci_answer(struct vpci_bus *bus, const struct vmbus_packet *pkt, const char *what,
		const void *data, u32 len);
void pci_answer_status(struct vpci_bus *bus, const struct vmbus_packet *pkt,
		       const char *what, u32 status);
/* A message of the bus's own. */
void pci_notify(struct vpci_bus *bus, const char *what, const void *data, u32 len);
/* The guest made room. */
void pci_flush(struct vpci_bus *bus);
/* Nothing that waits is sent any more. */
void pci_send_forget(struct vpci_bus *bus);
void pci_rescind(struct vpci_bus *bus);

/* pci_plug.c */
/* Function @i of the bus, not there yet, is one of @c. 0 or -HV_E*. */
int pci_function_create(struct vpci_bus *bus, u32 i, const struct vpci_function_config *c);
/* "eject" FUNCTION [100 ns until it is back], "add" [FUNCTION]. */
int pci_act(struct vmbus_device *dev, const struct vmbus_action *a);
void pci_send_relations(struct vpci_bus *bus);
void pci_ejection_complete(struct vpci_bus *bus, const struct vmbus_packet *pkt);
/* The guest is asked to give @f up; back again @back_after (100 ns, 0: never) later. */
int vpci_eject(struct pci_function *f, u64 back_after);
/* Tell the guest that configuration blocks of the mask changed. */
void vpci_invalidate(struct pci_function *f, u64 mask);

/* pci_config.c */
u32 pci_config_read(struct pci_function *f, u32 where, u32 size);
void pci_config_write(struct pci_function *f, u32 where, u32 size, u32 value);
/* May @bus take @window as its configuration window? */
bool pci_window_ok(struct vpci_bus *bus, u64 window);
/* What probing BAR register @i gives: size mask and flags. */
u32 pci_probed_bar(const struct pci_function *f, u32 i);
/* Undo all the guest did to @f. */
void pci_function_reset(struct pci_function *f);

/* pci_intr.c */
/*
 * Messages are numbers to the guest: this address, at which no processor is, and
 * the number as data. What is written into a function leads nowhere until
 * pci_target() has resolved it.
 */
#define PCI_HANDLE_ADDRESS	0xfeefe000u
/* First of @count (a power of two up to 32) numbers in a row, or -HV_ENOSPC. */
int pci_interrupt_create(struct pci_function *f, u32 count, u8 vector, u32 vp);
/* The run that starts at @handle; -HV_ENOENT when @f has none there. */
int pci_interrupt_delete(struct pci_function *f, u32 handle);
void pci_interrupt_delete_all(struct pci_function *f);
/* Where message @address, @data of @f goes: false for nowhere. */
bool pci_target(const struct pci_function *f, u64 address, u32 data, u8 *vector, u32 *vp);

/* backend/: fill in ops, ids, BARs and priv. 0 or -HV_E*. */
int vfunction_init(struct pci_function *f);
int passthrough_init(struct pci_function *f, u16 bdf);

#endif
