// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk series refresh: the commits of a tree, back into patches/.
 *
 * Enters: a git tree with the tag "overlay" (or "base"); its commits since
 * then are the series. Leaves: what differs from patches/, and with --write a
 * patches/ that says the same as the tree. Called by make series-refresh, the
 * way back from make series-shell.
 *
 * A commit and a file belong together when the subject is the same; so a
 * patch keeps its file name however it is reordered or changed, and a commit
 * with a new subject becomes a new file.
 *
 * azk tree stops at a patch that does not apply, and patches may have been
 * added since it ran. A patch that the tree never had is not gone because no
 * commit is like it: it stays, behind the commits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "series_cmd.h"
#include "series_git.h"
#include "tree.h"

struct refresh {
	struct loaded l;
	const char *tree;
	struct strv commits;	/* oldest first */
	struct strv paths;	/* the file of each commit, relative */
	struct buf *text;
	char *state;		/* of each commit: '=' same, '~' changed, '+' new */
	struct strv gone;	/* files whose commit the tree had and has no more */
	struct strv series;	/* the series to be: the commits' files, what is to come */
	size_t to_come;		/* at the end of it: files that the tree never had */
};

static int list_commits(struct refresh *r)
{
	const char *range = "refs/tags/overlay..HEAD";
	struct buf out = BUF_INIT, err = BUF_INIT;
	int ret = AZK_OK;

	if (!git_has_tag(r->tree, "overlay"))
		range = "refs/tags/base..HEAD";
	if (!git_has_tag(r->tree, "base")) {
		ret = azk_err(AZK_EX_INPUT, r->tree, "run 'make tree'",
			      "is no git tree with the tag 'base'");
		goto out;
	}
	if (git_do(r->tree, &out, &err, "status", "--porcelain",
		   "--untracked-files=no", NULL))
		ret = git_failed(r->tree, "status", &err);
	else if (out.len)
		ret = azk_err(AZK_EX_INPUT, r->tree,
			      "commit them or 'git checkout' them away first",
			      "has changes that no commit holds");
	buf_reset(&out);
	if (!ret && git_do(r->tree, &out, &err, "rev-list", "--merges", range, NULL))
		ret = git_failed(r->tree, "rev-list", &err);
	else if (!ret && out.len)
		ret = azk_err(AZK_EX_INPUT, r->tree, "rebase instead of merging",
			      "commit %.12s is a merge, which no patch can hold", out.s);
	buf_reset(&out);
	if (!ret && git_do(r->tree, &out, &err, "rev-list", "--reverse", range, NULL))
		ret = git_failed(r->tree, "rev-list", &err);
	if (!ret)
		strv_split(&r->commits, buf_str(&out), "\n");
out:
	buf_free(&out);
	buf_free(&err);
	return ret;
}

/* Index of the patch with this subject that no earlier commit took; or -1. */
static int same_subject(const struct refresh *r, const char *subject)
{
	for (size_t i = 0; i < r->l.series.n; i++)
		if (r->l.patch[i].subject && !strcmp(r->l.patch[i].subject, subject) &&
		    !strv_has(&r->paths, r->l.series.v[i].path))
			return (int)i;
	return -1;
}

/*
 * git am ends the message at a line "---" or "diff -...": such a message
 * would come back shorter.
 */
static int check_message(struct refresh *r, size_t i)
{
	struct buf msg = BUF_INIT;
	int ret = AZK_OK;
	struct lines l;

	git_do(r->tree, &msg, NULL, "show", "-s", "--format=%B", r->commits.v[i], NULL);
	lines_init(&l, "message", buf_str(&msg));
	while (!ret && lines_next(&l))
		if (!strcmp(l.line, "---") || str_starts(l.line, "diff -") ||
		    str_starts(l.line, "Index: "))
			ret = azk_err(AZK_EX_INPUT, r->tree, "indent it in the message",
				      "commit %.12s: message line %d '%s' would end the message",
				      r->commits.v[i], l.no, l.line);
	lines_done(&l);
	buf_free(&msg);
	return ret;
}

static int read_commit(struct refresh *r, size_t i, struct strv *taken)
{
	struct patch p = { 0 };
	int ret = check_message(r, i), old;

	if (!ret)
		ret = git_format_patch(r->tree, r->commits.v[i], &r->text[i]);
	if (!ret && !r->text[i].len)
		ret = azk_err(AZK_EX_INPUT, r->tree, "drop it", "commit %.12s changes nothing",
			      r->commits.v[i]);
	if (!ret)
		ret = patch_parse(r->commits.v[i], buf_str(&r->text[i]), &p, NULL);
	if (ret)
		goto out;
	old = same_subject(r, p.subject ? p.subject : "");
	if (old >= 0) {
		strv_add(&r->paths, r->l.series.v[old].path);
		r->state[i] = patch_same_text(r->l.patch[old].text, r->text[i].s) ? '=' : '~';
	} else {
		char *path = patch_place(&p, NULL, taken);

		strv_add(&r->paths, path);
		strv_add(taken, path);
		r->state[i] = '+';
		free(path);
	}
out:
	patch_free(&p);
	return ret;
}

