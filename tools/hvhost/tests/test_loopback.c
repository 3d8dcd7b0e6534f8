// SPDX-License-Identifier: GPL-2.0-only
/* The peer at the other end of a NIC's wire: it answers what is right, and drops what is not. */
#include "loopback_end.h"

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
	const struct CMUnitTest tests[] = {
		T(arp), T(echoes), T(bad_checksums), T(neighbours), T(not_for_it), T(generator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
