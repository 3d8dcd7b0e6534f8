// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's user network from a NIC of the guest: an address by DHCP, the gateway by
 * ARP and by ping. Frames are written and read whole (AF_PACKET), so the kernel's
 * own IP configuration does not matter. RFC 826, 792, 2131.
 *	usernet [NIC]	default: any there is
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

#define GATEWAY	0x0a000202u	/* 10.0.2.2 */
#define PINGS	20
#define WAIT_MS	5000

struct nic {
	int fd;
	char name[IFNAMSIZ];
	uint8_t mac[6], gateway[6];
	uint32_t address;
};

static void put16(uint8_t *p, unsigned int v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static void put32(uint8_t *p, uint32_t v) { put16(p, v >> 16); put16(p + 2, v & 0xffff); }
static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}
static unsigned int get16(const uint8_t *p) { return (unsigned int)p[0] << 8 | p[1]; }

static uint16_t checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += get16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool open_nic(struct nic *n)
{
	struct ifreq r = { 0 };
	struct dirent *e;
	DIR *d = opendir("/sys/class/net");

	while (d && !*n->name && (e = readdir(d)))
		if (e->d_name[0] != '.' && strcmp(e->d_name, "lo"))
			snprintf(n->name, sizeof(n->name), "%.15s", e->d_name);
	if (d)
		closedir(d);
	n->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (!*n->name || n->fd < 0)
		return false;
	memcpy(r.ifr_name, n->name, sizeof(n->name));
	if (ioctl(n->fd, SIOCGIFHWADDR, &r))
		return false;
	memcpy(n->mac, r.ifr_hwaddr.sa_data, 6);
	if (ioctl(n->fd, SIOCGIFFLAGS, &r))
		return false;
	r.ifr_flags |= IFF_UP;
	if (ioctl(n->fd, SIOCSIFFLAGS, &r))
		return false;
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)if_nametoindex(n->name) };
	return !bind(n->fd, (struct sockaddr *)&to, sizeof(to));
}

/* An Ethernet header in front of @len bytes at @frame + 14, and out. */
static bool send_frame(struct nic *n, uint8_t *frame, const uint8_t to[6], unsigned int type,
		       size_t len)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, n->mac, 6);
	put16(frame + 12, type);
	return send(n->fd, frame, 14 + len, 0) == (ssize_t)(14 + len);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The next frame that @wanted says yes to; its length, or 0 when none came in time. */
static size_t wait_for(struct nic *n, uint8_t frame[2048], int ms,
		       bool (*wanted)(const struct nic *n, const uint8_t *f, size_t len))
{
	int64_t until = now_ms() + ms, left;
	struct pollfd p = { .fd = n->fd, .events = POLLIN };

	while ((left = until - now_ms()) > 0) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t len;

		if (poll(&p, 1, (int)left) <= 0)
			continue;
		len = recvfrom(n->fd, frame, 2048, 0, (struct sockaddr *)&from, &size);
		if (len > 14 && from.sll_pkttype != PACKET_OUTGOING &&
		    wanted(n, frame, (size_t)len))
			return (size_t)len;
	}
	return 0;
}

static void ip_header(uint8_t *ip, uint32_t from, uint32_t to, unsigned int protocol,
		      size_t payload)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, (unsigned int)(20 + payload));
	ip[8] = 64;
	ip[9] = (uint8_t)protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	put16(ip + 10, checksum(ip, 20));
}

static bool is_offer(const struct nic *n, const uint8_t *f, size_t len)
{
	return len >= 14 + 20 + 8 + 240 && get16(f + 12) == ETH_P_IP && f[23] == 17 &&
	       get16(f + 36) == 68 && f[42] == 2 && !memcmp(f + 42 + 28, n->mac, 6);
}

