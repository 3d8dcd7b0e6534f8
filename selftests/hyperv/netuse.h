/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A NIC that comes and goes: bring it up when it is there, and ask the peer (netpeer.h).
 * Included by netreload.c and rescindnet.c.
 */
#ifndef SELFTESTS_NETUSE_H
#define SELFTESTS_NETUSE_H

#include "guest.h"
#include "netpeer.h"

/* The interface that hv_netvsc drives. */
static inline bool find_nic(char *to, size_t size)
{
	DIR *d = opendir("/sys/class/net");
	struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		char path[300], link[256];
		ssize_t n;

		snprintf(path, sizeof(path), "/sys/class/net/%.64s/device/driver", e->d_name);
		n = readlink(path, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		found = strstr(link, "hv_netvsc");
		if (found)
			snprintf(to, size, "%.*s", (int)size - 1, e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

/* Wait for the interface, for WAIT_MS at most; it is up, with an address. */
static inline bool bring_up(char *nic, size_t size)
{
	int64_t end = now_ms() + WAIT_MS;

	while (!find_nic(nic, size) && now_ms() < end)
		nap(10);
	return *nic && set_address(nic, "192.0.2.2") && set_flags(nic, IFF_UP, 0);
}

static inline bool answers(const char *nic)
{
	const struct peer p = { AF_INET, PEER4, nic };
	int fd = peer_socket(&p, SOCK_DGRAM, ECHO);
	bool ok = fd >= 0 && udp_echo(&p, fd, 1000) && udp_echo(&p, fd, 20);

	if (fd >= 0)
		close(fd);
	return ok;
}

#endif
