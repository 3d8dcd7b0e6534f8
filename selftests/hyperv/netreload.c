// SPDX-License-Identifier: GPL-2.0-only
/*
 * hv_netvsc as a module that comes and goes, many times, while packets go through the
 * NIC both ways; when it is back the peer answers (netpeer.h).
 *	netreload FILE CYCLES
 * FILE is hv_netvsc.ko, which is loaded when this begins. The host is told when a few
 * cycles are done (phase 1) and when all are (phase 2), so that what it holds can be
 * compared.
 */
#include <sys/syscall.h>
#include <sys/wait.h>

#include "netuse.h"

#define WARM	3
#define SENDERS	2

/* Processes that send, and are answered, until there is no NIC. */
static void senders(const char *nic)
{
	fflush(stdout);
	for (int i = 0; i < SENDERS; i++) {
		const struct peer p = { AF_INET, PEER4, nic };
		char data[1400] = "";
		int fd;

		if (fork())
			continue;
		fd = peer_socket(&p, SOCK_DGRAM, ECHO);
		while (fd >= 0 && (send(fd, data, sizeof(data), MSG_DONTWAIT) >= 0 ||
				   errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED))
			recv(fd, data, sizeof(data), MSG_DONTWAIT);
		_exit(0);
	}
}

static bool senders_end(void)
{
	int64_t end = now_ms() + 2 * WAIT_MS;
	int left = SENDERS;

	for (; left && now_ms() < end; nap(5))
		while (left && waitpid(-1, NULL, WNOHANG) > 0)
			left--;
	return !left;
}

/* As rmmod does when somebody has the module for a moment: a packet on its way, an ioctl. */
static bool unload(void)
{
	int64_t end = now_ms() + WAIT_MS;

	while (syscall(SYS_delete_module, "hv_netvsc", O_NONBLOCK)) {
		if (errno != EAGAIN || now_ms() > end)
			return false;
		nap(10);
	}
	return true;
}

/*
 * Sub-channels are opened behind the NIC that has them: what the host holds for each can
 * be compared when all are. Queues are shown when that is done.
 */
static bool all_queues(const char *nic)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t end = now_ms() + WAIT_MS;

	while (!is_there("/sys/class/net/%s/queues/rx-%ld", nic, cpus - 1)) {
		if (now_ms() > end)
			return false;
		nap(10);
	}
	return true;
}

static const char *cycle(const char *file, bool mark)
{
	char nic[IFNAMSIZ] = "";
	int fd;

	if (!bring_up(nic, sizeof(nic)))
		return "no interface";
	if (!answers(nic))
		return "the peer does not answer";
	if (mark && !all_queues(nic))
		return "a queue of each processor";
	if (mark)
		phase(1);
	senders(nic);
	nap(5);
	if (!unload())
		return "rmmod";
	if (!senders_end())
		return "the senders do not end";
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", strstr(file, ".ko.") ? 4 : 0))
		return "insmod";
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	int cycles = argc == 3 ? atoi(argv[2]) : 0, done = 0;
	const char *wrong = NULL;
	struct ktap k = { 0, 0 };
	char nic[IFNAMSIZ] = "";

	if (cycles <= WARM) {
		fprintf(stderr, "usage: %s FILE CYCLES (above %d)\n", argv[0], WARM);
		return 2;
	}
	ktap_begin();
	for (; done < cycles && !wrong; done++)
		wrong = cycle(argv[1], done == WARM);
	ktap(&k, !wrong, "hv_netvsc comes and goes %d times%s%s", done, wrong ? ": " : "",
	     wrong ? wrong : "");
	ktap(&k, bring_up(nic, sizeof(nic)) && answers(nic) && all_queues(nic), "and its NIC works");
	phase(2);
	ktap(&k, !(get_number("/proc/sys/kernel/tainted%s%s", "", "") & 0x42b0),
	     "the kernel warned of nothing");
	return ktap_end(&k);
}
