// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's list of ACPI tables, made fit for the guest. Called by boot/
 * once, on the boot processor, when firmware has long finished and the guest has
 * not started. QEMU's tables say nothing of hvhost: here the list loses the HPET
 * and MCFG entries and gains the SSDT of ssdt.c in the place of one of them, so
 * that it never has to grow. ACPI 6.5, 5.2.5 to 5.2.8.
 */
#include "acpi.h"
#include "lib.h"

#define BIOS_AREA	0xe0000ull
#define BIOS_AREA_END	0x100000ull
#define EBDA_POINTER	0x40eull	/* segment of the extended BIOS data area */
#define TABLE_MAX	0x10000u	/* a list of tables is never near this */

struct rsdp {
	u8 signature[8];
	u8 checksum;		/* of the first 20 bytes */
	u8 oem[6];
	u8 revision;		/* 2: the rest is there */
	u32 rsdt;
	u32 length;
	u64 xsdt;
	u8 checksum2;
	u8 reserved[3];
} __packed;

struct table {
	u8 signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	u8 rest[26];
} __packed;

static u8 sum(const void *p, size_t len)
{
	const u8 *b = p;
	u8 s = 0;

	while (len--)
		s += *b++;
	return s;
}

static const struct rsdp *look(const struct acpi_memory *mem, u64 from, u64 to)
{
	const struct rsdp *r;
	u64 pa;

	for (pa = from; pa + sizeof(*r) <= to; pa += 16) {
		r = mem->at(mem->ctx, pa, sizeof(*r));
		if (r && !memcmp(r->signature, "RSD PTR ", 8) && !sum(r, 20))
			return r;
	}
	return NULL;
}

static const struct rsdp *find_rsdp(const struct acpi_memory *mem)
{
	const struct rsdp *r;
	u16 *segment = mem->at(mem->ctx, EBDA_POINTER, 2);
	u64 ebda;

	if (segment) {
		ebda = (u64)*segment << 4;
		r = look(mem, ebda, ebda + 1024);
		if (r)
			return r;
	}
	return look(mem, BIOS_AREA, BIOS_AREA_END);
}

static u64 entry_get(const u8 *entry, u32 width)
{
	u64 pa = 0;

	memcpy(&pa, entry, width);
	return pa;
}

static bool unwanted(const struct acpi_memory *mem, u64 pa)
{
	const struct table *t = mem->at(mem->ctx, pa, sizeof(*t));

	return t && (!memcmp(t->signature, "HPET", 4) || !memcmp(t->signature, "MCFG", 4));
}

/* One list: entries of @width bytes. */
static int change_list(const struct acpi_memory *mem, u64 pa, u32 width, u64 ssdt)
{
	struct table *list = mem->at(mem->ctx, pa, sizeof(*list));
	u8 *entry;
	u32 length, at, to = sizeof(*list);

	if (!list)
		return -HV_ENOENT;
	length = list->length;
	if (length < sizeof(*list) || length > TABLE_MAX)
		return -HV_EINVAL;
	list = mem->at(mem->ctx, pa, length);
	if (!list || sum(list, length))
		return -HV_EINVAL;

	entry = (u8 *)list;
	for (at = sizeof(*list); at + width <= length; at += width) {
		if (unwanted(mem, entry_get(entry + at, width)))
			continue;
		memmove(entry + to, entry + at, width);
		to += width;
	}
	if (ssdt) {
		if (to + width > length)
			return -HV_ENOSPC;
		memcpy(entry + to, &ssdt, width);
		to += width;
	}
	list->length = to;
	list->checksum -= sum(list, to);
	return 0;
}

int acpi_prepare(const struct acpi_memory *mem, u64 ssdt)
{
	const struct rsdp *r = find_rsdp(mem);
	int err;

	if (!r)
		return -HV_ENOENT;
	if (ssdt >> 32)
		return -HV_EINVAL;	/* the RSDT has 32-bit entries */
	err = change_list(mem, r->rsdt, 4, ssdt);
	if (err || r->revision < 2 || !r->xsdt)
		return err;
	return change_list(mem, r->xsdt, 8, ssdt);
}
