// SPDX-License-Identifier: GPL-2.0-only
/* What a guest leaves to its NIC: checksums, large sends, VLAN tags; checked whole, by code of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "nic.h"

static int setup(void **state)
{
	*state = nic_begin(1, 1, NULL);
	return 0;
}

static int teardown(void **state)
{
	nic_end(*state);
	return 0;
}

static void vlan_out(void **state)
{
	static const u32 ppi[2] = { RNDIS_PPI_VLAN, VLAN_FROM_TCI(0xb123) };	/* priority 5, CFI */
	struct nic *w = *state;
	u8 f[1514];
	u32 len = put_frame(f, false, false, 7, 1514 - 42);

	nic_up(w, NVSP_VERSION_61, 1500);
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->len[0], 1518);
	assert_memory_equal(w->frame[0], f, 12);
	assert_int_equal(be16(w->frame[0] + 12), 0x8100);
	assert_int_equal(be16(w->frame[0] + 14), 0xb123);
	assert_memory_equal(w->frame[0] + 16, f + 12, len - 12);
}

static void vlan_in(void **state)
{
	struct nic *w = *state;
	u8 f[1518], plain[1514];
	u32 v = 0;

	nic_up(w, NVSP_VERSION_61, 1500);
	for (u32 i = 0; i < sizeof(plain); i++)
		plain[i] = (u8)i;
	memcpy(plain, nic_mac, 6);
	memcpy(f, plain, 12);
	put_be16(f + 12, 0x8100);
	put_be16(f + 14, 0xf00a);
	memcpy(f + 16, plain + 12, sizeof(plain) - 12);
	assert_true(nic_arrive(w, f, sizeof(f)));
	nic_poll(w, &w->ch);
	nic_is_frame(w, 0, plain, sizeof(plain));
	assert_true(nic_ppi(w, 0, RNDIS_PPI_VLAN, &v));
	assert_int_equal(VLAN_TO_TCI(v), 0xf00a);
	/* a driver that did not say it can: the tag stays */
	nic_init(w, NVSP_VERSION_61);
	assert_true(nic_arrive(w, f, sizeof(f)));
	nic_poll(w, &w->ch);
	nic_is_frame(w, 0, f, sizeof(f));
}

static u32 csum_request(bool six, bool tcp)
{
	return (six ? CSUM_TX_IP6 : CSUM_TX_IP4) | (tcp ? CSUM_TX_TCP : CSUM_TX_UDP) |
	       (six ? 54u : 34u) << 16;
}

static void checksums_out(void **state)
{
	struct nic *w = *state;
	u8 f[1514];

	nic_up(w, NVSP_VERSION_61, 1500);
	nic_offload(w, NDIS_PARAMETER_TX_RX, NDIS_PARAMETER_OFF);
	for (u32 kind = 0; kind < 4; kind++)
		for (u32 bytes = 0; bytes <= 1440; bytes += bytes < 8 ? 1 : 179) {
			u32 ppi[2] = { RNDIS_PPI_CHECKSUM, csum_request(kind & 1, kind & 2) };
			u32 len = put_frame(f, kind & 1, kind & 2, 7, bytes);

			f[len - bytes - (kind & 2 ? 4 : 2)] = 0x55; /* what the field had before */
			w->frames = 0;
			assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_SUCCESS);
			assert_int_equal(w->frames, 1);
			assert_int_equal(slow_transport(w->frame[0], len), 0xffff);
		}
	assert_int_equal(nic_counted(w, "net_tx_checksums_filled"), 4 * (8 + 9));
	/* UDP whose sum is zero says 0xffff: the payload is made so that it would be */
	for (u32 i = 0; i < 2; i++) {
		u32 ppi[2] = { RNDIS_PPI_CHECKSUM, csum_request(false, false) };
		u32 len = put_frame(f, false, false, 7, 4);

		put_be16(f + 42, 0);
		put_be16(f + 40, 0);
		put_be16(f + 42, (u16)~slow_transport(f, len));
		w->frames = 0;
		nic_frame(w, ppi, 1, f, len);
		assert_int_equal(be16(w->frame[0] + 40), 0xffff);
	}
}

