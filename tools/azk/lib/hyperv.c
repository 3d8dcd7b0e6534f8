// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine "hyperv": a PC on which hvhost runs first and the kernel is its
 * guest. Called by qemu_args(); what hvhost itself reads is in
 * tools/hvhost/boot/config.h.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "buf.h"
#include "file.h"
#include "hvpci.h"
#include "hyperv.h"
#include "opt.h"
#include "qemu.h"

#define TIMERS_MIN	3	/* of QEMU's HPET */
#define NIC_BYTES	(8u << 20)	/* of hvhost's heap: rings, sections, the peer's TCP buffers */
#define HEAP_LEAST	(16u << 20)	/* tools/hvhost/boot/config.c */
#define HEAP_KEPT	(4u << 20)	/* of a disk that is a file: its buffer and queue */

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
	hvpci_args(argv, b->hyperv);
}

/* In the list of modules a comma ends one, and two are one of the text. */
static void add_doubled(struct buf *to, const char *s)
{
	for (; *s; s++)
		buf_addf(to, *s == ',' ? ",," : "%c", *s);
}

/* A file used where it is. Block devices have no size here; QEMU knows theirs. */
static const char *kept(struct hyperv_disk *d, int64_t have)
{
	if (access(d->file, R_OK))
		return "file= wants a file that can be read";
	if (!d->ro && access(d->file, W_OK))
		return "the file cannot be written; add ,ro";
	if (have % 512)
		return "the file's size is no multiple of 512";
	return NULL;
}

const char *hyperv_disk(const char *disk, struct hyperv_disk *d)
{
	size_t n = strlen(disk);
	int64_t have;

	*d = (struct hyperv_disk){ .ro = n > 3 && !strcmp(disk + n - 3, ",ro") };
	d->kept = str_starts(disk, "file=");
	if (d->kept) {
		disk += strlen("file=");
		n -= strlen("file=");
	}
	d->file = xasprintf("%.*s", (int)(d->ro ? n - 3 : n), disk);
	if (!d->kept && opt_size(d->file, &d->memory)) {
		free(d->file);
		d->file = NULL;
		return d->memory < 512 ? "a disk has 512 bytes at least" : NULL;
	}
	have = file_size(d->file);
	if (d->kept)
		return kept(d, have);
	if (have <= 0)
		return have < 0 ? "is neither a size nor a file that can be read" : "is empty";
	d->memory = (uint64_t)have;
	return NULL;
}

const char *hyperv_outside(const struct hyperv_devices *d)
{
	const char *what = NULL;

	for (size_t i = 0; i < d->disk.n; i++) {
		struct hyperv_disk disk;

		if (!hyperv_disk(d->disk.v[i], &disk) && disk.kept)
			what = "--disk file=";
		free(disk.file);
	}
	for (size_t i = 0; i < d->nic.n; i++)
		if (hyperv_nic_user(d->nic.v[i]))
			what = "--nic user";
	for (size_t i = 0; i < d->vpci.n; i++)
		if (hvpci_outside(d->vpci.v[i]))
			what = "--vpci of a QEMU device";
	return what;
}

uint64_t hyperv_heap(const struct hyperv_devices *d)
{
	uint64_t heap = HEAP_LEAST;
	struct hyperv_disk disk;

	for (size_t i = 0; d && i < d->disk.n; i++) {
		/* a table of chunks, and a header for each, beside the content */
		if (!hyperv_disk(d->disk.v[i], &disk))
			heap += disk.kept ? HEAP_KEPT :
				disk.memory + disk.memory / 1024 + (1u << 20);
		free(disk.file);
	}
	heap += d ? d->nic.n * NIC_BYTES : 0;
	return (heap + (2u << 20) - 1) & ~(uint64_t)((2u << 20) - 1);
}

static void add_disks(struct buf *words, struct buf *modules, const struct hyperv_devices *d)
{
	struct hyperv_disk disk;
	int images = 0;

	for (size_t i = 0; d && i < d->disk.n; i++) {
		if (hyperv_disk(d->disk.v[i], &disk)) {
			free(disk.file);
			continue;
		}
		if (disk.kept) {
			buf_adds(words, " disk=file");
		} else if (disk.file) {
			buf_addf(words, " disk=@%d", ++images);
			buf_adds(modules, ",");
			add_doubled(modules, disk.file);
			buf_adds(modules, " image");
		} else {
			buf_addf(words, " disk=%" PRIu64, disk.memory);
		}
		if (disk.ro)
			buf_adds(words, ",ro");
		free(disk.file);
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
	if (d && d->no_ic)
		buf_adds(&words, " no-ic");
	if (d && (d->disk.n || d->nic.n))
		buf_addf(&words, " heap=%" PRIu64, hyperv_heap(d));
	if (b->append && strstr(b->append, "nox2apic"))
		buf_adds(&words, " apic-msrs");
	if (d)
		hvpci_words(&words, d);
	for (size_t i = 0; d && i < d->nic.n; i++)
		buf_addf(&words, " nic=%s", d->nic.v[i]);
	for (size_t i = 0; d && i < d->config.n; i++)
		buf_addf(&words, " %s", d->config.v[i]);
	if (b->flat)
		buf_adds(&words, " testdev");
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

bool hyperv_nic_user(const char *nic)
{
	return str_starts(nic, "user") && (!nic[4] || nic[4] == ',');
}

const char *hyperv_nic(const char *nic)
{
	const char *mac = "xx:xx:xx:xx:xx:xx", *at = nic + strcspn(nic, ",");
	size_t n = strlen(mac), kind = (size_t)(at - nic);

	if (!(kind == strlen("loopback") && str_starts(nic, "loopback")) && !hyperv_nic_user(nic))
		return "wants loopback or user, and ,mac=XX:XX:XX:XX:XX:XX behind it";
	if (*at && !str_starts(at, ",mac="))
		return "takes mac=XX:XX:XX:XX:XX:XX and nothing else";
	if (!*at)
		return NULL;
	at += strlen(",mac=");
	if (strlen(at) != n)
		return "a MAC address has six bytes: 02:00:00:00:00:01";
	for (size_t i = 0; i < n; i++)
		if (mac[i] == ':' ? at[i] != ':' : !isxdigit((unsigned char)at[i]))
			return "a MAC address has six bytes: 02:00:00:00:00:01";
	if (strtoul((char[]){ at[0], at[1], '\0' }, NULL, 16) & 1)
		return "a MAC address of one station has an even first byte";
	return NULL;
}

bool hyperv_line(const char *line)
{
	return str_starts(line, HYPERV_LINE);
}

bool hyperv_exit(const char *debug, unsigned int *code)
{
	const char *at = strstr(debug, HYPERV_LINE "exit: ");

	return at && sscanf(at, HYPERV_LINE "exit: %u", code) == 1;
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
