// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's config targets and our Kconfig program, run out of tree. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "exit.h"
#include "file.h"
#include "kconf.h"
#include "msg.h"
#include "run.h"

/*
 * A Kconfig file whose only work is to show the environment it is read in:
 * KBUILD_KCONFIG is make's documented way to name another top file.
 */
static const char show_env[] =
	"mainmenu \"environment\"\n"
	"written := $(shell,env -0 >azk.env)\n"
	"config WRITTEN\n\tdef_bool y\n";

/* Set by a caller's shell or make, these would change what Kconfig does. */
static const char *const unwanted[] = {
	"MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL",
	"CONFIG_", "KBUILD_OUTPUT", "KBUILD_KCONFIG", "KBUILD_DEFCONFIG",
	"KBUILD_EXTRA_WARN", "KCONFIG_ALLCONFIG", "KCONFIG_AUTOCONFIG",
	"KCONFIG_AUTOHEADER", "KCONFIG_CONFIG", "KCONFIG_DEFCONFIG_LIST",
	"KCONFIG_NOSILENTUPDATE", "KCONFIG_OVERWRITECONFIG",
	"KCONFIG_RUSTCCFG", "KCONFIG_WARN_UNKNOWN_SYMBOLS", "KCONFIG_WERROR",
};

static char *in_dir(const struct kconf *k, const char *name)
{
	return xasprintf("%s/%s", k->dir, name);
}

/* The last line of a failed program that says something. */
static char *last_words(const struct buf *out)
{
	char *best = xstrdup("no message");
	struct lines l;

	lines_init(&l, "", buf_str(out));
	while (lines_next(&l)) {
		char *s = str_trim(l.line);

		s = str_trim(s + strspn(s, "*#"));
		if (!*s || str_starts(s, "make"))
			continue;
		free(best);
		best = xstrdup(s);
	}
	return best;
}

static int failed(const struct kconf *k, const char *what, const struct buf *out)
{
	char *words = last_words(out), *log = in_dir(k, "azk.log");

	file_write(log, buf_str(out), out->len);
	azk_err(AZK_EX_TOOL, k->tree, NULL, "%s failed: %s (all of it in %s)",
		what, words, log);
	free(words);
	free(log);
	return AZK_EX_TOOL;
}

static int make(struct kconf *k, const char *config, const char *kconfig,
		const char *target)
{
	struct strv argv = STRV_INIT;
	struct buf out = BUF_INIT;
	struct run r = { .out = &out, .err = &out };
	int ret;

	strv_add(&argv, "make");
	strv_add(&argv, "-s");
	strv_add(&argv, "-C");
	strv_add(&argv, k->tree);
	strv_addf(&argv, "O=%s", k->dir);
	for (size_t i = 0; i < k->vars.n; i++)
		strv_add(&argv, k->vars.v[i]);
	strv_addf(&argv, "KCONFIG_CONFIG=%s", config);
	if (kconfig)
		strv_addf(&argv, "KBUILD_KCONFIG=%s", kconfig);
	strv_add(&argv, target);
	r.argv = (const char *const *)argv.v;
	ret = run(&r);
	if (ret < 0)
		ret = azk_err(AZK_EX_TOOL, NULL, "run 'make setup'",
			      "cannot run make: %s", strerror(errno));
	else if (ret) {
		char *what = xasprintf("make %s", target);

		ret = failed(k, what, &out);
		free(what);
	}
	strv_free(&argv);
	buf_free(&out);
	return ret;
}

static const char *env_get(const struct kconf *k, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < k->env.n; i++)
		if (!strncmp(k->env.v[i], name, n) && k->env.v[i][n] == '=')
			return k->env.v[i] + n + 1;
	return "";
}

static int ask_env(struct kconf *k)
{
	char *kconfig = in_dir(k, "azk.kconfig"), *env = in_dir(k, "azk.env");
	char *config = in_dir(k, "azk.env.config");
	struct buf text = BUF_INIT;
	int ret;

	unlink(env);
	ret = file_write(kconfig, show_env, strlen(show_env));
	if (!ret)
		ret = make(k, config, kconfig, "olddefconfig");
	if (!ret)
		ret = file_read(env, &text);
	for (size_t at = 0; !ret && at < text.len; at += strlen(text.s + at) + 1) {
		const char *s = text.s + at;
		bool drop = str_starts(s, "O=") || str_starts(s, "PWD=") ||
			    str_starts(s, "OLDPWD=");

		for (size_t i = 0; i < sizeof(unwanted) / sizeof(*unwanted); i++) {
			size_t n = strlen(unwanted[i]);

			drop |= !strncmp(s, unwanted[i], n) && s[n] == '=';
		}
		if (!drop)
			strv_add(&k->env, s);
	}
	if (!ret)
		k->version = xstrdup(env_get(k, "KERNELVERSION"));
	buf_free(&text);
	free(kconfig);
	free(env);
	free(config);
	return ret;
}

