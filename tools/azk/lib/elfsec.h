/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sections and symbols of an ELF file: vmlinux, or a kernel module, packed or
 * not. Enters: a path. Leaves: bytes of sections by name. Called by what reads
 * BTF and what modules say of themselves.
 */
#ifndef AZK_LIB_ELFSEC_H
#define AZK_LIB_ELFSEC_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct elfsec {
	char *path;
	void *elf;		/* Elf * of libelf */
	struct buf data;	/* what was unpacked; empty when the file is mapped */
	int fd;			/* of the mapped file, or -1 */
};

/*
 * Open @path. AZK_OK, or after one line AZK_EX_NOFILE, AZK_EX_SYSTEM,
 * AZK_EX_TOOL, AZK_EX_INPUT (no 64-bit little-endian ELF file). elfsec_close()
 * in every case.
 */
int elfsec_open(const char *path, struct elfsec *e);
void elfsec_close(struct elfsec *e);

/*
 * The bytes of section @name, owned by @e, and their number. False when there
 * is no such section, or it lies outside of the file.
 */
bool elfsec_find(const struct elfsec *e, const char *name, const void **data, size_t *len);

struct elfsec_sym {
	const char *name;	/* owned by the file */
	bool undefined;		/* another has to provide it */
	bool weak;		/* and may be lacking */
	bool global;		/* seen by other objects; weak ones are too */
};

/* Call @each for every symbol with a name; nothing when there are none. */
void elfsec_symbols(const struct elfsec *e,
		    void (*each)(void *arg, const struct elfsec_sym *s), void *arg);

#endif
