// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space of the functions on a paravirtual bus. The guest's driver
 * names a window of two pages when it powers the bus (PCI_BUS_D0ENTRY); tlfs/
 * brings its MMIO hypercalls on that window here. The header's identity, BARs and
 * command register are kept by hvhost for every kind of function: a BAR reaches
 * the function only once the guest turns memory decoding on, and only when it
 * lies where it harms nothing. All other registers are the function's own.
 */
#include "acpi.h"
#include "counters.h"
#include "lib.h"
#include "pci.h"

static u64 bar_end(const struct pci_bar *b)
{
	return b->address + b->size;
}

static bool in_windows(u64 start, u64 size)
{
	static const u64 window[2][2] = {
		{ VMBUS_MMIO_LOW_BASE, VMBUS_MMIO_LOW_SIZE },
		{ VMBUS_MMIO_HIGH_BASE, VMBUS_MMIO_HIGH_SIZE },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(window); i++)
		if (start >= window[i][0] && size <= window[i][1] &&
		    start - window[i][0] <= window[i][1] - size)
			return true;
	return false;
}

/* Does [start, start + size) touch anything of any bus that is decoded now? */
static bool overlaps(struct vpci *vpci, u64 start, u64 size)
{
	struct vpci_bus *bus;
	struct pci_bar *b;
	u32 i, j;

	for (bus = vpci->buses; bus; bus = bus->next) {
		if (bus->d0 && start < bus->window + VPCI_CONFIG_WINDOW &&
		    bus->window < start + size)
			return true;
		for (i = 0; i < VPCI_MAX_FUNCTIONS; i++) {
			for (j = 0; j < VPCI_BARS; j++) {
				b = &bus->fn[i].bar[j];
				if (b->mapped && start < bar_end(b) && b->address < start + size)
					return true;
			}
		}
	}
	return false;
}

bool pci_window_ok(struct vpci_bus *bus, u64 window)
{
	return !(window & (PAGE_SIZE - 1)) && in_windows(window, VPCI_CONFIG_WINDOW) &&
	       !overlaps(bus->vm->vpci, window, VPCI_CONFIG_WINDOW);
}

static void unmap_bars(struct pci_function *f)
{
	u32 i;

	for (i = 0; i < VPCI_BARS; i++) {
		if (!f->bar[i].mapped)
			continue;
		f->ops->bar_unmap(f, i, f->bar[i].address);
		f->bar[i].mapped = false;
	}
}

static bool map_bars(struct pci_function *f)
{
	struct pci_bar *b;
	u32 i;

	for (i = 0; i < VPCI_BARS; i++) {
		b = &f->bar[i];
		if (!b->size)
			continue;
		if (!in_windows(b->address, b->size)) {
			vpci_refused(f->bus, "BAR %u of slot %#x at %#llx: in no window", i,
				     f->desc.slot, (unsigned long long)b->address);
			break;
		}
		if (overlaps(f->bus->vm->vpci, b->address, b->size)) {
			vpci_refused(f->bus, "BAR %u of slot %#x at %#llx: taken", i,
				     f->desc.slot, (unsigned long long)b->address);
			break;
		}
		if (f->ops->bar_map(f, i, b->address)) {
			vpci_refused(f->bus, "BAR %u of slot %#x at %#llx: cannot be mapped", i,
				     f->desc.slot, (unsigned long long)b->address);
			break;
		}
		b->mapped = true;
	}
	if (i == VPCI_BARS)
		return true;
	unmap_bars(f);
	return false;
}

static void command_write(struct pci_function *f, u16 command)
{
	u16 changed = (command ^ f->command) & PCI_COMMAND_RW;

	command &= PCI_COMMAND_RW;
	if (changed & PCI_COMMAND_MEMORY) {
		if (!(command & PCI_COMMAND_MEMORY))
			unmap_bars(f);
		else if (!map_bars(f))
			command &= ~PCI_COMMAND_MEMORY;	/* reads back as refused */
	}
	f->command = command;
	f->ops->command(f, command);
}

/* BAR register @i as the guest sees it: of a 64-bit BAR, the upper half is one too. */
static u32 bar_read(const struct pci_function *f, u32 i)
{
	const struct pci_bar *b = &f->bar[i];

	if (b->size)
		return (u32)b->address | b->flags;
	if (i && (f->bar[i - 1].flags & PCI_BAR_64))
		return f->bar[i - 1].address >> 32;
	return 0;
}

static void bar_write(struct pci_function *f, u32 i, u32 value)
{
	struct pci_bar *b = &f->bar[i];
	bool upper = !b->size && i && (f->bar[i - 1].flags & PCI_BAR_64);

	/* As Hyper-V: a BAR that is decoded does not move. */
	if (f->command & PCI_COMMAND_MEMORY)
		return;
	if (upper) {
		b--;
		b->address = (u32)b->address | (u64)value << 32;
	} else {
		b->address = (b->address & ~0xffffffffull) | value;
	}
	b->address &= ~(b->size - 1);
	if (!b->size)
		b->address = 0;
}

u32 pci_probed_bar(const struct pci_function *f, u32 i)
{
	const struct pci_bar *b = &f->bar[i];

	if (b->size)
		return (u32)~(b->size - 1) | b->flags;
	if (i && (f->bar[i - 1].flags & PCI_BAR_64))
		return ~(f->bar[i - 1].size - 1) >> 32;
	return 0;
}

