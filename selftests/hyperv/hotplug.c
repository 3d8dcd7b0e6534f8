// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks that change size, come and go while they are used. Wants a host that does
 * what tools/hvhost/tests/guest/hotplug.sh asks of it in these phases:
 *	1 grow LUN 0 to 128 MiB		2 shrink it to 32 MiB
 *	3 add LUN 3 of 48 MiB		4 remove LUN 3
 *	5 add LUN 3 again		6 remove LUN 0, while it is written
 *	hotplug --overwrite
 * LUN 0 has 64 MiB at first. What the kernel tells of it (uevents) is read, too.
 */
#include <linux/fs.h>
#include <linux/netlink.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "guest.h"
#include "ktap.h"

#define MIB	(1ull << 20)

struct size {
	int lun;
	uint64_t bytes;		/* 0: not there */
};

static bool size_is(const void *arg)
{
	const struct size *w = arg;
	char name[32];

	return lun_disk(name, sizeof(name), w->lun) ? disk_bytes(name) == w->bytes : !w->bytes;
}

/* What an open device says, as programs ask. */
static uint64_t size_of_node(const char *dev)
{
	int fd = open(dev, O_RDONLY | O_CLOEXEC);
	uint64_t v = 0;

	if (fd >= 0 && ioctl(fd, BLKGETSIZE64, &v))
		v = 0;
	if (fd >= 0)
		close(fd);
	return v;
}

/* ---- uevents ---- */

static int uevents(void)
{
	struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	int room = 1 << 20;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

/* Has one come that begins with @head and has the line @line? Those before it are gone. */
static bool uevent(int fd, const char *head, const char *line)
{
	double end = now() + 5;
	char text[4096];
	ssize_t n;

	while (now() < end) {
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n <= 0) {
			usleep(10000);
			continue;
		}
		text[n] = '\0';
		if (strncmp(text, head, strlen(head)))
			continue;
		for (const char *at = text; at < text + n; at += strlen(at) + 1)
			if (!strcmp(at, line))
				return true;
	}
	return false;
}

/* ---- sizes ---- */

/* The guest learns of it with its next command, and that succeeds all the same. */
static void resize(struct ktap *k, int fd, unsigned char n, uint64_t bytes)
{
	char name[32], dev[64];
	void *b = buffer(4096);
	int disk;

	if (!ktap(k, lun_disk(name, sizeof(name), 0), "LUN 0 is there"))
		return;
	snprintf(dev, sizeof(dev), "/dev/%.32s", name);
	phase(n);
	disk = open(dev, O_RDONLY | O_DIRECT | O_CLOEXEC);
	ktap(k, disk >= 0 && pread(disk, b, 4096, 0) == 4096,
	     "the read that meets the new size succeeds");
	if (disk >= 0)
		close(disk);
	free(b);
	ktap(k, wait_until(size_is, &(struct size){ 0, bytes }, 10), "LUN 0 has %llu MiB",
	     (unsigned long long)(bytes / MIB));
	ktap(k, size_of_node(dev) == bytes, "and BLKGETSIZE64 says so");
	ktap(k, uevent(fd, "change@", "RESIZE=1"), "and a uevent");
}

/* ---- coming and going ---- */

static void add(struct ktap *k, int fd, unsigned char n, uint64_t seed)
{
	char name[32], dev[64];

	phase(n);
	ktap(k, wait_until(size_is, &(struct size){ 3, 48 * MIB }, 20), "LUN 3 comes");
	if (!lun_disk(name, sizeof(name), 3))
		return;
	snprintf(dev, sizeof(dev), "/dev/%.32s", name);
	ktap(k, uevent(fd, "add@", "DEVTYPE=disk"), "a uevent says so");
	ktap(k,
	     disk_fill(dev, 0, 8 * MIB, 65536, seed) &&
		     disk_is_filled(dev, 0, 8 * MIB, 131072, seed),
	     "what is written to LUN 3 comes back");
}

static void take_away(struct ktap *k, int fd, unsigned char n)
{
	phase(n);
	ktap(k, wait_until(size_is, &(struct size){ 3, 0 }, 20), "LUN 3 goes");
	ktap(k, uevent(fd, "remove@", "DEVTYPE=disk"), "a uevent says so");
	ktap(k, wait_until(size_is, &(struct size){ 0, 32 * MIB }, 1), "LUN 0 stays");
}

/* Writers get an error and end; none hangs. */
static void take_away_busy(struct ktap *k)
{
	char name[32], dev[64];
	int status, ended = 0, failed = 0;
	double end;

	lun_disk(name, sizeof(name), 0);
	snprintf(dev, sizeof(dev), "/dev/%.32s", name);
	fflush(stdout);
	for (int i = 0; i < 4; i++)
		if (!fork()) {
			for (int t = 0; t < 1000; t++)
				if (!disk_fill(dev, 0, 8 * MIB, 4096u << i, (uint64_t)t))
					_exit(1);
			_exit(0);
		}
	usleep(50000);
	phase(6);
	for (end = now() + 60; ended < 4 && now() < end; usleep(10000))
		while (waitpid(-1, &status, WNOHANG) > 0) {
			ended++;
			failed += WIFEXITED(status) && WEXITSTATUS(status) == 1;
		}
	ktap(k, ended == 4 && failed == 4,
	     "a disk goes while it is written: its %d writers fail, %d of them end", failed, ended);
	ktap(k, wait_until(size_is, &(struct size){ 0, 0 }, 20), "LUN 0 is gone");
}

int main(int argc, char **argv)
{
	struct ktap k = { 0, 0 };
	char name[32], dev[64];
	int fd;

	if (argc != 2 || strcmp(argv[1], "--overwrite")) {
		fprintf(stderr, "usage: %s --overwrite (LUNs 0 and 3)\n", argv[0]);
		return 2;
	}
	ktap_begin();
	fd = uevents();
	if (!ktap(&k, fd >= 0 && wait_until(size_is, &(struct size){ 0, 64 * MIB }, 10),
		  "LUN 0 has 64 MiB"))
		return ktap_end(&k);
	lun_disk(name, sizeof(name), 0);
	snprintf(dev, sizeof(dev), "/dev/%.32s", name);
	ktap(&k, disk_fill(dev, 0, 32 * MIB, 131072, 1), "it is filled");
	resize(&k, fd, 1, 128 * MIB);
	ktap(&k, disk_fill(dev, 120 * MIB, 128 * MIB, 65536, 2) &&
		 disk_is_filled(dev, 120 * MIB, 128 * MIB, 65536, 2), "what was added can be used");
	ktap(&k, disk_is_filled(dev, 0, 32 * MIB, 131072, 1), "and what was there before is");
	resize(&k, fd, 2, 32 * MIB);
	ktap(&k, disk_is_filled(dev, 0, 32 * MIB, 131072, 1), "what was not cut off is there");
	add(&k, fd, 3, 3);
	take_away(&k, fd, 4);
	add(&k, fd, 5, 4);
	take_away_busy(&k);
	ktap(&k, !kernel_faulted(), "the kernel warned of nothing");
	return ktap_end(&k);
}
