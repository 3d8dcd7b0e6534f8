// SPDX-License-Identifier: GPL-2.0-only
/*
 * The objects of the NIC, by identifier: what a query is answered and what a set
 * does. All that drivers/net/hyperv asks for, and what [MS-RNDIS] requires of any
 * device. Called by rndis.c; contents are the guest's, of any length.
 */
#include "counters.h"
#include "device/nic.h"
#include "lib.h"

#define VENDOR		"Virtual network interface of hvhost"

static void offload_capabilities(const struct net *n, struct ndis_offload *o, u32 tx, u32 rx)
{
	const u32 tcp = NDIS_CSUM_TCP | NDIS_CSUM_TCP_OPTIONS;

	o->ip4.tx_encap = o->ip4.rx_encap = o->ip6.tx_encap = o->ip6.rx_encap = NDIS_ENCAP_8023;
	o->ip4.tx = (tx & OFFLOAD_TCP4 ? tcp | NDIS_CSUM_IP_OPTIONS : 0) |
		    (tx & OFFLOAD_UDP4 ? NDIS_CSUM_UDP : 0) | (tx & OFFLOAD_IP4 ? NDIS_CSUM_IP : 0);
	o->ip4.rx = (rx & OFFLOAD_TCP4 ? tcp | NDIS_CSUM_IP_OPTIONS : 0) |
		    (rx & OFFLOAD_UDP4 ? NDIS_CSUM_UDP : 0) | (rx & OFFLOAD_IP4 ? NDIS_CSUM_IP : 0);
	o->ip6.tx = (tx & OFFLOAD_TCP6 ? tcp | NDIS_CSUM_IP_OPTIONS : 0) |
		    (tx & OFFLOAD_UDP6 ? NDIS_CSUM_UDP : 0);
	o->ip6.rx = (rx & OFFLOAD_TCP6 ? tcp | NDIS_CSUM_IP_OPTIONS : 0) |
		    (rx & OFFLOAD_UDP6 ? NDIS_CSUM_UDP : 0);
	if (tx & OFFLOAD_LSO4) {
		o->lso2.ip4_encap = NDIS_ENCAP_8023;
		o->lso2.ip4_max = NET_LSO_MAX;
		o->lso2.ip4_min_segments = 2;
	}
	if (tx & OFFLOAD_LSO6) {
		o->lso2.ip6_encap = NDIS_ENCAP_8023;
		o->lso2.ip6_max = NET_LSO_MAX;
		o->lso2.ip6_min_segments = 2;
		o->lso2.ip6_options = NDIS_LSO_IP6_EXTENSIONS | NDIS_LSO_TCP6_OPTIONS;
	}
}

/* Checksums of UDP came with NVSP 5: a guest of an older one takes them but cannot turn them on. */
static u32 capable(const struct net *n)
{
	u32 all = OFFLOAD_IP4 | OFFLOAD_TCP4 | OFFLOAD_TCP6 | OFFLOAD_LSO4 | OFFLOAD_LSO6;

	return n->version >= NVSP_VERSION_5 ? all | OFFLOAD_UDP4 | OFFLOAD_UDP6 : all;
}

/* As long as the revision that the guest asks for is. */
static u32 offload(const struct net *n, u32 tx, u32 rx, const u8 *in, u32 in_len, u8 *out)
{
	struct ndis_offload o = { .h = { NDIS_OBJECT_OFFLOAD, 3, sizeof(o) } };
	struct ndis_object asked = { 0 };

	if (in_len >= sizeof(asked))
		memcpy(&asked, in, sizeof(asked));
	if (asked.type == NDIS_OBJECT_OFFLOAD && asked.revision >= 1 && asked.revision < 3)
		o.h = (struct ndis_object){ NDIS_OBJECT_OFFLOAD, asked.revision,
					    asked.revision == 1 ? NDIS_OFFLOAD_SIZE_6_0 :
					    offsetof(struct ndis_offload, rsc_ip4) };
	offload_capabilities(n, &o, tx, rx);
	memcpy(out, &o, o.h.size);
	return o.h.size;
}

