// SPDX-License-Identifier: GPL-2.0-only
/* See load_text.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "load_subject.h"
#include "load_text.h"
#include "report.h"
#include "table.h"

#define HEAD_MAX	20	/* of a path its end says most */

json_t *load_text_cell(const json_t *subject, size_t i)
{
	return json_array_get(json_object_get(subject, "cells"), i);
}

const char *load_text_label(const json_t *subject)
{
	return report_str(subject, *report_str(subject, "label") ? "label" : "name");
}

bool load_text_figure(const json_t *cell, const char *name, double *v)
{
	json_t *m = json_object_get(json_object_get(json_object_get(cell, "figures"), name), "median");
	char key[24];

	if (!m) {
		snprintf(key, sizeof(key), "%s_ns", name);
		m = json_object_get(json_object_get(cell, "latency"), key);
	}
	*v = json_number_value(m);
	return json_is_number(m);
}

bool load_text_complete(const json_t *report)
{
	json_t *s;

	for (size_t i = 0; (s = report_subject(report, i)); i++)
		if (!json_array_size(json_object_get(s, "cells")))
			return false;
	return *report_str(report, "unit") != '\0';
}

static bool has_ratio(const json_t *report)
{
	return report_role(report, "upstream") && report_role(report, "ours");
}

static void heads(const json_t *report, struct table *t, const char *first)
{
	json_t *s;

	table_row(t, first);
	for (size_t i = 0; (s = report_subject(report, i)); i++) {
		const char *name = load_text_label(s);
		size_t len = strlen(name);
		char *head = xasprintf("%s%s", len > HEAD_MAX ? ".." : "",
				       len > HEAD_MAX ? name + len - HEAD_MAX + 2 : name);

		table_cell(t, head);
		free(head);
		if (i == 1 && has_ratio(report))
			table_cell(t, "ratio");
	}
	table_rule(t);
}

static void value(struct table *t, const struct load_figure *f, double v, bool known)
{
	char s[32];

	if (f->whole || !known) {
		table_number(t, v, known);
		return;
	}
	snprintf(s, sizeof(s), "%.3f", v);
	table_cell(t, s);
}

/* One kind of load under one host; false: no subject has this figure for it. */
static bool row(const json_t *report, struct table *t, const struct load_figure *f, size_t i)
{
	size_t n = report_subjects(report);
	double *v = xcalloc(n, sizeof(*v));
	bool *known = xcalloc(n, sizeof(*known)), any = false;

	for (size_t s = 0; s < n; s++) {
		known[s] = load_text_figure(load_text_cell(report_subject(report, s), i), f->name,
					    &v[s]);
		any |= known[s];
	}
	if (any) {
		char *name = xasprintf("  %s", report_str(load_text_cell(report_subject(report, 0), i), "name"));

		table_row(t, name);
		free(name);
		for (size_t s = 0; s < n; s++) {
			value(t, f, v[s], known[s]);
			if (s == 1 && has_ratio(report))
				table_ratio(t, v[1], v[0], known[0] && known[1] && v[0] > 0);
		}
	}
	free(v);
	free(known);
	return any;
}

static int drain_of(const json_t *cell)
{
	return (int)json_integer_value(json_object_get(cell, "drain_us"));
}

/* Which host a block of rows is about; nothing where it cannot be late. */
static void host(const json_t *report, struct table *t, int drain)
{
	char *s;

	if (strcmp(report_str(report, "machine"), "hyperv"))
		return;
	s = drain ? xasprintf("the host looks %d us after the signal:", drain) :
		    xstrdup("the host looks at once:");
	table_row(t, s);
	free(s);
}

