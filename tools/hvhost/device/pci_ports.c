// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's own PCI bus as the guest sees it: a host bridge, without which a
 * kernel takes the ports for broken, and where ACPI's methods set interrupt lines
 * up, those of no function. All else is to look at and not to change: what is on
 * the bus does DMA, moves registers over memory or ports, or is used by hvhost
 * itself or shown on a paravirtual bus. svm/ intercepts the configuration ports and
 * calls here; the memory-mapped way to the same registers is off (boot/platform.c)
 * and not listed in ACPI (acpi/tables.c).
 */
#include "counters.h"
#include "lib.h"
#include "pci.h"

#define CONFIG_ADDRESS	0xcf8
#define RESET_CONTROL	0xcf9	/* one byte inside of it, another register */
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	0x80000000u
#define HOST_BRIDGE	0	/* 00:00.0 */
#define LPC		0xf8	/* 00:1f.0: not found by its header, but ACPI knows of it */
#define DEVICE_REGISTERS 0x40	/* before: the header, which kernels write to probe it */
/* ICH9 datasheet, 13.1.17 and 13.1.20: which interrupt each of eight lines is. */
#define INTERRUPT_LINE(where) (((where) & ~0xbu) == 0x60)

struct vpci *vpci_get(struct vm *vm)
{
	if (vm->vpci)
		return vm->vpci;
	vm->vpci = hv_alloc(sizeof(*vm->vpci));
	if (vm->vpci)
		vm->vpci->machine = &pci_machine_ports;
	return vm->vpci;
}

bool pci_hidden(const struct vpci *vpci, u16 bdf)
{
	u32 i;

	for (i = 0; i < vpci->nhidden; i++)
		if (vpci->hidden[i] == bdf)
			return true;
	return false;
}

int pci_hide(struct vm *vm, u16 bdf)
{
	struct vpci *vpci = vpci_get(vm);

	if (!vpci)
		return -HV_ENOMEM;
	if (pci_hidden(vpci, bdf))
		return -HV_EBUSY;
	if (vpci->nhidden == PCI_MAX_HIDDEN)
		return -HV_ENOSPC;
	vpci->hidden[vpci->nhidden++] = bdf;
	return 0;
}

static bool readable(const struct vpci *vpci, u16 bdf, u32 where)
{
	return vpci->address & CONFIG_ENABLE && !pci_hidden(vpci, bdf) &&
	       (bdf == HOST_BRIDGE || (bdf == LPC && where >= DEVICE_REGISTERS));
}

/* What firmware set up stays: PCIEXBAR, PAM, SMRAM, PMBASE are what a guest would move. */
static void not_written(struct vm *vm, u16 bdf, u32 where)
{
	count(vm, COUNT_REFUSED, 1);
	if (refusal_told(&vm->vpci->refusals, "machine", "chipset"))
		hv_log("machine: refused: a write to register %x of %s", where,
		       bdf == LPC ? "the LPC bridge" : "the host bridge");
}

static void data_access(struct vm *vm, u32 where, u32 size, bool write, u32 *value)
{
	struct vpci *vpci = vm->vpci;
	u16 bdf = (u16)(vpci->address >> 8);
	bool there;

	where |= vpci->address & 0xfc;
	there = readable(vpci, bdf, where);
	if (!write)
		*value = there ? vpci->machine->read(bdf, where, size) : ~0u;
	else if (there && bdf == LPC && size == 1 && INTERRUPT_LINE(where))
		vpci->machine->write(bdf, where, size, *value);
	else if (there && where >= DEVICE_REGISTERS)
		not_written(vm, bdf, where);
}

void pci_port_access(struct vm *vm, u16 port, u32 size, bool write, u32 *value)
{
	struct vpci *vpci = vpci_get(vm);

	if (port == RESET_CONTROL && size == 1) {
		/* Bit 2: reset the processors; the chipset knows more kinds, a guest does not care. */
		if (write && (*value & 4))
			vm_reset(vm);
		else if (!write)
			*value = 0;
		return;
	}
	if (!vpci || (port < CONFIG_DATA && (port != CONFIG_ADDRESS || size != 4)) ||
	    port + size > CONFIG_DATA + 4) {
		if (!write)
			*value = ~0u;
		return;
	}
	if (port >= CONFIG_DATA)
		data_access(vm, port & 3, size, write, value);
	else if (write)
		vpci->address = *value;
	else
		*value = vpci->address;
}
