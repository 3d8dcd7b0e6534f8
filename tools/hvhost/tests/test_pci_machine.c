// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the machine behind a vPCI bus (backend/passthrough.c), and the ports that
 * show them, or not, to the guest (device/pci_ports.c).
 */
#include "pci_driver.h"

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
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x51,
				       4),
			 0);
	assert_int_equal(e[20], 0xfee02000);
	assert_int_equal(e[22], 0x51);
	assert_int_equal(e[23], 1);
	assert_int_equal(e[24], PCI_HANDLE_ADDRESS);
	/* Again, though the number is not there any more; and after the guest restored it. */
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x52,
				       2),
			 0);
	assert_int_equal(e[20], 0xfee01000);
	assert_int_equal(e[22], 0x52);
	write_entry(e, 5, a, 1);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x53,
				       1),
			 0);
	assert_int_equal(e[22], 0x53);
	/* Freed: the entry leads nowhere, and the number may go elsewhere. */
	assert_int_equal(pci_interrupt_delete(&world_bus()->fn[0], a), 0);
	assert_int_equal(e[20], PCI_HANDLE_ADDRESS);
	assert_int_equal(create_message(slot, 0x60, 0, 1), a);
	write_entry(e, 7, a, 1);
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x61,
				       1),
			 0);
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
	assert_int_equal(vpci_retarget(&world->vm, bus_device_id(0), PCI_HANDLE_ADDRESS, a, 0x77,
				       8),
			 0);
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

static void chipset_put(u32 bdf, u32 where, u32 size, u32 value)
{
	port(0xcf8, 4, true, 0x80000000 | bdf << 8 | (where & ~3u));
	port((u16)(0xcfc + (where & 3)), size, true, value);
}

static u32 chipset(u32 where)
{
	return hw_config_read(ROOM_HOST_BRIDGE, where, 4);
}

static void ports(void **state)
{
	u32 found = 0;

	(void)state;
	for (u32 bdf = 0; bdf < 0x10000; bdf++) {
		port(0xcf8, 4, true, 0x80000000 | bdf << 8);
		found += port(0xcfc, 4, false, 0) != ~0u;
	}
	assert_int_equal(found, 1);
	port(0xcf8, 4, true, 0x80000000);
	assert_int_equal(port(0xcf8, 4, false, 0), 0x80000000);
	assert_int_equal(port(0xcfc, 4, false, 0), 0x29c08086);
	assert_int_equal(port(0xcfe, 2, false, 0), 0x29c0);
	assert_int_equal(port(0xcfe, 4, false, 0), ~0u);
	port(0xcf8, 4, true, 0);
	assert_int_equal(port(0xcfc, 4, false, 0), ~0u);
	port(0xcf8, 4, true, 0x80000000 | HW_BDF << 8 | PCI_COMMAND);
	port(0xcfc, 2, true, 6);
	assert_int_equal(world->config[PCI_COMMAND], 0);
	assert_int_equal(world->resets, 0);
	port(0xcf9, 1, true, 0x06);
	assert_int_equal(world->resets, 1);
}

/* The chipset: ACPI finds interrupt lines and sets them, and nobody moves a window. */
static void chipset_stays(void **state)
{
	u32 before;

	(void)state;
	for (u32 where = 0; where < 256; where++) {
		before = chipset(where & ~3u);
		chipset_put(ROOM_HOST_BRIDGE, where & ~3u, 4, 0x5a5a5a5a);
		chipset_put(ROOM_HOST_BRIDGE, where, 1, 0x5a);
		chipset_put(ROOM_LPC, where & ~3u, 4, 0x5a5a5a5a);
		if ((where & ~0xbu) != 0x60)
			chipset_put(ROOM_LPC, where, 1, 0x5a);
		assert_int_equal(chipset(where & ~3u), before);
	}
	chipset_put(ROOM_LPC, 0x62, 1, 0x0b);
	chipset_put(ROOM_LPC, 0x69, 1, 0x8a);
	assert_int_equal(chipset(0x60), 0x000b0000);
	assert_int_equal(chipset(0x68), 0x00008a00);
	port(0xcf8, 4, true, 0x80000000 | ROOM_LPC << 8 | 0x60);
	assert_int_equal(port(0xcfc, 4, false, 0), 0x000b0000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(passthrough), T(passthrough_msi), T(absent_function), T(by_class), T(ports), T(chipset_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
