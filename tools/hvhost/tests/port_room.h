/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm/port.c and permit.c with a machine that takes down what is written to its ports:
 * included by test_port.c and fuzz_port.c.
 */
#ifndef HVHOST_TESTS_PORT_ROOM_H
#define HVHOST_TESTS_PORT_ROOM_H

#include <assert.h>
#include <string.h>

#include "fake.h"

/* lib/hw.h is for bare hardware: what these files need of it */
#define HVHOST_HW_H
static void outb(u16 port, u8 v);
static void outw(u16 port, u16 v);
static u16 inw(u16 port);

/* device/pci_ports.c has a test of its own, and goes to the hardware */
#define pci_port_access		room_pci_access
#include "svm/permit.c"
#include "svm/port.c"

#define ROOM_PM		0x600u	/* PMBASE */
#define ROOM_PM1	(ROOM_PM + 4)
#define ROOM_NEXT	0x1234u	/* the instruction behind the one that exits */

static struct room {
	struct fake *fake;
	struct svm svm;
	struct vcpu vcpu;
	struct vmcb vmcb;
	u32 outs, last_port, last_value;	/* to the machine */
	u32 reports, refused;
	u32 pci, pci_size;
} room;

static void out(u16 port, u32 v)
{
	room.outs++;
	room.last_port = port;
	room.last_value = v;
}

static void outb(u16 port, u8 v)
{
	/* an end of the guest, or ACPI on and off: no SMI, and no port that is not known */
	assert(port == PORT_EXIT || (port == PORT_APM && (v == 2 || v == 3)));
	out(port, v);
}

static void outw(u16 port, u16 v)
{
	assert(port == ROOM_PM1 && (v & 0x3c00) != 0x2400);	/* no suspend to RAM */
	out(port, v);
}

static u16 inw(u16 port)
{
	assert(port == ROOM_PM1);
	return 0x401;
}

void room_pci_access(struct vm *vm, u16 port, u32 size, bool write, u32 *value)
{
	(void)vm;
	(void)write;
	assert(port >= 0xcf8 && port < 0xd00);
	room.pci++;
	room.pci_size = size;
	*value = 0x89abcdef;
}

void end_reports(struct vm *vm)
{
	(void)vm;
	room.reports++;
}

void guest_refused(struct vcpu *v, const char *what, u64 value)
{
	(void)v;
	(void)what;
	(void)value;
	room.refused++;
}

static inline void room_begin(void)
{
	struct fake *f = fake_begin(1);

	memset(&room, 0, sizeof(room));
	room.fake = f;
	f->vm.svm = &room.svm;
	room.svm.pm = ROOM_PM;
	room.vcpu = (struct vcpu){ .vp = &f->vm.vp[0], .vmcb = &room.vmcb };
}

/* An access that exits with @how (IOIO_*): what RAX is then. */
static inline u64 room_access(u16 port, u32 how, u64 rax)
{
	room.vmcb.exit_info1 = (u64)port << 16 | how;
	room.vmcb.exit_info2 = ROOM_NEXT;
	room.vmcb.rip = 0;
	room.vmcb.rax = rax;
	port_access(&room.vcpu);
	assert(room.vmcb.rip == ROOM_NEXT);
	return room.vmcb.rax;
}

#endif