/* The table of one figure. */
static void figure(const json_t *report, const struct load_figure *f, struct buf *out)
{
	json_t *drains = json_object_get(report, "drain_us"), *d, *c;
	struct table t = TABLE_INIT;
	struct buf head = BUF_INIT;
	bool any = false;
	size_t i;

	buf_addf(&head, f->text, report_str(report, "unit"));
	heads(report, &t, buf_str(&head));
	json_array_foreach(drains, i, d) {
		int drain = (int)json_integer_value(d);

		host(report, &t, drain);
		for (size_t k = 0; (c = load_text_cell(report_subject(report, 0), k)); k++)
			if (drain_of(c) == drain)
				any |= row(report, &t, f, k);
	}
	table_rule(&t);
	buf_reset(&head);
	table_print(&t, &head);
	if (any)
		buf_addf(out, "%s\n", buf_str(&head));
	buf_free(&head);
}

static void functions(const json_t *subject, size_t i, int top, struct buf *out)
{
	json_t *c = load_text_cell(subject, i), *f;
	struct table t = TABLE_INIT;
	size_t n;

	if (!json_array_size(json_object_get(c, "functions")))
		return;
	buf_addf(out, "%s, %s, the host looks after %d us:\n", load_text_label(subject),
		 report_str(c, "name"), drain_of(c));
	t.text_col = 1;
	json_array_foreach(json_object_get(c, "functions"), n, f) {
		char s[32];

		if (n == (size_t)top)
			break;
		snprintf(s, sizeof(s), "%8.1f", json_number_value(json_object_get(f, "instructions")));
		table_row(&t, s);
		table_cell(&t, report_str(f, "name"));
	}
	table_print(&t, out);
	buf_adds(out, "\n");
}

static void head(const json_t *report, struct buf *out)
{
	json_t *s, *d;
	size_t k;

	buf_addf(out, "%s on %s (%s), 1 CPU, base %s\n", report_str(report, "kind"),
		 report_str(report, "machine"), report_str(report, "device"),
		 report_str(report, "base"));
	buf_addf(out, "kernel options: %s\n", report_str(report, "command_line"));
	buf_addf(out, "median of %d runs of each kind, each from a seed; one instruction is 1 ns\n",
		 (int)json_integer_value(json_object_get(report, "seeds")));
	for (size_t i = 0; (s = report_subject(report, i)); i++) {
		json_t *differ = json_object_get(s, "disagreements");

		buf_addf(out, "%s: %s%s\n", load_text_label(s), report_str(s, "version"),
			 json_array_size(differ) ? "; does not agree with itself:" :
			 "; counted and not counted agree to the digit");
		json_array_foreach(differ, k, d)
			buf_addf(out, "    %s\n", json_string_value(d));
	}
	buf_adds(out, "\n");
}

static void kinds(const json_t *report, struct buf *out)
{
	struct table t = TABLE_INIT;
	json_t *c, *first = report_subject(report, 0);
	int drain = drain_of(load_text_cell(first, 0));

	t.text_col = 1;
	table_row(&t, "name");
	table_cell(&t, "what it is");
	table_rule(&t);
	for (size_t i = 0; (c = load_text_cell(first, i)); i++) {
		if (drain_of(c) != drain)
			continue;
		table_row(&t, report_str(c, "name"));
		table_cell(&t, report_str(c, "what"));
	}
	table_rule(&t);
	table_print(&t, out);
	buf_adds(out, "\n");
}

/* What a kernel could not do, and why. */
static void skipped(const json_t *report, struct buf *out)
{
	int first = drain_of(load_text_cell(report_subject(report, 0), 0));
	json_t *s, *c;

	for (size_t i = 0; (s = report_subject(report, i)); i++)
		for (size_t k = 0; (c = load_text_cell(s, k)); k++)
			if (drain_of(c) == first && *report_str(c, "skipped"))
				buf_addf(out, "%s: %s: %s\n", load_text_label(s), report_str(c, "name"),
					 report_str(c, "skipped"));
	buf_adds(out, "\n");
}

void load_text(const json_t *report, int top, struct buf *out)
{
	json_t *s;

	head(report, out);
	kinds(report, out);
	for (const struct load_figure *f = load_figures; f->name; f++)
		figure(report, f, out);
	skipped(report, out);
	for (size_t k = 0; top && (s = report_subject(report, k)); k++)
		for (size_t n = 0; load_text_cell(s, n); n++)
			functions(s, n, top, out);
}
