// SPDX-License-Identifier: GPL-2.0-only
/* Control of a NIC by RNDIS: its messages and objects, and receive side scaling against the published hashes. */
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
	struct nic *w = nic_begin(4, 4, NULL);

	nic_up(w, NVSP_VERSION_61, 1500);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	nic_end(*state);
	return 0;
}

static void initialize_and_halt(void **state)
{
	struct rndis_initialize m = { { RNDIS_INITIALIZE, sizeof(m) }, 7, 2, 0, 0x4000 };
	struct rndis_initialize_complete c;
	struct nic *w = *state;
	u32 halt[3] = { RNDIS_HALT, 12, 9 }, filter = 0x2d, n;

	assert_int_equal(nic_control(w, &m, sizeof(m)), NVSP_STATUS_SUCCESS);
	memcpy(&c, w->message[0], sizeof(c));
	assert_int_equal(c.id, 7);
	assert_int_equal(c.status, RNDIS_STATUS_BAD_VERSION);
	/* it is not initialized now: nothing but INITIALIZE is taken */
	assert_int_equal(nic_control(w,
				     &(struct rndis_request){ { RNDIS_QUERY, 28 }, 1, 0, 0, 0, 0 },
				     28),
			 NVSP_STATUS_INVALID_RNDIS);
	assert_int_equal(w->messages, 0);
	assert_int_equal(nic_initialize(w), 0);
	memcpy(&c, w->message[0], sizeof(c));
	assert_int_equal(c.major, 1);
	assert_int_equal(c.flags, 1);
	assert_int_equal(c.max_packets, 8);
	assert_int_equal(c.alignment, 3);
	/* settings are those of a new device */
	assert_int_equal(nic_query(w, OID_GEN_CURRENT_PACKET_FILTER, &filter, &n), 0);
	assert_int_equal(filter, 0);
	assert_int_equal(nic_control(w, halt, sizeof(halt)), NVSP_STATUS_SUCCESS);
	assert_int_equal(w->messages, 0);	/* without an answer */
}

static void reset_and_keepalive(void **state)
{
	u32 reset[3] = { RNDIS_RESET, 12, 0 }, alive[3] = { RNDIS_KEEPALIVE, 12, 0x1234 }, a[4];
	struct nic *w = *state;

	nic_control(w, reset, sizeof(reset));
	memcpy(a, w->message[0], sizeof(a));
	assert_int_equal(w->bytes[0], 16);
	assert_int_equal(a[0], 0x80000006);
	assert_int_equal(a[2], 0);
	nic_control(w, alive, sizeof(alive));
	memcpy(a, w->message[0], sizeof(a));
	assert_int_equal(a[0], 0x80000008);
	assert_int_equal(a[2], 0x1234);
	assert_int_equal(a[3], 0);
}

static void numbers(void **state)
{
	static const struct { u32 oid, value; } t[] = {
		{ OID_GEN_MAXIMUM_FRAME_SIZE, 1500 }, { OID_GEN_MAXIMUM_TOTAL_SIZE, 1514 },
		{ OID_GEN_LINK_SPEED, 100000000 }, { OID_GEN_MEDIA_CONNECT_STATUS, 0 },
		{ OID_GEN_CURRENT_PACKET_FILTER, 0xd }, { OID_GEN_MAXIMUM_SEND_PACKETS, 8 },
		{ OID_802_3_MAXIMUM_LIST_SIZE, 32 }, { OID_GEN_XMIT_OK, 0 },
		{ OID_GEN_HARDWARE_STATUS, 0 }, { OID_GEN_MEDIA_SUPPORTED, 0 },
		{ OID_GEN_MEDIA_IN_USE, 0 }, { OID_GEN_TRANSMIT_BLOCK_SIZE, 1514 },
		{ OID_GEN_RECEIVE_BLOCK_SIZE, 1514 }, { OID_GEN_VENDOR_ID, 0xffffff },
		{ OID_GEN_MAC_OPTIONS, 8 }, { OID_GEN_RCV_OK, 0 }, { OID_GEN_XMIT_ERROR, 0 },
		{ OID_GEN_RCV_ERROR, 0 }, { OID_GEN_RCV_NO_BUFFER, 0 } };
	struct nic *w = *state;
	u8 out[RNDIS_ANSWER_MAX];
	u32 n, v, oid;

	for (u32 i = 0; i < ARRAY_SIZE(t); i++) {
		assert_int_equal(nic_query(w, t[i].oid, &v, &n), 0);
		assert_int_equal(n, 4);
		assert_int_equal(v, t[i].value);
	}
	/* each that is listed is there: to be asked, or to be set */
	assert_int_equal(nic_query(w, OID_GEN_SUPPORTED_LIST, out, &n), 0);
	assert_true(n >= 20 * 4);
	for (u32 i = 0; i < n / 4; i++) {
		u8 other[RNDIS_ANSWER_MAX];

		memcpy(&oid, out + 4 * i, 4);
		if (nic_query(w, oid, other, &v) == RNDIS_STATUS_NOT_SUPPORTED)
			assert_int_equal(nic_set(w, oid, other, 5), RNDIS_STATUS_INVALID_LENGTH);
	}
	assert_int_equal(nic_query(w, 0x12345678, out, &n), RNDIS_STATUS_NOT_SUPPORTED);
	assert_int_equal(n, 0);
	assert_int_equal(nic_set(w, 0x12345678, out, 4), RNDIS_STATUS_NOT_SUPPORTED);
	assert_int_equal(nic_set(w, OID_GEN_CURRENT_PACKET_FILTER, out, 3),
			 RNDIS_STATUS_INVALID_LENGTH);
}

