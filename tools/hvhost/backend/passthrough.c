// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function of the machine (QEMU's -device nvme, say) on a paravirtual bus.
 * device/pci.c makes it from a bdf. Configuration accesses of the guest go to
 * the real function through ports 0xcf8 and 0xcfc; its BARs go where the guest
 * puts them, mapped one to one, so register accesses cost no exit. Interrupts
 * neither: hvhost writes the real message, local APIC and vector, over the number
 * the guest wrote into the MSI-X table (or MSI capability) each time the guest
 * retargets, which its driver does before every unmask.
 *
 * There is no IOMMU: such a function can write all of the machine's memory,
 * hvhost's included, when its guest driver tells it to. It is for trusted guests.
 */
#include "counters.h"
#include "lib.h"
#include "../device/pci.h"

#define MSIX_MAX	2048u
#define NO_MESSAGE	0xffffu	/* no number of pci_intr.c */
#define MSI_CONTROL	2	/* from the MSI capability's start */
#define MSI_ADDRESS	4
#define  MSI_ENABLE	0x0001
#define  MSI_MULTIPLE	0x007e	/* capable and enabled numbers of messages */
#define  MSI_64		0x0080

struct passthrough {
	u16 bdf;
	u32 msi, msix;		/* offsets of the capabilities, 0: none */
	u32 msix_entries, msix_bar, msix_offset;
	bool msi_64;
	u64 msi_address;	/* what the guest wrote there */
	u32 msi_data;
	s16 entry[PCI_MAX_INTERRUPTS];	/* MSI-X entry of a message, -1: not known */
};

static const struct pci_machine *machine(const struct pci_function *f)
{
	return f->bus->vm->vpci->machine;
}

static u32 hw_read(const struct pci_function *f, u32 where, u32 size)
{
	const struct passthrough *p = f->priv;

	return machine(f)->read(p->bdf, where, size);
}

static void hw_write(const struct pci_function *f, u32 where, u32 size, u32 value)
{
	const struct passthrough *p = f->priv;

	machine(f)->write(p->bdf, where, size, value);
}

/* ---- interrupts ---- */

/* The real message for what the guest wrote; one to nowhere when it leads nowhere. */
static void resolve(const struct pci_function *f, u64 address, u32 data, u32 *real_address,
		    u32 *real_data)
{
	u8 vector;
	u32 vp;

	*real_address = PCI_HANDLE_ADDRESS;
	*real_data = data;
	if (!pci_target(f, address, data, &vector, &vp))
		return;
	*real_address = 0xfee00000u | f->bus->vm->vp[vp].apic_id << 12;
	*real_data = vector;	/* edge, fixed */
}

static void msi_write_hw(struct pci_function *f)
{
	struct passthrough *p = f->priv;
	u32 address, data;

	resolve(f, p->msi_address, p->msi_data, &address, &data);
	hw_write(f, p->msi + MSI_ADDRESS, 4, address);
	if (p->msi_64)
		hw_write(f, p->msi + MSI_ADDRESS + 4, 4, 0);
	hw_write(f, p->msi + MSI_ADDRESS + (p->msi_64 ? 8 : 4), 2, data);
}

/* The table in the function's BAR, or NULL while that is not decoded. */
static volatile u32 *msix_table(struct pci_function *f)
{
	struct passthrough *p = f->priv;
	struct pci_bar *b = &f->bar[p->msix_bar];

	if (!p->msix || !b->mapped)
		return NULL;
	return vm_mmio(f->bus->vm, b->address + p->msix_offset, p->msix_entries * PCI_MSIX_ENTRY);
}

static bool entry_is(volatile u32 *table, u32 n, u32 handle)
{
	return table[4 * n] == PCI_HANDLE_ADDRESS && table[4 * n + 2] == handle;
}

static s32 find_entry(struct passthrough *p, volatile u32 *table, u32 handle)
{
	u32 n;

	for (n = 0; n < p->msix_entries; n++)
		if (entry_is(table, n, handle))
			return (s32)n;
	return p->entry[handle];
}

static void passthrough_route(struct pci_function *f, u32 handle)
{
	struct passthrough *p = f->priv;
	volatile u32 *table;
	u32 address, data;
	s32 n;

	if (p->msi && p->msi_address == PCI_HANDLE_ADDRESS && p->msi_data == handle) {
		msi_write_hw(f);
		return;
	}
	table = msix_table(f);
	if (!table)
		return;
	resolve(f, PCI_HANDLE_ADDRESS, handle, &address, &data);
	n = find_entry(p, table, handle);
	if (n < 0) {
		if (address != PCI_HANDLE_ADDRESS)
			vpci_refused(f->bus, "message %u is in no MSI-X entry", handle);
		return;
	}
	p->entry[handle] = (s16)n;
	if (address == PCI_HANDLE_ADDRESS) {
		/* Freed: the number will be given again, for another entry perhaps. */
		p->entry[handle] = -1;
		data = NO_MESSAGE;
	}
	table[4 * n] = address;
	table[4 * n + 1] = 0;
	table[4 * n + 2] = data;
}

