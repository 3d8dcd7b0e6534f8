// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's own PCI bus as the guest sees it. Functions that hvhost uses
 * itself or shows on a paravirtual bus must not be found a second time, so svm/
 * intercepts the configuration ports and calls here; the memory-mapped way to
 * the same registers is not listed in ACPI any more (acpi/tables.c).
 */
#include "lib.h"
#include "pci.h"

#define CONFIG_ADDRESS	0xcf8
#define RESET_CONTROL	0xcf9	/* one byte inside of it, another register */
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	0x80000000u

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

static void data_access(struct vpci *vpci, u32 where, u32 size, bool write, u32 *value)
{
	u16 bdf = (u16)(vpci->address >> 8);

	if (!(vpci->address & CONFIG_ENABLE) || pci_hidden(vpci, bdf)) {
		if (!write)
			*value = ~0u;
		return;
	}
	where |= vpci->address & 0xfc;
	if (write)
		vpci->machine->write(bdf, where, size, *value);
	else
		*value = vpci->machine->read(bdf, where, size);
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
		data_access(vpci, port & 3, size, write, value);
	else if (write)
		vpci->address = *value;
	else
		*value = vpci->address;
}
