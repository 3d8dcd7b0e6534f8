// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's tables tell of an HPET, which is hvhost's: its table gets
 * another name, so that no guest looks for it. (The device in the DSDT reads
 * the registers to see whether it is there; svm/npt.c shows it a page of zeros.)
 */
#include "boot/boot.h"
#include "lib.h"

struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char rest[26];
} __packed;

static u8 sum(const void *p, u32 n)
{
	const u8 *b = p;
	u8 s = 0;

	while (n--)
		s = (u8)(s + *b++);
	return s;
}

/* ACPI 6.5, 5.2.5.1: on a 16-byte boundary from 0xe0000 to 0xfffff. */
static const u8 *find_rsdp(void)
{
	for (u64 at = 0xe0000; at < 0x100000; at += 16)
		if (!memcmp((void *)at, "RSD PTR ", 8) && !sum((void *)at, 20))
			return (void *)at;
	return NULL;
}

void acpi_hide_hpet(struct vm *vm)
{
	const u8 *rsdp = find_rsdp();
	const struct acpi_header *rsdt;
	u32 at;

	if (!rsdp)
		return;
	memcpy(&at, rsdp + 16, 4);
	rsdt = (void *)(u64)at;
	for (u32 i = 0; sizeof(*rsdt) + 4 * i < rsdt->length; i++) {
		struct acpi_header *t;

		memcpy(&at, (const u8 *)(rsdt + 1) + 4 * i, 4);
		t = (void *)(u64)at;
		if (memcmp(t->signature, "HPET", 4))
			continue;
		memcpy(t->signature, "OEMH", 4);
		t->checksum = (u8)(t->checksum - sum(t, t->length));
	}
}
