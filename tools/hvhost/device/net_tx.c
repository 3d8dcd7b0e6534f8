// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way out of the guest. One packet carries one or more RNDIS messages: first
 * what lies in a section of the send buffer, then what its page ranges name, as one
 * stream. The stream is copied once; then each message is checked and done. Called
 * by net.c for NVSP_SEND_RNDIS on any channel.
 */
#include "counters.h"
#include "device/nic.h"
#include "lib.h"

/* What the guest wants done with a frame. */
struct request {
	int tci;		/* -1: no tag */
	bool checksum, large;
	u32 checksum_info, large_info;
};

/* The stream to n->in; its length, or -HV_E*. */
static int take(struct net *n, const struct vmbus_packet *pkt, const struct nvsp_message *m)
{
	u32 have = 0;

	if (m->rndis.section != NVSP_NO_SECTION) {
		const struct gpadl *g = n->send.there ? net_buffer(n, n->send.gpadl) : NULL;
		u64 at = (u64)m->rndis.section * NET_SEND_SECTION;

		have = m->rndis.section_size;
		if (!g || have > NET_SEND_SECTION ||
		    m->rndis.section >= n->send.bytes / NET_SEND_SECTION ||
		    gpadl_read(n->dev.vm, g, at, n->in, have)) {
			net_refuse(n, "send section", m->rndis.section);
			return -HV_EFAULT;
		}
	}
	if (pkt->total > sizeof(n->in) - have) {
		net_refuse(n, "RNDIS messages of bytes", have + pkt->total);
		return -HV_EINVAL;
	}
	if (packet_read(n->dev.vm, pkt, 0, n->in + have, pkt->total))
		return -HV_EFAULT;
	return (int)(have + pkt->total);
}

/* The list of information: each entry says how long it is and where its number lies. */
static bool requests(const u8 *at, u32 left, struct request *r)
{
	*r = (struct request){ .tci = -1 };
	while (left) {
		struct rndis_ppi ppi;
		u32 value = 0;
		bool known;

		if (left < sizeof(ppi))
			return false;
		memcpy(&ppi, at, sizeof(ppi));
		if (ppi.size < sizeof(ppi) || ppi.size > left || ppi.offset < sizeof(ppi) ||
		    ppi.offset > ppi.size)
			return false;
		known = ppi.type == RNDIS_PPI_VLAN || ppi.type == RNDIS_PPI_CHECKSUM ||
			ppi.type == RNDIS_PPI_LARGE_SEND;
		if (known && ppi.size - ppi.offset < 4)
			return false;
		if (known)
			memcpy(&value, at + ppi.offset, 4);
		if (ppi.type == RNDIS_PPI_VLAN)
			r->tci = VLAN_TO_TCI(value);
		if (ppi.type == RNDIS_PPI_CHECKSUM) {
			r->checksum = true;
			r->checksum_info = value;
		}
		if (ppi.type == RNDIS_PPI_LARGE_SEND) {
			r->large = true;
			r->large_info = value;
		}
		at += ppi.size;
		left -= ppi.size;
	}
	return true;
}

/*
 * What does not fit the MTU is dropped, as on any wire: a guest that made its MTU
 * smaller may still have frames of the old one.
 */
static bool too_long(struct net *n)
{
	count(n->dev.vm, COUNT_NET_TX_TOO_LONG, 1);
	n->stats.tx_errors++;
	return true;
}

/* A frame: @m is a whole RNDIS message. */
static bool frame(struct net *n, u8 *m, u32 len)
{
	struct rndis_packet p;
	struct request r;
	u32 room = len - RNDIS_OFFSETS_FROM;
	int err = -HV_EINVAL;
	u8 *data;

	if (len < sizeof(p)) {
		net_refuse(n, "RNDIS packet of bytes", len);
		return false;
	}
	memcpy(&p, m, sizeof(p));
	if (p.data_offset > room || p.data_len > room - p.data_offset || p.data_len < ETH_HEADER ||
	    p.ppi_offset > room || p.ppi_len > room - p.ppi_offset) {
		net_refuse(n, "RNDIS packet with data at", p.data_offset);
		return false;
	}
	if (!requests(m + RNDIS_OFFSETS_FROM + p.ppi_offset, p.ppi_len, &r)) {
		net_refuse(n, "packet information of bytes", p.ppi_len);
		return false;
	}
	data = m + RNDIS_OFFSETS_FROM + p.data_offset;
	if (r.large) {
		if (p.data_len <= NET_LSO_MAX + ETH_HEADER)
			err = net_large_send(n, data, p.data_len, r.large_info, r.tci);
		if (err == -HV_ENOSPC)
			return too_long(n);
		if (err) {
			net_refuse(n, "large send", r.large_info);
			return false;
		}
	} else {
		u32 tag = be16(data + 12) == ETH_P_TAG && r.tci < 0 ? ETH_TAG : 0;

		if (p.data_len > n->mtu + ETH_HEADER + tag)
			return too_long(n);
		if (r.checksum && net_fill_checksum(n, data, p.data_len, r.checksum_info)) {
			net_refuse(n, "checksum request", r.checksum_info);
			return false;
		}
		net_wire(n, data, p.data_len, r.tci);
	}
	count(n->dev.vm, COUNT_NET_TX_PACKETS, 1);
	count(n->dev.vm, COUNT_NET_TX_BYTES, p.data_len);
	n->stats.tx++;
	return true;
}

u32 net_transmit(struct net *n, const struct vmbus_packet *pkt, const struct nvsp_message *m)
{
	int left = take(n, pkt, m);
	u8 *at = n->in;
	bool good = left > 0;

	/* the packet is done with: its ring may go while a script acts on an answer */
	while (left > 0) {
		struct rndis_header h;

		if (left < (int)sizeof(h)) {
			net_refuse(n, "RNDIS messages with bytes left", (u64)left);
			return NVSP_STATUS_INVALID_RNDIS;
		}
		memcpy(&h, at, sizeof(h));
		if (h.len < sizeof(h) || h.len > (u32)left) {
			net_refuse(n, "RNDIS message of bytes", h.len);
			return NVSP_STATUS_INVALID_RNDIS;
		}
		if (h.type != RNDIS_PACKET) {
			good &= rndis_control(n, at, h.len);
		} else if (!n->initialized) {
			net_refuse(n, "frame before RNDIS is initialized", h.len);
			good = false;
		} else if (!frame(n, at, h.len)) {
			n->stats.tx_errors++;
			good = false;
		}
		at += h.len;
		left -= (int)h.len;
	}
	return good ? NVSP_STATUS_SUCCESS : NVSP_STATUS_INVALID_RNDIS;
}
