// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of each wanted option. The .config was read and all values are
 * computed; a verdict compares what was asked for with what came out, and
 * asks why.c for the reason when they differ.
 */
#include <stdlib.h>
#include <string.h>

#include "kconf.h"

/* Verdict on one want: @head is NULL while it holds. */
struct verdict {
	const char *error;	/* kind, for JSON */
	char *head;
	struct why why;
	json_t *near;
	json_t *lost;
};

static void fail(struct verdict *v, const char *error, char *head)
{
	v->error = error;
	v->head = head;
}

/* "y|m" holds "m"; a plain value holds itself. */
static bool allows(const char *set, const char *value)
{
	size_t n = strlen(value);

	if (set[0] == '"' || !strchr(set, '|'))
		return !strcmp(set, value);
	for (; set; set = strchr(set, '|'), set = set ? set + 1 : NULL)
		if (!strncmp(set, value, n) && (!set[n] || set[n] == '|'))
			return true;
	return false;
}

static tristate tri_of(char c)
{
	return c == 'y' ? yes : c == 'm' ? mod : no;
}

/* Lowest and highest value that @w accepts. */
static void bounds(const struct want *w, tristate *low, tristate *high)
{
	*low = yes;
	*high = no;
	for (const char *s = w->value; *s; s++) {
		if (!strchr("ymn", *s))
			continue;
		*low = tri_of(*s) < *low ? tri_of(*s) : *low;
		*high = tri_of(*s) > *high ? tri_of(*s) : *high;
	}
}

/*
 * Options that a person could no longer set if @sym were n: compare what is
 * visible with it at y and at n. The values are left as they were.
 */
static json_t *lost_without(struct symbol *sym)
{
	const struct symbol_value kept = sym->def[S_DEF_USER];
	const int had = sym->flags & SYMBOL_DEF_USER;
	json_t *lost = json_array();
	struct symbol *s;
	size_t n = 0, i = 0;
	char *before;

	for_all_symbols(s)
		n++;
	before = calloc(n + 1, 1);
	if (!before)
		abort();
	for (int pass = 0; pass < 2; pass++) {
		sym->def[S_DEF_USER].tri = pass ? no : yes;
		sym->flags |= SYMBOL_DEF_USER;
		sym_clear_all_valid();
		i = 0;
		for_all_symbols(s) {
			sym_calc_value(s);
			if (!pass)
				before[i] = (char)s->visible;
			else if (s->name && s != sym && first_prompt(s) &&
				 before[i] > (char)s->visible)
				json_array_append_new(lost, json_string(s->name));
			i++;
		}
	}
	free(before);
	sym->def[S_DEF_USER] = kept;
	if (!had)
		sym->flags &= ~SYMBOL_DEF_USER;
	sym_clear_all_valid();
	for_all_symbols(s)
		sym_calc_value(s);
	return lost;
}

/* @s depends on @of itself and follows it by default. */
static bool follows(const struct symbol *s, struct symbol *of)
{
	struct property *p;

	if (!s->dir_dep.expr || !expr_contains_symbol(s->dir_dep.expr, of))
		return false;
	for_all_defaults(s, p)
		if (p->expr && p->expr->type == E_SYMBOL && p->expr->left.sym == of)
			return true;
	return false;
}

/*
 * A bool was asked for as m. Mostly it was a tristate once and its driver
 * part got a symbol of its own: that one takes its default from it, or at
 * least depends on it.
 */
static void bool_as_module(struct verdict *v, const struct want *w)
{
	struct symbol *s, *first = NULL;
	int direct = 0, shown = 0;

	for_all_symbols(s)
		if (s->name && s->type == S_TRISTATE && first_prompt(s) &&
		    follows(s, w->sym)) {
			char *text = text_symbol(s);

			direct++;
			first = !first || strcmp(s->name, first->name) < 0 ? s : first;
			add_line(v->why.lines, "what can be a module is %s (%s; default %s)",
				 s->name, text, w->sym->name);
			free(text);
		}
	if (!direct)
		for_all_symbols(s) {
			if (!s->name || s->type != S_TRISTATE || !first_prompt(s) ||
			    !s->dir_dep.expr ||
			    !expr_contains_symbol(s->dir_dep.expr, w->sym))
				continue;
			if (shown++ < 6)
				add_line(v->why.lines, "a tristate that depends on it: %s",
					 s->name);
		}
	fail(v, "type",
	     first ? fmt("wanted m, got %s: %s is bool on this tree (%s) and cannot be m; write CONFIG_%s=y and CONFIG_%s=m",
			 sym_get_string_value(w->sym), w->sym->name, getenv("KERNELVERSION") ?: "?",
			 w->sym->name, first->name) :
		     fmt("wanted m, got %s: %s is bool on this tree (%s) and cannot be m; write CONFIG_%s=y",
			 sym_get_string_value(w->sym), w->sym->name, getenv("KERNELVERSION") ?: "?",
			 w->sym->name));
	v->lost = lost_without(w->sym);
}