static void checksums_refused(void **state)
{
	struct nic *w = *state;
	u8 f[200];
	u32 len = put_frame(f, false, true, 7, 20);
	u32 ppi[2] = { RNDIS_PPI_CHECKSUM, csum_request(false, true) };
	const u32 bad[] = { csum_request(true, true), csum_request(false, false),
			    CSUM_TX_IP4 | CSUM_TX_TCP | 35 << 16,
			    CSUM_TX_IP4 | CSUM_TX_TCP | 1000 << 16 };

	nic_up(w, NVSP_VERSION_61, 1500);
	/* not turned on */
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_INVALID_RNDIS);
	nic_offload(w, NDIS_PARAMETER_TX, NDIS_PARAMETER_OFF);
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_SUCCESS);
	w->frames = 0;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		ppi[1] = bad[i];
		assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_INVALID_RNDIS);
	}
	/* a fragment has no header to fill in */
	f[20] = 0x20;
	ppi[1] = csum_request(false, true);
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_INVALID_RNDIS);
	assert_int_equal(w->frames, 0);
}

/* A large send is @payload bytes in segments of @mss; each is checked whole. */
static void large(struct nic *w, bool six, u32 payload, u32 mss, int tci)
{
	static u8 f[65536];
	u32 l4 = six ? 54 : 34, header = l4 + 32, len, n = (payload + mss - 1) / mss, seen = 0;
	u32 ppi[4] = { RNDIS_PPI_LARGE_SEND, LSO_V2 | (six ? LSO_IP6 : 0) | l4 << 20 | mss,
		       RNDIS_PPI_VLAN, tci >= 0 ? VLAN_FROM_TCI(tci) : 0 };

	len = put_frame(f, six, true, 7, 12 + payload);
	f[l4 + 12] = 0x80;	/* 12 bytes of options */
	f[l4 + 13] = TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR;
	put_be16(f + (six ? 18 : 16), 0);
	put_be32(f + l4 + 4, 0xffffff00);	/* sequence numbers wrap */
	w->frames = 0;
	assert_int_equal(nic_frame(w, ppi, tci >= 0 ? 2 : 1, f, len), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->frames, n);
	for (u32 i = 0; i < n; i++) {
		u8 *s = w->frame[i];
		u32 bytes = MIN(mss, payload - seen), flags = TCP_ACK;

		if (tci >= 0) {
			assert_int_equal(be16(s + 14), tci);
			memmove(s + 12, s + 16, w->len[i] - 16);
			w->len[i] -= 4;
		}
		assert_int_equal(w->len[i], header + bytes);
		assert_int_equal(be16(s + (six ? 18 : 16)), header + bytes - (six ? 54 : 14));
		if (!six) {
			assert_int_equal(be16(s + 18), 0x1234 + i);
			assert_int_equal(slow_sum(0, s + 14, 20), 0xffff);
		}
		assert_int_equal(be32(s + l4 + 4), 0xffffff00 + seen);
		flags |= i ? 0 : TCP_CWR;
		flags |= i + 1 == n ? TCP_PSH | TCP_FIN : 0;
		assert_int_equal(s[l4 + 13], flags);
		assert_memory_equal(s + l4 + 20, f + l4 + 20, 12);
		assert_memory_equal(s + header, f + header + seen, bytes);
		assert_int_equal(slow_transport(s, w->len[i]), 0xffff);
		seen += bytes;
	}
}

