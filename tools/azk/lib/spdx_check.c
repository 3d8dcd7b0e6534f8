// SPDX-License-Identifier: GPL-2.0-only
/*
 * What SPDX 2.3 requires of a document, as tables: for each kind of object the
 * members that must be there and the form of their values. And what no table
 * says: identifiers are unique, relationships find them, codes are right.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "spdx.h"

struct form {
	const char *key;
	bool must;
	const char *ere;	/* of the string; NULL: an object or array is to stand there */
	const char *what;	/* the form in words */
};

#define ID	"^SPDXRef-[A-Za-z0-9.-]+$", "SPDXRef- and letters, digits, '.' or '-'"
#define ANY	"^.+$", "a text"
#define UTC	"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", \
		"a time such as 2026-01-31T00:00:00Z"
#define WHO	"^(Person|Organization|Tool): .+$"
#define AGENT	WHO, "'Tool: NAME', 'Person: ...' or 'Organization: ...'"
#define LICENCE	"^(NONE|NOASSERTION|[(A-Za-z0-9][A-Za-z0-9.+() -]*)$", \
		"a licence expression, NONE or NOASSERTION"

static const struct form document[] = {
	{ "spdxVersion", true, "^SPDX-2\\.3$", "SPDX-2.3" },
	{ "dataLicense", true, "^CC0-1\\.0$", "CC0-1.0" },
	{ "SPDXID", true, "^SPDXRef-DOCUMENT$", "SPDXRef-DOCUMENT" },
	{ "name", true, ANY },
	{ "documentNamespace", true, "^[a-z][a-z0-9+.-]*://?[^#]+$", "a URI without '#'" },
	{ "creationInfo", true, NULL, NULL },
	{ "packages", true, NULL, NULL },
	{ "relationships", true, NULL, NULL },
	{ 0 }
};

static const struct form creation[] = {
	{ "created", true, UTC },
	{ "creators", true, NULL, NULL },
	{ 0 }
};

static const struct form package[] = {
	{ "SPDXID", true, ID },
	{ "name", true, ANY },
	{ "versionInfo", false, ANY },
	{ "downloadLocation", true, "^(NONE|NOASSERTION|[a-z][a-z0-9+.-]*:.+)$",
	  "a URI, NONE or NOASSERTION" },
	{ "licenseConcluded", false, LICENCE },
	{ "licenseDeclared", false, LICENCE },
	{ "copyrightText", false, ANY },
	{ "supplier", false, "^(NOASSERTION|(Person|Organization): .+)$",
	  "NOASSERTION, 'Organization: ...' or 'Person: ...'" },
	{ 0 }
};

static const struct form file[] = {
	{ "SPDXID", true, ID },
	{ "fileName", true, "^\\./.+$", "a path that begins with ./" },
	{ "checksums", true, NULL, NULL },
	{ "licenseConcluded", false, LICENCE },
	{ "copyrightText", false, ANY },
	{ 0 }
};

static const struct form relation[] = {
	{ "spdxElementId", true, "^(DocumentRef-.+:)?SPDXRef-.+$", "an identifier" },
	{ "relatedSpdxElement", true, "^((DocumentRef-.+:)?SPDXRef-.+|NONE|NOASSERTION)$",
	  "an identifier, NONE or NOASSERTION" },
	{ "relationshipType", true, "^[A-Z_]+$", "a type such as CONTAINS" },
	{ 0 }
};

static const struct form annotation[] = {
	{ "annotationDate", true, UTC },
	{ "annotationType", true, "^(REVIEW|OTHER)$", "REVIEW or OTHER" },
	{ "annotator", true, AGENT },
	{ "comment", true, ANY },
	{ 0 }
};

#define FORMS	32	/* more than there are different ones */

struct check {
	const char *name;	/* of the document's file */
	struct problems *p;
	struct strset ids;
	struct { const char *ere; regex_t re; } known[FORMS];	/* compiled once */
	size_t n;
};

static const char *str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static bool matches(struct check *c, const char *ere, const char *s)
{
	size_t i = 0;

	while (i < c->n && c->known[i].ere != ere)
		i++;
	if (i == c->n) {
		if (i == FORMS || regcomp(&c->known[i].re, ere, REG_EXTENDED | REG_NOSUB))
			return false;
		c->known[c->n++].ere = ere;
	}
	return !regexec(&c->known[i].re, s, 0, NULL, 0);
}

/* @what: "package kernel-azure" and the like. */
static void forms(struct check *c, const struct form *f, const json_t *o, const char *what)
{
	for (; f->key; f++) {
		const json_t *v = json_object_get(o, f->key);

		if (!v && f->must)
			problem_add(c->p, c->name, 0, NULL, "%s: has no %s", what, f->key);
		else if (v && !f->ere && !json_is_object(v) && !json_is_array(v))
			problem_add(c->p, c->name, 0, NULL, "%s: %s is no list", what, f->key);
		else if (v && f->ere && (!json_is_string(v) ||
				   !matches(c, f->ere, json_string_value(v))))
			problem_add(c->p, c->name, 0, NULL, "%s: %s is not %s", what, f->key,
				    f->what);
	}
}

static void annotations(struct check *c, const json_t *o, const char *what)
{
	json_t *a;
	size_t i;

	json_array_foreach(json_object_get(o, "annotations"), i, a)
		forms(c, annotation, a, what);
}

static void new_id(struct check *c, const json_t *o, const char *what)
{
	const char *id = str(o, "SPDXID");

	if (id && !strset_add(&c->ids, id))
		problem_add(c->p, c->name, 0, NULL, "%s: %s is there a second time", what, id);
}