/* ---- configuration space ---- */

static u32 msi_length(const struct passthrough *p)
{
	return p->msi_64 ? 14 : 10;	/* control, address, data; masks follow */
}

/* Byte by byte into what the guest believes; then the real message. */
static void msi_write(struct pci_function *f, u32 at, u32 size, u32 value)
{
	struct passthrough *p = f->priv;
	u32 data_at = MSI_ADDRESS + (p->msi_64 ? 8 : 4);
	u32 i;

	for (i = 0; i < size; i++, at++, value >>= 8) {
		u64 byte = value & 0xff;

		if (at >= MSI_ADDRESS && at < data_at) {
			p->msi_address &= ~(0xffull << (8 * (at - MSI_ADDRESS)));
			p->msi_address |= byte << (8 * (at - MSI_ADDRESS));
		} else if (at >= data_at && at < data_at + 2) {
			p->msi_data &= ~(0xffu << (8 * (at - data_at)));
			p->msi_data |= (u32)byte << (8 * (at - data_at));
		}
	}
	msi_write_hw(f);
}

static u32 msi_shown(const struct passthrough *p, u32 at)
{
	u32 data_at = MSI_ADDRESS + (p->msi_64 ? 8 : 4);

	if (at >= data_at)
		return p->msi_data >> (8 * (at - data_at));
	return (u32)(p->msi_address >> (8 * (at - MSI_ADDRESS)));
}

static u32 passthrough_config_read(struct pci_function *f, u32 where, u32 size)
{
	struct passthrough *p = f->priv;
	u32 value, shift;

	if (where >= 256)
		return 0;	/* no extended capabilities by the ports */
	if (p->msi && where >= p->msi + MSI_ADDRESS && where < p->msi + msi_length(p))
		return msi_shown(p, where - p->msi);
	value = hw_read(f, where, size);
	/* Several messages would need one target: only one is offered. */
	if (p->msi && (where & ~3u) == p->msi && where + size > p->msi + MSI_CONTROL) {
		shift = 8 * (where & 3);
		value &= ~(((u32)MSI_MULTIPLE << 16) >> shift);
	}
	return value;
}

static void passthrough_config_write(struct pci_function *f, u32 where, u32 size, u32 value)
{
	struct passthrough *p = f->priv;

	if (where >= 256)
		return;
	if (p->msi && where + size > p->msi + MSI_ADDRESS && where < p->msi + msi_length(p)) {
		msi_write(f, where - p->msi, size, value);
		return;
	}
	if (p->msi && (where & ~3u) == p->msi)
		value &= ~(((u32)MSI_MULTIPLE << 16) >> (8 * (where & 3)));
	hw_write(f, where, size, value);
}

/* Decoding is off while a BAR moves; passthrough_command() turns it on behind the last. */
static int passthrough_bar_map(struct pci_function *f, u32 bar, u64 gpa)
{
	hw_write(f, PCI_BAR0 + 4 * bar, 4, (u32)gpa);
	if (f->bar[bar].flags & PCI_BAR_64)
		hw_write(f, PCI_BAR0 + 4 * bar + 4, 4, (u32)(gpa >> 32));
	return 0;
}

static void passthrough_bar_unmap(struct pci_function *f, u32 bar, u64 gpa)
{
	u32 command = hw_read(f, PCI_COMMAND, 2);

	(void)bar;
	(void)gpa;
	if (command & PCI_COMMAND_MEMORY)
		hw_write(f, PCI_COMMAND, 2, command & ~(u32)PCI_COMMAND_MEMORY);
}

static void passthrough_command(struct pci_function *f, u16 command)
{
	hw_write(f, PCI_COMMAND, 2, command);
}

static void passthrough_reset(struct pci_function *f)
{
	struct passthrough *p = f->priv;

	memset(p->entry, 0xff, sizeof(p->entry));
	p->msi_address = 0;
	p->msi_data = 0;
	hw_write(f, PCI_COMMAND, 2, 0);
	if (p->msi)
		hw_write(f, p->msi + MSI_CONTROL, 2, hw_read(f, p->msi + MSI_CONTROL, 2) &
						     ~(u32)MSI_ENABLE);
	if (p->msix)
		hw_write(f, p->msix + 2, 2, hw_read(f, p->msix + 2, 2) &
					    ~(u32)(PCI_MSIX_ENABLE | PCI_MSIX_MASKALL));
}

static const struct pci_function_ops passthrough_ops = {
	.name = "passthrough",
	.config_read = passthrough_config_read,
	.config_write = passthrough_config_write,
	.bar_map = passthrough_bar_map,
	.bar_unmap = passthrough_bar_unmap,
	.command = passthrough_command,
	.route = passthrough_route,
	.reset = passthrough_reset,
};