static int hash_into(struct buf *b, const char *path)
{
	char hex[SHA256_HEX];
	int ret = file_sha256(path, hex, NULL, NULL);

	if (!ret)
		buf_addf(b, "%s %s\n", hex, path);
	return ret;
}

/* tools/azk/kconf: below the top, or beside the out/bin that azk runs from. */
static char *source_dir(const char *top)
{
	char *dir = xasprintf("%s/tools/azk", top), exe[PATH_MAX];
	char *probe = xasprintf("%s/kconf/main.c", dir);
	ssize_t n;

	if (!file_exists(probe)) {
		n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
		exe[n > 0 ? n : 0] = '\0';
		free(dir);
		if (strrchr(exe, '/'))
			*strrchr(exe, '/') = '\0';
		dir = xasprintf("%s/../../tools/azk", exe);
	}
	free(probe);
	return dir;
}

/*
 * Link our sources with the objects that the tree's kconfig was just built
 * from. Done again when any of them changed.
 */
static int build_program(struct kconf *k, const char *top)
{
	char *src = source_dir(top), *objs = in_dir(k, "scripts/kconfig/*.o");
	char *own = xasprintf("%s/kconf/*.c", src);
	char *stamp = in_dir(k, "azk-kconf.key"), *prog = in_dir(k, "azk-kconf");
	char *tmp = in_dir(k, "azk-kconf.tmp");
	struct buf key = BUF_INIT, old = BUF_INIT, out = BUF_INIT;
	struct strv argv = STRV_INIT;
	struct run r = { .out = &out, .err = &out };
	glob_t g = { 0 };
	int ret = AZK_OK;

	strv_split(&argv, "gcc -std=gnu11 -O2 -Wall -D_GNU_SOURCE", " ");
	strv_addf(&argv, "-I%s", src);
	strv_addf(&argv, "-I%s/scripts/include", k->tree);
	strv_addf(&argv, "-I%s/scripts/kconfig", k->tree);
	strv_add(&argv, "-o");
	strv_add(&argv, tmp);
	strv_addf(&argv, "%s/lib/near.c", src);
	glob(own, 0, NULL, &g);
	glob(objs, GLOB_APPEND, NULL, &g);
	for (size_t i = 0; i < g.gl_pathc && !ret; i++) {
		/* conf.o has the tree's own main() */
		if (str_ends(g.gl_pathv[i], "/conf.o"))
			continue;
		strv_add(&argv, g.gl_pathv[i]);
		ret = hash_into(&key, g.gl_pathv[i]);
	}
	strv_add(&argv, "-ljansson");
	globfree(&g);
	free(own);
	own = xasprintf("%s/kconf/kconf.h", src);
	ret = ret ?: hash_into(&key, own);
	free(own);
	own = xasprintf("%s/lib/near.c", src);
	ret = ret ?: hash_into(&key, own);
	if (ret)
		goto out;
	if (file_exists(prog) && file_exists(stamp) && !file_read(stamp, &old) &&
	    !strcmp(buf_str(&old), key.s))
		goto out;
	r.argv = (const char *const *)argv.v;
	if (run(&r)) {
		ret = failed(k, "compiling the Kconfig program", &out);
		goto out;
	}
	if (rename(tmp, prog))
		ret = azk_err(AZK_EX_SYSTEM, prog, NULL, "%s", strerror(errno));
	ret = ret ?: file_write(stamp, key.s, key.len);
out:
	free(src);
	free(objs);
	free(own);
	free(stamp);
	free(prog);
	free(tmp);
	buf_free(&key);
	buf_free(&old);
	buf_free(&out);
	strv_free(&argv);
	return ret;
}

static int lock_dir(struct kconf *k)
{
	char *path = in_dir(k, "azk.lock");

	k->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	free(path);
	if (k->lock >= 0 && !flock(k->lock, LOCK_EX))
		return AZK_OK;
	return azk_err(AZK_EX_SYSTEM, k->dir, NULL, "cannot lock: %s",
		       strerror(errno));
}