static void large_sends(void **state)
{
	struct nic *w = *state;

	nic_up(w, NVSP_VERSION_61, 1500);
	nic_offload(w, NDIS_PARAMETER_TX_RX, NDIS_PARAMETER_LSO2_ON);
	for (u32 six = 0; six < 2; six++) {
		u32 mss = six ? 1428 : 1448;

		large(w, six, 1, mss, -1);
		large(w, six, mss - 1, mss, -1);
		large(w, six, mss, mss, -1);
		large(w, six, mss + 1, mss, -1);
		large(w, six, 2 * mss, mss, -1);
		large(w, six, 61360, mss, -1);
		large(w, six, 700, 48, -1);
		large(w, six, 4000, mss, 0x2005);
	}
}

static void large_refused(void **state)
{
	const u32 good = LSO_V2 | 34 << 20 | 1000;
	const u32 bad[] = { good & ~LSO_V2, good | LSO_IP6, LSO_V2 | 33 << 20 | 1000,
			    LSO_V2 | 38 << 20 | 1000, LSO_V2 | 1023 << 20 | 1000, LSO_V2 | 34 << 20,
			    LSO_V2 | 34 << 20 | 47 };
	u32 ppi[2] = { RNDIS_PPI_LARGE_SEND, good };
	struct nic *w = *state;
	static u8 f[65536];
	u32 len = put_frame(f, false, true, 7, 3000);

	nic_up(w, NVSP_VERSION_61, 1500);
	assert_int_equal(nic_frame(w, ppi, 1, f, len),
			 NVSP_STATUS_INVALID_RNDIS); /* not turned on */
	nic_offload(w, NDIS_PARAMETER_TX_RX, NDIS_PARAMETER_LSO2_ON);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		ppi[1] = bad[i];
		assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_INVALID_RNDIS);
	}
	ppi[1] = LSO_V2 | 34 << 20 | 1461;	/* too long for the MTU: dropped */
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_SUCCESS);
	ppi[1] = LSO_V2 | 34 << 20 | 0xfffff;
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_SUCCESS);
	assert_int_equal(nic_counted(w, "net_tx_dropped_too_long"), 2);
	ppi[1] = good;
	f[34 + 12] = 0x40;	/* a TCP header of 16 bytes */
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_INVALID_RNDIS);
	f[34 + 12] = 0x50;
	assert_int_equal(nic_frame(w, ppi, 1, f, 54), NVSP_STATUS_INVALID_RNDIS); /* no payload */
	len = put_frame(f, false, true, 7, 62000);
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_INVALID_RNDIS);
	assert_int_equal(w->frames, 0);
	len = put_frame(f, false, true, 7, 3000);
	assert_int_equal(nic_frame(w, ppi, 1, f, len), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->frames, 3);
}

static void checksums_in(void **state)
{
	struct nic *w = *state;
	u8 f[1514];
	u32 v;

	nic_up(w, NVSP_VERSION_61, 1500);
	nic_offload(w, NDIS_PARAMETER_TX_RX, NDIS_PARAMETER_OFF);
	for (u32 kind = 0; kind < 4; kind++) {
		bool six = kind & 1, tcp = kind & 2;
		u32 len = put_frame(f, six, tcp, 7, 333), at = (six ? 54u : 34u) + (tcp ? 16 : 6);

		memcpy(f, nic_mac, 6);
		put_be16(f + at, (u16)~slow_transport(f, len));
		assert_true(nic_arrive(w, f, len));
		nic_poll(w, &w->ch);
		assert_true(nic_ppi(w, 0, RNDIS_PPI_CHECKSUM, &v));
		assert_int_equal(v, tcp ? CSUM_RX_TCP_GOOD : CSUM_RX_UDP_GOOD);
		f[len - 1] ^= 1;
		assert_true(nic_arrive(w, f, len));
		nic_poll(w, &w->ch);
		assert_true(nic_ppi(w, 0, RNDIS_PPI_CHECKSUM, &v));
		assert_int_equal(v, tcp ? CSUM_RX_TCP_FAILED : CSUM_RX_UDP_FAILED);
	}
	assert_int_equal(nic_counted(w, "net_rx_bad_checksums"), 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(vlan_out), T(vlan_in), T(checksums_out), T(checksums_refused), T(checksums_in),
		T(large_sends), T(large_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
