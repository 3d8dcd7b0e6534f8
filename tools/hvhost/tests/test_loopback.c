// SPDX-License-Identifier: GPL-2.0-only
/* The peer at the other end of a NIC's wire: it answers what is right, and drops what is not. */
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

static bool receive(void *nic, const void *frame, u32 len)
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

static int setup(void **state)
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

static int teardown(void **state)
{
	fake_end();
	free(*state);
	return 0;
}

static u64 counted(struct end *e, const char *name)
{
	char text[64], *at;

	e->fake->log[0] = '\0';
	count_print(&e->fake->vm);
	snprintf(text, sizeof(text), "\"%s\":", name);
	at = strstr(e->fake->log, text);
	return at ? strtoull(at + strlen(text), NULL, 10) : 0;
}

static void put(struct end *e, const u8 *f, u32 len)
{
	e->n = 0;
	e->b->ops->transmit(e->b, f, len);
}

/* The transport checksum in its place. */
static void seal(u8 *f, u32 len)
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

static u32 frame(u8 *f, bool six, bool tcp, u16 port, u32 bytes)
{
	u32 len = put_frame(f, six, tcp, port, bytes);

	if (six)
		memcpy(f + 38, peer6, 16);
	seal(f, len);
	return len;
}

/* Every frame of the peer is for the guest, and right. */
static void is_right(const u8 *f, u32 len)
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

static void arp(void **state)
{
	static const u8 ask[28] = { 0, 1, 8, 0, 6, 4, 0, 1, 0, 0x15, 0x5d, 0, 0, 1, 192, 0, 2, 2,
				    0, 0, 0, 0, 0, 0, 192, 0, 2, 1 };
	struct end *e = *state;
	u8 f[60] = { 0 }, t[64];

	put_ethernet(f, ETH_P_ARP);
	memset(f, 0xff, 6);
	memcpy(f + 14, ask, 28);
	put(e, f, 42);
	assert_int_equal(e->n, 1);
	assert_int_equal(e->len[0], 42);
	assert_memory_equal(e->frame[0], nic_mac, 6);
	assert_int_equal(e->frame[0][21], 2);
	assert_memory_equal(e->frame[0] + 22, peer_mac, 6);
	assert_memory_equal(e->frame[0] + 28, ask + 24, 4);
	assert_memory_equal(e->frame[0] + 32, ask + 8, 10);
	/* in a VLAN: the answer, too */
	memcpy(t, f, 12);
	put_be16(t + 12, 0x8100);
	put_be16(t + 14, 5);
	memcpy(t + 16, f + 12, 30);
	put(e, t, 46);
	assert_int_equal(e->n, 1);
	assert_int_equal(e->len[0], 46);
	assert_int_equal(be16(e->frame[0] + 14), 5);
	/* of others, it says nothing */
	f[41] = 9;
	put(e, f, 42);
	assert_int_equal(e->n, 0);
	f[41] = 1;
	put(e, f, 41);
	assert_int_equal(e->n, 0);
	assert_int_equal(counted(e, "peer_malformed"), 1);
}

static void echoes(void **state)
{
	struct end *e = *state;
	static u8 f[NET_FRAME_MAX];

	for (u32 bytes = 0; bytes <= 9000; bytes += bytes < 20 ? 1 : 998)
		for (u32 six = 0; six < 2; six++) {
			u32 len = frame(f, six, false, PORT_ECHO, bytes), at = six ? 54 : 34;

			put(e, f, len);
			assert_int_equal(e->n, 1);
			assert_int_equal(e->len[0], len);
			is_right(e->frame[0], len);
			assert_int_equal(be16(e->frame[0] + at), PORT_ECHO);
			assert_int_equal(be16(e->frame[0] + at + 2), 4000);
			assert_memory_equal(e->frame[0] + at + 8, f + at + 8, bytes);
			/* ping */
			f[six ? 20 : 23] = six ? PROTO_ICMP6 : PROTO_ICMP;
			put_be16(f + 24, 0);
			if (!six)
				put_be16(f + 24, (u16)~slow_sum(0, f + 14, 20));
			f[at] = six ? 128 : 8;
			seal(f, len);
			put(e, f, len);
			assert_int_equal(e->n, 1);
			is_right(e->frame[0], len);
			assert_int_equal(e->frame[0][at], six ? 129 : 0);
			assert_memory_equal(e->frame[0] + at + 4, f + at + 4, bytes + 4);
		}
}

