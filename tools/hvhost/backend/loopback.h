/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of the loopback peer: loopback.c takes frames apart and puts
 * them together, loopback_ip.c answers ARP, neighbour discovery, echo requests and
 * UDP, loopback_tcp.c is TCP, loopback_gen.c sends counted streams.
 */
#ifndef HVHOST_BACKEND_LOOPBACK_H
#define HVHOST_BACKEND_LOOPBACK_H

#include "inet.h"
#include "net.h"
#include "vm.h"

#define PORT_ECHO	7u
#define PORT_DISCARD	9u
#define PORT_GENERATE	19u	/* "character generator" of RFC 864, with a request */
#define PEER_MTU	(NET_FRAME_MAX - ETH_HEADER - ETH_TAG)
#define TCP_PEERS	64u	/* connections at a time */
#define TCP_BUFFER	65536u	/* of one: received, not yet acknowledged by who sent it */

/* How to reach who sent a frame: it goes back the way it came. */
struct peer_path {
	u8 mac[6];
	bool tagged;
	u16 tci;
	u8 version;		/* 4, 6 */
	u8 mine[16], theirs[16];
};

struct peer_tcp;

struct peer {
	struct net_backend backend;
	struct vm *vm;
	u64 random;
	u16 ip_id;
	struct peer_path guest;		/* of the last IPv4 packet, or as it is meant to be */
	struct peer_tcp *tcp[TCP_PEERS];
	u64 tcp_used;			/* counts packets: who was heard of least recently */
	struct {
		struct event event;
		struct peer_path path;
		u16 port, from;
		u32 count, sent, bytes, stalls;
	} generator;
	u8 out[NET_FRAME_MAX];
};

/* ---- loopback.c ---- */

extern const u8 peer_mac[6];

/* Where the payload of an IP packet on @path goes in p->out, and how much there is room for. */
u8 *peer_payload(struct peer *p, const struct peer_path *path, u32 *room);
/* Send @len bytes of it as @proto: headers and checksums are put around. False: dropped. */
bool peer_send(struct peer *p, const struct peer_path *path, u8 proto, u32 len);
/* The Ethernet header of a frame to @path; where its payload goes. */
u8 *peer_ethernet(struct peer *p, const struct peer_path *path, u16 type);
/* p->out, @len bytes, to the NIC. */
bool peer_emit(struct peer *p, u32 len);

/* ---- loopback_ip.c: @data is a whole packet of the guest's, its checksum right ---- */

/* Whether the peer has this address (4 or 16 bytes). */
bool peer_is_mine(const u8 *address, u8 version);
void peer_arp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len);
void peer_icmp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len);
void peer_icmp6(struct peer *p, const struct peer_path *path, const u8 *data, u32 len);
void peer_udp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len);

/* ---- loopback_tcp.c ---- */

void peer_tcp(struct peer *p, const struct peer_path *path, const u8 *data, u32 len);

/* ---- loopback_gen.c ---- */

/* Send @count UDP packets of @bytes to @path; 0, -HV_EINVAL, or -HV_EBUSY while others are sent. */
int peer_generate(struct peer *p, const struct peer_path *path, u16 port, u32 count, u32 bytes);

#endif