static u32 rss_capabilities(const struct net *n, u8 *out)
{
	const struct ndis_rss_capabilities c = {
		.h = { NDIS_OBJECT_RSS_CAPABILITIES, 2, sizeof(c) },
		.flags = NDIS_RSS_CAPS_TCP_IP4 | NDIS_RSS_CAPS_TCP_IP6 | NDIS_HASH_TOEPLITZ,
		.messages = n->queues, .queues = n->queues, .entries = NDIS_RSS_ENTRIES,
	};

	memcpy(out, &c, sizeof(c));
	return sizeof(c);
}

/* Objects that are a number of 32 bits. */
static bool number(const struct net *n, u32 oid, u32 *v)
{
	switch (oid) {
	case OID_GEN_HARDWARE_STATUS:		/* ready */
	case OID_GEN_MEDIA_SUPPORTED:		/* 802.3 */
	case OID_GEN_MEDIA_IN_USE:
		*v = 0;
		return true;
	case OID_GEN_MAXIMUM_FRAME_SIZE:
		*v = n->mtu;
		return true;
	case OID_GEN_MAXIMUM_TOTAL_SIZE:
	case OID_GEN_TRANSMIT_BLOCK_SIZE:
	case OID_GEN_RECEIVE_BLOCK_SIZE:
		*v = n->mtu + ETH_HEADER;
		return true;
	case OID_GEN_LINK_SPEED:
		*v = NET_LINK_SPEED;
		return true;
	case OID_GEN_VENDOR_ID:
		*v = 0xffffff;			/* none assigned */
		return true;
	case OID_GEN_CURRENT_PACKET_FILTER:
		*v = n->filter;
		return true;
	case OID_GEN_MAC_OPTIONS:
		*v = 0x08;			/* no loopback of what is sent */
		return true;
	case OID_GEN_MEDIA_CONNECT_STATUS:
		*v = n->link_down;
		return true;
	case OID_GEN_MAXIMUM_SEND_PACKETS:
		*v = NET_MAX_PACKETS;
		return true;
	case OID_GEN_XMIT_OK:
		*v = (u32)n->stats.tx;
		return true;
	case OID_GEN_RCV_OK:
		*v = (u32)n->stats.rx;
		return true;
	case OID_GEN_XMIT_ERROR:
		*v = (u32)n->stats.tx_errors;
		return true;
	case OID_GEN_RCV_ERROR:
		*v = (u32)n->stats.rx_errors;
		return true;
	case OID_GEN_RCV_NO_BUFFER:
		*v = (u32)n->stats.rx_no_buffer;
		return true;
	case OID_802_3_MAXIMUM_LIST_SIZE:
		*v = NET_MULTICASTS;
		return true;
	default:
		return false;
	}
}

static const struct { u32 oid; const char *query, *set; } names[] = {
	{ OID_GEN_SUPPORTED_LIST, "query-list", NULL },
	{ OID_GEN_HARDWARE_STATUS, NULL, NULL },
	{ OID_GEN_MEDIA_SUPPORTED, NULL, NULL },
	{ OID_GEN_MEDIA_IN_USE, NULL, NULL },
	{ OID_GEN_MAXIMUM_FRAME_SIZE, "query-mtu", NULL },
	{ OID_GEN_LINK_SPEED, "query-speed", NULL },
	{ OID_GEN_TRANSMIT_BLOCK_SIZE, NULL, NULL },
	{ OID_GEN_RECEIVE_BLOCK_SIZE, NULL, NULL },
	{ OID_GEN_VENDOR_ID, NULL, NULL },
	{ OID_GEN_VENDOR_DESCRIPTION, NULL, NULL },
	{ OID_GEN_CURRENT_PACKET_FILTER, "query-filter", "set-filter" },
	{ OID_GEN_MAXIMUM_TOTAL_SIZE, NULL, NULL },
	{ OID_GEN_MAC_OPTIONS, NULL, NULL },
	{ OID_GEN_MEDIA_CONNECT_STATUS, "query-link", NULL },
	{ OID_GEN_MAXIMUM_SEND_PACKETS, NULL, NULL },
	{ OID_GEN_RECEIVE_SCALE_CAPABILITIES, "query-rss", NULL },
	{ OID_GEN_RECEIVE_SCALE_PARAMETERS, NULL, "set-rss" },
	{ OID_GEN_RNDIS_CONFIG_PARAMETER, NULL, "set-mac" },
	{ OID_GEN_XMIT_OK, NULL, NULL }, { OID_GEN_RCV_OK, NULL, NULL },
	{ OID_GEN_XMIT_ERROR, NULL, NULL }, { OID_GEN_RCV_ERROR, NULL, NULL },
	{ OID_GEN_RCV_NO_BUFFER, NULL, NULL },
	{ OID_GEN_FRIENDLY_NAME, "query-name", NULL },
	{ OID_802_3_PERMANENT_ADDRESS, "query-mac", NULL },
	{ OID_802_3_CURRENT_ADDRESS, "query-mac", NULL },
	{ OID_802_3_MULTICAST_LIST, NULL, "set-multicast" },
	{ OID_802_3_MAXIMUM_LIST_SIZE, NULL, NULL },
	{ OID_TCP_OFFLOAD_CURRENT_CONFIG, "query-offload", NULL },
	{ OID_TCP_OFFLOAD_PARAMETERS, NULL, "set-offload" },
	{ OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES, "query-offload", NULL },
};

