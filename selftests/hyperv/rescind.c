// SPDX-License-Identifier: GPL-2.0-only
/*
 * A SCSI controller that the host takes away, at one step of its protocol after the
 * other or under traffic, and offers again: the guest lets go of it in good time,
 * nobody stays blocked, and afterwards the disk works and has its data.
 *	rescind --overwrite STEP...
 * STEP is PHASE:NAME or PHASE:NAME:FUNCTION, FUNCTION being where kernels are known to
 * fail. NAME that begins with "io-" means: while the disk is used; with "idle-": when
 * nothing happens. The host script (tools/hvhost/tests/guest/rescind.sh) does in phase 1
 * "rescind", in phase 2 "offer", and in PHASE it takes the controller away at the step,
 * which for other names it offers first.
 * A step that leaves something blocked for good ends the program: what would come
 * after it is not to be had on that machine any more.
 */
#include <sys/wait.h>

#include "guest.h"
#include "ktap.h"

#define MIB	(1ull << 20)
#define KEPT	(8 * MIB)	/* written once, read after each step */
#define SPAN	(16 * MIB)	/* what is behind is written by steps */
#define SOON	20.0		/* seconds in which a guest lets go */
#define EVER	250.0		/* longer than every timeout of the driver */
#define TASKS	4

struct step {
	unsigned char phase;
	char name[32];
	const char *known;
};

static const uint64_t span = SPAN;
static char instance[64];
static struct ktap k;
static uint64_t round_no;

static bool is_gone(const void *arg)
{
	return !is_there(VMBUS "/%s", instance) && !tasks_blocked();
}

/*
 * A disk with a write cache is sent SYNCHRONIZE CACHE when its controller is gone, to
 * which nobody answers; "idle-cache" is about that, the others are about something else.
 */
static void write_through(void)
{
	char path[64], hctl[32] = "";
	struct dirent *e;
	DIR *d;

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

static bool verdict(const struct step *s, bool ok, const char *what)
{
	return s->known ? ktap_known(&k, ok, s->known, "%s: %s", s->name, what) :
			  ktap(&k, ok, "%s: %s", s->name, what);
}

/* Processes that use the disk until it fails. */
static void use_disk(bool write)
{
	const char *dev = first_disk();

	fflush(stdout);
	for (int i = 0; i < TASKS; i++) {
		uint64_t from = KEPT + (uint64_t)i * MIB;

		if (fork())
			continue;
		/* what goes wrong here is no news */
		if (!freopen("/dev/null", "w", stdout))
			_exit(2);
		while (write ? disk_fill(dev, from, from + MIB, 16384u << i, round_no) :
			       disk_is_filled(dev, 0, KEPT, 65536, 1))
			;
		_exit(0);
	}
}

static int children_left(void)
{
	static int left;

	if (!left)
		left = TASKS;
	while (left && waitpid(-1, NULL, WNOHANG) > 0)
		left--;
	return left;
}

static bool children_are_gone(const void *arg)
{
	return !children_left();
}

/* The host takes the controller away meanwhile. Whether the guest ever came to an end with it. */
static bool let_go(const struct step *s)
{
	bool io = !strncmp(s->name, "io-", 3), idle = !strncmp(s->name, "idle", 4);
	bool ended = true, gone;
	double began;

	if (strcmp(s->name, "idle-cache"))
		write_through();
	if (io) {
		use_disk(strstr(s->name, "write"));
		usleep(30000);
	} else if (!idle) {
		phase(1);
		if (!ktap(&k, wait_until(is_gone, NULL, SOON), "%s: an idle controller goes",
			  s->name))
			return false;
	}
	began = now();
	phase(s->phase);
	if (!io && !idle)
		usleep(500000);	/* it comes first */
	if (io)
		ended = wait_until(children_are_gone, NULL, EVER);
	gone = wait_until(is_gone, NULL, EVER);
	printf("# %s: %s after %.1f s, %d tasks blocked\n", s->name,
	       gone && ended ? "gone" : "not gone", now() - began, tasks_blocked());
	if (!(gone && ended)) {
		verdict(s, false, "the guest lets go of it");
		return false;
	}
	verdict(s, now() - began < SOON, "the guest lets go of it");
	usleep(200000);		/* its relid is given back behind that */
	return true;
}

static bool step(const struct step *s)
{
	round_no++;
	if (!let_go(s))
		return false;
	phase(2);
	if (!ktap(&k, wait_until(disk_works, &span, 60), "%s: offered again, the disk is back",
		  s->name))
		return false;
	ktap(&k, disk_is_filled(first_disk(), 0, KEPT, 131072, 1), "%s: its data are there",
	     s->name);
	ktap(&k,
	     disk_fill(first_disk(), KEPT, SPAN, 65536, round_no) &&
		     disk_is_filled(first_disk(), KEPT, SPAN, 131072, round_no),
	     "%s: it can be written", s->name);
	return ktap(&k, !kernel_faulted(), "%s: the kernel warned of nothing", s->name);
}

static bool parse(struct step *s, char *text)
{
	char *name = strchr(text, ':'), *known;

	if (!name)
		return false;
	*name++ = '\0';
	known = strchr(name, ':');
	if (known)
		*known++ = '\0';
	s->phase = (unsigned char)atoi(text);
	s->known = known;
	snprintf(s->name, sizeof(s->name), "%s", name);
	return s->phase > 2;
}

int main(int argc, char **argv)
{
	struct step s;

	if (argc < 3 || strcmp(argv[1], "--overwrite")) {
		fprintf(stderr, "usage: %s --overwrite PHASE:NAME[:FUNCTION]...\n", argv[0]);
		return 2;
	}
	ktap_begin();
	if (!ktap(&k, vmbus_device(instance, sizeof(instance), SCSI_CLASS) &&
		      wait_until(disk_works, &span, 20), "a controller with a disk"))
		return ktap_end(&k);
	ktap(&k,
	     disk_fill(first_disk(), 0, KEPT, 131072, 1) &&
		     disk_fill(first_disk(), KEPT, SPAN, 131072, 0),
	     "the disk is filled");
	for (int i = 2; i < argc; i++) {
		if (!parse(&s, argv[i])) {
			fprintf(stderr, "%s: what step is %s?\n", argv[0], argv[i]);
			return 2;
		}
		/* this program itself says who is blocked, and for how long */
		if (s.known)
			put("0", "/proc/sys/kernel/hung_task_timeout_secs");
		if (!step(&s))
			break;
	}
	phase(3);	/* so that the host says what it held at the end of the last 2 */
	return ktap_end(&k);
}
