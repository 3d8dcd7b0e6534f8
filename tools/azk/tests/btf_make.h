/* SPDX-License-Identifier: GPL-2.0-only */
/* BTF by hand, for tests: types and strings are added, then joined. */
#ifndef AZK_TESTS_BTF_MAKE_H
#define AZK_TESTS_BTF_MAKE_H

#include <string.h>

#include "lib/btf.h"

struct btf_make {
	struct buf types, strs, all;
	uint32_t str_first, id;	/* of a base; id: number of the type added last */
};

static inline uint32_t mk_str(struct btf_make *m, const char *s)
{
	uint32_t off = m->str_first + (uint32_t)m->strs.len;

	if (!*s)
		return 0;
	buf_add(&m->strs, s, strlen(s) + 1);
	return off;
}

static inline void mk_init(struct btf_make *m, const struct btf *base)
{
	*m = (struct btf_make){ BUF_INIT, BUF_INIT, BUF_INIT, 0, 0 };
	m->str_first = base ? base->str_first + base->str_len : 0;
	m->id = base ? btf_end(base) - 1 : 0;
	buf_add(&m->strs, "", 1);
}

static inline void mk_u32(struct btf_make *m, uint32_t v)
{
	buf_add(&m->types, &v, 4);
}

/* A type's head; @last is its size or the type it refers to. */
static inline uint32_t mk(struct btf_make *m, const char *name, unsigned int kind,
			  unsigned int vlen, uint32_t last)
{
	mk_u32(m, mk_str(m, name));
	mk_u32(m, kind << 24 | vlen);
	mk_u32(m, last);
	return ++m->id;
}

static inline uint32_t mk_int(struct btf_make *m, const char *name, uint32_t bytes)
{
	uint32_t id = mk(m, name, BTF_KIND_INT, 0, bytes);

	mk_u32(m, bytes * 8);
	return id;
}

static inline uint32_t mk_array(struct btf_make *m, uint32_t of, uint32_t index, uint32_t n)
{
	uint32_t id = mk(m, "", BTF_KIND_ARRAY, 0, 0);

	mk_u32(m, of);
	mk_u32(m, index);
	mk_u32(m, n);
	return id;
}

/* What follows the head of a structure, vlen times; @at as its kind_flag says. */
static inline void mk_member(struct btf_make *m, const char *name, uint32_t type, uint32_t at)
{
	mk_u32(m, mk_str(m, name));
	mk_u32(m, type);
	mk_u32(m, at);
}

static inline void mk_param(struct btf_make *m, const char *name, uint32_t type)
{
	mk_u32(m, mk_str(m, name));
	mk_u32(m, type);
}

/* The section, in m->all. */
static inline void mk_join(struct btf_make *m)
{
	struct btf_header h = {
		.magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(h),
		.type_len = (uint32_t)m->types.len, .str_off = (uint32_t)m->types.len,
		.str_len = (uint32_t)m->strs.len,
	};

	buf_reset(&m->all);
	buf_add(&m->all, &h, sizeof(h));
	buf_add(&m->all, m->types.s, m->types.len);
	buf_add(&m->all, m->strs.s, m->strs.len);
}

static inline void mk_free(struct btf_make *m)
{
	buf_free(&m->types);
	buf_free(&m->strs);
	buf_free(&m->all);
}

#endif
