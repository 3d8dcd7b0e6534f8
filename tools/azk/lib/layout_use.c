// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which structures are reached from where: from a module's own types, and from
 * what a kernel exports. A walk over type numbers with a list of those to do.
 */
#include <stdlib.h>
#include <string.h>

#include "layout.h"

struct walk {
	const struct btf *b;
	bool *seen;
	uint32_t *todo;
	size_t n;
};

static void push(struct walk *w, uint32_t id)
{
	if (!id || w->seen[id])
		return;
	w->seen[id] = true;
	w->todo[w->n++] = id;
}

static void walk_init(struct walk *w, const struct btf *b)
{
	w->b = b;
	w->n = 0;
	w->seen = xcalloc(btf_end(b), sizeof(*w->seen));
	w->todo = xcalloc(btf_end(b), sizeof(*w->todo));
}

/* Types that @t is made of, other than its members. */
static void push_parts(struct walk *w, const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_ARRAY:
		push(w, btf_array(t)->type);
		break;
	case BTF_KIND_FUNC_PROTO:
		for (unsigned int i = 0; i < btf_vlen(t); i++)
			push(w, btf_params(t)[i].type);
		push(w, t->type);
		break;
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case AZK_BTF_TYPE_TAG:
		push(w, t->type);
		break;
	}
}

/* Whether the value of a member of type @id has a structure in it. */
static bool by_value(const struct btf *b, uint32_t id)
{
	const struct btf_type *t;

	while ((t = btf_type(b, btf_plain(b, id, true))) && btf_kind(t) == BTF_KIND_ARRAY)
		id = btf_array(t)->type;
	return t && btf_composite(t);
}

/* layout_name(), and that of a structure which only its name is there of. */
static char *use_name(const struct btf *b, uint32_t id)
{
	const struct btf_type *t = btf_type(b, id);

	if (btf_kind(t) != BTF_KIND_FWD)
		return layout_name(b, id);
	return xasprintf("%s %s", BTF_INFO_KFLAG(t->info) ? "union" : "struct", btf_name(b, t));
}

void layout_uses(const struct btf *module, struct strv *out)
{
	struct strv all = STRV_INIT;
	struct walk w;

	walk_init(&w, module);
	for (uint32_t id = module->first; id < btf_end(module); id++)
		push(&w, id);
	while (w.n) {
		uint32_t id = w.todo[--w.n];
		const struct btf_type *t = btf_type(module, id);
		bool own = id >= module->first;
		char *name = own ? NULL : use_name(module, id);

		if (name)
			strv_add(&all, name);
		free(name);
		push_parts(&w, t);
		for (unsigned int i = 0; btf_composite(t) && i < btf_vlen(t); i++)
			if (own || by_value(module, btf_members(t)[i].type))
				push(&w, btf_members(t)[i].type);
	}
	strv_sort(&all);
	for (size_t i = 0; i < all.n; i++)
		if (!i || strcmp(all.v[i], all.v[i - 1]))
			strv_add(out, all.v[i]);
	strv_free(&all);
	free(w.seen);
	free(w.todo);
}

bool *layout_exposed(const struct btf *b, bool (*exported)(void *arg, const char *name),
		     void *arg)
{
	struct walk w;

	walk_init(&w, b);
	for (uint32_t id = 1; id < btf_end(b); id++) {
		const struct btf_type *t = btf_type(b, id);

		if ((btf_kind(t) == BTF_KIND_FUNC || btf_kind(t) == BTF_KIND_VAR) &&
		    exported(arg, btf_name(b, t)))
			push(&w, id);
	}
	while (w.n) {
		const struct btf_type *t = btf_type(b, w.todo[--w.n]);

		push_parts(&w, t);
		for (unsigned int i = 0; btf_composite(t) && i < btf_vlen(t); i++)
			push(&w, btf_members(t)[i].type);
	}
	free(w.todo);
	return w.seen;
}
