/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device that the host takes away, at one step of its protocol after the other or
 * under traffic, and offers again: the guest lets go of it in good time, nobody stays
 * blocked, and afterwards it works. What is common to rescind.c, rescindnet.c and
 * rescindpci.c, each of which has a struct device for what is its own.
 *
 * A STEP of their command lines is PHASE:NAME or PHASE:NAME:FUNCTION, FUNCTION being
 * where kernels are known to fail: "probe() waits", and a process that is blocked for good
 * has to be in such a function. NAME that begins with "io-" means: while the device
 * is used; with "idle-": when nothing happens. The host script does in phase 1
 * "rescind", in phase 2 "offer", and in PHASE it takes the device away at the step,
 * which for other names it offers first.
 * A step that leaves something blocked for good ends the program: what would come
 * after it is not to be had on that machine any more.
 */
#ifndef SELFTESTS_RESCIND_H
#define SELFTESTS_RESCIND_H

#include <ctype.h>
#include <sys/wait.h>

#include "guest.h"
#include "ktap.h"

struct step {
	unsigned char phase;
	char name[32];
	const char *known;
};

struct device {
	const char *class;	/* on the bus */
	double soon;		/* seconds in which a guest lets go */
	double ever;		/* longer than every timeout of its driver */
	/* It is there and can be used. */
	bool (*works)(const void *arg);
	/* Before the host takes it away; processes that use it are made by child(). */
	void (*begin)(const struct step *s);
	void (*use)(const struct step *s);
	/* It was offered: what brings it to the step, if its driver alone does not; or NULL. */
	void (*bring)(const struct step *s);
	/* It is back and works: more to be said about that; or NULL. */
	void (*check)(const struct step *s);
};

static char instance[64];
static char place[512];		/* its folder in sysfs, which goes when its driver is done with it */
static struct ktap k;
static int children;

static bool begins(const struct step *s, const char *with)
{
	return !strncmp(s->name, with, strlen(with));
}

/* True in a new process, which is to _exit(); what goes wrong there is no news. */
static bool child(void)
{
	fflush(stdout);
	if (fork()) {
		children++;
		return false;
	}
	if (!freopen("/dev/null", "w", stdout))
		_exit(2);
	return true;
}

static bool children_are_gone(const void *arg)
{
	while (children && waitpid(-1, NULL, WNOHANG) > 0)
		children--;
	return !children;
}

static bool is_gone(const void *arg)
{
	return !is_there("%s", place) && !tasks_blocked();
}

/* Whether @line of a stack is about a function that @text names, as in "probe() waits". */
static bool names(const char *text, const char *line)
{
	const char *from = strstr(line, "] "), *to = from ? strchr(from, '+') : NULL;
	char name[80];

	if (!to)
		return false;
	snprintf(name, sizeof(name), "%.*s()", (int)(to - from - 2), from + 2);
	return strstr(text, name);
}

/* Say where in the kernel each blocked process is; whether one is in a function of @known. */
static bool blocked_in(const char *known)
{
	struct dirent *e;
	DIR *d = opendir("/proc");
	char v[512], path[300], *state;
	bool found = false;
	FILE *f;

	while (d && (e = readdir(d))) {
		state = strrchr(line_of(v, sizeof(v), "/proc/%s/stat", e->d_name), ')');
		if (!isdigit(e->d_name[0]) || !state || strncmp(state, ") D", 3))
			continue;
		printf("# blocked: %.*s\n", (int)(state + 1 - v), v);
		snprintf(path, sizeof(path), "/proc/%s/stack", e->d_name);
		f = fopen(path, "re");
		while (f && fgets(v, sizeof(v), f)) {
			printf("#   %s", v);
			found |= known && names(known, v);
		}
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return found;
}

static bool verdict(const struct step *s, bool ok, const char *what)
{
	return s->known ? ktap_known(&k, ok, s->known, "%s: %s", s->name, what) :
			  ktap(&k, ok, "%s: %s", s->name, what);
}

/* The host takes the device away meanwhile. Whether the guest ever came to an end with it. */
static bool let_go(const struct device *d, const struct step *s)
{
	bool io = begins(s, "io-"), idle = begins(s, "idle");
	bool ended, gone;
	double began;

	d->begin(s);
	if (!io)
		usleep(100000);	/* nothing is on its way any more */
	if (io) {
		d->use(s);
		usleep(30000);
	} else if (!idle) {
		phase(1);
		if (!ktap(&k, wait_until(is_gone, NULL, d->soon), "%s: an idle device goes",
			  s->name)) {
			blocked_in(NULL);
			return false;
		}
	}
	began = now();
	phase(s->phase);
	if (!io && !idle) {
		if (d->bring)
			d->bring(s);
		usleep(500000);	/* it comes first */
	}
	ended = wait_until(children_are_gone, NULL, d->ever);
	gone = wait_until(is_gone, NULL, ended ? d->ever : 0);
	printf("# %s: %s after %.1f s, %d tasks blocked\n", s->name,
	       gone && ended ? "gone" : "not gone", now() - began, tasks_blocked());
	if (!(gone && ended)) {
		if (blocked_in(s->known))
			verdict(s, false, "the guest lets go of it");
		else
			ktap(&k, false, "%s: the guest lets go of it", s->name);
		return false;
	}
	verdict(s, now() - began < d->soon, "the guest lets go of it");
	usleep(200000);		/* its relid is given back behind that */
	return true;
}

static bool step(const struct device *d, const struct step *s)
{
	if (!let_go(d, s))
		return false;
	phase(2);
	if (!ktap(&k, wait_until(d->works, NULL, 60), "%s: offered again, it works", s->name))
		return false;
	if (d->check)
		d->check(s);
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

/* Each STEP of the command line, which begins at argv[1], until one does not end. */
static int steps(const struct device *d, char **argv)
{
	struct step s;

	for (char **at = argv + 1; *at; at++) {
		if (!parse(&s, *at)) {
			fprintf(stderr, "%s: what step is %s?\n", argv[0], *at);
			return 2;
		}
		/* the program itself says who is blocked, and for how long */
		if (s.known)
			put("0", "/proc/sys/kernel/hung_task_timeout_secs");
		if (!step(d, &s))
			break;
	}
	phase(3);	/* so that the host says what it held at the end of the last 2 */
	return ktap_end(&k);
}

/* Whether there is such a device that works: the first result. */
static bool there_is(const struct device *d, const char *what)
{
	char path[128], *real = NULL;

	if (vmbus_device(instance, sizeof(instance), d->class)) {
		snprintf(path, sizeof(path), VMBUS "/%s", instance);
		real = realpath(path, NULL);
	}
	snprintf(place, sizeof(place), "%s", real ? real : "");
	free(real);
	return ktap(&k, *place && wait_until(d->works, NULL, 20), "%s", what);
}

#endif
