// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a value that did not come out to what stands in its way. Two walks
 * that call each other: one over expressions, down to the parts that are
 * false; one over symbols, from each such part to what decides its value. A
 * walk ends at a symbol that a person can set: those are the roots.
 */
#include <stdlib.h>
#include <string.h>

#include "kconf.h"

#define DEEPEST 12

static void low_expr(struct why *y, const struct symbol *owner, struct expr *e,
		     tristate need, const char *verb);

void why_begin(struct why *y, const struct wants *w)
{
	*y = (struct why){ .wants = w };
	y->lines = json_array();
	y->roots = json_array();
}

static bool seen(struct why *y, const struct symbol *sym)
{
	for (size_t i = 0; i < y->nseen; i++)
		if (y->seen[i] == sym)
			return true;
	if (y->nseen == sizeof(y->seen) / sizeof(*y->seen))
		return true;
	y->seen[y->nseen++] = sym;
	return false;
}

static void root(struct why *y, const char *name)
{
	size_t n = json_array_size(y->roots);

	if (!y->in_or || !n) {
		json_array_append_new(y->roots, json_array());
		n++;
	}
	json_array_append_new(json_array_get(y->roots, n - 1), json_string(name));
}

/*
 * The line of the .config that was started from, if it is what decides @sym's
 * value, and what has to stand there for it to become @t.
 */
static void theirs(struct why *y, struct symbol *sym, tristate t)
{
	const struct want *w = wants_theirs(y->wants, sym);

	if (!w || !first_prompt(sym) || wants_find(y->wants, sym))
		return;
	if (t == mod && sym_get_type(sym) != S_TRISTATE)
		t = yes;
	if (!strcmp(w->value, tri_name(t)))
		return;
	if (t == no)
		add_line(y->lines, "%s: says CONFIG_%s=%s; write '# CONFIG_%s is not set' there",
			 w->at, sym->name, w->value, sym->name);
	else
		add_line(y->lines, "%s: says CONFIG_%s=%s; write CONFIG_%s=%s there", w->at,
			 sym->name, w->value, sym->name, tri_name(t));
}

/* @sym is limited by one of its prompts being hidden. */
static void low_hidden(struct why *y, struct symbol *sym, tristate need)
{
	struct property *p;
	int prompts = 0;

	for_all_prompts(sym, p)
		prompts++;
	if (prompts > 1 && !y->in_or++)
		json_array_append_new(y->roots, json_array());
	for_all_prompts(sym, p)
		low_expr(y, sym, p->visible.expr, need, "depends on");
	if (prompts > 1)
		y->in_or--;
}

/* @sym has no prompt: its value comes from selects and defaults alone. */
static void low_derived(struct why *y, struct symbol *sym, tristate need)
{
	struct property *p, *only = NULL;
	struct selector *s;
	size_t n = selectors(sym, P_SELECT, &s), defaults = 0;
	char *list = strdup("");

	for_all_defaults(sym, p) {
		only = p;
		defaults++;
	}
	for (size_t i = 0; i < n && i < 6; i++) {
		char *more = fmt("%s%s%s [=%s]", list, i ? ", " : "",
				 s[i].sym->name,
				 sym_get_string_value(s[i].sym));

		free(list);
		list = more;
	}
	if (n)
		add_line(y->lines,
			 "%s has no prompt and cannot be set by hand; it is selected by: %s%s",
			 sym->name, list, n > 6 ? ", ..." : "");
	else if (!defaults)
		add_line(y->lines, "%s has no prompt and nothing selects it",
			 sym->name);
	if (!n && defaults == 1) {
		low_expr(y, sym, only->expr, need,
			 "has no prompt and takes its value from");
		low_expr(y, sym, only->visible.expr, need,
			 "has no prompt and its default needs");
	} else {
		for_all_defaults(sym, p) {
			char *v = text_expr(p->expr);

			add_line(y->lines, "%s has no prompt; default %s at %s:%d",
				 sym->name, v, p->filename, p->lineno);
			free(v);
		}
		root(y, sym->name);
	}
	free(list);
	free(s);
}

