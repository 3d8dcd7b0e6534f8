/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire of a virtual NIC: device/net*.c is the NIC the guest drives, backend/
 * is what answers at the other end. Frames are Ethernet without a frame check
 * sequence, at most NET_FRAME_MAX bytes, complete: what the guest left to the
 * NIC (checksums, segments of a large send, the VLAN tag) is done before.
 */
#ifndef HVHOST_NET_H
#define HVHOST_NET_H

#include "vm.h"

#define NET_FRAME_MAX	9234u	/* MTU 9216, Ethernet header, VLAN tag */

struct net_backend;

struct net_backend_ops {
	const char *name;
	/* A frame from the guest; valid during the call only. */
	void (*transmit)(struct net_backend *b, const void *frame, u32 len);
	/* The guest's MAC address is @mac, before the first frame. May be NULL. */
	void (*attach)(struct net_backend *b, const u8 mac[6]);
	/* Do @verb of a host script (struct vmbus_action of vmbus.h). May be NULL. */
	int (*act)(struct net_backend *b, const char *verb, const u64 *arg, u32 n);
};

struct net_backend {
	const struct net_backend_ops *ops;
	/*
	 * Set by the NIC before attach(): a frame for the guest, copied before it
	 * returns. False: dropped (filter, no receive buffer, ring full), counted there.
	 */
	bool (*receive)(void *nic, const void *frame, u32 len);
	void *nic;
};

/*
 * The loopback peer: answers ARP, neighbour discovery, ICMP and ICMPv6 echo, UDP
 * and TCP echo, and can send a counted stream of packets. Deterministic. NULL: no
 * memory.
 */
struct net_backend *loopback_create(struct vm *vm);
/* QEMU's user network behind the @nth virtio-net function of the machine. NULL: none there. */
struct net_backend *virtio_net_create(struct vm *vm, u32 nth);

#endif
