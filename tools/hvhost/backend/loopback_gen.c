// SPDX-License-Identifier: GPL-2.0-only
/*
 * A counted stream of UDP packets to the guest. Each has its number and how many
 * there are, and bytes that follow from the number. A NIC that has no room stops
 * the stream for a while, as a pause frame would: none is lost for want of room.
 * Started by a host script ("net0 generate COUNT BYTES") or by a datagram to port 19.
 */
#include "backend/loopback.h"
#include "counters.h"
#include "lib.h"

#define BURST		32u	/* packets at a time */
#define EVERY		1000u	/* 100 ns: then comes the next burst */
#define STALLS_MAX	2000u	/* bursts without one packet taken: the guest is gone */

static void build(struct peer *p, u32 number)
{
	u32 room, bytes = p->generator.bytes;
	u8 *to = peer_payload(p, &p->generator.path, &room);

	put_be16(to, p->generator.from);
	put_be16(to + 2, p->generator.port);
	put_be16(to + 4, (u16)(UDP_HEADER + bytes));
	put_be32(to + 8, number);
	put_be32(to + 12, p->generator.count);
	for (u32 i = 8; i < bytes; i++)
		to[8 + i] = (u8)(number + i);
}

static void burst(struct vm *vm, struct event *e)
{
	struct peer *p = container_of(e, struct peer, generator.event);
	u32 before = p->generator.sent;

	for (u32 i = 0; i < BURST && p->generator.sent < p->generator.count; i++) {
		build(p, p->generator.sent);
		if (!peer_send(p, &p->generator.path, PROTO_UDP, UDP_HEADER + p->generator.bytes))
			break;
		p->generator.sent++;
		count(vm, COUNT_PEER_GENERATED, 1);
	}
	p->generator.stalls = p->generator.sent == before ? p->generator.stalls + 1 : 0;
	if (p->generator.stalls == STALLS_MAX) {
		count(vm, COUNT_PEER_GENERATED_LOST, p->generator.count - p->generator.sent);
		hv_log("loopback: stream ends after %u packets of %u: nobody takes them",
		       p->generator.sent, p->generator.count);
		p->generator.count = 0;
	} else if (p->generator.sent < p->generator.count) {
		event_arm(vm, e, vm_time(vm) + EVERY);
	} else {
		p->generator.count = 0;
	}
}

int peer_generate(struct peer *p, const struct peer_path *path, u16 port, u32 count, u32 bytes)
{
	u32 room;

	if (p->generator.count)
		return -HV_EBUSY;
	peer_payload(p, path, &room);
	if (!count || bytes < 8 || bytes > room - UDP_HEADER)
		return -HV_EINVAL;
	p->generator.path = *path;
	p->generator.port = port;
	p->generator.from = PORT_GENERATE;
	p->generator.count = count;
	p->generator.bytes = bytes;
	p->generator.sent = p->generator.stalls = 0;
	p->generator.event.fn = burst;
	event_arm(p->vm, &p->generator.event, vm_time(p->vm) + EVERY);
	return 0;
}
