// SPDX-License-Identifier: GPL-2.0-only
/* lib/abi: two kernels and modules between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "btf_make.h"
#include "lib/abi.h"
#include "lib/exit.h"

#define GPL	"\tEXPORT_SYMBOL_GPL\t"
#define ANY	"\tEXPORT_SYMBOL\t"

static const char old[] =
	"0x00000001\tget_page\tvmlinux" ANY "\n"
	"0x00000002\tkept\tvmlinux" ANY "\n"
	"0x00000003\tgone\tvmlinux" ANY "\n"
	"0x00000004\tcrc\tvmlinux" ANY "\n"
	"0x00000005\tspace\tvmlinux" GPL "\n"
	"0x00000006\tlicence\tvmlinux" ANY "\n"
	"0x00000007\tmoved\tdrivers/a" ANY "\n"
	"0x00000008\topened\tvmlinux" GPL "SOME\n";
static const char new[] =
	"0x00000001\tget_page\tvmlinux" ANY "\n"
	"0x00000002\tkept\tvmlinux" ANY "\n"
	"0x00000044\tcrc\tvmlinux" ANY "\n"
	"0x00000005\tspace\tvmlinux" GPL "MINE\n"
	"0x00000006\tlicence\tvmlinux" GPL "\n"
	"0x00000007\tmoved\tvmlinux" ANY "\n"
	"0x00000008\topened\tvmlinux" ANY "\n"
	"0x00000009\tadded\tvmlinux" GPL "NS\n";

/*
 * struct page { long flags; int ref; }, which get_page() takes, and struct
 * hidden, which nothing takes; @more: page has a member more in front.
 */
static void types(struct abi_side *s, bool more, bool hidden)
{
	struct btf_make m;
	uint32_t i, p;

	mk_init(&m, NULL);
	i = mk_int(&m, "int", 4);
	p = mk(&m, "page", BTF_KIND_STRUCT, more ? 3 : 2, more ? 24 : 16);
	if (more)
		mk_member(&m, "first", i, 0);
	mk_member(&m, "flags", i, more ? 64 : 0);
	mk_member(&m, "ref", i, more ? 128 : 64);
	p = mk(&m, "", BTF_KIND_PTR, 0, p);
	mk(&m, "", BTF_KIND_FUNC_PROTO, 1, 0);
	mk_param(&m, "p", p);
	mk(&m, "get_page", BTF_KIND_FUNC, 0, m.id);
	mk(&m, "hidden", BTF_KIND_STRUCT, 1, 4);
	mk_member(&m, hidden ? "x" : "y", i, 0);
	mk_join(&m);
	assert_int_equal(btf_parse("b", m.all.s, m.all.len, NULL, &s->btf), AZK_OK);
	layouts_of(&s->btf, &s->lay);
	mk_free(&m);
}

static void side(struct abi_side *s, const char *path, const char *symvers)
{
	*s = (struct abi_side){ .path = xstrdup(path) };
	assert_int_equal(symvers_parse(path, symvers, &s->sym), AZK_OK);
}

/* A module that needs @words: "name", "name=crc", "?name" for a weak one. */
static struct kmodule module(const char *name, const char *words, bool gpl)
{
	struct kmodule m = { .path = xasprintf("%s.ko", name), .name = xstrdup(name),
			     .vermagic = xstrdup("1.0 SMP "), .gpl = gpl };
	struct strv v = STRV_INIT;

	strv_split(&v, words, " ");
	m.import = xcalloc(v.n + 1, sizeof(*m.import));
	for (size_t i = 0; i < v.n; i++) {
		char *s = v.v[i], *crc = strchr(s, '=');
		bool weak = *s == '?';

		if (crc)
			*crc++ = '\0';
		m.import[m.imports++] = (struct kmodule_import){ xstrdup(s + weak),
			crc ? (uint32_t)strtoul(crc, NULL, 16) : 0, crc, true, weak };
	}
	strv_free(&v);
	return m;
}

static const char *verdict(const json_t *o)
{
	return json_string_value(json_object_get(o, "verdict"));
}

