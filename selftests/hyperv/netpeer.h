/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Talking to hvhost's loopback peer, and to a NIC by ioctl: no library, no tools.
 * Included by netvsc.c and netuse.h. The peer answers at 192.0.2.1 and 198.51.100.1 and at the
 * link-local address of its MAC, with echo on port 7 and counted streams on 19.
 */
#ifndef SELFTESTS_NETPEER_H
#define SELFTESTS_NETPEER_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

#define PEER4		"192.0.2.1"
#define PEER4_VLAN	"198.51.100.1"
#define PEER6		"fe80::200:5eff:fe00:5301"
#define ECHO		7
#define GENERATE	19
#define WAIT_MS		15000	/* many times what an answer takes, even emulated */

struct peer {
	int family;
	const char *address;
	const char *device;	/* the way there */
};

static inline int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static inline void nap(int ms)
{
	poll(NULL, 0, ms);
}

/* ---- files ---- */

static inline bool put_text(const char *text, const char *format, const char *device)
{
	char path[256];
	int fd;
	bool ok;

	snprintf(path, sizeof(path), format, device);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return ok;
}

static inline long long get_number(const char *format, const char *device, const char *what)
{
	char path[256], text[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), format, device, what);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return *text ? strtoll(text, NULL, 0) : -1;
}

/* ---- the device ---- */

static inline int on_device(const char *device, unsigned long request, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", device);
	ret = fd < 0 ? -1 : ioctl(fd, request, r);
	if (fd >= 0)
		close(fd);
	return ret;
}

static inline bool set_flags(const char *device, short on, short off)
{
	struct ifreq r = { 0 };

	if (on_device(device, SIOCGIFFLAGS, &r))
		return false;
	r.ifr_flags = (short)((r.ifr_flags | on) & ~off);
	return !on_device(device, SIOCSIFFLAGS, &r);
}

static inline bool set_mtu(const char *device, int mtu)
{
	struct ifreq r = { .ifr_mtu = mtu };

	return !on_device(device, SIOCSIFMTU, &r);
}

static inline bool set_address(const char *device, const char *address)
{
	struct ifreq r = { 0 };
	struct sockaddr_in a = { .sin_family = AF_INET };

	inet_pton(AF_INET, address, &a.sin_addr);
	memcpy(&r.ifr_addr, &a, sizeof(a));
	if (on_device(device, SIOCSIFADDR, &r))
		return false;
	inet_pton(AF_INET, "255.255.255.0", &a.sin_addr);
	memcpy(&r.ifr_netmask, &a, sizeof(a));
	return !on_device(device, SIOCSIFNETMASK, &r);
}

static inline bool ethtool(const char *device, void *request)
{
	struct ifreq r = { .ifr_data = request };

	return !on_device(device, SIOCETHTOOL, &r);
}

static inline bool ethtool_set(const char *device, uint32_t command, uint32_t value)
{
	struct ethtool_value v = { .cmd = command, .data = value };

	return ethtool(device, &v);
}

static inline int ethtool_get(const char *device, uint32_t command)
{
	struct ethtool_value v = { .cmd = command };

	return ethtool(device, &v) ? (int)v.data : -1;
}

/* ---- data ---- */

static inline void pattern(uint8_t *at, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)((i + seed) * 2654435761u >> 13);
}

static inline int peer_socket(const struct peer *p, int type, int port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port),
				    .sin6_scope_id = if_nametoindex(p->device) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct timeval limit = { .tv_sec = WAIT_MS / 1000 };
	int protocol = type == SOCK_RAW ? p->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6 : 0;
	int fd = socket(p->family, type | SOCK_CLOEXEC, protocol), ret;
	int64_t end = now_ms() + 3000;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, p->device, (socklen_t)strlen(p->device));
	inet_pton(AF_INET, p->address, &four.sin_addr);
	inet_pton(AF_INET6, p->address, &six.sin6_addr);
	/* an address of one's own takes a moment after the link is up */
	do {
		ret = p->family == AF_INET ? connect(fd, (void *)&four, sizeof(four)) :
					     connect(fd, (void *)&six, sizeof(six));
	} while (ret && (errno == EADDRNOTAVAIL || errno == ENETUNREACH) && now_ms() < end &&
		 (nap(20), 1));
	if (!ret)
		return fd;
	printf("# connect to %s: %s\n", p->address, strerror(errno));
	close(fd);
	return -1;
}

