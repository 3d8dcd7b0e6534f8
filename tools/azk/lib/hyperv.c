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
#include "file.h"
#include "hyperv.h"
#include "opt.h"
#include "qemu.h"

#define TIMERS_MIN	3	/* of QEMU's HPET */
#define HEAP_LEAST	(16u << 20)	/* tools/hvhost/boot/config.c */

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

const char *hyperv_disk(const char *disk, uint64_t *size, char **file, bool *ro)
{
	size_t n = strlen(disk);
	char *name;
	int64_t have;

	*ro = n > 3 && !strcmp(disk + n - 3, ",ro");
	name = xasprintf("%.*s", (int)(*ro ? n - 3 : n), disk);
	*file = NULL;
	if (opt_size(name, size)) {
		free(name);
		return *size < 512 ? "a disk has 512 bytes at least" : NULL;
	}
	have = file_size(name);
	if (have <= 0) {
		free(name);
		return have < 0 ? "is neither a size nor a file that can be read" : "is empty";
	}
	*size = (uint64_t)have;
	*file = name;
	return NULL;
}

uint64_t hyperv_heap(const struct hyperv_devices *d)
{
	uint64_t heap = HEAP_LEAST, size;
	char *file;
	bool ro;

	for (size_t i = 0; d && i < d->disk.n; i++)
		if (!hyperv_disk(d->disk.v[i], &size, &file, &ro)) {
			/* a table of chunks, and a header for each, beside the content */
			heap += size + size / 1024 + (1u << 20);
			free(file);
		}
	return (heap + (2u << 20) - 1) & ~(uint64_t)((2u << 20) - 1);
}

static void add_disks(struct buf *words, struct buf *modules, const struct hyperv_devices *d)
{
	int images = 0;
	uint64_t size;
	char *file;
	bool ro;

	for (size_t i = 0; d && i < d->disk.n; i++) {
		if (hyperv_disk(d->disk.v[i], &size, &file, &ro))
			continue;
		if (file) {
			buf_addf(words, " disk=@%d%s", ++images, ro ? ",ro" : "");
			buf_adds(modules, ",");
			add_doubled(modules, file);
			buf_adds(modules, " image");
		} else {
			buf_addf(words, " disk=%" PRIu64 "%s", size, ro ? ",ro" : "");
		}
		free(file);
	}
}

void hyperv_kernel(struct strv *argv, const struct qemu_boot *b)
{
	char *host = beside_azk("AZK_HVHOST", "hvhost.elf");
	struct buf modules = BUF_INIT, words = BUF_INIT;
	const struct hyperv_devices *d = b->hyperv;

	strv_add(argv, "-kernel");
	strv_add(argv, host);
	buf_addf(&words, "cpus=%d%s", b->cpus, b->icount ? " icount" : "");
	if (d && d->disk.n)
		buf_addf(&words, " heap=%" PRIu64, hyperv_heap(d));
	if (b->append && strstr(b->append, "nox2apic"))
		buf_adds(&words, " apic-msrs");
	for (size_t i = 0; d && i < d->vpci.n; i++)
		buf_addf(&words, " vpci=%s", d->vpci.v[i]);
	add_doubled(&modules, b->kernel);
	if (b->append && *b->append) {
		buf_adds(&modules, " ");
		add_doubled(&modules, b->append);
	}
	if (b->initrd) {
		buf_adds(&modules, ",");
		add_doubled(&modules, b->initrd);
	}
	add_disks(&words, &modules, d);
	if (d && d->script) {
		buf_adds(&modules, ",");
		add_doubled(&modules, d->script);
		buf_adds(&modules, " script");
	}
	strv_add(argv, "-append");
	strv_add(argv, buf_str(&words));
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
