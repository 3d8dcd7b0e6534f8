/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs of this directory do with the machine they run in: read sysfs, wait
 * for something to come or go, mark a phase for the host, find disks and fill them
 * with bytes that say where they belong. Included by one program each.
 */
#ifndef SELFTESTS_HYPERV_GUEST_H
#define SELFTESTS_HYPERV_GUEST_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define VMBUS		"/sys/bus/vmbus/devices"
#define SCSI_CLASS	"{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}"
#define PCI_CLASS	"{44c4f61d-4444-4400-9d52-802e27ede19f}"
#define PORT_PHASE	0xe8	/* tools/hvhost/svm/msr.h */

/* First line of a file, without its end; "" when there is none. */
__attribute__((format(printf, 3, 4), unused))
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

/* Write @text to a file of sysfs; 0 or an errno. */
__attribute__((format(printf, 2, 3), unused))
static int put(const char *text, const char *format, ...)
{
	char path[512];
	va_list args;
	int fd, ret = 0;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = errno;
	close(fd);
	return ret;
}

__attribute__((format(printf, 1, 2), unused))
static bool is_there(const char *format, ...)
{
	char path[512];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return !access(path, F_OK);
}

__attribute__((unused))
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Until @come says yes, for @seconds at most; who waits for long does not ask often. */
__attribute__((unused))
static bool wait_until(bool (*come)(const void *arg), const void *arg, double seconds)
{
	double began = now();

	while (!come(arg)) {
		if (now() > began + seconds)
			return false;
		usleep(now() < began + 1 ? 10000 : 500000);
	}
	return true;
}

/* Tell the host that phase @n begins: what its script has for that is done at once. */
__attribute__((unused))
static void phase(unsigned char n)
{
	if (ioperm(PORT_PHASE, 1, 1)) {
		printf("Bail out! the port of phases: %s\n", strerror(errno));
		exit(1);
	}
	outb(n, PORT_PHASE);
}

/* The first device of a class on the bus, as "{instance}"; false when there is none. */
__attribute__((unused))
static bool vmbus_device(char *to, size_t size, const char *class)
{
	struct dirent *e;
	DIR *d = opendir(VMBUS);
	char v[64];
	bool found = false;

	while (d && !found && (e = readdir(d)))
		if (!strcmp(line_of(v, sizeof(v), VMBUS "/%s/class_id", e->d_name), class)) {
			snprintf(to, size, "%.*s", (int)size - 1, e->d_name);
			found = true;
		}
	if (d)
		closedir(d);
	return found;
}

/* How many entries a directory has, "." and ".." apart; 0 when there is none. */
__attribute__((format(printf, 1, 2), unused))
static int entries(const char *format, ...)
{
	struct dirent *e;
	char path[512];
	va_list args;
	int n = 0;
	DIR *d;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	d = opendir(path);
	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

/* ---- disks ---- */

/* The name ("sda") of the disk that is LUN @lun of the first controller. */
__attribute__((unused))
static bool lun_disk(char *to, size_t size, int lun)
{
	struct dirent *e;
	DIR *d = opendir("/sys/block");
	char v[512], path[512];
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		ssize_t n;
		int at;

		if (strncmp(e->d_name, "sd", 2))
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/device", e->d_name);
		n = readlink(path, v, sizeof(v) - 1);
		if (n < 0)
			continue;
		v[n] = '\0';
		/* ../../../0:0:0:3 */
		if (!strrchr(v, ':') || sscanf(strrchr(v, ':') + 1, "%d", &at) != 1 || at != lun)
			continue;
		snprintf(to, size, "%.*s", (int)size - 1, e->d_name);
		found = true;
	}
	if (d)
		closedir(d);
	return found;
}

__attribute__((unused))
static uint64_t disk_bytes(const char *name)
{
	char v[32];

	return strtoull(line_of(v, sizeof(v), "/sys/block/%s/size", name), NULL, 10) * 512;
}

