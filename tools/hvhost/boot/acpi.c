// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's ACPI tables become the guest's: acpi/ does it, here is where it
 * finds memory. Before the loaders write the memory map, because the new table
 * takes a page of it. (The HPET's device in the DSDT reads the registers to see
 * whether it is there; svm/npt.c shows it a page of zeros.)
 */
#include "acpi.h"
#include "boot/boot.h"
#include "lib.h"

static void *at(void *ctx, u64 pa, u64 len)
{
	return pa + len <= 1ull << 32 ? (void *)pa : NULL;
}

void acpi_for_guest(struct vm *vm)
{
	const struct acpi_memory mem = { at, NULL };
	u64 page = memory_acpi_page(vm);
	int err;

	acpi_ssdt_build((u8 *)page);
	err = acpi_prepare(&mem, page);
	if (err)
		hv_die("the firmware's ACPI tables cannot be used: %d", -err);
}
