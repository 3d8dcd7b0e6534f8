// SPDX-License-Identifier: GPL-2.0-only
/*
 * checkpatch.pl --strict, the tree's own, over every patch of the series.
 *
 * Enters: a source tree and the patches. Leaves: one problem for each thing
 * checkpatch says. Called by azk series check.
 *
 * Nothing is switched off with --ignore. Two things are arranged instead:
 * - UNKNOWN_COMMIT_ID does not count: our trees hold a tarball's files without
 *   upstream's history, so every commit that a message names is "unknown"
 *   here. GIT_DIR names no repository, so that none of ours is asked.
 * - COMMIT_LOG_LONG_LINE and GIT_COMMIT_ID do not count on a line of a tag
 *   that only this project uses: those tags take one line and name commits in
 *   their own form, which the policy table checks.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/run.h"
#include "series_cmd.h"

struct finding {
	size_t patch;		/* index into the series */
	int line;
	const char *type, *text;
};

/* "PATH:LINE: LEVEL:TYPE: text"; @real has the absolute path of each patch. */
static bool parse_finding(char *s, const struct strv *real, struct finding *f)
{
	char *colon;

	for (f->patch = 0; f->patch < real->n; f->patch++)
		if (*real->v[f->patch] && str_starts(s, real->v[f->patch]) &&
		    s[strlen(real->v[f->patch])] == ':')
			break;
	if (f->patch == real->n)
		return false;
	s += strlen(real->v[f->patch]) + 1;
	f->line = 0;
	if (isdigit((unsigned char)*s)) {
		f->line = (int)strtol(s, &s, 10);
		s += *s == ':';
	}
	while (*s == ' ')
		s++;
	s = strchr(s, ':');
	colon = s ? strchr(s + 1, ':') : NULL;
	if (!colon)
		return false;
	*colon = '\0';
	f->type = s + 1;
	f->text = str_trim(colon + 1);
	return true;
}

static bool own_line(const struct patch *p, int line)
{
	for (size_t i = 0; i < p->trailers; i++)
		if (p->trailer[i].line == line)
			return policy_own_tag(p->trailer[i].tag);
	return false;
}

static bool counts(const struct patch *p, const struct finding *f)
{
	if (!strcmp(f->type, "UNKNOWN_COMMIT_ID"))
		return false;
	if (strcmp(f->type, "COMMIT_LOG_LONG_LINE") &&
	    strcmp(f->type, "GIT_COMMIT_ID"))
		return true;
	return !own_line(p, f->line);
}

static int read_findings(const char *said, const struct loaded *l,
			 const struct strv *real, struct problems *out)
{
	int n = 0;
	struct lines w;

	lines_init(&w, "checkpatch", said);
	while (lines_next(&w)) {
		struct finding f;

		if (!parse_finding(w.line, real, &f))
			continue;
		n++;
		if (counts(&l->patch[f.patch], &f))
			problem_add(out, l->patch[f.patch].name, f.line, NULL,
				    "checkpatch %s: %s", f.type, f.text);
	}
	lines_done(&w);
	return n;
}

int style_check(const char *tree, const struct loaded *l, struct problems *out,
		const char **not_run)
{
	static const char *const env[] = { "GIT_DIR=/nonexistent", "LC_ALL=C", NULL };
	struct strv argv = STRV_INIT, real = STRV_INIT;
	struct buf said = BUF_INIT, err = BUF_INIT;
	char *script = xasprintf("%s/scripts/checkpatch.pl", tree);
	struct run r = { .cwd = tree, .env = env, .out = &said, .err = &err };
	size_t fixed;
	int ret = AZK_OK, code;

	*not_run = NULL;
	if (!file_exists(script)) {
		*not_run = "the tree has no scripts/checkpatch.pl";
		goto out;
	}
	strv_split(&argv, "perl scripts/checkpatch.pl --strict --terse --show-types"
		   " --no-summary --quiet --color=never --", " ");
	fixed = argv.n;
	for (size_t i = 0; i < l->series.n; i++) {
		char path[PATH_MAX] = "";

		if (l->ok[i] && !realpath(l->patch[i].name, path))
			path[0] = '\0';
		strv_add(&real, path);
		if (*path)
			strv_add(&argv, path);
	}
	if (argv.n == fixed)
		goto out;
	r.argv = (const char *const *)argv.v;
	code = run(&r);
	if (code < 0)
		*not_run = "perl is not installed";
	else if (!read_findings(buf_str(&said), l, &real, out) && code)
		ret = azk_err(AZK_EX_TOOL, script, NULL, "exit code %d: %.*s", code,
			      (int)strcspn(buf_str(&err), "\n"), buf_str(&err));
out:
	strv_free(&argv);
	strv_free(&real);
	buf_free(&said);
	buf_free(&err);
	free(script);
	return ret;
}
