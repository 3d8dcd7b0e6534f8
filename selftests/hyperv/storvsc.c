// SPDX-License-Identifier: GPL-2.0-only
/*
 * hv_storvsc against its host: what it found, and that every byte comes back.
 * Wants a Hyper-V guest with one writable virtual disk of at least 32 MiB that
 * may be overwritten, and takes a second, read-only one when there is one.
 *	storvsc --overwrite
 * Its last lines say what was written, so that a host that counts can compare.
 */
#include <linux/fs.h>
#include <linux/pr.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "guest.h"
#include "ktap.h"

#define SPAN		(32u << 20)	/* of the disk: what is written */
#define LARGEST		(1u << 20)

struct disks {
	char rw[64], ro[64];	/* /dev/sdX, or empty */
	uint64_t bytes;		/* of rw */
};

static uint64_t written;

static void find_disks(struct disks *d)
{
	struct dirent **list;
	int n = scandir("/sys/block", &list, NULL, alphasort);
	char v[128];

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (!strncmp(name, "sd", 2) &&
		    !strncmp(line_of(v, sizeof(v), "/sys/block/%s/device/vendor", name), "Msft",
			     4)) {
			bool ro = *line_of(v, sizeof(v), "/sys/block/%s/ro", name) == '1';

			if (ro && !*d->ro)
				snprintf(d->ro, sizeof(d->ro), "/dev/%.32s", name);
			if (!ro && !*d->rw) {
				snprintf(d->rw, sizeof(d->rw), "/dev/%.32s", name);
				line_of(v, sizeof(v), "/sys/block/%s/size", name);
				d->bytes = strtoull(v, NULL, 10) * 512;
			}
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* ---- data ---- */

/* Write [from, to) in pieces of @size, then read it back in the same way. */
static bool write_and_verify(const char *disk, uint64_t from, uint64_t to, uint32_t size,
			     uint64_t seed)
{
	int fd = open(disk, O_RDWR | O_DIRECT | O_CLOEXEC);
	void *b = buffer(LARGEST);
	bool ok = fd >= 0;

	for (uint64_t at = from; ok && at + size <= to; at += size) {
		fill(b, size, at, seed);
		ok = pwrite(fd, b, size, (off_t)at) == (ssize_t)size;
	}
	for (uint64_t at = from; ok && at + size <= to; at += size) {
		memset(b, 0, size);
		ok = pread(fd, b, size, (off_t)at) == (ssize_t)size && is_filled(b, size, at, seed);
	}
	if (!ok)
		printf("# %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
	free(b);
	written += ok ? (to - from) / size * size : 0;
	return ok;
}

static bool in_parallel(const char *disk, int tasks)
{
	bool ok = true;
	int status;

	fflush(stdout);
	for (int i = 0; i < tasks; i++) {
		pid_t pid = fork();

		if (!pid) {
			uint64_t part = SPAN / (unsigned int)tasks;

			_exit(!write_and_verify(disk, part * (unsigned int)i,
						part * ((unsigned int)i + 1), 4096u << i % 4,
						(unsigned int)i));
		}
		ok = ok && pid > 0;
	}
	while (wait(&status) > 0)
		ok = ok && WIFEXITED(status) && !WEXITSTATUS(status);
	written += SPAN;
	return ok;
}

static bool discarded(const char *disk, unsigned long request)
{
	uint64_t range[2] = { 1u << 20, 1u << 20 };
	int fd = open(disk, O_RDWR | O_DIRECT | O_CLOEXEC);
	uint64_t *b = buffer(LARGEST);
	bool ok;

	/* there is something before, and what is beside stays */
	ok = fd >= 0 && write_and_verify(disk, 0, 3u << 20, LARGEST, 7) &&
	     !ioctl(fd, request, range) && pread(fd, b, LARGEST, 1u << 20) == LARGEST;
	for (uint32_t i = 0; ok && i < LARGEST / 8; i++)
		ok = !b[i];
	ok = ok && pread(fd, b, LARGEST, 0) == LARGEST && is_filled(b, LARGEST, 0, 7) &&
	     pread(fd, b, LARGEST, 2u << 20) == LARGEST && is_filled(b, LARGEST, 2u << 20, 7);
	if (fd >= 0)
		close(fd);
	free(b);
	return ok;
}

static bool flushed(const char *disk)
{
	int fd = open(disk, O_RDWR | O_CLOEXEC);
	bool ok = fd >= 0 && !fsync(fd);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool refuses_writes(const char *disk)
{
	int fd = open(disk, O_RDWR | O_DIRECT | O_CLOEXEC);
	void *b = buffer(4096);
	bool ok;

	memset(b, 1, 4096);
	ok = fd < 0 ? errno == EROFS || errno == EACCES : pwrite(fd, b, 4096, 0) < 0;
	if (fd >= 0)
		close(fd);
	free(b);
	return ok;
}

/* ---- commands ---- */

/* SG_IO; the sense key and code when there is sense, 0 when it went well, -1 else. */
static int command(const char *disk, const uint8_t *cdb, uint8_t cdb_len, void *data, uint32_t len)
{
	uint8_t sense[32] = { 0 };
	struct sg_io_hdr io = {
		.interface_id = 'S', .dxfer_direction = len ? SG_DXFER_FROM_DEV : SG_DXFER_NONE,
		.cmd_len = cdb_len, .cmdp = (uint8_t *)cdb, .dxferp = data, .dxfer_len = len,
		.sbp = sense, .mx_sb_len = sizeof(sense), .timeout = 20000,
	};
	int fd = open(disk, O_RDONLY | O_CLOEXEC), ret;

	ret = fd < 0 ? -1 : ioctl(fd, SG_IO, &io);
	if (fd >= 0)
		close(fd);
	if (ret)
		return -1;
	return io.status ? sense[2] << 16 | sense[12] << 8 | sense[13] : 0;
}

static void commands(struct ktap *k, const char *disk, uint64_t bytes)
{
	static const uint8_t ready[6], odd[10] = { 0xc7 };
	static const uint8_t id_page[6] = { 0x12, 1, 0x83, 0, 252 };
	uint8_t behind[16] = { 0x88 }, d[252] = { 0 };
	uint64_t lba = bytes / 512;

	for (int i = 0; i < 8; i++)
		behind[2 + i] = (uint8_t)(lba >> (56 - 8 * i));
	behind[13] = 1;
	ktap(k, !command(disk, ready, 6, NULL, 0), "TEST UNIT READY");
	ktap(k, !command(disk, id_page, 6, d, sizeof(d)) && d[1] == 0x83 && d[3] > 12,
	     "INQUIRY: the disk has an identity");
	ktap(k,
	     command(disk, behind, 16, d, 0) == 0x052100 ||
		     command(disk, behind, 16, d, 252) == 0x052100,
	     "READ(16) behind the end: LBA out of range");
	ktap(k, command(disk, odd, 10, NULL, 0) == 0x052000, "an unknown command: invalid opcode");
}

static bool reservation(const char *disk)
{
	struct pr_registration reg = { .new_key = 0xabcd }, unreg = { .old_key = 0xabcd };
	struct pr_reservation res = { .key = 0xabcd, .type = PR_WRITE_EXCLUSIVE_REG_ONLY };
	struct pr_reservation wrong = { .key = 0x1111, .type = PR_WRITE_EXCLUSIVE_REG_ONLY };
	int fd = open(disk, O_RDWR | O_CLOEXEC);
	bool ok = fd >= 0 && !ioctl(fd, IOC_PR_REGISTER, &reg) &&
		  !ioctl(fd, IOC_PR_RESERVE, &res) && ioctl(fd, IOC_PR_RELEASE, &wrong) &&
		  !ioctl(fd, IOC_PR_RELEASE, &res) && !ioctl(fd, IOC_PR_REGISTER, &unreg);

	if (fd >= 0)
		close(fd);
	return ok;
}

int main(int argc, char **argv)
{
	static const uint32_t sizes[] = { 512, 4096, 65536, 131072, 135168, 524288, LARGEST };
	struct disks d = { .bytes = 0 };
	struct ktap k = { 0, 0 };

	if (argc != 2 || strcmp(argv[1], "--overwrite")) {
		fprintf(stderr, "usage: %s --overwrite (the first writable virtual disk)\n",
			argv[0]);
		return 2;
	}
	ktap_begin();
	find_disks(&d);
	if (!ktap(&k, *d.rw && d.bytes >= SPAN, "a writable virtual disk of 32 MiB"))
		return ktap_end(&k);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		ktap(&k,
		     write_and_verify(d.rw, 0, sizes[i] < 65536 ? 64u * sizes[i] : 8u << 20,
				      sizes[i], i),
		     "%u bytes at a time come back", sizes[i]);
	ktap(&k, in_parallel(d.rw, 8), "eight writers at once, each reads its own");
	ktap(&k, flushed(d.rw), "flush");
	ktap(&k, discarded(d.rw, BLKDISCARD), "discarded blocks read as zeros");
	ktap(&k, discarded(d.rw, BLKZEROOUT), "zeroed blocks read as zeros");
	commands(&k, d.rw, d.bytes);
	ktap(&k, reservation(d.rw),
	     "persistent reservation: register, reserve, a wrong key, release");
	if (*d.ro)
		ktap(&k, refuses_writes(d.ro), "a read-only disk refuses writes");
	else
		ktap_skip(&k, "there is none", "a read-only disk refuses writes");
	printf("# wrote %llu bytes\n", (unsigned long long)written);
	return ktap_end(&k);
}
