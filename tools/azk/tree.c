// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk tree: base, overlay and series as one git tree. Enters: base.lock, the
 * overlay, patches/series. Leaves: out/upstream/src and out/ours/src. Called
 * by the Makefile.
 *
 * 1. The plan: a key (a hash of content) for every layer, and what a former
 *    run recorded. Layers whose keys still agree are kept.
 * 2. The commits: what is above the common part is made anew, in an index.
 * 3. The work tree: one step from the old commit to the new one, which git
 *    does without touching files that are the same in both.
 *
 * Commits depend on nothing but content: the same inputs give the same ids.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cmd.h"
#include "lib/exit.h"
#include "lib/git.h"
#include "lib/lock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/run.h"
#include "lib/series.h"
#include "tree.h"

/* What the tree was made from, a line a layer; see record_read(). */
#define RECORD_NAME	"/.git/azk-tree"
#define RECORD		TREE_OURS RECORD_NAME
/* There while the work tree is between two commits. */
#define PENDING		TREE_OURS "/.git/azk-pending"
#define GUARD		"out/.tree-lock"

/* 1. The plan. */

struct layer {
	char *name;		/* "base", "overlay" or "patches/boot/x.patch" */
	char key[SHA256_HEX];
	char commit[COMMIT_HEX];	/* "" while not made */
};

struct plan {
	struct layer *v;
	size_t n;
};

static struct layer *plan_add(struct plan *p, const char *name, const char *key,
			      const char *commit)
{
	struct layer *l;

	p->v = xrealloc(p->v, (p->n + 1) * sizeof(*p->v));
	l = &p->v[p->n++];
	l->name = xstrdup(name);
	snprintf(l->key, sizeof(l->key), "%s", key);
	snprintf(l->commit, sizeof(l->commit), "%s", commit);
	return l;
}

static void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].name);
	free(p->v);
	*p = (struct plan){ 0 };
}

/* "KEY COMMIT NAME" lines, base first; nothing when there is no such tree. */
static void record_read(const char *path, struct plan *p)
{
	struct buf b = BUF_INIT;
	struct lines l;

	if (!file_exists(path) || file_read(path, &b))
		return;
	lines_init(&l, path, b.s);
	while (lines_next(&l)) {
		char *key = l.line, *commit = strchr(key, ' '), *name;

		name = commit ? strchr(commit + 1, ' ') : NULL;
		if (!name)
			break;
		*commit++ = '\0';
		*name++ = '\0';
		plan_add(p, name, key, commit);
	}
	lines_done(&l);
	buf_free(&b);
}

bool tree_record_names(const char *tree, struct strv *names)
{
	char *path = xasprintf("%s" RECORD_NAME, tree);
	struct plan p = { 0 };

	record_read(path, &p);
	for (size_t i = 0; i < p.n; i++)
		strv_add(names, p.v[i].name);
	free(path);
	plan_free(&p);
	return names->n > 0;
}

static int record_write(const struct plan *p, size_t n)
{
	struct buf b = BUF_INIT;
	int ret;

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s %s %s\n", p->v[i].key, p->v[i].commit, p->v[i].name);
	ret = file_write(RECORD, buf_str(&b), b.len);
	buf_free(&b);
	return ret;
}

static int plan_make(const struct lock *l, struct overlay *o, struct plan *p)
{
	char key[SHA256_HEX];
	struct series s = { 0 };
	int ret = AZK_OK;

	tree_base_key(l, key);
	plan_add(p, "base", key, "");
	ret = overlay_scan(o);
	if (ret)
		return ret;
	plan_add(p, "overlay", o->key, "");
	/* a tree without a series is the base and the overlay */
	if (!file_exists("patches/series"))
		return AZK_OK;
	ret = series_read("patches", &s, NULL);
	for (size_t i = 0; !ret && i < s.n; i++) {
		char *path = series_path(&s, i), at[512];

		if (!file_exists(path))
			ret = azk_err(AZK_EX_NOFILE,
				      azk_at(at, sizeof(at), s.file, s.v[i].line),
				      "add it or take the line out", "no file %s", path);
		else
			ret = file_sha256(path, key, NULL, NULL);
		if (!ret)
			plan_add(p, path, key, "");
		free(path);
	}
	series_free(&s);
	return ret;
}

