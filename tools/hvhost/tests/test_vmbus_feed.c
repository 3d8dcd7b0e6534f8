// SPDX-License-Identifier: GPL-2.0-only
/*
 * A processor of the guest that writes into a ring as fast as the host reads it: the
 * packets are written while one of them is taken, as another processor would do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest.h"
#include "lib.h"
#include "vmbus.h"

#define HALF	4			/* pages of a ring, header included */
#define RING	((HALF - 1) * 4096u)	/* bytes of data */
#define PACKET	32u			/* 16 of header, 8 of data, 8 of trailer */
#define PAUSE	1000u			/* 100 ns: what the others get at least */

static struct {
	struct guest *g;
	struct guest_channel c;
	struct vmbus_device dev;
	bool feed, full;
	u32 taken, takes;	/* packets; 100 ns that each takes */
} here;

static void put(void)
{
	guest_write(here.g, &here.c, VM_PKT_DATA_INBAND, 0, 1, NULL, 0, "12345678", 8);
}

static void take(struct vmbus_channel *ch, const struct vmbus_packet *p)
{
	here.taken++;
	here.g->fake->now += here.takes;
	if (here.feed)
		put();
}

static bool full(struct vmbus_channel *ch)
{
	return here.full && here.taken == 5;
}

static void signal(struct vmbus_channel *ch)
{
	channel_drain(ch, take, full);
}

static const struct vmbus_device_ops ops = { .name = "any", .signal = signal };

static int setup(void **state)
{
	struct guest *g = guest_begin(2);

	memset(&here, 0, sizeof(here));
	here.g = g;
	here.dev.ops = &ops;
	alarm(60);		/* the bug is a call that never returns */
	return vmbus_device_add(&g->fake->vm, &here.dev, 0) ||
	       !guest_contact(g, VMBUS_VERSION(5, 3)) || !guest_request_offers(g) ||
	       guest_open(g, &here.c, &g->offer[0], HALF);
}

static int teardown(void **state)
{
	alarm(0);
	guest_end(here.g);
	return 0;
}

/* One ring's worth a call, and the rest later. */
static void fed_while_it_is_read(void **state)
{
	struct fake *f = here.g->fake;
	u32 taken = 0;

	here.feed = true;
	put();
	for (u32 i = 0; i < 4; i++) {
		if (!i)
			assert_int_equal(guest_signal(here.g, &here.c), 0);
		else
			fake_time(f->events->due);
		assert_int_equal(here.taken - taken, RING / PACKET);
		taken = here.taken;
		assert_non_null(f->events);
		assert_int_equal(f->events->due, f->now + PAUSE);
		/* signals do not help it */
		assert_int_equal(guest_signal(here.g, &here.c), 0);
		assert_int_equal(here.taken, taken);
	}
	/* what is left is taken without another signal, and then there is peace */
	here.feed = false;
	fake_time(f->now + PAUSE);
	assert_int_equal(here.taken, taken + 1);
	assert_null(f->events);
}

/* The others get as much time as the call took from them. */
static void a_slow_call_waits_longer(void **state)
{
	struct fake *f = here.g->fake;

	here.feed = true;
	here.takes = 100;
	put();
	assert_int_equal(guest_signal(here.g, &here.c), 0);
	assert_non_null(f->events);
	assert_int_equal(f->events->due, f->now + RING / PACKET * 100);
}

/* As much as a ring can hold is one call and no event: nothing changes for who is honest. */
static void a_full_ring_is_one_call(void **state)
{
	for (u32 i = 0; i < 3; i++) {
		here.taken = 0;
		for (u32 n = 0; n < RING / PACKET - 1; n++)
			put();
		assert_int_equal(guest_signal(here.g, &here.c), 0);
		assert_int_equal(here.taken, RING / PACKET - 1);
		assert_null(here.g->fake->events);
	}
}

static void closed_before_its_turn(void **state)
{
	const struct msg_relid close = { { MSG_CLOSECHANNEL, 0 }, here.c.relid };
	struct fake *f = here.g->fake;
	u32 taken;

	here.feed = true;
	put();
	assert_int_equal(guest_signal(here.g, &here.c), 0);
	assert_non_null(f->events);
	taken = here.taken;
	assert_int_equal(guest_post(here.g, &close, sizeof(close)), 0);
	assert_null(f->events);
	fake_time(f->now + 10 * PAUSE);
	assert_int_equal(here.taken, taken);
}

static void stops_when_the_device_is_full(void **state)
{
	here.feed = here.full = true;
	put();
	assert_int_equal(guest_signal(here.g, &here.c), 0);
	assert_int_equal(here.taken, 5);
	assert_null(here.g->fake->events);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(fed_while_it_is_read), T(a_slow_call_waits_longer), T(a_full_ring_is_one_call),
		T(closed_before_its_turn), T(stops_when_the_device_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
