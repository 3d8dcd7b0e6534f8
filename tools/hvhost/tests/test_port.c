// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: which of them a guest has (svm/permit.c), and what comes of the others
 * (svm/port.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "port_room.h"

#define REST	0xaaaaaaaa55555555ull	/* of RAX, which a short access leaves */

static int setup(void **state)
{
	room_begin();
	*state = &room;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_end();
	return 0;
}

static u64 in(u16 port, u32 size)
{
	return room_access(port, IOIO_IN | IOIO_SIZE(size), REST);
}

static void put(u16 port, u32 size, u32 value)
{
	room_access(port, IOIO_SIZE(size), 0xffffffff00000000ull | value);
}

static bool exits(u32 port)
{
	return ((const u8 *)room.svm.iopm)[port / 8] >> (port % 8) & 1;
}

/* No more than is known to be harmless, also at the map's end. */
static void listed(void **state)
{
	static const u16 hosts[] = { 0, 0x60, 0x64, 0x81, 0x92, 0xb2, 0xb3, 0xe8, 0xf4, 0xc0, 0x510,
				     0x514, 0x5658, 0x604, 0x605, 0x630, 0x660, 0xae00, 0xcc0,
				     0xcd8, 0xcf8, 0xcf9, 0xcff, 0x3000, 0xffff };
	static const u16 guests_own[] = { 0x20, 0xa1, 0x40, 0x43, 0x61, 0x70, 0x71, 0x80, 0xe9,
					  0x2f8, 0x3f8, 0x3ff, 0x600, 0x603, 0x608, 0x60b, 0x62f };
	u32 n = 0;

	(void)state;
	permit_build(&room.svm);
	for (u32 i = 0; i < ARRAY_SIZE(hosts); i++)
		assert_true(exits(hosts[i]));
	for (u32 i = 0; i < ARRAY_SIZE(guests_own); i++)
		assert_false(exits(guests_own[i]));
	for (u32 port = 0; port < 0x10000; port++)
		n += !exits(port);
	assert_int_equal(n, 6 + 5 + 2 + 3 + 32 + 24);
	/* an access of four bytes at the last port looks at the three bits behind */
	assert_true(exits(0x10000) && exits(0x10001) && exits(0x10002));
	room.svm.pm = 0;
	permit_build(&room.svm);
	assert_true(exits(0) && exits(8) && exits(0x22) && exits(0x600));
}

static void empty(void **state)
{
	static const u16 ports[] = { 0x92, 0x511, 0x630, 0x604, 0xb2, 0xe8, 0xf4, 0x3000, 0xffff };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(ports); i++) {
		assert_int_equal(in(ports[i], 1), (REST | 0xff));
		assert_int_equal(in(ports[i], 4), 0xffffffff);
		if (ports[i] != 0x604)
			assert_int_equal(in(ports[i], 2), (REST | 0xffff));
	}
	put(0x92, 1, 1);
	put(0x510, 2, 0x19);
	put(0x514, 4, 0x1000);
	put(0x630, 4, 0x33);
	put(0x604, 1, 0x20);
	put(0x604, 4, 0x2000);
	assert_int_equal(room.outs, 0);
	assert_int_equal(room.pci, 0);
}

static void pci(void **state)
{
	(void)state;
	assert_int_equal(in(0xcfc, 4), 0x89abcdef);
	assert_int_equal(in(0xcfc, 2), (REST & ~0xffffull) | 0xcdef);
	assert_int_equal(room.pci_size, 2);
	put(0xcff, 1, 5);
	assert_int_equal(room.pci, 3);
}

static void power_management(void **state)
{
	(void)state;
	assert_int_equal(in(0x604, 2), (REST & ~0xffffull) | 0x401);
	put(0x604, 2, 1);
	assert_int_equal(room.last_port, 0x604);
	assert_int_equal(room.last_value, 1);
	/* to RAM: in firmware it would wake up, and no hypervisor is below */
	put(0x604, 2, 0x2001 | 1 << 10);
	assert_int_equal(room.outs, 1);
	assert_int_equal(room.refused, 1);
	assert_int_equal(room.reports, 0);
	put(0x604, 2, 0x2001);
	assert_int_equal(room.last_value, 0x2001);
	assert_int_equal(room.reports, 1);
	put(0x604, 2, 0x2001 | 2 << 10);
	assert_int_equal(room.reports, 2);
	/* ACPI on and off, no SMI */
	put(0xb2, 1, 2);
	put(0xb2, 1, 3);
	assert_int_equal(room.outs, 5);
	put(0xb2, 1, 0x5a);
	put(0xb2, 2, 2);
	put(0xb2, 4, 0x5a02);
	assert_int_equal(room.outs, 5);
	assert_int_equal(room.refused, 4);
}

static void strings(void **state)
{
	(void)state;
	room.vcpu.regs.rcx = 16;
	assert_int_equal(room_access(0xe8, IOIO_IN | IOIO_STRING | IOIO_REP | IOIO_SIZE(1), REST),
			 REST);
	assert_int_equal(room.vcpu.regs.rcx, 0);
	room.vcpu.regs.rcx = 16;
	room_access(0xcf9, IOIO_STRING | IOIO_SIZE(1), 6);
	assert_int_equal(room.vcpu.regs.rcx, 16);
	room_access(0xf4, IOIO_STRING | IOIO_REP | IOIO_SIZE(4), 6);
	assert_int_equal(room.refused, 3);
	assert_int_equal(room.outs, 0);
	assert_int_equal(room.pci, 0);
	assert_int_equal(room.reports, 0);
}

static void the_end(void **state)
{
	(void)state;
	put(0xf4, 1, 0x2a);
	assert_int_equal(room.reports, 1);
	assert_int_equal(room.last_port, 0xf4);
	assert_int_equal(room.last_value, 0x2a);
	/* a flat kernel's status is wider: azk reads it from the log */
	room.fake->config.testdev = true;
	put(0xf4, 4, 0x200);
	assert_non_null(strstr(room.fake->log, "exit: 512"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(listed), T(empty), T(pci), T(power_management), T(strings), T(the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
