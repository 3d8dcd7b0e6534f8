// SPDX-License-Identifier: GPL-2.0-only
/* Exported symbols: two sorted lists walked side by side. */
#include <string.h>

#include "abi.h"

static json_t *crc_json(uint32_t crc)
{
	return json_sprintf("0x%08x", crc);
}

static json_t *symbol_json(const struct symver *s)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", s->name, "module", s->module,
			 "export", s->gpl ? "EXPORT_SYMBOL_GPL" : "EXPORT_SYMBOL",
			 "namespace", s->ns, "crc", crc_json(s->crc));
}

/*
 * What is different, or NULL. A kernel without CRCs compares none. A symbol that
 * moved from a module into the kernel, left a namespace, or is for every licence
 * now is a change that no module notices.
 */
static json_t *change(const struct symver *a, const struct symver *b)
{
	json_t *what = json_array();
	bool crc = a->crc && b->crc && a->crc != b->crc;
	bool ns = strcmp(a->ns, b->ns), gpl = a->gpl != b->gpl;
	bool breaks = crc || (ns && *b->ns) || (gpl && b->gpl);

	if (crc)
		json_array_append_new(what, json_string("crc"));
	if (ns)
		json_array_append_new(what, json_string("namespace"));
	if (gpl)
		json_array_append_new(what, json_string("export"));
	if (strcmp(a->module, b->module))
		json_array_append_new(what, json_string("module"));
	if (!json_array_size(what)) {
		json_decref(what);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:b}", "name", a->name, "what", what,
			 "a", symbol_json(a), "b", symbol_json(b), "breaks", breaks);
}

json_t *abi_symbols(const struct symvers *a, const struct symvers *b)
{
	json_t *added = json_array(), *removed = json_array(), *changed = json_array();
	size_t i = 0, k = 0;

	while (i < a->n || k < b->n) {
		int c = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->v[i].name, b->v[k].name);
		json_t *o = c ? NULL : change(&a->v[i], &b->v[k]);

		if (c < 0)
			json_array_append_new(removed, symbol_json(&a->v[i]));
		else if (c > 0)
			json_array_append_new(added, symbol_json(&b->v[k]));
		else if (o)
			json_array_append_new(changed, o);
		i += c <= 0;
		k += c >= 0;
	}
	return json_pack("{s:o, s:o, s:o}", "added", added, "removed", removed,
			 "changed", changed);
}
