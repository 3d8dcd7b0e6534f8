// SPDX-License-Identifier: GPL-2.0-only
/*
 * hv_netvsc against its host: what it found, and that what goes out comes back, with
 * the offloads and without, on all channels, over VLANs, while the MTU changes. Wants
 * a Hyper-V guest with a NIC whose peer is hvhost's (netpeer.h); addresses, MTU and
 * settings of that NIC are changed.
 *	netvsc --reconfigure [--plain | --queues | --link | --user]
 * --plain: no more than that data come back; --queues: that, on each channel; --link:
 * that, and the host takes the link down at phase 100 and up at phase 101; --user: the
 * peer is QEMU's user network, and answers. A line that begins with "# phase" is what the driver
 * counted before that phase.
 */
#include <dirent.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "netpeer.h"
#include "netqueues.h"

#define NIC_CLASS	"{f8615163-df3e-46c5-913f-f2d2f965ed0e}"
#define CHANNELS_MAX	16	/* VRSS_CHANNEL_DEFAULT, and what hvhost offers at most */
#define PORT_PHASE	0xe8

static char nic[IFNAMSIZ];
static struct peer four = { AF_INET, PEER4, nic }, six = { AF_INET6, PEER6, nic };

/* ---- what there is ---- */

static bool find_nic(void)
{
	struct dirent *e, *i;
	DIR *d = opendir("/sys/bus/vmbus/devices"), *net;
	char path[512], class[64];
	FILE *f;

	while (d && !*nic && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/sys/bus/vmbus/devices/%s/class_id", e->d_name);
		f = fopen(path, "re");
		class[0] = '\0';
		if (f && !fgets(class, sizeof(class), f))
			class[0] = '\0';
		if (f)
			fclose(f);
		if (strncmp(class, NIC_CLASS, strlen(NIC_CLASS)))
			continue;
		snprintf(path, sizeof(path), "/sys/bus/vmbus/devices/%s/net", e->d_name);
		net = opendir(path);
		while (net && (i = readdir(net)))
			if (i->d_name[0] != '.')
				snprintf(nic, sizeof(nic), "%.15s", i->d_name);
		if (net)
			closedir(net);
	}
	if (d)
		closedir(d);
	return *nic;
}

static int channels(int *most)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };

	if (!ethtool(nic, &c))
		return -1;
	*most = (int)c.max_combined;
	return (int)c.combined_count;
}

/* The channels beside the first are opened by a worker. */
static int channels_settled(int want)
{
	int64_t end = now_ms() + WAIT_MS;
	int most = 0, n;

	while ((n = channels(&most)) != want && now_ms() < end)
		nap(20);
	return n;
}