/* What is wrong is counted and gets no answer: a wrong offload is seen here. */
static void bad_checksums(void **state)
{
	struct end *e = *state;
	u8 f[200];
	u32 bad = 0, len;

	for (u32 kind = 0; kind < 4; kind++) {
		bool six = kind & 1;

		len = frame(f, six, kind & 2, PORT_ECHO, 100);
		if (kind & 2)
			f[(six ? 54 : 34) + 13] = TCP_SYN;
		seal(f, len);
		put(e, f, len);
		assert_int_equal(e->n, 1);
		for (u32 at = six ? 54 : 34; at < len; at += 7) {
			f[at] ^= 0x10;
			put(e, f, len);
			assert_int_equal(e->n, 0);
			f[at] ^= 0x10;
			bad++;
		}
	}
	len = frame(f, false, false, PORT_ECHO, 10);
	f[22]--;	/* TTL: the IP header's own */
	put(e, f, len);
	assert_int_equal(e->n, 0);
	assert_int_equal(counted(e, "peer_bad_checksums"), bad + 1);
	/* UDP without one is right in IPv4, and wrong in IPv6 */
	len = frame(f, false, false, PORT_ECHO, 10);
	put_be16(f + 40, 0);
	put(e, f, len);
	assert_int_equal(e->n, 1);
	len = frame(f, true, false, PORT_ECHO, 10);
	put_be16(f + 60, 0);
	put(e, f, len);
	assert_int_equal(e->n, 0);
}

static void neighbours(void **state)
{
	struct end *e = *state;
	u8 f[100] = { 0 };
	u32 len = frame(f, true, false, 0, 24);

	f[20] = PROTO_ICMP6;
	f[38] = 0xff;		/* to the group of its address */
	memset(f + 54, 0, 32);
	f[54] = 135;
	memcpy(f + 62, peer6, 16);
	seal(f, len);
	put(e, f, len);
	assert_int_equal(e->n, 1);
	is_right(e->frame[0], e->len[0]);
	assert_int_equal(e->frame[0][54], 136);
	assert_int_equal(e->frame[0][21], 255);
	assert_memory_equal(e->frame[0] + 22, peer6, 16);
	assert_memory_equal(e->frame[0] + 62, peer6, 16);
	assert_memory_equal(e->frame[0] + 80, peer_mac, 6);
	f[77]++;
	seal(f, len);
	put(e, f, len);
	assert_int_equal(e->n, 0);
}

static void silent(struct end *e, const u8 *f, u32 len)
{
	put(e, f, len);
	assert_int_equal(e->n, 0);
}

static void not_for_it(void **state)
{
	struct end *e = *state;
	u8 f[100];
	u32 len = frame(f, false, false, PORT_ECHO, 10);

	f[5] ^= 1;
	silent(e, f, len);
	f[5] ^= 1;
	for (u32 cut = 0; cut < len; cut++)
		silent(e, f, cut);
	frame(f, false, false, 12345, 10);
	silent(e, f, len);
	/* fragments: of IPv4, and of IPv6, which have a header for it */
	frame(f, false, false, PORT_ECHO, 10);
	f[20] = 0x20;
	put_be16(f + 24, 0);
	put_be16(f + 24, (u16)~slow_sum(0, f + 14, 20));
	silent(e, f, len);
	frame(f, true, false, PORT_ECHO, 18);
	memmove(f + 62, f + 54, 26);
	memset(f + 54, 0, 8);
	f[54] = PROTO_UDP;
	f[20] = 44;
	put_be16(f + 18, 34);
	silent(e, f, 54 + 34);
	frame(f, false, false, PORT_DISCARD, 10);
	silent(e, f, len);
	assert_int_equal(counted(e, "peer_discarded"), 1);
}

/* ---- TCP ---- */

static bool six_now;

static void tcp(struct end *e, u8 flags, u32 seq, u32 ack, const void *data, u32 len)
{
	static u8 f[NET_FRAME_MAX];
	u32 all = frame(f, six_now, true, e->port, len), at = six_now ? 54 : 34;

	put_be32(f + at + 4, seq);
	put_be32(f + at + 8, ack);
	f[at + 13] = flags;
	put_be16(f + at + 14, (u16)e->window);
	if (len)
		memcpy(f + at + 20, data, len);
	seal(f, all);
	put(e, f, all);
}

static const u8 *segment(struct end *e, u32 i)
{
	u32 at = six_now ? 54 : 34;

	assert_true(i < e->n);
	is_right(e->frame[i], e->len[i]);
	return e->frame[i] + at;
}

