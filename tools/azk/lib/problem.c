// SPDX-License-Identifier: GPL-2.0-only
/* Findings collected for one report; see problem.h. */
#include <stdio.h>
#include <stdlib.h>

#include "buf.h"
#include "msg.h"
#include "problem.h"

static void print_one(const struct problem *q)
{
	fputs("azk: ", stderr);
	if (q->file && q->line)
		fprintf(stderr, "%s:%d: ", q->file, q->line);
	else if (q->file)
		fprintf(stderr, "%s: ", q->file);
	fprintf(stderr, "%s%s\n", q->note ? "note: " : "", q->what);
}

static void add(struct problems *p, const struct problem *q)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 16;
		p->v = xrealloc(p->v, p->cap * sizeof(*p->v));
	}
	p->v[p->n] = *q;
	p->v[p->n].file = q->file ? xstrdup(q->file) : NULL;
	p->v[p->n].what = xstrdup(q->what);
	p->n++;
	p->errors += !q->note;
}

void problem_add(struct problems *p, const char *file, int line,
		 const char *todo, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	struct problem q = { .file = (char *)file, .line = line };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (todo)
		buf_addf(&b, "; %s", todo);
	q.what = (char *)buf_str(&b);
	if (p) {
		add(p, &q);
	} else {
		fflush(stdout);
		print_one(&q);
	}
	buf_free(&b);
}

void problem_note(struct problems *p, const char *file, int line,
		  const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	struct problem q = { .file = (char *)file, .line = line, .note = true };
	va_list ap;

	if (!p)
		return;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	q.what = (char *)buf_str(&b);
	add(p, &q);
	buf_free(&b);
}

void problems_print(const struct problems *p)
{
	fflush(stdout);
	for (int notes = 0; notes < 2; notes++)
		for (size_t i = 0; i < p->n; i++)
			if (p->v[i].note == (bool)notes)
				print_one(&p->v[i]);
}

json_t *problems_json(const struct problems *p)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->n; i++) {
		const struct problem *q = &p->v[i];
		json_t *o = json_object();

		if (q->file)
			json_object_set_new(o, "file", json_string(q->file));
		if (q->line)
			json_object_set_new(o, "line", json_integer(q->line));
		json_object_set_new(o, "what", json_string(q->what));
		json_object_set_new(o, "kind",
				    json_string(q->note ? "note" : "error"));
		json_array_append_new(a, o);
	}
	return a;
}

void problems_free(struct problems *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].file);
		free(p->v[i].what);
	}
	free(p->v);
	*p = (struct problems)PROBLEMS_INIT;
}
