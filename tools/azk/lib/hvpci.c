// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's PCI functions behind hvhost: see hvpci.h. Functions hvhost uses itself
 * come first, since it counts its own from the front; all are on bus 0.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "file.h"
#include "hvpci.h"
#include "hyperv.h"
#include "opt.h"

#define SLOT_FIRST	2	/* 0 is the host bridge, 1 graphics' place */
#define SLOT_LAST	30	/* 31 is the chipset's */
#define BUSES_MAX	8	/* tools/hvhost/boot/config.h */
#define FUNCTIONS_MAX	8
#define NVME_DEFAULT	(1ull << 30)

enum kind { TEST, NVME, VIRTIO_NET, E1000E, BDF, CLASS };

static const struct {
	const char *name;
	bool device;		/* QEMU is to have one more */
} kinds[] = {
	[TEST] = { "test", false },
	[NVME] = { "nvme", true },
	[VIRTIO_NET] = { "virtio-net", true },
	[E1000E] = { "e1000e", true },
	[BDF] = { "bdf=", false },
	[CLASS] = { "class=", false },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

struct function {
	enum kind kind;
	char *text;		/* behind the kind's name */
	char *file;		/* of an NVMe disk, or NULL: nothing is kept */
	uint64_t size;
};

static void function_free(struct function *f)
{
	free(f->text);
	free(f->file);
}

/* The kind whose name stands at @s, or KINDS. */
static size_t kind_at(const char *s)
{
	for (size_t i = 0; i < KINDS; i++) {
		size_t n = strlen(kinds[i].name);

		if (!strncmp(s, kinds[i].name, n) &&
		    (kinds[i].name[n - 1] == '=' || !s[n] || s[n] == ',' || s[n] == '+'))
			return i;
	}
	return KINDS;
}

static bool is_hex(const char *s, const char *form)
{
	for (; *form; form++, s++)
		if (*form == 'x' ? !isdigit((unsigned char)*s) && !(*s >= 'a' && *s <= 'f') :
				   *s != *form)
			return false;
	return !*s;
}

static const char *nvme(struct function *f)
{
	int64_t size;

	f->size = NVME_DEFAULT;
	if (!*f->text)
		return NULL;
	if (str_starts(f->text, ",size="))
		return opt_size(f->text + 6, &f->size) && f->size >= 1 << 20 ? NULL :
		       "size= wants 1M or more";
	if (!str_starts(f->text, ",file="))
		return "nvme takes file=F or size=SIZE";
	f->file = xstrdup(f->text + 6);
	size = file_size(f->file);
	if (size < 1 << 20 || access(f->file, R_OK | W_OK))
		return "file= wants a file of 1M or more that can be written";
	return NULL;
}

/* Take the next function off *@at. NULL and *@at at its end, or what is wrong. */
static const char *next_function(const char **at, struct function *f)
{
	size_t kind = kind_at(*at);
	const char *text, *end;
	bool name;

	*f = (struct function){ 0 };
	if (kind == KINDS)
		return "wants test, nvme[,file=F|,size=S], virtio-net, e1000e, bdf=BB:DD.F or class=CCSSII, several joined by +";
	f->kind = (enum kind)kind;
	text = *at + strlen(kinds[kind].name);
	/* a file's name may have a + in it, but no kind behind that */
	name = str_starts(text, ",file=");
	for (end = text; *end && (*end != '+' || (name && kind_at(end + 1) == KINDS)); end++)
		;
	f->text = xstrndup(text, (size_t)(end - text));
	*at = *end ? end + 1 : end;
	switch (f->kind) {
	case NVME:
		return nvme(f);
	case BDF:
		return is_hex(f->text, "xx:xx.x") ? NULL :
		       "bdf= wants BB:DD.F in lower case, such as 00:05.0";
	case CLASS:
		return is_hex(f->text, "xxxxxx") ? NULL :
		       "class= wants six hexadecimal digits, such as 010802";
	default:
		return *f->text ? "this function takes no options" : NULL;
	}
}

const char *hvpci_check(const char *bus)
{
	const char *why = NULL;
	struct function f;
	int n = 0;

	do {
		why = next_function(&bus, &f);
		function_free(&f);
		if (!why && ++n > FUNCTIONS_MAX)
			why = "a bus has 8 functions at most";
	} while (!why && *bus);
	return why;
}

bool hvpci_outside(const char *bus)
{
	bool outside = false;
	struct function f;

	while (*bus && !next_function(&bus, &f)) {
		outside |= f.kind != TEST;
		function_free(&f);
	}
	return outside;
}

/* ---- QEMU's words ---- */

/* A comma ends a property, and two are one of the text. */
static void add_doubled(struct buf *to, const char *s)
{
	for (; *s; s++)
		buf_addf(to, *s == ',' ? ",," : "%c", *s);
}

static void add_device(struct strv *argv, int slot, const char *device)
{
	strv_add(argv, "-device");
	strv_addf(argv, "%s,addr=0x%x", device, slot);
}

/* Node @id over @file: raw, holes stay holes, and no other protocol by a name's look. */
static void add_file(struct strv *argv, const char *id, const char *file, bool ro)
{
	struct buf b = BUF_INIT;
	struct stat st;
	bool device = !stat(file, &st) && S_ISBLK(st.st_mode);

	buf_addf(&b,
		 "driver=raw,node-name=%s,discard=unmap,read-only=%s,file.driver=%s,file.filename=",
		 id, ro ? "on" : "off", device ? "host_device" : "file");
	add_doubled(&b, file);
	strv_add(argv, "-blockdev");
	strv_add(argv, buf_str(&b));
	buf_free(&b);
}

static void add_function(struct strv *argv, const struct function *f, int slot)
{
	char *id = xasprintf("vpci%d", slot), *device = NULL;

	switch (f->kind) {
	case NVME:
		if (f->file) {
			add_file(argv, id, f->file, false);
		} else {
			strv_add(argv, "-blockdev");
			strv_addf(argv,
				  "driver=null-co,node-name=%s,size=%" PRIu64 ",read-zeroes=on", id,
				  f->size);
		}
		device = xasprintf("nvme,drive=%s,serial=%s", id, id);
		break;
	case VIRTIO_NET:
	case E1000E:
		strv_add(argv, "-netdev");
		strv_addf(argv, "user,id=%s", id);
		device = xasprintf("%s,netdev=%s,romfile=", f->kind == E1000E ? "e1000e" :
				   "virtio-net-pci,disable-legacy=on", id);
		break;
	default:
		break;
	}
	if (device)
		add_device(argv, slot, device);
	free(device);
	free(id);
}

static int add_nics(struct strv *argv, const struct hyperv_devices *d, int slot)
{
	for (size_t i = 0; i < d->nic.n; i++) {
		char *device;

		if (!hyperv_nic_user(d->nic.v[i]))
			continue;
		strv_add(argv, "-netdev");
		strv_addf(argv, "user,id=nic%zu", i);
		device = xasprintf("virtio-net-pci,disable-legacy=on,netdev=nic%zu,romfile=", i);
		add_device(argv, slot++, device);
		free(device);
	}
	return slot;
}

static int add_disks(struct strv *argv, const struct hyperv_devices *d, int slot)
{
	for (size_t i = 0; i < d->disk.n; i++) {
		struct hyperv_disk disk;
		char *id, *device;

		if (!hyperv_disk(d->disk.v[i], &disk) && disk.kept) {
			id = xasprintf("disk%zu", i);
			device = xasprintf("virtio-blk-pci,disable-legacy=on,drive=%s", id);
			add_file(argv, id, disk.file, disk.ro);
			add_device(argv, slot++, device);
			free(device);
			free(id);
		}
		free(disk.file);
	}
	return slot;
}

/* Each function of each bus, with the slot it has or would have. */
static int each_function(const struct hyperv_devices *d, int slot, struct strv *argv,
			 struct buf *words)
{
	for (size_t i = 0; i < d->vpci.n; i++) {
		const char *bus = d->vpci.v[i], *sep = " vpci=";
		struct function f;

		while (*bus && !next_function(&bus, &f)) {
			if (argv)
				add_function(argv, &f, slot);
			if (words && kinds[f.kind].device)
				buf_addf(words, "%s00:%02x.0", sep, slot);
			else if (words)
				buf_addf(words, "%s%s%s", sep, f.kind == TEST ? "test" :
					 f.kind == CLASS ? "class:" : "", f.text);
			sep = "+";
			slot += kinds[f.kind].device;
			function_free(&f);
		}
	}
	return slot;
}

/* What hvhost uses itself; the next slot. */
static int add_own(struct strv *argv, const struct hyperv_devices *d)
{
	return add_disks(argv, d, add_nics(argv, d, SLOT_FIRST));
}

static int first_passed_on(const struct hyperv_devices *d)
{
	struct strv none = STRV_INIT;
	int slot = add_own(&none, d);

	strv_free(&none);
	return slot;
}

const char *hvpci_fits(const struct hyperv_devices *d)
{
	if (d->vpci.n > BUSES_MAX)
		return "at most 8 buses";
	return each_function(d, first_passed_on(d), NULL, NULL) > SLOT_LAST + 1 ?
		       "the machine has places for 29 functions, disks with file= and user NICs included" :
		       NULL;
}

void hvpci_args(struct strv *argv, const struct hyperv_devices *d)
{
	if (d)
		each_function(d, add_own(argv, d), argv, NULL);
}

void hvpci_words(struct buf *words, const struct hyperv_devices *d)
{
	each_function(d, first_passed_on(d), NULL, words);
}
