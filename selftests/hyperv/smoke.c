// SPDX-License-Identifier: GPL-2.0-only
/*
 * A short look at a whole Hyper-V guest, for boots by the hundred and for
 * kernels of others: what was asked for is there and works a little.
 *	smoke [cpus=N] [disk] [nic] [pci] [services] [cycle]
 * "disk" overwrites the first MiB for each CPU of the first writable disk; "cycle"
 * turns the last CPU off and on, which no channel may have an interrupt on. A
 * driver that is a module may take a moment, so what is not there is waited for.
 * The last line says where the kernel is, for who wants to know if that varies.
 */
#include <dirent.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "netpeer.h"

#define PART		(1u << 20)	/* of the disk, for each CPU */
#define CHUNK		(64u << 10)
#define PATIENCE	200		/* of 50 ms */
#define CYCLES		20
#define NAP_NS		5000000
#define NAP_MOST_NS	1000000000ull	/* in software emulation, on a busy machine */

struct wanted {
	int cpus;
	bool disk, nic, pci, services, cycle;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void nap_ns(long ns)
{
	const struct timespec t = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&t, NULL);
}

/* First line of a file, without its end; "" when there is none. */
static const char *line_of(char *to, size_t size, const char *format, ...)
{
	char path[512];
	va_list args;
	FILE *f;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	to[0] = '\0';
	f = fopen(path, "re");
	if (f) {
		if (fgets(to, (int)size, f))
			to[strcspn(to, "\n")] = '\0';
		fclose(f);
	}
	return to;
}

/* ---- processors and time ---- */

static bool pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* On each CPU: its timer comes neither early nor late, and time does not go back. */
static bool naps(int cpus)
{
	uint64_t last = now(), t;

	for (int round = 0; round < 2; round++)
		for (int cpu = 0; cpu < cpus; cpu++) {
			if (!pin(cpu))
				return false;
			t = now();
			nap_ns(NAP_NS);
			if (t < last || now() - t < NAP_NS || now() - t > NAP_MOST_NS) {
				printf("# CPU %d: at %llu after %llu, napped %llu ns\n", cpu,
				       (unsigned long long)t, (unsigned long long)last,
				       (unsigned long long)(now() - t));
				return false;
			}
			last = now();
		}
	return true;
}

/*
 * What all CPUs share: the latest time that any has seen, and how many are at
 * work. A CPU that then reads an earlier time has a clock that went back.
 */
static struct shared {
	_Atomic uint64_t latest;
	_Atomic int busy;
} *shared;

static bool clock_goes_on(void)
{
	uint64_t seen = shared->latest, t = now();

	if (t < seen) {
		printf("# CPU %d: %llu, but %llu was seen\n", sched_getcpu(),
		       (unsigned long long)t, (unsigned long long)seen);
		return false;
	}
	while (seen < t && !atomic_compare_exchange_weak(&shared->latest, &seen, t))
		;
	return true;
}

/* Round and round: each step wakes the CPU it goes to, by an interrupt from here. */
static bool moves(int cpus)
{
	for (int i = 0; i < 25 * cpus; i++)
		if (!pin(i % cpus) || sched_getcpu() != i % cpus)
			return false;
	return true;
}

static bool set_online(int cpu, bool on)
{
	char path[64], seen[8];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	f = fopen(path, "we");
	if (!f || fprintf(f, "%d\n", on) < 0 || fclose(f)) {
		printf("# %s: %s\n", path, strerror(errno));
		return false;
	}
	return atoi(line_of(seen, sizeof(seen), "%s", path)) == on;
}

/* The kernel sends INIT and SIPI to a CPU that waits somewhere of its own. */
static void check_cycle(struct ktap *k, int cpus)
{
	bool ok = cpus > 1;

	for (int i = 0; ok && i < CYCLES; i++)
		ok = set_online(cpus - 1, false) && set_online(cpus - 1, true) && moves(cpus);
	ktap(k, ok, "CPU %d is turned off and on %d times", cpus - 1, CYCLES);
}

/* ---- disk ---- */

