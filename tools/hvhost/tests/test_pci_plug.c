// SPDX-License-Identifier: GPL-2.0-only
/* Functions that leave a vPCI bus and come to it, and the bus with them (device/pci_plug.c). */
#include "pci_driver.h"

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

/* Asked for again before the guest has let go of it: that one comes, and no third. */
static void added_while_it_goes(void **state)
{
	struct vpci_eject_complete done = { PCI_EJECTION_COMPLETE, VPCI_SLOT(0, 1), 0 };
	struct vpci_relations *r;

	(void)state;
	bring_up(VPCI_TEST, VPCI_TEST, VPCI_VERSION_1_4);
	assert_int_equal(act("eject", 1, 0, 1), 0);
	assert_int_equal(act("add", 0, 0, 0), 0);
	assert_false(world_bus()->fn[2].present);
	world_request(&done, sizeof(done), 0);
	assert_int_equal(cfg_read(VPCI_SLOT(0, 1), 0, 4), ~0u);
	world_pass(1);
	r = last_sent();
	assert_int_equal(r->type, PCI_BUS_RELATIONS2);
	assert_int_equal(r->count, 2);
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

/* What a driver in the middle of it reads then, and afterwards. */
static void a_bus_that_went(void **state)
{
	u32 v = 0;

	(void)state;
	bring_up(VPCI_TEST, VPCI_NONE, VPCI_VERSION_1_4);
	assert_int_equal(cfg_read(0, 0, 4), 0x48561414);
	world->dev->ops->close(&world->ch);
	assert_int_equal(cfg_read(0, 0, 2), 0xffff);
	cfg_write(0, 4, 2, 7);
	world_open();
	assert_int_equal(negotiate(VPCI_VERSION_1_4), 0);
	assert_int_equal(cfg_read(0, 0, 4), ~0u);
	assert_int_equal(enter(WINDOW + VPCI_CONFIG_WINDOW), VPCI_STATUS_SUCCESS);
	assert_int_equal(vpci_mmio_read(&world->vm, WINDOW, 4, &v), -HV_EFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(eject_one_of_two), T(eject_the_last), T(by_action), T(added_while_it_goes),
		T(the_bus_by_action), T(a_bus_that_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
