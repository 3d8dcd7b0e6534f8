// SPDX-License-Identifier: GPL-2.0-only
/* Collected errors: add, order, print, as JSON. */
#include <stdlib.h>
#include <string.h>

#include "errs.h"

void errs_add(struct errs *e, const char *file, int line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	struct err *x;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (e->n == e->cap) {
		e->cap = e->cap ? e->cap * 2 : 16;
		e->v = xrealloc(e->v, e->cap * sizeof(*e->v));
	}
	x = &e->v[e->n++];
	*x = (struct err){ .line = line, .text = xstrdup(buf_str(&b)) };
	if (file)
		x->file = xstrdup(file);
	buf_free(&b);
}

void errs_more(struct errs *e, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	strv_add(&e->v[e->n - 1].more, buf_str(&b));
	buf_free(&b);
}

static int by_place(const void *va, const void *vb)
{
	const struct err *a = va, *b = vb;
	int d = !a->file - !b->file;

	if (!d && a->file)
		d = strcmp(a->file, b->file);
	if (!d)
		d = (a->line > b->line) - (a->line < b->line);
	return d ? d : strcmp(a->text, b->text);
}

void errs_sort(struct errs *e)
{
	if (e->n)
		qsort(e->v, e->n, sizeof(*e->v), by_place);
}

void errs_print(const struct errs *e, FILE *to)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct err *x = &e->v[i];

		fputs("azk: ", to);
		if (x->file && x->line)
			fprintf(to, "%s:%d: ", x->file, x->line);
		else if (x->file)
			fprintf(to, "%s: ", x->file);
		fprintf(to, "%s\n", x->text);
		for (size_t k = 0; k < x->more.n; k++)
			fprintf(to, "    %s\n", x->more.v[k]);
	}
}

json_t *errs_json(const struct errs *e)
{
	json_t *all = json_array();

	for (size_t i = 0; i < e->n; i++) {
		const struct err *x = &e->v[i];
		json_t *more = json_array(), *o = json_object();

		for (size_t k = 0; k < x->more.n; k++)
			json_array_append_new(more, json_string(x->more.v[k]));
		json_object_set_new(o, "file", x->file ? json_string(x->file) :
				    json_null());
		json_object_set_new(o, "line", json_integer(x->line));
		json_object_set_new(o, "text", json_string(x->text));
		json_object_set_new(o, "more", more);
		json_array_append_new(all, o);
	}
	return all;
}

void errs_free(struct errs *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->v[i].file);
		free(e->v[i].text);
		strv_free(&e->v[i].more);
	}
	free(e->v);
	*e = (struct errs)ERRS_INIT;
}
