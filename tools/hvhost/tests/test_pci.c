// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vPCI room (device/pci*.c, backend/vfunction.c, backend/passthrough.c) and
 * the ACPI tables, against what a guest's driver does and against what none should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pci_room.h"

#define WINDOW	VMBUS_MMIO_LOW_BASE
#define LOW	(VMBUS_MMIO_LOW_BASE + 0x100000)
#define HIGH	VMBUS_MMIO_HIGH_BASE

static int setup(void **state)
{
	(void)state;
	world_begin(4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_end();
	return 0;
}

static void *last_sent(void)
{
	assert_true(world->nsent > 0);
	return world->sent[(world->nsent - 1) % WORLD_SENT].data;
}

static u32 status_of(const void *request, u32 len)
{
	u32 before = world->nsent, status;

	world_request(request, len, 77);
	assert_int_equal(world->nsent, before + 1);
	assert_int_equal(world->sent[before % WORLD_SENT].trans_id, 77);
	memcpy(&status, last_sent(), 4);
	return status;
}

static u32 negotiate(u32 version)
{
	struct vpci_version_request m = { PCI_QUERY_PROTOCOL_VERSION, version };

	return status_of(&m, sizeof(m));
}

static u32 enter(u64 window)
{
	struct vpci_d0_entry m = { PCI_BUS_D0ENTRY, 0, window };

	return status_of(&m, sizeof(m));
}

static u32 cfg_read(u32 slot, u32 where, u32 size)
{
	u32 v = 0;

	assert_int_equal(vpci_mmio_write(&world->vm, WINDOW, 4, &slot), 0);
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW + 0x1000 + where, size, &v), 0);
	return v;
}

static void cfg_write(u32 slot, u32 where, u32 size, u32 v)
{
	assert_int_equal(vpci_mmio_write(&world->vm, WINDOW, 4, &slot), 0);
	assert_int_equal(vpci_mmio_write(&world->vm, WINDOW + 0x1000 + where, size, &v), 0);
}

static void make(enum vpci_kind first, enum vpci_kind second, u32 version)
{
	struct vpci_config c = { .function = { { .kind = first, .bdf = HW_BDF },
					       { .kind = second, .bdf = HW_BDF } } };

	assert_int_equal(vpci_create(&world->vm, 0, &c), 0);
	world_open();
	assert_int_equal(negotiate(version), VPCI_STATUS_SUCCESS);
}

/* As hv_pci_probe() goes, to a bus in D0 with BARs placed and decoded. */
static void bring_up(enum vpci_kind first, enum vpci_kind second, u32 version)
{
	u32 query = PCI_QUERY_BUS_RELATIONS;

	make(first, second, version);
	world_request(&query, 4, 0);
	assert_int_equal(enter(WINDOW), VPCI_STATUS_SUCCESS);
}

