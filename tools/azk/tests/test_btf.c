// SPDX-License-Identifier: GPL-2.0-only
/* lib/btf, lib/layout: types, their names and layouts, and what is broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "btf_make.h"
#include "lib/exit.h"
#include "lib/layout.h"

/*
 * typedef struct { int counter; } atomic_t;
 * struct page { union { long flags; struct { int a, b:3, c:5; }; }; atomic_t ref;
 *		 struct { int x; } part[2]; int (*fn)(struct page *, const char *, ...); };
 */
static void make(struct btf_make *m, bool turned)
{
	uint32_t i, l, c, in, un, part, arr, atomic, page, fn, fnp, cc, cp, pp;

	mk_init(m, NULL);
	if (turned)	/* other numbers for the same types */
		mk_int(m, "unused", 2);
	i = mk_int(m, "int", 4);
	l = mk_int(m, "long int", 8);
	c = mk_int(m, "char", 1);
	cc = mk(m, "", BTF_KIND_CONST, 0, c);
	cp = mk(m, "", BTF_KIND_PTR, 0, cc);
	in = mk(m, "", BTF_KIND_STRUCT | 0x80, 3, 8);
	mk_member(m, "a", i, 0);
	mk_member(m, "b", i, 3u << 24 | 32);
	mk_member(m, "c", i, 5u << 24 | 35);
	un = mk(m, "", BTF_KIND_UNION, 2, 8);
	mk_member(m, "flags", l, 0);
	mk_member(m, "", in, 0);
	part = mk(m, "", BTF_KIND_STRUCT, 1, 4);
	mk_member(m, "x", i, 0);
	arr = mk_array(m, part, i, 2);
	atomic = mk(m, "", BTF_KIND_STRUCT, 1, 4);
	mk_member(m, "counter", i, 0);
	atomic = mk(m, "atomic_t", BTF_KIND_TYPEDEF, 0, atomic);
	page = m->id + 4;
	pp = mk(m, "", BTF_KIND_PTR, 0, page);
	fn = mk(m, "", BTF_KIND_FUNC_PROTO, 3, i);
	mk_param(m, "p", pp);
	mk_param(m, "s", cp);
	mk_param(m, "", 0);
	fnp = mk(m, "", BTF_KIND_PTR, 0, fn);
	assert_int_equal(mk(m, "page", BTF_KIND_STRUCT, 4, 32), page);
	mk_member(m, "", un, 0);
	mk_member(m, "ref", atomic, 64);
	mk_member(m, "part", arr, 96);
	mk_member(m, "fn", fnp, 192);
	mk(m, "get_page", BTF_KIND_FUNC, 0, fn);
	mk_join(m);
}

static void check_layouts(const struct layouts *l)
{
	static const struct {
		const char *name, *type;
		uint32_t at, bits;
	} want[] = {
		{ "flags", "long int", 0, 64 },
		{ "a", "int", 0, 32 },
		{ "b", "int", 32, 3 },
		{ "c", "int", 35, 5 },
		{ "ref", "atomic_t", 64, 32 },
		{ "part", "struct[2]", 96, 64 },
		{ "part.x", "int", 96, 32 },
		{ "fn", "int (*)(struct page *, char *, ...)", 192, 64 },
	};
	size_t n;
	const struct layout *p = layouts_find(l, "struct page", &n);

	assert_non_null(p);
	assert_int_equal(n, 1);
	assert_int_equal(p->size, 32);
	assert_int_equal(p->n, sizeof(want) / sizeof(*want));
	for (size_t i = 0; i < p->n; i++) {
		assert_string_equal(p->m[i].name, want[i].name);
		assert_string_equal(p->m[i].type, want[i].type);
		assert_int_equal(p->m[i].at, want[i].at);
		assert_int_equal(p->m[i].bits, want[i].bits);
	}
	assert_non_null(layouts_find(l, "typedef atomic_t", &n));
	assert_null(layouts_find(l, "struct pag", &n));
	assert_int_equal(n, 0);
}