static void pick_dir(struct kconf *k, const char *top)
{
	struct buf id = BUF_INIT;
	char hex[SHA256_HEX], *abs = realpath(top, NULL);

	buf_addf(&id, "%s\n", k->tree);
	for (size_t i = 0; i < k->vars.n; i++)
		buf_addf(&id, "%s\n", k->vars.v[i]);
	sha256_of(id.s, id.len, hex);
	hex[12] = '\0';
	k->dir = xasprintf("%s/out/obj/kconfig/%s", abs ? abs : top, hex);
	free(abs);
	buf_free(&id);
}

int kconf_open(struct kconf *k, const struct kconf_how *how)
{
	char *probe;
	bool is_tree;
	int ret;

	*k = (struct kconf){ .lock = -1, .arch = xstrdup(how->arch) };
	k->tree = realpath(how->tree, NULL);
	probe = xasprintf("%s/scripts/kconfig/confdata.c", k->tree ? k->tree : "");
	is_tree = k->tree && file_exists(probe);
	free(probe);
	if (!is_tree)
		return azk_err(AZK_EX_NOFILE, how->tree,
			       "run 'make tree', or name a kernel source with --tree",
			       "not a kernel source tree");
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(*unwanted); i++)
		unsetenv(unwanted[i]);
	strv_addf(&k->vars, "ARCH=%s", how->arch);
	if (how->cc) {
		const char *cc = how->cc;

		if (str_starts(cc, "ccache "))
			cc += strspn(cc + 7, " ") + 7;
		strv_addf(&k->vars, "CC=%s", cc);
	}
	if (how->llvm)
		strv_add(&k->vars, "LLVM=1");
	for (size_t i = 0; how->vars && i < how->vars->n; i++)
		strv_add(&k->vars, how->vars->v[i]);
	pick_dir(k, how->top);
	ret = file_mkdirs(k->dir);
	ret = ret ?: lock_dir(k);
	ret = ret ?: ask_env(k);
	return ret ?: build_program(k, how->top);
}

/* The kernel's record of what a configuration read: files and variables. */
static int base_key(struct kconf *k, const char *target, const char *deps,
		    char hex[SHA256_HEX])
{
	struct buf text = BUF_INIT, key = BUF_INIT;
	char *more = xasprintf("%s/arch/%s/configs/%s", k->tree,
			       env_get(k, "SRCARCH"), target);
	struct lines l;
	int ret = file_read(deps, &text);

	if (file_exists(more))
		ret = ret ?: hash_into(&key, more);
	lines_init(&l, deps, buf_str(&text));
	while (!ret && lines_next(&l)) {
		bool listed = l.line[0] == '\t';
		char *s = str_trim(l.line), *end;

		if (str_starts(s, "ifneq \"$(")) {
			s += strlen("ifneq \"$(");
			s[strcspn(s, ")")] = '\0';
			buf_addf(&key, "%s=%s\n", s, env_get(k, s));
		} else if (listed && (end = strrchr(s, '\\'))) {
			char *path;

			*end = '\0';
			s = str_trim(s);
			path = *s == '/' ? xstrdup(s) :
			       xasprintf("%s/%s", k->tree, s);
			if (file_exists(path))
				ret = hash_into(&key, path);
			else
				buf_addf(&key, "gone %s\n", path);
			free(path);
		}
	}
	lines_done(&l);
	if (!ret) {
		run_words(&key, env_get(k, "LD"), "--version", NULL);
		sha256_of(key.s, key.len, hex);
	}
	buf_free(&text);
	buf_free(&key);
	free(more);
	return ret;
}

static int make_base(struct kconf *k, const char *target, const char *config,
		     const char *deps)
{
	char *conf = in_dir(k, "include/config/auto.conf");
	char *cmd = in_dir(k, "include/config/auto.conf.cmd");
	struct buf text = BUF_INIT;
	int ret;

	/* the record of what was read is written only when this is missing */
	unlink(conf);
	unlink(config);
	ret = make(k, config, NULL, target);
	ret = ret ?: file_read(cmd, &text);
	ret = ret ?: file_write(deps, text.s, text.len);
	buf_free(&text);
	free(conf);
	free(cmd);
	return ret;
}

int kconf_base(struct kconf *k, const char *target, struct buf *out)
{
	char *config = xasprintf("%s/base-%s", k->dir, target);
	char *deps = xasprintf("%s.deps", config), *key = xasprintf("%s.key", config);
	char now[SHA256_HEX] = "";
	struct buf old = BUF_INIT;
	int ret = AZK_OK;

	if (file_exists(config) && file_exists(deps) && file_exists(key)) {
		ret = base_key(k, target, deps, now);
		ret = ret ?: file_read(key, &old);
		if (ret || !strcmp(buf_str(&old), now))
			goto out;
	}
	unlink(key);
	ret = make_base(k, target, config, deps);
	ret = ret ?: base_key(k, target, deps, now);
	ret = ret ?: file_write(key, now, strlen(now));
out:
	ret = ret ?: file_read(config, out);
	buf_free(&old);
	free(config);
	free(deps);
	free(key);
	return ret;
}

