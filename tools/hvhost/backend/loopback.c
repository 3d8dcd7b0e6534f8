// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loopback peer: what is at the other end of a NIC's wire when nothing else is.
 * A guest at 192.0.2.2 finds it at 192.0.2.1 and at fe80::200:5eff:fe00:5301, on the
 * wire itself and in any VLAN (198.51.100.1 is a second address, for these). It
 * checks what it gets, checksums too, so that a NIC or a driver that fills them in
 * wrongly is seen: such a frame is counted and goes no further. It answers at once,
 * with no state but TCP's, so runs are the same each time.
 */
#include "backend/loopback.h"
#include "counters.h"
#include "lib.h"
#include "vmbus.h"

const u8 peer_mac[6] = { 0x00, 0x00, 0x5e, 0x00, 0x53, 0x01 };	/* RFC 7042: documentation */

static const u8 mine4[4] = { 192, 0, 2, 1 }, theirs4[4] = { 192, 0, 2, 2 };

/* ---- out ---- */

bool peer_emit(struct peer *p, u32 len)
{
	return p->backend.receive(p->backend.nic, p->out, len);
}

u8 *peer_ethernet(struct peer *p, const struct peer_path *path, u16 type)
{
	u8 *at = p->out + 12;

	memcpy(p->out, path->mac, 6);
	memcpy(p->out + 6, peer_mac, 6);
	if (path->tagged) {
		put_be16(at, ETH_P_TAG);
		put_be16(at + 2, path->tci);
		at += ETH_TAG;
	}
	put_be16(at, type);
	return at + 2;
}

static u32 headers(const struct peer_path *path)
{
	return ETH_HEADER + (path->tagged ? ETH_TAG : 0) +
	       (path->version == 4 ? IP4_HEADER : IP6_HEADER);
}

u8 *peer_payload(struct peer *p, const struct peer_path *path, u32 *room)
{
	*room = ETH_HEADER + (path->tagged ? ETH_TAG : 0) + PEER_MTU - headers(path);
	return p->out + headers(path);
}

static void header4(struct peer *p, u8 *ip, const struct peer_path *path, u8 proto, u32 len)
{
	memset(ip, 0, IP4_HEADER);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(IP4_HEADER + len));
	put_be16(ip + 4, ++p->ip_id);
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, path->mine, 4);
	memcpy(ip + 16, path->theirs, 4);
	put_be16(ip + 10, checksum_end(checksum_add(0, ip, IP4_HEADER)));
}

static void header6(u8 *ip, const struct peer_path *path, u8 proto, u32 len)
{
	memset(ip, 0, 8);
	ip[0] = 0x60;
	put_be16(ip + 4, (u16)len);
	ip[6] = proto;
	ip[7] = 255;	/* neighbour discovery wants it, nothing else minds */
	memcpy(ip + 8, path->mine, 16);
	memcpy(ip + 24, path->theirs, 16);
}

/* Where a protocol has its checksum, or 0. */
static u32 checksum_field(u8 proto)
{
	switch (proto) {
	case PROTO_TCP:
		return 16;
	case PROTO_UDP:
		return 6;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return 2;
	default:
		return 0;
	}
}

/* The sum over an IP payload; ICMP has no pseudo header. */
static u64 sum(const struct peer_path *path, u8 proto, const u8 *from_addresses, const u8 *data,
	       u32 len)
{
	u64 pseudo = proto == PROTO_ICMP ? 0 :
		     checksum_pseudo(from_addresses, path->version == 4 ? 4 : 16, proto, len);

	return checksum_add(pseudo, data, len);
}

bool peer_send(struct peer *p, const struct peer_path *path, u8 proto, u32 len)
{
	u8 *ip = peer_ethernet(p, path, path->version == 4 ? ETH_P_IP4 : ETH_P_IP6);
	u8 *data = p->out + headers(path);
	u32 field = checksum_field(proto);
	u16 c;

	if (path->version == 4)
		header4(p, ip, path, proto, len);
	else
		header6(ip, path, proto, len);
	put_be16(data + field, 0);
	c = checksum_end(sum(path, proto, ip + (path->version == 4 ? 12 : 8), data, len));
	put_be16(data + field, !c && proto == PROTO_UDP ? 0xffff : c);
	return peer_emit(p, headers(path) + len);
}

/* ---- in ---- */

static void unanswered(struct peer *p)
{
	count(p->vm, COUNT_PEER_UNANSWERED, 1);
}

