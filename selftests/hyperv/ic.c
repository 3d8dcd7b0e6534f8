// SPDX-License-Identifier: GPL-2.0-only
/*
 * hv_utils and hyperv_keyboard against their host: what a guest sees of heartbeats,
 * of the host's time, and of keys. Both modules are loaded (with atkbd and evdev),
 * and the host does these things when the guest marks a phase at port 0xe8:
 *	1 heartbeat0 pause		5 timesync0 sample
 *	2 heartbeat0 resume		6 timesync0 rescind
 *	3 timesync0 step 1h (3600s)	7 timesync0 offer
 *	4 timesync0 step-back 2h	8 keys: A, right Ctrl, Pause, up and down each
 *	ic		all of it
 *	ic time		the host's time only
 *	ic ask N	mark phase N, and wait for what the host asks
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/ptp_clock.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"

#define PORT_PHASE	0xe8
#define VMBUS		"/sys/bus/vmbus/devices"
#define HOUR		3600.0
#define CLOSE		0.5	/* seconds between two clocks that agree */
#define PATIENCE	200	/* tenths of a second */
#define PHYS		31	/* characters a serio keeps of the device's name */

#define HEARTBEAT	"{57164f39-9115-4e78-ab55-382f3bd5422d}"
#define SHUTDOWN	"{0e0b6031-5213-4934-818b-38d90ced39db}"
#define TIMESYNC	"{9527e630-d0ae-497b-adce-e80ab0175caf}"
#define KEYBOARD	"{f912ad6d-2b17-48ea-bd65-f927a61c7684}"

static void pass(double seconds)
{
	struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&t, NULL);
}

static void phase(int n)
{
	outb((unsigned char)n, PORT_PHASE);
}

static double now(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	if (clock_gettime(clock, &t))
		return -1;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How far the wall clock is from where the clock that nobody sets says it was. */
static double wall(void)
{
	return now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
}

static bool near(double a, double b)
{
	double d = a - b;

	if (d < CLOSE && d > -CLOSE)
		return true;
	printf("# %.6f and %.6f\n", a, b);
	return false;
}

static bool line_of(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(to, (int)size, f);

	if (f)
		fclose(f);
	if (ok)
		to[strcspn(to, "\n")] = '\0';
	return ok;
}

/* The name of the entry of @dir whose file @file says @text; "" when there is none. */
static const char *entry(const char *dir, const char *file, const char *text)
{
	static char name[256];
	char path[1024], v[128];
	DIR *d = opendir(dir);
	struct dirent *e;

	name[0] = '\0';
	while (d && !*name && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s/%s", dir, e->d_name, file);
		if (line_of(path, v, sizeof(v)) && !strcmp(v, text))
			snprintf(name, sizeof(name), "%s", e->d_name);
	}
	if (d)
		closedir(d);
	return name;
}

/* Drivers look at their devices in the background: wait for the entry. */
static const char *await(const char *dir, const char *file, const char *text)
{
	const char *found = "";

	for (int i = 0; i < PATIENCE && !*found; i++) {
		found = entry(dir, file, text);
		if (!*found)
			pass(0.1);
	}
	return found;
}

/* ---- heartbeat ---- */

/* A counter of the device's only channel. */
static long channel_count(const char *class, const char *file)
{
	char dir[512], path[1024], v[32];
	long n = -1;
	struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof(dir), VMBUS "/%s/channels", entry(VMBUS, "class_id", class));
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s/%s", dir, e->d_name, file);
		if (e->d_name[0] != '.' && line_of(path, v, sizeof(v)))
			n = strtol(v, NULL, 10);
	}
	if (d)
		closedir(d);
	return n;
}

/* Beats that come in @seconds, and how many of them were answered. */
static void beats(double seconds, long *came, long *answered)
{
	long in = channel_count(HEARTBEAT, "interrupts"), out = channel_count(HEARTBEAT, "events");

	pass(seconds);
	*came = channel_count(HEARTBEAT, "interrupts") - in;
	*answered = channel_count(HEARTBEAT, "events") - out;
	printf("# in %.1f s: %ld interrupts, %ld signals to the host\n", seconds, *came, *answered);
}

static void heartbeat(struct ktap *k)
{
	long came, answered;

	for (int i = 0; i < PATIENCE && channel_count(HEARTBEAT, "interrupts") < 2; i++)
		pass(0.1);
	beats(9.0, &came, &answered);
	ktap(k, came == 4 || came == 5, "a heartbeat every two seconds");
	ktap(k, answered == came, "each is answered");
	phase(1);
	beats(7.0, &came, &answered);
	ktap(k, !came, "a host that has paused sends none");
	phase(2);
	beats(5.0, &came, &answered);
	ktap(k, came == 2 || came == 3, "and goes on");
}

/* ---- time ---- */

/* A clock of a descriptor: clock_gettime(2), Documentation/driver-api/ptp.rst. */
static clockid_t clock_of(int fd)
{
	return (clockid_t)(~(unsigned int)fd << 3 | 3);
}

