/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch file: its mail header, its message, and the files it touches.
 *
 * Enters: the text of one patch. Leaves: struct patch, with a line number for
 * everything a message may have to point at. Called by azk series and azk
 * tree. This only reads; applying is git's work.
 *
 * The canonical form is what this prints for a commit, and azk series import,
 * refresh and rebase write nothing else:
 *
 *   git format-patch --stdout -1 --zero-commit --no-signature --stat=72
 *       --no-numbered --abbrev=12 --find-renames --diff-algorithm=myers
 *       --no-encode-email-headers
 *
 * with no configuration of the user read. So: "From 000... Mon Sep 17 ...",
 * From:, Date: (the author's), Subject: [PATCH] ..., an empty line, the
 * message with its trailers as last paragraph, "---", the list of files, the
 * diff. All UTF-8. (--no-stat would drop the "---" that ends the message.)
 */
#ifndef AZK_LIB_PATCH_H
#define AZK_LIB_PATCH_H

#include <stdbool.h>
#include <stddef.h>

struct problems;
struct strv;

struct patch_trailer {
	char *tag;		/* "Signed-off-by" */
	char *value;		/* continuation lines joined by one blank */
	int line;
};

struct patch_hunk {
	unsigned int old_start, old_count, new_start, new_count;
	int line;		/* of its "@@" in the patch file */
	const char *text;	/* the lines below "@@", in patch.text */
	size_t len;
};

enum patch_change {
	PATCH_MODIFY,
	PATCH_NEW,
	PATCH_DELETE,
	PATCH_RENAME,
	PATCH_COPY,
};

struct patch_file {
	enum patch_change change;
	char *old_path;		/* in the tree before; NULL for PATCH_NEW */
	char *new_path;		/* in the tree after; NULL for PATCH_DELETE */
	bool binary;
	int line;		/* of its "diff --git" */
	struct patch_hunk *hunk;
	size_t hunks;
};

struct patch {
	char *name;		/* file name as given, for messages */
	char *text;		/* all of it */
	char *author;		/* "Jane Doe"; these may be NULL when absent */
	char *email;		/* "jane@example.org" */
	char *date;		/* as written */
	char *subject;		/* unfolded, "[PATCH 1/2]" removed */
	char *body;		/* message below the subject with its trailers,
				 * no empty lines at its ends; "" when none */
	char *from;		/* the whole value of From: */
	char *encoding;		/* Content-Transfer-Encoding, or NULL */
	int from_line, date_line, subject_line, body_line;
	struct patch_trailer *trailer;
	size_t trailers;
	struct patch_file *file;
	size_t files;
};

/*
 * Parse @text (copied). @name stands in messages. What cannot be parsed is
 * added to @p, or printed when @p is NULL: broken hunk headers, hunks with
 * more or fewer lines than they say, no diff at all. What is merely absent
 * (no Subject ...) is no problem here: the fields are NULL.
 * Returns AZK_OK or AZK_EX_INPUT; @out is filled and to be freed anyway.
 */
int patch_parse(const char *name, const char *text, struct patch *out,
		struct problems *p);

/* Read @path and parse. Adds AZK_EX_NOFILE, AZK_EX_SYSTEM (printed). */
int patch_read(const char *path, struct patch *out, struct problems *p);

void patch_free(struct patch *p);

/* First trailer @tag (no regard to case) at or after index @from; or NULL. */
const struct patch_trailer *patch_trailer(const struct patch *p,
					  const char *tag, size_t from);

/* The path a person would name: the new one, or the old one if deleted. */
const char *patch_file_path(const struct patch_file *f);

/* Every path the patch names, before and after, added to @out once each. */
void patch_paths(const struct patch *p, struct strv *out);

/*
 * Equal but for "index" lines? Those change with every patch before this one
 * on the same file and with how git abbreviates; nothing depends on them.
 */
bool patch_same_text(const char *a, const char *b);

/*
 * "boot: trace: skip the Enum map" to "boot-trace-skip-the-enum-map": the
 * file name of a patch without ".patch", at most 60 bytes. Caller frees.
 */
char *patch_slug(const char *subject);

#endif
