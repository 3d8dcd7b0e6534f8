/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's side of a vPCI bus, one step a function: included by test_pci*.c.
 * What goes wrong on the way fails the test that called it.
 */
#ifndef HVHOST_TESTS_PCI_DRIVER_H
#define HVHOST_TESTS_PCI_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pci_room.h"

#define WINDOW	VMBUS_MMIO_LOW_BASE
#define LOW	(VMBUS_MMIO_LOW_BASE + 0x100000)
#define HIGH	VMBUS_MMIO_HIGH_BASE

static inline int setup(void **state)
{
	(void)state;
	world_begin(4);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	world_end();
	return 0;
}

static inline void *last_sent(void)
{
	assert_true(world->nsent > 0);
	return world->sent[(world->nsent - 1) % WORLD_SENT].data;
}

static inline u32 status_of(const void *request, u32 len)
{
	u32 before = world->nsent, status;

	world_request(request, len, 77);
	assert_int_equal(world->nsent, before + 1);
	assert_int_equal(world->sent[before % WORLD_SENT].trans_id, 77);
	memcpy(&status, last_sent(), 4);
	return status;
}

static inline u32 negotiate(u32 version)
{
	struct vpci_version_request m = { PCI_QUERY_PROTOCOL_VERSION, version };

	return status_of(&m, sizeof(m));
}

static inline u32 enter(u64 window)
{
	struct vpci_d0_entry m = { PCI_BUS_D0ENTRY, 0, window };

	return status_of(&m, sizeof(m));
}

static inline u32 cfg_read(u32 slot, u32 where, u32 size)
{
	u32 v = 0;

	assert_int_equal(vpci_mmio_write(&world->vm, WINDOW, 4, &slot), 0);
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW + 0x1000 + where, size, &v), 0);
	return v;
}

static inline void cfg_write(u32 slot, u32 where, u32 size, u32 v)
{
	assert_int_equal(vpci_mmio_write(&world->vm, WINDOW, 4, &slot), 0);
	assert_int_equal(vpci_mmio_write(&world->vm, WINDOW + 0x1000 + where, size, &v), 0);
}

static inline void make(enum vpci_kind first, enum vpci_kind second, u32 version)
{
	struct vpci_config c = { .function = { { .kind = first, .bdf = HW_BDF },
					       { .kind = second, .bdf = HW_BDF } } };

	assert_int_equal(vpci_create(&world->vm, 0, &c), 0);
	world_open();
	assert_int_equal(negotiate(version), VPCI_STATUS_SUCCESS);
}

/* As hv_pci_probe() goes, to a bus in D0 with BARs placed and decoded. */
static inline void bring_up(enum vpci_kind first, enum vpci_kind second, u32 version)
{
	u32 query = PCI_QUERY_BUS_RELATIONS;

	make(first, second, version);
	world_request(&query, 4, 0);
	assert_int_equal(enter(WINDOW), VPCI_STATUS_SUCCESS);
}

static inline void place_test_bars(u32 slot)
{
	cfg_write(slot, 0x10, 4, (u32)LOW);
	cfg_write(slot, 0x18, 4, (u32)HIGH);
	cfg_write(slot, 0x1c, 4, (u32)(HIGH >> 32));
	cfg_write(slot, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(cfg_read(slot, PCI_COMMAND, 2),
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static inline u64 bus_device_id(u32 fn)
{
	return device_id(world_bus(), fn);
}

static inline u32 create_message(u32 slot, u8 vector, u32 vp, u32 n)
{
	struct vpci_create_interrupt2 m = { PCI_CREATE_INTERRUPT_MESSAGE2, slot, vector, 0,
					    (u16)n, 1, { (u16)vp } };
	struct vpci_interrupt_created *r = last_sent();

	assert_int_equal(status_of(&m, sizeof(m)), 0);
	r = last_sent();
	assert_int_equal(r->desc.vector_count, n);
	assert_int_equal(r->desc.address, PCI_HANDLE_ADDRESS);
	return r->desc.data;
}

static inline void write_entry(void *table, u32 n, u32 handle, u32 control)
{
	u32 e[4] = { PCI_HANDLE_ADDRESS, 0, handle, control };

	memcpy((u8 *)table + 16 * n, e, 16);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
