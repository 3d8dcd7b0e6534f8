// SPDX-License-Identifier: GPL-2.0-only
/* Words to an argv, a clean environment, and git's last words on failure. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "exit.h"
#include "git.h"
#include "msg.h"
#include "run.h"

static const char *const clean_env[] = {
	/* no "=": removed; they are set when make runs inside a git hook */
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
	"GIT_PREFIX", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
	"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	"GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "TZ=UTC",
};

int git_raw(const struct git *g, const struct buf *in, struct buf *out,
	    struct buf *err, const char *const *argv)
{
	struct buf drop = BUF_INIT, drop_err = BUF_INIT;
	struct strv env = STRV_INIT;
	int ret, e;

	for (size_t i = 0; i < sizeof(clean_env) / sizeof(*clean_env); i++)
		strv_add(&env, clean_env[i]);
	for (size_t i = 0; i < g->env.n; i++)
		strv_add(&env, g->env.v[i]);
	struct run r = {
		.argv = argv, .cwd = g->dir,
		.env = (const char *const *)env.v,
		.in = in ? buf_str(in) : NULL, .in_len = in ? in->len : 0,
		.out = out ? out : &drop, .err = err ? err : &drop_err,
	};
	ret = run(&r);
	e = errno;
	strv_free(&env);
	buf_free(&drop);
	buf_free(&drop_err);
	errno = e;
	return ret;
}

static int vgit(const struct git *g, const struct buf *in, struct buf *out,
		struct buf *err, va_list ap, struct strv *argv)
{
	const char *w;
	int ret;

	strv_add(argv, "git");
	while ((w = va_arg(ap, const char *)))
		strv_add(argv, w);
	ret = git_raw(g, in, out, err, (const char *const *)argv->v);
	if (out && out->len && out->s[out->len - 1] == '\n')
		out->s[--out->len] = '\0';
	return ret;
}

int git(const struct git *g, const struct buf *in, struct buf *out,
	struct buf *err, ...)
{
	struct strv argv = STRV_INIT;
	va_list ap;
	int ret;

	va_start(ap, err);
	ret = vgit(g, in, out, err, ap, &argv);
	va_end(ap);
	strv_free(&argv);
	return ret;
}

int git_must(const struct git *g, const struct buf *in, struct buf *out, ...)
{
	struct buf err = BUF_INIT;
	struct strv argv = STRV_INIT;
	const char *last;
	va_list ap;
	int ret;

	va_start(ap, out);
	ret = vgit(g, in, out, &err, ap, &argv);
	va_end(ap);
	if (ret) {
		buf_adds(&err, "");
		str_trim(err.s);
		last = strrchr(err.s, '\n');
		last = last ? last + 1 : err.s;
		if (ret < 0)
			last = strerror(errno);
		ret = azk_err(AZK_EX_TOOL, g->dir, NULL, "'git %s' failed: %s",
			      argv.v[1], *last ? last : "no message");
	}
	strv_free(&argv);
	buf_free(&err);
	return ret;
}

void git_done(struct git *g)
{
	strv_free(&g->env);
}