static void text_is(const json_t *abi, const char *want)
{
	struct buf b = BUF_INIT;

	abi_text(abi, 0, &b);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void symbols(void **state)
{
	struct abi_side a, b;
	json_t *o;

	side(&a, "old", old);
	side(&b, "new", new);
	assert_int_equal(abi_compare(&a, &b, NULL, 0, &o), AZK_OK);
	assert_string_equal(verdict(o), "incompatible");
	text_is(o,
	"A: old\nB: new\n"
	"\n"
	"                  A  B  added  removed  changed  breaking\n"
	"---------------------------------------------------------\n"
	"exported symbols  8  8      1        1        5         3\n"
	"structures        0  0      -        -        -         -\n"
	"\n"
	"symbols added\n"
	"  added  (vmlinux, NS)\n"
	"\n"
	"symbols removed\n"
	"  gone  (vmlinux)\n"
	"\n"
	"symbols changed\n"
	"  crc: crc 0x00000004 -> 0x00000044\n"
	"  licence: export EXPORT_SYMBOL -> EXPORT_SYMBOL_GPL\n"
	"  moved: module drivers/a -> vmlinux  (compatible)\n"
	"  opened: namespace SOME -> none, "
	"export EXPORT_SYMBOL_GPL -> EXPORT_SYMBOL  (compatible)\n"
	"  space: namespace none -> MINE\n"
	"\n"
	"not compared: structures: old has no BTF: built without "
	"CONFIG_DEBUG_INFO_BTF, or no vmlinux is there\n"
	"not compared: structures: new has no BTF: built without "
	"CONFIG_DEBUG_INFO_BTF, or no vmlinux is there\n"
	"\n"
	"incompatible: modules built for A may break with B\n");
	json_decref(o);
	abi_side_free(&a);
	abi_side_free(&b);
}

static void verdicts(void **state)
{
	static const struct {
		const char *a, *b, *verdict;
	} t[] = {
		{ "0x1\ta\tv" ANY "\n", "0x1\ta\tv" ANY "\n", "same" },
		{ "0x1\ta\tv" ANY "\n", "0x1\ta\tv" ANY "\n0x1\tb\tv" ANY "\n", "compatible" },
		{ "0x1\ta\tv" ANY "\n0x1\tb\tv" ANY "\n", "0x1\ta\tv" ANY "\n", "incompatible" },
		{ "0x1\ta\tv" ANY "\n", "0x2\ta\tv" ANY "\n", "incompatible" },
		/* one side without CRCs: nothing to compare */
		{ "0x0\ta\tv" ANY "\n", "0x2\ta\tv" ANY "\n", "same" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct abi_side a, b;
		json_t *o;

		side(&a, "a", t[i].a);
		side(&b, "b", t[i].b);
		assert_int_equal(abi_compare(&a, &b, NULL, 0, &o), AZK_OK);
		assert_string_equal(verdict(o), t[i].verdict);
		json_decref(o);
		abi_side_free(&a);
		abi_side_free(&b);
	}
}

static void structures(void **state)
{
	struct abi_side a, b;
	json_t *o, *s;

	side(&a, "old", old);
	side(&b, "new", old);
	types(&a, false, false);
	types(&b, true, true);
	assert_int_equal(abi_compare(&a, &b, NULL, 0, &o), AZK_OK);
	assert_string_equal(verdict(o), "incompatible");
	s = json_object_get(json_object_get(o, "structures"), "changed");
	assert_int_equal(json_array_size(s), 2);
	text_is(o,
	"A: old\nB: new\n"
	"\n"
	"                  A  B  added  removed  changed  breaking\n"
	"---------------------------------------------------------\n"
	"exported symbols  8  8      0        0        0         0\n"
	"structures        2  2      0        0        2         1\n"
	"\n"
	"structures changed\n"
	"  struct page: 16 -> 24 bytes\n"
	"      moved flags: int @0 -> int @8\n"
	"      moved ref: int @8 -> int @16\n"
	"      added first: int @0\n"
	"  struct hidden: 4 bytes  (compatible)  (not to be had through exported functions)\n"
	"      renamed y: y -> x\n"
	"\n"
	"incompatible: modules built for A may break with B\n");
	json_decref(o);
	abi_side_free(&b);
	/* only what nobody can have, and a name */
	side(&b, "new", old);
	types(&b, false, true);
	assert_int_equal(abi_compare(&a, &b, NULL, 0, &o), AZK_OK);
	assert_string_equal(verdict(o), "compatible");
	json_decref(o);
	abi_side_free(&a);
	abi_side_free(&b);
}

/* Two of one name: which is which is told by what they hold. */
static void namesakes(void **state)
{
	struct abi_side a = { .path = xstrdup("a") }, b = { .path = xstrdup("b") };
	json_t *o;

	for (int k = 0; k < 2; k++) {
		struct abi_side *s = k ? &b : &a;
		struct btf_make m;

		mk_init(&m, NULL);
		mk_int(&m, "int", 4);
		for (uint32_t i = 0; i < 2; i++) {
			mk(&m, "priv", BTF_KIND_STRUCT, 1, i == (uint32_t)k ? 4 : 8);
			mk_member(&m, "x", 1, 0);
		}
		mk_join(&m);
		assert_int_equal(btf_parse("b", m.all.s, m.all.len, NULL, &s->btf), AZK_OK);
		layouts_of(&s->btf, &s->lay);
		mk_free(&m);
	}
	assert_int_equal(abi_compare(&a, &b, NULL, 0, &o), AZK_OK);
	assert_string_equal(verdict(o), "same");
	json_decref(o);
	abi_side_free(&a);
	abi_side_free(&b);
}

static void breaks_are(const json_t *abi, size_t module, const char *want)
{
	json_t *m = json_array_get(json_object_get(abi, "modules"), module), *o;
	struct buf b = BUF_INIT;
	size_t i;

	json_array_foreach(json_object_get(m, "breaks"), i, o)
		buf_addf(&b, "%s:%s ", json_string_value(json_object_get(o, "why")),
			 json_string_value(json_object_get(o, "name")));
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void modules(void **state)
{
	struct kmodule m[] = {
		module("fine", "kept=2 moved=7 opened=8", true),
		module("worse", "crc=4 gone=3 kept=2 licence=6 space=5", false),
		module("weak", "?gone=3 kept=2 ?nowhere", true),
		module("user", "kept=2 of_fine nowhere", true),
		module("bare", "kept", true),
	};
	const size_t n = sizeof(m) / sizeof(*m);
	struct abi_side a, b;
	json_t *o;

	strv_add(&m[0].exports, "of_fine");
	side(&a, "old", old);
	side(&b, "new", new);
	assert_int_equal(abi_compare(&a, &b, m, n, &o), AZK_OK);
	assert_string_equal(verdict(o), "modules_break");
	breaks_are(o, 0, "");
	breaks_are(o, 1, "crc:crc missing:gone licence:licence namespace:space licence:space ");
	breaks_are(o, 2, "");
	breaks_are(o, 3, "missing:nowhere ");
	breaks_are(o, 4, "no_versions:bare ");
	json_decref(o);

	/* the namespace imported, the licence right */
	strv_add(&m[1].ns, "MINE");
	m[1].gpl = true;
	assert_int_equal(abi_compare(&a, &b, m, 2, &o), AZK_OK);
	breaks_are(o, 1, "crc:crc missing:gone ");
	json_decref(o);

	/* no CRCs: then the release must be the same */
	abi_side_free(&b);
	side(&b, "new", "0x0\tkept\tv" ANY "\n");
	b.release = xstrdup("1.0-rc1");
	assert_int_equal(abi_compare(&a, &b, &m[4], 1, &o), AZK_OK);
	breaks_are(o, 0, "release:bare ");
	json_decref(o);
	free(b.release);
	b.release = xstrdup("1.0");
	assert_int_equal(abi_compare(&a, &b, &m[4], 1, &o), AZK_OK);
	breaks_are(o, 0, "");
	json_decref(o);
	abi_side_free(&a);
	abi_side_free(&b);
	for (size_t i = 0; i < n; i++)
		kmodule_free(&m[i]);
}

/* A module whose own type has a pointer to struct page of A. */
static void modules_structures(void **state)
{
	struct kmodule m = module("m", "kept=2", true);
	struct abi_side a, b;
	struct btf_make k;
	json_t *o, *not_run;
	char *text;

	side(&a, "old", old);
	side(&b, "new", old);
	types(&a, false, false);
	types(&b, true, true);
	mk_init(&k, &a.btf);
	mk(&k, "", BTF_KIND_PTR, 0, 2);
	mk_join(&k);
	buf_add(&m.btf, k.all.s, k.all.len);
	assert_int_equal(abi_compare(&a, &b, &m, 1, &o), AZK_OK);
	breaks_are(o, 0, "structure:struct page ");
	json_decref(o);
	b.lay.v[1].name[7] = 'z';		/* there is a "struct zage" instead */
	assert_int_equal(abi_compare(&a, &b, &m, 1, &o), AZK_OK);
	breaks_are(o, 0, "structure:struct page ");
	text = json_dumps(o, 0);
	assert_non_null(strstr(text, "is not among the types any more"));
	free(text);
	json_decref(o);

	/* its types are of another kernel: its CRCs tell, nothing is guessed */
	m.import[0].crc = 99;
	assert_int_equal(abi_compare(&a, &b, &m, 1, &o), AZK_OK);
	breaks_are(o, 0, "crc:kept ");
	not_run = json_object_get(o, "not_run");
	assert_int_equal(json_array_size(not_run), 1);
	json_decref(o);

	/* or an extract of its kernel's types is in it: "struct page;" */
	mk_free(&k);
	mk_init(&k, NULL);
	mk(&k, "page", BTF_KIND_FWD, 0, 0);
	mk_join(&k);
	buf_add(&m.btf_base, k.all.s, k.all.len);
	{
		struct btf base;

		assert_int_equal(btf_parse("b", k.all.s, k.all.len, NULL, &base), AZK_OK);
		mk_free(&k);
		mk_init(&k, &base);
		mk(&k, "", BTF_KIND_PTR, 0, 1);
		mk_join(&k);
		btf_free(&base);
	}
	buf_reset(&m.btf);
	buf_add(&m.btf, k.all.s, k.all.len);
	assert_int_equal(abi_compare(&a, &b, &m, 1, &o), AZK_OK);
	breaks_are(o, 0, "crc:kept structure:struct page ");
	json_decref(o);
	mk_free(&k);
	abi_side_free(&a);
	abi_side_free(&b);
	kmodule_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(structures),
		cmocka_unit_test(namesakes),
		cmocka_unit_test(modules),
		cmocka_unit_test(modules_structures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