static bool find_disk(char path[64])
{
	struct dirent **list;
	bool found = false;
	char v[64];
	int n = scandir("/sys/block", &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (!found && !strncmp(name, "sd", 2) &&
		    *line_of(v, sizeof(v), "/sys/block/%s/ro", name) == '0') {
			snprintf(path, 64, "/dev/%.32s", name);
			found = !access(path, W_OK);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return found;
}

static void fill_chunk(uint64_t *at, uint64_t offset)
{
	for (uint32_t i = 0; i < CHUNK / 8; i++)
		at[i] = (offset + 8 * i + 1) * 0x9e3779b97f4a7c15ull;
}

/* One CPU's part, written and read back. */
static bool own_part(const char *disk, int cpu)
{
	int fd = open(disk, O_RDWR | O_DIRECT | O_CLOEXEC);
	uint64_t from = (uint64_t)cpu * PART;
	void *wrote = NULL, *read = NULL;
	bool ok = pin(cpu) && fd >= 0 && !posix_memalign(&wrote, 4096, CHUNK) &&
		  !posix_memalign(&read, 4096, CHUNK);

	for (uint64_t at = from; ok && at < from + PART; at += CHUNK) {
		fill_chunk(wrote, at);
		ok = pwrite(fd, wrote, CHUNK, (off_t)at) == CHUNK && clock_goes_on();
	}
	for (uint64_t at = from; ok && at < from + PART; at += CHUNK) {
		fill_chunk(wrote, at);
		memset(read, 0, CHUNK);
		ok = pread(fd, read, CHUNK, (off_t)at) == CHUNK && !memcmp(wrote, read, CHUNK);
		if (!ok)
			printf("# CPU %d: byte %llu: %s\n", cpu, (unsigned long long)at,
			       strerror(errno));
	}
	return ok;
}

/* Does nothing but look at the clock while the others work. */
static bool watches(int cpu)
{
	bool ok = pin(cpu);

	while (ok && shared->busy > 0)
		ok = clock_goes_on();
	return ok;
}

static bool each_its_part(const char *disk, int cpus)
{
	bool ok = true;
	int status;

	fflush(stdout);
	shared->busy = cpus - 1;
	for (int i = 0; i < cpus; i++) {
		pid_t pid = fork();

		if (!pid) {
			bool mine;

			/* the last one watches the others, then it is its turn */
			if (i == cpus - 1)
				mine = watches(i) && own_part(disk, i);
			else
				mine = own_part(disk, i);
			shared->busy--;

			fflush(stdout);
			_exit(!mine);
		}
		ok = ok && pid > 0;
	}
	while (wait(&status) > 0)
		ok = ok && WIFEXITED(status) && !WEXITSTATUS(status);
	return ok;
}

static void check_disk(struct ktap *k, int cpus)
{
	char disk[64];
	bool there = find_disk(disk);

	for (int i = 0; !there && i < PATIENCE; i++) {
		nap(50);
		there = find_disk(disk);
	}
	if (ktap(k, there, "a writable disk"))
		ktap(k, each_its_part(disk, cpus),
		     "each of %d CPUs gets its MiB back from it, and their clocks agree", cpus);
}

/* ---- devices of the bus by driver ---- */

/* How many devices of the bus have @driver. */
static int bound(const char *driver)
{
	char path[128];
	struct dirent *e;
	DIR *d;
	int n = 0;

	snprintf(path, sizeof(path), "/sys/bus/vmbus/drivers/%s", driver);
	d = opendir(path);
	while (d && (e = readdir(d)))
		n += strlen(e->d_name) == 36;	/* an instance, by GUID */
	if (d)
		closedir(d);
	return n;
}

static bool comes(const char *driver, int n)
{
	for (int i = 0; bound(driver) < n && i < PATIENCE; i++)
		nap(50);
	return bound(driver) >= n;
}

/* Interrupts of synthetic timers so far, on all CPUs. */
static unsigned long long timer_interrupts(void)
{
	FILE *f = fopen("/proc/interrupts", "re");
	unsigned long long sum = 0;
	char line[8192];

	while (f && fgets(line, sizeof(line), f)) {
		char *at = strchr(line, ':'), *end;

		if (!at || !strstr(line, "stimer0"))
			continue;
		for (at++; ; at = end) {
			unsigned long long n = strtoull(at, &end, 10);

			if (end == at)
				break;
			sum += n;
		}
	}
	if (f)
		fclose(f);
	return sum;
}

/* The interface of the first NIC of the bus. */
static bool find_nic(char name[IFNAMSIZ])
{
	struct dirent *e, *i;
	DIR *d = opendir("/sys/bus/vmbus/drivers/hv_netvsc"), *net;
	char path[512];
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/sys/bus/vmbus/drivers/hv_netvsc/%s/net", e->d_name);
		net = opendir(path);
		while (net && (i = readdir(net)))
			if (i->d_name[0] != '.') {
				snprintf(name, IFNAMSIZ, "%.15s", i->d_name);
				found = true;
			}
		if (net)
			closedir(net);
	}
	if (d)
		closedir(d);
	return found;
}

static void check_nic(struct ktap *k)
{
	char name[IFNAMSIZ] = "";
	struct peer p = { AF_INET, PEER4, name };
	int64_t end = now_ms() + WAIT_MS;

	while (!find_nic(name) && now_ms() < end)
		nap(50);
	if (!ktap(k, *name, "a NIC"))
		return;
	set_flags("lo", IFF_UP, 0);
	ktap(k, set_flags(name, IFF_UP, 0) && set_address(name, "192.0.2.2"), "it comes up");
	while (get_number("/sys/class/net/%s/%s", name, "carrier") != 1 && now_ms() < end)
		nap(20);
	ktap(k, ping(&p, 56) && ping(&p, 1472), "its peer answers a ping");
	ktap(k, udp_echoes(&p, 1472) && tcp_echo(&p, 100000), "UDP and TCP come back from it");
}

/* A function in a domain of its own: not one of the machine's. */
static bool find_function(void)
{
	DIR *d = opendir("/sys/bus/pci/devices");
	struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d)))
		found = e->d_name[0] != '.' && strncmp(e->d_name, "0000:", 5);
	if (d)
		closedir(d);
	return found;
}

