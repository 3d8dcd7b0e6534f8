// SPDX-License-Identifier: GPL-2.0-only
/* The profile parser: statements are a table, includes are a recursion. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "file.h"
#include "msg.h"
#include "profile.h"

/* One statement being taken in. */
struct stmt {
	const char *file;
	int line;
	char *arg;
	struct profile *p;
	struct errs *errs;
	profile_include include;
	void *include_arg;
};

static bool plain_name(const char *s)
{
	return *s && *s != '.' && !strchr(s, '/') && !strpbrk(s, " \t");
}

static int set_once(struct stmt *s, char **to, const char *word)
{
	if (*to)
		errs_add(s->errs, s->file, s->line,
			 "second '%s' (%s); it is %s already", word, s->arg, *to);
	else
		*to = xstrdup(s->arg);
	return AZK_OK;
}

static int do_arch(struct stmt *s)
{
	return set_once(s, &s->p->arch, "arch");
}

static int do_base(struct stmt *s)
{
	static const char *const targets[] = {
		"allnoconfig", "alldefconfig", "allmodconfig", "allyesconfig",
		"tinyconfig", "defconfig", NULL,
	};
	const char *const *t = targets;

	while (*t && strcmp(*t, s->arg))
		t++;
	if (!*t && !(plain_name(s->arg) && str_ends(s->arg, "_defconfig"))) {
		errs_add(
			s->errs, s->file, s->line,
			"base '%s' is no config target to start from; use x86_64_defconfig, "
			"defconfig, tinyconfig or allnoconfig",
			s->arg);
		return AZK_OK;
	}
	return set_once(s, &s->p->base, "base");
}

static int fragment(struct stmt *s, bool optional)
{
	struct profile *p = s->p;

	if (!plain_name(s->arg) || !str_ends(s->arg, ".config")) {
		errs_add(s->errs, s->file, s->line,
			 "fragment '%s' must be the name of a *.config file in the configs folder",
			 s->arg);
		return AZK_OK;
	}
	for (size_t i = 0; i < p->nfragments; i++) {
		struct profile_fragment *f = &p->fragments[i];

		if (strcmp(f->name, s->arg))
			continue;
		errs_add(s->errs, s->file, s->line,
			 "fragment %s is listed already at %s:%d", s->arg,
			 f->file, f->line);
		return AZK_OK;
	}
	p->fragments = xrealloc(p->fragments,
				(p->nfragments + 1) * sizeof(*p->fragments));
	p->fragments[p->nfragments++] = (struct profile_fragment){
		.name = xstrdup(s->arg), .file = xstrdup(s->file),
		.line = s->line, .optional = optional,
	};
	return AZK_OK;
}

static int do_fragment(struct stmt *s)
{
	return fragment(s, false);
}

static int do_optional(struct stmt *s)
{
	return fragment(s, true);
}

static int do_include(struct stmt *s)
{
	if (!plain_name(s->arg) || !s->include) {
		errs_add(s->errs, s->file, s->line,
			 "include '%s' must be the name of another profile", s->arg);
		return AZK_OK;
	}
	return s->include(s->include_arg, s->arg, s->p, s->file, s->line, s->errs);
}

/* "y", "m", "n" or a number or string; several joined by "|" for y, m, n. */
static bool contract_value(const char *v)
{
	if (v[0] == '"' || !strchr(v, '|'))
		return true;
	for (; ; v += 2) {
		if (!strchr("ymn", *v) || !*v)
			return false;
		if (!v[1])
			return true;
		if (v[1] != '|')
			return false;
	}
}

