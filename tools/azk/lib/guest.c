// SPDX-License-Identifier: GPL-2.0-only
/*
 * One guest to a verdict. We come from azk boot or azk bench with a description
 * of the guest. Three parts: 1. the channels, read as they fill; 2. the loop, which also
 * watches the clock, the person, and a guest that reboots; 3. the frame around them.
 * The verdict itself is in guest_verdict.c.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit.h"
#include "guest_session.h"
#include "msg.h"
#include "where.h"

#define LEAVE_SECONDS	10	/* from init's last word to the end of QEMU */

/* 1. The channels. */

static void console_line(struct session *s, const char *line)
{
	const struct console_pattern *p = console_match(line);

	if (line[strspn(line, " \t")]) {
		buf_reset(&s->res->last_line);
		buf_adds(&s->res->last_line, line);
	}
	if (!p || s->first[p->kind].line)
		return;
	s->first[p->kind].line = xstrdup(console_message(line));
	s->first[p->kind].pattern = p;
}

static void debug_line(struct session *s, const char *line)
{
	struct guest_result *res = s->res;
	bool began = res->init.started;

	verdict_line(&res->init, line);
	if (res->init.started && !began) {
		res->init_seconds = azk_now() - s->t0;
		tty_raw(&s->tty);
	}
	if (s->r->on_debug)
		s->r->on_debug(s->r->arg, line);
}

/* Hand each whole line of @b from *at on to @take, without its newline. */
static void each_line(struct session *s, struct buf *b, size_t *at,
		      void (*take)(struct session *s, const char *line))
{
	char *nl;

	while (b->len > *at && (nl = memchr(b->s + *at, '\n', b->len - *at))) {
		char *line = xstrndup(b->s + *at, (size_t)(nl - b->s) - *at);
		size_t n = strlen(line);

		while (n && line[n - 1] == '\r')
			line[--n] = '\0';
		*at = (size_t)(nl - b->s) + 1;
		take(s, line);
		free(line);
	}
}

/* Terminal line ends to plain ones; a lone '\r' stays. */
static void add_console(struct session *s, const char *data, size_t len)
{
	struct buf *to = &s->res->console;

	if (s->tty.raw) {
		buf_add(to, data, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\r') {
			s->returns++;
			continue;
		}
		for (; s->returns && data[i] != '\n'; s->returns--)
			buf_add(to, "\r", 1);
		s->returns = 0;
		buf_add(to, data + i, 1);
	}
}

static void close_fd(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* Read once; false when there is nothing (more). */
static bool fill(struct session *s, int *fd)
{
	char data[65536];
	ssize_t n = *fd < 0 ? 0 : read(*fd, data, sizeof(data));

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		if (*fd >= 0 && (n == 0 || errno != EAGAIN))
			close_fd(fd);
		return false;
	}
	if (fd == &s->proc.err) {
		buf_add(&s->res->err, data, (size_t)n);
		return true;
	}
	s->last_sign = azk_now();
	if (fd == &s->proc.out) {
		add_console(s, data, (size_t)n);
		each_line(s, &s->res->console, &s->line, console_line);
	} else if (fd == &s->proc.debug) {
		buf_add(&s->res->debug, data, (size_t)n);
		each_line(s, &s->res->debug, &s->debug_line, debug_line);
	} else {
		buf_add(&s->serial, data, (size_t)n);
		each_line(s, &s->serial, &s->serial_line, debug_line);
	}
	return true;
}

/*
 * A reader that does not read must not stop us from emptying the guest's
 * console: write no more at once than a pipe that polls writable has room for.
 */
static void stream(struct session *s, size_t most)
{
	const struct buf *b = &s->res->console;
	size_t len = b->len - s->streamed;
	ssize_t n;

	n = write(s->r->stream_fd, b->s + s->streamed, len < most ? len : most);
	if (n > 0)
		s->streamed += (size_t)n;
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		s->end = NO_READER;
}

static bool to_stream(const struct session *s)
{
	return s->r->stream_fd >= 0 && s->streamed < s->res->console.len;
}

/* 2. The loop. */

