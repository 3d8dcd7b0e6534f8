// SPDX-License-Identifier: GPL-2.0-only
/* The SSDT that names the bus, and the firmware's list of tables it is put into. ACPI 6.5, 5.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "acpi.h"
#include "lib.h"

struct rsdp {
	u8 signature[8], checksum, oem[6], revision;
	u32 rsdt;
} __packed;

struct acpi_table {
	u8 signature[4];
	u32 length;
	u8 revision, checksum, rest[26];
} __packed;

static u8 acpi_sum(const void *p, size_t len)
{
	u8 s = 0;

	for (const u8 *b = p; len; len--)
		s += *b++;
	return s;
}

/* Objects of AML must end where their outer one does: walk the nest we wrote. */
static u32 package(const u8 *t, u32 at, u32 *end)
{
	u32 n = t[at] >> 6;

	assert_true(n <= 1);
	*end = at + (n ? (t[at] & 0xfu) | (u32)t[at + 1] << 4 : t[at] & 0x3fu);
	return at + 1 + n;
}

static void ssdt_nests(void **state)
{
	u8 t[ACPI_SSDT_SIZE];
	u32 at, scope, vmod, crs, vmbs;

	(void)state;
	acpi_ssdt_build(t);
	assert_int_equal(acpi_sum(t, sizeof(t)), 0);
	assert_int_equal(t[36], 0x10);
	at = package(t, 37, &scope) + 5;
	assert_int_equal(scope, ACPI_SSDT_SIZE);
	assert_int_equal(t[at], 0x5b);
	at = package(t, at + 2, &vmod);
	assert_int_equal(vmod, ACPI_SSDT_SIZE);
	assert_memory_equal(t + at, "VMOD\x08_HID\x0d" "ACPI0004", 18);
	at += 4 + 15 + 6;
	assert_memory_equal(t + at, "\x08_CRS\x11", 6);
	at = package(t, at + 6, &crs);
	assert_int_equal(t[at], 0x0a);
	assert_int_equal(at + 2 + t[at + 1], crs);
	assert_int_equal(t[crs - 2], 0x79);
	assert_int_equal(t[crs], 0x5b);
	at = package(t, crs + 2, &vmbs);
	assert_int_equal(vmbs, ACPI_SSDT_SIZE);
	assert_memory_equal(t + at, "VMBS\x08_HID\x0dVMBUS", 16);
}

static u8 acpi_ram[0x100000 + 0x1000];

static void *acpi_at(void *ctx, u64 pa, u64 len)
{
	(void)ctx;
	return pa <= sizeof(acpi_ram) && len <= sizeof(acpi_ram) - pa ? acpi_ram + pa : NULL;
}

static void put_table(u32 at, const char *signature, u32 len)
{
	struct acpi_table *t = (void *)(acpi_ram + at);

	memcpy(t->signature, signature, 4);
	t->length = len;
	t->checksum = 0;
	t->checksum = -acpi_sum(t, len);
}

static void tables_change(void **state)
{
	const struct acpi_memory mem = { acpi_at, NULL };
	struct rsdp *r = (void *)(acpi_ram + 0xf5000);
	u32 entries[4] = { 0x100400, 0x100500, 0x100600, 0x100700 }, len = 36 + sizeof(entries);
	struct acpi_table *list = (void *)(acpi_ram + 0x100000);

	(void)state;
	assert_int_equal(acpi_prepare(&mem, 0), -HV_ENOENT);
	memcpy(r->signature, "RSD PTR ", 8);
	r->rsdt = 0x100000;
	r->checksum = -acpi_sum(r, 20);
	put_table(0x100400, "FACP", 244);
	put_table(0x100500, "HPET", 56);
	put_table(0x100600, "APIC", 120);
	put_table(0x100700, "MCFG", 60);
	memcpy(list->rest + 26, entries, sizeof(entries));
	put_table(0x100000, "RSDT", len);
	assert_int_equal(acpi_prepare(&mem, 0x9000), 0);
	assert_int_equal(list->length, 36 + 3 * 4);
	assert_int_equal(acpi_sum(list, list->length), 0);
	memcpy(entries, list->rest + 26, 12);
	assert_int_equal(entries[0], 0x100400);
	assert_int_equal(entries[1], 0x100600);
	assert_int_equal(entries[2], 0x9000);
	/* The slot is used: nothing is taken out a second time. */
	list->checksum++;
	assert_int_equal(acpi_prepare(&mem, 0x9000), -HV_EINVAL);
	list->checksum--;
	r->rsdt = 0x200000;
	r->checksum = 0;
	r->checksum = -acpi_sum(r, 20);
	assert_int_equal(acpi_prepare(&mem, 0), -HV_ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssdt_nests), cmocka_unit_test(tables_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
