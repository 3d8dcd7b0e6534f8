// SPDX-License-Identifier: GPL-2.0-only
/* Symbols and expressions as words. Called by the other files here. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kconf.h"

char *fmt(const char *f, ...)
{
	va_list ap;
	char *s;

	va_start(ap, f);
	if (vasprintf(&s, f, ap) < 0)
		abort();
	va_end(ap);
	return s;
}

void add_line(json_t *to, const char *f, ...)
{
	va_list ap;
	char *s;

	va_start(ap, f);
	if (vasprintf(&s, f, ap) < 0)
		abort();
	va_end(ap);
	json_array_append_new(to, json_string(s));
	free(s);
}

const char *tri_name(tristate t)
{
	return t == yes ? "y" : t == mod ? "m" : "n";
}

struct property *first_prompt(const struct symbol *sym)
{
	struct property *p;

	for (p = sym->prop; p; p = p->next)
		if (p->text && (p->type == P_PROMPT || p->type == P_MENU))
			return p;
	return NULL;
}

static void expr_word(void *arg, struct symbol *sym, const char *str)
{
	FILE *to = arg;

	fputs(str, to);
	if (!sym || (sym->flags & SYMBOL_CONST))
		return;
	if (sym->type == S_UNKNOWN)
		fputs(" [not in this tree]", to);
	else
		fprintf(to, " [=%s]", sym_get_string_value(sym));
}

char *text_expr(const struct expr *e)
{
	size_t len;
	char *s;
	FILE *f = open_memstream(&s, &len);

	expr_print(e, expr_word, f, E_NONE);
	fclose(f);
	return s;
}

char *text_symbol(const struct symbol *sym)
{
	struct property *p = first_prompt(sym);
	const struct menu *m;

	if (p)
		return fmt("%s \"%s\", %s:%d", sym_type_name(sym->type), p->text,
			   p->filename, p->lineno);
	list_for_each_entry(m, &sym->menus, link)
		return fmt("%s, %s:%d", sym_type_name(sym->type), m->filename,
			   m->lineno);
	return fmt("%s", sym_type_name(sym->type));
}

char *text_value(struct symbol *sym)
{
	const char *v = sym_get_string_value(sym);
	char *s, *to;

	if (sym->type != S_STRING)
		return fmt("%s", v);
	s = to = malloc(2 * strlen(v) + 3);
	if (!s)
		abort();
	*to++ = '"';
	for (; *v; v++) {
		if (*v == '"' || *v == '\\')
			*to++ = '\\';
		*to++ = *v;
	}
	*to++ = '"';
	*to = '\0';
	return s;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct selector *)a)->sym->name,
		      ((const struct selector *)b)->sym->name);
}

size_t selectors(const struct symbol *target, enum prop_type type,
		 struct selector **out)
{
	struct selector *v = NULL;
	struct symbol *s;
	size_t n = 0;

	for_all_symbols(s) {
		struct property *p;

		if (!s->name)
			continue;
		for_all_properties(s, p, type) {
			tristate is, cond;

			if (prop_get_symbol(p) != target)
				continue;
			v = realloc(v, (n + 1) * sizeof(*v));
			if (!v)
				abort();
			is = sym_get_tristate_value(s);
			cond = p->visible.expr ? expr_calc_value(p->visible.expr) : yes;
			v[n++] = (struct selector){ s, p, EXPR_AND(is, cond) };
		}
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	*out = v;
	return n;
}
