/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel or a module was made from: the sources of the objects that were
 * linked into it, and the headers that these read.
 *
 * Enters: a build directory and a target in it. Leaves: names of files. Nothing
 * is guessed from names: each step is a command that kbuild wrote down. Called
 * by azk sbom.
 */
#ifndef AZK_LIB_KFROM_H
#define AZK_LIB_KFROM_H

#include "strset.h"

/* A file is named "s/PATH" in the source, "b/PATH" in the build (it was generated
 * there), or by its absolute path when it lies elsewhere. */
struct kfrom {
	char *build, *source;	/* absolute, without links */
	struct strset headers;	/* of everything asked for so far */
	struct strset seen;	/* dependencies as written, looked at before */
	struct strset linked;	/* symbols of the image that  is */
	const char *linked_of;	/* "vmlinux", ... or NULL */
};

/* AZK_OK, or AZK_EX_NOFILE when a folder is not there. kfrom_free() always. */
int kfrom_init(struct kfrom *k, const char *build, const char *source);
void kfrom_free(struct kfrom *k);

/*
 * Add the sources of @target ("drivers/hv/hv_vmbus.ko", "vmlinux", or
 * "bzImage", which is vmlinux with what unpacks it) to @sources. AZK_OK, or
 * after one line AZK_EX_NOFILE (it, or something in it, was not built here) or
 * AZK_EX_INPUT.
 */
int kfrom_target(struct kfrom *k, const char *target, struct strset *sources);

/* The path of such a name on disk; the caller frees it. */
char *kfrom_path(const struct kfrom *k, const char *name);

#endif
