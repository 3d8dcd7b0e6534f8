// SPDX-License-Identifier: GPL-2.0-only
/* One guest to one QEMU command line. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../guest/protocol.h"
#include "buf.h"
#include "exit.h"
#include "hyperv.h"
#include "msg.h"
#include "qemu.h"
#include "run.h"

static void words(struct strv *argv, const char *s)
{
	strv_split(argv, s, " ");
}

/*
 * The console is stdio and the two verdict channels are pipes opened again by
 * name: a pipe packs single bytes, while a socket charges hundreds of bytes for
 * each and would soon be full, and a full channel is seen by the guest.
 */
static void channels(struct strv *argv, const struct qemu_fds *fds)
{
	words(argv, "-chardev stdio,signal=off,id=" QEMU_CHR_CONSOLE);
	strv_add(argv, "-chardev");
	strv_addf(argv, "file,id=" QEMU_CHR_DEBUG ",path=/proc/self/fd/%d", fds->debug);
	strv_add(argv, "-chardev");
	strv_addf(argv, "file,id=" QEMU_CHR_VERDICT ",path=/proc/self/fd/%d",
		  fds->verdict);
	strv_add(argv, "-chardev");
	strv_addf(argv, "socket,id=" QEMU_CHR_QMP ",fd=%d", fds->qmp);
	words(argv, "-mon chardev=" QEMU_CHR_QMP ",mode=control");
}

static void kernel(struct strv *argv, const struct qemu_boot *b)
{
	strv_add(argv, "-kernel");
	strv_add(argv, b->kernel);
	if (b->initrd) {
		strv_add(argv, "-initrd");
		strv_add(argv, b->initrd);
	}
	if (b->append && *b->append) {
		strv_add(argv, "-append");
		strv_add(argv, b->append);
	}
}

void qemu_args(struct strv *argv, const struct qemu_boot *b,
	       const struct qemu_fds *fds)
{
	strv_add(argv, QEMU_PROGRAM);
	words(argv, "-nodefaults -no-user-config -display none "
		    "-accel tcg -cpu " QEMU_CPU);
	if (!b->reboots)
		strv_add(argv, "-no-reboot");
	strv_add(argv, "-smp");
	strv_addf(argv, "%d", b->cpus);
	strv_add(argv, "-m");
	strv_addf(argv, "%" PRIu64 "M", (b->memory + (b->machine->hvhost ?
		  hyperv_heap(b->hyperv) : 0)) >> 20);
	if (b->icount)
		words(argv, "-icount shift=0,sleep=off "
			    "-rtc base=2026-01-01T00:00:00,clock=vm -seed 1");
	channels(argv, fds);
	b->machine->args(argv, b);
	if (b->machine->hvhost)
		hyperv_kernel(argv, b);
	else
		kernel(argv, b);
	for (size_t i = 0; b->extra && i < b->extra->n; i++)
		strv_add(argv, b->extra->v[i]);
}

char *qemu_cmdline(const struct qemu_machine *m, bool verbose, bool icount,
		   const char *user)
{
	struct strv w = STRV_INIT;
	struct buf b = BUF_INIT;

	strv_add(&w, "console=ttyS0");
	if (!verbose)
		strv_add(&w, "quiet");
	strv_add(&w, "panic=-1");
	strv_add(&w, "rdinit=" AZK_INIT_PATH);
	if (*m->append)
		strv_add(&w, m->append);
	if (icount)
		strv_add(&w, "nokaslr");
	else	/* with real time, a busy host delays ticks and fails the check */
		strv_add(&w, "no_timer_check");
	if (user && *user)
		strv_add(&w, user);
	for (size_t i = 0; i < w.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", w.v[i]);
	strv_free(&w);
	return b.s;
}

int qemu_version(int *major, int *minor)
{
	struct buf out = BUF_INIT;
	const char *at;
	int ret = AZK_OK;

	if (run_words(&out, QEMU_PROGRAM, "--version", NULL))
		ret = azk_err(AZK_EX_QEMU, QEMU_PROGRAM, "run 'make setup'",
			      "cannot be run: %s", strerror(errno));
	at = strstr(buf_str(&out), "version ");
	if (!ret && (!at || sscanf(at, "version %d.%d", major, minor) != 2))
		ret = azk_err(AZK_EX_QEMU, QEMU_PROGRAM, "run 'make setup'",
			      "does not say which version it is");
	buf_free(&out);
	return ret;
}
