// SPDX-License-Identifier: GPL-2.0-only
/* Layouts: made from BTF, sorted, looked up. Who uses them is layout_use.c. */
#include <stdlib.h>
#include <string.h>

#include "layout.h"

char *layout_name(const struct btf *b, uint32_t id)
{
	const struct btf_type *t = btf_type(b, id), *to;
	const char *kind = NULL;

	if (!t || !*btf_name(b, t))
		return NULL;
	if (btf_kind(t) == BTF_KIND_STRUCT)
		kind = "struct";
	else if (btf_kind(t) == BTF_KIND_UNION)
		kind = "union";
	else if (btf_kind(t) == BTF_KIND_TYPEDEF) {
		to = btf_type(b, btf_plain(b, t->type, false));
		if (to && btf_composite(to) && !*btf_name(b, to))
			kind = "typedef";
	}
	return kind ? xasprintf("%s %s", kind, btf_name(b, t)) : NULL;
}

#define PARTS	(1 << 20)	/* of one structure; a hostile file can nest without end */

/* One layout being made. */
struct maker {
	const struct btf *b;
	struct layout *l;
	size_t cap;
	size_t parts;		/* looked at so far */
};

static void add_member(struct maker *k, const char *name, uint32_t at, uint32_t bits,
		       char *type)
{
	struct layout *l = k->l;

	if (l->n == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 8;
		l->m = xrealloc(l->m, k->cap * sizeof(*l->m));
	}
	l->m[l->n++] = (struct layout_member){ xstrdup(name), type, at, bits };
}

/* The structure without a name that @id is, or an array of; else NULL. */
static const struct btf_type *nameless(const struct btf *b, uint32_t id)
{
	const struct btf_type *t;

	while ((t = btf_type(b, btf_plain(b, id, false))) && btf_kind(t) == BTF_KIND_ARRAY)
		id = btf_array(t)->type;
	return t && btf_composite(t) && !*btf_name(b, t) ? t : NULL;
}

static uint32_t width(const struct btf *b, const struct btf_type *t, const struct btf_member *m)
{
	const struct btf_type *to;

	if (BTF_INFO_KFLAG(t->info)) {
		if (BTF_MEMBER_BITFIELD_SIZE(m->offset))
			return BTF_MEMBER_BITFIELD_SIZE(m->offset);
	} else {
		/* older: the width of a bit field is that of an integer of its own */
		to = btf_type(b, btf_plain(b, m->type, true));
		if (to && btf_kind(to) == BTF_KIND_INT)
			return BTF_INT_BITS(*(const uint32_t *)(to + 1));
	}
	return (uint32_t)btf_size(b, m->type) * 8;
}

/* The members of @t, which begins at bit @at; @prefix: "u." or "". */
static void add_members(struct maker *k, const struct btf_type *t, uint32_t at,
			const char *prefix)
{
	const struct btf *b = k->b;

	for (unsigned int i = 0; i < btf_vlen(t) && k->parts++ < PARTS; i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *part = nameless(b, m->type);
		const char *name = btf_str(b, m->name_off);
		uint32_t off = BTF_INFO_KFLAG(t->info) ?
			       BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
		char *full = xasprintf("%s%s", prefix, name);
		struct buf type = BUF_INIT;

		if (*name || !part) {
			btf_describe(b, m->type, &type);
			add_member(k, full, at + off, width(b, t, m), xstrdup(buf_str(&type)));
		}
		if (part) {
			char *inner = *name ? xasprintf("%s.", full) : xstrdup(prefix);

			add_members(k, part, at + off, inner);
			free(inner);
		}
		buf_free(&type);
		free(full);
	}
}

static int cmp_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

int layout_cmp(const struct layout *a, const struct layout *b)
{
	int c = strcmp(a->name, b->name);

	c = c ? c : cmp_u32(a->size, b->size);
	c = c ? c : cmp_u32((uint32_t)a->n, (uint32_t)b->n);
	for (size_t i = 0; i < a->n && !c; i++) {
		const struct layout_member *x = &a->m[i], *y = &b->m[i];

		c = cmp_u32(x->at, y->at);
		c = c ? c : cmp_u32(x->bits, y->bits);
		c = c ? c : strcmp(x->name, y->name);
		c = c ? c : strcmp(x->type, y->type);
	}
	return c;
}

static int by_content(const void *a, const void *b)
{
	return layout_cmp(a, b);
}

void layouts_of(const struct btf *b, struct layouts *out)
{
	size_t cap = 0;

	*out = (struct layouts){ 0 };
	for (uint32_t id = b->first; id < btf_end(b); id++) {
		char *name = layout_name(b, id);
		const struct btf_type *t;
		struct maker k = { .b = b };

		if (!name)
			continue;
		if (out->n == cap) {
			cap = cap ? cap * 2 : 256;
			out->v = xrealloc(out->v, cap * sizeof(*out->v));
		}
		t = btf_type(b, btf_plain(b, id, true));
		k.l = &out->v[out->n++];
		*k.l = (struct layout){ .name = name, .size = t->size, .id = id };
		add_members(&k, t, 0, "");
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_content);
}

void layouts_free(struct layouts *l)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < l->v[i].n; k++) {
			free(l->v[i].m[k].name);
			free(l->v[i].m[k].type);
		}
		free(l->v[i].m);
		free(l->v[i].name);
	}
	free(l->v);
	*l = (struct layouts){ 0 };
}

const struct layout *layouts_find(const struct layouts *l, const char *name, size_t *count)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(l->v[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*count = 0; lo + *count < l->n && !strcmp(l->v[lo + *count].name, name); )
		++*count;
	return *count ? &l->v[lo] : NULL;
}
