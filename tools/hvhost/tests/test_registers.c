// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers in memory that exit (svm/registers.c): which instructions are taken, what
 * comes of them in the APICs, and what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "registers_room.h"

static int setup(void **state)
{
	room_begin();
	*state = &room;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	room_end();
	return 0;
}

/* ---- instructions ---- */

static void instructions(void **state)
{
	static const struct { u32 n; u8 code[CODE_MAX]; struct mov want; } good[] = {
		{ 2, { 0x89, 0x07 }, { 2, 0, true, false, 0 } },
		{ 6, { 0x8b, 0x87, 0x00, 0xd0, 0x5f, 0xff }, { 6, 0, false, false, 0 } },
		{ 3, { 0x8b, 0x53, 0x10 }, { 3, 2, false, false, 0 } },
		{ 7, { 0x44, 0x89, 0x8c, 0x24, 1, 2, 3, 4 }, { 8, 9, true, false, 0 } },
		{ 8, { 0x44, 0x89, 0x8c, 0x24, 1, 2, 3, 4 }, { 8, 9, true, false, 0 } },
		{ 7, { 0x89, 0x34, 0x25, 0x00, 0xd3, 0x5f, 0xff }, { 7, 6, true, false, 0 } },
		{ 6, { 0x89, 0x1d, 4, 3, 2, 1 }, { 6, 3, true, false, 0 } },
		{ 11, { 0x65, 0xc7, 0x04, 0x25, 0, 0xd0, 0x5f, 0xff, 0x78, 0x56, 0x34, 0x12 },
		  { 12, 0, true, true, 0x12345678 } },
		{ 12, { 0x65, 0xc7, 0x04, 0x25, 0, 0xd0, 0x5f, 0xff, 0x78, 0x56, 0x34, 0x12 },
		  { 12, 0, true, true, 0x12345678 } },
		{ 9, { 0xa1, 0, 0, 0xe0, 0xfe, 0, 0, 0, 0 }, { 9, 0, false, false, 0 } },
		{ 6, { 0x67, 0xa3, 0, 0, 0xe0, 0xfe }, { 6, 0, true, false, 0 } },
		{ 3, { 0x41, 0x8b, 0x07 }, { 3, 0, false, false, 0 } },
	};
	static const u8 bad[][CODE_MAX] = {
		{ 0x48, 0x89, 0x07 },		/* 64 bits */
		{ 0x66, 0x89, 0x07 },		/* 16 */
		{ 0x88, 0x07 },			/* 8 */
		{ 0x89, 0xc7 },			/* between registers */
		{ 0xc7, 0x0f, 1, 2, 3, 4 },	/* another of that group */
		{ 0xf0, 0x89, 0x07 }, { 0x87, 0x07 }, { 0xa5 }, { 0x0f, 0xb6, 0x07 },
		{ 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e,
		  0x2e, 0x89 },			/* longer than any may be */
	};
	struct mov m;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(good); i++) {
		if (good[i].n < good[i].want.bytes) {
			assert_false(mov_decode(&m, good[i].code, good[i].n));
			continue;
		}
		assert_true(mov_decode(&m, good[i].code, good[i].n));
		assert_int_equal(m.bytes, good[i].want.bytes);
		assert_int_equal(m.reg, good[i].want.reg);
		assert_int_equal(m.store, good[i].want.store);
		assert_int_equal(m.immediate, good[i].want.immediate);
		assert_int_equal(m.value, good[i].want.value);
	}
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(mov_decode(&m, bad[i], CODE_MAX));
}

static void where_they_are(void **state)
{
	struct fake *f = room.fake;
	u8 code[CODE_MAX];
	u64 entry;

	(void)state;
	memcpy(f->ram + ROOM_CODE, "abcdefghijklmno", CODE_MAX);
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), CODE_MAX);
	assert_memory_equal(code, "abcdefghijklmno", CODE_MAX);
	/* over the end of a page, in small pages: the next one is elsewhere, then nowhere */
	entry = ROOM_TABLES + 0x3007;
	memcpy(f->ram + ROOM_TABLES + 0x2000, &entry, 8);
	entry = 0x20007;
	memcpy(f->ram + ROOM_TABLES + 0x3000 + 8 * 8, &entry, 8);
	entry = 0x30007;
	memcpy(f->ram + ROOM_TABLES + 0x3000 + 8 * 9, &entry, 8);
	memcpy(f->ram + 0x20ffa, "ABCDEF", 6);
	memcpy(f->ram + 0x30000, "ghijklmno", 9);
	room.vmcb[0].rip = ROOM_CODE + 0xffa;
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), CODE_MAX);
	assert_memory_equal(code, "ABCDEFghijklmno", CODE_MAX);
	entry = 0x30006;
	memcpy(f->ram + ROOM_TABLES + 0x3000 + 8 * 9, &entry, 8);
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), 6);
	/* page tables where no memory is */
	room.vmcb[0].cr3 = 1ull << 40;
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), 0);
	/* five levels: one more above */
	room.vmcb[0].cr3 = 0x40000;
	room.vmcb[0].cr4 = CR4_LA57;
	entry = ROOM_TABLES | 7;
	memcpy(f->ram + 0x40000, &entry, 8);
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), 6);
	/* 32-bit code, also of a 64-bit kernel */
	room.vmcb[0].cs.attributes = 0;
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), 0);
	room.vmcb[0].cs.attributes = CS_LONG;
	room.vmcb[0].efer = 0;
	assert_int_equal(code_fetch(&f->vm, room.vmcb, code), 0);
}

