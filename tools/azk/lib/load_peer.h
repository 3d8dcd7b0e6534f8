/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hvhost's loopback peer (tools/hvhost/backend/loopback*.c) as a process beside QEMU: for
 * machines without hvhost, so that their NICs talk to the same peer. Frames come and
 * go as datagrams of two sockets, as QEMU's -netdev dgram sends them. Called by
 * lib/load_measure.c.
 */
#ifndef AZK_LIB_LOAD_PEER_H
#define AZK_LIB_LOAD_PEER_H

#include <sys/types.h>

/*
 * Start it: it listens at @mine and sends to @guest, paths of sockets. Its process, or -1
 * with errno. It ends with this process, or by load_peer_stop().
 */
pid_t load_peer_start(const char *mine, const char *guest);
void load_peer_stop(pid_t pid);

#endif