/* LUN 0 is a disk of at least *@arg bytes (uint64_t), and it can be opened. */
__attribute__((unused))
static bool disk_works(const void *arg)
{
	char name[32], dev[64];
	int fd;

	if (!lun_disk(name, sizeof(name), 0) || disk_bytes(name) < *(const uint64_t *)arg)
		return false;
	snprintf(dev, sizeof(dev), "/dev/%.32s", name);
	fd = open(dev, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* "/dev/sda": LUN 0. */
__attribute__((unused))
static const char *first_disk(void)
{
	static char dev[64];
	char name[32];

	if (!lun_disk(name, sizeof(name), 0))
		return "/dev/none";
	snprintf(dev, sizeof(dev), "/dev/%.32s", name);
	return dev;
}

__attribute__((unused))
static void fill(uint64_t *at, uint32_t bytes, uint64_t offset, uint64_t seed)
{
	for (uint32_t i = 0; i < bytes / 8; i++)
		at[i] = (offset + i * 8 + seed) * 0x9e3779b97f4a7c15ull;
}

__attribute__((unused))
static bool is_filled(const uint64_t *at, uint32_t bytes, uint64_t offset, uint64_t seed)
{
	for (uint32_t i = 0; i < bytes / 8; i++)
		if (at[i] != (offset + i * 8 + seed) * 0x9e3779b97f4a7c15ull) {
			printf("# at byte %llu: %016llx\n", (unsigned long long)(offset + i * 8),
			       (unsigned long long)at[i]);
			return false;
		}
	return true;
}

__attribute__((unused))
static void *buffer(uint32_t bytes)
{
	void *p;

	if (posix_memalign(&p, 4096, bytes))
		exit(2);
	return p;
}

/* Past the cache, so that each byte goes to the host: write (or read and check) a part of a disk. */
__attribute__((unused))
static bool disk_fill(const char *dev, uint64_t from, uint64_t to, uint32_t size, uint64_t seed)
{
	int fd = open(dev, O_WRONLY | O_DIRECT | O_CLOEXEC);
	void *b = buffer(size);
	bool ok = fd >= 0;

	for (uint64_t at = from; ok && at + size <= to; at += size) {
		fill(b, size, at, seed);
		ok = pwrite(fd, b, size, (off_t)at) == (ssize_t)size;
	}
	if (!ok)
		printf("# %s: write: %s\n", dev, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(b);
	return ok;
}

__attribute__((unused)) static bool disk_is_filled(const char *dev, uint64_t from, uint64_t to,
						   uint32_t size, uint64_t seed)
{
	int fd = open(dev, O_RDONLY | O_DIRECT | O_CLOEXEC);
	void *b = buffer(size);
	bool ok = fd >= 0;

	for (uint64_t at = from; ok && at + size <= to; at += size) {
		memset(b, 0, size);
		ok = pread(fd, b, size, (off_t)at) == (ssize_t)size && is_filled(b, size, at, seed);
	}
	if (!ok)
		printf("# %s: read: %s\n", dev, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(b);
	return ok;
}

/* ---- faults of the kernel ---- */

/* Flags of Documentation/admin-guide/tainted-kernels.rst that stand for one. */
#define TAINT_FAULT	((1ul << 4) | (1 << 5) | (1 << 7) | (1 << 9) | (1 << 14))

/* A warning, an oops, a lockup, since boot. */
__attribute__((unused))
static bool kernel_faulted(void)
{
	char v[32];

	return strtoul(line_of(v, sizeof(v), "/proc/sys/kernel/tainted"), NULL, 10) & TAINT_FAULT;
}

/* Whether a process sits in the kernel and waits, so that it cannot be ended. */
__attribute__((unused))
static int tasks_blocked(void)
{
	struct dirent *e;
	DIR *d = opendir("/proc");
	char v[512], *state;
	int n = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		state = strrchr(line_of(v, sizeof(v), "/proc/%s/stat", e->d_name), ')');
		n += state && !strncmp(state, ") D", 3);
	}
	if (d)
		closedir(d);
	return n;
}

#endif
