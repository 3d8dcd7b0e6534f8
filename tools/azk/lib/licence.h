/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Licences: the tag in a file, the expression behind it, and the identifiers
 * that the kernel's LICENSES/ knows. Called by azk sbom.
 *
 * An expression: IDENTIFIER [WITH EXCEPTION], joined by AND and OR, with
 * brackets (SPDX 2.3, annex D; Documentation/process/license-rules.rst).
 */
#ifndef AZK_LIB_LICENCE_H
#define AZK_LIB_LICENCE_H

#include "strset.h"

struct licences {
	struct strset ids;		/* "GPL-2.0-only", ... */
	struct strset exceptions;	/* "Linux-syscall-note", ... */
};

/*
 * Read LICENSES/ of the kernel at @source. AZK_OK, or after one line
 * AZK_EX_NOFILE, AZK_EX_INPUT (no identifier in any of its files).
 */
int licences_read(const char *source, struct licences *l);
void licences_free(struct licences *l);

/*
 * The expression of the first SPDX-License-Identifier tag in the first 4 KiB
 * of @text, and its line; NULL and 0 when there is none. Caller frees.
 */
char *licence_tag(const char *text, size_t len, int *line);

/*
 * @expr as SPDX wants it written (OR for "or", "GPL-2.0-only" for "GPL-2.0", no
 * brackets around the whole), which the caller frees; or NULL, and in *@fault what
 * is wrong, likewise. Its identifiers as they stand there, without exceptions, are
 * added to @ids unless that is NULL.
 */
char *licence_read(const struct licences *l, const char *expr, struct strset *ids,
		   char **fault);

/*
 * The expressions in @all joined with AND, each once and in order, in brackets
 * where they have an OR; "NOASSERTION" when there are none. Caller frees.
 */
char *licence_join(const struct strset *all);

#endif