static void place_test_bars(u32 slot)
{
	cfg_write(slot, 0x10, 4, (u32)LOW);
	cfg_write(slot, 0x18, 4, (u32)HIGH);
	cfg_write(slot, 0x1c, 4, (u32)(HIGH >> 32));
	cfg_write(slot, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(cfg_read(slot, PCI_COMMAND, 2),
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static u64 bus_device_id(u32 fn)
{
	return device_id(world_bus(), fn);
}

static u32 create_message(u32 slot, u8 vector, u32 vp, u32 n)
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

static void write_entry(void *table, u32 n, u32 handle, u32 control)
{
	u32 e[4] = { PCI_HANDLE_ADDRESS, 0, handle, control };

	memcpy((u8 *)table + 16 * n, e, 16);
}

/* ---- tests ---- */

static void versions(void **state)
{
	struct vpci_config c = { .function = { { .kind = VPCI_TEST } },
				 .max_version = VPCI_VERSION_1_2 };
	u32 query = PCI_QUERY_BUS_RELATIONS;

	(void)state;
	assert_int_equal(vpci_create(&world->vm, 0, &c), 0);
	world_open();
	/* Nothing else before a version. */
	assert_int_equal(status_of(&query, 4), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(negotiate(VPCI_VERSION_1_4), VPCI_STATUS_REVISION_MISMATCH);
	assert_int_equal(negotiate(VPCI_VERSION_1_3), VPCI_STATUS_REVISION_MISMATCH);
	assert_int_equal(negotiate(0), VPCI_STATUS_REVISION_MISMATCH);
	assert_int_equal(negotiate(VPCI_VERSION_1_2), VPCI_STATUS_SUCCESS);
}

static void relations(void **state)
{
	u32 query = PCI_QUERY_BUS_RELATIONS;
	struct vpci_relations *r;
	struct vpci_function_desc *d;

	(void)state;
	make(VPCI_TEST, VPCI_PASSTHROUGH, VPCI_VERSION_1_2);
	world_request(&query, 4, 0);
	/* The request asks for a completion in no driver; the list is a message. */
	r = last_sent();
	assert_int_equal(r->type, PCI_BUS_RELATIONS);
	assert_int_equal(r->count, 2);
	d = (void *)(r + 1);
	assert_int_equal(d[0].vendor, 0x1414);
	assert_int_equal(d[1].vendor, 0x1b36);
	assert_int_equal(d[1].slot, VPCI_SLOT(0, 1));
	assert_int_equal(d[1].base_class << 16 | d[1].subclass << 8 | d[1].prog_if, 0x010802);
	assert_int_not_equal(d[0].serial, d[1].serial);

	assert_int_equal(negotiate(VPCI_VERSION_1_4), 0);
	world_request(&query, 4, 0);
	r = last_sent();
	assert_int_equal(r->type, PCI_BUS_RELATIONS2);
	assert_int_equal(world->sent[world->nsent - 1].len,
			 sizeof(*r) + 2 * sizeof(struct vpci_function_desc2));
}

static void requirements(void **state)
{
	struct vpci_child_message m = { PCI_QUERY_RESOURCE_REQUIREMENTS, 0 };
	struct vpci_requirements *r;

	(void)state;
	make(VPCI_TEST, VPCI_PASSTHROUGH, VPCI_VERSION_1_4);
	assert_int_equal(status_of(&m, sizeof(m)), 0);
	r = last_sent();
	assert_int_equal(r->probed_bar[0], 0xfffff000);
	assert_int_equal(r->probed_bar[1], 0);
	assert_int_equal(r->probed_bar[2], 0xffffe00c);
	assert_int_equal(r->probed_bar[3], 0xffffffff);
	m.slot = VPCI_SLOT(0, 1);
	assert_int_equal(status_of(&m, sizeof(m)), 0);
	r = last_sent();
	assert_int_equal(r->probed_bar[0], 0xffffc004);
	m.slot = VPCI_SLOT(0, 2);
	assert_int_equal(status_of(&m, sizeof(m)), VPCI_STATUS_NO_SUCH_DEVICE);
}

static void d0(void **state)
{
	u32 leave = PCI_BUS_D0EXIT;

	(void)state;
	make(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	assert_int_equal(enter(0x1000), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(WINDOW + 8), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(WINDOW + VMBUS_MMIO_LOW_SIZE - 0x1000),
			 VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(~0xfffull), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(WINDOW), VPCI_STATUS_SUCCESS);
	assert_int_equal(enter(WINDOW), VPCI_STATUS_INVALID_DEVICE_STATE);
	assert_int_equal(cfg_read(0, 0, 4), 0x48561414);
	assert_int_equal(status_of(&leave, 4), 0);
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW, 4, &leave), -HV_EFAULT);
}

static void config_space(void **state)
{
	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	assert_int_equal(cfg_read(0, 2, 2), 0x4856);
	assert_int_equal(cfg_read(0, 0x0b, 1), 0xff);
	assert_int_equal(cfg_read(0, PCI_STATUS, 2), PCI_STATUS_CAP_LIST);
	assert_int_equal(cfg_read(0, PCI_CAPABILITIES, 1), CAP_MSIX);
	assert_int_equal(cfg_read(0, CAP_MSIX + 2, 2), MSIX_ENTRIES - 1);
	cfg_write(0, 0, 4, 0);
	assert_int_equal(cfg_read(0, 0, 4), 0x48561414);
	/* Sizing, then a place, as a kernel does it. */
	cfg_write(0, 0x18, 4, ~0u);
	cfg_write(0, 0x1c, 4, ~0u);
	assert_int_equal(cfg_read(0, 0x18, 4), 0xffffe00c);
	assert_int_equal(cfg_read(0, 0x1c, 4), 0xffffffff);
	/* Another slot, another bus, beyond the page. */
	assert_int_equal(cfg_read(VPCI_SLOT(1, 0), 0, 4), ~0u);
	assert_int_equal(cfg_read(0xffffffff, 0, 2), 0xffff);
	assert_int_equal(cfg_read(0, 0x100, 4), 0);
	assert_int_equal(cfg_read(0, 0xffc, 4), 0);
}

static void mmio_sizes(void **state)
{
	u8 data[64] = { 0 };
	u32 i;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	for (i = 0; i < 70; i++) {
		if (i == 1 || i == 2 || i == 4)
			continue;
		assert_int_equal(vpci_mmio_read(&world->vm, WINDOW + 0x1000, i, data), -HV_EINVAL);
		assert_int_equal(vpci_mmio_write(&world->vm, WINDOW + 0x1000, i, data), -HV_EINVAL);
	}
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW + 0x1fff, 2, data), -HV_EINVAL);
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW + 0x2000, 1, data), -HV_EFAULT);
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW - 1, 1, data), -HV_EFAULT);
	assert_int_equal(vpci_mmio_read(&world->vm, ~0ull, 1, data), -HV_EFAULT);
}