static void offload_capabilities(void **state)
{
	static const struct { u8 revision; u16 size; u32 version; bool udp; } t[] = {
		{ 1, 112, NVSP_VERSION_2, false }, { 2, 144, NVSP_VERSION_4, false },
		{ 3, 156, NVSP_VERSION_61, true } };
	struct nic *w = *state;
	struct ndis_offload o, asked;
	u32 n;

	for (u32 i = 0; i < ARRAY_SIZE(t); i++) {
		nic_up(w, t[i].version, 1500);
		memset(&asked, 0, sizeof(asked));
		memset(&o, 0, sizeof(o));
		asked.h = (struct ndis_object){ NDIS_OBJECT_OFFLOAD, t[i].revision, t[i].size };
		assert_int_equal(nic_object(w, RNDIS_QUERY, OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES,
					    &asked, t[i].size, &o, &n),
				 0);
		assert_int_equal(n, t[i].size);
		assert_int_equal(o.h.type, NDIS_OBJECT_OFFLOAD);
		assert_int_equal(o.h.revision, t[i].revision);
		assert_int_equal(o.h.size, t[i].size);
		/* what netvsc wants to see before it uses them */
		assert_int_equal(o.ip4.tx & 0x14, 0x14);
		assert_int_equal(o.ip6.tx & 0x15, 0x15);
		assert_int_equal(!!(o.ip4.tx & NDIS_CSUM_UDP), t[i].udp);
		assert_int_equal(!!(o.ip6.tx & NDIS_CSUM_UDP), t[i].udp);
		assert_int_equal(o.lso2.ip4_encap & o.lso2.ip6_encap, NDIS_ENCAP_8023);
		assert_int_equal(o.lso2.ip6_options, 5);
		assert_int_equal(o.lso2.ip4_max, NET_LSO_MAX);
		assert_int_equal(o.rsc_ip4 | o.rsc_ip6, 0);
	}
	/* what is on is less */
	nic_offload(w, NDIS_PARAMETER_RX, NDIS_PARAMETER_OFF);
	assert_int_equal(nic_query(w, OID_TCP_OFFLOAD_CURRENT_CONFIG, &o, &n), 0);
	assert_int_equal(o.ip4.tx, 0);
	assert_int_equal(o.ip4.rx & NDIS_CSUM_TCP, NDIS_CSUM_TCP);
	assert_int_equal(o.lso2.ip4_encap, 0);
}

static void mac(void **state)
{
	struct {
		struct rndis_config_parameter p;
		u8 name[28], value[24];
	} __packed m = { .p = { 20, 28, RNDIS_CONFIG_STRING, 48, 24 } };
	static const u8 want[6] = { 0x02, 0xab, 0xCD, 0x00, 0x99, 0x7f };
	struct nic *w = *state;
	u8 have[6], f[60] = { 0x02, 0xab, 0xcd, 0x00, 0x99, 0x7f };
	u32 n;

	assert_int_equal(nic_query(w, OID_802_3_PERMANENT_ADDRESS, have, &n), 0);
	assert_memory_equal(have, nic_mac, 6);
	for (u32 i = 0; i < 14; i++)
		m.name[2 * i] = (u8)"NetworkAddress"[i];
	for (u32 i = 0; i < 12; i++)
		m.value[2 * i] = (u8)"02abCD00997f"[i];
	assert_int_equal(nic_set(w, OID_GEN_RNDIS_CONFIG_PARAMETER, &m, sizeof(m)), 0);
	assert_int_equal(nic_query(w, OID_802_3_CURRENT_ADDRESS, have, &n), 0);
	assert_memory_equal(have, want, 6);
	assert_int_equal(nic_query(w, OID_802_3_PERMANENT_ADDRESS, have, &n), 0);
	assert_memory_equal(have, nic_mac, 6);
	assert_true(w->wire.receive(w->wire.nic, f, sizeof(f)));
	nic_poll(w, &w->ch);
	/* of no station, no number, no such name, outside of the message */
	m.value[2] = '3';
	assert_int_equal(nic_set(w, OID_GEN_RNDIS_CONFIG_PARAMETER, &m, sizeof(m)),
			 RNDIS_STATUS_INVALID_DATA);
	m.value[2] = 'x';
	assert_int_equal(nic_set(w, OID_GEN_RNDIS_CONFIG_PARAMETER, &m, sizeof(m)),
			 RNDIS_STATUS_INVALID_DATA);
	m.name[0]++;
	assert_int_equal(nic_set(w, OID_GEN_RNDIS_CONFIG_PARAMETER, &m, sizeof(m)),
			 RNDIS_STATUS_NOT_SUPPORTED);
	m.p.value_offset = 49;
	assert_int_equal(nic_set(w, OID_GEN_RNDIS_CONFIG_PARAMETER, &m, sizeof(m)),
			 RNDIS_STATUS_INVALID_LENGTH);
	m.p.value_offset = 0xfffffff0;
	assert_int_equal(nic_set(w, OID_GEN_RNDIS_CONFIG_PARAMETER, &m, sizeof(m)),
			 RNDIS_STATUS_INVALID_LENGTH);
}