static void check_pci(struct ktap *k)
{
	for (int i = 0; i < PATIENCE && !find_function(); i++)
		nap(50);
	ktap(k, find_function(), "a PCI function behind the bus");
}

static void check_services(struct ktap *k)
{
	char clock[64];

	ktap(k, comes("hv_utils", 3), "heartbeat, shutdown and time have their driver");
	for (int i = 0;
	     i < PATIENCE &&
	     strcmp(line_of(clock, sizeof(clock), "/sys/class/ptp/ptp0/clock_name"), "hyperv");
	     i++)
		nap(50);
	ktap(k, !strcmp(clock, "hyperv"), "the host's time is a clock");
}

static uint64_t kernel_base(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long long at = 0;
	char line[512], name[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %*c %255s", &at, name) == 2 && !strcmp(name, "_text"))
			break;
	if (f)
		fclose(f);
	return at;
}

static bool parse(int argc, char **argv, struct wanted *w)
{
	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "cpus=", 5) && atoi(argv[i] + 5) > 0)
			w->cpus = atoi(argv[i] + 5);
		else if (!strcmp(argv[i], "disk"))
			w->disk = true;
		else if (!strcmp(argv[i], "nic"))
			w->nic = true;
		else if (!strcmp(argv[i], "pci"))
			w->pci = true;
		else if (!strcmp(argv[i], "services"))
			w->services = true;
		else if (!strcmp(argv[i], "cycle"))
			w->cycle = true;
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	struct wanted w = { .cpus = cpus };
	struct ktap k = { 0, 0 };

	if (!parse(argc, argv, &w)) {
		fprintf(stderr,
			"usage: %s [cpus=N] [disk] [nic] [pci] [services] [cycle]\n"
			"\t(disk: is overwritten)\n",
			argv[0]);
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED) {
		perror(argv[0]);
		return 1;
	}
	ktap_begin();
	ktap(&k, cpus == w.cpus, "%d CPUs (%d wanted)", cpus, w.cpus);
	ktap(&k, naps(cpus), "a nap on each CPU takes its time");
	ktap(&k, timer_interrupts() >= 2ull * (unsigned int)cpus,
	     "by synthetic timers in direct mode");
	ktap(&k, moves(cpus), "a task goes where it is told");
	if (w.disk)
		check_disk(&k, cpus);
	if (w.nic)
		check_nic(&k);
	if (w.pci)
		check_pci(&k);
	if (w.services)
		check_services(&k);
	if (w.cycle)
		check_cycle(&k, cpus);
	printf("# kernel at %llx\n", (unsigned long long)kernel_base());
	return ktap_end(&k);
}
