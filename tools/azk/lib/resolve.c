// SPDX-License-Identifier: GPL-2.0-only
/* Profile and tree to .config: the order of the steps, and their record. */
#include <stdlib.h>
#include <string.h>

#include "dotconfig.h"
#include "exit.h"
#include "file.h"
#include "msg.h"
#include "resolve.h"

static void want(struct buf *to, char kind, const struct option *o)
{
	buf_addf(to, "%c\t%s\t%s:%d\t%s\n", kind, o->name, o->file, o->line,
		 o->value);
}

/* The list for kconf/main.c; verdicts refer to it by index. */
static void want_all(struct buf *to, const struct resolved *o)
{
	for (size_t i = 0; i < o->set.n; i++)
		want(to, 's', &o->set.v[i]);
	for (size_t i = 0; i < o->p.contract.n; i++)
		want(to, 'c', &o->p.contract.v[i]);
	for (size_t i = 0; i < o->theirs.n; i++)
		want(to, 't', &o->theirs.v[i]);
}

static void warn_unmet(struct resolved *o)
{
	const json_t *all = json_object_get(o->verdicts, "unmet"), *u, *line;
	size_t i, k;

	json_array_foreach(all, i, u) {
		struct buf b = BUF_INIT;

		buf_addf(&b, "CONFIG_%s is forced on though its dependencies are not met",
			 json_string_value(json_object_get(u, "name")));
		json_array_foreach(json_object_get(u, "why"), k, line)
			buf_addf(&b, "; %s", json_string_value(line));
		strv_add(&o->warnings, b.s);
		buf_free(&b);
	}
}

/* A line that holds only because Kconfig would have said so anyway. */
static void warn_no_prompt(struct resolved *o)
{
	const json_t *all = json_object_get(o->verdicts, "options"), *v;
	size_t i;

	json_array_foreach(all, i, v) {
		size_t at = (size_t)json_integer_value(json_object_get(v, "index"));

		if (at >= o->set.n || json_object_get(v, "error") ||
		    json_is_true(json_object_get(v, "prompt")))
			continue;
		strv_addf(
			&o->warnings,
			"%s:%d: CONFIG_%s has no prompt, this line sets nothing; make it a "
			"'contract option' of the profile",
			o->set.v[at].file, o->set.v[at].line, o->set.v[at].name);
	}
}

static int read_start(const struct resolve *r, struct resolved *o,
		      struct kconf *k, struct buf *base)
{
	int ret;

	/*
	 * The options' own defaults hang on other options: they are taken when
	 * the fragments are in. Before, without EXPERT or IA32_EMULATION, say,
	 * they come out otherwise, and would stay.
	 */
	if (!r->from && !strcmp(o->p.base, "alldefconfig"))
		return AZK_OK;
	if (!r->from)
		return kconf_base(k, o->p.base, base);
	ret = file_read(r->from, base);
	if (ret)
		return ret;
	dotconfig_parse(r->from, buf_str(base), &o->theirs);
	if (!o->theirs.n)
		return azk_err(AZK_EX_INPUT, r->from, NULL,
			       "not a kernel .config: no CONFIG_ line in it");
	return AZK_OK;
}

/* The .config that stands there already: it was verified when it was written. */
static bool stands(const char *path, const struct buf *config)
{
	struct buf old = BUF_INIT;
	bool same = path && file_exists(path) && !file_read(path, &old) &&
		    !strcmp(buf_str(&old), buf_str(config));

	buf_free(&old);
	return same;
}

static void judge_all(struct resolved *o)
{
	verdict_errors(o->verdicts, &o->set, &o->p.contract, &o->errs);
	warn_unmet(o);
	warn_no_prompt(o);
}

static int with_tree(const struct resolve *r, struct resolved *o)
{
	struct buf base = BUF_INIT, merged = BUF_INIT, wants = BUF_INIT;
	struct kconf_how how = r->how;
	struct azk_step step;
	struct kconf k;
	int ret;

	how.arch = o->p.arch;
	azk_step_begin(&step, "config", "asking the kernel tree");
	ret = kconf_open(&k, &how);
	if (!ret)
		ret = read_start(r, o, &k, &base);
	if (!ret) {
		o->version = xstrdup(k.version);
		dotconfig_merge(buf_str(&base), &o->set, &merged);
		want_all(&wants, o);
		azk_step_show(&step, "resolving %zu options of %s", o->set.n,
			      r->profile);
		ret = kconf_resolve(&k, &merged, &wants, &o->config, &o->verdicts);
	}
	if (!ret)
		judge_all(o);
	if (!ret && !o->errs.n && !stands(r->config, &o->config)) {
		azk_step_show(&step, "comparing with make olddefconfig");
		ret = kconf_verify(&k, &merged, &o->config);
	}
	azk_step_end(&step, ret ? "failed" : "%s computed", r->profile);
	kconf_close(&k);
	buf_free(&base);
	buf_free(&merged);
	buf_free(&wants);
	return ret;
}

