// SPDX-License-Identifier: GPL-2.0-only
/*
 * One patch to one commit. Enters: a patch file and the commit below it.
 * Leaves: a commit with the patch's author, date and message; or a line that
 * names the hunk in the way. Called by tree.c.
 *
 * All of it happens in an index, never in the work tree: files there are only
 * touched once, at the end, when their content differs, so that a build after
 * a small change stays small.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/exit.h"
#include "lib/git.h"
#include "lib/lock.h"
#include "lib/msg.h"
#include "lib/patch.h"
#include "tree.h"

#define GO_ON	"the tree is at the last good commit: commit the patch there, fixed, under the " \
		"same subject in 'make series-shell'; 'make series-refresh' takes it and " \
		"tries the rest"

/* The hunk of @file that begins at old line @at; NULL when there is none. */
static const struct patch_file *find_hunk(const struct patch *p, const char *file,
					  unsigned long at, size_t *hunk)
{
	for (size_t i = 0; i < p->files; i++) {
		const struct patch_file *f = &p->file[i];

		if ((!f->old_path || strcmp(f->old_path, file)) &&
		    (!f->new_path || strcmp(f->new_path, file)))
			continue;
		for (*hunk = 0; *hunk < f->hunks; ++*hunk)
			if (f->hunk[*hunk].old_start == at)
				return f;
	}
	return NULL;
}

/*
 * git apply says "error: patch failed: FILE:OLD_START" for the first hunk of
 * each file in the way, and "error: FILE: REASON" for what is wrong with a
 * file as a whole.
 */
static int explain(const char *path, const struct patch *p, char *err)
{
	char *line = strtok(err, "\n"), at[512], *colon;
	const struct patch_file *f;
	size_t hunk;

	while (line && !str_starts(line, "error: "))
		line = strtok(NULL, "\n");
	if (!line)
		return azk_err(AZK_EX_TOOL, path, NULL, "git apply failed and did not say why");
	line += strlen("error: ");
	if (!str_starts(line, "patch failed: "))
		return azk_err(AZK_EX_INPUT, path, GO_ON, "does not apply: %s", line);
	line += strlen("patch failed: ");
	colon = strrchr(line, ':');
	if (!colon)
		return azk_err(AZK_EX_INPUT, path, GO_ON, "does not apply: %s", line);
	*colon = '\0';
	f = find_hunk(p, line, strtoul(colon + 1, NULL, 10), &hunk);
	if (!f)
		return azk_err(AZK_EX_INPUT, path, GO_ON,
			       "does not apply: %s, at its line %s", line, colon + 1);
	azk_at(at, sizeof(at), path, f->hunk[hunk].line);
	return azk_err(AZK_EX_INPUT, at, GO_ON,
		       "does not apply: %s, hunk %zu of %zu (at line %s there)", line,
		       hunk + 1, f->hunks, colon + 1);
}

static void message(const struct patch *p, const char *path, struct buf *msg)
{
	const char *name = strrchr(path, '/');

	buf_addf(msg, "%s\n", p->subject ? p->subject : name ? name + 1 : path);
	if (p->body && *p->body)
		buf_addf(msg, "\n%s\n", p->body);
}

int tree_apply(const struct git *g, const struct lock *l, const char *path,
	       const char *parent, char commit[COMMIT_HEX])
{
	struct buf text = BUF_INIT, err = BUF_INIT, tree = BUF_INIT, msg = BUF_INIT;
	struct git as = { .dir = g->dir, .env = STRV_INIT };
	struct patch p = { 0 };
	int ret = patch_read(path, &p, NULL);

	if (ret)
		goto done;
	for (size_t i = 0; i < g->env.n; i++)
		strv_add(&as.env, g->env.v[i]);
	if (p.author)
		strv_addf(&as.env, "GIT_AUTHOR_NAME=%s", p.author);
	if (p.email)
		strv_addf(&as.env, "GIT_AUTHOR_EMAIL=%s", p.email);
	strv_addf(&as.env, "GIT_AUTHOR_DATE=%s", p.date ? p.date : "");
	if (!p.date)
		strv_addf(&as.env, "GIT_AUTHOR_DATE=@%" PRId64 " +0000", l->date);
	buf_adds(&text, p.text);
	buf_adds(&err, "");
	if (git(&as, &text, NULL, &err, "apply", "--cached", "--whitespace=nowarn", "-",
		NULL)) {
		ret = explain(path, &p, err.s);
		goto done;
	}
	ret = git_must(&as, NULL, &tree, "write-tree", NULL);
	message(&p, path, &msg);
	if (!ret)
		ret = tree_commit(&as, buf_str(&tree), parent, &msg, commit);
done:
	git_done(&as);
	patch_free(&p);
	buf_free(&text);
	buf_free(&err);
	buf_free(&tree);
	buf_free(&msg);
	return ret;
}