static void bars(void **state)
{
	struct parameters *p;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	place_test_bars(0);
	p = world_mapped(LOW);
	assert_non_null(p);
	assert_int_equal(p->magic, 0x46565648);
	assert_non_null(world_mapped(HIGH + 0x1000));
	/* Decoded ones do not move. */
	cfg_write(0, 0x10, 4, 0);
	assert_int_equal(cfg_read(0, 0x10, 4), (u32)LOW);
	cfg_write(0, PCI_COMMAND, 2, 0);
	assert_null(world_mapped(LOW));
	assert_null(world_mapped(HIGH));
}

static void bars_refused(void **state)
{
	static const u64 bad[] = { 0, 0x100000, 0xfee00000, 0xfffff000, WINDOW, WINDOW + 0x1000 };
	u32 i;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	cfg_write(0, 0x18, 4, (u32)HIGH);
	cfg_write(0, 0x1c, 4, (u32)(HIGH >> 32));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 before = world->refused;

		cfg_write(0, 0x10, 4, (u32)bad[i]);
		cfg_write(0, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
		assert_int_equal(cfg_read(0, PCI_COMMAND, 2), 0);
		assert_int_equal(world->refused, before + 1);
		assert_null(world_mapped(HIGH));
	}
	/* One of two on the other. */
	cfg_write(0, 0x10, 4, (u32)LOW);
	cfg_write(0, 0x18, 4, (u32)LOW);
	cfg_write(0, 0x1c, 4, 0);
	cfg_write(0, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(cfg_read(0, PCI_COMMAND, 2), 0);
	assert_null(world_mapped(LOW));
}

static void msix(void **state)
{
	u32 a, b;
	u8 *table;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	place_test_bars(0);
	table = world_mapped(HIGH);
	a = create_message(0, 0x30, 0, 1);
	b = create_message(0, 0x30, 0, 1);
	assert_int_not_equal(a, b);
	write_entry(table, 2, a, 0);
	write_entry(table, 3, b, 0);
	/* Off: refused by the function. */
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | 2 << 16);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_ENOENT);
	cfg_write(0, CAP_MSIX + 2, 2, PCI_MSIX_ENABLE);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, b,
				       0x41, 1 << 3), 0);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | 2 << 16);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | 3 << 16);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), 0);
	assert_int_equal(world->interrupts[0][0x30], 1);
	assert_int_equal(world->interrupts[3][0x41], 1);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_RAISED, 4), 2);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | MSIX_ENTRIES << 16);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_EINVAL);

	/* Masked: it waits, is shown pending, and goes after the unmask. */
	write_entry(table, 2, a, 1);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | 2 << 16);
	assert_int_equal(world->interrupts[0][0x30], 1);
	assert_int_equal(table[PAGE_SIZE], 1 << 2);
	world_pass(10000);
	assert_int_equal(world->interrupts[0][0x30], 1);
	write_entry(table, 2, a, 0);
	world_pass(10000);
	assert_int_equal(world->interrupts[0][0x30], 2);
	assert_int_equal(table[PAGE_SIZE], 0);

	/* A deleted message, or one never given, leads nowhere. */
	assert_int_equal(pci_interrupt_delete(&world_bus()->fn[0], a), 0);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | 2 << 16);
	write_entry(table, 2, 0xdeadbeef, 0);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE | 2 << 16);
	assert_int_equal(world->interrupts[0][0x30], 2);
}

