// SPDX-License-Identifier: GPL-2.0-only
/* Running git with nothing of the user's around it; see series_git.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/msg.h"
#include "lib/file.h"
#include "lib/git.h"
#include "series_git.h"

/* Beside what lib/git.c clears: who commits, and no hidden attributes. */
static const char *const environment[] = {
	"GIT_ATTR_NOSYSTEM=1",
	"GIT_LITERAL_PATHSPECS=1",
	"GIT_AUTHOR_NAME=kernel-azure",
	"GIT_AUTHOR_EMAIL=kernel-azure@localhost",
	"GIT_AUTHOR_DATE=2000-01-01T00:00:00Z",
	"GIT_COMMITTER_NAME=kernel-azure",
	"GIT_COMMITTER_EMAIL=kernel-azure@localhost",
	"GIT_COMMITTER_DATE=2000-01-01T00:00:00Z",
};

#define COUNT(a)	(sizeof(a) / sizeof(*(a)))

/* Settings a repository's own configuration could otherwise change. */
static const char *const settings[] = {
	"safe.directory=*",	/* a tree made by another user is fine */
	"core.autocrlf=false",
	"core.hooksPath=/dev/null",
	"commit.gpgSign=false",
	"apply.whitespace=nowarn",
	"gc.auto=0",
	"core.fsync=none",	/* everything here can be made again */
	"diff.noprefix=false",
	"diff.mnemonicPrefix=false",
	"diff.suppressBlankEmpty=false",
	"diff.context=3",
	"diff.interHunkContext=0",
	"advice.detachedHead=false",
};

int git_argv(const char *dir, struct buf *out, struct buf *err,
	     const char *const *words)
{
	struct git g = GIT_INIT(dir);
	struct strv v = STRV_INIT;
	int ret;

	for (size_t i = 0; i < COUNT(environment); i++)
		strv_add(&g.env, environment[i]);
	strv_add(&v, "git");
	for (size_t i = 0; i < COUNT(settings); i++) {
		strv_add(&v, "-c");
		strv_add(&v, settings[i]);
	}
	for (; *words; words++)
		strv_add(&v, *words);
	ret = git_raw(&g, NULL, out, err, (const char *const *)v.v);
	git_done(&g);
	strv_free(&v);
	return ret;
}

int git_do(const char *dir, struct buf *out, struct buf *err, ...)
{
	struct strv v = STRV_INIT;
	const char *w;
	va_list ap;
	int ret;

	va_start(ap, err);
	while ((w = va_arg(ap, const char *)))
		strv_add(&v, w);
	va_end(ap);
	ret = git_argv(dir, out, err, (const char *const *)v.v);
	strv_free(&v);
	return ret;
}

bool git_has_tag(const char *dir, const char *tag)
{
	char *git = xasprintf("%s/.git", dir);
	char *ref = xasprintf("refs/tags/%s^{commit}", tag);
	bool has = file_exists(git) &&
		   !git_do(dir, NULL, NULL, "rev-parse", "-q", "--verify", ref, NULL);

	free(git);
	free(ref);
	return has;
}

int git_format_patch(const char *dir, const char *rev, struct buf *out)
{
	struct buf err = BUF_INIT;
	int ret = git_do(dir, out, &err, "format-patch", "--stdout", "-1",
			 "--zero-commit", "--no-signature", "--stat=72",
			 "--no-numbered", "--abbrev=12", "--find-renames",
			 "--diff-algorithm=myers", "--no-encode-email-headers",
			 "--no-ext-diff", "--no-textconv", "--no-color",
			 "--subject-prefix=PATCH", "--no-to", "--no-cc",
			 "--no-add-header", "--no-from", "--no-thread",
			 "--no-attach", "--no-cover-letter", "--no-notes", "--no-base",
			 rev, NULL);

	if (ret)
		ret = git_failed(dir, "format-patch", &err);
	buf_free(&err);
	return ret;
}

int git_failed(const char *where, const char *what, const struct buf *err)
{
	const char *s = buf_str(err);
	int n;

	for (int i = 0; i < 3; i++) {
		static const char *const drop[] = { "error: ", "fatal: ", "\n" };

		if (str_starts(s, drop[i]))
			s += strlen(drop[i]);
	}
	n = (int)strcspn(s, "\n");
	if (!n)
		return azk_err(AZK_EX_TOOL, where, "see that git is installed",
			       "git %s failed and said nothing", what);
	return azk_err(AZK_EX_TOOL, where, NULL, "git %s failed: %.*s", what, n, s);
}