static void name(u32 oid, bool set, const char **what)
{
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].oid == oid && (set ? names[i].set : names[i].query))
			*what = set ? names[i].set : names[i].query;
}

static u32 copy(u8 *out, const void *from, u32 len)
{
	memcpy(out, from, len);
	return len;
}

/* UTF-16, with the zero at its end. */
static u32 wide(u8 *out, const char *s)
{
	u32 len = 0;

	do {
		out[len++] = (u8)*s;
		out[len++] = 0;
	} while (*s++);
	return len;
}

u32 rndis_query(struct net *n, u32 oid, const u8 *in, u32 in_len, u8 *out, u32 *out_len,
		const char **what)
{
	u32 v;

	name(oid, false, what);
	if (number(n, oid, &v)) {
		*out_len = copy(out, &v, 4);
		return RNDIS_STATUS_SUCCESS;
	}
	switch (oid) {
	case OID_GEN_SUPPORTED_LIST:
		for (u32 i = 0; i < ARRAY_SIZE(names); i++)
			*out_len += copy(out + *out_len, &names[i].oid, 4);
		break;
	case OID_GEN_VENDOR_DESCRIPTION:
		*out_len = copy(out, VENDOR, sizeof(VENDOR));
		break;
	case OID_GEN_FRIENDLY_NAME:	/* the one a guest takes for "no name given" */
		*out_len = wide(out, "Network Adapter");
		break;
	case OID_802_3_PERMANENT_ADDRESS:
		*out_len = copy(out, n->mac_permanent, 6);
		break;
	case OID_802_3_CURRENT_ADDRESS:
		*out_len = copy(out, n->mac, 6);
		break;
	case OID_GEN_RECEIVE_SCALE_CAPABILITIES:
		*out_len = rss_capabilities(n, out);
		break;
	case OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES:
		*out_len = offload(n, capable(n), capable(n), in, in_len, out);
		break;
	case OID_TCP_OFFLOAD_CURRENT_CONFIG:
		*out_len = offload(n, n->tx_offload, n->rx_offload, in, in_len, out);
		break;
	default:
		hv_log("%s: query of OID %x: not supported", n->dev.name, oid);
		return RNDIS_STATUS_NOT_SUPPORTED;
	}
	return RNDIS_STATUS_SUCCESS;
}

/* ---- set ---- */

/* One checksum: 0 leaves it as it is. */
static void turn(struct net *n, u32 bit, u8 v)
{
	if (!v || v > NDIS_PARAMETER_TX_RX)
		return;
	n->tx_offload &= ~bit;
	n->rx_offload &= ~bit;
	if (v == NDIS_PARAMETER_TX || v == NDIS_PARAMETER_TX_RX)
		n->tx_offload |= bit & capable(n);
	if (v == NDIS_PARAMETER_RX || v == NDIS_PARAMETER_TX_RX)
		n->rx_offload |= bit & capable(n);
}

static void turn_lso(struct net *n, u32 bit, u8 v)
{
	if (v == NDIS_PARAMETER_LSO2_ON)
		n->tx_offload |= bit;
	else if (v == NDIS_PARAMETER_OFF)
		n->tx_offload &= ~bit;
}