static void retarget_refused(void **state)
{
	u64 id;
	u32 a;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	a = create_message(0, 0x30, 0, 1);
	id = bus_device_id(0);
	assert_int_equal(vpci_retarget(&world->vm, id + 1, PCI_HANDLE_ADDRESS, a, 64, 1), -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id | 1ull << 32, PCI_HANDLE_ADDRESS, a, 64, 1),
			 -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, 0xfee00000, a, 64, 1), -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a + 1, 64, 1), -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, ~0u, 64, 1), -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 15, 1), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 256, 1), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 64, 0), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 64, 1 << 4), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 64, 1 << 3), 0);
}

static void create_in_all_versions(void **state)
{
	struct vpci_create_interrupt v1 = { PCI_CREATE_INTERRUPT_MESSAGE, 0, 50, 0, 1, 0, ~0ull };
	struct vpci_create_interrupt3 v3 = { PCI_CREATE_INTERRUPT_MESSAGE3, 0, 51, 0, 0, 1, 1, { 2 } };
	u8 vector;
	u32 vp;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_2);
	assert_int_equal(status_of(&v1, sizeof(v1)), 0);
	assert_int_equal(status_of(&v3, sizeof(v3)), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(negotiate(VPCI_VERSION_1_4), 0);
	assert_int_equal(status_of(&v3, sizeof(v3)), 0);
	assert_true(pci_target(&world_bus()->fn[0], PCI_HANDLE_ADDRESS, 0, &vector, &vp));
	assert_int_equal(vector, 50);
	assert_int_equal(vp, 0);
	assert_true(pci_target(&world_bus()->fn[0], PCI_HANDLE_ADDRESS, 1, &vector, &vp));
	assert_int_equal(vector, 51);
	assert_int_equal(vp, 2);
	/* A run is aligned to its size. */
	assert_int_equal(create_message(0, 32, 0, 8), 8);
	v3.vector = 256;
	assert_int_equal(status_of(&v3, sizeof(v3)), VPCI_STATUS_INVALID_PARAMETER);
	v3.vector = 51;
	v3.vector_count = 3;
	assert_int_equal(status_of(&v3, sizeof(v3)), VPCI_STATUS_INVALID_PARAMETER);
	v3.vector_count = 1;
	v3.processor[0] = 4;
	assert_int_equal(status_of(&v3, sizeof(v3)), VPCI_STATUS_INVALID_PARAMETER);
	v3.processor[0] = 0;
	v3.processor_count = 33;
	assert_int_equal(status_of(&v3, sizeof(v3)), VPCI_STATUS_INVALID_PARAMETER);
	v3.processor_count = 0;
	assert_int_equal(status_of(&v3, sizeof(v3)), VPCI_STATUS_INVALID_PARAMETER);
	/* Used up: refused; one given back: one there again. */
	v3.processor_count = 1;
	v3.vector_count = 32;
	while (!status_of(&v3, sizeof(v3)))
		;
	assert_int_equal(*(u32 *)last_sent(), VPCI_STATUS_NO_RESOURCES);
	assert_int_equal(pci_interrupt_delete(&world_bus()->fn[0], 32), 0);
	assert_int_equal(create_message(0, 32, 0, 32), 32);
}

static void checksum_engine(void **state)
{
	struct parameters *p;
	u32 sum = FNV_START, i;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	place_test_bars(0);
	cfg_write(0, CAP_MSIX + 2, 2, PCI_MSIX_ENABLE);
	p = world_mapped(LOW);
	for (i = 0; i < 1000; i++) {
		world->ram[100 + i] = (u8)(i * 7);
		sum = (sum ^ (u8)(i * 7)) * FNV_PRIME;
	}
	p->address = 100;
	p->length = 1000;
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_SUM);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), 0);
	assert_int_equal(p->result, sum);
	p->seed = 5;
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_FILL);
	sum = p->result;
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_SUM);
	assert_int_equal(p->result, sum);
	/* Outside of the guest's memory, too long, and without bus mastering. */
	p->address = WORLD_RAM - 10;
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_FILL);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_EFAULT);
	p->address = ~0ull;
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_SUM);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_EFAULT);
	p->length = ~0u;
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_SUM);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_EINVAL);
	cfg_write(0, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_SUM);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_EBUSY);
}