/* Whether the packet is whole and right, and for this peer. */
static bool is_right(struct peer *p, const u8 *frame, const struct ip_frame *f,
		     const struct peer_path *path)
{
	const u8 *ip = frame + f->l3, *addresses = ip + (f->version == 4 ? 12 : 8);
	u32 len = f->end - f->l4, field = checksum_field(f->proto);

	if (f->version == 4 && checksum_end(checksum_add(0, ip, f->l4 - f->l3))) {
		count(p->vm, COUNT_PEER_BAD_CHECKSUM, 1);
		return false;
	}
	if (f->fragment || !field || len < 8) {
		unanswered(p);
		return false;
	}
	/* only UDP over IPv4 may leave it out */
	if (f->proto == PROTO_UDP && f->version == 4 && !be16(frame + f->l4 + field))
		return true;
	if (checksum_end(sum(path, f->proto, addresses, frame + f->l4, len))) {
		count(p->vm, COUNT_PEER_BAD_CHECKSUM, 1);
		return false;
	}
	return true;
}

static void ip_in(struct peer *p, struct peer_path *path, const u8 *frame, u32 len)
{
	struct ip_frame f;
	const u8 *ip, *data;
	u32 bytes;

	if (!frame_parse(frame, len, &f)) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	ip = frame + f.l3;
	bytes = f.version == 4 ? 4 : 16;
	path->version = f.version;
	memcpy(path->theirs, ip + (bytes == 4 ? 12 : 8), bytes);
	memcpy(path->mine, ip + (bytes == 4 ? 16 : 24), bytes);
	if (!is_right(p, frame, &f, path))
		return;
	data = frame + f.l4;
	if (f.version == 6 && f.proto == PROTO_ICMP6) {
		peer_icmp6(p, path, data, f.end - f.l4);	/* to a group of neighbours, too */
		return;
	}
	if (!peer_is_mine(path->mine, f.version)) {
		unanswered(p);
		return;
	}
	if (f.version == 4 && !path->tagged)
		p->guest = *path;
	if (f.proto == PROTO_TCP)
		peer_tcp(p, path, data, f.end - f.l4);
	else if (f.proto == PROTO_UDP)
		peer_udp(p, path, data, f.end - f.l4);
	else if (f.proto == PROTO_ICMP && f.version == 4)
		peer_icmp(p, path, data, f.end - f.l4);
	else
		unanswered(p);
}

static void transmit(struct net_backend *b, const void *data, u32 len)
{
	struct peer *p = container_of(b, struct peer, backend);
	const u8 *frame = data;
	struct peer_path path = { 0 };
	u32 at;
	u16 type = frame_type(frame, len, &at);

	count(p->vm, COUNT_PEER_FRAMES, 1);
	if (!type || len > NET_FRAME_MAX) {
		count(p->vm, COUNT_PEER_MALFORMED, 1);
		return;
	}
	if (!(frame[0] & 1) && memcmp(frame, peer_mac, 6)) {
		unanswered(p);
		return;
	}
	memcpy(path.mac, frame + 6, 6);
	path.tagged = at > ETH_HEADER;
	path.tci = path.tagged ? be16(frame + 14) : 0;
	if (type == ETH_P_ARP)
		peer_arp(p, &path, frame + at, len - at);
	else if (type == ETH_P_IP4 || type == ETH_P_IP6)
		ip_in(p, &path, frame, len);
	else
		unanswered(p);
}

static void attach(struct net_backend *b, const u8 mac[6])
{
	struct peer *p = container_of(b, struct peer, backend);

	memcpy(p->guest.mac, mac, 6);
	p->guest.version = 4;
	memcpy(p->guest.mine, mine4, 4);
	memcpy(p->guest.theirs, theirs4, 4);
}

/* "generate" COUNT BYTES: to the guest's discard port. */
static int act(struct net_backend *b, const char *verb, const u64 *arg, u32 n)
{
	struct peer *p = container_of(b, struct peer, backend);

	if (strcmp(verb, "generate"))
		return -HV_ENOENT;
	if (n != 2 || arg[0] > 0xffffffff || arg[1] > 0xffff)
		return -HV_EINVAL;
	return peer_generate(p, &p->guest, PORT_DISCARD, (u32)arg[0], (u32)arg[1]);
}

static const struct net_backend_ops ops = {
	.name = "loopback", .transmit = transmit, .attach = attach, .act = act,
};

struct net_backend *loopback_create(struct vm *vm)
{
	struct peer *p = hv_alloc(sizeof(*p));

	if (!p)
		return NULL;
	p->backend.ops = &ops;
	p->vm = vm;
	p->random = vm->seed ^ 0x6c6f6f70;
	return &p->backend;
}
