// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts of functions behind a vPCI bus (device/pci_intr.c), and a function that uses them. */
#include "pci_driver.h"

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
	assert_int_equal(vpci_retarget(&world->vm, id + 1, PCI_HANDLE_ADDRESS, a, 64, 1),
			 -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id | 1ull << 32, PCI_HANDLE_ADDRESS, a, 64, 1),
			 -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, 0xfee00000, a, 64, 1), -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a + 1, 64, 1),
			 -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, ~0u, 64, 1), -HV_ENOENT);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 15, 1), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 256, 1), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 64, 0), -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 64, 1 << 4),
			 -HV_EINVAL);
	assert_int_equal(vpci_retarget(&world->vm, id, PCI_HANDLE_ADDRESS, a, 64, 1 << 3), 0);
}

static void create_in_all_versions(void **state)
{
	struct vpci_create_interrupt v1 = { PCI_CREATE_INTERRUPT_MESSAGE, 0, 50, 0, 1, 0, ~0ull };
	struct vpci_create_interrupt3 v3 = {
		PCI_CREATE_INTERRUPT_MESSAGE3, 0, 51, 0, 0, 1, 1, { 2 }
	};
	struct vpci_delete_interrupt gone = { .type = PCI_DELETE_INTERRUPT_MESSAGE };
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
	gone.desc.address = PCI_HANDLE_ADDRESS;
	gone.desc.data = 32;
	assert_int_equal(status_of(&gone, sizeof(gone)), VPCI_STATUS_SUCCESS);
	assert_int_equal(status_of(&gone, sizeof(gone)), VPCI_STATUS_INVALID_PARAMETER);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(msix), T(retarget_refused), T(create_in_all_versions), T(checksum_engine),
		T(delayed_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