static void layouts(void **state)
{
	struct layouts l[2];

	for (int turned = 0; turned < 2; turned++) {
		struct btf_make m;
		struct btf b;

		make(&m, turned);
		assert_int_equal(btf_parse("b", m.all.s, m.all.len, NULL, &b), AZK_OK);
		layouts_of(&b, &l[turned]);
		check_layouts(&l[turned]);
		btf_free(&b);
		mk_free(&m);
	}
	/* the numbers of types are not compared */
	assert_int_equal(l[0].n, 2);
	assert_int_equal(l[1].n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(layout_cmp(&l[0].v[i], &l[1].v[i]), 0);
		assert_int_not_equal(l[0].v[i].id, l[1].v[i].id);
	}
	layouts_free(&l[0]);
	layouts_free(&l[1]);
}

/* Numbers of the types that mk_base() makes. */
enum { INT = 1, FAR, FAR_PTR, NEAR, PAGE, PAGE_PTR, LONELY };

static void mk_base(struct btf_make *m)
{
	mk_init(m, NULL);
	mk_int(m, "int", 4);
	mk(m, "far", BTF_KIND_STRUCT, 0, 4);
	mk(m, "", BTF_KIND_PTR, 0, FAR);
	mk(m, "near", BTF_KIND_STRUCT, 0, 4);
	mk(m, "page", BTF_KIND_STRUCT, 2, 16);
	mk_member(m, "near", NEAR, 0);
	mk_member(m, "far", FAR_PTR, 64);
	mk(m, "", BTF_KIND_PTR, 0, PAGE);
	mk(m, "lonely", BTF_KIND_STRUCT, 0, 4);
	mk_join(m);
}

static bool is_get(void *arg, const char *name)
{
	return !strcmp(name, "get");
}

/* A module's types go on from its base: what it holds by value, and no further. */
static void module_uses(void **state)
{
	struct strv used = STRV_INIT;
	struct btf_make m, k;
	struct btf base, b;
	bool *exposed;

	mk_base(&m);
	assert_int_equal(btf_parse("base", m.all.s, m.all.len, NULL, &base), AZK_OK);
	mk_init(&k, &base);
	assert_int_equal(mk(&k, "mine", BTF_KIND_STRUCT, 1, 8), LONELY + 1);
	mk_member(&k, "p", PAGE_PTR, 0);
	mk(&k, "", BTF_KIND_FUNC_PROTO, 1, 0);
	mk_param(&k, "m", LONELY + 1);
	mk(&k, "get", BTF_KIND_FUNC, 0, k.id);
	mk_join(&k);
	assert_int_equal(btf_parse("mod", k.all.s, k.all.len, &base, &b), AZK_OK);
	assert_string_equal(btf_name(&b, btf_type(&b, PAGE)), "page");
	assert_string_equal(btf_name(&b, btf_type(&b, LONELY + 1)), "mine");
	layout_uses(&b, &used);
	assert_int_equal(used.n, 2);
	assert_string_equal(used.v[0], "struct near");
	assert_string_equal(used.v[1], "struct page");
	strv_free(&used);
	/* what can be had from a function: through pointers too */
	exposed = layout_exposed(&b, is_get, NULL);
	assert_true(exposed[PAGE] && exposed[NEAR] && exposed[FAR] && exposed[LONELY + 1]);
	assert_false(exposed[LONELY]);
	free(exposed);
	btf_free(&b);
	/* the same section on top of another kernel */
	btf_free(&base);
	mk_free(&m);
	mk_init(&m, NULL);
	mk_int(&m, "int", 4);
	mk_join(&m);
	assert_int_equal(btf_parse("base", m.all.s, m.all.len, NULL, &base), AZK_OK);
	assert_int_equal(btf_parse("mod", k.all.s, k.all.len, &base, &b), AZK_EX_INPUT);
	btf_free(&b);
	btf_free(&base);
	mk_free(&k);
	mk_free(&m);
}

