// SPDX-License-Identifier: GPL-2.0-only
/*
 * The content of a package's SPDX document.
 *
 *   document DESCRIBES package GENERATED_FROM sources GENERATED_FROM archive
 *   package CONTAINS file GENERATED_FROM source      (each that was linked into it)
 *   sources CONTAINS source, header
 *   patch PATCH_FOR archive, patch PATCH_APPLIED source
 *
 * Headers belong to "sources" as a whole: which module read which of them would
 * be some hundred relationships for each.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "lib/moddep.h"
#include "lib/msg.h"
#include "lib/patch.h"
#include "lib/series.h"
#include "sbom.h"
#include "series_cmd.h"

#define PACKAGE	"SPDXRef-Package"
#define SOURCES	"SPDXRef-Sources"
#define ARCHIVE	"SPDXRef-Archive"

struct making {
	struct sbom *s;
	struct problems *p;
	struct strset known;	/* sources and headers that are in the document */
	json_t *concluded;	/* licence by name of source */
	json_t *sources;	/* files of the package "sources" */
};

char *sbom_target(const char *file)
{
	const char *base = strrchr(file, '/'), *at;
	size_t n = moddep_unpacked(file);

	base = base ? base + 1 : file;
	if (n > 3 && !strncmp(file + n - 3, ".ko", 3)) {
		at = strstr(file, "lib/modules/");
		at = at ? strstr(at, "/kernel/") : NULL;
		at = at ? at + strlen("/kernel/") : file;
		return xstrndup(at, n - (size_t)(at - file));
	}
	if (!strcmp(base, "vmlinux"))
		return xstrdup(base);
	if (str_starts(base, "vmlinuz") || !strcmp(base, "bzImage") || str_ends(base, ".efi"))
		return xstrdup("bzImage");
	return NULL;
}

/* The name of a source in the document: without what tells source from build. */
static const char *shown(const char *name)
{
	if (str_starts(name, "s/") || str_starts(name, "b/"))
		return name + 2;
	return *name == '/' ? name + 1 : name;
}

/* The licence of a file that has no tag: COPYING's, unless a build wrote it. */
static const char *untagged(const char *name)
{
	return str_starts(name, "s/") ? "GPL-2.0-only" : SPDX_NONE;
}

/* Add one source or header, once: its tag read and checked, its hashes. */
static int add_source(struct making *m, const char *name)
{
	char *path = kfrom_path(&m->s->from, name), *id = spdx_id("File", name);
	struct strset ids = STRSET_INIT;
	struct buf b = BUF_INIT;
	char *tag, *expr = NULL, *fault = NULL;
	json_t *file;
	int line, ret;

	ret = file_read(path, &b);
	tag = ret ? NULL : licence_tag(buf_str(&b), b.len, &line);
	if (tag)
		expr = licence_read(&m->s->licences, tag, &ids, &fault);
	if (tag && !expr)
		problem_add(m->p, path, line, "write an expression of identifiers in LICENSES/",
			    "licence '%s': %s", tag, fault);
	if (!ret)
		ret = spdx_file(&m->s->spdx, id, shown(name), path, "SOURCE",
				expr ? expr : untagged(name), &ids, &file);
	if (!ret && !expr)
		json_object_set_new(file, "licenseComments", json_string(
			str_starts(name, "s/") ? "no tag in the file: COPYING applies" :
			"no tag in the file, which the build wrote"));
	if (!ret && !str_starts(name, "s/"))
		json_object_set_new(file, "comment", json_string("made during the build"));
	if (!ret) {
		json_object_set_new(m->concluded, name, json_string(expr ? expr : untagged(name)));
		json_array_append(m->sources, file);
		m->s->untagged += !expr;
		m->s->sources++;
	}
	free(fault);
	free(tag);
	free(expr);
	strset_free(&ids);
	buf_free(&b);
	free(path);
	free(id);
	return ret;
}

static int add_sources(struct making *m, const struct strset *names)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < names->all.n && !ret; i++)
		if (strset_add(&m->known, names->all.v[i]))
			ret = add_source(m, names->all.v[i]);
	return ret;
}

/* One file of the package, with what it was linked from. */
static int add_shipped(struct making *m, const char *file, json_t *held)
{
	const char *below = m->s->root ? m->s->root : m->s->build;
	char *path = xasprintf("%s/%s", below, file), *target = sbom_target(file);
	char *id = spdx_id("Shipped", file), *licence;
	struct strset from = STRSET_INIT, licences = STRSET_INIT;
	json_t *entry;
	int ret = target ? kfrom_target(&m->s->from, target, &from) : AZK_OK;

	if (!ret)
		ret = add_sources(m, &from);
	for (size_t i = 0; i < from.all.n && !ret; i++) {
		const char *l = json_string_value(json_object_get(m->concluded, from.all.v[i]));
		char *source = spdx_id("File", from.all.v[i]);

		if (strcmp(l, SPDX_NONE))
			strset_add(&licences, l);
		spdx_relate(&m->s->spdx, id, "GENERATED_FROM", source);
		free(source);
	}
	licence = licence_join(&licences);
	while (*file == '/' || str_starts(file, "./"))
		file += *file == '/' ? 1 : 2;
	if (!ret)
		ret = spdx_file(&m->s->spdx, id, file, path, target ? "BINARY" : "OTHER", licence,
				NULL, &entry);
	if (!ret && target)
		json_object_set_new(entry, "licenseComments",
				    json_string("those of the sources that it was linked from"));
	if (!ret)
		json_array_append(held, entry);
	m->s->shipped++;
	strset_free(&from);
	strset_free(&licences);
	free(licence);
	free(target);
	free(path);
	free(id);
	return ret;
}