static bool is_up(void)
{
	char path[64], text[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/operstate", nic);
	f = fopen(path, "re");
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return !strcmp(text, "up\n");
}

/*
 * The kernel hears of the carrier first, and has its queues and addresses ready some
 * time later: when the state is "up", and the work that made it so is done (it holds
 * the lock that a change of flags takes).
 */
static bool wait_carrier(int want)
{
	int64_t end = now_ms() + WAIT_MS;

	while ((get_number("/sys/class/net/%s/%s", nic, "carrier") != want || is_up() != want) &&
	       now_ms() < end)
		nap(20);
	return set_flags(nic, 0, 0) && is_up() == want;
}

/* ---- phases ---- */

struct counted {
	long long tx_packets, tx_bytes, rx_packets, rx_bytes;
};

static struct counted count_now(void)
{
	static const char path[] = "/sys/class/net/%s/statistics/%s";

	return (struct counted){ get_number(path, nic, "tx_packets"),
				 get_number(path, nic, "tx_bytes"),
				 get_number(path, nic, "rx_packets"),
				 get_number(path, nic, "rx_bytes") };
}

/* A new phase of the host's counters, begun at a moment when nothing was on its way. */
static void phase(void)
{
	static unsigned int number;
	struct counted before, after;

	if (ioperm(PORT_PHASE, 1, 1))
		return;
	do {
		nap(100);
		before = count_now();
		outb((unsigned char)++number, PORT_PHASE);
		nap(20);
		after = count_now();
	} while (memcmp(&before, &after, sizeof(before)) && number < 90);
	printf("# phase %u tx_packets %lld tx_bytes %lld rx_packets %lld rx_bytes %lld\n", number,
	       after.tx_packets, after.tx_bytes, after.rx_packets, after.rx_bytes);
}

/* ---- tests ---- */

static void plain(struct ktap *k)
{
	static const size_t sizes[] = { 1, 1000, 1448, 1449, 20000, 65536, 400000 };

	ktap(k, ping(&four, 0) && ping(&four, 56) && ping(&four, 1472), "ping, 0 to 1472 bytes");
	ktap(k, ping(&six, 0) && ping(&six, 56) && ping(&six, 1452),
	     "ping over IPv6, 0 to 1452 bytes");
	ktap(k, udp_echoes(&four, 1472), "UDP of 1 to 1472 bytes comes back");
	ktap(k, udp_echoes(&six, 1452), "UDP over IPv6 of 1 to 1452 bytes comes back");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		ktap(k, tcp_echo(&four, sizes[i]) && tcp_echo(&six, sizes[i]),
		     "TCP: %zu bytes come back, over IPv4 and IPv6", sizes[i]);
}

static void without_offloads(struct ktap *k)
{
	ktap(k, ethtool_get(nic, ETHTOOL_GTSO) == 1 && ethtool_get(nic, ETHTOOL_GTXCSUM) == 1 &&
	     ethtool_get(nic, ETHTOOL_GRXCSUM) == 1, "TSO and checksums are offloaded");
	ktap(k,
	     ethtool_set(nic, ETHTOOL_STSO, 0) && tcp_echo(&four, 100000) && tcp_echo(&six, 100000),
	     "TCP without TSO");
	ktap(k, ethtool_set(nic, ETHTOOL_STXCSUM, 0) && ethtool_set(nic, ETHTOOL_SRXCSUM, 0) &&
	     udp_echoes(&four, 1472) && udp_echoes(&six, 1452) && tcp_echo(&four, 100000) &&
	     tcp_echo(&six, 100000), "UDP and TCP without any offload");
	ktap(k, ethtool_set(nic, ETHTOOL_SRXCSUM, 1) && ethtool_set(nic, ETHTOOL_STXCSUM, 1) &&
	     ethtool_set(nic, ETHTOOL_STSO, 1) && tcp_echo(&four, 100000), "and with them again");
}

static bool vlan(struct ktap *k)
{
	struct vlan_ioctl_args a = { .cmd = ADD_VLAN_CMD, .u = { .VID = 5 } };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char name[IFNAMSIZ + 4];
	struct peer p = { AF_INET, PEER4_VLAN, name };
	struct peer p6 = { AF_INET6, PEER6, name };

	snprintf(a.device1, sizeof(a.device1), "%s", nic);
	snprintf(name, sizeof(name), "%s.5", nic);
	if (fd < 0 || ioctl(fd, SIOCSIFVLAN, &a)) {
		ktap_skip(k, "no 8021q", "VLAN");
		close(fd);
		return true;
	}
	put_text("0", "/proc/sys/net/ipv6/conf/%s/accept_dad", name);
	ktap(k, set_address(name, "198.51.100.2") && set_flags(name, IFF_UP, 0) && ping(&p, 1472) &&
	     udp_echoes(&p, 1472) && udp_echoes(&p6, 1452) && tcp_echo(&p, 65536),
	     "VLAN 5: ping, UDP and TCP of full size");
	a = (struct vlan_ioctl_args){ .cmd = DEL_VLAN_CMD };
	snprintf(a.device1, sizeof(a.device1), "%s", name);
	ioctl(fd, SIOCSIFVLAN, &a);
	close(fd);
	return true;
}

/* The peer answers who asked, whoever that says it is: the NIC's filter decides. */
static int answers_to_another(int ms)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 0x99 };
	uint8_t f[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0x99, 8, 6,
			  0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 0x99, 192, 0, 2, 99,
			  0, 0, 0, 0, 0, 0, 192, 0, 2, 1 }, in[2048];
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)if_nametoindex(nic), .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), seen = 0;
	int64_t end = now_ms() + ms;

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) || send(fd, f, sizeof(f), 0) != sizeof(f))
		seen = -1;
	while (seen >= 0 && now_ms() < end && !seen) {
		struct pollfd p = { fd, POLLIN, 0 };

		if (poll(&p, 1, 20) > 0 && recv(fd, in, sizeof(in), 0) >= 42)
			seen += !memcmp(in, other, 6);
	}
	if (fd >= 0)
		close(fd);
	return seen;
}

static void filter(struct ktap *k)
{
	ktap(k, !answers_to_another(200), "a frame for another station does not come in");
	ktap(k, set_flags(nic, IFF_PROMISC, 0) && (nap(200), answers_to_another(WAIT_MS) == 1),
	     "it does when the NIC is promiscuous");
	ktap(k, set_flags(nic, 0, IFF_PROMISC) && (nap(200), !answers_to_another(200)),
	     "and then no more");
}

