// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module built for A against B: would B's loader take it, and would it read
 * B's structures right? The loader's rules are those of kernel/module/main.c and
 * version.c.
 */
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "exit.h"

struct look {
	const struct abi_side *a, *b;
	const struct kmodule *all, *m;
	size_t n;
	json_t *breaks, *notes;
};

static void breaks(struct look *l, const char *why, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void breaks(struct look *l, const char *why, const char *name, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	json_array_append_new(l->breaks, json_pack("{s:s, s:s, s:s}", "why", why, "name", name,
						   "text", buf_str(&b)));
	buf_free(&b);
}

/* Does another of the modules looked at export @name? */
static bool other_exports(const struct look *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (&l->all[i] != l->m && strv_has(&l->all[i].exports, name))
			return true;
	return false;
}

static void check_import(struct look *l, const struct kmodule_import *im)
{
	const struct symver *s = symvers_find(&l->b->sym, im->name);

	if (!s) {
		bool in_a = symvers_find(&l->a->sym, im->name);

		if (im->undefined && !im->weak && !other_exports(l, im->name))
			breaks(l, "missing", im->name, in_a ? "is not exported any more" :
			       "is exported by neither kernel");
		return;
	}
	if (im->has_crc && s->crc && s->crc != im->crc)
		breaks(l, "crc", im->name, "has CRC 0x%08x, built with 0x%08x", s->crc, im->crc);
	if (!im->undefined)
		return;
	if (!symvers_ns_open(s->ns, l->m->name, l->m->ns.v))
		breaks(l, "namespace", im->name, "is in namespace %s, which is not imported",
		       s->ns);
	if (s->gpl && !l->m->gpl)
		breaks(l, "licence", im->name, "is for modules under the GPL");
}

/* Up to the first blank: the release. */
static bool is_release(const char *vermagic, const char *release)
{
	size_t n = strcspn(vermagic, " ");

	return strlen(release) == n && !strncmp(vermagic, release, n);
}

/* Without CRCs the loader compares the release, with them it must have some. */
static void check_whole(struct look *l)
{
	bool has_crc = false;

	for (size_t i = 0; i < l->m->imports; i++)
		has_crc |= l->m->import[i].has_crc;
	if (l->b->sym.versions && !has_crc)
		breaks(l, "no_versions", l->m->name,
		       "has no symbol versions, and the kernel asks for them");
	else if (l->b->sym.n && !l->b->sym.versions && l->b->release &&
		 !is_release(l->m->vermagic, l->b->release))
		breaks(l, "release", l->m->name, "is for '%s', and without symbol versions only "
		       "one for '%s' loads", l->m->vermagic, l->b->release);
}

/* NULL, or why the module's types cannot be read with those of A. */
static char *not_for_a(const struct look *l)
{
	for (size_t i = 0; i < l->m->imports; i++) {
		const struct kmodule_import *im = &l->m->import[i];
		const struct symver *s = symvers_find(&l->a->sym, im->name);

		if (im->has_crc && s && s->crc && s->crc != im->crc)
			return xasprintf("%s was built for another kernel than A: CRC of %s",
					 l->m->path, im->name);
	}
	if (l->a->release && !is_release(l->m->vermagic, l->a->release))
		return xasprintf("%s was built for another kernel than A: '%s'", l->m->path,
				 l->m->vermagic);
	return NULL;
}

static void note(struct look *l, char *why)
{
	json_array_append_new(l->notes, json_pack("{s:s, s:s}", "check",
						  "structures of a module", "why", why));
	free(why);
}

/* The structures that the module uses and that changed, both sorted by name. */
static void report_used(struct look *l, const struct strv *used, const json_t *structures)
{
	json_t *changed = json_object_get(structures, "changed"), *s;
	size_t i = 0, k;

	json_array_foreach(changed, k, s) {
		const char *name = json_string_value(json_object_get(s, "name"));
		json_t *first = json_array_get(json_object_get(s, "members"), 0);
		json_t *bytes = json_object_get(s, "bytes");
		json_int_t x = json_integer_value(json_array_get(bytes, 0));
		json_int_t y = json_integer_value(json_array_get(bytes, 1));

		while (i < used->n && strcmp(used->v[i], name) < 0)
			i++;
		if (i == used->n)
			break;
		if (strcmp(used->v[i], name) || !json_is_true(json_object_get(s, "breaks")))
			continue;
		if (first)
			breaks(l, "structure", name, "changed: %s %s, %lld -> %lld bytes",
			       json_string_value(json_object_get(first, "name")),
			       json_string_value(json_object_get(first, "change")),
			       (long long)x, (long long)y);
		else
			breaks(l, "structure", name, "changed: %lld -> %lld bytes",
			       (long long)x, (long long)y);
	}
}

/* Those that A has and B has not, under no layout. */
static void report_gone(struct look *l, const struct strv *used)
{
	size_t a, b;

	for (size_t i = 0; i < used->n; i++) {
		layouts_find(&l->a->lay, used->v[i], &a);
		layouts_find(&l->b->lay, used->v[i], &b);
		if (a && !b)
			breaks(l, "structure", used->v[i], "is not among the types any more");
	}
}

static int check_structures(struct look *l, const json_t *structures)
{
	struct btf base = { 0 }, own = { 0 };
	struct strv used = STRV_INIT;
	const struct kmodule *m = l->m;
	int ret = AZK_OK;
	char *why;

	if (!m->btf.len) {
		note(l, xasprintf("%s has no section .BTF", m->path));
		return AZK_OK;
	}
	why = m->btf_base.len ? NULL : not_for_a(l);
	if (why) {
		note(l, why);
		return AZK_OK;
	}
	if (m->btf_base.len)
		ret = btf_parse(m->path, m->btf_base.s, m->btf_base.len, NULL, &base);
	if (!ret)
		ret = btf_parse(m->path, m->btf.s, m->btf.len, m->btf_base.len ? &base : &l->a->btf,
				&own);
	if (!ret) {
		layout_uses(&own, &used);
		report_gone(l, &used);
		report_used(l, &used, structures);
	}
	strv_free(&used);
	btf_free(&own);
	btf_free(&base);
	return ret;
}

int abi_module(const struct abi_side *a, const struct abi_side *b, const struct kmodule *all,
	       size_t n, const struct kmodule *m, const json_t *structures, json_t **out)
{
	struct look l = { a, b, all, m, n, json_array(), json_array() };
	size_t undefined = 0;
	int ret = AZK_OK;

	check_whole(&l);
	for (size_t i = 0; i < m->imports; i++)
		undefined += m->import[i].undefined;
	for (size_t i = 0; i < m->imports && b->sym.n; i++)
		check_import(&l, &m->import[i]);
	if (structures)
		ret = check_structures(&l, structures);
	*out = json_pack("{s:s, s:s, s:I, s:o, s:o}", "file", m->path, "name", m->name,
			 "imports", (json_int_t)undefined, "breaks", l.breaks,
			 "not_run", l.notes);
	return ret;
}
