// SPDX-License-Identifier: GPL-2.0-only
/* Called by azk boot --counters. A line of the log holds a part of one phase. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "file.h"
#include "hvcounters.h"
#include "hyperv.h"
#include "msg.h"

#define LINE	HYPERV_LINE "counters "

/* Put the members of @part into @phase; a table that came in pieces becomes one. */
static void merge(json_t *phase, json_t *part)
{
	const char *key;
	json_t *value, *have;

	json_object_foreach(part, key, value) {
		have = json_object_get(phase, key);
		if (json_is_object(have) && json_is_object(value))
			json_object_update(have, value);
		else
			json_object_set(phase, key, value);
	}
}

static void take(json_t *phases, const char *line, size_t len)
{
	json_t *part = json_loadb(line, len, 0, NULL), *last;
	const char *name = json_string_value(json_object_get(part, "phase"));

	if (name) {
		last = json_array_get(phases, json_array_size(phases) - 1);
		if (!last || strcmp(json_string_value(json_object_get(last, "phase")), name)) {
			last = json_object();
			json_array_append_new(phases, last);
		}
		merge(last, part);
	}
	json_decref(part);
}

json_t *hvcounters(const char *debug)
{
	json_t *phases = json_array();
	const char *at = debug;

	while ((at = strstr(at, LINE))) {
		at += strlen(LINE);
		take(phases, at, strcspn(at, "\n"));
	}
	return phases;
}

int hvcounters_write(const char *path, const char *debug)
{
	json_t *all;
	char *text;
	int ret;

	all = json_pack("{s:s, s:o}", "schema", "azk-hvhost-counters-1", "phases",
			hvcounters(debug));
	text = json_dumps(all, JSON_INDENT(2));
	json_decref(all);
	if (!text)
		return azk_err(AZK_EX_SYSTEM, path, NULL, "no memory");
	ret = file_write(path, text, strlen(text));
	free(text);
	return ret;
}
