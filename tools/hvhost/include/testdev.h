/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device for test kernels, at an I/O port: it connects message and event
 * connections to the caller's SINTs and raises SINTs, so that the SynIC can be
 * tested without a bus. The interface is that of QEMU's hw/hyperv/hyperv_testdev.c,
 * for which kvm-unit-tests' lib/x86/hyperv.c is written.
 */
#ifndef HVHOST_TESTDEV_H
#define HVHOST_TESTDEV_H

#include "vm.h"

#define PORT_TESTDEV	0x3000	/* written with 4 bytes */

/* sint | vp << 8 | control << 16 | connection << 24 */
enum testdev_control {
	TESTDEV_ROUTE_CREATE = 1, TESTDEV_ROUTE_DESTROY,	/* a SINT that may be raised */
	TESTDEV_ROUTE_SET,					/* raise it */
	TESTDEV_MESSAGE_CREATE, TESTDEV_MESSAGE_DESTROY,
	TESTDEV_EVENT_CREATE, TESTDEV_EVENT_DESTROY,
};

/* Once, when the command line asks for it. False: no memory. */
bool testdev_init(struct vm *vm);
/* The guest wrote @value to the port. */
void testdev_write(struct vm *vm, u32 value);
/* Whether @connection is one of these; without the device none is. */
bool testdev_has_message(const struct vm *vm, u32 connection);
bool testdev_has_event(const struct vm *vm, u32 connection);
/* The hypercalls to such a connection, as HV_STATUS_*. */
u16 testdev_post(struct vm *vm, u32 connection, u32 type, const void *payload, u32 len);
u16 testdev_signal(struct vm *vm, u32 connection, u16 flag);
/* Slot @sint of @vp was emptied (EOM). */
void testdev_eom(struct vp *vp, u32 sint);

#endif
