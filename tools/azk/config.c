// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk config: fragments and profiles to a verified .config.
 *
 * Enters: configs/ and a kernel tree. Leaves: a .config where everything that
 * was asked for holds, or every reason why not. Called by Make (config, check)
 * and by people who want to know why an option is as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "lib/configlint.h"
#include "lib/dotconfig.h"
#include "lib/exit.h"
#include "lib/explain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/resolve.h"

static const char *top(void)
{
	const char *t = getenv("AZK_TOP");

	return t && *t ? t : ".";
}

/* --configs, or configs/ at the top; the caller owns it. */
static char *configs_dir(const char *given)
{
	if (given)
		return xstrdup(given);
	return strcmp(top(), ".") ? xasprintf("%s/configs", top()) :
	       xstrdup("configs");
}

/* The tree that Make prepares, unless --tree names another. */
static char *tree_dir(const char *given)
{
	return given ? xstrdup(given) : xasprintf("%s/out/ours/src", top());
}

static int write_json(json_t *o, const char *path)
{
	char *s = json_dumps(o, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	struct buf b = BUF_INIT;
	int ret;

	buf_adds(&b, s);
	buf_adds(&b, "\n");
	ret = file_write(path, b.s, b.len);
	buf_free(&b);
	free(s);
	json_decref(o);
	return ret;
}

/* Leave a file alone that says the same already: its date drives rebuilds. */
static int write_if_new(const char *path, const struct buf *text, bool *same)
{
	struct buf old = BUF_INIT;
	int ret = AZK_OK;

	*same = false;
	if (file_exists(path)) {
		ret = file_read(path, &old);
		*same = !ret && !strcmp(buf_str(&old), buf_str(text));
		buf_free(&old);
	}
	if (ret || *same)
		return ret;
	return file_write(path, buf_str(text), text->len);
}

static void cell(const char *s, int width)
{
	printf("%-*s  ", width, s);
}

static int width_of(int w, const char *s)
{
	int n = (int)strlen(s);

	return n > w ? n : w;
}

/* Symbol, theirs, ours, reason: where a fragment overruled the given file. */
static void print_overruled(const json_t *rows)
{
	static const char *const keys[] = { "symbol", "theirs", "ours" };
	int w[3] = { 6, 6, 4 };
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		for (int c = 0; c < 3; c++)
			w[c] = width_of(w[c], json_string_value(
				json_object_get(row, keys[c])) ?: "-");
	printf("the fragments say otherwise (%zu):\n", json_array_size(rows));
	for (int c = 0; c < 3; c++)
		cell(keys[c], w[c]);
	printf("reason\n");
	json_array_foreach(rows, i, row) {
		for (int c = 0; c < 3; c++)
			cell(json_string_value(json_object_get(row, keys[c])) ?: "-",
			     w[c]);
		printf("%s\n", json_string_value(json_object_get(row, "reason")));
	}
}

static void print_theirs_changed(const json_t *rows)
{
	int w[2] = { 6, 6 };
	const json_t *row;
	size_t i;

	if (!json_array_size(rows))
		return;
	json_array_foreach(rows, i, row) {
		w[0] = width_of(w[0], json_string_value(json_object_get(row, "symbol")));
		w[1] = width_of(w[1], json_string_value(json_object_get(row, "theirs")));
	}
	printf("\nnot kept on this tree (%zu):\n", json_array_size(rows));
	json_array_foreach(rows, i, row) {
		cell(json_string_value(json_object_get(row, "symbol")), w[0]);
		cell(json_string_value(json_object_get(row, "theirs")), w[1]);
		printf("%s\n", json_string_value(json_object_get(row, "why")) ?: "");
	}
}

static int finish(const struct resolve *r, struct resolved *o, const char *out,
		  const char *json)
{
	char *record = xasprintf("%s/config.json", out);
	json_t *x = resolved_json(r, o);
	bool same = false;
	int ret;

	if (r->from) {
		print_overruled(json_object_get(x, "overruled"));
		print_theirs_changed(json_object_get(x, "theirs_changed"));
		printf("\n");
	}
	ret = file_mkdirs(out);
	ret = ret ?: write_json(json_incref(x), record);
	if (!ret && json)
		ret = write_json(json_incref(x), json);
	ret = ret ?: write_if_new(r->config, &o->config, &same);
	if (!ret)
		printf("%s: %s: %zu options from %zu fragments hold, %zu contract options hold, Linux %s\n",
		       r->config, same ? "unchanged" : "written", o->set.n,
		       json_array_size(json_object_get(x, "fragments")),
		       o->p.contract.n, o->version);
	json_decref(x);
	free(record);
	return ret;
}

static int cmd_resolve(int argc, char **argv)
{
	const char *tree = NULL, *out = NULL, *configs = NULL, *json = NULL;
	struct strv add = STRV_INIT, vars = STRV_INIT;
	struct resolve r = { .add = &add, .how = { .vars = &vars } };
	bool debug_info = false;
	const struct opt opts[] = {
		{ "tree", "SRC", "kernel source (default out/ours/src)", OPT_STR, &tree },
		{ "out", "DIR", "where .config and config.json go (default out/ours/PROFILE)",
		  OPT_STR, &out },
		{ "from", "FILE", "start from this complete .config instead of the profile's base",
		  OPT_STR, &r.from },
		{ "add", "FRAGMENT", "merge an 'optional' fragment of the profile as well",
		  OPT_LIST, &add },
		{ "debug-info", NULL, "same as --add debug-info.config", OPT_FLAG, &debug_info },
		{ "cc", "CC", "compiler, as in make CC= ('ccache gcc' counts as 'gcc')", OPT_STR,
		  &r.how.cc },
		{ "llvm", NULL, "as make LLVM=1", OPT_FLAG, &r.how.llvm },
		{ "make", "VAR=VALUE", "another variable for the kernel's make", OPT_LIST, &vars },
		{ "configs", "DIR", "fragments and profiles/ (default configs)", OPT_STR,
		  &configs },
		{ "json", "F", "write the record here too, also when it fails", OPT_STR, &json },
		{ NULL, NULL, NULL, 0, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk config resolve", .args = "PROFILE", .opts = opts,
		.what = "Merge a profile strictly and verify each option, or say why not.\n"
			"Nothing is written when anything fails; an unchanged .config is not touched.",
		.example = "  azk config resolve azure --tree out/ours/src --out out/ours/azure",
	};
	struct resolved o;
	char *t, *d, *c, *config;
	int nargs, rest, ret;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (ret)
		goto out;
	if (nargs != 1) {
		ret = opt_bad(&u, "wants one PROFILE, got %d", nargs);
		goto out;
	}
	if (debug_info)
		strv_add(&add, "debug-info.config");
	t = tree_dir(tree);
	c = configs_dir(configs);
	d = out ? xstrdup(out) : xasprintf("%s/out/ours/%s", top(), argv[1]);
	r.profile = argv[1];
	r.configs = c;
	config = xasprintf("%s/.config", d);
	r.config = config;
	r.how.top = top();
	r.how.tree = t;
	ret = resolve(&r, &o);
	for (size_t i = 0; i < o.warnings.n; i++)
		fprintf(stderr, "azk: warning: %s\n", o.warnings.v[i]);
	errs_print(&o.errs, stderr);
	if (o.errs.n)
		fprintf(stderr, "azk: %zu error%s in profile %s; nothing was written\n",
			o.errs.n, o.errs.n == 1 ? "" : "s", r.profile);
	if (!ret)
		ret = finish(&r, &o, d, json);
	else if (o.errs.n && json && write_json(resolved_json(&r, &o), json))
		ret = AZK_EX_SYSTEM;
	resolved_free(&o);
	free(t);
	free(c);
	free(d);
	free(config);
out:
	strv_free(&add);
	strv_free(&vars);
	return ret == OPT_HELP ? AZK_OK : ret;
}

static int cmd_explain(int argc, char **argv)
{
	const char *tree = NULL, *config = NULL, *json = NULL, *arch = "x86_64";
	struct strv vars = STRV_INIT;
	struct kconf_how how = { .vars = &vars, .top = top() };
	const struct opt opts[] = {
		{ "tree", "SRC", "kernel source (default out/ours/src)", OPT_STR, &tree },
		{ "config", "FILE",
		  "values are those of this .config (default out/ours/azure/.config)", OPT_STR,
		  &config },
		{ "arch", "ARCH", "as in make ARCH= (default x86_64)", OPT_STR, &arch },
		{ "cc", "CC", "compiler, as in make CC=", OPT_STR, &how.cc },
		{ "llvm", NULL, "as make LLVM=1", OPT_FLAG, &how.llvm },
		{ "make", "VAR=VALUE", "another variable for the kernel's make", OPT_LIST, &vars },
		{ "json", "F", "write it as JSON too", OPT_STR, &json },
		{ NULL, NULL, NULL, 0, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk config explain", .args = "SYMBOL", .opts = opts,
		.what = "Show what a symbol is, what it depends on and who selects it.",
		.example = "  azk config explain HYPERV_VMBUS --config out/ours/azure/.config",
	};
	char *t = NULL, *f = NULL;
	json_t *about = NULL;
	int nargs, rest, ret;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (!ret && nargs != 1)
		ret = opt_bad(&u, "wants one SYMBOL, got %d", nargs);
	if (ret)
		goto out;
	t = tree_dir(tree);
	f = config ? xstrdup(config) : xasprintf("%s/out/ours/azure/.config", top());
	how.tree = t;
	how.arch = arch;
	ret = explain_symbol(&how, f, argv[1], &about);
	if (!ret) {
		explain_print(about, stdout);
		if (json)
			ret = write_json(json_incref(about), json);
	}
out:
	json_decref(about);
	strv_free(&vars);
	free(t);
	free(f);
	return ret == OPT_HELP ? AZK_OK : ret;
}

static int cmd_list(int argc, char **argv)
{
	const char *configs = NULL, *json = NULL;
	const struct opt opts[] = {
		{ "configs", "DIR", "fragments and profiles/ (default configs)", OPT_STR,
		  &configs },
		{ "json", "F", "write the list as JSON too", OPT_STR, &json },
		{ NULL, NULL, NULL, 0, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk config list", .args = "", .opts = opts,
		.what = "The profiles there are, each with its first line.",
		.example = "  azk config list",
	};
	struct strv names = STRV_INIT;
	json_t *all = json_array();
	int nargs, rest, ret, w = 0;
	char *c = NULL;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (!ret && nargs)
		ret = opt_bad(&u, "takes no argument");
	if (!ret) {
		c = configs_dir(configs);
		ret = profile_names(c, &names);
	}
	for (size_t i = 0; i < names.n; i++)
		w = width_of(w, names.v[i]);
	for (size_t i = 0; i < names.n && !ret; i++) {
		struct errs errs = ERRS_INIT;
		struct profile p;

		ret = profile_read(c, names.v[i], &p, &errs);
		if (!ret) {
			printf("%-*s  %s\n", w, names.v[i], p.about);
			json_array_append_new(all, json_pack("{s:s, s:s}",
				"profile", names.v[i], "about", p.about));
		}
		profile_free(&p);
		errs_free(&errs);
	}
	if (!ret && json)
		ret = write_json(json_incref(all), json);
	json_decref(all);
	strv_free(&names);
	free(c);
	return ret == OPT_HELP ? AZK_OK : ret;
}

static int cmd_check(int argc, char **argv)
{
	const char *configs = NULL, *json = NULL;
	const struct opt opts[] = {
		{ "configs", "DIR", "fragments and profiles/ (default configs)", OPT_STR,
		  &configs },
		{ "json", "F", "write the findings as JSON too", OPT_STR, &json },
		{ NULL, NULL, NULL, 0, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk config check", .args = "", .opts = opts,
		.what = "Check all fragments and profiles without a kernel tree: syntax, reasons,\n"
			"duplicates within a profile, fragments that no profile uses.",
		.example = "  azk config check",
	};
	struct errs errs = ERRS_INIT;
	size_t fragments = 0, profiles = 0;
	int nargs, rest, ret;
	char *c = NULL;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (!ret && nargs)
		ret = opt_bad(&u, "takes no argument");
	if (!ret) {
		c = configs_dir(configs);
		ret = config_lint(c, &fragments, &profiles, &errs);
	}
	if (!ret) {
		errs_print(&errs, stderr);
		printf("%s: %zu fragments, %zu profiles, %zu error%s\n", c,
		       fragments, profiles, errs.n, errs.n == 1 ? "" : "s");
		if (json)
			ret = write_json(errs_json(&errs), json);
		if (!ret && errs.n)
			ret = AZK_EX_CHECK;
	}
	errs_free(&errs);
	free(c);
	return ret == OPT_HELP ? AZK_OK : ret;
}

static int read_config(const char *path, struct options *to)
{
	struct buf text = BUF_INIT;
	int ret = file_read(path, &text);

	if (!ret) {
		dotconfig_parse(path, buf_str(&text), to);
		if (!to->n)
			ret = azk_err(AZK_EX_INPUT, path, NULL,
				      "not a kernel .config: no CONFIG_ line in it");
	}
	buf_free(&text);
	return ret;
}

static int cmd_diff(int argc, char **argv)
{
	const char *json = NULL;
	bool strict = false;
	const struct opt opts[] = {
		{ "strict", NULL, "'is not set' and not there at all count as different", OPT_FLAG,
		  &strict },
		{ "json", "F", "write the differences as JSON too", OPT_STR, &json },
		{ NULL, NULL, NULL, 0, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk config diff", .args = "A B", .opts = opts,
		.what = "Differences between two .config files, sorted by symbol.",
		.example = "  azk config diff out/ours/azure/.config /boot/config-6.12.0",
	};
	struct options a = OPTIONS_INIT, b = OPTIONS_INIT;
	struct config_change *v = NULL;
	json_t *all = json_array();
	int nargs, rest, ret, w[2] = { 0, 0 };
	size_t n = 0;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (!ret && nargs != 2)
		ret = opt_bad(&u, "wants two .config files, got %d", nargs);
	ret = ret ?: read_config(argv[1], &a);
	ret = ret ?: read_config(argv[2], &b);
	if (!ret)
		n = dotconfig_diff(&a, &b, !strict, &v);
	for (size_t i = 0; i < n; i++) {
		w[0] = width_of(w[0], v[i].name);
		w[1] = width_of(w[1], v[i].a ?: "-");
	}
	for (size_t i = 0; i < n; i++) {
		cell(v[i].name, w[0]);
		cell(v[i].a ?: "-", w[1]);
		printf("%s\n", v[i].b ?: "-");
		json_array_append_new(all, json_pack("{s:s, s:s?, s:s?}", "symbol",
						     v[i].name, "a", v[i].a, "b", v[i].b));
	}
	if (!ret && json)
		ret = write_json(json_incref(all), json);
	json_decref(all);
	free(v);
	options_free(&a);
	options_free(&b);
	return ret == OPT_HELP ? AZK_OK : ret;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "resolve", cmd_resolve, "a profile to a verified .config" },
	{ "explain", cmd_explain, "why a symbol has its value" },
	{ "list", cmd_list, "the profiles there are" },
	{ "check", cmd_check, "lint fragments and profiles, no kernel tree needed" },
	{ "diff", cmd_diff, "differences of two .config files" },
};

static void help(void)
{
	printf("usage: azk config COMMAND [OPTIONS]\n\ncommands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].what);
	printf("\n'azk config COMMAND --help' shows options and an example.\n");
}

int cmd_config(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help();
		return argc < 2 ? AZK_EX_USAGE : AZK_OK;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return azk_err(AZK_EX_USAGE, NULL, "see 'azk config --help'",
		       "unknown command 'config %s'", argv[1]);
}