int resolve(const struct resolve *r, struct resolved *o)
{
	int ret;

	*o = (struct resolved){ .set = OPTIONS_INIT, .theirs = OPTIONS_INIT };
	ret = profile_read(r->configs, r->profile, &o->p, &o->errs);
	ret = ret ?: profile_options(r->configs, &o->p, r->add, &o->set, &o->errs);
	if (ret)
		return ret;
	/* without these two no tree can be asked */
	if (o->p.arch && o->p.base)
		ret = with_tree(r, o);
	if (ret)
		return ret;
	errs_sort(&o->errs);
	if (!o->errs.n)
		return AZK_OK;
	buf_reset(&o->config);
	return AZK_EX_INPUT;
}

static json_t *option_json(const struct option *o, const json_t *verdict)
{
	json_t *x = json_object();

	json_object_set_new(x, "symbol", json_string(o->name));
	json_object_set_new(x, "wanted", json_string(o->value));
	json_object_set(x, "value", json_object_get(verdict, "value"));
	json_object_set(x, "type", json_object_get(verdict, "type"));
	json_object_set_new(x, "file", json_string(o->file));
	json_object_set_new(x, "line", json_integer(o->line));
	json_object_set_new(x, "reason", json_string(o->reason));
	return x;
}

static void add_options(json_t *to, const struct resolved *o)
{
	json_t *set = json_array(), *contract = json_array(), *lost = json_array();
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(o->verdicts, "options"), i, v) {
		size_t at = (size_t)json_integer_value(json_object_get(v, "index"));
		size_t ours = o->set.n + o->p.contract.n;

		if (at < o->set.n)
			json_array_append_new(set, option_json(&o->set.v[at], v));
		else if (at < ours)
			json_array_append_new(contract,
				option_json(&o->p.contract.v[at - o->set.n], v));
		else if (at < ours + o->theirs.n)
			json_array_append_new(lost, json_pack("{s:s, s:s, s:O?, s:O?}",
				"symbol", o->theirs.v[at - ours].name,
				"theirs", o->theirs.v[at - ours].value,
				"value", json_object_get(v, "value"),
				"why", json_object_get(v, "text")));
	}
	json_object_set_new(to, "options", set);
	json_object_set_new(to, "contract", contract);
	if (o->theirs.n)
		json_object_set(to, "theirs_changed", lost);
	json_decref(lost);
}

/* Options where the packager's file and our fragments say different things. */
static json_t *overruled(const struct resolved *o)
{
	json_t *all = json_array();

	for (size_t i = 0; i < o->set.n; i++) {
		const struct option *x = &o->set.v[i];
		const char *theirs = dotconfig_get(&o->theirs, x->name);

		if (!strcmp(theirs ? theirs : "n", x->value))
			continue;
		json_array_append_new(all, json_pack("{s:s, s:s?, s:s, s:s, s:s, s:i}",
			"symbol", x->name, "theirs", theirs, "ours", x->value,
			"reason", x->reason, "file", x->file, "line", x->line));
	}
	return all;
}

json_t *resolved_json(const struct resolve *r, const struct resolved *o)
{
	json_t *x = json_object(), *fragments = json_array(), *warn = json_array();
	char hex[SHA256_HEX];

	json_object_set_new(x, "schema", json_string("kernel-azure/config-1"));
	json_object_set_new(x, "profile", json_string(o->p.name));
	json_object_set_new(x, "arch", json_string(o->p.arch ? o->p.arch : ""));
	json_object_set_new(x, "base", json_string(r->from ? r->from :
						   o->p.base ? o->p.base : ""));
	json_object_set_new(x, "kernel", json_string(o->version ? o->version : ""));
	for (size_t i = 0; i < o->p.nfragments; i++)
		if (!o->p.fragments[i].optional ||
		    (r->add && strv_has(r->add, o->p.fragments[i].name)))
			json_array_append_new(fragments,
				json_string(o->p.fragments[i].name));
	json_object_set_new(x, "fragments", fragments);
	add_options(x, o);
	if (o->theirs.n)
		json_object_set_new(x, "overruled", overruled(o));
	for (size_t i = 0; i < o->warnings.n; i++)
		json_array_append_new(warn, json_string(o->warnings.v[i]));
	json_object_set_new(x, "warnings", warn);
	json_object_set_new(x, "errors", errs_json(&o->errs));
	sha256_of(buf_str(&o->config), o->config.len, hex);
	json_object_set_new(x, "config_sha256", o->config.len ? json_string(hex) :
			    json_null());
	return x;
}

void resolved_free(struct resolved *o)
{
	profile_free(&o->p);
	options_free(&o->set);
	options_free(&o->theirs);
	buf_free(&o->config);
	json_decref(o->verdicts);
	errs_free(&o->errs);
	strv_free(&o->warnings);
	free(o->version);
}
