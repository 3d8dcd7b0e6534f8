// SPDX-License-Identifier: GPL-2.0-only
/* Complete .config files: parse, merge over, compare. */
#include <stdlib.h>
#include <string.h>

#include "dotconfig.h"

/* Name, then line: the last line of a name comes last. */
static int by_name(const void *va, const void *vb)
{
	const struct option *a = va, *b = vb;
	int d = strcmp(a->name, b->name);

	return d ? d : (a->line > b->line) - (a->line < b->line);
}

static void drop(struct option *o)
{
	free(o->name);
	free(o->value);
	free(o->reason);
	free(o->file);
}

void dotconfig_parse(const char *file, const char *text, struct options *to)
{
	size_t kept = 0;
	struct lines l;

	lines_init(&l, file, text);
	while (lines_next(&l)) {
		size_t n = strlen(l.line);
		char *name, *value;
		const char *what;

		if (n && l.line[n - 1] == '\r')
			l.line[n - 1] = '\0';
		if (option_line(l.line, &name, &value, &what) <= 0)
			continue;
		if (to->n == to->cap) {
			to->cap = to->cap ? to->cap * 2 : 1024;
			to->v = xrealloc(to->v, to->cap * sizeof(*to->v));
		}
		to->v[to->n++] = (struct option){
			.name = name, .value = value, .line = l.no,
			.file = xstrdup(file),
		};
	}
	lines_done(&l);
	if (to->n)
		qsort(to->v, to->n, sizeof(*to->v), by_name);
	for (size_t i = 0; i < to->n; i++) {
		if (i + 1 < to->n && !strcmp(to->v[i].name, to->v[i + 1].name))
			drop(&to->v[i]);
		else
			to->v[kept++] = to->v[i];
	}
	to->n = kept;
}

const char *dotconfig_get(const struct options *o, const char *name)
{
	size_t lo = 0, hi = o->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = strcmp(name, o->v[mid].name);

		if (!d)
			return o->v[mid].value;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

void dotconfig_merge(const char *text, const struct options *set, struct buf *out)
{
	struct lines l;

	lines_init(&l, "", text);
	while (lines_next(&l)) {
		char *name, *value;
		const char *what;
		bool ours = false;

		if (option_line(l.line, &name, &value, &what) > 0) {
			ours = options_find(set, name);
			free(name);
			free(value);
		}
		if (!ours)
			buf_addf(out, "%s\n", l.line);
	}
	lines_done(&l);
	for (size_t i = 0; i < set->n; i++) {
		char *line = option_text(set->v[i].name, set->v[i].value);

		buf_addf(out, "%s\n", line);
		free(line);
	}
}

static bool differ(const char *a, const char *b, bool fold)
{
	if (fold) {
		a = a ? a : "n";
		b = b ? b : "n";
	}
	return !a || !b ? a != b : strcmp(a, b);
}

size_t dotconfig_diff(const struct options *a, const struct options *b,
		      bool fold, struct config_change **out)
{
	struct config_change *v = xcalloc(a->n + b->n + 1, sizeof(*v));
	size_t i = 0, k = 0, n = 0;

	while (i < a->n || k < b->n) {
		struct config_change c = { 0 };
		int d;

		d = i == a->n ? 1 : k == b->n ? -1 :
		    strcmp(a->v[i].name, b->v[k].name);
		c.name = d <= 0 ? a->v[i].name : b->v[k].name;
		if (d <= 0)
			c.a = a->v[i++].value;
		if (d >= 0)
			c.b = b->v[k++].value;
		if (differ(c.a, c.b, fold))
			v[n++] = c;
	}
	*out = v;
	return n;
}
