// SPDX-License-Identifier: GPL-2.0-only
/* The comparison as a whole: its parts, what could not be compared, the verdict. */
#include <string.h>

#include "abi.h"
#include "exit.h"

static json_t *side_json(const struct abi_side *s)
{
	return json_pack("{s:s, s:s?, s:I, s:b, s:I}", "path", s->path, "release", s->release,
			 "symbols", (json_int_t)s->sym.n, "versions", s->sym.versions,
			 "structures", (json_int_t)s->lay.n);
}

static void lacks(json_t *not_run, const char *check, const char *side, const char *what)
{
	json_array_append_new(not_run, json_pack("{s:s, s:o}", "check", check,
						 "why", json_sprintf("%s %s", side, what)));
}

static void lacking(json_t *not_run, const struct abi_side *s)
{
	if (!s->sym.n)
		lacks(not_run, "symbols", s->path, "has no Module.symvers");
	else if (!s->sym.versions)
		lacks(not_run, "CRCs", s->path, "has none: built without CONFIG_MODVERSIONS");
	if (!s->btf.n)
		lacks(not_run, "structures", s->path, "has no BTF: built without "
		      "CONFIG_DEBUG_INFO_BTF, or no vmlinux is there");
}

/* Is there one in @list that says it breaks (and can be had by a module)? */
static bool any_breaks(const json_t *list)
{
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		json_t *exposed = json_object_get(o, "exposed");

		if (json_is_true(json_object_get(o, "breaks")) &&
		    (!exposed || json_is_true(exposed)))
			return true;
	}
	return false;
}

static bool any(const json_t *part)
{
	return json_array_size(json_object_get(part, "added")) ||
	       json_array_size(json_object_get(part, "removed")) ||
	       json_array_size(json_object_get(part, "changed"));
}

static const char *verdict(const json_t *symbols, const json_t *structures, const json_t *modules)
{
	json_t *m;
	size_t i;

	json_array_foreach(modules, i, m)
		if (json_array_size(json_object_get(m, "breaks")))
			return "modules_break";
	if (json_array_size(json_object_get(symbols, "removed")) ||
	    any_breaks(json_object_get(symbols, "changed")) ||
	    any_breaks(json_object_get(structures, "changed")))
		return "incompatible";
	return any(symbols) || any(structures) ? "compatible" : "same";
}

int abi_compare(const struct abi_side *a, const struct abi_side *b,
		const struct kmodule *m, size_t n, json_t **out)
{
	json_t *not_run = json_array(), *modules = json_array(), *symbols, *structures, *one;
	int ret = AZK_OK;

	lacking(not_run, a);
	lacking(not_run, b);
	symbols = a->sym.n && b->sym.n ? abi_symbols(&a->sym, &b->sym) : NULL;
	structures = a->btf.n && b->btf.n ? abi_structures(a, &b->lay) : NULL;
	for (size_t i = 0; i < n && !ret; i++) {
		ret = abi_module(a, b, m, n, &m[i], structures, &one);
		json_array_extend(not_run, json_object_get(one, "not_run"));
		json_object_del(one, "not_run");
		json_array_append_new(modules, one);
	}
	*out = json_pack("{s:s, s:o, s:o, s:s, s:o?, s:o?, s:o, s:o}", "schema", ABI_SCHEMA,
			 "a", side_json(a), "b", side_json(b),
			 "verdict", verdict(symbols, structures, modules),
			 "symbols", symbols, "structures", structures,
			 "modules", modules, "not_run", not_run);
	return ret;
}