/* How many layers, from the base up, are already there. Takes their commits. */
static size_t plan_common(struct plan *want, const struct plan *have)
{
	size_t i;

	for (i = 0; i < want->n && i < have->n; i++) {
		if (strcmp(want->v[i].key, have->v[i].key))
			break;
		/* a renamed patch file makes the same commit */
		memcpy(want->v[i].commit, have->v[i].commit, COMMIT_HEX);
	}
	return i;
}

/* 2. The commits. */

/* The number of layers that have a commit now goes to @made. */
static int make_commits(const struct lock *l, const struct overlay *o, struct plan *p,
			size_t from, size_t *made)
{
	struct git g = GIT_INIT(TREE_OURS);
	int ret = AZK_OK;

	*made = from;
	tree_identity(&g.env, l->date);
	strv_add(&g.env, "GIT_INDEX_FILE=.git/azk-index");
	if (from > 1)
		ret = git_must(&g, NULL, NULL, "read-tree", p->v[from - 1].commit, NULL);
	for (size_t i = from; !ret && i < p->n; i++) {
		const char *parent = p->v[i - 1].commit;

		if (i == 1)
			ret = overlay_commit(&g, o, parent, p->v[i].commit);
		else
			ret = tree_apply(&g, l, p->v[i].name, parent, p->v[i].commit);
		if (!ret)
			*made = i + 1;
	}
	unlink(TREE_OURS "/.git/azk-index");
	git_done(&g);
	return ret;
}

/* 3. The work tree. */

/*
 * Work of a developer's own must not get lost: commits on top of ours, and
 * changed or new files. @tip is the commit that we left there.
 */
static int own_work(const char *tip)
{
	struct buf head = BUF_INIT, status = BUF_INIT;
	struct git g = GIT_INIT(TREE_OURS);
	const char *what = NULL;
	int ret;

	ret = git_must(&g, NULL, &head, "rev-parse", "HEAD", NULL);
	if (!ret)
		ret = git_must(&g, NULL, &status, "status", "--porcelain", NULL);
	if (!ret && strcmp(buf_str(&head), tip))
		what = "commits of your own";
	else if (!ret && status.len)
		what = "changes that are not committed";
	if (what)
		ret = azk_err(AZK_EX_CHECK, TREE_OURS,
			      "keep them with 'make series-refresh' or git stash, or "
			      "drop them with 'make tree FORCE=1'",
			      "has %s, and the inputs changed", what);
	buf_free(&head);
	buf_free(&status);
	return ret;
}

/* @clean: files that git does not know go too. */
static int move_work_tree(const struct plan *p, size_t n, bool clean)
{
	struct git g = GIT_INIT(TREE_OURS);
	struct azk_step step;
	int ret;

	azk_step_begin(&step, "tree", "writing the work tree");
	ret = file_write(PENDING, "", 0);
	if (!ret)
		ret = git_must(&g, NULL, NULL, "symbolic-ref", "HEAD",
			       "refs/heads/" TREE_BRANCH, NULL);
	if (!ret)
		ret = git_must(&g, NULL, NULL, "reset", "--quiet", "--hard",
			       p->v[n - 1].commit, NULL);
	if (!ret && clean)
		ret = git_must(&g, NULL, NULL, "clean", "-dfq", NULL);
	if (!ret && n > 1)
		ret = git_must(&g, NULL, NULL, "update-ref", "refs/tags/overlay",
			       p->v[1].commit, NULL);
	if (!ret)
		ret = record_write(p, n);
	if (!ret)
		unlink(PENDING);
	azk_step_end(&step, "%s is at %.12s", TREE_OURS, p->v[n - 1].commit);
	git_done(&g);
	return ret;
}

static void say(const struct plan *p, const struct overlay *o, const struct lock *l,
		const char *state)
{
	printf("%s: %s, %zu overlay files, %zu patches: %.12s %s\n", TREE_OURS,
	       l->version, o->to.n, p->n - 2, p->v[p->n - 1].commit, state);
}

