// SPDX-License-Identifier: GPL-2.0-only
/* fork, exec, feed and drain: poll() keeps both directions moving. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "run.h"

static void child(const struct run *r, int in, int out, int err, int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in >= 0 ? in : null, STDIN_FILENO);
	if (out >= 0 || r->quiet)
		dup2(out >= 0 ? out : null, STDOUT_FILENO);
	if (err >= 0 || r->quiet)
		dup2(err >= 0 ? err : null, STDERR_FILENO);
	for (const char *const *e = r->env; e && *e; e++)
		putenv(xstrdup(*e));
	if (!r->cwd || chdir(r->cwd) == 0)
		execvp(r->argv[0], (char *const *)r->argv);
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

static void drain(struct pollfd *p, struct buf *to)
{
	ssize_t n = read(p->fd, buf_room(to, 65536), 65536);

	if (n > 0) {
		to->len += (size_t)n;
		to->s[to->len] = '\0';
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		close(p->fd);
		p->fd = -1;
	}
}

static void feed(struct pollfd *p, const char **in, size_t *left)
{
	ssize_t n = write(p->fd, *in, *left);

	if (n > 0) {
		*in += n;
		*left -= (size_t)n;
	}
	if (!*left || (n < 0 && errno != EINTR && errno != EAGAIN)) {
		close(p->fd);
		p->fd = -1;
	}
}

static void close_pair(int fd[2])
{
	if (fd[0] >= 0)
		close(fd[0]);
	if (fd[1] >= 0)
		close(fd[1]);
}

int run(const struct run *r)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	int report[2] = { -1, -1 }, status, failed = 0;
	bool both = r->err && r->err == r->out;
	size_t left = r->in ? (r->in_len ? r->in_len : strlen(r->in)) : 0;
	const char *src = r->in;
	struct pollfd p[3];
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	if (pipe2(report, O_CLOEXEC) ||
	    (r->in && pipe2(in, O_CLOEXEC)) ||
	    (r->out && pipe2(out, O_CLOEXEC)) ||
	    (r->err && !both && pipe2(err, O_CLOEXEC)))
		goto fail;
	pid = fork();
	if (pid < 0)
		goto fail;
	if (!pid)
		child(r, in[0], out[1], both ? out[1] : err[1], report[1]);
	close(report[1]);
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	if (in[1] >= 0)
		fcntl(in[1], F_SETFL, O_NONBLOCK);
	p[0] = (struct pollfd){ .fd = in[1], .events = POLLOUT };
	p[1] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	p[2] = (struct pollfd){ .fd = err[0], .events = POLLIN };
	if (p[0].fd >= 0 && !left) {
		close(p[0].fd);
		p[0].fd = -1;
	}
	while (p[0].fd >= 0 || p[1].fd >= 0 || p[2].fd >= 0) {
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			break;
		if (p[0].fd >= 0 && p[0].revents)
			feed(&p[0], &src, &left);
		if (p[1].fd >= 0 && p[1].revents)
			drain(&p[1], r->out);
		if (p[2].fd >= 0 && p[2].revents)
			drain(&p[2], r->err);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			goto fail;
	if (read(report[0], &failed, sizeof(failed)) != sizeof(failed))
		failed = 0;
	close(report[0]);
	if (failed) {
		errno = failed;
		return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
fail:
	failed = errno;
	close_pair(in);
	close_pair(out);
	close_pair(err);
	close_pair(report);
	errno = failed;
	return -1;
}

int run_words(struct buf *out, const char *word, ...)
{
	struct strv v = STRV_INIT;
	struct run r = { .out = out };
	const char *w;
	va_list ap;
	int ret;

	va_start(ap, word);
	for (w = word; w; w = va_arg(ap, const char *))
		strv_add(&v, w);
	va_end(ap);
	r.argv = (const char *const *)v.v;
	ret = run(&r);
	strv_free(&v);
	return ret;
}
