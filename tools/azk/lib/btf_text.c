// SPDX-License-Identifier: GPL-2.0-only
/* BTF: what a type is called and how large it is. */
#include <string.h>

#include "btf.h"

#define DEEP	16	/* pointers to functions with pointers to functions ... */
#define LONG	4096	/* bytes: longer than any type that a person wrote */

uint32_t btf_plain(const struct btf *b, uint32_t id, bool typedefs)
{
	const struct btf_type *t;

	while ((t = btf_type(b, id))) {
		switch (btf_kind(t)) {
		case BTF_KIND_TYPEDEF:
			if (!typedefs)
				return id;
			break;
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case AZK_BTF_TYPE_TAG:
			break;
		default:
			return id;
		}
		id = t->type;
	}
	return 0;
}

uint64_t btf_size(const struct btf *b, uint32_t id)
{
	uint64_t times = 1;
	const struct btf_type *t;

	while ((t = btf_type(b, btf_plain(b, id, true)))) {
		switch (btf_kind(t)) {
		case BTF_KIND_ARRAY:
			times *= btf_array(t)->nelems;
			id = btf_array(t)->type;
			continue;
		case BTF_KIND_PTR:
			return times * 8;
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_FLOAT:
		case AZK_BTF_ENUM64:
			return times * t->size;
		}
		return 0;
	}
	return 0;
}

static void describe(const struct btf *b, uint32_t id, const char *inner, int deep,
		     struct buf *out);

static void named(const char *word, const char *name, const char *inner, struct buf *out)
{
	buf_adds(out, word);
	buf_addf(out, "%s%s", *word && *name ? " " : "", name);
	if (*inner)
		buf_addf(out, "%s%s", *inner == '[' ? "" : " ", inner);
}

/* RETURN INNER(PARAM, PARAM) */
static void function(const struct btf *b, const struct btf_type *t, const char *inner,
		     int deep, struct buf *out)
{
	struct buf args = BUF_INIT;

	buf_addf(&args, "%s(", inner);
	for (unsigned int i = 0; i < btf_vlen(t) && args.len <= LONG; i++) {
		const struct btf_param *p = &btf_params(t)[i];

		buf_adds(&args, i ? ", " : "");
		if (!p->type && i == btf_vlen(t) - 1 && !*btf_str(b, p->name_off))
			buf_adds(&args, "...");
		else
			describe(b, p->type, "", deep + 1, &args);
	}
	buf_adds(&args, btf_vlen(t) ? ")" : "void)");
	describe(b, t->type, buf_str(&args), deep + 1, out);
	buf_free(&args);
}

/* A pointer's star stands inside, in brackets when it is to a function or array. */
static void pointer(const struct btf *b, const struct btf_type *t, const char *inner,
		    int deep, struct buf *out)
{
	const struct btf_type *to = btf_type(b, btf_plain(b, t->type, false));
	unsigned int kind = to ? btf_kind(to) : BTF_KIND_UNKN;
	struct buf star = BUF_INIT;

	if (kind == BTF_KIND_FUNC_PROTO || kind == BTF_KIND_ARRAY)
		buf_addf(&star, "(*%s)", inner);
	else
		buf_addf(&star, "*%s", inner);
	describe(b, t->type, buf_str(&star), deep + 1, out);
	buf_free(&star);
}

static void describe(const struct btf *b, uint32_t id, const char *inner, int deep,
		     struct buf *out)
{
	const struct btf_type *t = btf_type(b, btf_plain(b, id, false));
	struct buf more = BUF_INIT;

	if (deep > DEEP || out->len > LONG) {
		buf_adds(out, "...");
		return;
	}
	if (!t) {
		named("", "void", inner, out);
		return;
	}
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
		pointer(b, t, inner, deep, out);
		break;
	case BTF_KIND_ARRAY:
		buf_addf(&more, "%s[%u]", inner, btf_array(t)->nelems);
		describe(b, btf_array(t)->type, buf_str(&more), deep + 1, out);
		break;
	case BTF_KIND_FUNC_PROTO:
		function(b, t, inner, deep, out);
		break;
	case BTF_KIND_STRUCT:
		named("struct", btf_name(b, t), inner, out);
		break;
	case BTF_KIND_UNION:
		named("union", btf_name(b, t), inner, out);
		break;
	case BTF_KIND_FWD:
		named(BTF_INFO_KFLAG(t->info) ? "union" : "struct", btf_name(b, t), inner, out);
		break;
	case BTF_KIND_ENUM:
	case AZK_BTF_ENUM64:
		named("enum", btf_name(b, t), inner, out);
		break;
	default:
		named("", btf_name(b, t), inner, out);
	}
	buf_free(&more);
}

void btf_describe(const struct btf *b, uint32_t id, struct buf *out)
{
	describe(b, id, "", 0, out);
}