/* A patch, what became of it upstream, and the sources here that it changed. */
static int add_patch(struct making *m, const char *path, const char *entry)
{
	char *name = xasprintf("patches/%s", entry), *id = spdx_id("Patch", entry);
	struct strv touched = STRV_INIT;
	struct patch p;
	json_t *file;
	int ret = patch_read(path, &p, NULL);

	if (!ret)
		ret = spdx_file(&m->s->spdx, id, name, path, "TEXT", SPDX_NONE, NULL, &file);
	if (!ret) {
		const struct patch_trailer *t = patch_trailer(&p, "Upstream-status", 0);
		char *status = xasprintf("Upstream-status: %s", t ? t->value : "not stated");

		spdx_annotate(&m->s->spdx, file, status);
		json_object_set_new(file, "comment", json_string(p.subject ? p.subject : name));
		spdx_relate(&m->s->spdx, id, "PATCH_FOR", ARCHIVE);
		patch_paths(&p, &touched);
		free(status);
	}
	for (size_t i = 0; i < touched.n; i++) {
		char *source = xasprintf("s/%s", touched.v[i]), *to = spdx_id("File", source);

		if (strset_has(&m->known, source))
			spdx_relate(&m->s->spdx, id, "PATCH_APPLIED", to);
		free(source);
		free(to);
	}
	strv_free(&touched);
	patch_free(&p);
	free(name);
	free(id);
	return ret;
}

static int add_patches(struct making *m)
{
	char *dir = top_path("patches");
	struct series series;
	int ret = series_read(dir, &series, NULL);

	for (size_t i = 0; i < series.n && !ret; i++) {
		char *path = series_path(&series, i);

		ret = add_patch(m, path, series.v[i].path);
		free(path);
	}
	series_free(&series);
	free(dir);
	return ret;
}

/* The licence that the kernel as a whole is under: the tag in its COPYING. */
static char *kernel_licence(const struct sbom *s)
{
	char *path = xasprintf("%s/COPYING", s->source), *expr = NULL;
	struct buf b = BUF_INIT;
	int line;

	if (file_exists(path) && !file_read(path, &b))
		expr = licence_tag(buf_str(&b), b.len, &line);
	buf_free(&b);
	free(path);
	return expr ? expr : xstrdup(SPDX_NONE);
}

/* The pinned archive: name, hash, what it leaves out of upstream's. */
static void add_archive(struct making *m)
{
	const struct lock *l = &m->s->lock;
	char *licence = kernel_licence(m->s);
	json_t *p = spdx_package(&m->s->spdx, ARCHIVE, "linux", l->version, licence);
	struct buf b = BUF_INIT;

	json_object_set_new(p, "packageFileName", json_string(l->base.file));
	json_object_set_new(p, "primaryPackagePurpose", json_string("SOURCE"));
	json_object_set_new(p, "checksums", json_pack("[{s:s, s:s}]", "algorithm", "SHA256",
						      "checksumValue", l->base.sha256));
	json_object_set_new(p, "externalRefs", json_pack("[{s:s, s:s, s:o}]",
		"referenceCategory", "SECURITY", "referenceType", "cpe23Type",
		"referenceLocator", json_sprintf("cpe:2.3:o:linux:linux_kernel:%s:*:*:*:*:*:*:*",
						 l->version)));
	for (size_t i = 0; i < l->exclude.n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "upstream's archive without ", l->exclude.v[i]);
	if (b.len)
		spdx_annotate(&m->s->spdx, p, b.s);
	buf_free(&b);
	free(licence);
}

static int add_all(struct making *m, json_t *held)
{
	const struct strv *files = m->s->files;
	int ret = AZK_OK;

	for (size_t i = 0; i < files->n && !ret; i++)
		ret = add_shipped(m, files->v[i], held);
	if (!ret)
		ret = add_sources(m, &m->s->from.headers);
	if (!ret)
		ret = add_patches(m);
	return ret;
}

int sbom_make(struct sbom *s, struct problems *p, json_t **doc)
{
	struct making m = { s, p, STRSET_INIT, json_object(), json_array() };
	char *fault, *licence = licence_read(&s->licences, s->licence, NULL, &fault);
	json_t *held = json_array(), *package;
	int ret;

	if (fault) {
		ret = azk_err(AZK_EX_USAGE, "--license", NULL, "%s", fault);
		goto out;
	}
	ret = add_all(&m, held);
	if (ret)
		goto out;
	package = spdx_package(&s->spdx, PACKAGE, s->name, s->version, licence);
	spdx_holds(&s->spdx, package, held);
	spdx_relate(&s->spdx, SPDX_DOCUMENT, "DESCRIBES", PACKAGE);
	if (json_array_size(m.sources)) {
		package = spdx_package(&s->spdx, SOURCES, "linux-compiled-in", s->version,
				       licence);
		json_object_set_new(package, "primaryPackagePurpose", json_string("SOURCE"));
		spdx_holds(&s->spdx, package, m.sources);
		spdx_relate(&s->spdx, PACKAGE, "GENERATED_FROM", SOURCES);
		spdx_relate(&s->spdx, SOURCES, "GENERATED_FROM", ARCHIVE);
	}
	add_archive(&m);
	*doc = spdx_finish(&s->spdx, s->namespace);
out:
	free(fault);
	free(licence);
	json_decref(held);
	json_decref(m.sources);
	json_decref(m.concluded);
	strset_free(&m.known);
	return ret;
}