static int update(const struct lock *l, bool force)
{
	struct plan want = { 0 }, have = { 0 };
	struct overlay o = OVERLAY_INIT;
	size_t common, made;
	bool pending = file_exists(PENDING);
	int ret, failed;

	ret = plan_make(l, &o, &want);
	if (ret)
		goto done;
	record_read(RECORD, &have);
	common = plan_common(&want, &have);
	if (force && have.n)
		ret = tree_upstream_forget();
	if (ret)
		goto done;
	if (common == want.n && have.n == want.n && !pending && !force &&
	    tree_upstream_ok(want.v[0].key)) {
		say(&want, &o, l, "(up to date)");
		goto done;
	}
	if (have.n && !pending && !force &&
	    (common < want.n || common < have.n)) {
		ret = own_work(have.v[have.n - 1].commit);
		if (ret)
			goto done;
	}
	ret = tree_base(l, want.v[0].key, common == 0, want.v[0].commit);
	if (ret)
		goto done;
	if (common == 0)
		common = 1;
	failed = make_commits(l, &o, &want, common, &made);
	/* on failure too: the last good commit is where one goes on */
	ret = move_work_tree(&want, made, force);
	if (failed)
		ret = failed;
	if (!ret)
		say(&want, &o, l, "");
done:
	overlay_free(&o);
	plan_free(&want);
	plan_free(&have);
	return ret;
}

/*
 * The git tree hash of what is in the work tree now, own changes included:
 * the same content has the same hash, whatever the commits. For build stamps.
 */
static int print_id(bool upstream)
{
	struct git g = GIT_INIT(TREE_OURS);
	struct buf id = BUF_INIT;
	int ret;

	if (!file_exists(RECORD))
		return azk_err(AZK_EX_NOFILE, TREE_OURS, "run 'make tree'", "no tree there");
	if (upstream) {
		ret = tree_upstream_id(&id);
	} else {
		char *words[] = { "cp", TREE_OURS "/.git/index",
				  TREE_OURS "/.git/azk-index", NULL };

		if (run_words(NULL, words[0], words[1], words[2], NULL))
			return azk_err(AZK_EX_SYSTEM, words[1], NULL, "cannot be copied");
		strv_add(&g.env, "GIT_INDEX_FILE=.git/azk-index");
		ret = git_must(&g, NULL, NULL, "add", "--all", ".", NULL);
		if (!ret)
			ret = git_must(&g, NULL, &id, "write-tree", NULL);
		unlink(words[2]);
	}
	if (!ret)
		puts(buf_str(&id));
	git_done(&g);
	buf_free(&id);
	return ret;
}

/* One azk tree at a time; the lock ends with the process. */
static int guard(void)
{
	int ret = file_mkdirs("out"), fd;

	if (ret)
		return ret;
	fd = open(GUARD, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return azk_err(AZK_EX_SYSTEM, GUARD, NULL, "%s", strerror(errno));
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return azk_err(AZK_EX_SYSTEM, GUARD, NULL, "%s", strerror(errno));
	return AZK_OK;
}

int cmd_tree(int argc, char **argv)
{
	bool force = false, id = false, upstream = false;
	const char *top = getenv("AZK_TOP");
	const struct opt opts[] = {
		{ "force", NULL, "drop changes made in out/ours/src and out/upstream/src", OPT_FLAG,
		  &force },
		{ "id", NULL, "only print the git tree hash of the work tree as it is", OPT_FLAG,
		  &id },
		{ "upstream", NULL, "with --id: that of out/upstream/src", OPT_FLAG, &upstream },
		{ 0 }
	};
	const struct opt_usage usage = {
		.cmd = "azk tree", .args = "",
		.what = "Make out/upstream/src (the base) and out/ours/src (a git repository: the\n"
			"base, the overlay, one commit for each patch). Does only what changed.",
		.example = "  azk tree\n  git -C out/ours/src log --oneline overlay..",
		.opts = opts,
	};
	struct lock l = { 0 };
	int nargs, rest, ret;

	ret = opt_parse(&usage, argc, argv, &nargs, &rest);
	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs || rest < argc)
		return opt_bad(&usage, "takes no arguments");
	if (upstream && !id)
		return opt_bad(&usage, "--upstream goes with --id");
	if (top && *top && chdir(top))
		return azk_err(AZK_EX_NOFILE, top, "set AZK_TOP to the project's top",
			       "%s", strerror(errno));
	ret = lock_read(LOCK_PATH, &l);
	if (!ret)
		ret = guard();
	if (!ret)
		ret = id ? print_id(upstream) : update(&l, force);
	lock_free(&l);
	return ret;
}
