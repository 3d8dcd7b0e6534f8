/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel module (.ko, packed or not) says of itself: the symbols it
 * needs with the CRCs it was built with, those it exports, its modinfo.
 * Called by azk series abi.
 */
#ifndef AZK_LIB_KMODULE_H
#define AZK_LIB_KMODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "btf.h"
#include "buf.h"

struct kmodule_import {
	char *name;
	uint32_t crc;
	bool has_crc;
	bool undefined;		/* in its symbol table: somebody has to export it */
	bool weak;		/* but it loads without */
};

struct kmodule {
	char *path;
	char *name;		/* modinfo's, else from the file's; '-' is '_' */
	char *vermagic;		/* "6.18.15 SMP preempt mod_unload modversions ", or "" */
	bool gpl;		/* its licence lets it use EXPORT_SYMBOL_GPL */
	struct strv ns;		/* namespaces it imports */
	struct strv exports;	/* sorted */
	struct kmodule_import *import;	/* sorted; module_layout is among those with CRC */
	size_t imports;
	struct buf btf;		/* section .BTF, empty when there is none */
	struct buf btf_base;	/* section .BTF.base, likewise */
};

/*
 * Read @path. AZK_OK, or after one line what elfsec_open() returns, AZK_EX_INPUT
 * also for an ELF file without modinfo and for broken tables of versions.
 * kmodule_free() in every case. Facts: scripts/mod/modpost.c (__versions,
 * __version_ext_crcs and __version_ext_names since 6.14), kernel/module/main.c;
 * include/linux/license.h for the licences.
 */
int kmodule_read(const char *path, struct kmodule *m);
void kmodule_free(struct kmodule *m);

/* The import @name, or NULL. */
const struct kmodule_import *kmodule_import(const struct kmodule *m, const char *name);

#endif