/* The dword at @where (aligned) of the part that is kept here; false: not kept. */
static bool header_read(struct pci_function *f, u32 where, u32 *value)
{
	const struct vpci_function_desc *d = &f->desc;

	switch (where) {
	case 0x00:
		*value = d->vendor | (u32)d->device << 16;
		return true;
	case PCI_COMMAND:
		*value = f->command | f->ops->config_read(f, PCI_STATUS, 2) << 16;
		return true;
	case PCI_REVISION:
		*value = d->revision | d->prog_if << 8 | d->subclass << 16 |
			 (u32)d->base_class << 24;
		return true;
	case 0x0c:
		/*
		 * Cache line, latency, header type 0, no self test. More than one function:
		 * others may be added, and a guest looks for them only if it is told so.
		 */
		*value = 0x00800000;
		return true;
	case PCI_SUBSYSTEM:
		*value = d->subsystem;
		return true;
	case PCI_CARDBUS:
	case PCI_ROM:
	case PCI_INTERRUPT_LINE:	/* there are no line interrupts */
		*value = 0;
		return true;
	}
	if (where < PCI_BAR0 || where >= PCI_CARDBUS)
		return false;
	*value = bar_read(f, (where - PCI_BAR0) / 4);
	return true;
}

static bool access_ok(u32 where, u32 size)
{
	return (size == 1 || size == 2 || size == 4) && where < VPCI_CONFIG_PAGE &&
	       !(where & (size - 1));
}

u32 pci_config_read(struct pci_function *f, u32 where, u32 size)
{
	u32 mask = size == 4 ? ~0u : (1u << (8 * size)) - 1;
	u32 value;

	if (!access_ok(where, size))
		return ~0u;
	if (header_read(f, where & ~3u, &value))
		return value >> (8 * (where & 3)) & mask;
	return f->ops->config_read(f, where, size) & mask;
}

void pci_config_write(struct pci_function *f, u32 where, u32 size, u32 value)
{
	u32 mask = size == 4 ? ~0u : (1u << (8 * size)) - 1;
	u32 shift = 8 * (where & 3), old;

	if (!access_ok(where, size))
		return;
	value &= mask;
	if (where >= PCI_CAPABILITIES + 4 && where < PCI_INTERRUPT_LINE)
		return;
	if (where >= 0x40) {
		f->ops->config_write(f, where, size, value);
		return;
	}
	if (!header_read(f, where & ~3u, &old))
		return;
	value = (old & ~(mask << shift)) | value << shift;
	where &= ~3u;
	if (where == PCI_COMMAND)
		command_write(f, (u16)value);
	else if (where >= PCI_BAR0 && where < PCI_CARDBUS)
		bar_write(f, (where - PCI_BAR0) / 4, value);
}

void pci_function_reset(struct pci_function *f)
{
	u32 i;

	if (!f->ops)
		return;
	command_write(f, 0);
	pci_interrupt_delete_all(f);
	for (i = 0; i < VPCI_BARS; i++)
		f->bar[i].address = 0;
	f->assigned = false;
	f->ejecting = false;
	f->ops->reset(f);
}

/* ---- the window ---- */

static bool in_window(const struct vpci_bus *bus, u64 gpa)
{
	return gpa >= bus->window && gpa - bus->window < VPCI_CONFIG_WINDOW;
}

/*
 * A bus that went while the guest had it in D0 leaves its window as a device that was
 * pulled: reads give ones, which is how hv_compose_msi_msg() notices.
 */
static struct vpci_bus *window_bus(struct vm *vm, u64 gpa)
{
	struct vpci_bus *bus, *gone = NULL;

	for (bus = vm->vpci ? vm->vpci->buses : NULL; bus; bus = bus->next) {
		if (bus->d0 && in_window(bus, gpa))
			return bus;
		if (bus->gone && in_window(bus, gpa))
			gone = bus;
	}
	return gone;
}

static int window_check(struct vm *vm, u64 gpa, u32 size, struct vpci_bus **bus, u32 *at)
{
	*bus = window_bus(vm, gpa);
	if (!*bus) {
		count(vm, COUNT_REFUSED, 1);
		if (!vm->vpci || refusal_told(&vm->vpci->refusals, "vpci", "no window"))
			hv_log("vpci: MMIO hypercall on %#llx: no configuration window there",
			       (unsigned long long)gpa);
		return -HV_EFAULT;
	}
	*at = (u32)(gpa - (*bus)->window);
	if ((size == 1 || size == 2 || size == 4) && !(*at & (size - 1)))
		return 0;
	vpci_refused(*bus, "configuration access of %u bytes at offset %#x", size, *at);
	return -HV_EINVAL;
}

int vpci_mmio_read(struct vm *vm, u64 gpa, u32 size, void *data)
{
	struct pci_function *f;
	struct vpci_bus *bus;
	u32 at, value = ~0u;
	int err;

	err = window_check(vm, gpa, size, &bus, &at);
	if (err)
		return err;
	if (bus->gone) {
		value = ~0u;
	} else if (at < VPCI_CONFIG_PAGE) {
		value = at ? 0 : bus->slot;
	} else {
		f = vpci_function_at(bus, bus->slot);
		if (f)
			value = pci_config_read(f, at - VPCI_CONFIG_PAGE, size);
	}
	memcpy(data, &value, size);
	return 0;
}

int vpci_mmio_write(struct vm *vm, u64 gpa, u32 size, const void *data)
{
	struct pci_function *f;
	struct vpci_bus *bus;
	u32 at, value = 0;
	int err;

	err = window_check(vm, gpa, size, &bus, &at);
	if (err)
		return err;
	if (bus->gone)
		return 0;
	memcpy(&value, data, size);
	if (at < VPCI_CONFIG_PAGE) {
		if (at == 0 && size == 4)
			bus->slot = value;
		return 0;
	}
	f = vpci_function_at(bus, bus->slot);
	if (f)
		pci_config_write(f, at - VPCI_CONFIG_PAGE, size, value);
	return 0;
}
