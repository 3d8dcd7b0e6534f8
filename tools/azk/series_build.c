// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compile what each patch touches, patch by patch.
 *
 * Enters: a kernel git tree with the tag "overlay" or "base", and a .config
 * or a ready O= folder. Leaves: per patch the objects made, or the first
 * error line. Called by azk series check --build. The work tree and the
 * objects under out/series/build stay, so the next run compiles little.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/run.h"
#include "series_build.h"
#include "series_git.h"
#include "series_scratch.h"

struct site {
	char *src;		/* the work tree, absolute */
	char *obj;		/* O=, absolute */
	const struct build_opts *o;
};

static int make_in(const struct site *s, struct buf *said,
		   const struct strv *targets)
{
	static const char *const env[] = { "MAKEFLAGS=", "MFLAGS=", "MAKELEVEL=",
					   "LC_ALL=C", NULL };
	struct strv argv = STRV_INIT;
	struct run r = { .env = env, .out = said, .err = said };
	int ret;

	strv_split(&argv, "make -s -k -C", " ");
	strv_add(&argv, s->src);
	strv_addf(&argv, "O=%s", s->obj);
	strv_addf(&argv, "-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	for (int i = 0; i < s->o->nmake; i++)
		strv_add(&argv, s->o->make[i]);
	for (size_t i = 0; i < targets->n; i++)
		strv_add(&argv, targets->v[i]);
	r.argv = (const char *const *)argv.v;
	ret = run(&r);
	strv_free(&argv);
	return ret;
}

static int make_words(const struct site *s, struct buf *said, const char *words)
{
	struct strv t = STRV_INIT;
	int ret;

	strv_split(&t, words, " ");
	ret = make_in(s, said, &t);
	strv_free(&t);
	return ret;
}

/*
 * The first line a person wants to see: a compiler's error, or make's; less
 * the path of our work tree.
 */
static char *first_error(const struct site *s, const char *said)
{
	size_t n = strlen(s->src);
	static const char *const marks[] = { "error:", " Error ", "*** " };
	char *found = NULL;
	struct lines l;

	for (int i = 0; i < 3 && !found; i++) {
		lines_init(&l, "make", said);
		while (!found && lines_next(&l))
			if (strstr(l.line, marks[i]))
				found = xstrdup(str_trim(l.line) +
						(str_starts(l.line, s->src) ? n + 1 : 0));
		lines_done(&l);
	}
	return found ? found : xstrdup("make failed without an error line");
}

/* arch/arm64/... cannot be compiled by a build for x86. */
static bool foreign(const char *path)
{
	const char *arch = getenv("ARCH");
	char *mine;
	bool yes;

	if (!str_starts(path, "arch/"))
		return false;
	if (!arch || !*arch || !strcmp(arch, "x86_64") || !strcmp(arch, "i386"))
		arch = "x86";
	mine = xasprintf("arch/%s/", arch);
	yes = !str_starts(path, mine);
	free(mine);
	return yes;
}

static void add_folder(const char *path, struct strv *to)
{
	const char *slash = strrchr(path, '/');
	char *dir = xstrndup(path, slash ? (size_t)(slash - path + 1) : 0);

	if (*dir && !str_starts(dir, "include/") && !strstr(dir, "/include/") &&
	    !strv_has(to, dir))
		strv_add(to, dir);
	free(dir);
}

/* Objects of the sources; without any, the folders of headers and Makefiles. */
static void targets_of(const struct patch *p, struct strv *objects)
{
	struct strv folders = STRV_INIT;

	for (size_t i = 0; i < p->files; i++) {
		const char *path = p->file[i].new_path;
		size_t n = path ? strlen(path) : 0;

		if (!path || foreign(path) || str_starts(path, "Documentation/"))
			continue;
		if (n > 2 && (!strcmp(path + n - 2, ".c") || !strcmp(path + n - 2, ".S")))
			strv_addf(objects, "%.*s.o", (int)n - 2, path);
		else
			add_folder(path, &folders);
	}
	if (!objects->n)
		for (size_t i = 0; i < folders.n; i++)
			strv_add(objects, folders.v[i]);
	strv_free(&folders);
}

static bool touches_kconfig(const struct patch *p)
{
	for (size_t i = 0; i < p->files; i++)
		if (strstr(patch_file_path(&p->file[i]), "Kconfig"))
			return true;
	return false;
}

/* One patch: commit it, compile. The row goes to the JSON report. */
static int build_one(struct site *s, const struct patch *p, const char *name,
		     struct problems *out, json_t *report)
{
	struct buf said = BUF_INIT, err = BUF_INIT;
	struct strv t = STRV_INIT;
	json_t *row = json_object();
	const char *result = "ok";
	char real[PATH_MAX], *why = NULL;
	int ret = AZK_OK;

	if (!realpath(p->name, real) ||
	    git_do(s->src, NULL, &err, "apply", "--index", real, NULL) ||
	    git_do(s->src, NULL, &err, "commit", "-q", "-m", name, NULL)) {
		ret = git_failed(p->name, "apply", &err);
		goto done;
	}
	targets_of(p, &t);
	if (!t.n) {
		result = "nothing to compile";
		problem_note(
			out, p->name, 0,
			"build: it touches nothing that compiles for this architecture by itself");
	} else {
		if (touches_kconfig(p))
			make_words(s, &said, "olddefconfig");
		buf_reset(&said);
		if (make_in(s, &said, &t)) {
			result = "failed";
			why = first_error(s, buf_str(&said));
			problem_add(out, p->name, 0, NULL, "build: %s", why);
		}
	}
	printf("build  %-44s %s%s%s\n", name, result, why ? ": " : "", why ? why : "");
	json_object_set_new(row, "patch", json_string(name));
	json_object_set_new(row, "result", json_string(result));
	if (why)
		json_object_set_new(row, "error", json_string(why));
	json_object_set_new(row, "targets", json_array());
	for (size_t i = 0; i < t.n; i++)
		json_array_append_new(json_object_get(row, "targets"),
				      json_string(t.v[i]));
	json_array_append(report, row);
done:
	json_decref(row);
	free(why);
	strv_free(&t);
	buf_free(&said);
	buf_free(&err);
	return ret;
}

/* A work tree of @tree at the commit below the series. */
static int make_site(struct site *s, const char *tree)
{
	const char *start = "refs/tags/overlay^{commit}";
	struct buf err = BUF_INIT;
	char *dir = top_path("out/series/build/src"), *git = xasprintf("%s/.git", dir);
	char real[PATH_MAX];
	int ret = AZK_OK;

	if (!git_has_tag(tree, "overlay"))
		start = "refs/tags/base^{commit}";
	if (!git_has_tag(tree, "base")) {
		ret = azk_err(AZK_EX_INPUT, tree, "run 'make tree'",
			      "--build needs a git tree with the tag 'base'");
		goto out;
	}
	/* Only a work tree of this very repository knows the commit. */
	if (file_exists(git) &&
	    (git_do(dir, NULL, NULL, "checkout", "-q", "-f", "--detach", start, NULL) ||
	     git_do(dir, NULL, NULL, "clean", "-qfd", NULL)))
		remove_tree(dir);
	if (!file_exists(git)) {
		char *parent = top_path("out/series/build"), *at;

		ret = file_mkdirs(parent);
		at = ret ? NULL : realpath(parent, real);
		free(parent);
		if (!at)
			goto out;
		strncat(real, "/src", sizeof(real) - strlen(real) - 1);
		git_do(tree, NULL, NULL, "worktree", "prune", NULL);
		if (git_do(tree, NULL, &err, "worktree", "add", "-q", "-f", "--detach",
			   real, start, NULL))
			ret = git_failed(tree, "worktree add", &err);
	}
	if (!ret && !realpath(dir, real))
		ret = azk_err(AZK_EX_SYSTEM, dir, NULL, "%s", strerror(errno));
	if (!ret)
		s->src = xstrdup(real);
out:
	buf_free(&err);
	free(git);
	free(dir);
	return ret;
}

/* The O= folder: the one given, or ours with the .config given or resolved. */
static int make_obj(struct site *s)
{
	char *own = top_path("out/series/build/obj");
	char *dotconfig = s->o->config ? xstrdup(s->o->config)
				       : top_path("out/ours/azure/.config");
	const char *dir = s->o->obj ? s->o->obj : own;
	struct buf said = BUF_INIT, text = BUF_INIT;
	char real[PATH_MAX], *why;
	int ret = AZK_OK;

	if (!s->o->obj || s->o->config) {
		char *at = xasprintf("%s/.config", dir);

		ret = file_exists(dotconfig) ? file_read(dotconfig, &text) :
		      azk_err(AZK_EX_NOFILE, dotconfig,
			      "run 'make config', or give --config or --obj", "no such file");
		if (!ret)
			ret = file_write(at, buf_str(&text), text.len);
		free(at);
	}
	if (!ret && !realpath(dir, real))
		ret = azk_err(AZK_EX_NOFILE, dir, NULL, "%s", strerror(errno));
	if (ret)
		goto out;
	s->obj = xstrdup(real);
	if (make_words(s, &said, "olddefconfig") ||
	    make_words(s, &said, "modules_prepare")) {
		why = first_error(s, buf_str(&said));
		ret = azk_err(AZK_EX_TOOL, s->obj, NULL, "make modules_prepare: %s", why);
		free(why);
	}
out:
	buf_free(&said);
	buf_free(&text);
	free(dotconfig);
	free(own);
	return ret;
}

int build_check(const struct build_opts *o, const struct loaded *l,
		struct problems *out, json_t *report)
{
	char *tree = o->tree ? xstrdup(o->tree) : top_path("out/ours/src");
	struct site s = { .o = o };
	struct azk_step step;
	int ret;

	azk_step_begin(&step, "series", "preparing a tree to compile in");
	ret = file_exists(tree) ? make_site(&s, tree) :
	      azk_err(AZK_EX_NOFILE, tree, "run 'make tree'", "no such tree");
	if (!ret)
		ret = make_obj(&s);
	for (size_t i = 0; i < l->series.n && !ret; i++) {
		if (!l->ok[i])
			continue;
		azk_step_show(&step, "compiling %s", l->series.v[i].path);
		ret = build_one(&s, &l->patch[i], l->series.v[i].path, out, report);
	}
	azk_step_end(&step, "compiled %zu patches", l->series.n);
	free(s.src);
	free(s.obj);
	free(tree);
	return ret;
}
