// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts: by name, and among those of one name by content. What is left over
 * on both sides of a name is paired in order and compared member by member.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"

/* "u32 @16", "unsigned int:3 @16.5": where a member lies, and @wide: how wide it is. */
static json_t *place(const struct layout_member *m, bool wide)
{
	struct buf b = BUF_INIT;
	json_t *o;

	buf_addf(&b, "%s", m->type);
	if (m->at % 8 || m->bits % 8)
		buf_addf(&b, ":%" PRIu32 " @%" PRIu32 ".%" PRIu32, m->bits, m->at / 8, m->at % 8);
	else
		buf_addf(&b, " @%" PRIu32, m->at / 8);
	if (wide && m->bits % 8 == 0)
		buf_addf(&b, " %" PRIu32 " bytes", m->bits / 8);
	o = json_string(buf_str(&b));
	buf_free(&b);
	return o;
}

static void add(json_t *list, const char *change, const struct layout_member *from,
		const struct layout_member *to)
{
	bool wide = from && to && from->bits != to->bits;

	json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}",
		"name", from ? from->name : to->name, "change", change,
		"from", from ? place(from, wide) : json_null(),
		"to", to ? place(to, wide) : json_null()));
}

static bool same_place(const struct layout_member *x, const struct layout_member *y)
{
	return x->at == y->at && x->bits == y->bits && !strcmp(x->type, y->type);
}

/* Index in @l of a member not @taken that is called as @m (or lies as it does). */
static size_t find(const struct layout *l, const bool *taken, const struct layout_member *m,
		   bool by_place)
{
	for (size_t i = 0; i < l->n; i++)
		if (!taken[i] && (by_place ? same_place(&l->m[i], m) :
				  !strcmp(l->m[i].name, m->name)))
			return i;
	return l->n;
}

/* Members of @a against those of @b; true when a module built for @a errs. */
static bool members(const struct layout *a, const struct layout *b, json_t *list)
{
	bool *in_a = xcalloc(a->n + 1, 1), *in_b = xcalloc(b->n + 1, 1), breaks = false;

	/* first those that kept their names, in the order of a */
	for (size_t i = 0; i < a->n; i++) {
		const struct layout_member *x = &a->m[i], *y;
		size_t k = find(b, in_b, x, false);

		if (k == b->n)
			continue;
		y = &b->m[k];
		in_a[i] = in_b[k] = true;
		if (same_place(x, y))
			continue;
		add(list, x->bits != y->bits ? "resized" : strcmp(x->type, y->type) ? "retyped" :
		    "moved", x, y);
		breaks = true;
	}
	for (size_t i = 0; i < a->n; i++) {
		size_t k = in_a[i] ? 0 : find(b, in_b, &a->m[i], true);

		if (in_a[i])
			continue;
		if (k < b->n) {
			in_b[k] = true;
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}",
				"name", a->m[i].name, "change", "renamed",
				"from", a->m[i].name, "to", b->m[k].name));
			continue;
		}
		add(list, "removed", &a->m[i], NULL);
		breaks = true;
	}
	for (size_t k = 0; k < b->n; k++)
		if (!in_b[k])
			add(list, "added", NULL, &b->m[k]);
	free(in_a);
	free(in_b);
	return breaks;
}

static json_t *compare(const struct layout *a, const struct layout *b, bool exposed)
{
	json_t *list = json_array();
	bool breaks = members(a, b, list) || a->size != b->size;

	return json_pack("{s:s, s:[I, I], s:o, s:b, s:b}", "name", a->name,
			 "bytes", (json_int_t)a->size, (json_int_t)b->size,
			 "members", list, "breaks", breaks, "exposed", exposed);
}

/* Those of @count at @v which @other does not have, in order. */
static size_t unlike(const struct layout *v, size_t count, const struct layout *other,
		     size_t others, const struct layout **out)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < count; i++) {
		int c = 1;

		while (k < others && (c = layout_cmp(&other[k], &v[i])) < 0)
			k++;
		if (k < others && !c)
			k++;
		else
			out[n++] = &v[i];
	}
	return n;
}

struct lists {
	json_t *added, *removed, *changed;
	const bool *exposed;	/* by number in a, NULL: everything is */
};

/* One name: @na layouts of it at @a, @nb at @b. */
static void one_name(struct lists *l, const struct layout *a, size_t na,
		     const struct layout *b, size_t nb)
{
	const struct layout **x = xcalloc(na + 1, sizeof(*x)), **y = xcalloc(nb + 1, sizeof(*y));
	size_t nx = unlike(a, na, b, nb, x), ny = unlike(b, nb, a, na, y), i;

	for (i = 0; i < nx && i < ny; i++)
		json_array_append_new(l->changed, compare(x[i], y[i], !l->exposed ||
							  l->exposed[x[i]->id]));
	if (nx > ny)
		json_array_append_new(l->removed, json_string(x[0]->name));
	if (ny > nx)
		json_array_append_new(l->added, json_string(y[0]->name));
	free(x);
	free(y);
}

static bool exported(void *arg, const char *name)
{
	return symvers_find(arg, name);
}

json_t *abi_structures(const struct abi_side *a, const struct layouts *b)
{
	struct lists l = { json_array(), json_array(), json_array(), NULL };
	bool *exposed = a->sym.n ? layout_exposed(&a->btf, exported, (void *)&a->sym) : NULL;
	size_t i = 0, k = 0;

	l.exposed = exposed;
	while (i < a->lay.n || k < b->n) {
		int c = i == a->lay.n ? 1 : k == b->n ? -1 :
			strcmp(a->lay.v[i].name, b->v[k].name);
		const char *name = c <= 0 ? a->lay.v[i].name : b->v[k].name;
		size_t na = 0, nb = 0;

		while (i + na < a->lay.n && !strcmp(a->lay.v[i + na].name, name))
			na++;
		while (k + nb < b->n && !strcmp(b->v[k + nb].name, name))
			nb++;
		one_name(&l, a->lay.v + i, na, b->v + k, nb);
		i += na;
		k += nb;
	}
	free(exposed);
	return json_pack("{s:o, s:o, s:o}", "added", l.added, "removed", l.removed,
			 "changed", l.changed);
}
