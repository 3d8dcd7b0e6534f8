// SPDX-License-Identifier: GPL-2.0-only
/* Making SPDX documents. What they must hold is checked in spdx_check.c. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exit.h"
#include "file.h"
#include "spdx.h"

#define ANNOTATOR	"Tool: azk"

static void hash(const EVP_MD *md, const void *data, size_t len, char *hex)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	EVP_Digest(data, len, sum, &n, md, NULL);
	for (unsigned int i = 0; i < n; i++)
		sprintf(hex + 2 * (size_t)i, "%02x", sum[i]);
}

void spdx_init(struct spdx *s, const char *name, int64_t created)
{
	time_t t = (time_t)created;
	struct tm tm;

	*s = (struct spdx){ .files = json_array(), .relations = json_array() };
	strftime(s->created, sizeof(s->created), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	s->doc = json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:[s]}, s:[]}",
			   "spdxVersion", "SPDX-2.3", "dataLicense", "CC0-1.0",
			   "SPDXID", SPDX_DOCUMENT, "name", name,
			   "creationInfo", "created", s->created, "creators", ANNOTATOR,
			   "packages");
}

void spdx_free(struct spdx *s)
{
	json_decref(s->doc);
	json_decref(s->files);
	json_decref(s->relations);
	strset_free(&s->related);
	*s = (struct spdx){ 0 };
}

char *spdx_id(const char *kind, const char *name)
{
	char hex[SHA256_HEX];

	sha256_of(name, strlen(name), hex);
	return xasprintf("SPDXRef-%s-%.20s", kind, hex);
}

static json_t *sorted(const struct strset *found)
{
	json_t *list = json_array();
	struct strv v = STRV_INIT;

	for (size_t i = 0; found && i < found->all.n; i++)
		strv_add(&v, found->all.v[i]);
	strv_sort(&v);
	for (size_t i = 0; i < v.n; i++)
		json_array_append_new(list, json_string(v.v[i]));
	if (!v.n)
		json_array_append_new(list, json_string(SPDX_NONE));
	strv_free(&v);
	return list;
}

int spdx_file(struct spdx *s, const char *id, const char *name, const char *path,
	      const char *type, const char *licence, const struct strset *found, json_t **out)
{
	char sha1[41], sha256[SHA256_HEX];
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	if (!ret) {
		hash(EVP_sha1(), buf_str(&b), b.len, sha1);
		hash(EVP_sha256(), buf_str(&b), b.len, sha256);
		*out = json_pack("{s:s, s:o, s:[s], s:[{s:s, s:s}, {s:s, s:s}], s:s, s:o, s:s}",
			"SPDXID", id, "fileName", json_sprintf("./%s", name), "fileTypes", type,
			"checksums", "algorithm", "SHA1", "checksumValue", sha1,
			"algorithm", "SHA256", "checksumValue", sha256,
			"licenseConcluded", licence, "licenseInfoInFiles", sorted(found),
			"copyrightText", SPDX_NONE);
		json_array_append_new(s->files, *out);
	}
	buf_free(&b);
	return ret;
}

json_t *spdx_package(struct spdx *s, const char *id, const char *name, const char *version,
		     const char *declared)
{
	json_t *p = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s}",
		"SPDXID", id, "name", name, "versionInfo", version, "supplier", SPDX_NONE,
		"downloadLocation", SPDX_NONE, "filesAnalyzed", false,
		"licenseConcluded", SPDX_NONE, "licenseDeclared", declared,
		"copyrightText", SPDX_NONE);

	json_array_append_new(json_object_get(s->doc, "packages"), p);
	return p;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void spdx_verification(const struct strv *sha1, char hex[41])
{
	char **v = xcalloc(sha1->n + 1, sizeof(*v));
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sha1->n; i++)
		v[i] = sha1->v[i];
	qsort(v, sha1->n, sizeof(*v), by_bytes);
	for (size_t i = 0; i < sha1->n; i++)
		buf_adds(&b, v[i]);
	hash(EVP_sha1(), buf_str(&b), b.len, hex);
	buf_free(&b);
	free(v);
}

void spdx_holds(struct spdx *s, json_t *package, const json_t *files)
{
	const char *id = json_string_value(json_object_get(package, "SPDXID"));
	struct strset licences = STRSET_INIT;
	struct strv sha1 = STRV_INIT;
	char code[41];
	json_t *f, *l;
	size_t i, k;

	json_array_foreach(files, i, f) {
		json_t *sum = json_array_get(json_object_get(f, "checksums"), 0);

		strv_add(&sha1, json_string_value(json_object_get(sum, "checksumValue")));
		spdx_relate(s, id, "CONTAINS", json_string_value(json_object_get(f, "SPDXID")));
		json_array_foreach(json_object_get(f, "licenseInfoInFiles"), k, l)
			if (strcmp(json_string_value(l), SPDX_NONE))
				strset_add(&licences, json_string_value(l));
	}
	spdx_verification(&sha1, code);
	json_object_set_new(package, "filesAnalyzed", json_true());
	json_object_set_new(package, "packageVerificationCode",
			    json_pack("{s:s}", "packageVerificationCodeValue", code));
	json_object_set_new(package, "licenseInfoFromFiles", sorted(&licences));
	strset_free(&licences);
	strv_free(&sha1);
}

void spdx_relate(struct spdx *s, const char *a, const char *type, const char *b)
{
	char *key = xasprintf("%s %s %s", a, type, b);

	if (strset_add(&s->related, key))
		json_array_append_new(s->relations, json_pack("{s:s, s:s, s:s}",
			"spdxElementId", a, "relationshipType", type, "relatedSpdxElement", b));
	free(key);
}

void spdx_annotate(struct spdx *s, json_t *element, const char *comment)
{
	json_t *list = json_object_get(element, "annotations");

	if (!list) {
		list = json_array();
		json_object_set_new(element, "annotations", list);
	}
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}",
		"annotationDate", s->created, "annotationType", "OTHER",
		"annotator", ANNOTATOR, "comment", comment));
}

static int by_key(const char *key, const json_t *a, const json_t *b)
{
	return strcmp(json_string_value(json_object_get(a, key)),
		      json_string_value(json_object_get(b, key)));
}

static int by_name(const void *a, const void *b)
{
	int c = by_key("fileName", *(json_t *const *)a, *(json_t *const *)b);

	return c ? c : by_key("SPDXID", *(json_t *const *)a, *(json_t *const *)b);
}

static int by_ends(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;
	int c = by_key("spdxElementId", *x, *y);

	c = c ? c : by_key("relationshipType", *x, *y);
	return c ? c : by_key("relatedSpdxElement", *x, *y);
}

static json_t *sort(const json_t *list, int (*cmp)(const void *, const void *))
{
	size_t n = json_array_size(list);
	json_t **v = xcalloc(n + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; i < n; i++)
		v[i] = json_array_get(list, i);
	qsort(v, n, sizeof(json_t *), cmp);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, v[i]);
	free(v);
	return out;
}

json_t *spdx_finish(struct spdx *s, const char *base)
{
	char hex[SHA256_HEX], *text;

	json_object_set_new(s->doc, "files", sort(s->files, by_name));
	json_object_set_new(s->doc, "relationships", sort(s->relations, by_ends));
	text = json_dumps(s->doc, JSON_SORT_KEYS | JSON_COMPACT);
	sha256_of(text, strlen(text), hex);
	json_object_set_new(s->doc, "documentNamespace", json_sprintf("%s/%s-%.32s", base,
		json_string_value(json_object_get(s->doc, "name")), hex));
	free(text);
	return json_incref(s->doc);
}
