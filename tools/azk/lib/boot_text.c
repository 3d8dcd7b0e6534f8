// SPDX-License-Identifier: GPL-2.0-only
/*
 * One table with a column for each kernel, then the lists: initcalls,
 * background work, functions, and what the image is made of.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot_host.h"
#include "boot_text.h"
#include "buf.h"
#include "report.h"
#include "table.h"

#define MIB	1048576.0
#define HEAD_MAX	24	/* of a path its end says most */

/* Ratio stands behind the first two columns, if these are upstream and ours. */
static bool has_ratio(const json_t *report)
{
	return report_role(report, "upstream") && report_role(report, "ours");
}

static void heads(const json_t *report, struct table *t, const char *first,
		  const char *last)
{
	json_t *s;

	table_row(t, first);
	for (size_t i = 0; (s = report_subject(report, i)); i++) {
		const char *name = report_str(s, *report_str(s, "label") ? "label" : "name");
		size_t len = strlen(name);
		char *head = xasprintf("%s%s", len > HEAD_MAX ? ".." : "",
				       len > HEAD_MAX ? name + len - HEAD_MAX + 2 : name);

		table_cell(t, head);
		free(head);
		if (i == 1 && has_ratio(report))
			table_cell(t, "ratio");
	}
	if (last)
		table_cell(t, last);
	table_rule(t);
}

/* One row from @value of each subject; NaN-free: @known says what there is. */
static void row(const json_t *report, struct table *t, const char *name,
		const double *value, const bool *known)
{
	size_t n = report_subjects(report);

	table_row(t, name);
	for (size_t i = 0; i < n; i++) {
		table_number(t, value[i], known[i]);
		if (i == 1 && has_ratio(report))
			table_ratio(t, value[1], value[0], known[0] && known[1]);
	}
}

static void metric_row(const json_t *report, struct table *t, const char *text,
		       const char *metric)
{
	size_t n = report_subjects(report);
	double *value = xcalloc(n, sizeof(*value));
	bool *known = xcalloc(n, sizeof(*known)), any = false;

	for (size_t i = 0; i < n; i++) {
		known[i] = report_metric(report_subject(report, i), metric, &value[i]);
		any |= known[i];
	}
	if (any)
		row(report, t, text, value, known);
	free(value);
	free(known);
}

/* Is it more than 0 for any of them? */
static bool has_any(const json_t *report, const char *metric)
{
	double v = 0;

	for (size_t i = 0; i < report_subjects(report); i++)
		if (report_metric(report_subject(report, i), metric, &v) && v > 0)
			return true;
	return false;
}

static void summary(const json_t *report, struct buf *out)
{
	json_t *phases = json_object_get(report_subject(report, 0), "phases"), *p;
	struct table t = TABLE_INIT;
	bool ruled = false;
	size_t i;

	heads(report, &t, "guest instructions", NULL);
	metric_row(report, &t, "first instruction to init", "instructions_to_init");
	json_array_foreach(phases, i, p) {
		char *text = xasprintf("  %s", report_str(p, "name"));
		char *metric = xasprintf("phase.%s", report_str(p, "name"));

		metric_row(report, &t, text, metric);
		free(text);
		free(metric);
	}
	table_rule(&t);
	metric_row(report, &t, "of these, waiting loops", "instructions_waiting");
	metric_row(report, &t, "before: firmware", "instructions_firmware");
	metric_row(report, &t, "slept (ns)", "idle_to_init_ns");
	metric_row(report, &t, "virtual time to init (ns)", "virtual_to_init_ns");
	metric_row(report, &t, "kernel's own clock (ns)", "kernel_clock_at_init_ns");
	metric_row(report, &t, "monotonic clock (ns)", "monotonic_clock_at_init_ns");
	metric_row(report, &t, "memory free at init (bytes)", "memory_free_at_init_bytes");
	metric_row(report, &t, "image (bytes)", "image_bytes");
	for (const struct boot_host_row *r = boot_host_rows; r->metric; r++) {
		if (!has_any(report, r->metric))
			continue;
		if (!ruled)
			table_rule(&t);
		ruled = true;
		metric_row(report, &t, r->text, r->metric);
	}
	table_print(&t, out);
}

/* A row of a list: its name and its numbers in every subject. */
struct item {
	const char *name;
	const json_t *from;	/* the row of the first subject that has it */
	double *value;
	bool *known;
	double most;
};

static int by_most(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->most != y->most)
		return x->most > y->most ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* "functions" holds only the largest: look into "self", which holds all. */
static bool lookup(const json_t *subject, const char *list, const char *name, double *value)
{
	json_t *rows = json_object_get(subject, list), *row;
	json_t *all = json_object_get(subject, "self"), *v = NULL;
	size_t i;

	if (!strcmp(list, "functions") && all)
		v = json_object_get(all, name);
	else
		json_array_foreach(rows, i, row)
			if (!strcmp(report_str(row, "name"), name))
				v = json_object_get(row, "instructions");
	*value = json_number_value(v);
	return v != NULL;
}

static struct item *find_item(struct item *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i].name, name))
			return &v[i];
	return NULL;
}

