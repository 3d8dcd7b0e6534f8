/* SPDX-License-Identifier: GPL-2.0-only */
/* A device that answers each packet with its own data: included by test_vmbus*.c. */
#ifndef HVHOST_TESTS_ECHO_H
#define HVHOST_TESTS_ECHO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "guest.h"
#include "lib.h"
#include "vmbus.h"

/* What was done to it; @refuse: it does not want to be opened. */
static u32 opened, closed, resets, refuse, full, taken;

static int echo_open(struct vmbus_channel *ch)
{
	opened++;
	return refuse ? -HV_EINVAL : 0;
}

static void echo_close(struct vmbus_channel *ch)
{
	closed++;
}

static void echo_take(struct vmbus_channel *ch, const struct vmbus_packet *p)
{
	u8 data[256];
	u32 n = MIN(p->len, (u32)sizeof(data));

	taken++;
	memcpy(data, p->data, n);
	if (p->total)
		assert_false(packet_read(ch->dev->vm, p, 0, data, MIN(p->total, sizeof(data))));
	if (channel_complete(ch, p->trans_id, data, n) == -HV_ENOSPC)
		full++;
}

static void echo_signal(struct vmbus_channel *ch)
{
	channel_drain(ch, echo_take, NULL);
}

static void echo_reset(struct vmbus_device *d)
{
	resets++;
}

static const struct vmbus_device_ops echo_ops = {
	.name = "echo", .type = GUID(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), .open = echo_open,
	.close = echo_close, .signal = echo_signal, .reset = echo_reset,
};

static struct vmbus_device echo[2];	/* the first is on the bus from the beginning */

static inline int setup(void **state)
{
	struct guest *g = guest_begin(4);

	opened = closed = resets = refuse = full = taken = 0;
	memset(echo, 0, sizeof(echo));
	echo[0].ops = echo[1].ops = &echo_ops;
	assert_int_equal(vmbus_device_add(&g->fake->vm, &echo[0], 0), 0);
	*state = g;
	return 0;
}

static inline int teardown(void **state)
{
	guest_end(*state);
	return 0;
}

/* Contact, offers, and a channel to the first one with rings of four pages each. */
static inline struct guest_channel open_echo(struct guest *g)
{
	struct guest_channel c;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), 1);
	assert_int_equal(guest_open(g, &c, &g->offer[0], 4), 0);
	return c;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
