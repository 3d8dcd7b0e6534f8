// SPDX-License-Identifier: GPL-2.0-only
/* .cmd files and thin archives: text in, names out. */
#include <ar.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "file.h"
#include "kcmd.h"
#include "msg.h"

char *kcmd_path(const char *build, const char *target)
{
	const char *slash = strrchr(target, '/');
	int dir = slash ? (int)(slash + 1 - target) : 0;

	return xasprintf("%s/%.*s.%s.cmd", build, dir, target, target + dir);
}

bool kcmd_exists(const char *build, const char *target)
{
	char *path = kcmd_path(build, target);
	bool there = file_exists(path);

	free(path);
	return there;
}

/* The value of "KEY_target := value", or NULL. */
static char *value_of(char *line, const char *key)
{
	char *at;

	if (!str_starts(line, key))
		return NULL;
	at = strstr(line, " := ");
	return at ? at + 4 : NULL;
}

/* "  path \" below "deps_target := \", but not what only makes make look. */
static void add_dep(char *line, struct strv *deps)
{
	char *s = str_trim(line);
	size_t n = strlen(s);

	if (n && s[n - 1] == '\\')
		s[n - 1] = '\0';
	s = str_trim(s);
	if (*s && !str_starts(s, "$("))
		strv_add(deps, s);
}

int kcmd_parse(const char *name, const char *text, struct kcmd *k)
{
	bool in_deps = false, found = false;
	struct lines l;
	char *v;

	*k = (struct kcmd){ STRV_INIT, NULL, STRV_INIT };
	lines_init(&l, name, text);
	while (lines_next(&l)) {
		if (in_deps && l.line[0] == ' ') {
			add_dep(l.line, &k->deps);
			continue;
		}
		in_deps = str_starts(l.line, "deps_");
		v = value_of(l.line, "savedcmd_");
		v = v ? v : value_of(l.line, "cmd_");	/* before 6.4 */
		if (v) {
			strv_split(&k->words, v, " \t;'\"()|&");
			found = true;
		}
		v = value_of(l.line, "source_");
		if (v && !k->source)
			k->source = xstrdup(v);
	}
	lines_done(&l);
	if (!found)
		return azk_err(AZK_EX_INPUT, name, "build it again", "holds no command of kbuild");
	return AZK_OK;
}

int kcmd_read(const char *build, const char *target, struct kcmd *k)
{
	char *path = kcmd_path(build, target);
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	*k = (struct kcmd){ STRV_INIT, NULL, STRV_INIT };
	if (!ret)
		ret = kcmd_parse(path, buf_str(&b), k);
	buf_free(&b);
	free(path);
	return ret;
}

void kcmd_free(struct kcmd *k)
{
	strv_free(&k->words);
	strv_free(&k->deps);
	free(k->source);
	*k = (struct kcmd){ STRV_INIT, NULL, STRV_INIT };
}

/* A long name: at "/OFFSET" in the table, up to "/\n". */
static bool add_long(const char *table, size_t len, size_t off, struct strv *out)
{
	const char *end = off < len ? memchr(table + off, '\n', len - off) : NULL;
	char *s;

	if (!end || end == table + off || end[-1] != '/')
		return false;
	s = xstrndup(table + off, (size_t)(end - 1 - (table + off)));
	strv_add(out, s);
	free(s);
	return true;
}

int kcmd_members(const char *name, const void *data, size_t len, struct strv *out)
{
	const char *p = data, *table = NULL;
	size_t table_len = 0, at = SARMAG;

	if (len < SARMAG || memcmp(p, "!<thin>\n", SARMAG)) {
		if (len == SARMAG && !memcmp(p, ARMAG, SARMAG))
			return AZK_OK;
		return azk_err(AZK_EX_INPUT, name, "build with GNU ar, as kernels are",
			       "is no thin archive");
	}
	while (at + sizeof(struct ar_hdr) <= len) {
		const struct ar_hdr *h = (const void *)(p + at);
		size_t size = strtoul(h->ar_size, NULL, 10);
		/* an index or the names: their bytes follow */
		bool inside = h->ar_name[0] == '/' &&
			      (h->ar_name[1] == ' ' || h->ar_name[1] == '/' ||
			       !strncmp(h->ar_name, "/SYM64/", 7));

		at += sizeof(*h);
		if (memcmp(h->ar_fmag, ARFMAG, 2) || (inside && size > len - at))
			break;
		if (h->ar_name[0] == '/' && h->ar_name[1] == '/') {
			table = p + at;
			table_len = size;
		} else if (!inside && (h->ar_name[0] != '/' || !table ||
				       !add_long(table, table_len,
						 strtoul(h->ar_name + 1, NULL, 10), out))) {
			break;
		}
		at += inside ? size + size % 2 : 0;
		if (at == len)
			return AZK_OK;
	}
	if (at == len)
		return AZK_OK;
	return azk_err(AZK_EX_INPUT, name, "build it again", "is cut or damaged");
}
