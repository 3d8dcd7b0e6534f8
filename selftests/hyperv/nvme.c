// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of an NVMe controller behind a paravirtual PCI bus: each arrives on
 * the CPU it is meant for, and moves when its affinity is changed (the host's
 * retarget). Wants a controller nvme0 with a disk nvme0n1; only reads.
 *	nvme [--eject]
 * With --eject the host is asked, as phases 1 and 2, to take the controller and to
 * bring it back.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/io.h>
#include <unistd.h>

#include "ktap.h"

#define CPUS	16
#define TRIES	50
#define MOVE_TRIES 1000
#define PHASE	0xe8	/* port: a phase of the host's script begins */
#define SPAN	(1u << 20)	/* of the disk, behind as much: looked at before and after */

struct line {
	int irq;
	unsigned long on[CPUS];
};

/* The line of /proc/interrupts that ends in @name. */
static bool interrupts(const char *name, int cpus, struct line *to)
{
	FILE *f = fopen("/proc/interrupts", "re");
	char text[1024], *at;
	bool found = false;

	while (f && !found && fgets(text, sizeof(text), f)) {
		size_t n = strcspn(text, "\n");

		text[n] = '\0';
		if (n < strlen(name) || strcmp(text + n - strlen(name), name) ||
		    text[n - strlen(name) - 1] != ' ')
			continue;
		to->irq = (int)strtol(text, &at, 10);
		found = *at == ':';
		at += found;
		for (int i = 0; i < cpus; i++)
			to->on[i] = strtoul(at, &at, 10);
	}
	if (f)
		fclose(f);
	return found;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		exit(2);
}

static bool reads(int n)
{
	int fd = open("/dev/nvme0n1", O_RDONLY | O_DIRECT | O_CLOEXEC);
	bool ok = fd >= 0;
	void *b;

	if (posix_memalign(&b, 4096, 4096))
		exit(2);
	for (int i = 0; ok && i < n; i++)
		ok = pread(fd, b, 4096, i * 4096) == 4096;
	close(fd);
	free(b);
	return ok;
}

/* IDENTIFY, controller: NVM Express base specification, 5.17. */
static bool admin(int n)
{
	int fd = open("/dev/nvme0", O_RDONLY | O_CLOEXEC);
	struct nvme_admin_cmd c = { .opcode = 6, .data_len = 4096, .cdw10 = 1 };
	bool ok = fd >= 0;
	void *b;

	if (posix_memalign(&b, 4096, 4096))
		exit(2);
	c.addr = (unsigned long)b;
	for (int i = 0; ok && i < n; i++)
		ok = !ioctl(fd, NVME_IOCTL_ADMIN_CMD, &c);
	if (!ok)
		printf("# %s\n", strerror(errno));
	close(fd);
	free(b);
	return ok;
}

/* All that came for @name between @a and @b came to @cpu, @least at least. */
static bool only_on(const struct line *a, const struct line *b, int cpus, int cpu,
		    unsigned long least)
{
	bool ok = true;

	for (int i = 0; i < cpus; i++)
		ok = ok && (i == cpu ? b->on[i] - a->on[i] >= least : b->on[i] == a->on[i]);
	if (!ok)
		for (int i = 0; i < cpus; i++)
			printf("# irq %d, CPU %d: %lu, then %lu\n", b->irq, i, a->on[i], b->on[i]);
	return ok;
}

/* Queue n+1 is CPU n's when there are as many queues as CPUs. */
static void queues(struct ktap *k, int cpus)
{
	struct line a, b;
	char name[32];
	bool ok;

	for (int cpu = 0; cpu < cpus; cpu++) {
		snprintf(name, sizeof(name), "nvme0q%d", cpu + 1);
		pin(cpu);
		ok = interrupts(name, cpus, &a) && reads(TRIES) && interrupts(name, cpus, &b);
		ktap(k, ok && only_on(&a, &b, cpus, cpu, TRIES),
		     "%d reads on CPU %d: interrupts of %s arrive there", TRIES, cpu, name);
	}
}

static bool set_affinity(int irq, int cpu)
{
	char path[64], mask[16];
	int fd, n;
	bool ok;

	snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity", irq);
	n = snprintf(mask, sizeof(mask), "%x", 1u << cpu);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, mask, (size_t)n) == n;
	if (!ok)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
	return ok;
}

/*
 * A command at a time until its interrupt comes to @cpu. An affinity that is changed before
 * the vector of the change before is cleaned up waits for that (-EBUSY of the x86 vector
 * domain), which a processor that the machine leaves without time does late.
 */
static bool moves(int cpus, int cpu)
{
	struct line a, b;

	for (int i = 0; i < MOVE_TRIES; i++) {
		if (!interrupts("nvme0q0", cpus, &a) || !admin(1) || !interrupts("nvme0q0", cpus, &b))
			return false;
		if (b.on[cpu] > a.on[cpu])
			return true;
		usleep(1000);
	}
	return false;
}

/* The admin queue's interrupt is not tied to a CPU: there and back, several times. */
static void retarget(struct ktap *k, int cpus)
{
	struct line a, b;

	for (int i = 0; i < 2 * cpus; i++) {
		int cpu = (i + 1) % cpus;
		bool ok;

		ok = interrupts("nvme0q0", cpus, &a) && set_affinity(a.irq, cpu) && moves(cpus, cpu);
		ok = ok && interrupts("nvme0q0", cpus, &a) && admin(TRIES) &&
		     interrupts("nvme0q0", cpus, &b);
		ktap(k, ok && only_on(&a, &b, cpus, cpu, TRIES),
		     "%d admin commands: interrupts of nvme0q0, moved to CPU %d, arrive there",
		     TRIES, cpu);
	}
}

/* ---- it goes and comes back ---- */

static bool content(unsigned char *to)
{
	int fd = open("/dev/nvme0n1", O_RDONLY | O_DIRECT | O_CLOEXEC);
	bool ok = fd >= 0 && pread(fd, to, SPAN, SPAN) == SPAN;

	close(fd);
	return ok;
}

static bool wait_for(bool there)
{
	for (int tries = 0; tries < 300; tries++) {
		int fd = open("/dev/nvme0n1", O_RDONLY | O_CLOEXEC);

		close(fd);
		if (there == (fd >= 0))
			return true;
		usleep(100000);
	}
	return false;
}

static void eject(struct ktap *k, int cpus)
{
	unsigned char *before, *after;

	if (posix_memalign((void **)&before, 4096, SPAN) ||
	    posix_memalign((void **)&after, 4096, SPAN))
		exit(2);
	if (!ktap(k, !ioperm(PHASE, 1, 1) && content(before), "the host can be asked"))
		return;
	for (unsigned char phase = 1; phase <= 2; phase++) {
		outb(phase, PHASE);
		ktap(k, wait_for(false), "phase %d: the controller is gone", phase);
		ktap(k, wait_for(true) && content(after) && !memcmp(before, after, SPAN),
		     "phase %d: it is back, with the same content", phase);
		queues(k, cpus);
	}
}

int main(int argc, char **argv)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	struct ktap k = { 0 };
	struct line l;

	ktap_begin();
	if (ktap(&k, cpus <= CPUS && interrupts("nvme0q0", cpus, &l),
		 "there is nvme0 with interrupts")) {
		queues(&k, cpus);
		if (cpus > 1)
			retarget(&k, cpus);
		else
			ktap_skip(&k, "there is one CPU; boot with --cpus 2",
				  "interrupts are moved");
		if (argc > 1 && !strcmp(argv[1], "--eject"))
			eject(&k, cpus);
	}
	return ktap_end(&k);
}
