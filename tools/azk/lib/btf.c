// SPDX-License-Identifier: GPL-2.0-only
/*
 * BTF: parse and check. Three passes: where each type begins, whether its
 * numbers and names are there, and whether they lead to what they may lead to.
 */
#include <stdlib.h>
#include <string.h>

#include "btf.h"
#include "exit.h"
#include "msg.h"

#define TODO	"build it again, or give the kernel it was built for"

/* Bytes behind a type: for each entry, and once. */
static const struct { unsigned char each, once; } tail[AZK_BTF_KINDS] = {
	[BTF_KIND_INT] = { 0, 4 },
	[BTF_KIND_ARRAY] = { 0, sizeof(struct btf_array) },
	[BTF_KIND_STRUCT] = { sizeof(struct btf_member), 0 },
	[BTF_KIND_UNION] = { sizeof(struct btf_member), 0 },
	[BTF_KIND_ENUM] = { sizeof(struct btf_enum), 0 },
	[BTF_KIND_FUNC_PROTO] = { sizeof(struct btf_param), 0 },
	[BTF_KIND_VAR] = { 0, sizeof(struct btf_var) },
	[BTF_KIND_DATASEC] = { sizeof(struct btf_var_secinfo), 0 },
	[AZK_BTF_DECL_TAG] = { 0, 4 },
	[AZK_BTF_ENUM64] = { 12, 0 },
};

uint32_t btf_end(const struct btf *b)
{
	return b->first + b->n;
}

const struct btf_type *btf_type(const struct btf *b, uint32_t id)
{
	while (id < b->first && b->base)
		b = b->base;
	return id < b->first ? NULL : b->type[id - b->first];
}

static bool has_str(const struct btf *b, uint32_t off)
{
	while (b->base && off < b->str_first)
		b = b->base;
	return off - b->str_first < b->str_len;
}

const char *btf_str(const struct btf *b, uint32_t off)
{
	while (b->base && off < b->str_first)
		b = b->base;
	return b->str + (off - b->str_first);
}

const char *btf_name(const struct btf *b, const struct btf_type *t)
{
	return btf_str(b, t->name_off);
}

/* Does @t name another type in its own field? */
static bool refers(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR:
	case AZK_BTF_DECL_TAG:
	case AZK_BTF_TYPE_TAG:
		return true;
	}
	return false;
}

/* May a value be of this type? Not of a function, a section, a tag on others. */
static bool may_be_type(const struct btf *b, uint32_t id)
{
	const struct btf_type *t;

	if (id >= btf_end(b))
		return false;
	t = btf_type(b, id);
	switch (t ? btf_kind(t) : BTF_KIND_UNKN) {
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case AZK_BTF_DECL_TAG:
		return false;
	}
	return true;
}

/* NULL, or what is wrong with what stands in and behind @t. */
static const char *fault_of(const struct btf *b, const struct btf_type *t)
{
	const struct btf_type *to;
	unsigned int kind = btf_kind(t);

	if (!has_str(b, t->name_off))
		return "has a name outside of the strings";
	if (refers(t) && t->type >= btf_end(b))
		return "refers to a type that is not there";
	to = refers(t) ? btf_type(b, t->type) : NULL;
	if (kind == BTF_KIND_FUNC && (!to || btf_kind(to) != BTF_KIND_FUNC_PROTO))
		return "is a function of a type that is no function's";
	if (refers(t) && kind != AZK_BTF_DECL_TAG && kind != BTF_KIND_FUNC &&
	    !may_be_type(b, t->type))
		return "refers to what is no type";
	if ((kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR || kind == BTF_KIND_TYPEDEF) &&
	    !*btf_name(b, t))
		return "has no name and must have one";
	if (kind == BTF_KIND_ARRAY && (!may_be_type(b, btf_array(t)->type) ||
				       !may_be_type(b, btf_array(t)->index_type)))
		return "is an array of what is no type";
	for (unsigned int i = 0; btf_composite(t) && i < btf_vlen(t); i++)
		if (!has_str(b, btf_members(t)[i].name_off) ||
		    !may_be_type(b, btf_members(t)[i].type))
			return "has a member whose name or type is not there";
	for (unsigned int i = 0; kind == BTF_KIND_FUNC_PROTO && i < btf_vlen(t); i++)
		if (!has_str(b, btf_params(t)[i].name_off) ||
		    !may_be_type(b, btf_params(t)[i].type))
			return "has a parameter whose name or type is not there";
	return NULL;
}

