// SPDX-License-Identifier: GPL-2.0-only
/*
 * rescind.h with a SCSI controller: afterwards its disk works and has its data.
 *	rescind --overwrite STEP...
 * The host script is that of tools/hvhost/tests/guest/rescind.sh.
 */
#include "rescind.h"

#define MIB	(1ull << 20)
#define KEPT	(8 * MIB)	/* written once, read after each step */
#define SPAN	(16 * MIB)	/* what is behind is written by steps */
#define TASKS	4

static const uint64_t span = SPAN;
static uint64_t round_no;

/*
 * A disk with a write cache is sent SYNCHRONIZE CACHE when its controller is gone, to
 * which nobody answers; "idle-cache" is about that, the others are about something else.
 */
static void write_through(const struct step *s)
{
	char path[64], hctl[32] = "";
	struct dirent *e;
	DIR *d;

	round_no++;
	if (!strcmp(s->name, "idle-cache"))
		return;
	snprintf(path, sizeof(path), "/sys/block/%s/device/scsi_disk",
		 first_disk() + strlen("/dev/"));
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			snprintf(hctl, sizeof(hctl), "%.31s", e->d_name);
	if (d)
		closedir(d);
	if (put("temporary write through", "%s/%s/cache_type", path, hctl))
		printf("# the write cache stays on: %s\n", strerror(errno));
}

/* Processes that use the disk until it fails. */
static void use_disk(const struct step *s)
{
	const char *dev = first_disk();
	bool write = strstr(s->name, "write");

	for (int i = 0; i < TASKS; i++) {
		uint64_t from = KEPT + (uint64_t)i * MIB;

		if (!child())
			continue;
		while (write ? disk_fill(dev, from, from + MIB, 16384u << i, round_no) :
			       disk_is_filled(dev, 0, KEPT, 65536, 1))
			;
		_exit(0);
	}
}

static bool works(const void *arg)
{
	return disk_works(&span);
}

static void check(const struct step *s)
{
	ktap(&k, disk_is_filled(first_disk(), 0, KEPT, 131072, 1), "%s: its data are there",
	     s->name);
	ktap(&k,
	     disk_fill(first_disk(), KEPT, SPAN, 65536, round_no) &&
		     disk_is_filled(first_disk(), KEPT, SPAN, 131072, round_no),
	     "%s: it can be written", s->name);
}

static const struct device controller = {
	.class = SCSI_CLASS, .soon = 20, .ever = 250, .works = works, .begin = write_through,
	.use = use_disk, .check = check,
};

int main(int argc, char **argv)
{
	if (argc < 3 || strcmp(argv[1], "--overwrite")) {
		fprintf(stderr, "usage: %s --overwrite PHASE:NAME[:FUNCTION]...\n", argv[0]);
		return 2;
	}
	ktap_begin();
	if (!there_is(&controller, "a controller with a disk"))
		return ktap_end(&k);
	ktap(&k,
	     disk_fill(first_disk(), 0, KEPT, 131072, 1) &&
		     disk_fill(first_disk(), KEPT, SPAN, 131072, 0),
	     "the disk is filled");
	argv[1] = argv[0];
	return steps(&controller, argv + 1);
}
