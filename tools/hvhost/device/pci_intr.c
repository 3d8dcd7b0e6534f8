// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of functions on a paravirtual bus. A guest asks for a message by
 * PCI_CREATE_INTERRUPT_MESSAGE, writes what it is given into the function, and
 * says by hypercall (before each unmask, and when affinity changes) where it is
 * to arrive. hvhost plays the interrupt remapping table: what it gives is a
 * number, and the number's row here says vector and processor.
 */
#include "lib.h"
#include "pci.h"

int pci_interrupt_create(struct pci_function *f, u32 count, u8 vector, u32 vp)
{
	struct pci_interrupt *row = f->bus->intr;
	u32 start, i;

	/* A multi-message function ORs its message number into the data: align. */
	for (start = 0; start + count <= PCI_MAX_INTERRUPTS; start += count) {
		for (i = 0; i < count && !row[start + i].f; i++)
			;
		if (i == count)
			break;
	}
	if (start + count > PCI_MAX_INTERRUPTS)
		return -HV_ENOSPC;
	for (i = 0; i < count; i++) {
		row[start + i].f = f;
		row[start + i].count = i ? 0 : count;
		/* Of several, each is targeted by its own hypercall. */
		row[start + i].vector = count == 1 ? vector : 0;
		row[start + i].vp = (u8)vp;
	}
	return (int)start;
}

int pci_interrupt_delete(struct pci_function *f, u32 handle)
{
	struct pci_interrupt *row = f->bus->intr;
	u32 count, i;

	if (handle >= PCI_MAX_INTERRUPTS || row[handle].f != f || !row[handle].count)
		return -HV_ENOENT;
	count = row[handle].count;
	for (i = handle; i < handle + count; i++) {
		row[i].vector = 0;
		f->ops->route(f, i);
		memset(&row[i], 0, sizeof(row[i]));
	}
	return 0;
}

void pci_interrupt_delete_all(struct pci_function *f)
{
	u32 i;

	for (i = 0; i < PCI_MAX_INTERRUPTS; i++)
		if (f->bus->intr[i].f == f && f->bus->intr[i].count)
			pci_interrupt_delete(f, i);
}

bool pci_target(const struct pci_function *f, u64 address, u32 data, u8 *vector, u32 *vp)
{
	const struct pci_interrupt *row;

	if (address != PCI_HANDLE_ADDRESS || data >= PCI_MAX_INTERRUPTS)
		return false;
	row = &f->bus->intr[data];
	if (row->f != f || !row->vector || row->vp >= f->bus->vm->vps)
		return false;
	*vector = row->vector;
	*vp = row->vp;
	return true;
}

/* The device id of the hypercall: four bytes of the bus's instance GUID and the function. */
static u64 device_id(const struct vpci_bus *bus, u32 function)
{
	const u8 *b = bus->dev.instance.b;

	return (u32)b[5] << 24 | (u32)b[4] << 16 | (u32)b[7] << 8 | (b[6] & 0xf8) | function;
}

static struct pci_function *by_device_id(struct vm *vm, u64 id)
{
	struct vpci_bus *bus = vm->vpci ? vm->vpci->buses : NULL;
	u32 fn = id & 7;

	for (; bus; bus = bus->next)
		if (device_id(bus, fn) == id && bus->fn[fn].present)
			return &bus->fn[fn];
	return NULL;
}

int vpci_retarget(struct vm *vm, u64 id, u32 address, u32 data, u32 vector, u64 vp_mask)
{
	struct pci_function *f = by_device_id(vm, id);
	struct pci_interrupt *row;
	u32 vp;

	if (!f)
		return -HV_ENOENT;
	if (address != PCI_HANDLE_ADDRESS || data >= PCI_MAX_INTERRUPTS ||
	    f->bus->intr[data].f != f) {
		vpci_refused(f->bus, "retarget of message %#x/%#x: never given", address, data);
		return -HV_ENOENT;
	}
	for (vp = 0; vp < vm->vps && !(vp_mask >> vp & 1); vp++)
		;
	if (vector < 16 || vector > 255 || vp == vm->vps) {
		vpci_refused(f->bus, "retarget to vector %u, processors %#llx", vector,
			     (unsigned long long)vp_mask);
		return -HV_EINVAL;
	}
	row = &f->bus->intr[data];
	row->vector = (u8)vector;
	row->vp = (u8)vp;
	f->ops->route(f, data);
	return 0;
}