static u32 payload(struct end *e, u32 i)
{
	const u8 *t = segment(e, i);

	return e->len[i] - (u32)(t - e->frame[i]) - (t[12] >> 4) * 4u;
}

/* The handshake; the guest's MSS is @mss. */
static void connect_to(struct end *e, u16 port, u16 mss)
{
	u8 f[100];
	u32 at = six_now ? 54 : 34, len = frame(f, six_now, true, port, 4);
	const u8 *t;

	e->port = port;
	e->seq = 0xfffffff0;	/* numbers wrap */
	e->window = 65535;
	put_be32(f + at + 4, e->seq++);
	f[at + 12] = 0x60;
	f[at + 13] = TCP_SYN;
	f[at + 20] = 2;
	f[at + 21] = 4;
	put_be16(f + at + 22, mss);
	seal(f, len);
	put(e, f, len);
	assert_int_equal(e->n, 1);
	t = segment(e, 0);
	assert_int_equal(t[13], TCP_SYN | TCP_ACK);
	assert_int_equal(be32(t + 8), e->seq);
	assert_int_equal(be16(t + 22), 9216 - (six_now ? 60 : 40));
	e->ack = be32(t + 4) + 1;
	tcp(e, TCP_ACK, e->seq, e->ack, NULL, 0);
	assert_int_equal(e->n, 0);
}

/* What came back, in order, acknowledged; how many bytes. */
static u32 collect(struct end *e, u8 *to, u32 mss)
{
	u32 got = 0, n = e->n;

	for (u32 i = 0; i < n; i++) {
		const u8 *t = segment(e, i);
		u32 bytes = payload(e, i);

		assert_true(bytes <= mss);
		assert_int_equal(be32(t + 4), e->ack);
		memcpy(to + got, t + (t[12] >> 4) * 4, bytes);
		e->ack += bytes;
		got += bytes;
	}
	return got;
}

static void tcp_echo(void **state)
{
	static u8 sent[8960], back[65536];
	struct end *e = *state;

	for (u32 six = 0; six < 2; six++) {
		u32 total = 0;

		six_now = six;
		connect_to(e, PORT_ECHO, 1400);
		for (u32 len = 1; len < sizeof(sent); len = len * 3 / 2 + 1) {
			for (u32 i = 0; i < len; i++)
				sent[i] = (u8)(i * 3 + len);
			tcp(e, TCP_ACK | TCP_PSH, e->seq, e->ack, sent, len);
			e->seq += len;
			assert_int_equal(e->n, (len + 1399) / 1400);
			assert_int_equal(be32(segment(e, e->n - 1) + 8), e->seq);
			assert_int_equal(collect(e, back, 1400), len);
			assert_memory_equal(back, sent, len);
			total += len;
		}
		tcp(e, TCP_ACK, e->seq, e->ack, NULL, 0);
		assert_int_equal(e->n, 0);
		/* the guest closes: all has come back, so the peer does, too */
		tcp(e, TCP_ACK | TCP_FIN, e->seq, e->ack, NULL, 0);
		assert_int_equal(e->n, 1);
		assert_int_equal(segment(e, 0)[13], TCP_ACK | TCP_FIN);
		assert_int_equal(be32(segment(e, 0) + 8), e->seq + 1);
		tcp(e, TCP_ACK, e->seq + 1, e->ack + 1, NULL, 0);
		assert_int_equal(e->n, 0);
		/* and it is gone */
		tcp(e, TCP_ACK, e->seq + 1, e->ack + 1, NULL, 0);
		assert_int_equal(segment(e, 0)[13], TCP_RST);
		assert_int_equal(counted(e, "peer_tcp_connections"), six + 1);
		assert_true(total > 10000);
	}
	assert_int_equal(counted(e, "peer_tcp_retransmits"), 0);
}

