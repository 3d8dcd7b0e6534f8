// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk that something outside of the guest keeps: what is written has to come
 * back, and to be there afterwards, which the caller on the host looks at.
 *	block PREFIX --overwrite FILE OFFSET	write FILE to the first disk so called
 *						at OFFSET, its last block with zeros,
 *						and read it all back on each CPU
 *	block PREFIX --read-only FILE OFFSET	the same bytes are there, and stay
 * PREFIX is "sd" or "nvme". Of a writable disk the 1 MiB before OFFSET is
 * discarded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ktap.h"

#define PIECE	(256u << 10)	/* of direct I/O */
#define HOLE	(1u << 20)

struct disk {
	char path[64];
	uint64_t bytes;
	const uint8_t *content;	/* what is to be at @at */
	uint64_t at, len;
};

static bool is_disk(struct disk *d, const char *name)
{
	int fd;

	snprintf(d->path, sizeof(d->path), "/dev/%.32s", name);
	fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &d->bytes))
		d->bytes = 0;
	close(fd);
	return d->bytes;
}

/* Not all names have a disk: of NVMe, each path to one is listed too. */
static bool look(struct disk *d, const char *prefix)
{
	struct dirent **list;
	int n = scandir("/sys/block", &list, NULL, alphasort);
	bool found = false;

	for (int i = 0; i < n; i++) {
		if (!found && !strncmp(list[i]->d_name, prefix, strlen(prefix)))
			found = is_disk(d, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return found;
}

/* A driver may still be scanning. */
static bool find(struct disk *d, const char *prefix)
{
	for (int tries = 0; tries < 100 && !look(d, prefix); tries++)
		usleep(100000);
	return d->bytes;
}

static void *buffer(size_t bytes)
{
	void *p;

	if (posix_memalign(&p, 4096, bytes))
		exit(2);
	memset(p, 0, bytes);
	return p;
}

static bool load(struct disk *d, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *p;

	if (fd < 0 || fstat(fd, &st) || st.st_size % PIECE)
		return false;
	p = buffer((size_t)st.st_size);
	d->len = (uint64_t)st.st_size;
	d->content = p;
	for (uint64_t at = 0; at < d->len;) {
		ssize_t n = read(fd, p + at, d->len - at);

		if (n <= 0)
			return false;
		at += (uint64_t)n;
	}
	close(fd);
	return true;
}

static bool write_all(const struct disk *d)
{
	int fd = open(d->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	bool ok = fd >= 0;

	for (uint64_t at = 0; ok && at < d->len; at += PIECE)
		ok = pwrite(fd, d->content + at, PIECE, (off_t)(d->at + at)) == PIECE;
	ok = ok && !fsync(fd);
	if (!ok)
		printf("# %s: %s\n", d->path, strerror(errno));
	close(fd);
	return ok;
}

/* Pieces @first, @first + @step, ... are as they should be. */
static bool read_some(const struct disk *d, uint64_t first, uint64_t step)
{
	int fd = open(d->path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	uint8_t *b = buffer(PIECE);
	bool ok = fd >= 0;

	for (uint64_t at = first * PIECE; ok && at < d->len; at += step * PIECE) {
		ok = pread(fd, b, PIECE, (off_t)(d->at + at)) == PIECE &&
		     !memcmp(b, d->content + at, PIECE);
		if (!ok)
			printf("# piece at %llu: %s\n", (unsigned long long)at, strerror(errno));
	}
	close(fd);
	free(b);
	return ok;
}

struct reader {
	pthread_t thread;
	const struct disk *d;
	int cpu, cpus;
	bool ok;
};

static void *reader(void *arg)
{
	struct reader *r = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(r->cpu, &set);
	r->ok = !sched_setaffinity(0, sizeof(set), &set);
	for (int round = 0; round < 4; round++)
		r->ok = r->ok && read_some(r->d, (uint64_t)(r->cpu + round) % (uint64_t)r->cpus,
					   (uint64_t)r->cpus);
	return NULL;
}

static bool read_on_each_cpu(const struct disk *d)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	struct reader r[64];
	bool ok = cpus <= 64;

	for (int i = 0; ok && i < cpus; i++) {
		r[i] = (struct reader){ .d = d, .cpu = i, .cpus = cpus };
		if (pthread_create(&r[i].thread, NULL, reader, &r[i]))
			exit(2);
	}
	for (int i = 0; i < cpus && cpus <= 64; i++) {
		pthread_join(r[i].thread, NULL);
		ok = ok && r[i].ok;
	}
	return ok;
}

static bool is_zero(const struct disk *d, uint64_t at, size_t len)
{
	int fd = open(d->path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	uint8_t *b = buffer(len);
	bool ok = fd >= 0 && pread(fd, b, len, (off_t)at) == (ssize_t)len && !b[0] &&
		  !memcmp(b, b + 1, len - 1);

	close(fd);
	free(b);
	return ok;
}

/* Something is there, is discarded, and reads as zeros. */
static bool discard(const struct disk *d)
{
	uint64_t range[2] = { d->at - HOLE, HOLE };
	int fd = open(d->path, O_RDWR | O_DIRECT | O_CLOEXEC);
	bool ok = fd >= 0;

	for (uint64_t at = 0; ok && at < HOLE; at += PIECE)
		ok = pwrite(fd, d->content, PIECE, (off_t)(range[0] + at)) == PIECE;
	ok = ok && !is_zero(d, range[0], HOLE) && !ioctl(fd, BLKZEROOUT, range);
	if (!ok)
		printf("# %s\n", strerror(errno));
	close(fd);
	return ok && is_zero(d, range[0], HOLE);
}

static bool last_block(const struct disk *d)
{
	int fd = open(d->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	uint8_t *b = buffer(4096);
	bool ok = fd >= 0 && pwrite(fd, b, 4096, (off_t)(d->bytes - 4096)) == 4096 &&
		  pwrite(fd, b, 4096, (off_t)d->bytes) < 0 && errno == ENOSPC;

	close(fd);
	free(b);
	return ok;
}

static bool refuses(const struct disk *d)
{
	int fd = open(d->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	bool ok = fd < 0 || pwrite(fd, d->content, PIECE, (off_t)d->at) < 0;

	close(fd);
	return ok;
}

int main(int argc, char **argv)
{
	bool overwrite = argc == 5 && !strcmp(argv[2], "--overwrite");
	struct disk d = { .at = argc == 5 ? strtoull(argv[4], NULL, 0) : 0 };
	struct ktap k = { 0 };

	if (!overwrite && (argc != 5 || strcmp(argv[2], "--read-only"))) {
		fprintf(stderr, "usage: block PREFIX --overwrite|--read-only FILE OFFSET\n");
		return 2;
	}
	ktap_begin();
	if (!ktap(&k, find(&d, argv[1]), "there is a disk %s*", argv[1]) ||
	    !ktap(&k, load(&d, argv[3]) && d.at >= HOLE && d.at + d.len <= d.bytes,
		  "%s fits at %s", argv[3], argv[4]))
		return ktap_end(&k);
	printf("# %s, %llu bytes\n", d.path, (unsigned long long)d.bytes);
	if (overwrite) {
		ktap(&k, write_all(&d), "writes, and a flush");
		ktap(&k, discard(&d), "zeros where it was discarded");
		ktap(&k, last_block(&d), "its last block, and none behind");
	} else {
		ktap(&k, refuses(&d), "a write is refused");
	}
	ktap(&k, read_on_each_cpu(&d), "each CPU reads the same bytes back");
	return ktap_end(&k);
}
