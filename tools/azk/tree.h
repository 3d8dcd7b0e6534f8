/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trees under out/: where they are and how the parts of azk tree hand
 * work to each other. All paths are relative to the top of the project.
 *
 * out/ours/src is a git repository on branch "ours". The tags "base" and
 * "overlay" name the commits below the series (the same commit when there is
 * no overlay): overlay..HEAD are the patches, one commit each, in order.
 */
#ifndef AZK_TREE_H
#define AZK_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/file.h"

struct lock;
struct git;

#define TREE_UPSTREAM	"out/upstream/src"
#define TREE_OURS	"out/ours/src"
#define TREE_BRANCH	"ours"

#define COMMIT_HEX 65		/* a git object name with its NUL */

/* Who commits in out/ours/src; authors are the patches' own. */
#define TREE_NAME	"kernel-azure"
#define TREE_EMAIL	"maintainers@kernel-azure.example"

/* "GIT_AUTHOR_..." and "GIT_COMMITTER_..." for a commit of ours at @date. */
void tree_identity(struct strv *env, int64_t date);

/* Write the commit of @tree on @parent (or NULL) into @commit. */
int tree_commit(const struct git *g, const char *tree, const char *parent,
		const struct buf *message, char commit[COMMIT_HEX]);

/* A hash over all that the base's content depends on. */
void tree_base_key(const struct lock *l, char key[SHA256_HEX]);

/* Whether out/upstream/src is there and made from the base with @key. */
bool tree_upstream_ok(const char *key);

/*
 * The git tree hash of what is in out/upstream/src now to @id: the base's own as
 * long as nobody changed a file there. Reads only files that changed since.
 */
int tree_upstream_id(struct buf *id);
/* When somebody did, the next tree_base() extracts it anew. */
int tree_upstream_forget(void);

/*
 * Make out/upstream/src (extracted, cut) unless it is there, and then, when
 * @fresh, a new out/ours/src that has the base as its only commit, tagged
 * "base", and no work tree files yet. The tree's hash is checked against
 * base.lock. @commit gets the base commit. An exit code after one line; then
 * what was there before is still there.
 */
int tree_base(const struct lock *l, const char *key, bool fresh,
	      char commit[COMMIT_HEX]);

/* The overlay: files of ours that go into the tree as they are. */
struct overlay {
	struct strv from;	/* "configs/azure.config", sorted by @to */
	struct strv to;		/* "kernel/configs/azure.config" */
	char key[SHA256_HEX];	/* hash over names, modes and contents */
};

#define OVERLAY_INIT { .from = STRV_INIT, .to = STRV_INIT }

/* Read what there is in arch/, drivers/, configs/ and selftests/. */
int overlay_scan(struct overlay *o);

/*
 * Commit @o on @base (a commit) with the index file that @g's environment
 * names. @commit is @base itself when there is nothing. A path that the base
 * has already is an error: changes to upstream files are patches.
 */
int overlay_commit(const struct git *g, const struct overlay *o, const char *base,
		   char commit[COMMIT_HEX]);

void overlay_free(struct overlay *o);

/*
 * Commit patch file @path (from the top) on @parent with the same index, which
 * holds @parent's tree before and the result's after. AZK_EX_INPUT, after a
 * line that names patch, file and hunk, when it does not apply.
 */
int tree_apply(const struct git *g, const struct lock *l, const char *path,
	       const char *parent, char commit[COMMIT_HEX]);

/*
 * What azk tree made git tree @tree from, as far as it got: "base", "overlay"
 * and paths such as "patches/boot/x.patch". False when it made no such tree.
 */
bool tree_record_names(const char *tree, struct strv *names);

#endif