/* DHCPDISCOVER; the address of the offer is ours for what follows. */
static bool dhcp(struct nic *n)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };
	uint8_t frame[2048] = { 0 }, *udp = frame + 34, *d = udp + 8;
	const size_t len = 300;

	d[0] = 1;		/* request, Ethernet, 6 bytes */
	d[1] = 1;
	d[2] = 6;
	put32(d + 4, 0x617a6b21);
	memcpy(d + 28, n->mac, 6);
	put32(d + 236, 0x63825363);
	memcpy(d + 240, "\x35\x01\x01\xff", 4);
	put16(udp, 68);
	put16(udp + 2, 67);
	put16(udp + 4, (unsigned int)(8 + len));
	ip_header(frame + 14, 0, 0xffffffff, 17, 8 + len);
	for (int i = 0; i < 3; i++) {
		uint8_t answer[2048];

		if (!send_frame(n, frame, all, ETH_P_IP, 28 + len))
			return false;
		if (wait_for(n, answer, WAIT_MS, is_offer)) {
			n->address = get32(answer + 42 + 16);
			return true;
		}
	}
	return false;
}

static bool is_arp_answer(const struct nic *n, const uint8_t *f, size_t len)
{
	return len >= 42 && get16(f + 12) == ETH_P_ARP && get16(f + 20) == 2 &&
	       get32(f + 28) == GATEWAY && !memcmp(f + 32, n->mac, 6);
}

static bool arp(struct nic *n)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };
	uint8_t frame[2048] = { 0 }, answer[2048];

	memcpy(frame + 14, "\x00\x01\x08\x00\x06\x04\x00\x01", 8);
	memcpy(frame + 22, n->mac, 6);
	put32(frame + 28, n->address);
	put32(frame + 38, GATEWAY);
	if (!send_frame(n, frame, all, ETH_P_ARP, 46) ||
	    !wait_for(n, answer, WAIT_MS, is_arp_answer))
		return false;
	memcpy(n->gateway, answer + 22, 6);
	return true;
}

static uint8_t ping_sent[1480];
static size_t ping_len;

static bool is_echo(const struct nic *n, const uint8_t *f, size_t len)
{
	return len >= 34 + ping_len && get16(f + 12) == ETH_P_IP && f[23] == 1 && f[34] == 0 &&
	       get32(f + 26) == GATEWAY && get32(f + 30) == n->address &&
	       !memcmp(f + 38, ping_sent + 4, ping_len - 4);
}

/* Echo of @len bytes; every byte has to come back. */
static bool ping(struct nic *n, unsigned int number, size_t len)
{
	uint8_t frame[2048] = { 0 }, answer[2048];

	ping_len = len;
	for (size_t i = 0; i < len; i++)
		ping_sent[i] = (uint8_t)(i * 7 + number);
	memset(ping_sent, 0, 8);
	ping_sent[0] = 8;
	put16(ping_sent + 4, 0x617a);
	put16(ping_sent + 6, number);
	put16(ping_sent + 2, checksum(ping_sent, len));
	memcpy(frame + 34, ping_sent, len);
	ip_header(frame + 14, n->address, GATEWAY, 1, len);
	return send_frame(n, frame, n->gateway, ETH_P_IP, 20 + len) &&
	       wait_for(n, answer, WAIT_MS, is_echo);
}

int main(int argc, char **argv)
{
	struct nic n = { .fd = -1 };
	struct ktap k = { 0 };
	unsigned int good = 0;

	if (argc > 1)
		snprintf(n.name, sizeof(n.name), "%s", argv[1]);
	ktap_begin();
	if (!ktap(&k, open_nic(&n), "there is a NIC"))
		return ktap_end(&k);
	printf("# %s\n", n.name);
	if (!ktap(&k, dhcp(&n), "an address by DHCP"))
		return ktap_end(&k);
	ktap(&k, n.address >> 8 == GATEWAY >> 8, "it is one of 10.0.2.0/24");
	if (!ktap(&k, arp(&n), "the gateway answers ARP"))
		return ktap_end(&k);
	for (unsigned int i = 0; i < PINGS; i++)
		good += ping(&n, i, 64 + 2 * i * 36);
	ktap(&k, good == PINGS, "%u pings of 64 to %u bytes come back whole (%u did)", PINGS,
	     64 + 2 * (PINGS - 1) * 36, good);
	return ktap_end(&k);
}