/* ---- registers ---- */

/* mov %edx, (%rdi) by processor @n; false: refused */
static bool put(u32 n, u64 gpa, u32 value)
{
	u32 before = room.refused;

	memcpy(room.fake->ram + ROOM_CODE, (const u8[]){ 0x89, 0x17 }, 2);
	room.vcpu[n].regs.rdx = 0xffffffff00000000ull | value;
	assert_true(registers_at(gpa));
	assert_int_equal(registers_access(&room.vcpu[n], gpa, true), 2);
	return room.refused == before;
}

/* mov (%rdi), %esp */
static u32 get(u32 n, u64 gpa)
{
	memcpy(room.fake->ram + ROOM_CODE, (const u8[]){ 0x8b, 0x27 }, 2);
	room.vmcb[n].rsp = ~0ull;
	assert_int_equal(registers_access(&room.vcpu[n], gpa, false), 2);
	assert_int_equal(room.vmcb[n].rsp >> 32, 0);
	return (u32)room.vmcb[n].rsp;
}

static void local_apic(void **state)
{
	(void)state;
	assert_true(put(0, APIC_PAGE + 0x80, 0x20));
	assert_int_equal(get(0, APIC_PAGE + 0x80), 0x20);
	/* what QEMU takes for an MSI: INIT to everybody among it */
	assert_false(put(0, APIC_PAGE, 0x4500));
	assert_false(put(0, APIC_PAGE + 0x10, 0x4500));
	assert_false(put(0, APIC_PAGE + 0x304, 0x4500));
	assert_int_equal(get(0, APIC_PAGE + 0x81), ~0u);
	assert_int_equal(room.stores, 1);
	/* in x2APIC mode there is no page */
	room.x2apic = true;
	assert_false(put(0, APIC_PAGE + 0x80, 0x30));
	assert_false(put(0, APIC_PAGE + 0x300, 0x4500));
	assert_int_equal(get(0, APIC_PAGE + 0x80), ~0u);
	assert_int_equal(room.stores, 1);
}

static void interrupts_by_page(void **state)
{
	(void)state;
	assert_true(put(0, APIC_PAGE + 0x310, 2u << 24));
	assert_true(put(0, APIC_PAGE + 0x300, 0x40f1));
	assert_int_equal(room.icr, 2ull << 56 | 0x40f1);
	/* INIT is the target's own matter: it is called out of the guest, by the host's NMI */
	assert_true(put(0, APIC_PAGE + 0x300, 0x4500));
	assert_true(room.vcpu[2].init);
	assert_false(room.vcpu[1].init);
	assert_int_equal(ICR_MODE_OF(room.icr), 4);
	assert_true(put(0, APIC_PAGE + 0x300, 0x4600 | 0x9a));
	assert_int_equal(room.vcpu[2].sipi, 0x9a);
	/* to all but itself */
	assert_true(put(1, APIC_PAGE + 0x300, 0xc4500));
	assert_true(room.vcpu[0].init && !room.vcpu[1].init && room.vcpu[2].init);
	assert_int_equal(room.vcpu[2].sipi, -1);
	/* SMI, and modes that are none */
	room.icrs = 0;
	assert_false(put(0, APIC_PAGE + 0x300, 0x4200));
	assert_false(put(0, APIC_PAGE + 0x300, 0x4300));
	assert_false(put(0, APIC_PAGE + 0x300, 0x4700));
	assert_int_equal(room.icrs, 0);
}

