/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two kernels seen from a module: what was exported by one and is not by the
 * other, what lies elsewhere in a structure, and which modules notice.
 *
 * Enters: two sides and modules. Leaves: one JSON object, from which the text is
 * drawn (abi_text()). Called by azk series abi.
 *
 * { "schema": "kernel-azure/abi-1", "a": SIDE, "b": SIDE,
 *   "verdict": "same" | "compatible" | "incompatible" | "modules_break",
 *   "symbols": { "added": [SYMBOL], "removed": [SYMBOL], "changed": [CHANGE] },
 *   "structures": { "added": [NAME], "removed": [NAME], "changed": [STRUCTURE] },
 *   "modules": [MODULE], "not_run": [{ "check":, "why": }] }
 */
#ifndef AZK_LIB_ABI_H
#define AZK_LIB_ABI_H

#include <jansson.h>
#include <stdbool.h>

#include "btf.h"
#include "kmodule.h"
#include "layout.h"
#include "symvers.h"

#define ABI_SCHEMA	"kernel-azure/abi-1"

/* One kernel. */
struct abi_side {
	char *path;		/* as given */
	char *release;		/* "6.18.15-1.azk1", or NULL when not known */
	char *symvers_path;	/* NULL: there is none */
	char *btf_path;
	struct symvers sym;
	struct btf btf;
	struct layouts lay;
};

/*
 * Read what lies at @path: a folder of a build, of a -devel package or of
 * /usr/lib/modules with Module.symvers or symvers(.gz, .xz, .zst) and vmlinux,
 * there or in its "build"; or one of these files; or BTF without ELF. AZK_OK, or
 * after one line AZK_EX_NOFILE (nothing of this is there), AZK_EX_INPUT,
 * AZK_EX_SYSTEM, AZK_EX_TOOL. abi_side_free() in every case.
 */
int abi_side_read(const char *path, struct abi_side *s);
void abi_side_free(struct abi_side *s);

/*
 * Compare; @m: @n modules built for @a. Modules may use what others of them
 * export. The object goes to *@out. AZK_OK, or AZK_EX_INPUT when the types of a
 * module are broken.
 */
int abi_compare(const struct abi_side *a, const struct abi_side *b,
		const struct kmodule *m, size_t n, json_t **out);

/* Draw; of each list the first @most, 0: all of it. */
void abi_text(const json_t *abi, size_t most, struct buf *out);

/* The parts of abi_compare(): new references. */
json_t *abi_symbols(const struct symvers *a, const struct symvers *b);
json_t *abi_structures(const struct abi_side *a, const struct layouts *b);
int abi_module(const struct abi_side *a, const struct abi_side *b, const struct kmodule *all,
	       size_t n, const struct kmodule *m, const json_t *structures, json_t **out);

#endif
