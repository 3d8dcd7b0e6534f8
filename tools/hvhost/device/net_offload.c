// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest leaves to the NIC: checksums of TCP and UDP, segments of a large
 * send, the VLAN tag; and on the way in, the verdict on checksums. Called by
 * net_tx.c and net_rx.c. Requests are the guest's: offsets in them are checked
 * against the frame, and what was not turned on before is refused.
 */
#include "counters.h"
#include "device/nic.h"
#include "lib.h"

void net_wire(struct net *n, const u8 *frame, u32 len, int tci)
{
	if (n->link_down) {
		count(n->dev.vm, COUNT_NET_TX_DROPPED, 1);
		return;
	}
	if (tci >= 0) {
		memmove(n->wire + 16, frame + 12, len - 12);
		memmove(n->wire, frame, 12);
		put_be16(n->wire + 12, ETH_P_TAG);
		put_be16(n->wire + 14, (u16)tci);
		frame = n->wire;
		len += ETH_TAG;
	}
	count(n->dev.vm, COUNT_NET_TX_FRAMES, 1);
	n->backend->ops->transmit(n->backend, frame, len);
}

static u32 offload_of(const struct ip_frame *f)
{
	if (f->proto == PROTO_TCP)
		return f->version == 4 ? OFFLOAD_TCP4 : OFFLOAD_TCP6;
	if (f->proto == PROTO_UDP)
		return f->version == 4 ? OFFLOAD_UDP4 : OFFLOAD_UDP6;
	return 0;
}

/* Where the checksum is, from the transport header; 0: no such protocol, or cut off. */
static u32 field_of(const struct ip_frame *f)
{
	u32 left = f->end - f->l4;

	if (f->proto == PROTO_TCP && left >= TCP_HEADER)
		return 16;
	return f->proto == PROTO_UDP && left >= UDP_HEADER ? 6 : 0;
}

static void fill(u8 *frame, const struct ip_frame *f, u32 field)
{
	u16 sum;

	put_be16(frame + f->l4 + field, 0);
	sum = checksum_end(frame_sum(frame, f));
	/* UDP says "none" with a zero (RFC 768) */
	put_be16(frame + f->l4 + field, !sum && f->proto == PROTO_UDP ? 0xffff : sum);
}

int net_fill_checksum(struct net *n, u8 *frame, u32 len, u32 info)
{
	u32 version = info & CSUM_TX_IP6 ? 6 : 4, field;
	struct ip_frame f;

	if (!(info & (CSUM_TX_TCP | CSUM_TX_UDP | CSUM_TX_IP_HEADER)))
		return 0;
	if (!frame_parse(frame, len, &f) || f.version != version)
		return -HV_EINVAL;
	if (info & CSUM_TX_IP_HEADER && f.version == 4) {
		if (!(n->tx_offload & OFFLOAD_IP4))
			return -HV_EINVAL;
		put_be16(frame + f.l3 + 10, 0);
		put_be16(frame + f.l3 + 10,
			 checksum_end(checksum_add(0, frame + f.l3, f.l4 - f.l3)));
	}
	if (!(info & (CSUM_TX_TCP | CSUM_TX_UDP)))
		return 0;
	field = field_of(&f);
	if (f.fragment || !field || f.proto != (info & CSUM_TX_TCP ? PROTO_TCP : PROTO_UDP) ||
	    (CSUM_TX_OFFSET(info) && CSUM_TX_OFFSET(info) != f.l4) ||
	    !(n->tx_offload & offload_of(&f)))
		return -HV_EINVAL;
	fill(frame, &f, field);
	count(n->dev.vm, COUNT_NET_TX_CHECKSUMS, 1);
	return 0;
}

