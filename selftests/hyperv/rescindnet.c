// SPDX-License-Identifier: GPL-2.0-only
/*
 * rescind.h with a NIC: afterwards it is there, and its peer answers.
 *	rescindnet STEP...
 * NAME that begins with "idle-down" is of an interface that is down, "io-stream" of one
 * that receives, "io-sent" of one that is sent to and answers. The host script is that of
 * tools/hvhost/tests/guest/rescind-net.sh.
 */
#include "rescind.h"
#include "netuse.h"

#define NET_CLASS	"{f8615163-df3e-46c5-913f-f2d2f965ed0e}"
#define TASKS	2
#define STREAM	1000000u	/* packets; more than come in the time there is */

static bool works(const void *arg)
{
	char nic[IFNAMSIZ] = "";

	return find_nic(nic, sizeof(nic)) && bring_up(nic, sizeof(nic)) && answers(nic);
}

static void down_first(const struct step *s)
{
	char nic[IFNAMSIZ] = "";

	if (begins(s, "idle-down"))
		ktap(&k, find_nic(nic, sizeof(nic)) && set_flags(nic, 0, IFF_UP),
		     "%s: the interface goes down", s->name);
}

/* Until there is no NIC. */
static void ask(const char *nic)
{
	const struct peer p = { AF_INET, PEER4, nic };
	int fd = peer_socket(&p, SOCK_DGRAM, ECHO);
	char data[1400] = "";

	while (fd >= 0 && (send(fd, data, sizeof(data), MSG_DONTWAIT) >= 0 || errno == EAGAIN ||
			   errno == ENOBUFS || errno == ECONNREFUSED))
		recv(fd, data, sizeof(data), MSG_DONTWAIT);
}

/* hvhost's counted streams: how many packets, and how long they are. */
static void take(const char *nic)
{
	const struct peer p = { AF_INET, PEER4, nic };
	int fd = peer_socket(&p, SOCK_DGRAM, GENERATE);
	const struct timeval soon = { .tv_usec = 200000 };
	uint32_t want[2] = { htonl(STREAM), htonl(1000) };
	char data[2048];

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)) ||
	    send(fd, want, sizeof(want), 0) < 0)
		return;
	while (recv(fd, data, sizeof(data), 0) >= 0 && if_nametoindex(nic))
		;
}

static void use_nic(const struct step *s)
{
	char nic[IFNAMSIZ] = "";

	if (!find_nic(nic, sizeof(nic)))
		return;
	for (int i = 0; i < TASKS; i++) {
		if (!child())
			continue;
		if (begins(s, "io-stream"))
			take(nic);
		else
			ask(nic);
		_exit(0);
	}
}

/* Some steps come when an interface is brought up; that may never return. */
static void up(const struct step *s)
{
	char nic[IFNAMSIZ] = "";

	for (int i = 0; i < 100 && !find_nic(nic, sizeof(nic)); i++)
		usleep(10000);
	if (*nic && child()) {
		set_flags(nic, IFF_UP, 0);
		_exit(0);
	}
}

static const struct device nic = {
	.class = NET_CLASS, .soon = 20, .ever = 6, .works = works, .begin = down_first,
	.use = use_nic, .bring = up,
};

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PHASE:NAME[:FUNCTION]...\n", argv[0]);
		return 2;
	}
	ktap_begin();
	if (!there_is(&nic, "a NIC whose peer answers"))
		return ktap_end(&k);
	return steps(&nic, argv);
}
