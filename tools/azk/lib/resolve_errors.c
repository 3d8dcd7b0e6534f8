// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts of the Kconfig program to errors. What enters: for each option
 * that did not come out, the symbols one of which must change (roots). What
 * leaves: one error for each cause, with the options that it takes along.
 */
#include <stdlib.h>
#include <string.h>

#include "resolve.h"

#define SHOWN 12

struct failure {
	const struct option *o;
	const json_t *v;
	const char *name;
	struct failure *cause;	/* the failure it is told under, or NULL */
};

struct failures {
	struct failure *v;
	size_t n;
};

static struct failure *by_symbol(const struct failures *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->v[i].name, name))
			return &f->v[i];
	return NULL;
}

/*
 * A failure that explains @x: all that stands in its way must be symbols that
 * failed themselves; then the first of those is the cause.
 */
static struct failure *cause_of(const struct failures *f, const struct failure *x)
{
	const json_t *roots = json_object_get(x->v, "roots"), *any, *name;
	struct failure *cause = NULL;
	size_t i, k;

	json_array_foreach(roots, i, any) {
		struct failure *found = NULL;

		json_array_foreach(any, k, name) {
			found = by_symbol(f, json_string_value(name));
			if (found && strcmp(found->name, x->name))
				break;
			found = NULL;
		}
		if (!found)
			return NULL;
		cause = cause ? cause : found;
	}
	return cause;
}

/* Follow causes to the last one; a circle is cut where it closes. */
static struct failure *origin(const struct failures *f, struct failure *x)
{
	for (size_t steps = 0; x->cause && steps < f->n; steps++)
		x = x->cause;
	return x;
}

/* "A, B, C, ... (N in all)" from an array of names, sorted. */
static char *name_list(const json_t *names)
{
	struct strv v = STRV_INIT;
	struct buf b = BUF_INIT;
	const json_t *x;
	size_t i;

	json_array_foreach(names, i, x)
		strv_add(&v, json_string_value(x));
	strv_sort(&v);
	for (i = 0; i < v.n && i < SHOWN; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", v.v[i]);
	if (v.n > SHOWN)
		buf_addf(&b, ", ... (%zu in all)", v.n);
	strv_free(&v);
	return b.s ? b.s : xstrdup("");
}

static void taken_along(const struct failures *f, struct failure *x,
			struct errs *errs)
{
	for (size_t i = 0; i < f->n; i++) {
		struct failure *y = &f->v[i];

		if (y == x || origin(f, y) != x)
			continue;
		errs_more(errs, "lost with it, asked for at %s:%d: CONFIG_%s=%s",
			  y->o->file, y->o->line, y->o->name, y->o->value);
	}
}

static void tell(const struct failures *f, struct failure *x, struct errs *errs)
{
	const json_t *lost = json_object_get(x->v, "lost"), *line;
	size_t i;

	errs_add(errs, x->o->file, x->o->line, "CONFIG_%s=%s: %s", x->o->name,
		 x->o->value, json_string_value(json_object_get(x->v, "text")));
	json_array_foreach(json_object_get(x->v, "why"), i, line)
		errs_more(errs, "%s", json_string_value(line));
	taken_along(f, x, errs);
	if (json_array_size(lost)) {
		char *names = name_list(lost);

		errs_more(errs, "what needs %s on this tree: %s", x->name, names);
		free(names);
	}
}

void verdict_errors(const json_t *verdicts, const struct options *set,
		    const struct options *contract, struct errs *errs)
{
	const json_t *all = json_object_get(verdicts, "options"), *v;
	struct failures f = { 0 };
	size_t i;

	f.v = xcalloc(json_array_size(all) + 1, sizeof(*f.v));
	json_array_foreach(all, i, v) {
		size_t at = (size_t)json_integer_value(json_object_get(v, "index"));

		if (!json_object_get(v, "error") || at >= set->n + contract->n)
			continue;
		f.v[f.n].o = at < set->n ? &set->v[at] : &contract->v[at - set->n];
		f.v[f.n].name = f.v[f.n].o->name;
		f.v[f.n++].v = v;
	}
	for (i = 0; i < f.n; i++) {
		f.v[i].cause = by_symbol(&f, f.v[i].name);
		/* a contract on a symbol whose own line failed: told there */
		if (f.v[i].cause == &f.v[i])
			f.v[i].cause = cause_of(&f, &f.v[i]);
	}
	/* in a circle nobody is the cause: tell the first of it */
	for (i = 0; i < f.n; i++)
		if (origin(&f, &f.v[i])->cause)
			f.v[i].cause = NULL;
	for (i = 0; i < f.n; i++)
		if (!f.v[i].cause)
			tell(&f, &f.v[i], errs);
	free(f.v);
}
