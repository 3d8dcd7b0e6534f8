// SPDX-License-Identifier: GPL-2.0-only
/* The loopback peer's TCP: echo, windows, loss, more connections than it has room for. */
#include "loopback_end.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(tcp_echo), T(tcp_window), T(tcp_closed_window), T(tcp_loss), T(tcp_refused),
		T(tcp_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
