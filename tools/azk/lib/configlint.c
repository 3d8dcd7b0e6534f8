// SPDX-License-Identifier: GPL-2.0-only
/* Lint: each fragment alone, each profile merged, nothing left over. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "configlint.h"
#include "exit.h"
#include "file.h"
#include "fragment.h"
#include "msg.h"
#include "profile.h"

static int fragment_names(const char *configs, struct strv *names)
{
	DIR *d = opendir(configs);
	struct dirent *e;

	if (!d)
		return azk_err(AZK_EX_NOFILE, configs, NULL, "%s", strerror(errno));
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && str_ends(e->d_name, ".config"))
			strv_add(names, e->d_name);
	closedir(d);
	strv_sort(names);
	return AZK_OK;
}

static int lint_fragment(const char *configs, const char *name, struct errs *errs)
{
	char *path = xasprintf("%s/%s", configs, name);
	struct options set = OPTIONS_INIT;
	struct buf text = BUF_INIT;
	int ret = file_read(path, &text);

	if (!ret) {
		fragment_parse(path, buf_str(&text), &set, errs);
		if (!set.n)
			errs_add(errs, path, 0, "no option in this fragment");
		options_unique(&set, errs);
	}
	options_free(&set);
	buf_free(&text);
	free(path);
	return ret;
}

/* Each optional fragment together with the rest: they may not be combined. */
static int lint_profile(const char *configs, const char *name,
			struct strv *used, struct errs *errs)
{
	struct profile p;
	int ret = profile_read(configs, name, &p, errs);

	for (size_t i = 0; i < p.nfragments && !ret; i++) {
		struct options set = OPTIONS_INIT;
		struct strv add = STRV_INIT;

		strv_add(used, p.fragments[i].name);
		/* once without any, and once for each optional one */
		if (!i || p.fragments[i].optional) {
			if (p.fragments[i].optional)
				strv_add(&add, p.fragments[i].name);
			ret = profile_options(configs, &p, &add, &set, errs);
		}
		options_free(&set);
		strv_free(&add);
	}
	if (!ret && !p.nfragments)
		errs_add(errs, NULL, 0, "profile %s lists no fragment", name);
	profile_free(&p);
	return ret;
}

/* A fault of a fragment shows up in all profiles that use it: keep one. */
static void once(struct errs *e)
{
	size_t kept = 0;

	errs_sort(e);
	for (size_t i = 0; i < e->n; i++) {
		struct err *a = kept ? &e->v[kept - 1] : NULL, *b = &e->v[i];

		if (a && a->line == b->line && !strcmp(a->text, b->text) &&
		    (a->file ? b->file && !strcmp(a->file, b->file) : !b->file)) {
			free(b->file);
			free(b->text);
			strv_free(&b->more);
			continue;
		}
		e->v[kept++] = *b;
	}
	e->n = kept;
}

int config_lint(const char *configs, size_t *fragments, size_t *profiles,
		struct errs *errs)
{
	struct strv names = STRV_INIT, frags = STRV_INIT, used = STRV_INIT;
	int ret = fragment_names(configs, &frags);

	ret = ret ?: profile_names(configs, &names);
	for (size_t i = 0; i < frags.n && !ret; i++)
		ret = lint_fragment(configs, frags.v[i], errs);
	for (size_t i = 0; i < names.n && !ret; i++)
		ret = lint_profile(configs, names.v[i], &used, errs);
	for (size_t i = 0; i < frags.n && !ret; i++)
		if (!strv_has(&used, frags.v[i])) {
			char *path = xasprintf("%s/%s", configs, frags.v[i]);

			errs_add(
				errs, path, 0,
				"no profile uses this fragment; list it as 'fragment' or 'optional', or remove it");
			free(path);
		}
	once(errs);
	*fragments = frags.n;
	*profiles = names.n;
	strv_free(&names);
	strv_free(&frags);
	strv_free(&used);
	return ret;
}