/* Run @argv in the build folder as make would; 0, or an exit code. */
static int as_make(struct kconf *k, const char *what, const char *config,
		   struct strv *argv)
{
	struct strv env = STRV_INIT;
	struct buf out = BUF_INIT;
	struct run r = { .cwd = k->dir, .out = &out, .err = &out };
	int ret;

	for (size_t i = 0; i < k->env.n; i++)
		strv_add(&env, k->env.v[i]);
	strv_addf(&env, "KCONFIG_CONFIG=%s", config);
	r.argv = (const char *const *)argv->v;
	r.env = (const char *const *)env.v;
	ret = run(&r);
	if (ret)
		ret = failed(k, what, &out);
	strv_free(&env);
	buf_free(&out);
	return ret;
}

static int load_json(const char *path, json_t **to)
{
	json_error_t e;

	*to = json_load_file(path, 0, &e);
	if (*to)
		return AZK_OK;
	return azk_err(AZK_EX_TOOL, path, NULL, "line %d: %s", e.line, e.text);
}

static int disagree(const struct buf *a, const struct buf *b)
{
	struct lines x, y;
	bool more;

	lines_init(&x, "", buf_str(a));
	lines_init(&y, "", buf_str(b));
	do {
		more = lines_next(&x);
		more &= lines_next(&y);
	} while (more && !strcmp(x.line, y.line));
	azk_err(AZK_EX_TOOL, NULL, "this is a fault in azk; please report it",
		"line %d of the resolved .config differs from make olddefconfig: '%s', '%s'",
		x.no, x.line ? x.line : "", y.line ? y.line : "");
	lines_done(&x);
	lines_done(&y);
	return AZK_EX_TOOL;
}

int kconf_resolve(struct kconf *k, const struct buf *config,
		  const struct buf *wants, struct buf *result, json_t **verdicts)
{
	char *in = in_dir(k, "azk.merged"), *list = in_dir(k, "azk.wants");
	char *out = in_dir(k, "azk.result"), *json = in_dir(k, "azk.json");
	struct strv argv = STRV_INIT;
	int ret;

	ret = file_write(in, buf_str(config), config->len);
	ret = ret ?: file_write(list, buf_str(wants), wants->len);
	strv_split(&argv, "./azk-kconf resolve", " ");
	strv_add(&argv, in);
	strv_add(&argv, list);
	strv_add(&argv, out);
	strv_add(&argv, json);
	ret = ret ?: as_make(k, "the Kconfig program", in, &argv);
	ret = ret ?: file_read(out, result);
	ret = ret ?: load_json(json, verdicts);
	strv_free(&argv);
	free(in);
	free(list);
	free(out);
	free(json);
	return ret;
}

int kconf_verify(struct kconf *k, const struct buf *config,
		 const struct buf *result)
{
	char *ref = in_dir(k, "azk.reference");
	struct buf other = BUF_INIT;
	struct strv argv = STRV_INIT;
	int ret;

	strv_split(&argv, "scripts/kconfig/conf -s --olddefconfig Kconfig", " ");
	ret = file_write(ref, buf_str(config), config->len);
	ret = ret ?: as_make(k, "make olddefconfig", ref, &argv);
	ret = ret ?: file_read(ref, &other);
	if (!ret && strcmp(buf_str(result), buf_str(&other)))
		ret = disagree(result, &other);
	strv_free(&argv);
	buf_free(&other);
	free(ref);
	return ret;
}

int kconf_explain(struct kconf *k, const struct buf *config,
		  const char *symbol, json_t **about)
{
	char *in = in_dir(k, "azk.merged"), *json = in_dir(k, "azk.json");
	struct strv argv = STRV_INIT;
	int ret;

	ret = file_write(in, buf_str(config), config->len);
	strv_split(&argv, "./azk-kconf explain", " ");
	strv_add(&argv, in);
	strv_add(&argv, symbol);
	strv_add(&argv, json);
	ret = ret ?: as_make(k, "the Kconfig program", in, &argv);
	ret = ret ?: load_json(json, about);
	strv_free(&argv);
	free(in);
	free(json);
	return ret;
}

void kconf_close(struct kconf *k)
{
	if (k->lock >= 0)
		close(k->lock);
	free(k->tree);
	free(k->dir);
	free(k->arch);
	free(k->version);
	strv_free(&k->vars);
	strv_free(&k->env);
}
