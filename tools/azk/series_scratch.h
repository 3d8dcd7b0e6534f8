/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scratch git repository that holds only the files a series touches, so
 * that trying a series costs milliseconds and touches nobody's work.
 *
 * Enters: a base (folder, git tree with the tag "base", or tarball) and the
 * paths. Leaves: a folder under out/ where patches are tried and committed.
 * Called by azk series check, rebase, import.
 */
#ifndef AZK_SERIES_SCRATCH_H
#define AZK_SERIES_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/patch.h"

struct scratch {
	char *dir;		/* absolute */
	char *version;		/* "6.18.15" as its Makefile says, or NULL */
	bool keep;		/* leave the folder behind */
};

/*
 * Make @dir (what was there goes) with those of @paths that @base has. A git
 * tree with a tag "base" gives the files of that tag, any other folder its
 * files as they are, a file is read as a tarball. AZK_EX_NOFILE, _INPUT,
 * _TOOL, _SYSTEM (printed).
 */
int scratch_make(struct scratch *s, const char *dir, const char *base,
		 const struct strv *paths);
void scratch_free(struct scratch *s);	/* removes the folder unless s->keep */

enum outcome {
	OUTCOME_APPLIES,
	OUTCOME_OFFSET,
	OUTCOME_UPSTREAM,	/* reverse-applies: the tree has it already */
	OUTCOME_CONFLICT,
};

struct conflict {
	char *path;
	int hunk;		/* from 1; 0 when it is about the whole file */
	int patch_line;		/* of the hunk in the patch file */
	char *expected;		/* the hunk's old side; NULL for a whole file */
	int expected_line;
	char *has;		/* the closest place in the tree, or NULL */
	int has_line;
	char *why;
};

struct attempt {
	enum outcome outcome;
	int offset;		/* the largest, in lines, with its sign */
	struct strv offsets;	/* "drivers/hv/x.c hunk 2: 14 lines" */
	struct conflict *conflict;
	size_t conflicts;
};

/*
 * See what becomes of the patch in file @file, already parsed as @p, and
 * leave the scratch tree as it was. AZK_OK whatever the outcome is.
 */
int scratch_try(struct scratch *s, const char *file, const struct patch *p,
		struct attempt *a);
void attempt_free(struct attempt *a);

/*
 * Commit it with its message and author (git am). When only the header is
 * unfit for that and @lenient, commit the change alone. Prints on failure.
 */
int scratch_commit(struct scratch *s, const char *file, bool lenient);

/* conflict.c: fill a->conflict with every rejected hunk of @p. */
int scratch_conflicts(struct scratch *s, const char *file,
		      const struct patch *p, struct attempt *a);

/* rm -rf. Prints nothing; AZK_EX_SYSTEM when it could not. */
int remove_tree(const char *dir);

#endif