static int parse_one(struct btf_make *m)
{
	struct btf b;
	int ret;

	mk_join(m);
	ret = btf_parse("b", m->all.s, m->all.len, NULL, &b);
	btf_free(&b);
	mk_free(m);
	return ret;
}

static void bad(void **state)
{
	struct btf_make m;

	mk_init(&m, NULL);
	mk(&m, "", BTF_KIND_PTR, 0, 9);			/* nothing there */
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
	mk_init(&m, NULL);
	mk(&m, "x", 31, 0, 0);				/* no such kind */
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
	mk_init(&m, NULL);
	mk(&m, "f", BTF_KIND_FUNC, 0, mk_int(&m, "int", 4));	/* of type int */
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
	mk_init(&m, NULL);
	mk(&m, "t", BTF_KIND_TYPEDEF, 0, 1);		/* of itself */
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
	mk_init(&m, NULL);
	mk(&m, "s", BTF_KIND_STRUCT, 1, 4);		/* has itself in it */
	mk_member(&m, "s", 2, 0);
	mk_array(&m, 1, 1, 1);
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
	mk_init(&m, NULL);
	mk(&m, "s", BTF_KIND_STRUCT, 1, 8);		/* a pointer to itself is fine */
	mk_member(&m, "s", 2, 0);
	mk(&m, "", BTF_KIND_PTR, 0, 1);
	assert_int_equal(parse_one(&m), AZK_OK);
	mk_init(&m, NULL);
	mk(&m, "s", BTF_KIND_STRUCT, 4, 8);		/* four members, none there */
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
	mk_init(&m, NULL);
	mk_u32(&m, 99);					/* a name beyond the strings */
	mk_u32(&m, BTF_KIND_INT << 24);
	mk_u32(&m, 4);
	mk_u32(&m, 32);
	assert_int_equal(parse_one(&m), AZK_EX_INPUT);
}

/* Whatever a byte becomes, reading ends, and within bounds (the sanitizers tell). */
static void any_byte(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct btf_make m;
	int good = 0;

	make(&m, false);
	for (size_t i = 0; i < m.all.len * sizeof(values); i++) {
		struct strv used = STRV_INIT;
		struct layouts l;
		struct btf b;
		size_t at = i / sizeof(values);
		char was = m.all.s[at];
		bool *exposed;

		m.all.s[at] = (char)values[i % sizeof(values)];
		if (!btf_parse("b", m.all.s, m.all.len, NULL, &b)) {
			layouts_of(&b, &l);
			layouts_free(&l);
			layout_uses(&b, &used);
			strv_free(&used);
			exposed = layout_exposed(&b, is_get, NULL);
			free(exposed);
			good++;
		}
		btf_free(&b);
		m.all.s[at] = was;
	}
	for (size_t len = 0; len < m.all.len; len++) {
		struct btf b;

		assert_int_equal(btf_parse("b", m.all.s, len, NULL, &b), AZK_EX_INPUT);
		btf_free(&b);
	}
	assert_true(good > 0);
	mk_free(&m);
}

/* Parts without names, each with two of the next: 2^60 members if followed. */
static void nested(void **state)
{
	struct btf_make m;
	struct layouts l;
	struct btf b;
	size_t n;

	mk_init(&m, NULL);
	for (uint32_t i = 1; i < 60; i++) {
		mk(&m, i == 1 ? "top" : "", BTF_KIND_STRUCT, 2, 4);
		mk_member(&m, "", i + 1, 0);
		mk_member(&m, "", i + 1, 0);
	}
	mk_int(&m, "int", 4);
	mk_join(&m);
	assert_int_equal(btf_parse("b", m.all.s, m.all.len, NULL, &b), AZK_OK);
	layouts_of(&b, &l);
	assert_non_null(layouts_find(&l, "struct top", &n));
	layouts_free(&l);
	btf_free(&b);
	mk_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts),
		cmocka_unit_test(module_uses),
		cmocka_unit_test(bad),
		cmocka_unit_test(any_byte),
		cmocka_unit_test(nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
