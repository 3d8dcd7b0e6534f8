/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which channel of a NIC a packet came in on, and which it was to: the statistics that
 * hv_netvsc keeps for each, and the hash by which its host chooses. Included by netvsc.c.
 */
#ifndef SELFTESTS_NETQUEUES_H
#define SELFTESTS_NETQUEUES_H

#include "netpeer.h"

#define STATS_MAX	512

/* Packets of each channel so far, both ways, from the driver's statistics. */
static inline bool queue_packets(const char *nic, int n, long long *rx, long long *tx)
{
	static struct {
		struct ethtool_gstrings s;
		char name[STATS_MAX][ETH_GSTRING_LEN];
	} names;
	static struct {
		struct ethtool_stats s;
		uint64_t value[STATS_MAX];
	} values;
	struct {
		struct ethtool_sset_info i;
		uint32_t n;
	} set = { .i = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_STATS } };
	int q, seen = 0;

	if (!ethtool(nic, &set) || !set.i.sset_mask || set.n > STATS_MAX)
		return false;
	names.s = (struct ethtool_gstrings){ ETHTOOL_GSTRINGS, ETH_SS_STATS, set.n };
	values.s = (struct ethtool_stats){ ETHTOOL_GSTATS, set.n };
	if (!ethtool(nic, &names) || !ethtool(nic, &values))
		return false;
	for (uint32_t i = 0; i < set.n; i++) {
		char what[ETH_GSTRING_LEN];

		if (sscanf(names.name[i], "%cx_queue_%d_%30s", what, &q, what + 1) != 3 || q >= n ||
		    strcmp(what + 1, "packets"))
			continue;
		*(*what == 'r' ? &rx[q] : &tx[q]) = (long long)values.value[i];
		seen++;
	}
	return seen == 2 * n;
}

/* Where a connection's packets come in: the hash of its ports, the key and the table. */
static inline uint32_t toeplitz(const uint8_t *key, const uint8_t *data, int n)
{
	uint32_t hash = 0, window = (uint32_t)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];

	for (int bit = 0; bit < 8 * n; bit++) {
		int next = bit + 32;

		if (data[bit / 8] << bit % 8 & 0x80)
			hash ^= window;
		window = window << 1 | (key[next / 8] >> (7 - next % 8) & 1);
	}
	return hash;
}

static inline int predicted(const char *nic, uint16_t port)
{
	static struct {
		struct ethtool_rxfh r;
		uint32_t rest[256 + 16];
	} h;
	uint8_t in[12] = {
		192, 0, 2, 1, 192, 0, 2, 2, 0, ECHO, (uint8_t)(port >> 8), (uint8_t)port
	};

	h.r = (struct ethtool_rxfh){ .cmd = ETHTOOL_GRSSH };
	if (!ethtool(nic, &h) || h.r.indir_size > 256 || !h.r.indir_size || h.r.key_size != 40)
		return -1;
	/* the sizes are known now: once more for what they are the sizes of */
	if (!ethtool(nic, &h))
		return -1;
	return (int)h.r.rss_config[toeplitz((uint8_t *)(h.r.rss_config + h.r.indir_size), in, 12) %
				   h.r.indir_size];
}

#endif
