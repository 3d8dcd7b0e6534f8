// SPDX-License-Identifier: GPL-2.0-only
/*
 * netload: packets of a kind and a number to and from the peer, window by window.
 *	netload KEY=VALUE... go=PHASE [KEY=VALUE... go=PHASE]... [-- COMMAND...]
 * Settings stay until they are changed; each go= is one run with them (load.h):
 *	dev=NAME	network interface; the first go= brings it up
 *	op=		udp-tx		datagrams to the discard port, batch a system call
 *			raw-tx		the same as whole frames through a packet socket
 *			udp-rx		a counted stream from the peer, batch a system call
 *			udp-rr tcp-rr	one there, and the same back, then the next
 *			tcp-tx		sends of bs bytes down one connection
 *			xdp-drop xdp-pass xdp-tx xdp-redirect
 *					a counted stream into an XDP program (netxdp.h)
 *	bs=BYTES	payload of each; count=N how many; batch=1..256
 *	seed=N irq=WORD settle=MS stagger=NS	as in ioload
 * go=0 warms up. What was sent has arrived when a window ends: a datagram that the peer
 * sends back is the last thing in it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "netdev.h"
#include "netxdp.h"

#define BATCH_MAX	256
#define BYTES_MAX	65536
#define XDP_LOOK_NS	500000	/* between two looks at the count of an XDP program */
#define XDP_WAIT_NS	10000000000ull

static const char *dev = "eth0", *op = "udp-tx", *irq = "HYP";
static uint64_t bs = 18, count = 256, batch = 32, seed = 1, settle, stagger, go;

static const struct load_key keys[] = {
	{ "dev", 0, 0, NULL, &dev },
	{ "op", 0, 0, NULL, &op },
	{ "irq", 0, 0, NULL, &irq },
	{ "bs", 1, BYTES_MAX, &bs, NULL },
	{ "count", 1, 1 << 24, &count, NULL },
	{ "batch", 1, BATCH_MAX, &batch, NULL },
	{ "seed", 0, UINT64_MAX, &seed, NULL },
	{ "settle", 0, 60000, &settle, NULL },
	{ "stagger", 0, 999999999, &stagger, NULL },
	{ "go", 0, 255, &go, NULL },
	{ NULL, 0, 0, NULL, NULL },
};

/* One run. */
struct load {
	int fd, echo;		/* what the load goes through; for the barrier */
	struct netxdp xdp;
	uint64_t done, wrong, calls;
	const char *why;	/* it cannot be done, because */
};

/* A kind of load; what is not needed is NULL. */
struct kind {
	const char *name;
	int type, port;		/* of its socket; type 0: none */
	int act;		/* enum netxdp_act, or -1 */
	void (*run)(struct load *l);
	const char *counter;	/* of the host: it has to say count, too, */
	bool counts_bytes;	/* or so many bytes */
};

static uint8_t data[BATCH_MAX][2048], big[BYTES_MAX];
static struct mmsghdr messages[BATCH_MAX];
static struct iovec pieces[BATCH_MAX];

static void prepare_messages(size_t bytes)
{
	for (int i = 0; i < BATCH_MAX; i++) {
		pieces[i] = (struct iovec){ data[i], bytes };
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &pieces[i], .msg_iovlen = 1 } };
	}
}

static void transmit(struct load *l)
{
	while (l->done < count) {
		uint64_t left = count - l->done;
		int n = sendmmsg(l->fd, messages, left < batch ? left : batch, 0);

		l->calls++;
		if (n < 0 && errno != ENOBUFS && errno != EAGAIN)
			load_die("%s", op);
		l->done += n > 0 ? n : 0;
	}
	netdev_barrier(l->echo);
}

static void ask_stream(int fd)
{
	uint32_t request[2] = { htonl((uint32_t)count), htonl((uint32_t)bs) };

	if (send(fd, request, sizeof(request), 0) != sizeof(request))
		load_die("stream of the peer");
}

static void receive(struct load *l)
{
	ask_stream(l->fd);
	while (l->done < count) {
		int n = recvmmsg(l->fd, messages, batch, MSG_WAITFORONE, NULL);

		l->calls++;
		if (n <= 0)
			break;		/* some were lost: nothing for ten seconds */
		for (int i = 0; i < n; i++) {
			uint32_t number;

			/* each has its number in front */
			memcpy(&number, data[i], sizeof(number));
			l->wrong += messages[i].msg_len != bs || ntohl(number) != l->done + i;
		}
		l->done += n;
	}
}

static void ask_and_answer(struct load *l)
{
	for (; l->done < count; l->done++) {
		uint64_t t0 = load_clock();
		size_t got = 0;

		big[0] = (uint8_t)l->done;
		if (send(l->fd, big, bs, 0) != (ssize_t)bs)
			load_die("%s", op);
		while (got < bs) {
			ssize_t n = recv(l->fd, data[0], bs - got, 0);

			l->calls++;
			if (n <= 0)
				return;		/* lost */
			l->wrong += !got && data[0][0] != (uint8_t)l->done;
			got += n;
		}
		l->calls++;
		if (go)
			load_latency((uint8_t)go, load_clock() - t0);
	}
}

static void stream(struct load *l)
{
	for (; l->done < count; l->done++) {
		size_t sent = 0;

		while (sent < bs) {
			ssize_t n = send(l->fd, big + sent, bs - sent, MSG_NOSIGNAL);

			l->calls++;
			if (n < 0)
				load_die("tcp-tx");
			sent += n;
		}
	}
	/* its end is answered by an end, when everything has come */
	if (shutdown(l->fd, SHUT_WR) || recv(l->fd, data[0], 1, 0))
		load_die("end of the stream");
}

