// SPDX-License-Identifier: GPL-2.0-only
/* Running git with nothing of the user's around it; see series_git.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/msg.h"
#include "lib/run.h"
#include "series_git.h"

static const char *const environment[] = {
	"GIT_CONFIG_NOSYSTEM=1",
	"GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_ATTR_NOSYSTEM=1",
	"GIT_LITERAL_PATHSPECS=1",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_AUTHOR_NAME=kernel-azure",
	"GIT_AUTHOR_EMAIL=kernel-azure@localhost",
	"GIT_AUTHOR_DATE=2000-01-01T00:00:00Z",
	"GIT_COMMITTER_NAME=kernel-azure",
	"GIT_COMMITTER_EMAIL=kernel-azure@localhost",
	"GIT_COMMITTER_DATE=2000-01-01T00:00:00Z",
	"LC_ALL=C",
	"TZ=UTC",
	NULL
};

/* Settings a repository's own configuration could otherwise change. */
static const char *const settings[] = {
	"safe.directory=*",	/* a tree made by another user is fine */
	"core.autocrlf=false",
	"core.hooksPath=/dev/null",
	"commit.gpgSign=false",
	"apply.whitespace=nowarn",
	"gc.auto=0",
	"diff.noprefix=false",
	"diff.mnemonicPrefix=false",
	"diff.suppressBlankEmpty=false",
	"diff.context=3",
	"diff.interHunkContext=0",
	"format.attach=",
	"advice.detachedHead=false",
};

int git_argv(const char *dir, struct buf *out, struct buf *err,
	     const char *const *words)
{
	struct strv v = STRV_INIT;
	struct run r = { .cwd = dir, .env = environment, .out = out,
			 .err = err, .quiet = true };
	int ret;

	strv_add(&v, "git");
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		strv_add(&v, "-c");
		strv_add(&v, settings[i]);
	}
	for (; *words; words++)
		strv_add(&v, *words);
	r.argv = (const char *const *)v.v;
	ret = run(&r);
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
			 "--no-cover-letter", "--no-notes", "--no-base",
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

void git_clean_environment(void)
{
	static const char *const names[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_CONFIG_PARAMETERS",
		"GIT_CONFIG_COUNT", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
}
