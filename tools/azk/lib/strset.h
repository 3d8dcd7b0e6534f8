/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of strings, for lists of files that name the same thousands of times. */
#ifndef AZK_LIB_STRSET_H
#define AZK_LIB_STRSET_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct strset {
	struct strv all;	/* the members, in the order they were added */
	size_t *slot;		/* hash table of places in @all, plus one */
	size_t slots;
};

#define STRSET_INIT { STRV_INIT, NULL, 0 }

/* Add a copy of @s; true when it was not there. */
bool strset_add(struct strset *s, const char *str);
bool strset_has(const struct strset *s, const char *str);

void strset_free(struct strset *s);

#endif
