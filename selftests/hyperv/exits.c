// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work in phases that a host counts by, to tell what each kind of it costs.
 *	exits [naps=N] [reads=N] [together=N]
 * naps: N times 1 ms, on CPU 0. reads: N reads of 4 KiB, one after the other.
 * together: N of them at once. A phase begins with a byte to the port that hvhost
 * watches (PORT_PHASE in tools/hvhost/svm/msr.h): 1, 2, 3 for these, 0 behind each.
 * Each line on stdout says what was done in a phase.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PORT_PHASE	0xe8
#define BLOCK		4096
#define TOGETHER_MOST	64
#define DISK		"/dev/sda"

enum phase { BETWEEN, NAPS, READS, TOGETHER };

static void begin(enum phase p)
{
	fflush(stdout);
	outb((unsigned char)p, PORT_PHASE);
}

/* Interrupts of synthetic timers on CPU 0, by the line of /proc/interrupts. */
static long timer_interrupts(void)
{
	FILE *f = fopen("/proc/interrupts", "re");
	char line[4096];
	long n = -1;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "stimer0"))
			sscanf(line, " %*s %ld", &n);
	if (f)
		fclose(f);
	return n;
}

static bool naps(int n)
{
	const struct timespec ms = { 0, 1000000 };
	long before = timer_interrupts();

	begin(NAPS);
	for (int i = 0; i < n; i++)
		nanosleep(&ms, NULL);
	begin(BETWEEN);
	printf("naps %d interrupts %ld\n", n, timer_interrupts() - before);
	return before >= 0;
}

static bool reads(int fd, char *buffer, int n)
{
	bool ok = true;

	begin(READS);
	for (int i = 0; ok && i < n; i++)
		ok = pread(fd, buffer, BLOCK, (off_t)i * BLOCK) == BLOCK;
	begin(BETWEEN);
	printf("reads %d\n", n);
	return ok;
}

static bool together(int fd, char *buffer, int n)
{
	struct iocb io[TOGETHER_MOST] = { 0 }, *list[TOGETHER_MOST];
	struct io_event done[TOGETHER_MOST];
	aio_context_t ctx = 0;
	long got;

	for (int i = 0; i < n; i++) {
		io[i] = (struct iocb){ .aio_lio_opcode = IOCB_CMD_PREAD,
				       .aio_fildes = (unsigned int)fd,
				       .aio_buf = (uintptr_t)buffer + (unsigned int)i * BLOCK,
				       .aio_nbytes = BLOCK, .aio_offset = (int64_t)i * BLOCK * 16 };
		list[i] = &io[i];
	}
	if (syscall(SYS_io_setup, TOGETHER_MOST, &ctx))
		return false;
	begin(TOGETHER);
	got = syscall(SYS_io_submit, ctx, n, list);
	if (got == n)
		got = syscall(SYS_io_getevents, ctx, n, n, done, NULL);
	begin(BETWEEN);
	for (int i = 0; got == n && i < n; i++)
		if (done[i].res != BLOCK)
			got = -1;
	printf("together %d\n", n);
	return got == n;
}

static int number(const char *arg, const char *key, int most)
{
	size_t n = strlen(key);
	int v = strncmp(arg, key, n) || arg[n] != '=' ? -1 : atoi(arg + n + 1);

	return v < 1 || v > most ? -1 : v;
}

int main(int argc, char **argv)
{
	cpu_set_t first;
	int fd = -1, n;
	void *buffer;
	bool ok = true;
	const char *what = "";

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first) || ioperm(PORT_PHASE, 1, 1) ||
	    posix_memalign(&buffer, BLOCK, BLOCK * TOGETHER_MOST)) {
		fprintf(stderr, "exits: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 1; ok && i < argc; i++) {
		what = argv[i];
		if ((n = number(argv[i], "naps", 10000)) > 0) {
			ok = naps(n);
			continue;
		}
		if (fd < 0)
			fd = open(DISK, O_RDONLY | O_DIRECT | O_CLOEXEC);
		if (fd < 0) {
			fprintf(stderr, "exits: " DISK ": %s\n", strerror(errno));
			return 1;
		}
		if ((n = number(argv[i], "reads", 4096)) > 0)
			ok = reads(fd, buffer, n);
		else if ((n = number(argv[i], "together", TOGETHER_MOST)) > 0)
			ok = together(fd, buffer, n);
		else
			ok = false;
	}
	if (!ok)
		fprintf(stderr, "exits: %s: it failed (%s)\n", what, strerror(errno));
	return !ok;
}
