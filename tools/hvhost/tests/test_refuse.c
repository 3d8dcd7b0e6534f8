// SPDX-License-Identifier: GPL-2.0-only
/* A guest that does wrong things without end does not fill the log; each is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "counters.h"
#include "device.h"
#include "guest.h"
#include "net.h"
#include "refuse.h"
#include "vmbus.h"

static u32 lines(const char *log, const char *text)
{
	u32 n = 0;

	while ((log = strstr(log, text))) {
		log += strlen(text);
		n++;
	}
	return n;
}

static void told_and_then_counted(void **state)
{
	struct refusals r = { { { NULL, 0 } } };
	struct fake *f = fake_begin(1);
	u32 told = 0;

	for (u32 i = 0; i < 1000; i++)
		told += refusal_told(&r, "any0", "this");
	assert_int_equal(told, REFUSALS_TOLD);
	assert_int_equal(lines(f->log, "\n"), 5);
	assert_non_null(strstr(f->log, "any0: refused: this: 32 times by now\n"));
	assert_non_null(strstr(f->log, "any0: refused: this: 512 times by now\n"));
	/* what is new is told */
	assert_true(refusal_told(&r, "any0", "that"));
	assert_false(refusal_told(&r, "any0", "this"));
	fake_end();
}

/* More kinds than there is room for: the last ones are told as one. */
static void more_kinds_than_room(void **state)
{
	static const char kind[3 * REFUSAL_KINDS];
	struct refusals r = { { { NULL, 0 } } };
	u32 told = 0;

	fake_begin(1);
	for (u32 times = 0; times < 100; times++)
		for (u32 i = 0; i < sizeof(kind); i++)
			told += refusal_told(&r, "any0", kind + i);
	assert_int_equal(told, REFUSAL_KINDS * REFUSALS_TOLD);
	fake_end();
}

/* Each device and the bus itself: @packets wrong ones on the first channel. */
static void too_short(struct guest *g, const char *name, u32 relid)
{
	const struct msg_offer *o = &g->offer[0];
	struct guest_channel c;

	for (u32 i = 0; i < g->offers; i++)
		if (g->offer[i].relid == relid)
			o = &g->offer[i];
	assert_int_equal(guest_open(g, &c, o, 4), 0);
	g->fake->log[0] = 0;
	for (u32 i = 0; i < 200; i++)
		guest_send(g, &c, i, "12345678", 8);
	assert_in_range(lines(g->fake->log, name), REFUSALS_TOLD, REFUSALS_TOLD + 4);
	assert_int_equal(lines(g->fake->log, " by now\n"), 3);
}

static void each_device(void **state)
{
	static const char *const names[] = { "scsi0", "net0", "heartbeat0", "keyboard0", "vpci0" };
	struct guest *g = guest_begin(1);
	struct vm *vm = &g->fake->vm;
	static const u8 mac[6] = { 0, 0x15, 0x5d, 0, 0, 1 };
	struct vpci_config none = { .function[0].kind = VPCI_NONE };

	assert_non_null(scsi_create(vm, 0, 0));
	assert_non_null(net_create(vm, 0, mac, 1, loopback_create(vm)));
	assert_int_equal(heartbeat_create(vm, 0), 0);
	assert_int_equal(keyboard_create(vm, 0), 0);
	assert_int_equal(vpci_create(vm, 0, &none), 0);
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), ARRAY_SIZE(names));
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		too_short(g, names[i], vmbus_device_find(vm, names[i])->primary->relid);
	guest_end(g);
}

static void the_bus(void **state)
{
	const struct msg_relid m = { { MSG_CLOSECHANNEL, 0 }, 77 };
	struct guest *g = guest_begin(1);

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	g->fake->log[0] = 0;
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(lines(g->fake->log, "vmbus: refused: close of relid"), REFUSALS_TOLD + 2);
	assert_non_null(strstr(g->fake->log, "vmbus: refused: close of relid: 64 times by now"));
	guest_end(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_and_then_counted), cmocka_unit_test(more_kinds_than_room),
		cmocka_unit_test(each_device), cmocka_unit_test(the_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
