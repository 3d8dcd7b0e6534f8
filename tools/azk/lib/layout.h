/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layouts of structures by their names: what of BTF can be compared between two
 * kernels, and which of them something uses.
 *
 * Enters: BTF. Leaves: a sorted list, the same whatever order the types had.
 * Called by azk series abi. A structure is called "struct device", "union x", or
 * "typedef atomic_t" when only the typedef has a name. Of one name there may be
 * several: drivers have their own "struct priv".
 */
#ifndef AZK_LIB_LAYOUT_H
#define AZK_LIB_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf.h"

struct layout_member {
	char *name;		/* "list", "u.key" in a part without a tag of its own */
	char *type;		/* btf_describe() */
	uint32_t at, bits;	/* offset and width, in bits; of a bit field too */
};

struct layout {
	char *name;
	uint32_t size;		/* bytes */
	struct layout_member *m;	/* in the order of the source */
	size_t n;
	uint32_t id;		/* its number in the BTF it is from */
};

struct layouts {
	struct layout *v;	/* by name, then by content */
	size_t n;
};

/* Every named structure of @b itself, not of its base. Cannot fail. */
void layouts_of(const struct btf *b, struct layouts *out);
void layouts_free(struct layouts *l);

/* The first with @name, and how many there are; NULL and 0 when none. */
const struct layout *layouts_find(const struct layouts *l, const char *name, size_t *count);

/* Order of two: 0 when they are the same but for the number. */
int layout_cmp(const struct layout *a, const struct layout *b);

/* The name as above of type @id, or NULL when it is none of these; caller frees. */
char *layout_name(const struct btf *b, uint32_t id);

/*
 * Names of the structures of the base that a module's types lead to (@out, each
 * once, sorted): those it names itself, also behind pointers, and what these
 * hold by value. Where a pointer in one of the kernel's structures leads is
 * not followed: the module may never go there, and one step more is the whole
 * kernel. A lower bound: the types inside of functions are in no BTF.
 */
void layout_uses(const struct btf *module, struct strv *out);

/*
 * For each number below btf_end(@b), whether the type can be had from one of the
 * functions and variables that @exported says yes to (@name), through pointers
 * and members alike; caller frees.
 */
bool *layout_exposed(const struct btf *b, bool (*exported)(void *arg, const char *name),
		     void *arg);

#endif