static void delayed_command(void **state)
{
	u8 *table;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	place_test_bars(0);
	table = world_mapped(HIGH);
	write_entry(table, 0, create_message(0, 60, 1, 1), 0);
	cfg_write(0, CAP_MSIX + 2, 2, PCI_MSIX_ENABLE);
	cfg_write(0, CAP_TEST + TEST_DELAY, 4, 500);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), STATUS_BUSY);
	world_pass(499);
	assert_int_equal(world->interrupts[1][60], 0);
	world_pass(1);
	assert_int_equal(world->interrupts[1][60], 1);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), 0);
	/* A delayed one does not outlive the function's session. */
	cfg_write(0, CAP_TEST + TEST_DELAY, 4, 500);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_RAISE);
	world->dev->ops->close(&world->ch);
	world_pass(1000);
	assert_null(world->events);
}

static void eject_one_of_two(void **state)
{
	struct vpci_eject_complete done = { PCI_EJECTION_COMPLETE, VPCI_SLOT(0, 1), 0 };
	struct vpci_child_message *m;
	struct vpci_relations *r;

	(void)state;
	bring_up(VPCI_TEST, VPCI_TEST, VPCI_VERSION_1_4);
	/* Not asked for: refused. */
	world_request(&done, sizeof(done), 0);
	assert_int_equal(world->refused, 1);
	cfg_write(0, CAP_TEST + TEST_BACK, 4, 1000);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_EJECT | 1 << 16);
	m = last_sent();
	assert_int_equal(m->type, PCI_EJECT);
	assert_int_equal(m->slot, VPCI_SLOT(0, 1));
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_EJECT | 1 << 16);
	assert_int_equal(cfg_read(0, CAP_TEST + TEST_STATUS, 4), HV_EBUSY);
	world_request(&done, sizeof(done), 0);
	assert_int_equal(world->rescinds, 0);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), ~0u);
	world_pass(1000);
	r = last_sent();
	assert_int_equal(r->type, PCI_BUS_RELATIONS2);
	assert_int_equal(r->count, 2);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), 0x48561414);
}

static int act(const char *verb, u64 a, u64 b, u32 n)
{
	const struct vmbus_action v = { .verb = verb, .n = n, .arg = { a, b } };

	return world->dev->ops->act(world->dev, &v);
}

/* The same by an administrator; and one that was not there before. */
static void by_action(void **state)
{
	struct vpci_eject_complete done = { PCI_EJECTION_COMPLETE, VPCI_SLOT(0, 1), 0 };
	struct vpci_relations *r;

	(void)state;
	bring_up(VPCI_TEST, VPCI_TEST, VPCI_VERSION_1_4);
	assert_int_equal(act("eject", 5, 0, 1), -HV_EINVAL);
	assert_int_equal(act("eject", ~0ull, 0, 1), -HV_EINVAL);
	assert_int_equal(act("add", 1, 0, 1), -HV_EBUSY);
	assert_int_equal(act("add", 8, 0, 1), -HV_EINVAL);
	assert_int_equal(act("step", 8, 0, 1), -HV_ENOENT);
	assert_int_equal(act("eject", 1, 0, 1), 0);
	assert_int_equal(act("eject", 1, 0, 1), -HV_EBUSY);
	world_request(&done, sizeof(done), 0);
	world_pass(100000);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), ~0u);
	assert_int_equal(act("add", 0, 0, 0), 0);
	r = last_sent();
	assert_int_equal(r->type, PCI_BUS_RELATIONS2);
	assert_int_equal(r->count, 2);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), 0x48561414);
	assert_int_equal(act("add", 0, 0, 0), 0);
	r = last_sent();
	assert_int_equal(r->count, 3);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 2), 0, 4), 0x48561414);
	/* it comes back by itself */
	assert_int_equal(act("eject", 1, 500, 2), 0);
	world_request(&done, sizeof(done), 0);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), ~0u);
	world_pass(500);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), 0x48561414);
}