static void tcp_window(void **state)
{
	static u8 d[8192], back[65536];
	struct end *e = *state;
	u32 offered, got;

	six_now = false;
	connect_to(e, PORT_ECHO, 1460);
	/* the guest takes 1000 bytes at a time */
	e->window = 1000;
	for (u32 i = 0; i < 8; i++) {
		memset(d, (int)i + 1, sizeof(d));
		tcp(e, TCP_ACK, e->seq, e->ack, d, 8192);
		e->seq += 8192;
		assert_int_equal(e->n, 1);
		if (!i)
			assert_int_equal(payload(e, 0), 1000);
	}
	/* the peer's own window is closed now: nothing more is taken */
	offered = be16(segment(e, 0) + 14);
	assert_int_equal(offered, 0);
	tcp(e, TCP_ACK, e->seq, e->ack, d, 100);
	assert_int_equal(be32(segment(e, 0) + 8), e->seq);
	/* the guest opens its own: the rest comes, in order */
	e->window = 65535;
	e->ack += 1000;
	tcp(e, TCP_ACK, e->seq, e->ack, NULL, 0);
	got = collect(e, back, 1460);
	assert_int_equal(got, 65536 - 1000);
	for (u32 i = 0; i < got; i++)
		assert_int_equal(back[i], (i + 1000) / 8192 + 1);
	tcp(e, TCP_ACK, e->seq, e->ack, d, 100);
	assert_int_equal(payload(e, 0), 100);
	assert_int_equal(be16(segment(e, 0) + 14), 65436);
}

/* A window of nothing is asked about until it opens. */
static void tcp_closed_window(void **state)
{
	struct end *e = *state;

	six_now = false;
	connect_to(e, PORT_ECHO, 1460);
	e->window = 0;
	tcp(e, TCP_ACK, e->seq, e->ack, "abc", 3);
	e->seq += 3;
	assert_int_equal(payload(e, 0), 0);
	for (u32 i = 0; i < 20; i++) {
		e->n = 0;
		fake_time(e->fake->now + 200000000);
		assert_true(e->n >= 1);
		assert_int_equal(payload(e, 0), 1);
		assert_int_equal(segment(e, 0)[20], 'a');
		tcp(e, TCP_ACK, e->seq, e->ack, NULL, 0);
	}
	e->window = 100;
	tcp(e, TCP_ACK, e->seq, e->ack + 1, NULL, 0);
	assert_int_equal(payload(e, 0), 2);
	assert_memory_equal(segment(e, 0) + 20, "bc", 2);
}

static void tcp_loss(void **state)
{
	static u8 d[5000], back[65536];
	struct end *e = *state;

	for (u32 i = 0; i < sizeof(d); i++)
		d[i] = (u8)(i * 11);
	six_now = true;
	connect_to(e, PORT_ECHO, 1000);
	/* the second of five segments gets lost, all from there come again */
	e->lose = 0;
	tcp(e, TCP_ACK, e->seq, e->ack, d, 5000);
	e->seq += 5000;
	assert_int_equal(e->n, 5);
	e->ack += 1000;
	tcp(e, TCP_ACK, e->seq, e->ack, NULL, 0);
	assert_int_equal(e->n, 0);
	fake_time(e->fake->now + 11000000);	/* it went on since the timer was set */
	assert_int_equal(e->n, 0);
	fake_time(e->fake->now + 11000000);
	assert_int_equal(e->n, 4);
	assert_int_equal(collect(e, back, 1000), 4000);
	assert_memory_equal(back, d + 1000, 4000);
	tcp(e, TCP_ACK, e->seq, e->ack, NULL, 0);
	assert_int_equal(counted(e, "peer_tcp_retransmits"), 1);
	/* old segments, and ones from the future: acknowledged, not taken */
	tcp(e, TCP_ACK, e->seq - 100, e->ack, d, 100);
	assert_int_equal(payload(e, 0), 0);
	assert_int_equal(be32(segment(e, 0) + 8), e->seq);
	tcp(e, TCP_ACK, e->seq + 1, e->ack, d, 100);
	assert_int_equal(payload(e, 0), 0);
	assert_int_equal(be32(segment(e, 0) + 8), e->seq);
	/* half of it is new */
	tcp(e, TCP_ACK, e->seq - 50, e->ack, d, 100);
	assert_int_equal(payload(e, 0), 50);
	assert_memory_equal(segment(e, 0) + 20, d + 50, 50);
	/* nobody answers any more: the peer gives up */
	fake_time(e->fake->now + 3000000000ull);
	tcp(e, TCP_ACK, e->seq + 50, e->ack, NULL, 0);
	assert_int_equal(segment(e, 0)[13], TCP_RST);
}