static void take_signal(struct session *s)
{
	struct signalfd_siginfo si;

	while (read(s->signals, &si, sizeof(si)) == sizeof(si))
		if (si.ssi_signo != SIGCHLD)
			s->end = INTERRUPTED;
	if (waitpid(s->proc.pid, &s->status, WNOHANG) != s->proc.pid)
		s->status = -1;
	else if (s->end == RUNNING)
		s->end = ENDED;
}

static void take_keys(struct session *s)
{
	char keys[256];
	size_t n;

	switch (tty_read(&s->tty, keys, sizeof(keys), &n)) {
	case TTY_LEAVE:
		s->end = INTERRUPTED;
		return;
	case TTY_CLOSED:
	case TTY_KEYS:
		break;
	}
	if (n && write(s->proc.in, keys, n) < 0 && errno == EPIPE)
		s->tty.fd = -1;
	s->last_sign = azk_now();
}

/*
 * Seconds that QEMU's threads would have run but got no CPU, the most of any:
 * on a busy machine a guest is silent for longer and does not hang.
 */
static double starved(pid_t pid)
{
	unsigned long long ran, waited, most = 0;
	char path[64];
	struct dirent *d;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (d = readdir(tasks))) {
		char file[sizeof(path) + sizeof(d->d_name) + 16];
		FILE *f;

		snprintf(file, sizeof(file), "%s/%s/schedstat", path, d->d_name);
		f = fopen(file, "re");
		if (!f)
			continue;
		if (fscanf(f, "%llu %llu", &ran, &waited) == 2 && waited > most)
			most = waited;
		fclose(f);
	}
	if (tasks)
		closedir(tasks);
	return (double)most / 1e9;
}

/* When silence becomes a hang. */
static double hang_limit(struct session *s, double now)
{
	double limit = s->last_sign + s->r->hang_s;

	if (s->last_sign > s->waited_at + 1) {
		s->waited = starved(s->proc.pid);
		s->waited_at = now;
	}
	return now < limit ? limit : limit + starved(s->proc.pid) - s->waited;
}

/* Milliseconds to the next limit; sets s->end when one has passed. */
static int watch_clock(struct session *s)
{
	double now = azk_now(), next = now + 3600, limit;

	if (s->res->init.ended && !s->leave_by)
		s->leave_by = now + LEAVE_SECONDS;
	if (s->leave_by) {
		next = s->leave_by;
		if (now >= next)
			s->end = ENDED;
	}
	limit = hang_limit(s, now);
	if (s->r->hang_s && limit < next) {
		next = limit;
		if (now >= next)
			s->end = SILENT;
	}
	limit = s->t0 + s->r->timeout_s;
	if (s->r->timeout_s && limit < next) {
		next = limit;
		if (now >= next)
			s->end = TOO_LONG;
	}
	return (int)((next - now) * 1000) + 1;
}

static void read_all(struct session *s)
{
	while (fill(s, &s->proc.out))
		;
	while (fill(s, &s->proc.debug))
		;
	while (fill(s, &s->proc.verdict))
		;
}

static size_t said(const struct session *s)
{
	return s->res->console.len + s->res->debug.len + s->serial.len;
}

/* The machine was reset, and what the guest said before has come: what follows is another boot. */
static void begin_again(struct session *s)
{
	if (!guest_may_reboot(s)) {
		s->qmp.shutdown = QMP_GUEST_RESET;
		s->end = ENDED;
		return;
	}
	s->reboots++;
	s->silent = true;
	s->said = said(s);
	verdict_free(&s->res->init);
	free(s->first[CONSOLE_REBOOT].line);
	s->first[CONSOLE_REBOOT].line = NULL;
	s->leave_by = 0;
}

/*
 * SeaBIOS, when it finds that it ran before, resets the machine once more (its
 * src/resume.c): a reset before anything was said is no other one. Hence the last
 * reset that is let is over when something is said.
 */
static void watch_resets(struct session *s)
{
	if (s->qmp.resets > s->resets) {
		s->resets = s->qmp.resets;
		read_all(s);
		if (!s->silent || said(s) > s->said)
			begin_again(s);
	}
	if (s->silent && said(s) > s->said) {
		s->silent = false;
		if (s->reboots == s->r->boot.reboots)
			qmp_no_reboot(&s->qmp);
	}
}