/* A bus that went with its last function comes with its first. */
static void the_bus_by_action(void **state)
{
	struct vpci_eject_complete done = { PCI_EJECTION_COMPLETE, 0, 0 };

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	assert_int_equal(act("eject", 0, 0, 1), 0);
	world_request(&done, sizeof(done), 0);
	assert_int_equal(world->rescinds, 1);
	assert_int_equal(act("add", 0, 0, 1), 0);
	assert_int_equal(world->offers, 2);
	world_open();
	assert_int_equal(negotiate(VPCI_VERSION_1_4), 0);
	assert_true(world_bus()->fn[0].present);
}

static void eject_the_last(void **state)
{
	struct vpci_eject_complete done = { PCI_EJECTION_COMPLETE, 0, 0 };

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	cfg_write(0, CAP_TEST + TEST_BACK, 4, 1000);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_EJECT);
	world_request(&done, sizeof(done), 0);
	assert_int_equal(world->rescinds, 1);
	assert_int_equal(world->offers, 1);
	world_pass(1000);
	assert_int_equal(world->offers, 2);
	world_open();
	assert_int_equal(negotiate(VPCI_VERSION_1_4), 0);
	assert_true(world_bus()->fn[0].present);
}

static void blocks(void **state)
{
	struct {
		struct vpci_write_block m;
		u8 bytes[VPCI_BLOCK_MAX];
	} __packed w = { { PCI_WRITE_BLOCK, 2, 0, 5 }, "abcd" };
	struct vpci_read_block r = { PCI_READ_BLOCK, 2, 0, 5 };
	struct vpci_invalidate_block *inv;

	(void)state;
	bring_up(VPCI_TEST, VPCI_PASSTHROUGH, VPCI_VERSION_1_4);
	assert_int_equal(status_of(&w, sizeof(w)), 0);
	assert_int_equal(status_of(&r, sizeof(r)), 0);
	assert_memory_equal((u8 *)last_sent() + 4, "abcd", 5);
	w.m.bytes = VPCI_BLOCK_MAX + 1;
	assert_int_equal(status_of(&w, sizeof(w)), VPCI_STATUS_INVALID_PARAMETER);
	w.m.bytes = 100;
	assert_int_equal(status_of(&w, sizeof(w.m) + 99), VPCI_STATUS_INVALID_PARAMETER);
	r.block = BLOCKS;
	assert_int_equal(status_of(&r, sizeof(r)), VPCI_STATUS_INVALID_PARAMETER);
	r.block = 0;
	r.slot = VPCI_SLOT(0, 1);	/* a passed-through one has none */
	assert_int_equal(status_of(&r, sizeof(r)), VPCI_STATUS_INVALID_PARAMETER);
	cfg_write(0, CAP_TEST + TEST_COMMAND, 4, OP_INVALIDATE | 3 << 16);
	inv = last_sent();
	assert_int_equal(inv->type, PCI_INVALIDATE_BLOCK);
	assert_int_equal(inv->mask, 1 << 3);
}

