/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The paravirtual PCI buses, as the other rooms call them. A guest reaches the
 * configuration space of their functions by hypercalls and moves interrupts by
 * another; everything else comes through the bus's VMBus channel (device/pci.c).
 */
#ifndef HVHOST_VPCI_H
#define HVHOST_VPCI_H

#include "vm.h"

/*
 * HVCALL_MMIO_READ (0x106), HVCALL_MMIO_WRITE (0x107): called by tlfs/ with the
 * hypercall's input copied. @size is in bytes, any number the guest gave; @data
 * has room for 64. The address belongs to a bus when it lies in the two-page
 * window that its driver named in PCI_BUS_D0ENTRY: a slot number is written to
 * the first page, the second is that function's configuration space. 0;
 * -HV_EINVAL: a size other than 1, 2, 4 or a crossing of the window's end;
 * -HV_EFAULT: no window there.
 */
int vpci_mmio_read(struct vm *vm, u64 gpa, u32 size, void *data);
int vpci_mmio_write(struct vm *vm, u64 gpa, u32 size, const void *data);

/*
 * HVCALL_RETARGET_INTERRUPT (0x7e): the interrupt that the guest knows as MSI
 * @address and @data of logical device @device_id goes to @vector of the VPs of
 * the mask from now on (VP n is bit n; of several, the lowest is taken). 0;
 * -HV_ENOENT: no such device or interrupt; -HV_EINVAL: a vector outside 16..255 or
 * an empty mask.
 */
int vpci_retarget(struct vm *vm, u64 device_id, u32 address, u32 data,
		  u32 vector, u64 vp_mask);

/*
 * The guest's own PCI bus: ports 0xcf8 to 0xcff, for svm/ when it intercepts
 * them. There is a host bridge, which can be read; of any other function reads give
 * all ones, and writes are dropped. @size is 1, 2 or 4; @value is read or filled. A byte to port 0xcf9 with bit 2 set is vm_reset().
 */
void pci_port_access(struct vm *vm, u16 port, u32 size, bool write, u32 *value);
/*
 * Take a function of the machine, so that no two use it; @bdf is bus << 8 | dev << 3 | fn.
 * -HV_EBUSY: it was taken before.
 */
int pci_hide(struct vm *vm, u16 bdf);

#endif
