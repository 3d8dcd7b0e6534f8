// SPDX-License-Identifier: GPL-2.0-only
/* See netdev.h. By ioctl: no library, no tools. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "netdev.h"

#define WAIT_S		10
#define HEADERS		42	/* Ethernet, IPv4, UDP */

static const uint8_t peer_mac[6] = { 0x00, 0x00, 0x5e, 0x00, 0x53, 0x01 };
static const uint8_t peer_ip[4] = { 192, 0, 2, 1 }, my_ip[4] = { 192, 0, 2, 2 };

static struct sockaddr_in address(const uint8_t ip[4], int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	memcpy(&a.sin_addr, ip, 4);
	return a;
}

static void request(unsigned long what, const char *dev, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, what, r))
		load_die("%s", dev);
	close(fd);
}

static void set_address(const char *dev, unsigned long what, const uint8_t ip[4])
{
	struct sockaddr_in a = address(ip, 0);
	struct ifreq r = { 0 };

	memcpy(&r.ifr_addr, &a, sizeof(a));
	request(what, dev, &r);
}

/* Neighbour discovery and router solicitations would fall into windows. */
static void no_ipv6(const char *dev)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", dev);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;		/* a kernel without */
	if (write(fd, "1", 1) != 1)
		load_die("%s", path);
	close(fd);
}

static void know_peer(const char *dev)
{
	struct sockaddr_in a = address(peer_ip, 0);
	struct arpreq r = { .arp_flags = ATF_COM | ATF_PERM };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&r.arp_pa, &a, sizeof(a));
	r.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(r.arp_ha.sa_data, peer_mac, sizeof(peer_mac));
	snprintf(r.arp_dev, sizeof(r.arp_dev), "%s", dev);
	if (fd < 0 || ioctl(fd, SIOCSARP, &r))
		load_die("address of the peer");
	close(fd);
}

int netdev_up(const char *dev)
{
	static const uint8_t mask[4] = { 255, 255, 255, 0 };
	struct timespec nap = { 0, 10000000 };
	struct ifreq r = { 0 };

	for (int i = 0; !if_nametoindex(dev) && i < WAIT_S * 100; i++)
		nanosleep(&nap, NULL);
	if (!if_nametoindex(dev))
		load_die("%s", dev);
	no_ipv6(dev);
	set_address(dev, SIOCSIFADDR, my_ip);
	set_address(dev, SIOCSIFNETMASK, mask);
	request(SIOCGIFFLAGS, dev, &r);
	r.ifr_flags |= IFF_UP;
	request(SIOCSIFFLAGS, dev, &r);
	know_peer(dev);
	/* the carrier comes a moment later */
	for (int i = 0; i < WAIT_S * 100; i++) {
		request(SIOCGIFFLAGS, dev, &r);
		if (r.ifr_flags & IFF_RUNNING)
			return (int)if_nametoindex(dev);
		nanosleep(&nap, NULL);
	}
	errno = ENETDOWN;
	load_die("%s", dev);
}

int netdev_socket(int type, int port)
{
	struct sockaddr_in a = address(peer_ip, port);
	struct timeval limit = { .tv_sec = WAIT_S };
	int room = 16 << 20, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    (type == SOCK_DGRAM && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room))) ||
	    connect(fd, (void *)&a, sizeof(a)))
		load_die("socket to port %d", port);
	return fd;
}

static void put16(uint8_t *at, unsigned int n)
{
	at[0] = (uint8_t)(n >> 8);
	at[1] = (uint8_t)n;
}

size_t netdev_frame(const char *dev, uint8_t *to, size_t bytes)
{
	struct ifreq r = { 0 };
	uint32_t sum = 0;

	request(SIOCGIFHWADDR, dev, &r);
	memset(to, 0, HEADERS + bytes);
	memcpy(to, peer_mac, 6);
	memcpy(to + 6, r.ifr_hwaddr.sa_data, 6);
	put16(to + 12, 0x0800);
	to[14] = 0x45;
	put16(to + 16, (unsigned int)bytes + 28);
	to[22] = 64;
	to[23] = IPPROTO_UDP;
	memcpy(to + 26, my_ip, 4);
	memcpy(to + 30, peer_ip, 4);
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)(to[i] << 8 | to[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(to + 24, ~((sum & 0xffff) + (sum >> 16)) & 0xffff);
	put16(to + 34, 49152);
	put16(to + 36, NETDEV_DISCARD);
	put16(to + 38, (unsigned int)bytes + 8);	/* and no checksum */
	return HEADERS + bytes;
}

void netdev_barrier(int echo)
{
	char c = 'b';

	if (send(echo, &c, 1, 0) != 1 || recv(echo, &c, 1, 0) != 1)
		load_die("the peer's echo");
}