static void targets_of_x2apic(void **state)
{
	(void)state;
	assert_false(apic_guest_x2icr(&room.vcpu[0], ICR_INIT | ICR_ASSERT));
	assert_false(room.vcpu[0].init);
	room.x2apic = true;
	assert_true(apic_guest_x2icr(&room.vcpu[0], ICR_ASSERT | 0x41));
	assert_int_equal(room.icrs, 1);
	apic_guest_icr(&room.vcpu[0], 1ull << 32 | ICR_INIT | ICR_ASSERT);
	assert_true(!room.vcpu[0].init && room.vcpu[1].init && !room.vcpu[2].init);
	/* logical: cluster 0, members 0 and 2 */
	apic_guest_icr(&room.vcpu[1], 5ull << 32 | ICR_LOGICAL | ICR_NMI);
	assert_true(room.vcpu[0].guest_nmi && !room.vcpu[1].guest_nmi && room.vcpu[2].guest_nmi);
	apic_guest_icr(&room.vcpu[1], 0xffffffffull << 32 | ICR_NMI);
	assert_true(room.vcpu[1].guest_nmi);
	/* de-assert of a level does nothing; SIPI only to one that waits */
	apic_guest_icr(&room.vcpu[1], ICR_INIT | ICR_LEVEL);
	assert_false(room.vcpu[0].init);
	apic_guest_icr(&room.vcpu[1], ICR_SIPI | 8);
	assert_int_equal(room.vcpu[0].sipi, -1);
}

/* In memory and by MSR: what kernels set up, and what firmware would answer. */
static void local_vectors(void **state)
{
	static const u8 taken[] = { 0, 4, 7 }, refused[] = { 1, 2, 3, 5, 6 };

	(void)state;
	for (u32 r = 0; r < 6; r++) {
		u64 at = APIC_PAGE + 0x320 + r * 16;
		u32 msr = MSR_X2APIC_LVT + r;

		room.x2apic = false;
		for (u32 i = 0; i < ARRAY_SIZE(taken); i++)
			assert_true(put(0, at, 0x10031 | taken[i] << 8));
		for (u32 i = 0; i < ARRAY_SIZE(refused); i++)
			assert_false(put(0, at, 0x10031 | refused[i] << 8));
		assert_int_equal(get(0, at), 0x10731);
		assert_false(apic_guest_lvt(room.vcpu, msr, 0x31));
		room.x2apic = true;
		assert_false(apic_guest_lvt(room.vcpu, msr, 0x80031));
		assert_false(apic_guest_lvt(room.vcpu, msr, 1ull << 32));
		room.refused = 0;
		for (u32 i = 0; i < ARRAY_SIZE(refused); i++)
			assert_true(apic_guest_lvt(room.vcpu, msr, 0x31 | refused[i] << 8));
		assert_int_equal(room.refused, ARRAY_SIZE(refused));
		assert_int_equal(room.apic[0x32 + r], 0x10731);
		assert_true(apic_guest_lvt(room.vcpu, msr, 0x600ec));
		assert_int_equal(room.apic[0x32 + r], 0x600ec);
	}
}

static void io_apic(void **state)
{
	static const u8 taken[] = { 0, 1, 7 }, refused[] = { 2, 3, 4, 5, 6 };

	(void)state;
	assert_true(put(0, IOAPIC_PAGE, 0x14));
	for (u32 i = 0; i < ARRAY_SIZE(taken); i++) {
		assert_true(put(0, IOAPIC_PAGE + 0x10, 0x10000 | taken[i] << 8 | 0x31));
		assert_int_equal(get(0, IOAPIC_PAGE + 0x10), 0x10000 | taken[i] << 8 | 0x31);
	}
	for (u32 i = 0; i < ARRAY_SIZE(refused); i++)
		assert_false(put(0, IOAPIC_PAGE + 0x10, refused[i] << 8 | 0x31));
	assert_int_equal(get(0, IOAPIC_PAGE + 0x10), 0x10731);
	/* the upper half is where to, and has no mode */
	assert_true(put(0, IOAPIC_PAGE, 0x15));
	assert_true(put(0, IOAPIC_PAGE + 0x10, 0x01000500));
	assert_int_equal(get(0, IOAPIC_PAGE), 0x15);
	assert_true(put(0, IOAPIC_PAGE + 0x40, 0x31));
	assert_false(put(0, IOAPIC_PAGE + 0x20, 1));
	assert_int_equal(get(0, IOAPIC_PAGE + 0x20), ~0u);
}

/* The instruction is read anew, after the exit: it may be another one by then. */
static void not_what_it_was(void **state)
{
	(void)state;
	memcpy(room.fake->ram + ROOM_CODE, (const u8[]){ 0x89, 0x17 }, 2);
	assert_int_equal(registers_access(&room.vcpu[0], APIC_PAGE + 0x80, false), 0);
	room.fake->ram[ROOM_CODE] = 0x90;
	assert_int_equal(registers_access(&room.vcpu[0], APIC_PAGE + 0x80, true), 0);
	assert_int_equal(room.refused, 2);
	assert_int_equal(room.stores, 0);
	assert_false(registers_at(APIC_PAGE + PAGE_SIZE));
	assert_false(registers_at(IOAPIC_PAGE - 1));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(instructions), T(where_they_are), T(local_apic), T(interrupts_by_page),
		T(targets_of_x2apic), T(local_vectors), T(io_apic), T(not_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