static int open_host_clock(void)
{
	const char *name = await("/sys/class/ptp", "clock_name", "hyperv");
	char path[300];

	snprintf(path, sizeof(path), "/dev/%s", name);
	return *name ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/* Between two readings of ours, one of the host's. */
static bool offset_is_small(int fd)
{
	struct ptp_sys_offset o = { .n_samples = 3 };
	double host, before, after;

	if (ioctl(fd, PTP_SYS_OFFSET, &o))
		return false;
	before = (double)o.ts[2].sec + o.ts[2].nsec / 1e9;
	host = (double)o.ts[3].sec + o.ts[3].nsec / 1e9;
	after = (double)o.ts[4].sec + o.ts[4].nsec / 1e9;
	printf("# host %.6f between %.6f and %.6f\n", host, before, after);
	return near(host, before) && near(host, after);
}

static void set_wall(double seconds)
{
	double t = now(CLOCK_REALTIME) + seconds;
	struct timespec ts = { (time_t)t, (long)((t - (double)(time_t)t) * 1e9) };

	if (clock_settime(CLOCK_REALTIME, &ts))
		perror("clock_settime");
}

static void time_of_host(struct ktap *k)
{
	int fd = open_host_clock();
	double start, host;

	if (!ktap(k, fd >= 0, "the host's clock is a PTP clock"))
		return;
	pass(1);	/* the first message, and the work behind it */
	start = wall();
	host = now(clock_of(fd));
	printf("# host %.6f\n", host);
	ktap(k, host > 1.7e9 && near(now(CLOCK_REALTIME), now(clock_of(fd))),
	     "the wall clock is the host's");
	ktap(k, offset_is_small(fd), "PTP_SYS_OFFSET says so too");
	phase(3);
	pass(1);
	ktap(k, near(wall(), start + HOUR), "the host's clock steps by an hour, and ours follows");
	ktap(k, near(now(CLOCK_REALTIME), now(clock_of(fd))), "as the PTP clock does");
	phase(4);
	pass(1);
	ktap(k, near(wall(), start - HOUR), "and back by two");
	set_wall(1000);
	phase(5);
	pass(1);
	ktap(k, !(wall() < start - HOUR + 900), "a sample does not set the wall clock");
	ktap(k, near(now(CLOCK_REALTIME) - 1000, now(clock_of(fd))), "but the PTP clock");
	close(fd);

	phase(6);
	for (int i = 0; i < PATIENCE && *entry("/sys/class/ptp", "clock_name", "hyperv"); i++)
		pass(0.1);
	ktap(k, !*entry("/sys/class/ptp", "clock_name", "hyperv"), "the service is taken away");
	phase(7);
	fd = open_host_clock();
	ktap(k, fd >= 0, "and comes back");
	pass(1);
	ktap(k, near(wall(), start - HOUR), "a guest that opens it is told to set its clock");
	if (fd >= 0)
		close(fd);
}

/* ---- keys ---- */

static int open_keyboard(void)
{
	char vmbus[256], path[64], phys[256];

	snprintf(vmbus, sizeof(vmbus), "%s", await(VMBUS, "class_id", KEYBOARD));
	for (int i = 0; i < PATIENCE; i++) {
		for (int n = 0; n < 16; n++) {
			int fd;

			snprintf(path, sizeof(path), "/dev/input/event%d", n);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			memset(phys, 0, sizeof(phys));
			if (fd >= 0 && ioctl(fd, EVIOCGPHYS(sizeof(phys) - 1), phys) > 0 &&
			    *vmbus && !strncmp(phys, vmbus, PHYS))
				return fd;
			if (fd >= 0)
				close(fd);
		}
		pass(0.1);
	}
	return -1;
}

static void keys(struct ktap *k)
{
	static const struct {
		unsigned int code;
		int value;
	} want[] = {
		{ KEY_A, 1 }, { KEY_A, 0 }, { KEY_RIGHTCTRL, 1 }, { KEY_RIGHTCTRL, 0 },
		{ KEY_PAUSE, 1 }, { KEY_PAUSE, 0 },
	};
	struct pollfd p = { .fd = open_keyboard(), .events = POLLIN };
	size_t n = 0;
	bool ok = true;

	if (!ktap(k, p.fd >= 0, "the keyboard is an input device"))
		return;
	phase(8);
	while (n < sizeof(want) / sizeof(*want) && poll(&p, 1, 10000) == 1) {
		struct input_event e;

		if (read(p.fd, &e, sizeof(e)) != sizeof(e))
			break;
		if (e.type != EV_KEY)
			continue;
		printf("# key %u %s\n", e.code, e.value ? "down" : "up");
		ok = ok && e.code == want[n].code && e.value == want[n].value;
		n++;
	}
	ktap(k, ok && n == sizeof(want) / sizeof(*want), "A, right Ctrl and Pause go down and up");
	close(p.fd);
}

int main(int argc, char **argv)
{
	struct ktap k = { 0, 0 };

	if (ioperm(PORT_PHASE, 1, 1)) {
		perror("port of phases");
		return 2;
	}
	if (argc == 3 && !strcmp(argv[1], "ask")) {
		if (!*await("/sys/class/ptp", "clock_name", "hyperv"))
			return 2;
		pass(1);
		phase(atoi(argv[2]));
		for (;;)
			pause();
	}
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "time"))) {
		fprintf(stderr, "usage: %s [time | ask N]\n", argv[0]);
		return 2;
	}
	ktap_begin();
	if (argc == 1) {
		ktap(&k,
		     *await(VMBUS, "class_id", SHUTDOWN) && *await(VMBUS, "class_id", TIMESYNC) &&
			     *await(VMBUS, "class_id", HEARTBEAT) &&
			     *await(VMBUS, "class_id", KEYBOARD),
		     "shutdown, time, heartbeat and keyboard are on the bus");
		heartbeat(&k);
	}
	time_of_host(&k);
	if (argc == 1)
		keys(&k);
	return ktap_end(&k);
}
