// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lowest layer of azk tree. Enters: the checked archive. Leaves:
 * out/upstream/src, and a git repository whose one commit is the same tree.
 * Called by tree.c.
 *
 * Both are made beside their place and moved there when all is well, so an
 * interrupted or failed run leaves what was there before.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "lib/exit.h"
#include "lib/git.h"
#include "lib/lock.h"
#include "lib/msg.h"
#include "lib/run.h"
#include "tree.h"

#define UPSTREAM_NEW	TREE_UPSTREAM ".new"
#define UPSTREAM_STAMP	"out/upstream/src.base"
#define OURS_NEW	TREE_OURS ".new"
#define BASE_INDEX	"azk-base-index"

void tree_identity(struct strv *env, int64_t date)
{
	static const char *const who[] = { "AUTHOR", "COMMITTER" };

	for (int i = 0; i < 2; i++) {
		strv_addf(env, "GIT_%s_NAME=" TREE_NAME, who[i]);
		strv_addf(env, "GIT_%s_EMAIL=" TREE_EMAIL, who[i]);
		strv_addf(env, "GIT_%s_DATE=@%" PRId64 " +0000", who[i], date);
	}
}

int tree_commit(const struct git *g, const char *tree, const char *parent,
		const struct buf *message, char commit[COMMIT_HEX])
{
	struct buf id = BUF_INIT;
	int ret;

	if (parent)
		ret = git_must(g, message, &id, "commit-tree", "-F", "-", "-p", parent,
			       tree, NULL);
	else
		ret = git_must(g, message, &id, "commit-tree", "-F", "-", tree, NULL);
	if (!ret)
		snprintf(commit, COMMIT_HEX, "%s", buf_str(&id));
	buf_free(&id);
	return ret;
}

void tree_base_key(const struct lock *l, char key[SHA256_HEX])
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "1 %s %s %s %" PRId64 "\n", l->version, l->base.sha256,
		 l->tree ? l->tree : "-", l->date);
	for (size_t i = 0; i < l->exclude.n; i++)
		buf_addf(&b, "%s\n", l->exclude.v[i]);
	sha256_of(b.s, b.len, key);
	buf_free(&b);
}

bool tree_upstream_ok(const char *key)
{
	struct buf b = BUF_INIT;
	bool ok;

	ok = file_exists(TREE_UPSTREAM "/Makefile") && file_exists(UPSTREAM_STAMP) &&
	     file_read(UPSTREAM_STAMP, &b) == AZK_OK && !strcmp(buf_str(&b), key);
	buf_free(&b);
	return ok;
}

static int remove_tree(const char *path)
{
	if (run_words(NULL, "rm", "-rf", "--", path, NULL))
		return azk_err(AZK_EX_SYSTEM, path, NULL, "cannot be removed");
	return AZK_OK;
}

static int move(const char *from, const char *to)
{
	int ret = remove_tree(to);

	if (!ret && rename(from, to))
		ret = azk_err(AZK_EX_SYSTEM, to, NULL, "rename: %s", strerror(errno));
	return ret;
}

/* What the repack leaves out goes, whichever archive we were given. */
static int cut(const struct lock *l)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < l->exclude.n && !ret; i++) {
		char *p = xasprintf(UPSTREAM_NEW "/%s", l->exclude.v[i]);

		ret = remove_tree(p);
		free(p);
	}
	return ret;
}

static int extract(const struct lock *l, const char *key)
{
	struct buf path = BUF_INIT, err = BUF_INIT;
	struct azk_step step;
	int ret = base_find(NULL, &path);

	if (!ret)
		ret = remove_tree(UPSTREAM_NEW);
	if (!ret)
		ret = file_mkdirs(UPSTREAM_NEW);
	if (ret)
		goto done;
	azk_step_begin(&step, "tree", "extracting the base");
	const char *const tar[] = {
		"tar", "--extract", "--file", path.s, "--directory", UPSTREAM_NEW,
		"--strip-components=1", "--no-same-owner", NULL
	};
	struct run r = { .argv = tar, .err = &err };
	if (run(&r)) {
		char *first;

		buf_adds(&err, "");
		first = str_trim(err.s);
		first[strcspn(first, "\n")] = '\0';
		ret = azk_err(AZK_EX_TOOL, path.s, NULL, "extraction failed: %s", first);
		remove_tree(UPSTREAM_NEW);
		goto done;
	}
	azk_step_end(&step, "extracted %s", path.s);
	unlink(UPSTREAM_STAMP);
	ret = cut(l);
	if (!ret)
		ret = move(UPSTREAM_NEW, TREE_UPSTREAM);
	if (!ret)
		ret = file_write(UPSTREAM_STAMP, key, strlen(key));
done:
	buf_free(&path);
	buf_free(&err);
	return ret;
}

static int check_hash(const struct lock *l, const char *tree)
{
	if (!l->tree) {
		fprintf(stderr, "azk: %s: no 'tree' is pinned, this base's is %s\n",
			LOCK_PATH, tree);
		return AZK_OK;
	}
	if (strcmp(tree, l->tree)) {
		/* not trusted any more: the next run extracts anew */
		unlink(UPSTREAM_STAMP);
		return azk_err(AZK_EX_INPUT, TREE_UPSTREAM,
			       "files were changed there, or base.lock's 'tree' or "
			       "'exclude' lines do not fit the archive; run make tree "
			       "again to extract it anew",
			       "tree hash is %s, expected %s", tree, l->tree);
	}
	return AZK_OK;
}

