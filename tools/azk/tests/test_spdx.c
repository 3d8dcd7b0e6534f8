// SPDX-License-Identifier: GPL-2.0-only
/* lib/spdx: a document that holds what it must, and what the check says of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/exit.h"
#include "lib/file.h"
#include "lib/spdx.h"

static char path[] = "/tmp/azk-spdx-XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 || write(fd, "abc", 3) != 3 || close(fd);
}

static int teardown(void **state)
{
	return unlink(path);
}

/* One package with one file, from an archive; all of it right. */
static json_t *make(int64_t created)
{
	struct strset found = STRSET_INIT;
	json_t *p, *f, *held = json_array(), *doc;
	struct spdx s;
	char *id = spdx_id("File", "s/a.c");

	strset_add(&found, "MIT");
	strset_add(&found, "GPL-2.0");
	spdx_init(&s, "pkg-1", created);
	assert_int_equal(spdx_file(&s, id, "a.c", path, "SOURCE", "MIT OR GPL-2.0-only", &found,
				   &f), AZK_OK);
	json_array_append(held, f);
	p = spdx_package(&s, "SPDXRef-Package", "pkg", "1", "GPL-2.0-only");
	spdx_holds(&s, p, held);
	spdx_annotate(&s, f, "Upstream-status: Pending");
	spdx_relate(&s, SPDX_DOCUMENT, "DESCRIBES", "SPDXRef-Package");
	spdx_relate(&s, SPDX_DOCUMENT, "DESCRIBES", "SPDXRef-Package");
	doc = spdx_finish(&s, "https://example.org/spdx");
	assert_int_equal(spdx_file(&s, "SPDXRef-x", "x", "/does/not/exist", "TEXT", "MIT", NULL,
				   &f), AZK_EX_NOFILE);
	spdx_free(&s);
	json_decref(held);
	strset_free(&found);
	free(id);
	return doc;
}