static int do_contract(struct stmt *s)
{
	size_t n = strcspn(s->arg, " \t");
	char *rest = s->arg + n, *eq;
	struct options *c = &s->p->contract;

	rest += strspn(rest, " \t");
	if (n != strlen("option") || !str_starts(s->arg, "option")) {
		errs_add(s->errs, s->file, s->line,
			 "unknown contract kind '%.*s'; known: option", (int)n, s->arg);
		return AZK_OK;
	}
	eq = strchr(rest, '=');
	if (!str_starts(rest, "CONFIG_") || !eq || !eq[1] || eq == rest + 7 ||
	    strpbrk(rest, " \t") || !contract_value(eq + 1)) {
		errs_add(s->errs, s->file, s->line,
			 "contract option '%s' must be CONFIG_X=VALUE or CONFIG_X=y|m", rest);
		return AZK_OK;
	}
	*eq = '\0';
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->v[i].name, rest + 7))
			continue;
		errs_add(s->errs, s->file, s->line,
			 "contract for CONFIG_%s stands already at %s:%d",
			 rest + 7, c->v[i].file, c->v[i].line);
		return AZK_OK;
	}
	c->v = xrealloc(c->v, (c->n + 1) * sizeof(*c->v));
	c->v[c->n++] = (struct option){
		.name = xstrdup(rest + 7), .value = xstrdup(eq + 1),
		.reason = xstrdup("contract"), .file = xstrdup(s->file),
		.line = s->line,
	};
	c->cap = c->n;
	return AZK_OK;
}

static const struct {
	const char *word;
	int (*take)(struct stmt *s);
} statements[] = {
	{ "arch", do_arch },
	{ "base", do_base },
	{ "contract", do_contract },
	{ "fragment", do_fragment },
	{ "include", do_include },
	{ "optional", do_optional },
};

static int statement(struct stmt *s, const char *word)
{
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		if (!strcmp(word, statements[i].word)) {
			if (*s->arg)
				return statements[i].take(s);
			errs_add(s->errs, s->file, s->line,
				 "'%s' wants an argument", word);
			return AZK_OK;
		}
	errs_add(s->errs, s->file, s->line,
		 "unknown word '%s'; known: arch, base, contract, fragment, include, optional",
		 word);
	return AZK_OK;
}

int profile_parse(const char *file, const char *text, struct profile *p,
		  profile_include include, void *arg, struct errs *errs)
{
	struct stmt s = {
		.file = file, .p = p, .errs = errs,
		.include = include, .include_arg = arg,
	};
	struct lines l;
	int ret = AZK_OK;

	lines_init(&l, file, text);
	while (!ret && lines_next(&l)) {
		char *line = str_trim(l.line), *end;

		if (*line == '#') {
			line = str_trim(line + strspn(line, "#"));
			if (!p->about && *line && !str_starts(line, "SPDX-"))
				p->about = xstrdup(line);
			continue;
		}
		if (!*line)
			continue;
		end = line + strcspn(line, " \t");
		s.arg = end + strspn(end, " \t");
		*end = '\0';
		s.line = l.no;
		ret = statement(&s, line);
	}
	lines_done(&l);
	return ret;
}

/* The chain of profiles being read, to see an include that comes back. */
struct chain {
	const char *configs;
	const char *name;
	const struct chain *up;
};

static int include_file(void *arg, const char *name, struct profile *p,
			const char *file, int line, struct errs *errs)
{
	struct chain here = { ((struct chain *)arg)->configs, name, arg };
	struct buf text = BUF_INIT;
	char *path;
	int ret = AZK_OK;

	for (const struct chain *c = arg; c; c = c->up)
		if (!strcmp(c->name, name)) {
			errs_add(errs, file, line,
				 "include %s comes back to itself", name);
			return AZK_OK;
		}
	path = xasprintf("%s/profiles/%s", here.configs, name);
	if (!file_exists(path)) {
		errs_add(errs, file, line, "include %s: no such profile (%s)",
			 name, path);
	} else {
		ret = file_read(path, &text);
		if (!ret)
			ret = profile_parse(path, buf_str(&text), p,
					    include_file, &here, errs);
	}
	buf_free(&text);
	free(path);
	return ret;
}

int profile_names(const char *configs, struct strv *names)
{
	char *path = xasprintf("%s/profiles", configs);
	DIR *d = opendir(path);
	struct dirent *e;
	int ret = AZK_OK;

	if (!d)
		ret = azk_err(AZK_EX_NOFILE, path,
			      "run azk at the top of the project or set AZK_TOP",
			      "no folder of profiles: %s", strerror(errno));
	while (d && (e = readdir(d)))
		if (plain_name(e->d_name) && !str_ends(e->d_name, "~"))
			strv_add(names, e->d_name);
	if (d)
		closedir(d);
	strv_sort(names);
	free(path);
	return ret;
}