static void loop(struct session *s)
{
	int *channels[] = { &s->proc.out, &s->proc.debug, &s->proc.verdict, &s->proc.err };

	while (s->end == RUNNING) {
		struct pollfd p[] = {
			{ .fd = *channels[0], .events = POLLIN },
			{ .fd = *channels[1], .events = POLLIN },
			{ .fd = *channels[2], .events = POLLIN },
			{ .fd = *channels[3], .events = POLLIN },
			{ .fd = s->qmp.fd, .events = POLLIN },
			{ .fd = s->signals, .events = POLLIN },
			{ .fd = s->tty.fd, .events = POLLIN },
			{ .fd = to_stream(s) ? s->r->stream_fd : -1, .events = POLLOUT },
		};
		int wait_ms = watch_clock(s);

		if (s->end != RUNNING)
			return;
		if (poll(p, sizeof(p) / sizeof(*p), wait_ms) < 0)
			continue;
		for (int i = 0; i < 4; i++)
			if (p[i].revents)
				fill(s, channels[i]);
		if (p[4].revents)
			qmp_read(&s->qmp);
		if (s->r->boot.reboots)
			watch_resets(s);
		if (p[6].revents)
			take_keys(s);
		if (p[7].revents)
			stream(s, PIPE_BUF);
		if (p[5].revents)
			take_signal(s);
	}
}

/* What was still under way when the loop ended. */
static void drain(struct session *s)
{
	read_all(s);
	while (fill(s, &s->proc.err))
		;
	qmp_read(&s->qmp);
	if (s->res->console.len > s->line)
		console_line(s, s->res->console.s + s->line);
	while (s->end != NO_READER && s->end != INTERRUPTED && to_stream(s))
		stream(s, SIZE_MAX);
}

/* 3. The frame. */

/* Processor time of children that have ended: QEMU's, between two of these. */
static double used(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int run_session(struct session *s)
{
	double before = used();
	int err = qemu_start(&s->r->boot, &s->proc);

	if (err == ENOENT)
		return because(s, AZK_EX_QEMU, QEMU_PROGRAM " is not in PATH; run 'make setup'");
	if (err)
		return because(s, AZK_EX_QEMU, QEMU_PROGRAM " cannot be started: %s",
			       strerror(err));
	qmp_init(&s->qmp, s->proc.qmp);
	tty_begin(&s->tty, s->r->interactive ? STDIN_FILENO : -1);
	s->t0 = s->last_sign = s->waited_at = azk_now();
	loop(s);
	if (s->end == SILENT || s->end == TOO_LONG)
		where_guest(&s->qmp, s->r->sysmap, &s->res->where);
	s->status = qemu_stop(&s->proc, s->status);
	drain(s);
	tty_end(&s->tty);
	s->res->seconds = azk_now() - s->t0;
	s->res->cpu_seconds = used() - before;
	s->res->qemu_major = s->qmp.major;
	s->res->qemu_minor = s->qmp.minor;
	qemu_close(&s->proc);
	qmp_free(&s->qmp);
	buf_add(&s->res->debug, buf_str(&s->serial), s->serial.len);
	return guest_decide(s);
}

int guest_run(const struct guest_run *r, struct guest_result *res)
{
	struct session s = { .r = r, .res = res, .status = -1 };
	void (*pipe_was)(int);
	sigset_t mask, was;

	*res = (struct guest_result){ 0 };
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGQUIT);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &was);
	pipe_was = signal(SIGPIPE, SIG_IGN);
	s.signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);

	res->code = run_session(&s);

	for (size_t i = 0; i < sizeof(s.first) / sizeof(*s.first); i++)
		free(s.first[i].line);
	buf_free(&s.serial);
	close(s.signals);
	signal(SIGPIPE, pipe_was);
	sigprocmask(SIG_SETMASK, &was, NULL);
	return res->code;
}

void guest_result_free(struct guest_result *res)
{
	buf_free(&res->why);
	buf_free(&res->where);
	buf_free(&res->last_line);
	buf_free(&res->console);
	buf_free(&res->debug);
	buf_free(&res->err);
	verdict_free(&res->init);
}