static const char *sha1_of(const json_t *f)
{
	json_t *sum;
	size_t i;

	json_array_foreach(json_object_get(f, "checksums"), i, sum)
		if (str(sum, "algorithm") && !strcmp(str(sum, "algorithm"), "SHA1"))
			return str(sum, "checksumValue");
	return NULL;
}

static void one_file(struct check *c, const json_t *f)
{
	static const struct { const char *name, *ere; } kinds[] = {
		{ "SHA1", "^[0-9a-f]{40}$" }, { "SHA256", "^[0-9a-f]{64}$" },
	};
	const char *name = str(f, "fileName");
	char *what = xasprintf("file %s", name ? name : "?");
	json_t *sum;
	size_t i;

	forms(c, file, f, what);
	annotations(c, f, what);
	new_id(c, f, what);
	json_array_foreach(json_object_get(f, "checksums"), i, sum) {
		const char *kind = str(sum, "algorithm"), *value = str(sum, "checksumValue");

		for (size_t k = 0; k < 2; k++)
			if (kind && value && !strcmp(kind, kinds[k].name) &&
			    !matches(c, kinds[k].ere, value))
				problem_add(c->p, c->name, 0, NULL, "%s: %s is none", what, kind);
	}
	if (!sha1_of(f))
		problem_add(c->p, c->name, 0, NULL, "%s: has no SHA1 among its checksums", what);
	free(what);
}

/* The code must be that of the files which relationships say it contains. */
static void verification(struct check *c, const json_t *doc, const json_t *p, const char *what)
{
	const char *code = str(json_object_get(p, "packageVerificationCode"),
			       "packageVerificationCodeValue");
	struct strset held = STRSET_INIT;
	struct strv sha1 = STRV_INIT;
	char hex[41];
	json_t *r;
	size_t i;

	json_array_foreach(json_object_get(doc, "relationships"), i, r) {
		const char *a = str(r, "spdxElementId"), *type = str(r, "relationshipType");
		const char *b = str(r, "relatedSpdxElement"), *id = str(p, "SPDXID");

		if (a && b && type && id && !strcmp(a, id) && !strcmp(type, "CONTAINS"))
			strset_add(&held, b);
	}
	json_array_foreach(json_object_get(doc, "files"), i, r)
		if (str(r, "SPDXID") && strset_has(&held, str(r, "SPDXID"))) {
			const char *sum = sha1_of(r);

			strv_add(&sha1, sum ? sum : "");
		}
	spdx_verification(&sha1, hex);
	if (json_is_false(json_object_get(p, "filesAnalyzed"))) {
		if (held.all.n)
			problem_add(c->p, c->name, 0, NULL,
				    "%s: holds files that were not analyzed", what);
	} else if (!code) {
		problem_add(c->p, c->name, 0, NULL, "%s: has no packageVerificationCode", what);
	} else if (strcmp(code, hex)) {
		problem_add(c->p, c->name, 0, NULL,
			    "%s: packageVerificationCode is not that of its files", what);
	}
	strset_free(&held);
	strv_free(&sha1);
}

static void packages(struct check *c, const json_t *doc)
{
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(doc, "packages"), i, p) {
		char *what = xasprintf("package %s", str(p, "name") ? str(p, "name") : "?");

		forms(c, package, p, what);
		annotations(c, p, what);
		new_id(c, p, what);
		verification(c, doc, p, what);
		free(what);
	}
}

static void relations(struct check *c, const json_t *doc)
{
	bool describes = false;
	json_t *r;
	size_t i;

	json_array_foreach(json_object_get(doc, "relationships"), i, r) {
		const char *ends[] = { str(r, "spdxElementId"), str(r, "relatedSpdxElement") };
		const char *type = str(r, "relationshipType");

		forms(c, relation, r, "a relationship");
		for (size_t k = 0; k < 2; k++)
			if (ends[k] && str_starts(ends[k], "SPDXRef-") &&
			    !strset_has(&c->ids, ends[k]))
				problem_add(c->p, c->name, 0, NULL,
					    "a relationship: %s is not in the document", ends[k]);
		describes |= type && ends[0] && !strcmp(type, "DESCRIBES") &&
			     !strcmp(ends[0], SPDX_DOCUMENT);
	}
	if (!describes)
		problem_add(c->p, c->name, 0, NULL, "the document DESCRIBES nothing");
}

void spdx_check(const char *name, const json_t *doc, struct problems *p)
{
	struct check c = { .name = name, .p = p };
	const json_t *info = json_object_get(doc, "creationInfo"), *creators, *o;
	size_t i;

	forms(&c, document, doc, "the document");
	annotations(&c, doc, "the document");
	new_id(&c, doc, "the document");
	if (info)
		forms(&c, creation, info, "creationInfo");
	creators = json_object_get(info, "creators");
	if (creators && !json_array_size(creators))
		problem_add(p, name, 0, NULL, "creationInfo: names no creator");
	json_array_foreach(creators, i, o)
		if (!json_is_string(o) || !matches(&c, WHO, json_string_value(o)))
			problem_add(p, name, 0, NULL,
				    "creationInfo: a creator is not 'Tool: NAME' or the like");
	json_array_foreach(json_object_get(doc, "files"), i, o)
		one_file(&c, o);
	packages(&c, doc);
	relations(&c, doc);
	strset_free(&c.ids);
	while (c.n)
		regfree(&c.known[--c.n].re);
}
