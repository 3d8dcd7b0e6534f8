// SPDX-License-Identifier: GPL-2.0-only
/* A boot here, and a boot in a child that sends a few numbers back. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "boot_measure.h"
#include "boot_once.h"
#include "exit.h"
#include "guest.h"
#include "hyperv.h"
#include "initrd.h"
#include "kernel.h"
#include "msg.h"

int boot_once(const struct boot_measure *m, const struct kernel *k, const char *word,
	      bool icount, const struct strv *extra, struct guest_result *res)
{
	const char *command[] = { word, "all", NULL };
	struct initrd in = { .command = word ? (char *const *)command : NULL };
	struct guest_run r = {
		.boot = { .machine = m->machine, .kernel = k->image, .cpus = m->cpus,
			  .memory = m->memory, .append = m->append,
			  .icount = icount, .extra = extra, .hyperv = m->hyperv },
		.hang_s = m->timeout_s, .timeout_s = m->timeout_s, .stream_fd = -1,
		.sysmap = k->sysmap,
	};
	char *initrd = NULL;
	int fd = -1, ret;

	memset(res, 0, sizeof(*res));
	ret = initrd_build(&in, &initrd, &fd);
	if (!ret) {
		r.boot.initrd = initrd;
		ret = guest_run(&r, res);
	}
	initrd_free(initrd, fd);
	if (ret && res->why.len)
		azk_err(ret, k->name, ret == AZK_EX_INTERRUPTED ? NULL :
			"see 'azk boot --icount --verbose' with this kernel",
			"%s; last line: %s", buf_str(&res->why),
			res->last_line.len ? buf_str(&res->last_line) : "none");
	if (ret > 0 && ret <= AZK_EX_GUEST_MAX)
		ret = azk_err(AZK_EX_TOOL, k->name, NULL, "init ended with code %d", ret);
	return ret;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t h, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	return h;
}

struct boot_sight boot_sight(const struct guest_result *res)
{
	const struct verdict *v = &res->init;
	uint64_t host = 0xcbf29ce484222325;

	for (const char *at = buf_str(&res->debug); *at;) {
		size_t n = strcspn(at, "\n");

		n += at[n] == '\n';
		if (hyperv_line(at))
			host = hash(host, at, n);
		at += n;
	}
	return (struct boot_sight){ v->tsc, v->clock_ns, v->printk_us, v->memfree_kb, host };
}

/*
 * In the child: boot, send, end with the code. What goes wrong here goes wrong
 * in the counted boot, too, and that one says it; if not, the parent does.
 */
static void child(const struct boot_measure *m, const struct kernel *k, int fd)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct guest_result res;
	struct boot_sight s;
	int ret;

	if (null >= 0)
		dup2(null, STDERR_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	ret = boot_once(m, k, NULL, true, NULL, &res);
	s = boot_sight(&res);
	if (!ret && write(fd, &s, sizeof(s)) != sizeof(s))
		ret = AZK_EX_SYSTEM;
	guest_result_free(&res);
	fflush(NULL);
	_exit(ret);
}

int boot_beside_start(const struct boot_measure *m, const struct kernel *k,
		      struct boot_beside *b)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return azk_err(AZK_EX_SYSTEM, NULL, NULL, "no pipe: %s", strerror(errno));
	fflush(NULL);		/* the child would write it once more */
	b->pid = fork();
	if (!b->pid) {
		close(fd[0]);
		child(m, k, fd[1]);
	}
	close(fd[1]);
	b->fd = fd[0];
	if (b->pid > 0)
		return AZK_OK;
	b->pid = 0;
	close(b->fd);
	return azk_err(AZK_EX_SYSTEM, NULL, NULL, "no process: %s", strerror(errno));
}

static int reap(struct boot_beside *b)
{
	int status = 0;

	while (waitpid(b->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(b->fd);
	b->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : AZK_EX_INTERRUPTED;
}

int boot_beside_wait(struct boot_beside *b, const char *name, struct boot_sight *sight)
{
	ssize_t n;
	int ret;

	do
		n = read(b->fd, sight, sizeof(*sight));
	while (n < 0 && errno == EINTR);
	ret = reap(b);
	if (!ret && n != sizeof(*sight))
		ret = AZK_EX_SYSTEM;
	if (ret && ret != AZK_EX_INTERRUPTED)
		azk_err(ret, name, "see 'azk boot --icount' with this kernel",
			"booted while it was counted, but not without (%s)",
			azk_exit_name(ret));
	return ret;
}

void boot_beside_stop(struct boot_beside *b)
{
	if (!b->pid)
		return;
	kill(b->pid, SIGTERM);
	reap(b);
}
