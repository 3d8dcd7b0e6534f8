// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the rooms of hvhost that are compiled in here want of a machine: memory, time (this
 * machine's), events, counters, which nobody reads, and a log. Then the two sockets.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "lib.h"
#include "net.h"

#include "load_peer.h"

#define UNITS		10000000ull	/* of vm_time() in a second */

static struct event *events;	/* by due time: the rooms know no other place for them */

u64 vm_time(struct vm *vm)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * UNITS + (u64)t.tv_nsec / 100;
}

void event_cancel(struct vm *vm, struct event *e)
{
	struct event **at = &events;

	if (!e->armed)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->armed = false;
}

void event_arm(struct vm *vm, struct event *e, u64 due)
{
	struct event **at = &events;

	event_cancel(vm, e);
	while (*at && (*at)->due <= due)
		at = &(*at)->next;
	e->due = due;
	e->armed = true;
	e->next = *at;
	*at = e;
}

void *hv_alloc(size_t size)
{
	return calloc(1, size);
}

void hv_free(void *p)
{
	free(p);
}

void hv_log(const char *format, ...)
{
}

void count(struct vm *vm, enum counter c, u64 n)
{
}

/* ---- the wire ---- */

struct wire {
	int fd;
	struct sockaddr_un guest;
};

static struct sockaddr_un at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strlen(path) < sizeof(a.sun_path) ? strlen(path) :
	       sizeof(a.sun_path) - 1);
	return a;
}

/* To the guest; false while nobody takes it, and then the stream waits. */
static bool receive(void *nic, const void *frame, u32 len)
{
	struct wire *w = nic;

	return sendto(w->fd, frame, len, MSG_DONTWAIT, (void *)&w->guest, sizeof(w->guest)) ==
	       (ssize_t)len;
}

/* Milliseconds to the next event, which is at least 1; -1: there is none. */
static int run_events(struct vm *vm)
{
	while (events && events->due <= vm_time(vm)) {
		struct event *e = events;

		events = e->next;
		e->armed = false;
		e->fn(vm, e);
	}
	return events ? (int)((events->due - vm_time(vm)) / (UNITS / 1000)) + 1 : -1;
}

static void serve(struct wire *w)
{
	static const u8 mac[6] = { 0x00, 0x15, 0x5d, 0x00, 0x00, 0x01 };
	struct vm vm = { .seed = 1 };
	struct net_backend *b = loopback_create(&vm);
	static u8 frame[NET_FRAME_MAX];

	if (!b)
		return;
	b->receive = receive;
	b->nic = w;
	b->ops->attach(b, mac);
	for (;;) {
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		ssize_t n;

		poll(&p, 1, run_events(&vm));
		while ((n = recv(w->fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0)
			b->ops->transmit(b, frame, (u32)n);
	}
}

pid_t load_peer_start(const char *mine, const char *guest)
{
	struct sockaddr_un me = at(mine);
	struct wire w = { .guest = at(guest) };
	pid_t pid;

	w.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (w.fd < 0 || bind(w.fd, (void *)&me, sizeof(me))) {
		if (w.fd >= 0)
			close(w.fd);
		return -1;
	}
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(&w);
		_exit(1);
	}
	close(w.fd);
	return pid;
}

void load_peer_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