/* A connection; the channel it came in on, or -1, and the one it was to come in on. */
static int connection(int n, int *want)
{
	long long before[CHANNELS_MAX], after[CHANNELS_MAX], tx[CHANNELS_MAX];
	struct sockaddr_in a = { 0 };
	socklen_t len = sizeof(a);
	int most = 0, fd;
	bool ok;

	if (!queue_packets(nic, n, before, tx))
		return -1;
	fd = peer_socket(&four, SOCK_STREAM, ECHO);
	ok = fd >= 0 && !getsockname(fd, (void *)&a, &len) && tcp_stream(fd, 8000, 1) &&
	     queue_packets(nic, n, after, tx);
	close(fd);
	*want = predicted(nic, ntohs(a.sin_port));
	for (int q = 0; ok && q < n; q++)
		most = after[q] - before[q] > after[most] - before[most] ? q : most;
	if (ok && *want != most)
		printf("# port %d came in at queue %d, not %d\n", ntohs(a.sin_port), most, *want);
	return ok ? most : -1;
}

/* Connections until each channel had packets both ways. */
static void all_queues(struct ktap *k, int n)
{
	long long rx[CHANNELS_MAX], tx[CHANNELS_MAX], rx0[CHANNELS_MAX], tx0[CHANNELS_MAX];
	int left = 1, made = 0, want = 0, got = 0;
	bool ok = queue_packets(nic, n, rx0, tx0);

	for (; ok && left && made < 256; made++) {
		got = connection(n, &want);
		ok = got >= 0 && got == want && queue_packets(nic, n, rx, tx);
		left = 0;
		for (int q = 0; ok && q < n; q++)
			left += rx[q] == rx0[q] || tx[q] == tx0[q];
	}
	ktap(k, ok, "%d connections, each comes in where its hash says", made);
	ktap(k, ok && !left, "packets in and out on each of %d channels", n);
}

/* ---- changes under load ---- */

struct load {
	bool stop;
	uint32_t streams;	/* that came back whole */
};

/* A child whose streams go on until it is told to stop: its pid; -1. */
static pid_t load(const struct peer *p, volatile struct load *l)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		int fd = peer_socket(p, SOCK_STREAM, ECHO);
		bool ok = fd >= 0;

		while (ok && !l->stop) {
			ok = tcp_stream(fd, 30000, l->streams);
			l->streams += ok;
		}
		fflush(stdout);
		_exit(!ok);
	}
	return pid;
}

/* What is to be disturbed has begun. */
static bool loaded(const volatile struct load *l)
{
	int64_t end = now_ms() + WAIT_MS;

	while (!l->streams && now_ms() < end)
		nap(5);
	return l->streams;
}

static bool unloaded(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

static void mtu(struct ktap *k, int n)
{
	static const int mtus[] = { 9000, 1500, 4000, 9000, 1500 };
	volatile struct load *l = mmap(NULL, 2 * sizeof(*l), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t a = load(&four, &l[0]), b = load(&six, &l[1]);
	bool ok, began = loaded(&l[0]) && loaded(&l[1]);

	for (size_t i = 0; i < sizeof(mtus) / sizeof(*mtus); i++) {
		ok = set_mtu(nic, mtus[i]) && wait_carrier(1) && channels_settled(n) == n &&
		     udp_echoes(&four, (uint32_t)mtus[i] - 28);
		ktap(k, ok && udp_echoes(&six, (uint32_t)mtus[i] - 48) && tcp_echo(&four, 200000),
		     "MTU %d under load: full datagrams and TCP come back", mtus[i]);
	}
	l[0].stop = l[1].stop = true;
	ok = unloaded(a);
	/* each had begun before the first change, and went on */
	printf("# streams that came back: %u, %u\n", l[0].streams, l[1].streams);
	ktap(k, unloaded(b) && ok && began && l[0].streams > 1 && l[1].streams > 1,
	     "the streams that went on meanwhile are whole");
	ktap(k, !set_mtu(nic, 60) && !set_mtu(nic, 70000), "an MTU out of range is refused");
	/* larger than the wire's: the host says what it has */
	set_mtu(nic, 20000);
	ktap(k, get_number("/sys/class/net/%s/%s", nic, "mtu") == 9216 && wait_carrier(1) &&
	     udp_echoes(&four, 9216 - 28), "a larger MTU than the wire's becomes that");
	ktap(k, set_mtu(nic, 1500) && wait_carrier(1) && udp_echoes(&four, 1472), "and 1500 again");
}

static void channel_count(struct ktap *k, int n)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_SCHANNELS };
	bool ok = true;

	for (int want = 1; ok && want <= n; want = want < n && want * 2 > n ? n : want * 2) {
		c.combined_count = (unsigned int)want;
		ok = ethtool(nic, &c) && wait_carrier(1) && channels_settled(want) == want &&
		     udp_echoes(&four, 1000) && tcp_echo(&six, 20000);
	}
	ktap(k, ok && channels_settled(n) == n, "1 to %d channels by ethtool, data on each", n);
}

