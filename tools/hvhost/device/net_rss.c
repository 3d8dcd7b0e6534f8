// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive side scaling: a frame's addresses and ports become a hash, the hash a
 * channel. The guest gives key and table with OID_GEN_RECEIVE_SCALE_PARAMETERS;
 * net_rx.c asks for each frame. NDIS hashes ports of TCP only.
 */
#include "device/nic.h"
#include "lib.h"

/* Microsoft's "Verifying the RSS Hash Calculation": a window of 32 bits slides over the key. */
u32 net_toeplitz(const u8 key[NDIS_RSS_KEY], const u8 *data, u32 len)
{
	u32 window = be32(key), hash = 0;

	for (u32 i = 0; i < len; i++) {
		u8 next = i + 4 < NDIS_RSS_KEY ? key[i + 4] : 0;

		for (int bit = 7; bit >= 0; bit--) {
			if (data[i] >> bit & 1)
				hash ^= window;
			window = window << 1 | (next >> bit & 1u);
		}
	}
	return hash;
}

bool net_rss_hash(const struct net_rss *rss, const u8 *frame, const struct ip_frame *f, u32 *hash)
{
	u32 bytes = f->version == 6 ? 32 : 8, at = f->l3 + (f->version == 6 ? 8u : 12u), type;
	u8 input[36];

	if (!rss->on || !f->version)
		return false;
	memcpy(input, frame + at, bytes);
	type = f->version == 6 ? NDIS_HASH_TCP_IP6 : NDIS_HASH_TCP_IP4;
	if (rss->types & type && f->proto == PROTO_TCP && !f->fragment &&
	    f->end - f->l4 >= TCP_HEADER) {
		memcpy(input + bytes, frame + f->l4, 4);
		bytes += 4;
	} else if (!(rss->types & (f->version == 6 ? NDIS_HASH_IP6 : NDIS_HASH_IP4))) {
		return false;
	}
	*hash = net_toeplitz(rss->key, input, bytes);
	return true;
}

/* @size bytes at @offset of @len, or NULL. */
static const u8 *part(const u8 *data, u32 len, u32 offset, u32 size)
{
	return offset <= len && size <= len - offset ? data + offset : NULL;
}

u32 net_rss_set(struct net *n, const u8 *data, u32 len)
{
	struct net_rss rss = n->rss;
	struct ndis_rss_parameters p;
	const u8 *table, *key;

	if (len < sizeof(p))
		return RNDIS_STATUS_INVALID_LENGTH;
	memcpy(&p, data, sizeof(p));
	if (p.h.type != NDIS_OBJECT_RSS_PARAMETERS)
		return RNDIS_STATUS_INVALID_DATA;
	if (p.flags & NDIS_RSS_DISABLE) {
		n->rss.on = false;
		return RNDIS_STATUS_SUCCESS;
	}
	if (!(p.flags & NDIS_RSS_HASH_UNCHANGED)) {
		if ((p.hash & 0xff) != NDIS_HASH_TOEPLITZ)
			return RNDIS_STATUS_NOT_SUPPORTED;
		rss.types = p.hash & ~0xffu;
	}
	if (!(p.flags & NDIS_RSS_TABLE_UNCHANGED)) {
		table = part(data, len, p.table_offset, p.table_size);
		rss.entries = p.table_size / 4;
		if (!table || !rss.entries || rss.entries > NDIS_RSS_ENTRIES || p.table_size % 4)
			return RNDIS_STATUS_INVALID_LENGTH;
		for (u32 i = 0; i < rss.entries; i++) {
			u32 channel;

			memcpy(&channel, table + 4 * i, 4);
			if (channel >= n->queues)
				return RNDIS_STATUS_INVALID_DATA;
			rss.table[i] = (u8)channel;
		}
	}
	if (!(p.flags & NDIS_RSS_KEY_UNCHANGED)) {
		key = part(data, len, p.key_offset, p.key_size);
		if (!key || p.key_size != NDIS_RSS_KEY)
			return RNDIS_STATUS_INVALID_LENGTH;
		memcpy(rss.key, key, NDIS_RSS_KEY);
	}
	rss.on = rss.entries && rss.types;
	n->rss = rss;
	return RNDIS_STATUS_SUCCESS;
}
