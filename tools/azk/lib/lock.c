// SPDX-License-Identifier: GPL-2.0-only
/* The parser of patches/base.lock: a table of keys, one checker for each kind. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "file.h"
#include "lock.h"
#include "msg.h"

enum kind { VERSION, NAME, HEX64, HEX40, NUMBER, PATH, WORD, PATHS, ALSO, PEER };

static const struct key {
	const char *name;
	enum kind kind;
	size_t at;		/* offset in struct lock; peer_*: in the peer named last */
	bool required;
} keys[] = {
	{ "version", VERSION, offsetof(struct lock, version), true },
	{ "file", NAME, offsetof(struct lock, base.file), true },
	{ "sha256", HEX64, offsetof(struct lock, base.sha256), true },
	{ "size", NUMBER, offsetof(struct lock, base.size), true },
	{ "pool", PATH, offsetof(struct lock, base.pool), false },
	{ "tree", HEX40, offsetof(struct lock, tree), false },
	{ "date", NUMBER, offsetof(struct lock, date), true },
	{ "upstream_file", NAME, offsetof(struct lock, upstream.file), false },
	{ "upstream_sha256", HEX64, offsetof(struct lock, upstream.sha256), false },
	{ "upstream_size", NUMBER, offsetof(struct lock, upstream.size), false },
	{ "upstream_signer", HEX40, offsetof(struct lock, signer), false },
	{ "exclude", PATHS, offsetof(struct lock, exclude), false },
	{ "peer", PEER, 0, false },
	{ "peer_version", WORD, offsetof(struct lock_peer, version), false },
	{ "peer_file", NAME, offsetof(struct lock_peer, f.file), false },
	{ "peer_sha256", HEX64, offsetof(struct lock_peer, f.sha256), false },
	{ "peer_size", NUMBER, offsetof(struct lock_peer, f.size), false },
	{ "peer_pool", PATH, offsetof(struct lock_peer, f.pool), false },
	{ "also", ALSO, 0, false },
};

#define N_KEYS (sizeof(keys) / sizeof(*keys))

static bool is_hex(const char *s, size_t len)
{
	return strlen(s) == len && strspn(s, "0123456789abcdefABCDEF") == len;
}

/* A relative path that cannot leave the folder it is used in. */
static bool is_path(const char *s)
{
	if (!*s || *s == '/' || strpbrk(s, " \t"))
		return false;
	for (; s; s = strchr(s, '/'), s = s ? s + 1 : NULL) {
		size_t n = strcspn(s, "/");

		if (!n || (n == 1 && s[0] == '.') || (n == 2 && !strncmp(s, "..", 2)))
			return false;
	}
	return true;
}

static bool number(const char *s, int64_t *to)
{
	char *end;

	errno = 0;
	*to = strtoll(s, &end, 10);
	return isdigit((unsigned char)*s) && !*end && !errno && *to > 0;
}

bool lock_version_ok(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	if (!isdigit((unsigned char)*s) || s[n - 1] == '.' || strstr(s, "..") ||
	    !memchr(s, '.', n))
		return false;
	if (!s[n])
		return true;
	return !strncmp(s + n, "-rc", 3) && s[n + 3] &&
	       strspn(s + n + 3, "0123456789") == strlen(s + n + 3);
}

/* "also VERSION SHA256 SIZE" */
static const char *add_also(struct lock *l, const char *val)
{
	struct strv w = STRV_INIT;
	const char *bad = NULL;
	struct lock_also a = { 0 };

	strv_split(&w, val, " \t");
	if (w.n != 3)
		bad = "wants VERSION SHA256 SIZE";
	else if (!lock_version_ok(w.v[0]))
		bad = "wants a version first, such as 6.18.12";
	else if (!is_hex(w.v[1], 64))
		bad = "wants 64 hex digits second";
	else if (!number(w.v[2], &a.f.size))
		bad = "wants a size in bytes third";
	for (size_t i = 0; !bad && i < l->n_also; i++)
		if (!strcmp(l->also[i].version, w.v[0]))
			bad = "names that version a second time";
	if (!bad) {
		a.version = xstrdup(w.v[0]);
		a.f.file = xasprintf("linux_%s.orig.tar.xz", w.v[0]);
		a.f.sha256 = xstrdup(w.v[1]);
		l->also = xrealloc(l->also, (l->n_also + 1) * sizeof(a));
		l->also[l->n_also++] = a;
	}
	strv_free(&w);
	return bad;
}

/* "peer NAME": what follows of peer_* is said of it. */
static const char *add_peer(struct lock *l, const char *val)
{
	if (!is_path(val) || strchr(val, '/'))
		return "wants a name, of which a folder is made";
	for (size_t i = 0; i < l->n_peer; i++)
		if (!strcmp(l->peer[i].name, val))
			return "names that peer a second time";
	l->peer = xrealloc(l->peer, (l->n_peer + 1) * sizeof(*l->peer));
	l->peer[l->n_peer++] = (struct lock_peer){ .name = xstrdup(val) };
	return NULL;
}