static int no_such_profile(const char *configs, const char *name)
{
	struct strv names = STRV_INIT;
	struct buf b = BUF_INIT;
	int ret = profile_names(configs, &names);

	if (ret)
		return ret;
	for (size_t i = 0; i < names.n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", names.v[i]);
	ret = azk_err(AZK_EX_NOFILE, NULL, NULL,
		      "no profile '%s' in %s/profiles; there %s: %s", name, configs,
		      names.n == 1 ? "is" : "are", names.n ? b.s : "none");
	buf_free(&b);
	strv_free(&names);
	return ret;
}

int profile_read(const char *configs, const char *name, struct profile *p,
		 struct errs *errs)
{
	struct chain top = { configs, name, NULL };
	char *path = xasprintf("%s/profiles/%s", configs, name);
	struct buf text = BUF_INIT;
	int ret;

	*p = (struct profile){ .name = xstrdup(name), .contract = OPTIONS_INIT };
	if (!plain_name(name) || !file_exists(path)) {
		ret = no_such_profile(configs, name);
		goto out;
	}
	ret = file_read(path, &text);
	if (!ret)
		ret = profile_parse(path, buf_str(&text), p, include_file, &top,
				    errs);
	if (ret)
		goto out;
	if (!p->base)
		errs_add(errs, path, 0,
			 "no 'base'; say where to start, such as 'base x86_64_defconfig'");
	if (!p->arch)
		errs_add(errs, path, 0, "no 'arch'; say which, such as 'arch x86_64'");
	if (!p->about)
		p->about = xstrdup("");
out:
	buf_free(&text);
	free(path);
	return ret;
}

static bool has_optional(const struct profile *p, const char *name)
{
	for (size_t i = 0; i < p->nfragments; i++)
		if (p->fragments[i].optional && !strcmp(p->fragments[i].name, name))
			return true;
	return false;
}

static int bad_add(const struct profile *p, const char *name)
{
	struct buf b = BUF_INIT;
	int ret;

	for (size_t i = 0; i < p->nfragments; i++)
		if (p->fragments[i].optional)
			buf_addf(&b, "%s%s", b.len ? ", " : "", p->fragments[i].name);
	ret = azk_err(AZK_EX_USAGE, NULL, NULL,
		      "--add %s: profile %s has no such 'optional' fragment; it has: %s",
		      name, p->name, b.len ? b.s : "none");
	buf_free(&b);
	return ret;
}

int profile_options(const char *configs, const struct profile *p,
		    const struct strv *add, struct options *set,
		    struct errs *errs)
{
	int ret = AZK_OK;

	for (size_t i = 0; add && i < add->n; i++)
		if (!has_optional(p, add->v[i]))
			return bad_add(p, add->v[i]);
	for (size_t i = 0; i < p->nfragments && !ret; i++) {
		const struct profile_fragment *f = &p->fragments[i];
		struct buf text = BUF_INIT;
		char *path;

		if (f->optional && !(add && strv_has(add, f->name)))
			continue;
		path = xasprintf("%s/%s", configs, f->name);
		if (!file_exists(path)) {
			errs_add(errs, f->file, f->line, "fragment %s: no such file",
				 path);
		} else {
			ret = file_read(path, &text);
			if (!ret)
				fragment_parse(path, buf_str(&text), set, errs);
		}
		buf_free(&text);
		free(path);
	}
	options_unique(set, errs);
	return ret;
}

void profile_free(struct profile *p)
{
	for (size_t i = 0; i < p->nfragments; i++) {
		free(p->fragments[i].name);
		free(p->fragments[i].file);
	}
	free(p->fragments);
	free(p->name);
	free(p->about);
	free(p->arch);
	free(p->base);
	options_free(&p->contract);
}
