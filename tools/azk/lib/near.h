/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "Did you mean": the names nearest to a mistyped one. Uses nothing but the
 * C library, because the Kconfig program is built from it as well.
 */
#ifndef AZK_LIB_NEAR_H
#define AZK_LIB_NEAR_H

#include <stddef.h>

/*
 * Edits (insert, delete, replace, swap of neighbours: one each) that turn @a
 * into @b, or @limit + 1 as soon as it is clear that more than @limit are
 * needed. Letters compare without case.
 */
unsigned int near_distance(const char *a, const char *b, unsigned int limit);

#define NEAR_MAX 3

struct near {
	const char *want;
	const char *name[NEAR_MAX];	/* best first, not owned */
	unsigned int score[NEAR_MAX];
	size_t n;
};

/* Offer @name as a candidate; kept when it is among the NEAR_MAX best. */
void near_offer(struct near *n, const char *name);

#endif
