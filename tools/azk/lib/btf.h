/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF: the types of a kernel or of a module, as pahole writes them into the
 * section .BTF (include/uapi/linux/btf.h). Read here and not by libbpf, because
 * reading is little, and what is wrong is to be said with the file's name.
 *
 * Types have numbers that mean nothing beyond their file: pahole gives them out
 * as its threads come. A module's numbers go on where those of its base end:
 * either the kernel it was built for, or the extract of it in its own section
 * .BTF.base. So does its table of strings.
 */
#ifndef AZK_LIB_BTF_H
#define AZK_LIB_BTF_H

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* Kinds that older kernels' headers do not know. */
#define AZK_BTF_DECL_TAG	17
#define AZK_BTF_TYPE_TAG	18
#define AZK_BTF_ENUM64		19
#define AZK_BTF_KINDS		20

struct btf {
	const struct btf *base;		/* NULL for a kernel; outlives this */
	struct buf data;		/* the section */
	const struct btf_type **type;	/* those of this file alone */
	uint32_t first, n;		/* number of the first; how many */
	const char *str;		/* strings of this file alone */
	uint32_t str_first, str_len;
};

/*
 * Parse @len bytes (copied). @name stands in messages; @base as above or NULL.
 * Everything that the rest of this file follows is checked here: kinds, sizes,
 * numbers, names, and what kind a number may lead to, which also finds a module
 * that was built for another base. AZK_OK or AZK_EX_INPUT after one line;
 * btf_free() in every case.
 */
int btf_parse(const char *name, const void *data, size_t len, const struct btf *base,
	      struct btf *out);
void btf_free(struct btf *b);

/* The type with number @id, NULL for 0, which is void. */
const struct btf_type *btf_type(const struct btf *b, uint32_t id);

/* Its name, "" when it has none. */
const char *btf_name(const struct btf *b, const struct btf_type *t);
const char *btf_str(const struct btf *b, uint32_t off);

/* Number after the last. */
uint32_t btf_end(const struct btf *b);

static inline unsigned int btf_kind(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

static inline unsigned int btf_vlen(const struct btf_type *t)
{
	return BTF_INFO_VLEN(t->info);
}

/* What follows the type: its members, parameters, or the description of its array. */
static inline const struct btf_member *btf_members(const struct btf_type *t)
{
	return (const void *)(t + 1);
}

static inline const struct btf_param *btf_params(const struct btf_type *t)
{
	return (const void *)(t + 1);
}

static inline const struct btf_array *btf_array(const struct btf_type *t)
{
	return (const void *)(t + 1);
}

static inline bool btf_composite(const struct btf_type *t)
{
	return btf_kind(t) == BTF_KIND_STRUCT || btf_kind(t) == BTF_KIND_UNION;
}

/*
 * @id without const, volatile, restrict and tags, which change no layout; with
 * @typedefs also without those.
 */
uint32_t btf_plain(const struct btf *b, uint32_t id, bool typedefs);

/* Bytes that a value of @id takes; 0 for void and functions. */
uint64_t btf_size(const struct btf *b, uint32_t id);

/*
 * Append the type as C writes it, without a name: "struct page *", "u32[4]",
 * "int (*)(struct device *, u32)". A type without a name is "struct" alone.
 */
void btf_describe(const struct btf *b, uint32_t id, struct buf *out);

#endif
