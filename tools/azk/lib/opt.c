// SPDX-License-Identifier: GPL-2.0-only
/* The option table: parse and print it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "msg.h"
#include "opt.h"

void opt_help(const struct opt_usage *u)
{
	const struct opt *o;
	int width = 0;

	printf("usage: %s%s%s\n\n%s\n", u->cmd,
	       u->opts && u->opts->name ? " [OPTIONS] " : " ", u->args, u->what);
	for (o = u->opts; o && o->name; o++) {
		int w = (int)strlen(o->name) +
			(o->arg ? (int)strlen(o->arg) + 1 : 0);

		width = w > width ? w : width;
	}
	if (width)
		printf("\noptions:\n");
	for (o = u->opts; o && o->name; o++) {
		int w = printf("  --%s%s%s", o->name, o->arg ? " " : "",
			       o->arg ? o->arg : "");

		printf("%*s  %s\n", width + 4 - w, "", o->help);
	}
	printf("\nexample:\n%s\n", u->example);
	if (u->more)
		printf("\n%s\n", u->more);
}

int opt_bad(const struct opt_usage *u, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s; see '%s --help'\n", u->cmd, buf_str(&b), u->cmd);
	buf_free(&b);
	return AZK_EX_USAGE;
}

bool opt_size(const char *s, uint64_t *bytes)
{
	static const char suffix[] = "KMGT";
	const char *at;
	uint64_t v;
	char *end;
	int shift;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (end == s || errno || *s == '-')
		return false;
	if (!*end) {
		*bytes = v;
		return true;
	}
	at = strchr(suffix, *end);
	if (!at || end[1])
		return false;
	shift = 10 * (int)(at - suffix + 1);
	if (v > UINT64_MAX >> shift)
		return false;
	*bytes = v << shift;
	return true;
}

static int store(const struct opt_usage *u, const struct opt *o, char *val)
{
	char *end;
	long n;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return AZK_OK;
	case OPT_STR:
		*(const char **)o->to = val;
		return AZK_OK;
	case OPT_LIST:
		strv_add(o->to, val);
		return AZK_OK;
	case OPT_INT:
		errno = 0;
		n = strtol(val, &end, 10);
		if (end == val || *end || errno || n < 0 || n > INT_MAX)
			return opt_bad(u, "--%s wants a whole number, got '%s'",
				       o->name, val);
		*(int *)o->to = (int)n;
		return AZK_OK;
	case OPT_SIZE:
		if (!opt_size(val, o->to))
			return opt_bad(u, "--%s wants a size such as 512M, got '%s'",
				       o->name, val);
		return AZK_OK;
	}
	return AZK_OK;
}

static const struct opt *find(const struct opt_usage *u, const char *name, size_t n)
{
	const struct opt *o;

	for (o = u->opts; o && o->name; o++)
		if (strlen(o->name) == n && !strncmp(o->name, name, n))
			return o;
	return NULL;
}

int opt_parse(const struct opt_usage *u, int argc, char **argv,
	      int *nargs, int *rest)
{
	int plain = 1, i, ret;

	for (i = 1; i < argc; i++) {
		char *a = argv[i], *eq, *val = NULL;
		const struct opt *o;

		if (!strcmp(a, "--"))
			break;
		if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
			opt_help(u);
			return OPT_HELP;
		}
		if (a[0] != '-' || !a[1]) {
			argv[plain++] = a;
			continue;
		}
		if (a[1] != '-')
			return opt_bad(u, "unknown option '%s'", a);
		a += 2;
		eq = strchr(a, '=');
		o = find(u, a, eq ? (size_t)(eq - a) : strlen(a));
		if (!o)
			return opt_bad(u, "unknown option '%s'", argv[i]);
		if (eq)
			val = eq + 1;
		if (o->kind == OPT_FLAG && val)
			return opt_bad(u, "--%s takes no value", o->name);
		if (o->kind != OPT_FLAG && !val) {
			if (i + 1 >= argc)
				return opt_bad(u, "--%s wants a value (%s)",
					       o->name, o->arg);
			val = argv[++i];
		}
		ret = store(u, o, val);
		if (ret)
			return ret;
	}
	*nargs = plain - 1;
	*rest = i < argc ? i + 1 : argc;
	return AZK_OK;
}
