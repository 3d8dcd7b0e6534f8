// SPDX-License-Identifier: GPL-2.0-only
/* One symbol in full, for "azk config explain". */
#include <stdlib.h>
#include <string.h>

#include "kconf.h"
#include "lib/near.h"

json_t *near_names(const char *name)
{
	struct near n = { .want = name };
	json_t *a = json_array();
	struct symbol *s;

	for_all_symbols(s)
		if (s->name && s->type != S_UNKNOWN)
			near_offer(&n, s->name);
	for (size_t i = 0; i < n.n; i++)
		json_array_append_new(a, json_string(n.name[i]));
	return a;
}

static void set_text(json_t *o, const char *key, char *owned)
{
	json_object_set_new(o, key, json_string(owned));
	free(owned);
}

/* Every symbol in @e with its value, each once. */
static void leaves(const struct expr *e, json_t *to)
{
	struct symbol *s;

	if (!e)
		return;
	switch (e->type) {
	case E_AND:
	case E_OR:
		leaves(e->left.expr, to);
		leaves(e->right.expr, to);
		return;
	case E_NOT:
		leaves(e->left.expr, to);
		return;
	default:
		s = e->left.sym;
	}
	if (!s->name || (s->flags & SYMBOL_CONST) || json_object_get(to, s->name))
		return;
	json_object_set_new(to, s->name, s->type == S_UNKNOWN ? json_null() :
			    json_string(sym_get_string_value(s)));
}

static json_t *places(const struct symbol *sym)
{
	json_t *all = json_array();
	struct menu *m;

	list_for_each_entry(m, &sym->menus, link) {
		json_t *o = json_object(), *vals = json_object();

		set_text(o, "at", fmt("%s:%d", m->filename, m->lineno));
		if (m->prompt)
			json_object_set_new(o, "prompt", json_string(m->prompt->text));
		if (m->dep && !expr_is_yes(m->dep)) {
			set_text(o, "depends_on", text_expr(m->dep));
			json_object_set_new(o, "depends_value",
				json_string(tri_name(expr_calc_value(m->dep))));
			leaves(m->dep, vals);
		}
		json_object_set_new(o, "leaves", vals);
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *defaults(struct symbol *sym)
{
	json_t *all = json_array();
	struct property *p;

	for_all_defaults(sym, p) {
		json_t *o = json_object();

		set_text(o, "at", fmt("%s:%d", p->filename, p->lineno));
		set_text(o, "value", text_expr(p->expr));
		if (p->visible.expr && !expr_is_yes(p->visible.expr))
			set_text(o, "if", text_expr(p->visible.expr));
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *selects(struct symbol *sym, enum prop_type type)
{
	json_t *all = json_array();
	struct selector *s;
	size_t n = selectors(sym, type, &s);

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();
		struct expr *cond = s[i].prop->visible.expr;

		json_object_set_new(o, "name", json_string(s[i].sym->name));
		json_object_set_new(o, "value",
				    json_string(sym_get_string_value(s[i].sym)));
		json_object_set_new(o, "forces", json_string(tri_name(s[i].value)));
		set_text(o, "at", fmt("%s:%d", s[i].prop->filename, s[i].prop->lineno));
		if (cond && !expr_is_yes(cond))
			set_text(o, "if", text_expr(cond));
		json_array_append_new(all, o);
	}
	free(s);
	return all;
}

json_t *show(const char *name)
{
	struct symbol *sym = sym_find(name);
	struct property *range;
	json_t *o;

	if (!sym || sym->type == S_UNKNOWN)
		return NULL;
	sym_calc_value(sym);
	o = json_object();
	json_object_set_new(o, "name", json_string(sym->name));
	json_object_set_new(o, "type", json_string(sym_type_name(sym->type)));
	set_text(o, "value", text_value(sym));
	json_object_set_new(o, "user_set", json_boolean(sym_has_value(sym)));
	json_object_set_new(o, "visible", json_string(tri_name(sym->visible)));
	json_object_set_new(o, "defined", places(sym));
	json_object_set_new(o, "defaults", defaults(sym));
	json_object_set_new(o, "selected_by", selects(sym, P_SELECT));
	json_object_set_new(o, "implied_by", selects(sym, P_IMPLY));
	range = sym_get_range_prop(sym);
	if (range)
		set_text(o, "range", fmt("%s to %s",
					 sym_get_string_value(range->expr->left.sym),
					 sym_get_string_value(range->expr->right.sym)));
	if (sym_get_choice_menu(sym)) {
		struct property *p = first_prompt(sym_get_choice_menu(sym)->sym);

		json_object_set_new(o, "choice", json_string(p ? p->text : ""));
	}
	return o;
}
