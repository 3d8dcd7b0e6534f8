// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine "hyperv": a PC on which hvhost runs first and the kernel is its
 * guest. Called by qemu_args(); what hvhost itself reads is in
 * tools/hvhost/boot/config.h.
 */
#include <inttypes.h>
#include <string.h>

#include "beside.h"
#include "buf.h"
#include "hyperv.h"
#include "qemu.h"

#define TIMERS_MIN	3	/* of QEMU's HPET */

void hyperv_args(struct strv *argv, const struct qemu_boot *b)
{
	/* one comparator for events of the host, one for each vCPU's timer */
	int timers = b->cpus + 1;

	strv_add(argv, "-machine");
	strv_add(argv, "q35");
	strv_add(argv, "-global");
	strv_add(argv, "hpet.msi=on");
	strv_add(argv, "-global");
	strv_addf(argv, "hpet.timers=%d", timers < TIMERS_MIN ? TIMERS_MIN : timers);
}

/* In the list of modules a comma ends one, and two are one of the text. */
static void add_doubled(struct buf *to, const char *s)
{
	for (; *s; s++)
		buf_addf(to, *s == ',' ? ",," : "%c", *s);
}

void hyperv_kernel(struct strv *argv, const struct qemu_boot *b)
{
	char *host = beside_azk("AZK_HVHOST", "hvhost.elf");
	struct buf modules = BUF_INIT, words = BUF_INIT;
	const struct hyperv_devices *d = b->hyperv;

	strv_add(argv, "-kernel");
	strv_add(argv, host);
	strv_add(argv, "-append");
	buf_addf(&words, "cpus=%d%s", b->cpus, b->icount ? " icount" : "");
	if (b->append && strstr(b->append, "nox2apic"))
		buf_adds(&words, " apic-msrs");
	for (size_t i = 0; d && i < d->vpci.n; i++)
		buf_addf(&words, " vpci=%s", d->vpci.v[i]);
	strv_add(argv, buf_str(&words));
	add_doubled(&modules, b->kernel);
	if (b->append && *b->append) {
		buf_adds(&modules, " ");
		add_doubled(&modules, b->append);
	}
	if (b->initrd) {
		buf_adds(&modules, ",");
		add_doubled(&modules, b->initrd);
	}
	strv_add(argv, "-initrd");
	strv_add(argv, buf_str(&modules));
	buf_free(&modules);
	buf_free(&words);
	free(host);
}

bool hyperv_vpci(const char *what)
{
	return !strcmp(what, "test");
}

bool hyperv_line(const char *line)
{
	return str_starts(line, HYPERV_LINE);
}

const char *hyperv_stop(const char *debug)
{
	const char *at = debug, *found = NULL;

	while ((at = strstr(at, HYPERV_LINE "stop: "))) {
		at += strlen(HYPERV_LINE "stop: ");
		found = at;
	}
	return found;
}