static void hostile_requests(void **state)
{
	struct nic *w = *state;
	struct rndis_request r = {
		{ RNDIS_SET, sizeof(r) + 4 }, 5, OID_GEN_CURRENT_PACKET_FILTER, 4, 20, 0
	};
	struct rndis_complete c;
	u8 m[sizeof(r) + 4];
	static const u32 offsets[] = { 21, 24, 0x7fffffff, 0xffffffff, 0xfffffffc };

	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
		r.buffer_offset = offsets[i];
		memcpy(m, &r, sizeof(r));
		nic_control(w, m, sizeof(m));
		memcpy(&c, w->message[0], sizeof(c));
		assert_int_equal(c.status, RNDIS_STATUS_INVALID_LENGTH);
	}
	/* messages that are too short for what they are, or are nothing */
	for (u32 type = 0; type < 12; type++) {
		u32 h[2] = { type, 8 };

		assert_int_equal(nic_control(w, h, sizeof(h)), NVSP_STATUS_INVALID_RNDIS);
		assert_int_equal(w->messages, 0);
	}
}

/* ---- receive side scaling ---- */

/* Microsoft, "Verifying the RSS Hash Calculation" */
static const u8 key[NDIS_RSS_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa };
static const struct { u8 from[4], to[4]; u16 from_port, to_port; u32 ip, tcp; } vectors4[] = {
	{ { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766, 0x323e8fc2, 0x51ccc178 },
	{ { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739, 0xd718262a, 0xc626b0ea },
	{ { 24, 19, 198, 95 }, { 12, 22, 207, 184 }, 12898, 38024, 0xd2d0a5de, 0x5c2b394a },
	{ { 38, 27, 205, 30 }, { 209, 142, 163, 6 }, 48228, 2217, 0x82989176, 0xafc7327f },
	{ { 153, 39, 163, 191 }, { 202, 188, 127, 2 }, 44251, 1303, 0x5d1809c5, 0x10e828a2 },
};
static const struct { u8 from[16], to[16]; u16 from_port, to_port; u32 ip, tcp; } vectors6[] = {
	{ { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x1f, 0xff, 0, 0, 0, 0, 0, 0, 0, 7 },
	  { 0x3f, 0xfe, 0x25, 0x01, 0x02, 0x00, 0x00, 0x03, 0, 0, 0, 0, 0, 0, 0, 1 },
	  2794, 1766, 0x2cc18cd5, 0x40207d3d },
	{ { 0x3f, 0xfe, 0x05, 0x01, 0, 8, 0, 0, 0x02, 0x60, 0x97, 0xff, 0xfe, 0x40, 0xef, 0xab },
	  { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 14230, 4739, 0x0f0c461c, 0xdde51bbf },
	{ { 0x3f, 0xfe, 0x19, 0x00, 0x45, 0x45, 0, 3, 0x02, 0x00, 0xf8, 0xff, 0xfe, 0x21, 0x67, 0xcf },
	  { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x02, 0x00, 0xf8, 0xff, 0xfe, 0x21, 0x67, 0xcf },
	  44251, 38024, 0x4b61e985, 0x02d1feef },
};

static void is_hash(const u8 *f, u32 len, u32 types, bool has, u32 want)
{
	struct net_rss rss = { .on = true, .types = types, .entries = 1 };
	struct ip_frame ip;
	u32 hash = 0;

	memcpy(rss.key, key, sizeof(key));
	frame_parse(f, len, &ip);
	assert_int_equal(net_rss_hash(&rss, f, &ip, &hash), has);
	assert_int_equal(hash, want);
}

static void published_hashes(void **state)
{
	const u32 all = NDIS_HASH_IP4 | NDIS_HASH_TCP_IP4 | NDIS_HASH_IP6 | NDIS_HASH_TCP_IP6;
	u8 f[128];
	u32 len;

	for (u32 i = 0; i < ARRAY_SIZE(vectors4); i++) {
		len = put_frame(f, false, true, vectors4[i].to_port, 4);
		memcpy(f + 26, vectors4[i].from, 4);
		memcpy(f + 30, vectors4[i].to, 4);
		put_be16(f + 34, vectors4[i].from_port);
		is_hash(f, len, all, true, vectors4[i].tcp);
		is_hash(f, len, NDIS_HASH_IP4, true, vectors4[i].ip);
		is_hash(f, len, NDIS_HASH_IP6 | NDIS_HASH_TCP_IP6, false, 0);
		f[23] = PROTO_UDP;	/* ports of TCP only */
		is_hash(f, len, all, true, vectors4[i].ip);
		f[23] = PROTO_TCP;
		f[20] = 0x20;		/* nor of fragments */
		is_hash(f, len, all, true, vectors4[i].ip);
	}
	for (u32 i = 0; i < ARRAY_SIZE(vectors6); i++) {
		len = put_frame(f, true, true, vectors6[i].to_port, 4);
		memcpy(f + 22, vectors6[i].from, 16);
		memcpy(f + 38, vectors6[i].to, 16);
		put_be16(f + 54, vectors6[i].from_port);
		is_hash(f, len, all, true, vectors6[i].tcp);
		is_hash(f, len, NDIS_HASH_IP6, true, vectors6[i].ip);
		is_hash(f, len, NDIS_HASH_IP4 | NDIS_HASH_TCP_IP4, false, 0);
	}
	f[12] = 0x88;
	is_hash(f, 64, all, false, 0);
}

static void rss_objects(void **state)
{
	struct {
		struct ndis_rss_parameters p;
		u32 table[NDIS_RSS_ENTRIES];
		u8 key[NDIS_RSS_KEY];
	} __packed rss = { .p = { .h = { NDIS_OBJECT_RSS_PARAMETERS, 2, 40 }, .hash = 0x1701 } },
		   bad;
	struct ndis_rss_capabilities c;
	struct nic *w = *state;
	u32 n;

	assert_int_equal(nic_query(w, OID_GEN_RECEIVE_SCALE_CAPABILITIES, &c, &n), 0);
	assert_int_equal(n, 18);
	assert_int_equal(c.queues, 4);
	assert_int_equal(c.entries, 128);
	rss.p.table_size = 512;
	rss.p.table_offset = 40;
	rss.p.key_size = 40;
	rss.p.key_offset = 552;
	rss.table[127] = 3;
	assert_int_equal(nic_set(w, OID_GEN_RECEIVE_SCALE_PARAMETERS, &rss, sizeof(rss)), 0);
#define BAD(change, status) do { \
		bad = rss; \
		bad.change; \
		assert_int_equal(nic_set(w, OID_GEN_RECEIVE_SCALE_PARAMETERS, &bad, sizeof(bad)), status); \
	} while (0)
	BAD(table[5] = 4, RNDIS_STATUS_INVALID_DATA);	/* no such channel */
	BAD(p.table_size = 516, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.table_size = 0, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.table_offset = 81, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.table_offset = 0xfffffff0, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.key_size = 39, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.key_offset = 553, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.key_offset = 0xffffffff, RNDIS_STATUS_INVALID_LENGTH);
	BAD(p.hash = 0x1702, RNDIS_STATUS_NOT_SUPPORTED);
	BAD(p.h.type = 0x80, RNDIS_STATUS_INVALID_DATA);
	assert_int_equal(nic_set(w, OID_GEN_RECEIVE_SCALE_PARAMETERS, &rss, 39),
			 RNDIS_STATUS_INVALID_LENGTH);
	/* parts that do not change need not be there */
	rss.p.flags = NDIS_RSS_TABLE_UNCHANGED | NDIS_RSS_KEY_UNCHANGED | NDIS_RSS_HASH_UNCHANGED;
	assert_int_equal(nic_set(w, OID_GEN_RECEIVE_SCALE_PARAMETERS, &rss, 40), 0);
	rss.p.flags = NDIS_RSS_DISABLE;
	assert_int_equal(nic_set(w, OID_GEN_RECEIVE_SCALE_PARAMETERS, &rss, 40), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(initialize_and_halt), T(reset_and_keepalive), T(numbers),
		T(offload_capabilities), T(mac),
		T(hostile_requests), T(published_hashes), T(rss_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