static const char *str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void good(void **state)
{
	struct problems p = PROBLEMS_INIT;
	json_t *doc = make(1772226310), *again = make(1772226310), *later = make(0), *f, *sum;

	spdx_check("doc", doc, &p);
	problems_print(&p);
	assert_int_equal(p.errors, 0);
	assert_true(json_equal(doc, again));
	assert_string_equal(str(json_object_get(doc, "creationInfo"), "created"),
			    "2026-02-27T21:05:10Z");
	/* another document has another name */
	assert_string_not_equal(str(doc, "documentNamespace"), str(later, "documentNamespace"));
	assert_true(str_starts(str(doc, "documentNamespace"), "https://example.org/spdx/pkg-1-"));
	assert_int_equal(json_array_size(json_object_get(doc, "relationships")), 2);
	f = json_array_get(json_object_get(doc, "files"), 0);
	assert_string_equal(str(f, "fileName"), "./a.c");
	/* "abc", FIPS 180-2, appendices A and B */
	sum = json_array_get(json_object_get(f, "checksums"), 0);
	assert_string_equal(str(sum, "checksumValue"), "a9993e364706816aba3e25717850c26c9cd0d89d");
	sum = json_array_get(json_object_get(f, "checksums"), 1);
	assert_string_equal(str(sum, "checksumValue"),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(json_string_value(json_array_get(json_object_get(f,
			    "licenseInfoInFiles"), 0)), "GPL-2.0");
	json_decref(doc);
	json_decref(again);
	json_decref(later);
	problems_free(&p);
}

/* SHA-1 of the sorted hashes in a row (SPDX 2.3, clause 7.9), as sha1sum has it. */
static void verification(void **state)
{
	struct strv a = STRV_INIT, b = STRV_INIT;
	char x[41], y[41];

	strv_add(&a, "a9993e364706816aba3e25717850c26c9cd0d89d");
	strv_add(&a, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	strv_add(&b, a.v[1]);
	strv_add(&b, a.v[0]);
	spdx_verification(&a, x);
	spdx_verification(&b, y);
	assert_string_equal(x, y);
	assert_string_equal(x, "29d0dbdfff975c93e2d75e5024fe8b650ec847af");
	strv_free(&a);
	strv_free(&b);
}

/* The check of @doc says @want; @doc goes. */
static void says(json_t *doc, const char *want)
{
	struct problems p = PROBLEMS_INIT;
	bool found = false;

	spdx_check("doc", doc, &p);
	for (size_t i = 0; i < p.n; i++)
		found |= strstr(p.v[i].what, want) != NULL;
	if (!found)
		fail_msg("not said: %s", want);
	problems_free(&p);
	json_decref(doc);
}

static json_t *at(json_t *doc, const char *list)
{
	return json_array_get(json_object_get(doc, list), 0);
}

/* Each member that must be there, taken away. */
static void lacking(void **state)
{
	static const struct { const char *in, *key, *says; } t[] = {
		{ NULL, "spdxVersion", "has no spdxVersion" },
		{ NULL, "dataLicense", "has no dataLicense" },
		{ NULL, "SPDXID", "has no SPDXID" },
		{ NULL, "name", "has no name" },
		{ NULL, "documentNamespace", "has no documentNamespace" },
		{ NULL, "creationInfo", "has no creationInfo" },
		{ NULL, "packages", "has no packages" },
		{ NULL, "relationships", "has no relationships" },
		{ NULL, "files", "is not in the document" },
		{ "packages", "name", "has no name" },
		{ "packages", "SPDXID", "has no SPDXID" },
		{ "packages", "downloadLocation", "has no downloadLocation" },
		{ "packages", "packageVerificationCode", "has no packageVerificationCode" },
		{ "files", "fileName", "has no fileName" },
		{ "files", "SPDXID", "has no SPDXID" },
		{ "files", "checksums", "has no SHA1" },
		{ "relationships", "spdxElementId", "has no spdxElementId" },
		{ "relationships", "relatedSpdxElement", "has no relatedSpdxElement" },
		{ "relationships", "relationshipType", "has no relationshipType" },
	};
	json_t *doc;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		doc = make(0);
		json_object_del(t[i].in ? at(doc, t[i].in) : doc, t[i].key);
		says(doc, t[i].says);
	}
	doc = make(0);
	json_object_del(json_object_get(doc, "creationInfo"), "created");
	says(doc, "has no created");
	doc = make(0);
	json_array_clear(json_object_get(json_object_get(doc, "creationInfo"), "creators"));
	says(doc, "names no creator");
	doc = make(0);
	json_object_del(at(at(doc, "files"), "annotations"), "annotator");
	says(doc, "has no annotator");
	doc = make(0);
	json_array_clear(json_object_get(doc, "relationships"));
	says(doc, "DESCRIBES nothing");
}

/* Members whose values are not what they must be. */
static void wrong(void **state)
{
	static const struct { const char *in, *key, *value, *says; } t[] = {
		{ NULL, "spdxVersion", "SPDX-2.2", "spdxVersion is not SPDX-2.3" },
		{ NULL, "documentNamespace", "https://x/y#z", "without '#'" },
		{ "packages", "SPDXID", "SPDXRef-a_b", "SPDXID is not" },
		{ "packages", "downloadLocation", "somewhere", "downloadLocation is not" },
		{ "packages", "licenseDeclared", "GPL, or so", "licenseDeclared is not" },
		{ "packages", "SPDXID", "SPDXRef-DOCUMENT", "there a second time" },
		{ "files", "fileName", "a.c", "fileName is not a path" },
		{ "relationships", "relatedSpdxElement", "SPDXRef-None", "is not in the document" },
	};
	json_t *doc;

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		doc = make(0);
		json_object_set_new(t[i].in ? at(doc, t[i].in) : doc, t[i].key,
				    json_string(t[i].value));
		says(doc, t[i].says);
	}
	doc = make(0);
	json_object_set_new(json_object_get(doc, "creationInfo"), "created", json_string("today"));
	says(doc, "created is not a time");
	doc = make(0);
	json_object_set_new(at(at(doc, "files"), "checksums"), "checksumValue", json_string("12"));
	says(doc, "SHA1 is none");
	doc = make(0);
	json_object_set_new(at(at(doc, "files"), "checksums"), "checksumValue",
			    json_string("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
	says(doc, "packageVerificationCode is not that of its files");
	doc = make(0);
	json_object_set_new(at(doc, "packages"), "filesAnalyzed", json_false());
	says(doc, "holds files that were not analyzed");
	/* what is no object at all */
	says(json_array(), "has no spdxVersion");
	says(json_pack("{s:i, s:s}", "name", 1, "packages", "x"), "packages is no list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(verification),
		cmocka_unit_test(lacking),
		cmocka_unit_test(wrong),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