static void tcp_refused(void **state)
{
	struct end *e = *state;

	six_now = false;
	e->port = 80;
	tcp(e, TCP_SYN, 100, 0, NULL, 0);
	assert_int_equal(segment(e, 0)[13], TCP_RST | TCP_ACK);
	assert_int_equal(be32(segment(e, 0) + 8), 101);
	tcp(e, TCP_ACK, 100, 777, NULL, 0);
	assert_int_equal(segment(e, 0)[13], TCP_RST);
	assert_int_equal(be32(segment(e, 0) + 4), 777);
	tcp(e, TCP_RST, 100, 0, NULL, 0);
	assert_int_equal(e->n, 0);
	/* a reset with the right number ends a connection, with another one does not */
	connect_to(e, PORT_ECHO, 1460);
	tcp(e, TCP_RST, e->seq + 1, 0, NULL, 0);
	tcp(e, TCP_ACK, e->seq, e->ack, "x", 1);
	assert_int_equal(payload(e, 0), 1);
	tcp(e, TCP_RST, e->seq + 1, 0, NULL, 0);
	tcp(e, TCP_ACK, e->seq + 1, e->ack, NULL, 0);
	assert_int_equal(segment(e, 0)[13], TCP_RST);
	/* data to the discard port come to nothing */
	connect_to(e, PORT_DISCARD, 1460);
	tcp(e, TCP_ACK, e->seq, e->ack, "xyz", 3);
	assert_int_equal(payload(e, 0), 0);
	assert_int_equal(be32(segment(e, 0) + 8), e->seq + 3);
}

/* More connections than there is room for: the one not heard of for longest goes. */
static void tcp_many(void **state)
{
	struct end *e = *state;
	u64 opened = counted(e, "peer_tcp_connections"), heap = e->fake->heap_left;
	u8 f[100];
	u32 len = frame(f, false, true, PORT_ECHO, 0);

	/* without memory: no answer, the guest tries again */
	e->fake->heap_left = 0;
	f[47] = TCP_SYN;
	seal(f, len);
	put(e, f, len);
	assert_int_equal(e->n, 0);
	e->fake->heap_left = heap;
	for (u32 i = 0; i < TCP_PEERS + 10; i++) {
		len = frame(f, false, true, PORT_ECHO, 0);
		put_be16(f + 34, (u16)(5000 + i));
		f[47] = TCP_SYN;
		seal(f, len);
		put(e, f, len);
		assert_int_equal(e->n, 1);
	}
	assert_int_equal(counted(e, "peer_tcp_connections"), opened + TCP_PEERS + 10);
}

/* ---- the generator ---- */

static void generator(void **state)
{
	struct end *e = *state;
	u8 f[100];
	u32 len = frame(f, false, false, PORT_GENERATE, 8), got = 0;
	u64 arg[2] = { 100, 512 };

	put_be32(f + 42, 100);
	put_be32(f + 46, 512);
	seal(f, len);
	put(e, f, len);
	put(e, f, len);		/* one at a time */
	assert_int_equal(counted(e, "peer_unanswered"), 1);
	for (u32 i = 0; i < 10; i++) {
		e->n = 0;
		e->full = i == 1;
		fake_time(e->fake->now + 1000);
		for (u32 k = 0; k < e->n; k++) {
			const u8 *d = e->frame[k] + 42;

			is_right(e->frame[k], e->len[k]);
			assert_int_equal(e->len[k], 42 + 512);
			assert_int_equal(be16(e->frame[k] + 36), 4000);
			assert_int_equal(be32(d), got++);
			assert_int_equal(be32(d + 4), 100);
			for (u32 b = 8; b < 512; b++)
				assert_int_equal(d[b], (u8)(got - 1 + b));
		}
	}
	assert_int_equal(got, 100);
	assert_int_equal(counted(e, "peer_generated"), 100);
	/* by the host script; nobody takes them */
	assert_int_equal(e->b->ops->act(e->b, "generate", arg, 2), 0);
	assert_int_equal(e->b->ops->act(e->b, "generate", arg, 2), -HV_EBUSY);
	e->full = true;
	fake_time(e->fake->now + 3000000);
	assert_int_equal(counted(e, "peer_generated_lost"), 100);
	arg[1] = 7;
	assert_int_equal(e->b->ops->act(e->b, "generate", arg, 2), -HV_EINVAL);
	arg[1] = 9216;
	assert_int_equal(e->b->ops->act(e->b, "generate", arg, 2), -HV_EINVAL);
	assert_int_equal(e->b->ops->act(e->b, "generate", arg, 1), -HV_EINVAL);
	assert_int_equal(e->b->ops->act(e->b, "sing", arg, 0), -HV_ENOENT);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(arp), T(echoes), T(bad_checksums), T(neighbours), T(not_for_it), T(tcp_echo),
		T(tcp_window), T(tcp_closed_window), T(tcp_loss), T(tcp_refused), T(tcp_many), T(generator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