static void ring_full(void **state)
{
	struct vpci_version_request m = { PCI_QUERY_PROTOCOL_VERSION, VPCI_VERSION_1_4 };

	(void)state;
	make(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	world->nsent = 0;
	world->room = 0;
	world_request(&m, sizeof(m), 1);
	assert_int_equal(world->nsent, 0);
	/* The next is not taken while an answer waits. */
	world->pkt_there = true;
	world->dev->ops->signal(&world->ch);
	assert_true(world->pkt_there);
	world->pkt_there = false;
	world->room = 1;
	world->dev->ops->signal(&world->ch);
	assert_int_equal(world->nsent, 1);
	assert_int_equal(world->sent[0].trans_id, 1);
	assert_null(world_bus()->waiting);
}

static void script_faults(void **state)
{
	struct vpci_version_request m = { PCI_QUERY_PROTOCOL_VERSION, VPCI_VERSION_1_4 };
	u32 before;

	(void)state;
	make(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	before = world->nsent;
	world->fault = (struct fault){ .action = FAULT_DROP };
	world_request(&m, sizeof(m), 1);
	assert_int_equal(world->nsent, before);
	world->fault = (struct fault){ .action = FAULT_DUPLICATE };
	world_request(&m, sizeof(m), 2);
	assert_int_equal(world->nsent, before + 2);
	world->fault = (struct fault){ .action = FAULT_REFUSE, .status = 0xc0000001 };
	world_request(&m, sizeof(m), 3);
	assert_int_equal(*(u32 *)last_sent(), 0xc0000001);
	world->fault = (struct fault){ .action = FAULT_STALE_ID };
	world_request(&m, sizeof(m), 4);
	assert_int_equal(world->sent[world->nsent - 1].trans_id, 3);
	world->fault = (struct fault){ .action = FAULT_LONG, .len = 1 << 30 };
	world_request(&m, sizeof(m), 5);
	assert_int_equal(world->sent[world->nsent - 1].len, REPLY_MAX);
	world->fault = (struct fault){ .delay = 100 };
	before = world->nsent;
	world_request(&m, sizeof(m), 6);
	assert_int_equal(world->nsent, before);
	world_pass(100);
	assert_int_equal(world->nsent, before + 1);
	world->fault = (struct fault){ .action = FAULT_REORDER };
	world_request(&m, sizeof(m), 7);
	assert_int_equal(world->nsent, before + 1);
	world->fault = (struct fault){ .action = FAULT_NONE };
	world_request(&m, sizeof(m), 8);
	assert_int_equal(world->nsent, before + 3);
	assert_int_equal(world->sent[before + 1].trans_id, 8);
	assert_int_equal(world->sent[before + 2].trans_id, 7);
	world->fault = (struct fault){ .action = FAULT_THEN_RESCIND };
	world_request(&m, sizeof(m), 9);
	assert_int_equal(world->nsent, before + 4);
	assert_int_equal(world->rescinds, 1);
	world_open();
	world->fault = (struct fault){ .action = FAULT_RESCIND };
	world_request(&m, sizeof(m), 10);
	assert_int_equal(world->nsent, before + 4);
	assert_int_equal(world->rescinds, 2);
}

static void passthrough(void **state)
{
	u32 slot = 0, a, b, *e;

	(void)state;
	bring_up(VPCI_PASSTHROUGH, VPCI_NONE, VPCI_VERSION_1_4);
	cfg_write(slot, 0x10, 4, (u32)HIGH + 0x4000);
	cfg_write(slot, 0x14, 4, (u32)(HIGH >> 32));
	cfg_write(slot, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(hw_bar(), HIGH + 0x4000);
	assert_int_equal(world->config[PCI_COMMAND], 6);
	e = world->table + HW_TABLE / 4;
	a = create_message(slot, 0xef, 0, 1);
	b = create_message(slot, 0xef, 0, 1);
	write_entry(e, 5, a, 1);
	write_entry(e, 6, b, 1);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x51, 4), 0);
	assert_int_equal(e[20], 0xfee02000);
	assert_int_equal(e[22], 0x51);
	assert_int_equal(e[23], 1);
	assert_int_equal(e[24], PCI_HANDLE_ADDRESS);
	/* Again, though the number is not there any more; and after the guest restored it. */
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x52, 2), 0);
	assert_int_equal(e[20], 0xfee01000);
	assert_int_equal(e[22], 0x52);
	write_entry(e, 5, a, 1);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x53, 1), 0);
	assert_int_equal(e[22], 0x53);
	/* Freed: the entry leads nowhere, and the number may go elsewhere. */
	assert_int_equal(pci_interrupt_delete(&world_bus()->fn[0], a), 0);
	assert_int_equal(e[20], PCI_HANDLE_ADDRESS);
	assert_int_equal(create_message(slot, 0x60, 0, 1), a);
	write_entry(e, 7, a, 1);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x61, 1), 0);
	assert_int_equal(e[30], 0x61);
	assert_int_equal(e[22], NO_MESSAGE);
	/* Leaving the bus turns it off. */
	world->dev->ops->reset(world->dev);
	assert_int_equal(world->config[PCI_COMMAND], 0);
}

