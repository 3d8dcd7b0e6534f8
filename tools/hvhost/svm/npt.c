// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nested page table: guest physical is physical, but for three things. What
 * is hvhost's is not there at all, nor are the pages of registers that exit, and where
 * the HPET is, and behind the local APIC, there is a page that does nothing.
 * 2 MiB pages below 4 GiB, 1 GiB pages above, up to 1 TiB, where QEMU may put
 * 64-bit BARs.
 */
#include "boot/memory.h"
#include "lib.h"
#include "svm/svm.h"

#define NPT_RW		0x7ull	/* present, writable, user: nested walks count as user's */
#define NPT_BIG		0x80ull
#define GIB		(1ull << 30)
#define MIB2		(2ull << 20)
#define HPET_PAGE	0xfed00000ull

static u64 *table(void)
{
	u64 *t = hv_alloc_pages(1);

	if (!t)
		hv_die("no memory for the nested page table");
	return t;
}

static bool hosts(struct vm *vm, u64 start)
{
	const struct memory_map *m = vm->mem;

	for (u32 i = 0; i < m->hosts; i++)
		if (start >= m->host[i].start && start < m->host[i].end)
			return true;
	return false;
}

/* What a guest does in this page comes to nothing: the HPET, and what would be an MSI. */
static bool is_void(u64 at)
{
	return at == HPET_PAGE || (at > APIC_PAGE && at < MSI_END);
}

/* 2 MiB with registers in them, in small pages. */
static u64 registers(u64 start)
{
	u64 *pt = table(), nowhere = (u64)table();

	for (u32 i = 0; i < 512; i++) {
		u64 at = start + i * PAGE_SIZE;

		if (!registers_at(at))
			pt[i] = (is_void(at) ? nowhere : at) | NPT_RW;
	}
	return (u64)pt | NPT_RW;
}

u64 npt_build(struct vm *vm)
{
	u64 *root = table();

	for (u32 half = 0; half < 2; half++) {
		u64 *pdpt = table();

		root[half] = (u64)pdpt | NPT_RW;
		for (u32 i = 0; i < 512; i++) {
			u64 gib = (half * 512ull + i) * GIB, *pd;

			if (gib >= 4 * GIB) {
				pdpt[i] = gib | NPT_RW | NPT_BIG;
				continue;
			}
			pd = table();
			pdpt[i] = (u64)pd | NPT_RW;
			for (u32 k = 0; k < 512; k++) {
				u64 at = gib + k * MIB2;

				if (hosts(vm, at))
					continue;
				pd[k] = at >= IOAPIC_PAGE && at < MSI_END ?
					registers(at) : at | NPT_RW | NPT_BIG;
			}
		}
	}
	return (u64)root;
}
