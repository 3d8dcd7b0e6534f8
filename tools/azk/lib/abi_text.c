// SPDX-License-Identifier: GPL-2.0-only
/* The comparison as text, drawn from its JSON. */
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "table.h"

struct pen {
	struct buf *out;
	size_t most;		/* lines of each list, 0: all */
};

static const char *str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static bool yes(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static double size_of(const json_t *o, const char *key)
{
	return (double)json_array_size(json_object_get(o, key));
}

static bool enough(const struct pen *p, const json_t *list, size_t i)
{
	if (!p->most || i < p->most)
		return false;
	buf_addf(p->out, "  ... and %zu more (--all)\n", json_array_size(list) - i);
	return true;
}

static void count_row(struct table *t, const char *what, const json_t *a, const json_t *b,
		      const char *total, const json_t *part)
{
	double changed = size_of(part, "changed"), breaking = 0;
	json_t *o;
	size_t i;

	json_array_foreach(json_object_get(part, "changed"), i, o)
		breaking += yes(o, "breaks") &&
			    (!json_object_get(o, "exposed") || yes(o, "exposed"));
	table_row(t, what);
	table_number(t, (double)json_integer_value(json_object_get(a, total)), true);
	table_number(t, (double)json_integer_value(json_object_get(b, total)), true);
	table_number(t, size_of(part, "added"), json_is_object(part));
	table_number(t, size_of(part, "removed"), json_is_object(part));
	table_number(t, changed, json_is_object(part));
	table_number(t, breaking, json_is_object(part));
}

static void counts(const json_t *abi, struct pen *p)
{
	static const char *const heads[] = { "A", "B", "added", "removed", "changed", "breaking" };
	const json_t *a = json_object_get(abi, "a"), *b = json_object_get(abi, "b");
	struct table t = TABLE_INIT;

	buf_addf(p->out, "A: %s\nB: %s\n\n", str(a, "path"), str(b, "path"));
	table_row(&t, "");
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		table_cell(&t, heads[i]);
	table_rule(&t);
	count_row(&t, "exported symbols", a, b, "symbols", json_object_get(abi, "symbols"));
	count_row(&t, "structures", a, b, "structures", json_object_get(abi, "structures"));
	table_print(&t, p->out);
}

static void symbol_list(const json_t *symbols, const char *key, struct pen *p)
{
	json_t *list = json_object_get(symbols, key), *s;
	size_t i;

	if (json_array_size(list))
		buf_addf(p->out, "\nsymbols %s\n", key);
	json_array_foreach(list, i, s) {
		if (enough(p, list, i))
			break;
		buf_addf(p->out, "  %s  (%s%s%s)\n", str(s, "name"), str(s, "module"),
			 *str(s, "namespace") ? ", " : "", str(s, "namespace"));
	}
}

static void symbol_changes(const json_t *symbols, struct pen *p)
{
	json_t *list = json_object_get(symbols, "changed"), *s, *what;
	size_t i, k;

	if (json_array_size(list))
		buf_adds(p->out, "\nsymbols changed\n");
	json_array_foreach(list, i, s) {
		if (enough(p, list, i))
			break;
		buf_addf(p->out, "  %s:", str(s, "name"));
		json_array_foreach(json_object_get(s, "what"), k, what) {
			const char *key = json_string_value(what);
			const char *x = str(json_object_get(s, "a"), key);
			const char *y = str(json_object_get(s, "b"), key);

			buf_addf(p->out, "%s %s %s -> %s", k ? "," : "", key, *x ? x : "none",
				 *y ? y : "none");
		}
		buf_addf(p->out, "%s\n", yes(s, "breaks") ? "" : "  (compatible)");
	}
}

static void structure(const json_t *s, struct pen *p)
{
	json_t *list = json_object_get(s, "members"), *m, *bytes = json_object_get(s, "bytes");
	json_int_t x = json_integer_value(json_array_get(bytes, 0));
	json_int_t y = json_integer_value(json_array_get(bytes, 1));
	size_t i;

	buf_addf(p->out, "  %s: ", str(s, "name"));
	buf_addf(p->out, x == y ? "%lld bytes" : "%lld -> %lld bytes", (long long)x, (long long)y);
	buf_addf(p->out, "%s%s\n", yes(s, "breaks") ? "" : "  (compatible)",
		 yes(s, "exposed") ? "" : "  (not to be had through exported functions)");
	json_array_foreach(list, i, m) {
		const char *from = str(m, "from"), *to = str(m, "to");

		if (p->most && i == 4) {
			buf_addf(p->out, "      ... and %zu more (--all)\n",
				 json_array_size(list) - i);
			break;
		}
		buf_addf(p->out, "      %s %s: %s%s%s\n", str(m, "change"), str(m, "name"), from,
			 *from && *to ? " -> " : "", to);
	}
}

static bool breaking(const json_t *s)
{
	return yes(s, "breaks") && yes(s, "exposed");
}

/* Those that matter first, each half in the order of the report. */
static void structures(const json_t *part, struct pen *p)
{
	json_t *list = json_object_get(part, "changed"), *s;
	size_t i, shown = 0;

	if (json_array_size(list))
		buf_adds(p->out, "\nstructures changed\n");
	for (int half = 0; half < 2; half++)
		json_array_foreach(list, i, s) {
			if (breaking(s) != !half)
				continue;
			if (enough(p, list, shown))
				return;
			structure(s, p);
			shown++;
		}
}

static void modules(const json_t *list, struct pen *p)
{
	json_t *m, *b, *all;
	size_t i, k;

	if (json_array_size(list))
		buf_adds(p->out, "\nmodules built for A, with B\n");
	json_array_foreach(list, i, m) {
		all = json_object_get(m, "breaks");
		buf_addf(p->out, "  %s: %lld symbols needed, ", str(m, "file"),
			 (long long)json_integer_value(json_object_get(m, "imports")));
		if (json_array_size(all))
			buf_addf(p->out, "BREAKS in %zu place%s\n", json_array_size(all),
				 json_array_size(all) == 1 ? "" : "s");
		else
			buf_adds(p->out, "works\n");
		json_array_foreach(all, k, b) {
			if (enough(p, all, k))
				break;
			buf_addf(p->out, "      %s %s\n", str(b, "name"), str(b, "text"));
		}
	}
}

static const char *in_words(const char *verdict)
{
	static const char *const words[][2] = {
		{ "same", "A and B are the same to a module" },
		{ "compatible", "compatible: a module built for A works with B" },
		{ "incompatible", "incompatible: modules built for A may break with B" },
		{ "modules_break", "incompatible: a module looked at breaks with B" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i][0], verdict))
			return words[i][1];
	return verdict;
}

void abi_text(const json_t *abi, size_t most, struct buf *out)
{
	const json_t *symbols = json_object_get(abi, "symbols");
	struct pen p = { out, most };
	json_t *n;
	size_t i;

	counts(abi, &p);
	symbol_list(symbols, "added", &p);
	symbol_list(symbols, "removed", &p);
	symbol_changes(symbols, &p);
	structures(json_object_get(abi, "structures"), &p);
	modules(json_object_get(abi, "modules"), &p);
	if (json_array_size(json_object_get(abi, "not_run")))
		buf_adds(out, "\n");
	json_array_foreach(json_object_get(abi, "not_run"), i, n)
		buf_addf(out, "not compared: %s: %s\n", str(n, "check"), str(n, "why"));
	buf_addf(out, "\n%s\n", in_words(str(abi, "verdict")));
}
