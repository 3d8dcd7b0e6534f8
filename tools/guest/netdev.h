/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A NIC for netload, and sockets to its peer: hvhost's loopback peer at 192.0.2.1
 * (tools/hvhost/README.md, "The other end of the wire") or one that is like it.
 */
#ifndef AZK_GUEST_NETDEV_H
#define AZK_GUEST_NETDEV_H

#include <stddef.h>
#include <stdint.h>

#define NETDEV_ECHO	7
#define NETDEV_DISCARD	9
#define NETDEV_GENERATE	19

/*
 * Wait for @dev, give it 192.0.2.2, tell it where the peer is (nobody has to ask), no
 * IPv6, and bring it up. Its index; ends the program when that cannot be done.
 */
int netdev_up(const char *dev);

/* A socket of SOCK_STREAM or SOCK_DGRAM connected to the peer's @port; a read waits 10 s. */
int netdev_socket(int type, int port);

/* A frame to the peer's discard port with @bytes of payload; its length. */
size_t netdev_frame(const char *dev, uint8_t *to, size_t bytes);

/* Send a datagram to the echo port and wait for it: what was sent before has arrived. */
void netdev_barrier(int echo);

#endif