/* The kernel's parser drops a value of the wrong type with a mere warning. */
static bool wrong_type(struct verdict *v, const struct want *w)
{
	const char *s = w->value;
	const enum symbol_type type = w->sym->type;
	const bool tri = s[0] && strchr("ymn", s[0]) && (!s[1] || s[1] == '|');
	bool ok = true;

	if (type == S_BOOLEAN && !strcmp(s, "m")) {
		bool_as_module(v, w);
		return true;
	}
	if (type == S_BOOLEAN || type == S_TRISTATE)
		ok = tri;
	else if (type == S_STRING)
		ok = s[0] == '"';
	else
		ok = s[0] != '"' && sym_string_valid(w->sym, s);
	if (ok)
		return false;
	fail(v, "type", fmt("%s is %s on this tree (%s) and cannot be %s; write %s",
			    w->sym->name, sym_type_name(type),
			    getenv("KERNELVERSION") ?: "?", s,
			    type == S_STRING ? "\"text\"" :
			    type == S_INT ? "a decimal number" :
			    type == S_HEX ? "0x..." :
			    type == S_BOOLEAN ? "y, or '# CONFIG_X is not set'" :
			    "y, m, or '# CONFIG_X is not set'"));
	return true;
}

static bool same_value(const struct want *w, const char *got)
{
	if (w->sym->type == S_INT)
		return strtoll(w->value, NULL, 10) == strtoll(got, NULL, 10);
	if (w->sym->type == S_HEX)
		return strtoull(w->value, NULL, 16) == strtoull(got, NULL, 16);
	return allows(w->value, got);
}

/* A number or string that came out differently. */
static void other_value(struct verdict *v, const struct want *w, const char *got)
{
	struct property *range;
	char *text;

	v->error = "value";
	if (!first_prompt(w->sym)) {
		text = text_symbol(w->sym);
		fail(v, "no_prompt",
		     fmt("wanted %s, got %s: %s has no prompt and cannot be set by hand (%s)",
			 w->value, got, w->sym->name, text));
		free(text);
		return;
	}
	if (w->sym->visible == no) {
		fail(v, "unmet", fmt("wanted %s, got %s: its dependencies are not met",
				     w->value, got));
		why_low(&v->why, w->sym, yes);
		return;
	}
	range = sym_get_range_prop(w->sym);
	if (range) {
		fail(v, "range", fmt("wanted %s, got %s: the range of %s is %s to %s (%s:%d)",
				     w->value, got, w->sym->name,
				     sym_get_string_value(range->expr->left.sym),
				     sym_get_string_value(range->expr->right.sym),
				     range->filename, range->lineno));
		return;
	}
	fail(v, "value", fmt("wanted %s, got %s", w->value, got));
}

static void other_tristate(struct verdict *v, const struct want *w)
{
	const tristate got = sym_get_tristate_value(w->sym);
	tristate low, high;

	bounds(w, &low, &high);
	if (got > high) {
		fail(v, "forced", fmt("wanted %s, got %s", w->value, tri_name(got)));
		why_high(&v->why, w->sym, high);
		return;
	}
	if (!first_prompt(w->sym)) {
		fail(v, "no_prompt",
		     fmt("wanted %s, got %s: %s has no prompt and cannot be set by hand", w->value,
			 tri_name(got), w->sym->name));
	} else if (w->sym->visible < low) {
		fail(v, "unmet", fmt("wanted %s, got %s: its dependencies are not met",
				     w->value, tri_name(got)));
	} else if (sym_get_choice_menu(w->sym)) {
		fail(v, "choice", fmt("wanted %s, got %s", w->value, tri_name(got)));
	} else {
		fail(v, "value", fmt("wanted %s, got %s", w->value, tri_name(got)));
	}
	why_low(&v->why, w->sym, low);
}