static void passthrough_msi(void **state)
{
	u32 a;

	(void)state;
	bring_up(VPCI_PASSTHROUGH, VPCI_NONE, VPCI_VERSION_1_4);
	/* Capable of 32 messages; the guest is told of one. */
	assert_int_equal(cfg_read(0, HW_MSI + 2, 2), MSI_64);
	assert_int_equal(cfg_read(0, HW_MSI, 4) >> 16, MSI_64);
	a = create_message(0, 0x33, 1, 1);
	cfg_write(0, HW_MSI + 4, 4, PCI_HANDLE_ADDRESS);
	cfg_write(0, HW_MSI + 8, 4, 0);
	cfg_write(0, HW_MSI + 12, 2, a);
	assert_int_equal(hw_config_read(HW_BDF, HW_MSI + 4, 4), 0xfee01000);
	assert_int_equal(hw_config_read(HW_BDF, HW_MSI + 12, 2), 0x33);
	assert_int_equal(cfg_read(0, HW_MSI + 4, 4), PCI_HANDLE_ADDRESS);
	assert_int_equal(cfg_read(0, HW_MSI + 12, 2), a);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x77, 8), 0);
	assert_int_equal(hw_config_read(HW_BDF, HW_MSI + 4, 4), 0xfee03000);
	assert_int_equal(hw_config_read(HW_BDF, HW_MSI + 12, 2), 0x77);
}

static void absent_function(void **state)
{
	struct vpci_config c = { .function = { { .kind = VPCI_PASSTHROUGH, .bdf = 4 << 3 } } };

	(void)state;
	assert_int_equal(vpci_create(&world->vm, 0, &c), -HV_ENOENT);
	assert_int_equal(world->offers, 0);
	assert_int_equal(vpci_find_class(&world->vm, 0x010802, 0), HW_BDF);
	assert_int_equal(vpci_find_class(&world->vm, 0x010802, 1), -HV_ENOENT);
}

static void by_class(void **state)
{
	struct vpci_config c = { .function = { { .kind = VPCI_CLASS, .class = 0x010802 } } };
	struct vpci_config same = { .function = { { .kind = VPCI_PASSTHROUGH, .bdf = HW_BDF } } };

	(void)state;
	assert_int_equal(vpci_create(&world->vm, 0, &c), 0);
	assert_int_equal(world_bus()->fn[0].desc.base_class, 1);
	/* there is one, and it is taken */
	assert_int_equal(vpci_create(&world->vm, 1, &c), -HV_ENOENT);
	assert_int_equal(vpci_create(&world->vm, 1, &same), -HV_EBUSY);
	assert_int_equal(world->offers, 1);
}

static u32 port(u16 at, u32 size, bool write, u32 value)
{
	pci_port_access(&world->vm, at, size, write, &value);
	return value;
}

static void ports(void **state)
{
	(void)state;
	port(0xcf8, 4, true, 0x80000000 | HW_BDF << 8 | 0x08);
	assert_int_equal(port(0xcf8, 4, false, 0), 0x80000000 | HW_BDF << 8 | 0x08);
	assert_int_equal(port(0xcfc, 4, false, 0), 0x01080202);
	assert_int_equal(port(0xcfe, 2, false, 0), 0x0108);
	assert_int_equal(port(0xcfe, 4, false, 0), ~0u);
	make(VPCI_PASSTHROUGH, VPCI_NONE, VPCI_VERSION_1_4);
	assert_int_equal(port(0xcfc, 4, false, 0), ~0u);
	port(0xcf8, 4, true, 0x80000000 | HW_BDF << 8 | PCI_COMMAND);
	port(0xcfc, 2, true, 6);
	assert_int_equal(world->config[PCI_COMMAND], 0);
	assert_int_equal(world->resets, 0);
	port(0xcf9, 1, true, 0x06);
	assert_int_equal(world->resets, 1);
}

static void hostile_messages(void **state)
{
	u8 message[256] = { 0 };
	u32 type, len;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	/* Every type at every length: an answer each, and the sanitizer quiet. */
	for (type = 0x4248fff0; type < 0x42490030; type++) {
		memcpy(message, &type, 4);
		for (len = 0; len < sizeof(message); len++)
			world_request(message, len, len);
	}
	assert_true(world->refused > 1000);
	memset(message, 0xff, sizeof(message));
	for (type = 0x42490000; type < 0x42490020; type++) {
		memcpy(message, &type, 4);
		world_request(message, sizeof(message), 1);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(versions), T(relations), T(requirements), T(d0), T(config_space), T(mmio_sizes),
		T(bars), T(bars_refused), T(msix), T(retarget_refused), T(create_in_all_versions),
		T(checksum_engine), T(delayed_command), T(eject_one_of_two), T(eject_the_last),
		T(by_action), T(the_bus_by_action),
		T(blocks), T(ring_full), T(script_faults), T(passthrough), T(passthrough_msi),
		T(absent_function), T(by_class), T(ports), T(hostile_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