static void low_choice(struct why *y, struct symbol *sym, struct menu *choice)
{
	struct symbol *chosen = sym_calc_choice(choice);
	struct property *p = first_prompt(choice->sym);
	const struct want *w = chosen ? wants_find(y->wants, chosen) : NULL;

	if (!chosen) {
		root(y, sym->name);
		return;
	}
	add_line(y->lines, "%s is one of the choice \"%s\", and %s is chosen (%s%s)",
		 sym->name, p ? p->text : "", chosen->name,
		 w ? "asked for at " : "from the base or by default", w ? w->at : "");
	root(y, w ? chosen->name : sym->name);
}

void why_low(struct why *y, struct symbol *sym, tristate need)
{
	const struct want *w = y->nseen ? wants_find(y->wants, sym) : NULL;
	struct menu *choice;
	tristate inner;
	char *text;

	if (seen(y, sym) || y->nseen > DEEPEST) {
		root(y, sym->name ? sym->name : "choice");
		return;
	}
	if (w) {
		add_line(y->lines, "%s is asked for as %s at %s", sym->name,
			 w->value, w->at);
		root(y, sym->name);
		return;
	}
	if (sym->type == S_UNKNOWN) {
		add_line(y->lines, "%s is defined by no Kconfig file of this tree and architecture",
			 sym->name);
		root(y, sym->name);
		return;
	}
	/* a bool whose conditions come to m is y */
	inner = sym_get_type(sym) == S_TRISTATE ? need : mod;
	if (!first_prompt(sym)) {
		low_derived(y, sym, inner);
		return;
	}
	if (sym->visible < need) {
		low_hidden(y, sym, inner);
		return;
	}
	choice = sym_get_choice_menu(sym);
	if (choice) {
		low_choice(y, sym, choice);
		return;
	}
	if (!sym->name) {	/* a choice as such */
		root(y, "choice");
		return;
	}
	text = text_symbol(sym);
	add_line(y->lines, "%s is %s and can be set: %s", sym->name,
		 sym_get_tristate_value(sym) == no ? "not set" : "m", text);
	theirs(y, sym, need);
	root(y, sym->name);
	free(text);
}

/* Names of symbols in @e that are above @most, as for the part behind a "!". */
static void high_symbols(struct why *y, struct expr *e, tristate most)
{
	if (!e)
		return;
	switch (e->type) {
	case E_AND:
	case E_OR:
		high_symbols(y, e->left.expr, most);
		high_symbols(y, e->right.expr, most);
		break;
	case E_NOT:
		high_symbols(y, e->left.expr, most);
		break;
	case E_SYMBOL:
		if (!(e->left.sym->flags & SYMBOL_CONST) &&
		    sym_get_tristate_value(e->left.sym) > most)
			why_high(y, e->left.sym, most);
		break;
	default:
		break;
	}
}

/* The part @e is false as a whole: say so, then look behind it. */
static void low_leaf(struct why *y, const struct symbol *owner, struct expr *e,
		     tristate need, const char *verb)
{
	char *text = text_expr(e);

	add_line(y->lines, "%s %s %s%s", owner->name ? owner->name : "its choice",
		 verb, text, need == yes && expr_calc_value(e) == mod ?
		 ": not more than m" : "");
	free(text);
	switch (e->type) {
	case E_SYMBOL:
		if (e->left.sym->flags & SYMBOL_CONST)
			root(y, e->left.sym->name);
		else
			why_low(y, e->left.sym, need);
		break;
	case E_NOT:
		if (!y->in_or++)
			json_array_append_new(y->roots, json_array());
		high_symbols(y, e->left.expr, no);
		y->in_or--;
		break;
	default:		/* a comparison */
		root(y, e->left.sym->name);
		break;
	}
}

static void low_alternatives(struct why *y, const struct symbol *owner,
			     struct expr *e, tristate need)
{
	if (e->type == E_OR) {
		low_alternatives(y, owner, e->left.expr, need);
		low_alternatives(y, owner, e->right.expr, need);
	} else if (e->type == E_SYMBOL && !(e->left.sym->flags & SYMBOL_CONST)) {
		why_low(y, e->left.sym, need);
	} else {
		low_expr(y, owner, e, need, "would need");
	}
}

