// SPDX-License-Identifier: GPL-2.0-only
/* Pipes, fork, exec; and the way back. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "msg.h"
#include "qemu_start.h"

#define PIPE_BYTES	(1 << 20)	/* most the kernel gives an ordinary user */
#define STOP_SECONDS	2.0

enum { IN, OUT, ERR, DEBUG, VERDICT, QMP, CHANNELS };

static void inherit(int fd)
{
	fcntl(fd, F_SETFD, 0);
}

static void child(const struct qemu_boot *b, int side[CHANNELS], int report,
		  pid_t parent)
{
	const struct qemu_fds fds = { side[DEBUG], side[VERDICT], side[QMP] };
	struct strv argv = STRV_INIT;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)	/* it died before the line above */
		_exit(1);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_IGN);
	dup2(side[IN], STDIN_FILENO);
	dup2(side[OUT], STDOUT_FILENO);
	dup2(side[ERR], STDERR_FILENO);
	inherit(fds.debug);
	inherit(fds.verdict);
	inherit(fds.qmp);
	qemu_args(&argv, b, &fds);
	execvp(argv.v[0], argv.v);
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

static void close_all(int *fd, int n)
{
	for (int i = 0; i < n; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* ours[] and theirs[] for every channel; 0 or an errno. */
static int connect_channels(int ours[CHANNELS], int theirs[CHANNELS])
{
	int fd[2], i;

	for (i = 0; i < CHANNELS; i++)
		ours[i] = theirs[i] = -1;
	for (i = 0; i < CHANNELS; i++) {
		if (i == QMP ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)
			     : pipe2(fd, O_CLOEXEC))
			return errno;
		ours[i] = fd[i == IN];
		theirs[i] = fd[i != IN];
		if (i != QMP)	/* a refusal only costs room */
			fcntl(ours[i], F_SETPIPE_SZ, PIPE_BYTES);
		if (i != IN)
			fcntl(ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

int qemu_start(const struct qemu_boot *b, struct qemu_proc *p)
{
	int ours[CHANNELS], theirs[CHANNELS], report[2] = { -1, -1 };
	pid_t self = getpid();
	int err, failed = 0;

	err = connect_channels(ours, theirs);
	if (!err && pipe2(report, O_CLOEXEC))
		err = errno;
	p->pid = err ? -1 : fork();
	if (!err && p->pid < 0)
		err = errno;
	if (!err && !p->pid)
		child(b, theirs, report[1], self);
	close_all(theirs, CHANNELS);
	close_all(&report[1], 1);
	if (!err && read(report[0], &failed, sizeof(failed)) == sizeof(failed)) {
		waitpid(p->pid, NULL, 0);
		err = failed;
	}
	close_all(&report[0], 1);
	if (err) {
		close_all(ours, CHANNELS);
		return err;
	}
	p->in = ours[IN];
	p->out = ours[OUT];
	p->err = ours[ERR];
	p->debug = ours[DEBUG];
	p->verdict = ours[VERDICT];
	p->qmp = ours[QMP];
	return 0;
}

int qemu_stop(struct qemu_proc *p, int status)
{
	const struct timespec nap = { 0, 5000000 };
	double end = azk_now() + STOP_SECONDS;
	pid_t got = status >= 0 ? p->pid : 0;

	if (!got)
		kill(p->pid, SIGTERM);
	while (!got && azk_now() < end) {
		got = waitpid(p->pid, &status, WNOHANG);
		if (!got)
			nanosleep(&nap, NULL);
	}
	if (!got) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	return status;
}

void qemu_close(struct qemu_proc *p)
{
	int fds[] = { p->in, p->out, p->err, p->debug, p->verdict };

	close_all(fds, sizeof(fds) / sizeof(*fds));
}