/* The @top largest of each subject's @list, one row for each name. */
static struct item *collect(const json_t *report, const char *list, int top,
			    size_t *count)
{
	size_t subjects = report_subjects(report), n = 0, r;
	struct item *v = NULL, *it;
	json_t *rowj;

	for (size_t i = 0; i < subjects; i++)
		json_array_foreach(json_object_get(report_subject(report, i), list), r, rowj) {
			if (r >= (size_t)top)
				break;
			if (find_item(v, n, report_str(rowj, "name")))
				continue;
			v = xrealloc(v, (n + 1) * sizeof(*v));
			v[n++] = (struct item){
				.name = report_str(rowj, "name"), .from = rowj,
				.value = xcalloc(subjects, sizeof(double)),
				.known = xcalloc(subjects, sizeof(bool)),
			};
		}
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < subjects; i++) {
			it = &v[k];
			it->known[i] = lookup(report_subject(report, i), list, it->name,
					      &it->value[i]);
			if (it->value[i] > it->most)
				it->most = it->value[i];
		}
	if (n)
		qsort(v, n, sizeof(*v), by_most);
	*count = n;
	return v;
}

static void list(const json_t *report, const char *name, const char *title,
		 const char *note, int top, struct buf *out)
{
	struct table t = TABLE_INIT;
	struct item *v;
	size_t n;

	v = collect(report, name, top, &n);
	if (!n)
		return;
	buf_adds(out, "\n");
	heads(report, &t, title, note ? note : NULL);
	t.text_col = note ? (int)(report_subjects(report) + 1 + has_ratio(report)) : 0;
	for (size_t i = 0; i < n; i++) {
		char *text = xasprintf("%s%s", v[i].name,
			json_is_true(json_object_get(v[i].from, "waiting")) ? " (waiting)" : "");

		row(report, &t, text, v[i].value, v[i].known);
		if (note)
			table_cell(&t, report_str(v[i].from, *note == 'l' ? "level" : "mostly_in"));
		free(text);
		free(v[i].value);
		free(v[i].known);
	}
	free(v);
	table_print(&t, out);
}

static void parts(const json_t *subject, const char *key, const char *title, int top,
		  struct buf *out)
{
	json_t *a = json_object_get(json_object_get(subject, "image_parts"), key), *p;
	double bytes = 0, packed = 0;
	struct table t = TABLE_INIT;
	bool estimate = false;
	size_t i;

	if (!json_array_size(a))
		return;
	buf_adds(out, "\n");
	json_array_foreach(a, i, p)
		estimate |= json_object_get(p, "packed_bytes_estimate") != NULL;
	table_row(&t, title);
	table_cell(&t, "bytes");
	if (estimate)
		table_cell(&t, "MiB in the image (estimate)");
	table_rule(&t);
	json_array_foreach(a, i, p) {
		double b = json_number_value(json_object_get(p, "bytes"));
		double e = json_number_value(json_object_get(p, "packed_bytes_estimate"));
		char mib[32];

		if (i >= (size_t)top) {
			bytes += b;
			packed += e;
			continue;
		}
		snprintf(mib, sizeof(mib), "%.2f", e / MIB);
		table_row(&t, report_str(p, "name"));
		table_number(&t, b, true);
		if (estimate)
			table_cell(&t, mib);
	}
	if (bytes > 0) {
		char mib[32];

		snprintf(mib, sizeof(mib), "%.2f", packed / MIB);
		table_row(&t, "(the rest)");
		table_number(&t, bytes, true);
		if (estimate)
			table_cell(&t, mib);
	}
	table_print(&t, out);
}

static void image(const json_t *report, int top, struct buf *out)
{
	json_t *s, *p;

	for (size_t i = 0; (s = report_subject(report, i)); i++) {
		double payload, whole;

		p = json_object_get(s, "image_parts");
		payload = json_number_value(json_object_get(p, "payload_bytes"));
		whole = json_number_value(json_object_get(s, "image_bytes"));
		if (payload <= 0)
			continue;
		buf_addf(out, "\nimage of %s: %.2f MiB = %.2f kernel packed with %s + %.2f "
			 "unpacker and setup\n", report_str(s, "name"), whole / MIB,
			 payload / MIB, report_str(p, "payload_format"),
			 (whole - payload) / MIB);
		parts(s, "sections", "section", top, out);
		parts(s, "directories", "objects from", 2 * top, out);
	}
}

static void doubts(const json_t *report, struct buf *out)
{
	bool all = true;
	json_t *s, *d;
	size_t r;

	for (size_t i = 0; (s = report_subject(report, i)); i++)
		json_array_foreach(json_object_get(s, "disagreements"), r, d) {
			buf_addf(out, "DISAGREES %s: %s\n", report_str(s, "name"),
				 json_string_value(d));
			all = false;
		}
	if (all)
		buf_addf(out, "each kernel booted %" JSON_INTEGER_FORMAT " times, the last time "
			 "not counted: all agree to the digit\n",
			 json_integer_value(json_object_get(report, "runs")));
}

bool boot_text_counted(const json_t *report)
{
	double insns;
	json_t *s;

	for (size_t i = 0; (s = report_subject(report, i)); i++)
		if (!report_metric(s, "instructions_to_init", &insns))
			return false;
	return json_integer_value(json_object_get(report, "runs")) > 1;
}

void boot_text(const json_t *report, int top, struct buf *out)
{
	buf_addf(out, "boot on %s, %" JSON_INTEGER_FORMAT " CPU, %" JSON_INTEGER_FORMAT " MiB, "
		 "base %s\nkernel options: %s\n"
		 "(nokaslr: addresses must have names; one instruction is 1 ns)\n",
		 report_str(report, "machine"),
		 json_integer_value(json_object_get(report, "cpus")),
		 json_integer_value(json_object_get(report, "memory_bytes")) >> 20,
		 report_str(report, "base"), report_str(report, "command_line"));
	doubts(report, out);
	buf_adds(out, "\n");
	summary(report, out);
	list(report, "initcalls", "initcalls, own task", "level", top, out);
	list(report, "background", "background work", NULL, top, out);
	list(report, "functions", "functions, self", "mostly in", top, out);
	image(report, top, out);
}