/* Store @val; NULL, or what the key wants instead. */
static const char *store(struct lock *l, const struct key *k, const char *val)
{
	bool of_peer = str_starts(k->name, "peer_");
	void *to;

	if (of_peer && !l->n_peer)
		return "belongs below a line 'peer NAME'";
	to = (of_peer ? (char *)&l->peer[l->n_peer - 1] : (char *)l) + k->at;
	switch (k->kind) {
	case VERSION:
		if (!lock_version_ok(val))
			return "wants a version such as 6.18.15";
		break;
	case NAME:
		if (!is_path(val) || strchr(val, '/'))
			return "wants a file name without a folder";
		break;
	case HEX64:
		if (!is_hex(val, 64))
			return "wants 64 hex digits";
		break;
	case HEX40:
		if (!is_hex(val, 40))
			return "wants 40 hex digits";
		break;
	case PATH:
	case PATHS:
		if (!is_path(val))
			return "wants a relative path without '..' or blanks";
		break;
	case WORD:
		if (strpbrk(val, " \t"))
			return "wants one word";
		break;
	case NUMBER:
		return number(val, to) ? NULL : "wants a number above 0";
	case ALSO:
		return add_also(l, val);
	case PEER:
		return add_peer(l, val);
	}
	if (k->kind == PATHS)
		strv_add(to, val);
	else
		*(char **)to = xstrdup(val);
	return NULL;
}

static int parse_line(const char *name, int no, char *line, struct lock *l,
		      bool seen[N_KEYS])
{
	char *val = line + strcspn(line, " \t"), at[256];
	const char *bad;
	size_t i;

	if (*val)
		*val++ = '\0';
	val = str_trim(val);
	azk_at(at, sizeof(at), name, no);
	for (i = 0; i < N_KEYS && strcmp(keys[i].name, line); i++)
		;
	if (i == N_KEYS)
		return azk_err(AZK_EX_INPUT, at, "tools/azk/lib/lock.c lists the keys",
			       "unknown key '%s'", line);
	if (seen[i] && keys[i].kind != PATHS && keys[i].kind != ALSO && keys[i].kind != PEER)
		return azk_err(AZK_EX_INPUT, at, "keep one of the two lines",
			       "'%s' is given a second time", line);
	if (!*val)
		return azk_err(AZK_EX_INPUT, at, NULL, "'%s' has no value", line);
	bad = store(l, &keys[i], val);
	if (bad)
		return azk_err(AZK_EX_INPUT, at, NULL, "'%s' %s, got '%s'", line,
			       bad, val);
	seen[i] = true;
	for (size_t k = 0; keys[i].kind == PEER && k < N_KEYS; k++)
		if (str_starts(keys[k].name, "peer_"))
			seen[k] = false;
	return AZK_OK;
}

static void lower(char *s)
{
	for (; s && *s; s++)
		*s = (char)tolower((unsigned char)*s);
}

int lock_parse(const char *name, const char *text, struct lock *l)
{
	bool seen[N_KEYS] = { false };
	struct lines lines;
	int ret = AZK_OK;

	memset(l, 0, sizeof(*l));
	lines_init(&lines, name, text);
	while (!ret && lines_next(&lines)) {
		char *s = str_trim(lines.line);

		if (*s && *s != '#')
			ret = parse_line(name, lines.no, s, l, seen);
	}
	lines_done(&lines);
	for (size_t i = 0; !ret && i < N_KEYS; i++)
		if (keys[i].required && !seen[i])
			ret = azk_err(AZK_EX_INPUT, name, "add the line",
				      "the key '%s' is missing", keys[i].name);
	for (size_t i = 0; !ret && i < l->n_peer; i++)
		if (!l->peer[i].version || !l->peer[i].f.file || !l->peer[i].f.sha256)
			ret = azk_err(AZK_EX_INPUT, name, "add the missing line",
				      "peer '%s' wants peer_version, peer_file and peer_sha256",
				      l->peer[i].name);
	lower(l->base.sha256);
	lower(l->upstream.sha256);
	for (size_t i = 0; i < l->n_peer; i++)
		lower(l->peer[i].f.sha256);
	lower(l->tree);
	for (size_t i = 0; i < l->n_also; i++) {
		lower(l->also[i].f.sha256);
		l->also[i].f.pool = l->base.pool ? xstrdup(l->base.pool) : NULL;
	}
	return ret;
}

int lock_read(const char *path, struct lock *l)
{
	struct buf b = BUF_INIT;
	int ret;

	memset(l, 0, sizeof(*l));
	ret = file_read(path, &b);
	if (!ret)
		ret = lock_parse(path, buf_str(&b), l);
	buf_free(&b);
	return ret;
}

static void file_free(struct lock_file *f)
{
	free(f->file);
	free(f->sha256);
	free(f->pool);
}

void lock_free(struct lock *l)
{
	free(l->version);
	free(l->tree);
	free(l->signer);
	file_free(&l->base);
	file_free(&l->upstream);
	strv_free(&l->exclude);
	for (size_t i = 0; i < l->n_also; i++) {
		free(l->also[i].version);
		file_free(&l->also[i].f);
	}
	free(l->also);
	for (size_t i = 0; i < l->n_peer; i++) {
		free(l->peer[i].name);
		free(l->peer[i].version);
		file_free(&l->peer[i].f);
	}
	free(l->peer);
	memset(l, 0, sizeof(*l));
}
