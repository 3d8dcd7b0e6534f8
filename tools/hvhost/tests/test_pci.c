// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vPCI room (device/pci*.c, backend/vfunction.c) against what a guest's driver
 * does, from the version to the functions' BARs, and against what none should.
 * Interrupts, functions that come and go and those of the machine have files of their own.
 */
#include "pci_driver.h"

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

/* A bus does not put its window over what another one has there. */
static void windows_of_two_buses(void **state)
{
	struct vpci_config c = { .function = { { .kind = VPCI_TEST } } };

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	place_test_bars(0);
	assert_int_equal(vpci_create(&world->vm, 1, &c), 0);
	world_open();
	assert_int_equal(negotiate(VPCI_VERSION_1_4), VPCI_STATUS_SUCCESS);
	assert_int_equal(enter(WINDOW), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(WINDOW + VPCI_CONFIG_WINDOW - 0x1000),
			 VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(LOW), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(LOW + 0x1000 - VPCI_CONFIG_WINDOW), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(HIGH), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(enter(WINDOW + VPCI_CONFIG_WINDOW), VPCI_STATUS_SUCCESS);
}

/* The steps of a function: resources given in each version's words and taken back, power. */
static void resources_and_power(void **state)
{
	struct vpci_resources_assigned one = { .type = PCI_RESOURCES_ASSIGNED };
	struct vpci_resources_assigned2 two = { .type = PCI_RESOURCES_ASSIGNED2 };
	struct vpci_child_message three = { PCI_RESOURCES_ASSIGNED3, 0 };
	struct vpci_child_message released = { PCI_RESOURCES_RELEASED, 0 };
	struct vpci_power_change power = { PCI_POWER_STATE_CHANGE, 0, 3, 0 };
	struct vpci_power_changed *r;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	assert_int_equal(status_of(&one, sizeof(one)), VPCI_STATUS_SUCCESS);
	assert_int_equal(status_of(&two, sizeof(two)), VPCI_STATUS_SUCCESS);
	assert_int_equal(status_of(&three, sizeof(three)), VPCI_STATUS_SUCCESS);
	place_test_bars(0);
	assert_int_equal(status_of(&released, sizeof(released)), VPCI_STATUS_SUCCESS);
	assert_int_equal(cfg_read(0, PCI_COMMAND, 2), 0);
	assert_int_equal(status_of(&power, sizeof(power)), VPCI_STATUS_SUCCESS);
	r = last_sent();
	assert_int_equal(r->slot, 0);
	assert_int_equal(r->state, 3);
	/* of a function that is not there */
	one.slot = two.slot = three.slot = released.slot = power.slot = VPCI_SLOT(0, 1);
	assert_int_equal(status_of(&one, sizeof(one)), VPCI_STATUS_NO_SUCH_DEVICE);
	assert_int_equal(status_of(&two, sizeof(two)), VPCI_STATUS_NO_SUCH_DEVICE);
	assert_int_equal(status_of(&three, sizeof(three)), VPCI_STATUS_NO_SUCH_DEVICE);
	assert_int_equal(status_of(&released, sizeof(released)), VPCI_STATUS_NO_SUCH_DEVICE);
	assert_int_equal(status_of(&power, sizeof(power)), VPCI_STATUS_NO_SUCH_DEVICE);
	/* and in words of a later version than was agreed on */
	assert_int_equal(negotiate(VPCI_VERSION_1_1), VPCI_STATUS_SUCCESS);
	two.slot = three.slot = 0;
	assert_int_equal(status_of(&two, sizeof(two)), VPCI_STATUS_INVALID_PARAMETER);
	assert_int_equal(status_of(&three, sizeof(three)), VPCI_STATUS_INVALID_PARAMETER);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(versions), T(relations), T(requirements), T(d0),
		T(windows_of_two_buses), T(resources_and_power), T(config_space), T(mmio_sizes),
		T(bars), T(bars_refused), T(blocks), T(ring_full), T(script_faults),
		T(hostile_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