static u32 set_offload(struct net *n, const u8 *in, u32 len)
{
	struct ndis_offload_parameters p = { 0 };

	if (len < NDIS_OFFLOAD_PARAMETERS_LEAST)
		return RNDIS_STATUS_INVALID_LENGTH;
	memcpy(&p, in, MIN(len, (u32)sizeof(p)));
	if (p.h.type != NDIS_OBJECT_DEFAULT)
		return RNDIS_STATUS_INVALID_DATA;
	turn(n, OFFLOAD_IP4, p.ip4_csum);
	turn(n, OFFLOAD_TCP4, p.tcp4_csum);
	turn(n, OFFLOAD_UDP4, p.udp4_csum);
	turn(n, OFFLOAD_TCP6, p.tcp6_csum);
	turn(n, OFFLOAD_UDP6, p.udp6_csum);
	turn_lso(n, OFFLOAD_LSO4, p.lso2_ip4);
	turn_lso(n, OFFLOAD_LSO6, p.lso2_ip6);
	return RNDIS_STATUS_SUCCESS;
}

static int digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "NetworkAddress" = twelve hexadecimal digits, both in UTF-16: another MAC address. */
static u32 set_parameter(struct net *n, const u8 *in, u32 len)
{
	static const char key[] = "NetworkAddress";
	struct rndis_config_parameter p;
	u8 mac[6];

	if (len < sizeof(p))
		return RNDIS_STATUS_INVALID_LENGTH;
	memcpy(&p, in, sizeof(p));
	if (p.name_offset > len || p.name_len > len - p.name_offset || p.value_offset > len ||
	    p.value_len > len - p.value_offset)
		return RNDIS_STATUS_INVALID_LENGTH;
	if (p.type != RNDIS_CONFIG_STRING || p.name_len != 2 * (sizeof(key) - 1) ||
	    p.value_len != 24)
		return RNDIS_STATUS_NOT_SUPPORTED;
	for (u32 i = 0; i < sizeof(key) - 1; i++)
		if (in[p.name_offset + 2 * i] != (u8)key[i] || in[p.name_offset + 2 * i + 1])
			return RNDIS_STATUS_NOT_SUPPORTED;
	for (u32 i = 0; i < 6; i++) {
		const u8 *v = in + p.value_offset + 4 * i;
		int high = digit(v[0]), low = digit(v[2]);

		if (high < 0 || low < 0 || v[1] || v[3])
			return RNDIS_STATUS_INVALID_DATA;
		mac[i] = (u8)(high << 4 | low);
	}
	if (mac[0] & 1)
		return RNDIS_STATUS_INVALID_DATA;
	memcpy(n->mac, mac, 6);
	return RNDIS_STATUS_SUCCESS;
}

static u32 set_multicast(struct net *n, const u8 *in, u32 len)
{
	if (len % 6)
		return RNDIS_STATUS_INVALID_LENGTH;
	if (len / 6 > NET_MULTICASTS)
		return RNDIS_STATUS_MULTICAST_FULL;
	n->multicasts = len / 6;
	memcpy(n->multicast, in, len);
	return RNDIS_STATUS_SUCCESS;
}

u32 rndis_set(struct net *n, u32 oid, const u8 *in, u32 len, const char **what)
{
	name(oid, true, what);
	switch (oid) {
	case OID_GEN_CURRENT_PACKET_FILTER:
		if (len < 4)
			return RNDIS_STATUS_INVALID_LENGTH;
		memcpy(&n->filter, in, 4);
		return RNDIS_STATUS_SUCCESS;
	case OID_TCP_OFFLOAD_PARAMETERS:
		return set_offload(n, in, len);
	case OID_GEN_RECEIVE_SCALE_PARAMETERS:
		return net_rss_set(n, in, len);
	case OID_GEN_RNDIS_CONFIG_PARAMETER:
		return set_parameter(n, in, len);
	case OID_802_3_MULTICAST_LIST:
		return set_multicast(n, in, len);
	default:
		hv_log("%s: set of OID %x: not supported", n->dev.name, oid);
		return RNDIS_STATUS_NOT_SUPPORTED;
	}
}