/*
 * Does @id contain itself without a pointer between? Then nothing that follows
 * types would end. @seen: 0 not looked at, 1 being looked at, 2 fine. Depth is
 * bounded, for the stack's sake; the kernel allows 32 (MAX_RESOLVE_DEPTH).
 */
static bool endless(const struct btf *b, uint32_t id, unsigned char *seen, int depth)
{
	const struct btf_type *t = btf_type(b, id);
	bool bad = false;

	if (!t || id < b->first || seen[id - b->first] == 2)
		return false;
	if (seen[id - b->first] == 1 || depth > 200)
		return true;
	seen[id - b->first] = 1;
	if (btf_composite(t))
		for (unsigned int i = 0; i < btf_vlen(t) && !bad; i++)
			bad = endless(b, btf_members(t)[i].type, seen, depth + 1);
	else if (btf_kind(t) == BTF_KIND_ARRAY)
		bad = endless(b, btf_array(t)->type, seen, depth + 1);
	else if (refers(t) && btf_kind(t) != BTF_KIND_PTR &&
		 btf_kind(t) != BTF_KIND_FUNC_PROTO && btf_kind(t) != AZK_BTF_DECL_TAG)
		bad = endless(b, t->type, seen, depth + 1);
	seen[id - b->first] = 2;
	return bad;
}

static int check(const char *name, const struct btf *b)
{
	unsigned char *seen = xcalloc(b->n + 1, 1);
	int ret = AZK_OK;

	for (uint32_t i = 0; i < b->n && !ret; i++) {
		const char *fault = fault_of(b, b->type[i]);

		if (fault)
			ret = azk_err(AZK_EX_INPUT, name, TODO, "BTF type %u %s",
				      b->first + i, fault);
	}
	for (uint32_t i = 0; i < b->n && !ret; i++)
		if (endless(b, b->first + i, seen, 0))
			ret = azk_err(AZK_EX_INPUT, name, TODO, "BTF type %u contains itself",
				      b->first + i);
	free(seen);
	return ret;
}

/* Where each type begins; what is wrong, or NULL. */
static const char *index_types(struct btf *b, const char *at, const char *end)
{
	size_t cap = 0;

	while (at < end) {
		const struct btf_type *t = (const void *)at;
		size_t left = (size_t)(end - at), need;

		if (left < sizeof(*t))
			return "is cut within a type";
		if (!btf_kind(t) || btf_kind(t) >= AZK_BTF_KINDS)
			return "has a type of a kind that is not known";
		need = sizeof(*t) + tail[btf_kind(t)].once +
		       (size_t)tail[btf_kind(t)].each * btf_vlen(t);
		if (left < need)
			return "is cut within a type";
		if (b->n == cap) {
			cap = cap ? cap * 2 : 1024;
			b->type = xrealloc(b->type, cap * sizeof(*b->type));
		}
		b->type[b->n++] = t;
		at += need;
	}
	return NULL;
}

int btf_parse(const char *name, const void *data, size_t len, const struct btf *base,
	      struct btf *out)
{
	const struct btf_header *h;
	const char *fault, *body;
	size_t room;

	*out = (struct btf){ .base = base, .data = BUF_INIT, .first = base ? btf_end(base) : 1,
			     .str_first = base ? base->str_first + base->str_len : 0 };
	buf_add(&out->data, data, len);
	h = (const void *)out->data.s;
	if (len < sizeof(*h) || h->magic != BTF_MAGIC || h->version != BTF_VERSION ||
	    h->hdr_len < sizeof(*h) || h->hdr_len > len || h->hdr_len % 4)
		return azk_err(AZK_EX_INPUT, name, TODO, "the BTF has no header of version 1");
	body = out->data.s + h->hdr_len;
	room = len - h->hdr_len;
	if (h->type_off % 4 || h->type_off > room || h->type_len > room - h->type_off ||
	    h->str_off > room || h->str_len > room - h->str_off || !h->str_len ||
	    body[h->str_off + h->str_len - 1] || (!base && body[h->str_off]))
		return azk_err(AZK_EX_INPUT, name, TODO,
			       "the BTF's types or strings lie outside of it");
	out->str = body + h->str_off;
	out->str_len = h->str_len;
	fault = index_types(out, body + h->type_off, body + h->type_off + h->type_len);
	if (fault)
		return azk_err(AZK_EX_INPUT, name, TODO, "the BTF %s, after %u", fault,
			       btf_end(out) - 1);
	return check(name, out);
}

void btf_free(struct btf *b)
{
	free(b->type);
	buf_free(&b->data);
	*b = (struct btf){ 0 };
}
