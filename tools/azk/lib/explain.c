// SPDX-License-Identifier: GPL-2.0-only
/* Ask for one symbol, print it: a line for each fact. */
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "explain.h"
#include "file.h"
#include "msg.h"

static const char *str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static int no_symbol(const char *symbol, const struct kconf *k, const json_t *near)
{
	struct buf b = BUF_INIT;
	const json_t *x;
	size_t i;
	int ret;

	json_array_foreach(near, i, x)
		buf_addf(&b, "%s%s", i ? ", " : "did you mean ", json_string_value(x));
	ret = azk_err(AZK_EX_INPUT, k->tree, b.len ? b.s : NULL,
		      "no symbol %s in this tree (%s, %s)", symbol, k->arch,
		      k->version);
	buf_free(&b);
	return ret;
}

int explain_symbol(const struct kconf_how *how, const char *config,
		   const char *symbol, json_t **about)
{
	struct buf text = BUF_INIT;
	struct kconf k = { .lock = -1 };
	int ret = file_read(config, &text);

	if (str_starts(symbol, "CONFIG_"))
		symbol += strlen("CONFIG_");
	ret = ret ?: kconf_open(&k, how);
	ret = ret ?: kconf_explain(&k, &text, symbol, about);
	if (!ret && !json_object_get(*about, "name"))
		ret = no_symbol(symbol, &k, json_object_get(*about, "near"));
	kconf_close(&k);
	buf_free(&text);
	return ret;
}

static void print_place(const json_t *p, FILE *to)
{
	const char *name;
	json_t *vals = json_object_get(p, "leaves"), *v;

	fprintf(to, "defined      %s\n", str(p, "at"));
	if (*str(p, "prompt"))
		fprintf(to, "  prompt     \"%s\"\n", str(p, "prompt"));
	if (!*str(p, "depends_on"))
		return;
	fprintf(to, "  depends on %s  (comes to %s)\n", str(p, "depends_on"),
		str(p, "depends_value"));
	json_object_foreach(vals, name, v)
		fprintf(to, "             %s=%s\n", name,
			json_is_string(v) ? json_string_value(v) : "(not in this tree)");
}

static void print_rows(const json_t *rows, const char *title, FILE *to)
{
	const json_t *x;
	size_t i;

	json_array_foreach(rows, i, x)
		fprintf(to, "%-12s %s=%s%s%s  (%s%s, %s)\n", title, str(x, "name"),
			str(x, "value"), *str(x, "if") ? " if " : "", str(x, "if"),
			strcmp(str(x, "forces"), "n") ? "forces " : "no effect now",
			strcmp(str(x, "forces"), "n") ? str(x, "forces") : "",
			str(x, "at"));
}

void explain_print(const json_t *o, FILE *to)
{
	const json_t *x;
	size_t i;

	fprintf(to, "%s=%s\n", str(o, "name"), str(o, "value"));
	fprintf(to, "type         %s\n", str(o, "type"));
	fprintf(to, "set by       %s\n", json_is_true(json_object_get(o, "user_set")) ?
		"the .config" : "Kconfig (default, select or imply)");
	fprintf(to, "visible      %s\n", strcmp(str(o, "visible"), "n") ?
		str(o, "visible") : "no: it cannot be set now");
	if (json_object_get(o, "choice"))
		fprintf(to, "choice       \"%s\"\n", str(o, "choice"));
	if (json_object_get(o, "range"))
		fprintf(to, "range        %s\n", str(o, "range"));
	json_array_foreach(json_object_get(o, "defined"), i, x)
		print_place(x, to);
	json_array_foreach(json_object_get(o, "defaults"), i, x)
		fprintf(to, "default      %s%s%s  (%s)\n", str(x, "value"),
			*str(x, "if") ? " if " : "", str(x, "if"), str(x, "at"));
	print_rows(json_object_get(o, "selected_by"), "selected by", to);
	print_rows(json_object_get(o, "implied_by"), "implied by", to);
}
