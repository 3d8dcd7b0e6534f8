// SPDX-License-Identifier: GPL-2.0-only
/* Contexts in a list, cells in a hash table. */
#include <stdio.h>
#include <stdlib.h>

#include "ledger.h"

#define CELLS_MIN	(1u << 16)

static void *check(void *p)
{
	if (p)
		return p;
	fprintf(stderr, "insncount: no memory\n");
	exit(1);
}

void *ledger_grow(void *p, uint32_t n, size_t size)
{
	if (n & (n - 1))
		return p;
	return check(realloc(p, (n ? n * 2 : 1) * size));
}

uint32_t ledger_ctx(struct ledger *l, uint32_t task, enum doing doing, uint64_t value)
{
	/* what ran last comes back soonest */
	for (uint32_t i = l->ctxs; i-- > 0;)
		if (l->ctx[i].task == task && l->ctx[i].doing == doing &&
		    l->ctx[i].value == value)
			return i;
	l->ctx = ledger_grow(l->ctx, l->ctxs, sizeof(*l->ctx));
	l->ctx[l->ctxs] = (struct ledger_ctx){ task, doing, value, 0 };
	return l->ctxs++;
}

static struct ledger_cell *find(struct ledger *l, uint64_t key)
{
	size_t i = (key * 0x9e3779b97f4a7c15ull) >> 20 & (l->cells - 1);

	while (l->cell[i].key && l->cell[i].key != key)
		i = (i + 1) & (l->cells - 1);
	return &l->cell[i];
}

static void grow_cells(struct ledger *l)
{
	struct ledger_cell *was = l->cell;
	size_t old = l->cells;

	l->cells = old ? old * 2 : CELLS_MIN;
	l->cell = check(calloc(l->cells, sizeof(*l->cell)));
	for (size_t i = 0; i < old; i++)
		if (was[i].key)
			*find(l, was[i].key) = was[i];
	free(was);
}

void ledger_charge(struct ledger *l, uint32_t ctx, uint32_t block, int64_t insns)
{
	uint64_t key = ((uint64_t)ctx << 32 | block) + 1;
	struct ledger_cell *c;

	if (l->used * 2 >= l->cells)
		grow_cells(l);
	c = find(l, key);
	l->used += !c->key;
	c->key = key;
	c->insns += insns;
	l->ctx[ctx].insns += insns;
}

static int by_key(const void *a, const void *b)
{
	const struct ledger_cell *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

size_t ledger_close(struct ledger *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->cells; i++)
		if (l->cell[i].key && l->cell[i].insns)
			l->cell[n++] = l->cell[i];
	if (n)
		qsort(l->cell, n, sizeof(*l->cell), by_key);
	return n;
}
