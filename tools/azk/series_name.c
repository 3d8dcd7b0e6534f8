// SPDX-License-Identifier: GPL-2.0-only
/* Where a new patch goes: patches/SUBSYSTEM/slug-of-its-subject.patch. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "series_cmd.h"

/* The first row that fits counts; the rows of hook-up files come first. */
static const struct {
	const char *path;	/* begins so, or with '*' in front: ends so */
	const char *subsystem;
} places[] = {
	{ "*/Kconfig", "overlay" },
	{ "*/Makefile", "overlay" },
	{ "*/Kbuild", "overlay" },
	{ "drivers/hv/", "vmbus" },
	{ "include/linux/hyperv.h", "vmbus" },
	{ "arch/x86/hyperv/", "vmbus" },
	{ "arch/arm64/hyperv/", "vmbus" },
	{ "drivers/scsi/storvsc_drv.c", "storvsc" },
	{ "drivers/net/hyperv/", "netvsc" },
	{ "drivers/net/ethernet/microsoft/", "mana" },
	{ "drivers/infiniband/hw/mana/", "mana" },
	{ "drivers/pci/", "pci" },
	{ "init/", "boot" },
	{ "arch/", "boot" },
	{ "kernel/", "boot" },
	{ "lib/", "boot" },
	{ "crypto/", "boot" },
	{ "mm/", "boot" },
	{ "security/", "boot" },
};

#define PLACES	(sizeof(places) / sizeof(*places))

static size_t place_of(const char *path)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (places[i].path[0] == '*' ? str_ends(path, places[i].path + 1)
					     : str_starts(path, places[i].path))
			break;
	return i;
}

/*
 * The subsystem of the file with the most hunks. Kconfig and Makefile lines
 * decide only when there is nothing else.
 */
const char *subsystem_of(const struct patch *p)
{
	size_t best = 0;
	const char *found = "misc";

	for (size_t i = 0; i < p->files; i++) {
		const struct patch_file *f = &p->file[i];
		size_t at = place_of(patch_file_path(f));
		const char *name = at < PLACES ? places[at].subsystem : "misc";
		size_t weight = strcmp(name, "overlay") ? 1000 + f->hunks : 1;

		if (weight > best) {
			best = weight;
			found = name;
		}
	}
	return found;
}

char *patch_place(const struct patch *p, const char *subsystem,
		  const struct strv *taken)
{
	const char *dir = subsystem ? subsystem : subsystem_of(p);
	char *slug = patch_slug(p->subject ? p->subject : "");
	char *path = xasprintf("%s/%s.patch", dir, slug);

	for (int i = 2; strv_has(taken, path); i++) {
		free(path);
		path = xasprintf("%s/%s-%d.patch", dir, slug, i);
	}
	free(slug);
	return path;
}
