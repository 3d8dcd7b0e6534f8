/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a NIC and a peer both know of Ethernet and the Internet protocols: where
 * the headers of a frame are, and the checksum of all of them (RFC 1071).
 */
#ifndef HVHOST_INET_H
#define HVHOST_INET_H

#include "bytes.h"

#define ETH_HEADER	14u
#define ETH_TAG		4u
#define ETH_P_IP4	0x0800u
#define ETH_P_ARP	0x0806u
#define ETH_P_TAG	0x8100u
#define ETH_P_IP6	0x86ddu

#define IP4_HEADER	20u
#define IP6_HEADER	40u
#define TCP_HEADER	20u
#define UDP_HEADER	8u

#define PROTO_ICMP	1u
#define PROTO_TCP	6u
#define PROTO_UDP	17u
#define PROTO_ICMP6	58u

#define TCP_FIN		0x01u
#define TCP_SYN		0x02u
#define TCP_RST		0x04u
#define TCP_PSH		0x08u
#define TCP_ACK		0x10u
#define TCP_CWR		0x80u

/*
 * Sums are kept as words in the order of the machine, which comes to the same
 * (RFC 1071, 2 (B)); checksum_end() is what a header's field holds. Every piece
 * but the last is of even length.
 */
u64 checksum_add(u64 sum, const void *data, u32 len);
u16 checksum_end(u64 sum);
/* The pseudo header: addresses at @from (4 or 16 bytes each, source first). */
u64 checksum_pseudo(const u8 *from, u32 address_bytes, u8 proto, u32 len);

/* Where the parts of an IP packet are, from the first byte of its frame. */
struct ip_frame {
	u8 version;		/* 4, 6; 0: no IP packet, or one that is cut off */
	u8 proto;		/* the last one: IPv6 extension headers are passed over */
	bool fragment;		/* what is at l4 may be no header */
	u32 l3, l4, end;	/* end: of the IP packet, which may be before the frame's */
};

/* The frame's type, behind a tag if there is one; *at is where the payload begins. */
u16 frame_type(const u8 *frame, u32 len, u32 *at);
/* False: not IP, or its lengths do not fit the frame. */
bool frame_parse(const u8 *frame, u32 len, struct ip_frame *f);
/* The sum over pseudo header and payload from @f->l4: 0 from checksum_end() when right. */
u64 frame_sum(const u8 *frame, const struct ip_frame *f);

#endif