static int write_all(struct refresh *r)
{
	char *series = series_rewrite(&r->l.series, &r->series);
	int ret = AZK_OK;

	for (size_t i = 0; i < r->commits.n && !ret; i++) {
		char *path = xasprintf("%s/%s", r->l.series.dir, r->paths.v[i]);

		if (r->state[i] != '=')
			ret = file_write(path, buf_str(&r->text[i]), r->text[i].len);
		free(path);
	}
	if (!ret && strcmp(series, r->l.series.text))
		ret = file_write(r->l.series.file, series, strlen(series));
	for (size_t i = 0; i < r->gone.n && !ret; i++) {
		char *path = xasprintf("%s/%s", r->l.series.dir, r->gone.v[i]);

		unlink(path);
		free(path);
	}
	free(series);
	return ret;
}

/* In the order of the old series, with nothing added or dropped? */
static bool same_order(const struct refresh *r)
{
	for (size_t i = 0; i < r->series.n; i++)
		if (i >= r->l.series.n || strcmp(r->series.v[i], r->l.series.v[i].path))
			return false;
	return true;
}

/* The files that no commit belongs to: gone, or to come. */
static void sort_rest(struct refresh *r)
{
	struct strv had = STRV_INIT;
	bool ours = tree_record_names(r->tree, &had);

	for (size_t i = 0; i < r->paths.n; i++)
		strv_add(&r->series, r->paths.v[i]);
	for (size_t i = 0; i < r->l.series.n; i++) {
		const char *path = r->l.series.v[i].path;
		char *name = xasprintf("patches/%s", path);

		if (strv_has(&r->paths, path))
			;
		else if (ours && !strv_has(&had, name))
			strv_add(&r->series, path);
		else
			strv_add(&r->gone, path);
		free(name);
	}
	r->to_come = r->series.n - r->paths.n;
	strv_free(&had);
}

static int refresh(struct refresh *r, bool write)
{
	struct strv taken = STRV_INIT;
	bool changed = false;
	int ret = list_commits(r);

	if (!ret)
		ret = series_load(&r->l, NULL);
	if (!ret)
		ret = series_scan(r->l.series.dir, &taken);
	r->text = xcalloc(r->commits.n, sizeof(*r->text));
	r->state = xcalloc(r->commits.n, 1);
	for (size_t i = 0; i < r->commits.n && !ret; i++)
		ret = read_commit(r, i, &taken);
	strv_free(&taken);
	if (ret)
		return ret;
	sort_rest(r);
	for (size_t i = 0; i < r->commits.n; i++) {
		printf("%c %s\n", r->state[i], r->paths.v[i]);
		changed |= r->state[i] != '=';
	}
	for (size_t i = 0; i < r->gone.n; i++)
		printf("- %s\n", r->gone.v[i]);
	for (size_t i = r->paths.n; i < r->series.n; i++)
		printf("! %s\n", r->series.v[i]);
	if (r->to_come)
		printf("! is not in the tree yet and stays; to drop it take its line out of %s\n",
		       r->l.series.file);
	changed |= r->gone.n || !same_order(r);
	if (write && changed)
		ret = write_all(r);
	if (!ret)
		printf("%zu commit%s; patches/ %s\n", r->commits.n,
		       r->commits.n == 1 ? "" : "s",
		       !changed ? "says the same" :
		       write ? "written" : "differs, --write changes it");
	return ret;
}

int series_cmd_refresh(int argc, char **argv)
{
	const char *tree = NULL;
	bool write = false;
	const struct opt opts[] = {
		{ "tree", "DIR", "the git tree (default: out/ours/src)", OPT_STR, &tree },
		{ "write", NULL, "change patches/", OPT_FLAG, &write },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk series refresh", "",
		"Compare the commits of a tree with patches/, or write them back: = same,\n"
		"~ changed, + new, - no commit for it any more, ! not in the tree yet (stays).\n"
		"A patch whose subject stays keeps its file name. The tree's message and author\n"
		"are the patch's.",
		"  make series-shell        # git commit, git rebase -i overlay, exit\n"
		"  azk series refresh --write", NULL, opts,
	};
	struct refresh r = { 0 };
	char *own = NULL;
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);

	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs || rest < argc)
		return opt_bad(&u, "'%s' is no option", nargs ? argv[1] : argv[rest]);
	r.tree = tree ? tree : (own = top_path("out/ours/src"));
	ret = file_exists(r.tree) ? refresh(&r, write) :
	      azk_err(AZK_EX_NOFILE, r.tree, "run 'make tree'", "no such tree");
	for (size_t i = 0; r.text && i < r.commits.n; i++)
		buf_free(&r.text[i]);
	free(r.text);
	free(r.state);
	strv_free(&r.commits);
	strv_free(&r.paths);
	strv_free(&r.gone);
	strv_free(&r.series);
	loaded_free(&r.l);
	free(own);
	return ret;
}
