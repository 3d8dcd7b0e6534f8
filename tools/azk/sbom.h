/* SPDX-License-Identifier: GPL-2.0-only */
/* What sbom.c (options, reading, writing) and sbom_make.c (the content) share. */
#ifndef AZK_SBOM_H
#define AZK_SBOM_H

#include "lib/kfrom.h"
#include "lib/licence.h"
#include "lib/lock.h"
#include "lib/problem.h"
#include "lib/spdx.h"

struct sbom {
	const char *name, *version, *licence;	/* of the package */
	const char *build, *source, *root, *namespace;
	const struct strv *files;		/* in it, as given */
	struct lock lock;
	struct kfrom from;
	struct licences licences;
	struct spdx spdx;
	size_t shipped, sources, untagged;	/* counted for the last line */
};

/*
 * Make the document of @s, whose members above are set. Licence tags that are
 * not in order are added to @p. AZK_OK, or a code after one line.
 */
int sbom_make(struct sbom *s, struct problems *p, json_t **doc);

/*
 * What the build calls a file of a package: "drivers/hv/hv_vmbus.ko" for
 * "/usr/lib/modules/KVER/kernel/drivers/hv/hv_vmbus.ko.zst", "bzImage" for a
 * vmlinuz, bzImage or unified image, "vmlinux"; NULL for what is not linked.
 * Caller frees.
 */
char *sbom_target(const char *file);

#endif