static void another_mac(struct ktap *k)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x77 };
	struct ifreq old = { 0 }, r = { 0 };
	bool ok = !on_device(nic, SIOCGIFHWADDR, &old) && set_flags(nic, 0, IFF_UP);

	r.ifr_hwaddr.sa_family = old.ifr_hwaddr.sa_family;
	memcpy(r.ifr_hwaddr.sa_data, mac, 6);
	ok = ok && !on_device(nic, SIOCSIFHWADDR, &r) && set_flags(nic, IFF_UP, 0) &&
	     wait_carrier(1) && ping(&four, 100) && set_flags(nic, 0, IFF_UP);
	ktap(k, ok && !on_device(nic, SIOCSIFHWADDR, &old) && set_flags(nic, IFF_UP, 0) &&
	     wait_carrier(1) && ping(&four, 100),
	     "another MAC address, and the first one again");
}

static void link_state(struct ktap *k)
{
	bool down;

	ioperm(PORT_PHASE, 1, 1);
	outb(100, PORT_PHASE);
	down = wait_carrier(0);
	ktap(k, down, "the host takes the link down: no carrier");
	outb(101, PORT_PHASE);
	ktap(k, down && wait_carrier(1) && ping(&four, 56) && tcp_echo(&six, 30000),
	     "and up: traffic again");
}

/*
 * So that a datagram that is lost was lost by the NIC: a queue that drops none for
 * waiting long, and neighbours that are asked for as long as a slow machine takes to
 * set its NIC up again.
 */
static void be_patient(void)
{
	static const char *const files[] = {
		"/proc/sys/net/ipv4/neigh/%s/ucast_solicit",
		"/proc/sys/net/ipv4/neigh/%s/mcast_solicit",
		"/proc/sys/net/ipv6/neigh/%s/ucast_solicit",
		"/proc/sys/net/ipv6/neigh/%s/mcast_solicit" };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		put_text("60", files[i], nic);
	put_text("pfifo_fast", "%s", "/proc/sys/net/core/default_qdisc");
	put_text("0", "/proc/sys/net/ipv6/conf/%s/accept_dad", nic);
	put_text("0", "/proc/sys/net/ipv6/conf/%s/accept_ra", nic);
	put_text("0", "/proc/sys/net/ipv6/conf/%s/router_solicitations", nic);
}

/* The gateway answers for itself, with no network behind the machine. */
static int user_network(struct ktap *k)
{
	static const struct peer gateway = { AF_INET, "10.0.2.2", nic };

	ktap(k, set_flags(nic, IFF_UP, 0) && set_address(nic, "10.0.2.15") && wait_carrier(1),
	     "it comes up, with carrier");
	ktap(k, ping(&gateway, 0) && ping(&gateway, 56) && ping(&gateway, 1400),
	     "QEMU's gateway answers, 0 to 1400 bytes");
	return ktap_end(k);
}

int main(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int want = cpus < CHANNELS_MAX ? (int)cpus : CHANNELS_MAX, most = 0, n;
	const char *how = argc > 2 ? argv[2] : "";
	struct ktap k = { 0, 0 };

	if (argc < 2 || strcmp(argv[1], "--reconfigure")) {
		fprintf(stderr,
			"usage: %s --reconfigure [--plain | --queues | --link | --user] (changes the first NIC's settings)\n",
			argv[0]);
		return 2;
	}
	ktap_begin();
	if (!ktap(&k, find_nic(), "a NIC"))
		return ktap_end(&k);
	be_patient();
	set_flags("lo", IFF_UP, 0);
	if (!strcmp(how, "--user"))
		return user_network(&k);
	ktap(&k, set_flags(nic, IFF_UP, 0) && set_address(nic, "192.0.2.2") && wait_carrier(1),
	     "it comes up, with carrier");
	n = channels_settled(want);
	channels(&most);
	ktap(&k, n == want && most == want, "%d channels on %ld CPUs (%d wanted)", n, cpus, want);
	plain(&k);
	if (!strcmp(how, "--link"))
		link_state(&k);
	if (!strcmp(how, "--queues"))
		all_queues(&k, n);
	if (*how) {
		phase();
		if (!strcmp(how, "--queues"))
			channel_count(&k, n);
		return ktap_end(&k);
	}
	ktap(&k, get_number("/sys/class/net/%s/%s", nic, "speed") == 10000, "10 Gbit/s");
	without_offloads(&k);
	vlan(&k);
	filter(&k);
	ktap(&k, generated(&four, 3000, 500) == 3000 && generated(&four, 500, 1472) == 500,
	     "3500 generated packets, each once and in order");
	if (n > 1)
		all_queues(&k, n);
	phase();
	another_mac(&k);
	mtu(&k, n);
	channel_count(&k, n);
	ktap(&k,
	     set_flags(nic, 0, IFF_UP) && set_flags(nic, IFF_UP, 0) && wait_carrier(1) &&
		     ping(&four, 56),
	     "down and up");
	return ktap_end(&k);
}
