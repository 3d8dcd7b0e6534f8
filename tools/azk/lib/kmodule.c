// SPDX-License-Identifier: GPL-2.0-only
/* A module's sections, as the kernel's loader reads them. */
#include <stdlib.h>
#include <string.h>

#include "elfsec.h"
#include "exit.h"
#include "kmodule.h"
#include "msg.h"

#define OLD_ENTRY	64	/* struct modversion_info: CRC in 8 bytes, name in 56 */
#define KSYMTAB		"__ksymtab_"

struct imports {
	struct kmodule *m;
	size_t cap;
};

static void add_import(struct imports *w, const char *name, bool has_crc, uint32_t crc,
		       const struct elfsec_sym *s)
{
	struct kmodule *m = w->m;

	if (m->imports == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		m->import = xrealloc(m->import, w->cap * sizeof(*m->import));
	}
	m->import[m->imports++] = (struct kmodule_import){
		xstrdup(name), crc, has_crc, s, s && s->weak,
	};
}

static void symbol(void *arg, const struct elfsec_sym *s)
{
	struct imports *w = arg;

	if (s->undefined)
		add_import(w, s->name, false, 0, s);
	else if (str_starts(s->name, KSYMTAB))
		strv_add(&w->m->exports, s->name + strlen(KSYMTAB));
}

/* Values of modinfo's @key, which are "key=value" with NULs between. */
static void modinfo(const char *data, size_t len, const char *key, struct strv *out)
{
	size_t n = strlen(key);

	for (size_t at = 0; at < len; ) {
		size_t left = strnlen(data + at, len - at);

		if (left > n && left < len - at && !strncmp(data + at, key, n) &&
		    data[at + n] == '=')
			strv_add(out, data + at + n + 1);
		at += left + 1;
	}
}

static bool gpl_licence(const char *s)
{
	static const char *const free_ones[] = {
		"GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL",
		"Dual MPL/GPL",
	};

	for (size_t i = 0; i < sizeof(free_ones) / sizeof(*free_ones); i++)
		if (!strcmp(s, free_ones[i]))
			return true;
	return false;
}

static char *name_of(const char *path)
{
	const char *s = strrchr(path, '/');
	char *name = xstrdup(s ? s + 1 : path), *ko = strstr(name, ".ko");

	if (ko)
		*ko = '\0';
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

static void read_modinfo(struct kmodule *m, const char *data, size_t len)
{
	struct strv name = STRV_INIT, magic = STRV_INIT, licence = STRV_INIT;

	modinfo(data, len, "name", &name);
	modinfo(data, len, "vermagic", &magic);
	modinfo(data, len, "license", &licence);
	modinfo(data, len, "import_ns", &m->ns);
	m->name = name_of(name.n ? name.v[0] : m->path);
	m->vermagic = xstrdup(magic.n ? magic.v[0] : "");
	m->gpl = licence.n && gpl_licence(licence.v[0]);
	strv_free(&name);
	strv_free(&magic);
	strv_free(&licence);
}

/* False when the tables are not what they should be. */
static bool read_versions(struct imports *w, const struct elfsec *e)
{
	const void *data, *names;
	size_t len, left;
	uint32_t crc;

	if (elfsec_find(e, "__version_ext_crcs", &data, &len) && len) {
		const char *at;

		if (len % 4 || !elfsec_find(e, "__version_ext_names", &names, &left))
			return false;
		at = names;
		for (size_t i = 0; i < len; i += 4) {
			size_t n = strnlen(at, left);

			if (n == left)
				return false;
			memcpy(&crc, (const char *)data + i, 4);
			add_import(w, at, true, crc, NULL);
			at += n + 1;
			left -= n + 1;
		}
		return true;
	}
	if (!elfsec_find(e, "__versions", &data, &len))
		return true;
	if (len % OLD_ENTRY)
		return false;
	for (size_t i = 0; i < len; i += OLD_ENTRY) {
		const char *entry = (const char *)data + i;

		if (strnlen(entry + 8, OLD_ENTRY - 8) == OLD_ENTRY - 8)
			return false;
		memcpy(&crc, entry, 4);
		add_import(w, entry + 8, true, crc, NULL);
	}
	return true;
}

/* Those with a CRC first among equal names. */
static int by_name(const void *a, const void *b)
{
	const struct kmodule_import *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : y->has_crc - x->has_crc;
}

/* Each name once: with the CRC of the table, and weak as the symbol is. */
static void merge(struct kmodule *m)
{
	size_t n = 0;

	if (m->imports)
		qsort(m->import, m->imports, sizeof(*m->import), by_name);
	for (size_t i = 0; i < m->imports; i++) {
		if (n && !strcmp(m->import[n - 1].name, m->import[i].name)) {
			m->import[n - 1].undefined |= m->import[i].undefined;
			m->import[n - 1].weak |= m->import[i].weak;
			free(m->import[i].name);
		} else {
			m->import[n++] = m->import[i];
		}
	}
	m->imports = n;
}

int kmodule_read(const char *path, struct kmodule *m)
{
	struct imports w = { .m = m };
	struct elfsec e;
	const void *data;
	size_t len;
	int ret;

	*m = (struct kmodule){ .path = xstrdup(path), .ns = STRV_INIT, .exports = STRV_INIT };
	ret = elfsec_open(path, &e);
	if (ret)
		goto out;
	if (!elfsec_find(&e, ".modinfo", &data, &len)) {
		ret = azk_err(AZK_EX_INPUT, path, "give a finished module (.ko)",
			      "is no kernel module: it has no .modinfo");
		goto out;
	}
	read_modinfo(m, data, len);
	elfsec_symbols(&e, symbol, &w);
	if (!read_versions(&w, &e))
		ret = azk_err(AZK_EX_INPUT, path, "build it again",
			      "its table of symbol versions is broken");
	merge(m);
	strv_sort(&m->exports);
	if (elfsec_find(&e, ".BTF", &data, &len))
		buf_add(&m->btf, data, len);
	if (elfsec_find(&e, ".BTF.base", &data, &len))
		buf_add(&m->btf_base, data, len);
out:
	elfsec_close(&e);
	return ret;
}

void kmodule_free(struct kmodule *m)
{
	for (size_t i = 0; i < m->imports; i++)
		free(m->import[i].name);
	free(m->import);
	free(m->path);
	free(m->name);
	free(m->vermagic);
	strv_free(&m->ns);
	strv_free(&m->exports);
	buf_free(&m->btf);
	buf_free(&m->btf_base);
	*m = (struct kmodule){ 0 };
}

static int name_is(const void *key, const void *elem)
{
	return strcmp(key, ((const struct kmodule_import *)elem)->name);
}

const struct kmodule_import *kmodule_import(const struct kmodule *m, const char *name)
{
	if (!m->imports)
		return NULL;
	return bsearch(name, m->import, m->imports, sizeof(*m->import), name_is);
}