static void unknown(struct verdict *v, const struct want *w)
{
	const struct symbol *s = sym_find(w->name);
	json_t *names = near_names(w->name), *x;
	char *list = strdup("");
	size_t i;

	json_array_foreach(names, i, x) {
		char *more = fmt("%s%s%s", list, i ? ", " : "", json_string_value(x));

		free(list);
		list = more;
	}
	fail(v, "unknown",
	     fmt("%s on this tree (%s)%s%s%s",
		 s ? "some Kconfig file mentions this symbol, but none defines it" :
		     "no such symbol",
		 getenv("KERNELVERSION") ?: "?", *list ? "; did you mean " : "", list,
		 *list		       ? "?" :
		 allows(w->value, "n") ? "; nothing to switch off, remove the line" :
					 ""));
	json_array_foreach(names, i, x) {
		char *text = text_symbol(sym_find(json_string_value(x)));

		add_line(v->why.lines, "%s: %s", json_string_value(x), text);
		free(text);
	}
	v->near = names;
	free(list);
}

static void decide(struct verdict *v, const struct want *w)
{
	char *got;

	if (!w->sym) {
		/* a promise that something is off holds where it does not exist */
		if (w->kind != 'c' || !allows(w->value, "n"))
			unknown(v, w);
		return;
	}
	if (wrong_type(v, w))
		return;
	got = text_value(w->sym);
	if (!same_value(w, got)) {
		if (w->sym->type == S_BOOLEAN || w->sym->type == S_TRISTATE)
			other_tristate(v, w);
		else
			other_value(v, w, got);
	}
	free(got);
}

static json_t *record(const struct want *w, struct verdict *v)
{
	json_t *o = json_object();
	char *got = w->sym ? text_value(w->sym) : NULL;

	json_object_set_new(o, "name", json_string(w->name));
	json_object_set_new(o, "value", got ? json_string(got) : json_null());
	json_object_set_new(o, "type", json_string(w->sym ?
			    sym_type_name(w->sym->type) : "unknown"));
	json_object_set_new(o, "prompt", json_boolean(w->sym && first_prompt(w->sym)));
	if (v->head) {
		json_object_set_new(o, "error", json_string(v->error));
		json_object_set_new(o, "text", json_string(v->head));
		json_object_set(o, "why", v->why.lines);
		json_object_set(o, "roots", v->why.roots);
		if (v->near)
			json_object_set(o, "near", v->near);
		if (v->lost)
			json_object_set(o, "lost", v->lost);
	}
	free(got);
	return o;
}

static void verdict_end(struct verdict *v)
{
	free(v->head);
	json_decref(v->why.lines);
	json_decref(v->why.roots);
	json_decref(v->near);
	json_decref(v->lost);
}

/* Symbols that a select forces on though their own dependencies say no. */
static json_t *forced_unmet(const struct wants *w)
{
	json_t *all = json_array();
	struct symbol *s;

	for_all_symbols(s) {
		struct why y;
		json_t *o;
		char *text;

		if (!s->name || s->type == S_UNKNOWN ||
		    s->dir_dep.tri >= s->rev_dep.tri)
			continue;
		why_begin(&y, w);
		text = text_expr(s->dir_dep.expr);
		add_line(y.lines, "%s depends on %s", s->name, text);
		free(text);
		why_high(&y, s, s->dir_dep.tri);
		o = json_object();
		json_object_set_new(o, "name", json_string(s->name));
		json_object_set_new(o, "why", y.lines);
		json_array_append_new(all, o);
		json_decref(y.roots);
	}
	return all;
}

json_t *judge(const struct wants *w)
{
	json_t *out = json_object(), *all = json_array();

	for (size_t i = 0; i < w->n; i++) {
		struct verdict v = { 0 };

		/* theirs: overruled by a fragment, or derived: not theirs to say */
		if (w->v[i].kind == 't' && w->v[i].sym &&
		    (wants_find(w, w->v[i].sym) || !first_prompt(w->v[i].sym)))
			continue;
		why_begin(&v.why, w);
		decide(&v, &w->v[i]);
		if (w->v[i].kind != 't' || v.head) {
			json_t *o = record(&w->v[i], &v);

			json_object_set_new(o, "index", json_integer((json_int_t)i));
			json_array_append_new(all, o);
		}
		verdict_end(&v);
	}
	json_object_set_new(out, "version", json_string(getenv("KERNELVERSION") ?: ""));
	json_object_set_new(out, "options", all);
	json_object_set_new(out, "unmet", forced_unmet(w));
	return out;
}