/* Nobody wakes us: look now and then. */
static void count_stream(struct load *l)
{
	struct timespec nap = { 0, XDP_LOOK_NS };
	uint64_t waited = 0;

	ask_stream(l->fd);
	while (l->done < count && waited < XDP_WAIT_NS) {
		nanosleep(&nap, NULL);
		waited += XDP_LOOK_NS;
		l->done = netxdp_count(&l->xdp);
		l->calls += 2;
	}
	netdev_barrier(l->echo);
}

#define UDP	SOCK_DGRAM
#define TCP	SOCK_STREAM

static const struct kind kinds[] = {
	{ "udp-tx", UDP, NETDEV_DISCARD, -1, transmit, "peer_discarded", false },
	{ "raw-tx", SOCK_RAW, 0, -1, transmit, "peer_discarded", false },
	{ "udp-rx", UDP, NETDEV_GENERATE, -1, receive, "peer_generated", false },
	{ "udp-rr", UDP, NETDEV_ECHO, -1, ask_and_answer, "peer_echoes", false },
	{ "tcp-rr", TCP, NETDEV_ECHO, -1, ask_and_answer, "peer_tcp_bytes", true },
	{ "tcp-tx", TCP, NETDEV_DISCARD, -1, stream, "peer_tcp_bytes", true },
	{ "xdp-drop", UDP, NETDEV_GENERATE, NETXDP_DROP, count_stream, "peer_generated", false },
	{ "xdp-pass", UDP, NETDEV_GENERATE, NETXDP_PASS, receive, "peer_generated", false },
	{ "xdp-tx", UDP, NETDEV_GENERATE, NETXDP_TX, count_stream, "peer_discarded", false },
	{ "xdp-redirect", UDP, NETDEV_GENERATE, NETXDP_REDIRECT, count_stream, "peer_discarded", false },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(*kinds))

static int packet_socket(int ifindex)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (void *)&to, sizeof(to)))
		load_die("packet socket");
	return fd;
}

static void open_load(struct load *l, const struct kind *k, int ifindex)
{
	size_t bytes = bs;
	int one = 1;

	if (k->type != TCP && bs > sizeof(data[0]) - 64)
		load_usage("bs=%llu: a datagram has %zu at the most", (unsigned long long)bs,
			   sizeof(data[0]) - 64);
	for (int i = 0; k->type == SOCK_RAW && i < BATCH_MAX; i++)
		bytes = netdev_frame(dev, data[i], bs);
	prepare_messages(bytes);
	l->echo = netdev_socket(UDP, NETDEV_ECHO);
	if (k->act >= 0 && netxdp_open(&l->xdp, ifindex, (enum netxdp_act)k->act)) {
		l->why = strerror(errno);
		return;
	}
	l->fd = k->type == SOCK_RAW ? packet_socket(ifindex) : netdev_socket(k->type, k->port);
	if (k->type == TCP && setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		load_die("TCP_NODELAY");
}

static void close_load(struct load *l, const struct kind *k)
{
	close(l->echo);
	if (l->why)
		return;
	close(l->fd);
	if (k->act >= 0)
		netxdp_close(&l->xdp);
}

static void tell(const struct load *l, const struct kind *k, uint64_t ns, long irqs)
{
	bool ok = l->done == count && !l->wrong;
	char title[96], host[64] = "";

	snprintf(title, sizeof(title), "%s, %llu B, batch %llu", op, (unsigned long long)bs,
		 (unsigned long long)batch);
	if (l->why && go)
		load_skip((uint8_t)go, title, l->why);
	if (l->why || (!go && ok))
		return;
	if (k->counter)
		snprintf(host, sizeof(host), "\"%s\": %llu", k->counter,
			 (unsigned long long)(k->counts_bytes ? count * bs : count));
	load_result(ok, (uint8_t)go, title,
		    "\"units\": %llu, \"bytes\": %llu, \"wrong\": %llu, \"system_calls\": %llu, "
		    "\"interrupts\": %ld, \"ns\": %llu, \"seed\": %llu, \"host\": {%s}",
		    (unsigned long long)l->done, (unsigned long long)(l->done * bs),
		    (unsigned long long)l->wrong, (unsigned long long)l->calls, irqs,
		    (unsigned long long)ns, (unsigned long long)seed, host);
}

static void run(void)
{
	static int ifindex;
	const struct kind *k = NULL;
	struct load l = { .done = 0 };
	uint64_t t0, ns;
	long irqs;

	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(op, kinds[i].name))
			k = &kinds[i];
	if (!k)
		load_usage("op=%s: see the top of tools/guest/netload.c", op);
	if (!ifindex)
		ifindex = netdev_up(dev);
	open_load(&l, k, ifindex);
	if (go)
		load_port();
	if (stagger)
		load_stagger(seed, stagger);
	irqs = load_interrupts(irq);
	if (go)
		load_window((uint8_t)go);
	t0 = load_clock();
	if (!l.why)
		k->run(&l);
	ns = load_clock() - t0;
	if (go)
		load_window(0);
	tell(&l, k, ns, irqs < 0 ? -1 : load_interrupts(irq) - irqs);
	close_load(&l, k);
}

int main(int argc, char **argv)
{
	int i;

	load_begin("netload");
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		load_set(keys, argv[i]);
		if (!strncmp(argv[i], "settle=", 7) && !load_settle(settle))
			load_usage("settle: something ran all the time");
		if (!strncmp(argv[i], "go=", 3))
			run();
	}
	return load_end(i < argc ? argv + i + 1 : NULL);
}
