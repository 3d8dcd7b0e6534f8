// SPDX-License-Identifier: GPL-2.0-only
/* Reports of every kind: make, order, compare, read, write. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "msg.h"
#include "report.h"

/*
 * Digits of a figure in the file: more than any count has, and fewer than show that
 * 0.1 is none in binary.
 */
#define REAL_DIGITS	12

json_t *report_new(const char *kind, const char *machine, const char *base)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[], s:{}}", "schema", REPORT_SCHEMA,
			 "kind", kind, "machine", machine, "base", base,
			 "subjects", "ratios");
}

const char *report_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

size_t report_subjects(const json_t *report)
{
	return json_array_size(json_object_get(report, "subjects"));
}

json_t *report_subject(const json_t *report, size_t i)
{
	return json_array_get(json_object_get(report, "subjects"), i);
}

json_t *report_role(const json_t *report, const char *role)
{
	json_t *s;

	for (size_t i = 0; (s = report_subject(report, i)); i++)
		if (!strcmp(report_str(s, "role"), role))
			return s;
	return NULL;
}

const char *report_role_of(const char *name)
{
	if (str_starts(name, "upstream/") || strstr(name, "out/upstream/"))
		return "upstream";
	return !strchr(name, '/') || strstr(name, "out/ours/") ? "ours" : "peer";
}

static void set_role(json_t *subject, const char *role)
{
	if (subject)
		json_object_set_new(subject, "role", json_string(role));
}

void report_order(json_t *report)
{
	static const char *const roles[] = { "upstream", "ours", "peer" };
	json_t *old = json_object_get(report, "subjects"), *list = json_array(), *s;
	size_t i;

	if (!report_role(report, "upstream") && json_array_size(old) > 1) {
		json_array_foreach(old, i, s)
			set_role(s, i == 0 ? "upstream" : i == 1 ? "ours" : "peer");
	}
	/* a second one of a role is a further column */
	for (int r = 0; r < 2; r++) {
		bool seen = false;

		json_array_foreach(old, i, s) {
			if (strcmp(report_str(s, "role"), roles[r]))
				continue;
			if (seen)
				set_role(s, "peer");
			seen = true;
		}
	}
	for (int r = 0; r < 3; r++)
		json_array_foreach(old, i, s)
			if (!strcmp(report_str(s, "role"), roles[r]))
				json_array_append(list, s);
	json_object_set_new(report, "subjects", list);
}

void report_ratios(json_t *report)
{
	json_t *up = json_object_get(report_role(report, "upstream"), "metrics");
	json_t *ours = json_object_get(report_role(report, "ours"), "metrics");
	json_t *ratios = json_object(), *v;
	const char *key;

	json_object_foreach(ours, key, v) {
		double a = json_number_value(json_object_get(up, key));

		if (a > 0)
			json_object_set_new(ratios, key,
					    json_real(json_number_value(v) / a));
	}
	json_object_set_new(report, "ratios", ratios);
}

/* Tables of a subject that a metric may name a row of. */
static const struct {
	const char *prefix, *table;
	bool zero;		/* what is not listed ran no instruction */
} tables[] = {
	{ "self", "self", true },
	{ "initcall", "initcalls", true },
	{ "background", "background", true },
	{ "phase", "phases", false },
};

static bool same_name(const char *row, const char *name)
{
	for (; *row && *name; row++, name++)
		if (*row != *name && !(*row == ' ' && *name == '_'))
			return false;
	return *row == *name;
}

static bool find_row(const json_t *table, const char *name, double *value)
{
	json_t *row, *v;
	size_t i;

	if (json_is_object(table)) {
		v = json_object_get(table, name);
		*value = json_number_value(v);
		return v != NULL;
	}
	json_array_foreach(table, i, row)
		if (same_name(report_str(row, "name"), name)) {
			*value = json_number_value(json_object_get(row, "instructions"));
			return true;
		}
	return false;
}

bool report_metric(const json_t *subject, const char *name, double *value)
{
	json_t *v = json_object_get(json_object_get(subject, "metrics"), name);

	if (json_is_number(v)) {
		*value = json_number_value(v);
		return true;
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		size_t len = strlen(tables[i].prefix);
		json_t *t = json_object_get(subject, tables[i].table);

		if (!t || strncmp(name, tables[i].prefix, len) ||
		    (name[len] != '.' && name[len] != '_') || !name[len + 1])
			continue;
		if (find_row(t, name + len + 1, value))
			return true;
		*value = 0;
		return tables[i].zero;
	}
	return false;
}

static const char *check(const json_t *report)
{
	static const char *const roles[] = { "upstream", "ours", "peer" };
	json_t *s;

	if (strcmp(report_str(report, "schema"), REPORT_SCHEMA))
		return "not a report of schema " REPORT_SCHEMA;
	if (!*report_str(report, "kind"))
		return "no kind";
	if (!report_subjects(report))
		return "no subjects";
	for (size_t i = 0; (s = report_subject(report, i)); i++) {
		size_t r;

		for (r = 0; r < 3 && strcmp(report_str(s, "role"), roles[r]); r++)
			;
		if (!*report_str(s, "name") || r == 3)
			return "a subject without a name or with an unknown role";
		if (!json_is_object(json_object_get(s, "metrics")))
			return "a subject without metrics";
	}
	return NULL;
}

int report_parse(const char *name, const char *text, json_t **report)
{
	json_error_t err;
	const char *wrong;
	char at[512];

	*report = json_loads(text, 0, &err);
	if (!*report)
		return azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), name, err.line),
			       "run the bench again", "no JSON: %s", err.text);
	wrong = check(*report);
	if (!wrong)
		return AZK_OK;
	json_decref(*report);
	*report = NULL;
	return azk_err(AZK_EX_INPUT, name, "name a file that 'azk bench' wrote", "%s", wrong);
}

int report_read(const char *path, json_t **report)
{
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	*report = NULL;
	if (!ret)
		ret = report_parse(path, buf_str(&b), report);
	buf_free(&b);
	return ret;
}

static char *text_of(const json_t *report)
{
	return json_dumps(report, JSON_INDENT(1) | JSON_REAL_PRECISION(REAL_DIGITS));
}

int report_settle(json_t **report)
{
	char *text = text_of(*report);
	json_t *settled = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	if (!settled)
		return azk_err(AZK_EX_SYSTEM, "report", NULL, "it cannot be put into JSON");
	json_decref(*report);
	*report = settled;
	return AZK_OK;
}

int report_write(const char *path, const json_t *report)
{
	char *text = text_of(report);
	struct buf b = BUF_INIT;
	int ret;

	if (!text)
		return azk_err(AZK_EX_SYSTEM, path, NULL, "the report cannot be put into JSON");
	buf_adds(&b, text);
	buf_adds(&b, "\n");
	free(text);
	ret = file_write(path, b.s, b.len);
	buf_free(&b);
	return ret;
}
