// SPDX-License-Identifier: GPL-2.0-only
/*
 * Restricted Damerau-Levenshtein distance, and the best few candidates by it.
 * Symbol names here have at most 255 letters (Kconfig's own limit).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"

#define LONGEST 256

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

static int same(char a, char b)
{
	return toupper((unsigned char)a) == toupper((unsigned char)b);
}

unsigned int near_distance(const char *a, const char *b, unsigned int limit)
{
	unsigned int row[3][LONGEST + 1];
	size_t na = strlen(a), nb = strlen(b);

	if (na > LONGEST || nb > LONGEST ||
	    (na > nb ? na - nb : nb - na) > limit)
		return limit + 1;
	for (size_t j = 0; j <= nb; j++)
		row[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int *now = row[i % 3], *last = row[(i - 1) % 3];
		unsigned int *before = row[(i + 1) % 3], best;

		best = now[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned int cost = !same(a[i - 1], b[j - 1]);

			now[j] = min3(last[j] + 1, now[j - 1] + 1,
				      last[j - 1] + cost);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				now[j] = min3(now[j], before[j - 2] + 1, now[j]);
			best = best < now[j] ? best : now[j];
		}
		if (best > limit)
			return limit + 1;
	}
	return row[na % 3][nb] > limit ? limit + 1 : row[na % 3][nb];
}

void near_offer(struct near *n, const char *name)
{
	size_t len = strlen(n->want), at;
	/* a quarter of the name may be wrong: beyond that it is another name */
	unsigned int limit = len < 8 ? 1 : (unsigned int)(len / 4), d;

	d = near_distance(n->want, name, limit);
	if (d > limit)
		return;
	for (at = n->n; at > 0; at--) {
		unsigned int s = n->score[at - 1];

		if (s < d || (s == d && strcmp(n->name[at - 1], name) <= 0))
			break;
	}
	if (at == NEAR_MAX)
		return;
	if (n->n < NEAR_MAX)
		n->n++;
	for (size_t i = n->n - 1; i > at; i--) {
		n->name[i] = n->name[i - 1];
		n->score[i] = n->score[i - 1];
	}
	n->name[at] = name;
	n->score[at] = d;
}
