// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile guest on a vPCI bus: the input is a list of things it does, packets of
 * any content, configuration accesses, retargets, port accesses, writes into the
 * BARs it has mapped, and time. The fakes abort when the room maps two things at
 * one address, touches registers a function does not decode, or raises a vector
 * no guest may have; the sanitizers see the rest.
 */
#include "input.h"
#include "pci_room.h"

/* Often something valid, so that runs get further than the first check. */
static u64 place(struct input *in)
{
	u64 v = take(in, 1);

	switch (v & 7) {
	case 0:
		return VMBUS_MMIO_HIGH_BASE + (v >> 3) * 0x1000;
	case 1:
		return take(in, 8);
	default:
		return VMBUS_MMIO_LOW_BASE + (v >> 3) * 0x1000;
	}
}

static void packet(struct input *in)
{
	static const u8 lens[] = { 4, 8, 12, 16, 24, 68, 88, 148, 202, 0 };
	u8 m[256] = { 0 };
	u32 type = 0x42490000 + (take(in, 1) & 0x1f), slot = (u32)(take(in, 1) & 1) << 5;
	u32 len = lens[take(in, 1) % ARRAY_SIZE(lens)], i;
	u64 window = place(in);

	if (!len)
		len = (u32)take(in, 1);
	memcpy(m, &type, 4);
	memcpy(m + 4, &slot, 4);
	if (type == PCI_BUS_D0ENTRY)
		memcpy(m + 8, &window, 8);
	else if (type == PCI_QUERY_PROTOCOL_VERSION)
		m[4] = 1 + (slot >> 5) * 3, m[6] = 1;
	else
		for (i = 8; i < len && i < 40; i++)
			m[i] = (u8)take(in, 1);
	world->room = (u32)take(in, 1);
	if (world->dev && world_bus()->ch)
		world_request(m, len, take(in, 1));
}

static void config(struct input *in)
{
	static const u8 where[] = { 4, 0x10, 0x14, 0x18, 0x1c, 0x40, 0x42, 0x50, 0x54, 0x58, 0x5c,
				    0x5e, 0x60, 0x64, 0x68, 0xfc };
	u32 slot = (u32)(take(in, 1) & 1) << 5, at = where[take(in, 1) % ARRAY_SIZE(where)];
	u32 size = 1u << (take(in, 1) % 4), value = (u32)take(in, 4);
	u64 window = world_bus()->window;
	u8 data[64];

	if (at >= 0x10 && at < 0x20 && !(at & 4))
		value = (u32)place(in);
	if (at == 4)
		value &= 7;
	if (at == 0x1c || at == 0x14)
		value &= 0x20;
	vpci_mmio_write(&world->vm, window, 4, &slot);
	memcpy(data, &value, 4);
	memset(data + 4, 0, sizeof(data) - 4);
	vpci_mmio_write(&world->vm, window + 0x1000 + at, size, data);
	vpci_mmio_read(&world->vm, window + 0x1000 + at + (u32)take(in, 1), size, data);
}

static void bar_write_by_guest(struct input *in)
{
	u32 n = (u32)take(in, 1) % WORLD_MAPS, at = (u32)take(in, 2) & 0xffc, i;
	u32 value[4] = { PCI_HANDLE_ADDRESS, 0, (u32)take(in, 1), (u32)take(in, 1) & 1 };

	if (n & 1)
		for (i = 0; i < 4; i++)
			value[i] = (u32)take(in, 4);
	memcpy((u8 *)world->table + ((HW_TABLE + at) & 0x2ff0), value, 16);
	if (!world->map_gpa[n / 2])
		return;
	for (i = 0; i < 4; i++)
		memcpy((u8 *)world->map_page[n / 2] + ((at + 4 * i) & 0xffc), &value[i], 4);
}

static void step(struct input *in)
{
	u32 value;

	switch (take(in, 1) % 10) {
	case 0:
	case 1:
	case 2:
		packet(in);
		break;
	case 3:
	case 4:
	case 5:
		config(in);
		break;
	case 6:
		vpci_retarget(&world->vm, device_id(world_bus(), take(in, 1) & 7),
			      PCI_HANDLE_ADDRESS, (u32)take(in, 2), (u32)take(in, 1), take(in, 1));
		break;
	case 7:
		bar_write_by_guest(in);
		break;
	case 8:
		value = (u32)take(in, 4);
		pci_port_access(&world->vm, (u16)(0xcf8 + (take(in, 1) & 7)),
				1u << (take(in, 1) % 3), take(in, 1) & 1, &value);
		break;
	default:
		world->fault = (struct fault){ .action = take(in, 1) % (FAULT_RING_INDEX + 1),
					       .delay = take(in, 1), .len = (u32)take(in, 2) };
		world_pass(take(in, 2));
		if (take(in, 1) % 8 == 0)
			world->dev->ops->reset(world->dev);
		if (!world_bus()->ch && !world_bus()->rescinded)
			world_open();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vpci_config c = { .function = { { .kind = VPCI_TEST },
					       { .kind = VPCI_PASSTHROUGH, .bdf = HW_BDF } } };
	struct vpci_version_request hello = { PCI_QUERY_PROTOCOL_VERSION, VPCI_VERSION_1_4 };
	struct vpci_d0_entry entry = { PCI_BUS_D0ENTRY, 0, VMBUS_MMIO_LOW_BASE };
	struct input in = { data, size };
	u32 steps = 0;

	world_begin(3);
	if (vpci_create(&world->vm, 0, &c))
		abort();
	world_open();
	/* Half of the inputs start on a bus that is up. */
	if (take(&in, 1) & 1) {
		world_request(&hello, sizeof(hello), 1);
		world_request(&entry, sizeof(entry), 2);
	}
	while (in.left && steps++ < 64)
		step(&in);
	world->dev->ops->reset(world->dev);
	world_end();
	return 0;
}