/* ---- finding out what the function has ---- */

static u64 bar_size(const struct pci_function *f, u32 bar, u32 *flags)
{
	u32 at = PCI_BAR0 + 4 * bar, low, high = ~0u;
	u64 mask;

	hw_write(f, at, 4, ~0u);
	low = hw_read(f, at, 4);
	*flags = low & (PCI_BAR_64 | PCI_BAR_PREFETCH);
	if (!low || (low & PCI_BAR_IO))
		return 0;
	if (low & PCI_BAR_64) {
		if (bar == VPCI_BARS - 1)
			return 0;
		hw_write(f, at + 4, 4, ~0u);
		high = hw_read(f, at + 4, 4);
	}
	mask = (u64)high << 32 | (low & ~0xfu);
	/* A small one gets a page to itself: the guest maps pages. */
	return mask ? MAX(~mask + 1, PAGE_SIZE) : 0;
}

static void find_bars(struct pci_function *f)
{
	u32 i;

	for (i = 0; i < VPCI_BARS; i++) {
		f->bar[i].size = bar_size(f, i, &f->bar[i].flags);
		if (!f->bar[i].size)
			f->bar[i].flags = 0;
		else if (f->bar[i].flags & PCI_BAR_64)
			i++;
	}
}

static void found_msix(struct pci_function *f, u32 at)
{
	struct passthrough *p = f->priv;
	u32 table = hw_read(f, at + 4, 4);

	p->msix_entries = (hw_read(f, at + 2, 2) & (MSIX_MAX - 1)) + 1;
	p->msix_bar = table & 7;
	p->msix_offset = table & ~7u;
	/* A table outside of its BAR would have us write elsewhere. */
	if (p->msix_bar < VPCI_BARS &&
	    (u64)p->msix_offset + p->msix_entries * PCI_MSIX_ENTRY <= f->bar[p->msix_bar].size)
		p->msix = at;
}

static void find_capabilities(struct pci_function *f)
{
	struct passthrough *p = f->priv;
	u32 at, id, n;

	if (!(hw_read(f, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST))
		return;
	at = hw_read(f, PCI_CAPABILITIES, 1) & 0xfc;
	for (n = 0; at >= 0x40 && n < 48; n++) {
		id = hw_read(f, at, 1);
		if (id == PCI_CAP_MSIX)
			found_msix(f, at);
		if (id == PCI_CAP_MSI) {
			p->msi = at;
			p->msi_64 = hw_read(f, at + MSI_CONTROL, 2) & MSI_64;
		}
		at = hw_read(f, at + 1, 1) & 0xfc;
	}
}

int passthrough_init(struct pci_function *f, u16 bdf)
{
	struct passthrough *p = hv_alloc(sizeof(*p));
	u32 id, class;
	int err;

	if (!p)
		return -HV_ENOMEM;
	f->priv = p;
	p->bdf = bdf;
	id = hw_read(f, 0, 4);
	if ((id & 0xffff) == 0xffff || (hw_read(f, PCI_HEADER_TYPE, 1) & 0x7f) != 0) {
		hv_log("vpci: no function at %02x:%02x.%u", bdf >> 8, bdf >> 3 & 31, bdf & 7);
		return -HV_ENOENT;
	}
	err = pci_hide(f->bus->vm, bdf);
	if (err) {
		hv_log("vpci: %02x:%02x.%u is taken", bdf >> 8, bdf >> 3 & 31, bdf & 7);
		return err;
	}
	class = hw_read(f, PCI_REVISION, 4);
	f->desc.vendor = (u16)id;
	f->desc.device = (u16)(id >> 16);
	f->desc.revision = (u8)class;
	f->desc.prog_if = (u8)(class >> 8);
	f->desc.subclass = (u8)(class >> 16);
	f->desc.base_class = (u8)(class >> 24);
	f->desc.subsystem = hw_read(f, PCI_SUBSYSTEM, 4);
	f->ops = &passthrough_ops;
	hw_write(f, PCI_COMMAND, 2, 0);	/* firmware may have used it */
	find_bars(f);
	find_capabilities(f);
	passthrough_reset(f);
	return 0;
}

int vpci_find_class(struct vm *vm, u32 class, u32 nth)
{
	struct vpci *vpci = vpci_get(vm);
	u32 bdf;

	if (!vpci)
		return -HV_ENOMEM;
	for (bdf = 0; bdf < 0x10000; bdf++) {
		if ((vpci->machine->read((u16)bdf, 0, 4) & 0xffff) == 0xffff) {
			/* No function 0, no function: and bus after bus of nothing is slow. */
			if (!(bdf & 7))
				bdf |= 7;
			continue;
		}
		if (vpci->machine->read((u16)bdf, PCI_REVISION, 4) >> 8 == class &&
		    !pci_hidden(vpci, (u16)bdf) && !nth--)
			return (int)bdf;
	}
	return -HV_ENOENT;
}
