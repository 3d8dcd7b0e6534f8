/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NIC at the near end of a wire whose far end is the loopback peer: included by
 * test_loopback*.c. It keeps what the peer sends.
 */
#ifndef HVHOST_TESTS_LOOPBACK_END_H
#define HVHOST_TESTS_LOOPBACK_END_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "backend/loopback.h"
#include "nic.h"

#define KEPT	256

struct end {
	struct fake *fake;
	struct net_backend *b;
	bool full;		/* the NIC takes nothing */
	u32 lose;		/* this many frames get lost */
	u32 n;
	u32 len[KEPT];
	u8 frame[KEPT][NET_FRAME_MAX];
	/* of a TCP connection */
	u16 port;
	u32 seq, ack, window;
};

static inline bool receive(void *nic, const void *frame, u32 len)
{
	struct end *e = nic;

	if (e->full)
		return false;
	if (e->lose) {
		e->lose--;
		return true;
	}
	assert_true(e->n < KEPT);
	memcpy(e->frame[e->n], frame, len);
	e->len[e->n++] = len;
	return true;
}

static inline int setup(void **state)
{
	struct end *e = calloc(1, sizeof(*e));

	e->fake = fake_begin(1);
	e->b = loopback_create(&e->fake->vm);
	assert_non_null(e->b);
	e->b->nic = e;
	e->b->receive = receive;
	e->b->ops->attach(e->b, nic_mac);
	*state = e;
	return 0;
}

static inline int teardown(void **state)
{
	fake_end();
	free(*state);
	return 0;
}

static inline u64 counted(struct end *e, const char *name)
{
	char text[64], *at;

	e->fake->log[0] = '\0';
	count_print(&e->fake->vm);
	snprintf(text, sizeof(text), "\"%s\":", name);
	at = strstr(e->fake->log, text);
	return at ? strtoull(at + strlen(text), NULL, 10) : 0;
}

static inline void put(struct end *e, const u8 *f, u32 len)
{
	e->n = 0;
	e->b->ops->transmit(e->b, f, len);
}

/* The transport checksum in its place. */
static inline void seal(u8 *f, u32 len)
{
	bool six = be16(f + 12) == ETH_P_IP6;
	u32 at = six ? 54 : 34;
	u8 proto = f[six ? 20 : 23];
	u32 field = at + (proto == PROTO_TCP ? 16 : proto == PROTO_UDP ? 6 : 2);
	u16 sum;

	put_be16(f + field, 0);
	sum = proto == PROTO_ICMP ? slow_sum(0, f + at, len - at) : slow_transport(f, len);
	put_be16(f + field, sum == 0xffff && proto == PROTO_UDP ? 0xffff : (u16)~sum);
}

static const u8 peer6[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0x5e, 0xff, 0xfe, 0, 0x53, 1 };

static inline u32 frame(u8 *f, bool six, bool tcp, u16 port, u32 bytes)
{
	u32 len = put_frame(f, six, tcp, port, bytes);

	if (six)
		memcpy(f + 38, peer6, 16);
	seal(f, len);
	return len;
}

/* Every frame of the peer is for the guest, and right. */
static inline void is_right(const u8 *f, u32 len)
{
	assert_memory_equal(f, nic_mac, 6);
	assert_memory_equal(f + 6, peer_mac, 6);
	if (be16(f + 12) == ETH_P_IP4) {
		assert_int_equal(slow_sum(0, f + 14, 20), 0xffff);
		assert_int_equal(be16(f + 16), len - 14);
		if (f[23] == PROTO_ICMP) {
			assert_int_equal(slow_sum(0, f + 34, len - 34), 0xffff);
			return;
		}
	}
	assert_int_equal(slow_transport(f, len), 0xffff);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
