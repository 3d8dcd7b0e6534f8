// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the loopback peer answers besides TCP: ARP (RFC 826), neighbour discovery
 * (RFC 4861), echo requests (RFC 792, 4443), UDP echo and discard (RFC 862, 863),
 * and the request for a counted stream. Called by loopback.c with packets whose
 * checksum is right; lengths inside them are checked here.
 */
#include "backend/loopback.h"
#include "counters.h"
#include "lib.h"

static const u8 addresses4[][4] = { { 192, 0, 2, 1 }, { 198, 51, 100, 1 } };
/* made from peer_mac as RFC 4291 has it */
static const u8 address6[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0,
				 0x02, 0x00, 0x5e, 0xff, 0xfe, 0x00, 0x53, 0x01 };

bool peer_is_mine(const u8 *address, u8 version)
{
	if (version == 6)
		return !memcmp(address, address6, 16);
	for (u32 i = 0; i < ARRAY_SIZE(addresses4); i++)
		if (!memcmp(address, addresses4[i], 4))
			return true;
	return false;
}

void peer_arp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len)
{
	static const u8 request[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };	/* Ethernet, IPv4 */
	u8 *to;

	if (len < 28) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	if (memcmp(data, request, sizeof(request)) || !peer_is_mine(data + 24, 4)) {
		count(p->vm, COUNT_PEER_UNANSWERED, 1);
		return;
	}
	to = peer_ethernet(p, path, ETH_P_ARP);
	memcpy(to, request, 8);
	to[7] = 2;
	memcpy(to + 8, peer_mac, 6);
	memcpy(to + 14, data + 24, 4);
	memcpy(to + 18, data + 8, 10);
	peer_emit(p, (u32)(to + 28 - p->out));
}

/* The same data back, as @type. */
static void echo(struct peer *p, const struct peer_path *path, u8 proto, u8 type, const u8 *data,
		 u32 len)
{
	u32 room;
	u8 *to = peer_payload(p, path, &room);

	if (len > room) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	memcpy(to, data, len);
	to[0] = type;
	count(p->vm, COUNT_PEER_ECHOES, 1);
	peer_send(p, path, proto, len);
}

void peer_icmp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len)
{
	if (data[0] == 8)
		echo(p, path, PROTO_ICMP, 0, data, len);
	else
		count(p->vm, COUNT_PEER_UNANSWERED, 1);
}

/* Neighbour solicitation: advertise, with the link-layer address. */
static void advertise(struct peer *p, const struct peer_path *path)
{
	struct peer_path back = *path;
	u32 room;
	u8 *to = peer_payload(p, path, &room);

	memcpy(back.mine, address6, 16);
	memset(to, 0, 32);
	to[0] = 136;
	to[4] = 0x60;		/* solicited, override */
	memcpy(to + 8, address6, 16);
	to[24] = 2;		/* option: target link-layer address, 8 bytes */
	to[25] = 1;
	memcpy(to + 26, peer_mac, 6);
	peer_send(p, &back, PROTO_ICMP6, 32);
}

void peer_icmp6(struct peer *p, const struct peer_path *path, const u8 *data, u32 len)
{
	static const u8 nobody[16];

	if (data[0] == 128 && peer_is_mine(path->mine, 6))
		echo(p, path, PROTO_ICMP6, 129, data, len);
	else if (data[0] == 135 && len >= 24 && peer_is_mine(data + 8, 6) &&
		 memcmp(path->theirs, nobody, 16))
		advertise(p, path);
	else
		count(p->vm, COUNT_PEER_UNANSWERED, 1);
}

static void udp_echo(struct peer *p, const struct peer_path *path, const u8 *data, u32 len)
{
	u32 room;
	u8 *to = peer_payload(p, path, &room);

	if (len > room) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	memcpy(to, data, len);
	put_be16(to, be16(data + 2));
	put_be16(to + 2, be16(data));
	count(p->vm, COUNT_PEER_ECHOES, 1);
	peer_send(p, path, PROTO_UDP, len);
}

void peer_udp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len)
{
	u32 bytes = be16(data + 4);
	u16 port = be16(data + 2);

	if (bytes < UDP_HEADER || bytes > len) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	if (port == PORT_ECHO) {
		udp_echo(p, path, data, bytes);
	} else if (port == PORT_DISCARD) {
		count(p->vm, COUNT_PEER_DISCARDED, 1);
	} else if (port == PORT_GENERATE && bytes >= UDP_HEADER + 8) {
		/* how many, of how many bytes; to who asks */
		if (peer_generate(p, path, be16(data), be32(data + 8), be32(data + 12)))
			count(p->vm, COUNT_PEER_UNANSWERED, 1);
	} else {
		count(p->vm, COUNT_PEER_UNANSWERED, 1);
	}
}
