/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An SPDX 2.3 document in JSON, put together piece by piece. Everything in it
 * is ordered and nothing depends on when or where it was made. Called by azk sbom.
 *
 * Facts: the SPDX specification 2.3, clauses 6 to 8, 11 and 12.
 */
#ifndef AZK_LIB_SPDX_H
#define AZK_LIB_SPDX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "problem.h"
#include "strset.h"

#define SPDX_DOCUMENT	"SPDXRef-DOCUMENT"
#define SPDX_NONE	"NOASSERTION"

struct spdx {
	json_t *doc;
	json_t *files, *relations;
	struct strset related;		/* "A TYPE B": each once */
	char created[32];
};

/* A document @name of the time @created, in seconds since 1970 (UTC). */
void spdx_init(struct spdx *s, const char *name, int64_t created);
void spdx_free(struct spdx *s);

/* The identifier of a file or package: "SPDXRef-KIND-" and a hash of @name. */
char *spdx_id(const char *kind, const char *name);

/*
 * Add a file: @id; @name as it stands in its package, without "./"; @path where
 * it can be read now; @type "SOURCE", "BINARY", "TEXT"; @licence concluded; @found:
 * identifiers in it, or NULL. AZK_OK, or after one line what file_read() returns.
 * *@out is the file, owned by the document.
 */
int spdx_file(struct spdx *s, const char *id, const char *name, const char *path,
	      const char *type, const char *licence, const struct strset *found, json_t **out);

/*
 * Add a package, owned by the document: @id, @name, @version, @declared: its
 * licence. It holds no files until spdx_holds(). More members are the caller's.
 */
json_t *spdx_package(struct spdx *s, const char *id, const char *name, const char *version,
		     const char *declared);

/*
 * The package holds these @files (array of the document's): relationships, the
 * verification code, and the licences found in them.
 */
void spdx_holds(struct spdx *s, json_t *package, const json_t *files);

/* @a TYPE @b, once. */
void spdx_relate(struct spdx *s, const char *a, const char *type, const char *b);

/* Say @comment of @element: a file, a package, the document. */
void spdx_annotate(struct spdx *s, json_t *element, const char *comment);

/*
 * Done: sort, and name the document after its content, below @base
 * ("https://spdx.org/spdxdocs"). A new reference.
 */
json_t *spdx_finish(struct spdx *s, const char *base);

/*
 * Hold @doc against what SPDX 2.3 requires: each member that must be there, its
 * form, identifiers that are unique and that relationships find, verification
 * codes that are right. Problems go to @p.
 */
void spdx_check(const char *name, const json_t *doc, struct problems *p);

/* Code of a package of files with these SHA-1 (an array of hex strings). */
void spdx_verification(const struct strv *sha1, char hex[41]);

#endif
