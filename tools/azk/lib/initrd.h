/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The initramfs of a guest: our init, what it shall run, and what the person
 * added. Used by azk boot and azk bench.
 */
#ifndef AZK_LIB_INITRD_H
#define AZK_LIB_INITRD_H

#include <stdbool.h>

#include "buf.h"

struct initrd {
	const char *init;	/* our static init; NULL: beside azk itself */
	const char *base;	/* a person's own initramfs, or NULL */
	char *const *command;	/* NULL-terminated words; NULL: init's report */
	bool interactive;	/* a person types: the terminal echoes */
	const struct strv *add;	/* "HOST" or "HOST:GUEST", or NULL */
	const struct strv *modules;	/* "NAME" or "NAME PARAM=V ...", or NULL */
	const char *modules_dir;	/* with modules.dep, or NULL */
};

/*
 * Write it to memory that QEMU can open by name. @path gets that name (valid
 * in this process and the ones it starts); the return value is AZK_OK or a code
 * after one line about what is wrong. initrd_free() releases both.
 *
 * Without @base the applets of init are in /bin; with it they are in /azk/bin,
 * last in PATH, and the base's own files stay as they are: ours lie in /azk.
 */
int initrd_build(const struct initrd *i, char **path, int *fd);
void initrd_free(char *path, int fd);

/* The archive itself, for tests and for keeping. */
int initrd_bytes(const struct initrd *i, struct buf *out);

#endif