/*
 * All blobs go straight into one pack: bigFileThreshold=1 sends every file
 * down git's path for big files, which writes no loose objects. No compression
 * and no fsync: everything here can be made again.
 */
static int commit_base(const struct lock *l, char commit[COMMIT_HEX])
{
	static const char *const settings[][2] = {
		{ "core.compression", "0" }, { "core.fsync", "none" },
		{ "core.autocrlf", "false" }, { "core.untrackedCache", "true" },
		{ "gc.auto", "0" }, { "maintenance.auto", "false" },
		{ "user.name", TREE_NAME }, { "user.email", TREE_EMAIL },
		{ "advice.detachedHead", "false" },
	};
	struct buf msg = BUF_INIT, tree = BUF_INIT;
	char cwd[4096];
	struct git g = GIT_INIT(OURS_NEW), add = GIT_INIT(OURS_NEW);
	struct azk_step step;
	int ret = remove_tree(OURS_NEW);

	if (!ret)
		ret = file_mkdirs(OURS_NEW);
	if (!getcwd(cwd, sizeof(cwd)))
		ret = azk_err(AZK_EX_SYSTEM, ".", NULL, "%s", strerror(errno));
	if (ret)
		return ret;
	azk_step_begin(&step, "tree", "committing the base");
	tree_identity(&g.env, l->date);
	strv_add(&add.env, "GIT_DIR=.git");
	strv_addf(&add.env, "GIT_WORK_TREE=%s/" TREE_UPSTREAM, cwd);
	ret = git_must(&g, NULL, NULL, "init", "--quiet", "--template=",
		       "--initial-branch=" TREE_BRANCH, ".", NULL);
	for (size_t i = 0; !ret && i < sizeof(settings) / sizeof(*settings); i++)
		ret = git_must(&g, NULL, NULL, "config", settings[i][0],
			       settings[i][1], NULL);
	if (!ret)
		ret = git_must(&add, NULL, NULL, "-c", "core.bigFileThreshold=1", "add",
			       "--all", "--force", ".", NULL);
	if (!ret)
		ret = git_must(&add, NULL, &tree, "write-tree", NULL);
	if (!ret)
		ret = check_hash(l, buf_str(&tree));
	buf_addf(&msg, "Linux %s\n\n%s\nsha256 %s\n", l->version, l->base.file,
		 l->base.sha256);
	if (!ret)
		ret = tree_commit(&g, buf_str(&tree), NULL, &msg, commit);
	if (!ret)
		ret = git_must(&g, NULL, NULL, "update-ref", "refs/tags/base", commit, NULL);
	if (!ret)
		ret = git_must(&g, NULL, NULL, "update-ref", "refs/heads/" TREE_BRANCH,
			       commit, NULL);
	/* kept: it knows the files of the base without reading them again */
	if (!ret && rename(OURS_NEW "/.git/index", OURS_NEW "/.git/" BASE_INDEX))
		ret = azk_err(AZK_EX_SYSTEM, OURS_NEW, NULL, "rename: %s", strerror(errno));
	if (!ret)
		ret = move(OURS_NEW, TREE_OURS);
	else
		remove_tree(OURS_NEW);
	azk_step_end(&step, "committed the base");
	git_done(&add);
	git_done(&g);
	buf_free(&msg);
	buf_free(&tree);
	return ret;
}

int tree_upstream_id(struct buf *id)
{
	struct git g = GIT_INIT(TREE_OURS);
	char cwd[4096];
	int ret = AZK_OK;

	if (!getcwd(cwd, sizeof(cwd)))
		return azk_err(AZK_EX_SYSTEM, ".", NULL, "%s", strerror(errno));
	strv_add(&g.env, "GIT_DIR=.git");
	strv_addf(&g.env, "GIT_WORK_TREE=%s/" TREE_UPSTREAM, cwd);
	strv_addf(&g.env, "GIT_INDEX_FILE=%s/" TREE_OURS "/.git/" BASE_INDEX, cwd);
	if (!file_exists(TREE_OURS "/.git/" BASE_INDEX))
		ret = git_must(&g, NULL, NULL, "read-tree", "base", NULL);
	if (!ret)
		ret = git_must(&g, NULL, NULL, "add", "--all", "--force", ".", NULL);
	if (!ret)
		ret = git_must(&g, NULL, id, "write-tree", NULL);
	git_done(&g);
	return ret;
}

int tree_upstream_forget(void)
{
	struct git g = GIT_INIT(TREE_OURS);
	struct buf base = BUF_INIT, id = BUF_INIT;
	int ret = tree_upstream_id(&id);

	if (!ret)
		ret = git_must(&g, NULL, &base, "rev-parse", "base^{tree}", NULL);
	if (!ret && strcmp(buf_str(&base), buf_str(&id))) {
		unlink(UPSTREAM_STAMP);
		unlink(TREE_OURS "/.git/" BASE_INDEX);
	}
	git_done(&g);
	buf_free(&base);
	buf_free(&id);
	return ret;
}

int tree_base(const struct lock *l, const char *key, bool fresh,
	      char commit[COMMIT_HEX])
{
	int ret = AZK_OK;

	if (!tree_upstream_ok(key))
		ret = extract(l, key);
	if (!ret && fresh)
		ret = commit_base(l, commit);
	return ret;
}