/* One segment: @bytes of payload from @offset, behind headers of @header bytes. */
static void segment(struct net *n, const u8 *frame, u32 header, u32 l4, u32 offset, u32 bytes,
		    u32 index, bool last, int tci)
{
	u8 *to = n->wire, *tcp = to + l4;
	struct ip_frame f = { .version = frame[12] == 0x08 ? 4 : 6, .proto = PROTO_TCP,
			      .l3 = ETH_HEADER, .l4 = l4, .end = header + bytes };

	memcpy(to, frame, header);
	memcpy(to + header, frame + header + offset, bytes);
	put_be32(tcp + 4, be32(tcp + 4) + offset);
	if (!last)
		tcp[13] &= (u8)~(TCP_FIN | TCP_PSH);
	if (index)
		tcp[13] &= (u8)~TCP_CWR;
	if (f.version == 4) {
		put_be16(to + f.l3 + 2, (u16)(f.end - f.l3));
		put_be16(to + f.l3 + 4, (u16)(be16(to + f.l3 + 4) + index));
		put_be16(to + f.l3 + 10, 0);
		put_be16(to + f.l3 + 10, checksum_end(checksum_add(0, to + f.l3, l4 - f.l3)));
	} else {
		put_be16(to + f.l3 + 4, (u16)(f.end - f.l3 - IP6_HEADER));
	}
	fill(to, &f, 16);
	net_wire(n, to, f.end, tci);
}

/*
 * Large send, version 2: the guest gives one long TCP segment, its IP length
 * undefined, the offset of the TCP header and the most payload a segment may have.
 */
int net_large_send(struct net *n, const u8 *frame, u32 len, u32 info, int tci)
{
	bool six = info & LSO_IP6;
	u32 l4 = LSO_OFFSET(info), mss = LSO_MSS(info), header, payload, at = 0, index = 0, l3;
	u32 least = ETH_HEADER + (six ? IP6_HEADER : IP4_HEADER);

	if (!(info & LSO_V2) || !(n->tx_offload & (six ? OFFLOAD_LSO6 : OFFLOAD_LSO4)) ||
	    l4 < least || len < TCP_HEADER || l4 > len - TCP_HEADER || mss < NET_LSO_MSS_MIN)
		return -HV_EINVAL;
	if (frame_type(frame, len, &l3) != (six ? ETH_P_IP6 : ETH_P_IP4) || l3 != ETH_HEADER)
		return -HV_EINVAL;
	/* an IPv4 header says itself how long it is; of IPv6 extensions the guest knows */
	if (!six && l4 != ETH_HEADER + (frame[ETH_HEADER] & 15u) * 4)
		return -HV_EINVAL;
	header = l4 + (frame[l4 + 12] >> 4) * 4u;
	if (header < l4 + TCP_HEADER || header >= len)
		return -HV_EINVAL;
	if (header - ETH_HEADER + mss > n->mtu)
		return -HV_ENOSPC;
	payload = len - header;
	count(n->dev.vm, COUNT_NET_TX_LARGE, 1);
	for (; at < payload; at += mss, index++) {
		u32 bytes = MIN(mss, payload - at);

		segment(n, frame, header, l4, at, bytes, index, at + bytes == payload, tci);
		count(n->dev.vm, COUNT_NET_TX_SEGMENTS, 1);
	}
	return 0;
}

u32 net_check(struct net *n, const u8 *frame, const struct ip_frame *f)
{
	u32 info = 0, field = f->version && !f->fragment ? field_of(f) : 0;
	bool tcp = f->proto == PROTO_TCP, good;

	if (f->version == 4 && n->rx_offload & OFFLOAD_IP4) {
		good = !checksum_end(checksum_add(0, frame + f->l3, f->l4 - f->l3));
		info |= good ? CSUM_RX_IP_GOOD : CSUM_RX_IP_FAILED;
	}
	if (!field || !(n->rx_offload & offload_of(f)) || (!tcp && !be16(frame + f->l4 + field)))
		return info;
	good = !checksum_end(frame_sum(frame, f));
	if (!good)
		count(n->dev.vm, COUNT_NET_RX_BAD_CHECKSUM, 1);
	if (tcp)
		return info | (good ? CSUM_RX_TCP_GOOD : CSUM_RX_TCP_FAILED);
	return info | (good ? CSUM_RX_UDP_GOOD : CSUM_RX_UDP_FAILED);
}
