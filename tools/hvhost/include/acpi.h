/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest is told by ACPI. The machine's own tables stay, but for three
 * changes that boot/ asks for before the first guest instruction: the VMBUS
 * device is added, the HPET (hvhost's own timer) and the memory-mapped PCI
 * configuration space (which would show functions that hvhost keeps) are not
 * listed any more.
 */
#ifndef HVHOST_ACPI_H
#define HVHOST_ACPI_H

#include "types.h"

/*
 * MMIO that hv_vmbus may give to its devices (_CRS of the VMBUS device's parent):
 * configuration windows and 32-bit BARs below 4 GiB, 64-bit BARs and video above.
 * Both ranges must lie in no RAM and in nothing that firmware gave to a PCI
 * device (SeaBIOS fills its hole from the top), and both must be mapped one to
 * one in the nested page table: BARs of passed-through functions end up there.
 */
#define VMBUS_MMIO_LOW_BASE	0xe0000000ull
#define VMBUS_MMIO_LOW_SIZE	0x10000000ull
#define VMBUS_MMIO_HIGH_BASE	0x2000000000ull
#define VMBUS_MMIO_HIGH_SIZE	0x100000000ull

/* Bytes that acpi_ssdt_build() writes. */
#define ACPI_SSDT_SIZE	220

/* Write the SSDT with the VMBUS device to @to, checksum included. */
void acpi_ssdt_build(u8 to[ACPI_SSDT_SIZE]);

/*
 * How physical memory is reached: @at returns where @len bytes at @pa are, or
 * NULL when they cannot be reached. hvhost itself maps one to one.
 */
struct acpi_memory {
	void *(*at)(void *ctx, u64 pa, u64 len);
	void *ctx;
};

/*
 * Find the firmware's RSDP and change RSDT and XSDT: HPET and MCFG are taken
 * out, the SSDT at @ssdt (physical, ACPI_SSDT_SIZE bytes that the guest can read
 * and does not take for free memory; 0: QEMU brings it with -acpitable) is put
 * in. 0; -HV_ENOENT without a RSDP or RSDT; -HV_EINVAL when a table's length or
 * checksum is wrong; -HV_ENOSPC when taking out left no place for the SSDT.
 */
int acpi_prepare(const struct acpi_memory *mem, u64 ssdt);

#endif