/* An echo request of @bytes, and the same bytes back. */
static inline bool ping(const struct peer *p, uint16_t bytes)
{
	uint8_t out[2048] = { 0 }, in[2100];
	bool six = p->family == AF_INET6;
	int fd = peer_socket(p, SOCK_RAW, 0);
	int64_t end = now_ms() + WAIT_MS;
	uint32_t sum = 0;

	if (fd < 0)
		return false;
	out[0] = six ? 128 : 8;
	out[4] = 0x42;
	out[7] = (uint8_t)bytes;
	pattern(out + 8, bytes, bytes);
	for (int i = 0; !six && i < 8 + bytes; i += 2)
		sum += (uint32_t)(out[i] << 8 | out[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	out[2] = (uint8_t)(six ? 0 : sum >> 8);	/* the kernel fills in that of ICMPv6 */
	out[3] = (uint8_t)(six ? 0 : sum);
	if (send(fd, out, 8u + bytes, 0) != 8 + bytes) {
		printf("# ping: %s\n", strerror(errno));
		close(fd);
		return false;
	}
	while (now_ms() < end) {
		ssize_t n = recv(fd, in, sizeof(in), 0), header = six ? 0 : 20;

		if (n < 0)
			break;
		if (n == header + 8 + bytes && in[header] == (six ? 129 : 0) &&
		    !memcmp(in + header + 4, out + 4, 4u + bytes)) {
			close(fd);
			return true;
		}
	}
	printf("# ping of %u bytes: no answer\n", bytes);
	close(fd);
	return false;
}

static inline bool udp_echo(const struct peer *p, int fd, uint32_t bytes)
{
	static uint8_t out[65536], in[65536];
	ssize_t n;

	pattern(out, bytes, bytes);
	if (send(fd, out, bytes, 0) != (ssize_t)bytes) {
		printf("# UDP to %s, %u bytes: %s\n", p->address, bytes, strerror(errno));
		return false;
	}
	n = recv(fd, in, sizeof(in), 0);
	if (n == (ssize_t)bytes && !memcmp(in, out, bytes))
		return true;
	printf("# UDP to %s, %u bytes: %zd came back, %s\n", p->address, bytes, n,
	       n < 0 ? strerror(errno) : "with other content");
	return false;
}

/* Datagrams of many sizes up to @most. */
static inline bool udp_echoes(const struct peer *p, uint32_t most)
{
	int fd = peer_socket(p, SOCK_DGRAM, ECHO);
	bool ok = fd >= 0;

	for (uint32_t n = 1; ok && n < most; n += n < 20 ? 1 : most / 23 + 1)
		ok = udp_echo(p, fd, n);
	ok = ok && udp_echo(p, fd, most);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* @bytes there and back on @fd, sent as the window lets them, checked as they come. */
static inline bool tcp_stream(int fd, size_t bytes, uint32_t seed)
{
	static uint8_t out[1 << 20], in[65536];
	size_t sent = 0, got = 0;
	int64_t quiet = now_ms();

	if (bytes > sizeof(out))
		return false;
	pattern(out, bytes, seed);
	while (got < bytes) {
		struct pollfd f = { fd, (short)(POLLIN | (sent < bytes ? POLLOUT : 0)), 0 };

		if (poll(&f, 1, WAIT_MS) <= 0 || now_ms() - quiet > WAIT_MS)
			break;
		if (f.revents & POLLOUT && sent < bytes) {
			ssize_t n = send(fd, out + sent, bytes - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

			if (n < 0 && errno != EAGAIN)
				break;
			sent += n > 0 ? (size_t)n : 0;
		}
		if (f.revents & (POLLIN | POLLERR | POLLHUP)) {
			ssize_t n = recv(fd, in, sizeof(in), MSG_DONTWAIT);

			if (!n || (n < 0 && errno != EAGAIN))
				break;
			if (n > 0 &&
			    ((size_t)n > bytes - got || memcmp(in, out + got, (size_t)n))) {
				printf("# TCP: other content in bytes %zu to %zu\n", got,
				       got + (size_t)n);
				return false;
			}
			got += n > 0 ? (size_t)n : 0;
			quiet = n > 0 ? now_ms() : quiet;
		}
	}
	if (got == bytes)
		return true;
	printf("# TCP: %zu of %zu bytes came back, %zu were sent: %s\n", got, bytes, sent,
	       strerror(errno));
	return false;
}

/* A connection, @bytes, and an end in order. */
static inline bool tcp_echo(const struct peer *p, size_t bytes)
{
	int fd = peer_socket(p, SOCK_STREAM, ECHO);
	char c;
	bool ok;

	ok = fd >= 0 && tcp_stream(fd, bytes, (uint32_t)bytes) && !shutdown(fd, SHUT_WR) &&
	     !recv(fd, &c, 1, 0);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Ask for @count datagrams of @bytes; how many came, each in its place and right. */
static inline uint32_t generated(const struct peer *p, uint32_t count, uint32_t bytes)
{
	uint32_t request[2] = { htonl(count), htonl(bytes) }, got = 0;
	int fd = peer_socket(p, SOCK_DGRAM, GENERATE), room = 16 << 20;
	static uint8_t in[16384];

	if (fd < 0)
		return 0;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (send(fd, request, sizeof(request), 0) != sizeof(request))
		count = 0;
	while (got < count) {
		ssize_t n = recv(fd, in, sizeof(in), 0);
		uint32_t head[2], i = 8;

		memcpy(head, in, 8);
		if (n != (ssize_t)bytes || ntohl(head[0]) != got || ntohl(head[1]) != count)
			break;
		while (i < bytes && in[i] == (uint8_t)(got + i))
			i++;
		if (i < bytes)
			break;
		got++;
	}
	/* and not one more */
	if (got == count && recv(fd, in, sizeof(in), MSG_DONTWAIT) >= 0)
		got++;
	close(fd);
	return got;
}

#endif