static void low_expr(struct why *y, const struct symbol *owner, struct expr *e,
		     tristate need, const char *verb)
{
	char *text;

	if (!e || expr_calc_value(e) >= need)
		return;
	switch (e->type) {
	case E_AND:
		low_expr(y, owner, e->left.expr, need, verb);
		low_expr(y, owner, e->right.expr, need, verb);
		break;
	case E_OR:
		text = text_expr(e);
		add_line(y->lines, "%s %s one of: %s",
			 owner->name ? owner->name : "its choice", verb, text);
		free(text);
		if (!y->in_or++)
			json_array_append_new(y->roots, json_array());
		low_alternatives(y, owner, e, need);
		y->in_or--;
		break;
	default:
		low_leaf(y, owner, e, need, verb);
		break;
	}
}

/* What is to keep @sym at most at @most: a bool that a module selects is y. */
static tristate below(const struct symbol *sym, tristate most)
{
	return most == mod && sym_get_type(sym) != S_TRISTATE ? no : most;
}

/* Nothing selects @sym: what else sets it. */
static void high_alone(struct why *y, struct symbol *sym, tristate most)
{
	struct menu *choice = sym_get_choice_menu(sym);
	struct property *p;

	root(y, sym->name);
	if (choice) {
		add_line(
			y->lines,
			"%s is one of the choice \"%s\", which must have one chosen; set the one you want to y",
			sym->name,
			first_prompt(choice->sym) ? first_prompt(choice->sym)->text : "");
		return;
	}
	if (first_prompt(sym)) {
		if (wants_theirs(y->wants, sym))
			theirs(y, sym, below(sym, most));
		else
			add_line(y->lines, "%s is set by the base or by default", sym->name);
		return;
	}
	for_all_defaults(sym, p) {
		char *text;

		if (p->visible.expr && expr_calc_value(p->visible.expr) == no)
			continue;
		text = text_expr(p->expr);
		add_line(y->lines, "%s has no prompt and comes from a default, %s (%s:%d)",
			 sym->name, text, p->filename, p->lineno);
		free(text);
		/* the first whose condition holds is the one */
		if (!y->in_or++)
			json_array_append_new(y->roots, json_array());
		high_symbols(y, p->expr, most);
		y->in_or--;
		return;
	}
	add_line(y->lines, "%s has no prompt and comes from %s", sym->name,
		 sym->prop ? sym->prop->filename : "Kconfig");
}

/* One "select" that forces @sym, and what is behind it. */
static void high_selector(struct why *y, const struct symbol *sym, const struct selector *s,
			  tristate most)
{
	const struct want *w = wants_find(y->wants, s->sym);
	struct expr *e = s->prop->visible.expr;
	char *text = e && !expr_is_yes(e) ? text_expr(e) : NULL;

	add_line(y->lines, "%s is selected by %s [=%s]%s%s (%s:%d%s%s)", sym->name, s->sym->name,
		 sym_get_string_value(s->sym), text ? " if " : "", text ? text : "",
		 s->prop->filename, s->prop->lineno, w ? "; asked for at " : "", w ? w->at : "");
	free(text);
	if (w)
		return;
	most = below(s->sym, most);
	/* both may hold it up: its own line, and what selects it in turn */
	if (first_prompt(s->sym))
		theirs(y, s->sym, most);
	if ((!first_prompt(s->sym) || s->sym->rev_dep.tri > most) && y->nseen <= DEEPEST)
		why_high(y, s->sym, most);
}

void why_high(struct why *y, struct symbol *sym, tristate most)
{
	const struct want *w = y->nseen ? wants_find(y->wants, sym) : NULL;
	struct selector *s;
	size_t n, shown = 0;

	if (seen(y, sym)) {
		root(y, sym->name);
		return;
	}
	if (w) {
		add_line(y->lines, "%s is asked for as %s at %s", sym->name,
			 w->value, w->at);
		root(y, sym->name);
		return;
	}
	most = below(sym, most);
	n = selectors(sym, P_SELECT, &s);
	for (size_t i = 0; i < n; i++) {
		if (s[i].value <= most)
			continue;
		if (!shown++ && !y->in_or++)
			json_array_append_new(y->roots, json_array());
		root(y, s[i].sym->name);
		if (shown <= 6)
			high_selector(y, sym, &s[i], most);
	}
	free(s);
	if (!shown) {
		high_alone(y, sym, most);
		return;
	}
	y->in_or--;
	if (shown > 6)
		add_line(y->lines, "%s is selected by %zu more", sym->name, shown - 6);
}
