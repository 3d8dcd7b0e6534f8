// SPDX-License-Identifier: GPL-2.0-only
/*
 * The overlay: files we add to the kernel, at the place they have there.
 * Enters: arch/, drivers/, configs/ and selftests/. Leaves: one commit on the
 * base. Called by tree.c.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/exit.h"
#include "lib/git.h"
#include "lib/msg.h"
#include "tree.h"

static const struct {
	const char *from, *to;
	const char *suffix;	/* only such files, and no folders; or NULL */
} rooms[] = {
	{ "arch", "arch", NULL },
	{ "drivers", "drivers", NULL },
	{ "configs", "kernel/configs", ".config" },
	{ "selftests", "tools/testing/selftests/azure", NULL },
};

/* What a build of our drivers as external modules leaves beside them. */
static bool built(const char *name)
{
	static const char *const suffixes[] = {
		".o", ".ko", ".mod", ".mod.c", ".a", ".order", ".symvers", ".cmd", ".o.d",
		"~", ".swp", ".gitkeep",
	};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (str_ends(name, suffixes[i]))
			return true;
	return false;
}

static int walk(const char *from, const char *to, const char *suffix,
		struct overlay *o)
{
	struct dirent **names;
	int n = scandir(from, &names, NULL, alphasort), ret = AZK_OK;

	if (n < 0)
		return errno == ENOENT ? AZK_OK :
		       azk_err(AZK_EX_SYSTEM, from, NULL, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		char *f = xasprintf("%s/%s", from, name), *t = xasprintf("%s/%s", to, name);
		struct stat st;

		if (ret || !strcmp(name, ".") || !strcmp(name, "..") || built(name))
			goto next;
		if (lstat(f, &st)) {
			ret = azk_err(AZK_EX_SYSTEM, f, NULL, "%s", strerror(errno));
		} else if (S_ISDIR(st.st_mode)) {
			if (!suffix)
				ret = walk(f, t, NULL, o);
		} else if (!S_ISREG(st.st_mode) || strchr(name, '\n')) {
			ret = azk_err(AZK_EX_INPUT, f, "remove it",
				      "only plain files go into the kernel tree");
		} else if (!suffix || str_ends(name, suffix)) {
			strv_add(&o->from, f);
			strv_add(&o->to, t);
		}
next:
		free(f);
		free(t);
		free(names[i]);
	}
	free(names);
	return ret;
}

static const char *mode_of(const char *path)
{
	struct stat st;

	return !stat(path, &st) && (st.st_mode & 0100) ? "100755" : "100644";
}

int overlay_scan(struct overlay *o)
{
	struct buf all = BUF_INIT;
	int ret = AZK_OK;

	for (size_t i = 0; !ret && i < sizeof(rooms) / sizeof(*rooms); i++)
		ret = walk(rooms[i].from, rooms[i].to, rooms[i].suffix, o);
	for (size_t i = 0; !ret && i < o->from.n; i++) {
		char hex[SHA256_HEX];

		ret = file_sha256(o->from.v[i], hex, NULL, NULL);
		if (!ret)
			buf_addf(&all, "%s %s %s\n", mode_of(o->from.v[i]), hex,
				 o->to.v[i]);
	}
	sha256_of(buf_str(&all), all.len, o->key);
	buf_free(&all);
	return ret;
}

/* "MODE HASH<tab>PATH" lines for git update-index. */
static int index_lines(const struct git *g, const struct overlay *o, struct buf *to)
{
	struct buf paths = BUF_INIT, ids = BUF_INIT;
	struct lines l;
	char real[4096];
	int ret;

	for (size_t i = 0; i < o->from.n; i++) {
		if (!realpath(o->from.v[i], real)) {
			ret = azk_err(AZK_EX_SYSTEM, o->from.v[i], NULL, "%s",
				      strerror(errno));
			goto done;
		}
		buf_addf(&paths, "%s\n", real);
	}
	ret = git_must(g, &paths, &ids, "hash-object", "-w", "--no-filters",
		       "--stdin-paths", NULL);
	lines_init(&l, "git hash-object", buf_str(&ids));
	for (size_t i = 0; !ret && i < o->to.n && lines_next(&l); i++)
		buf_addf(to, "%s %s\t%s\n", mode_of(o->from.v[i]), l.line, o->to.v[i]);
	lines_done(&l);
done:
	buf_free(&paths);
	buf_free(&ids);
	return ret;
}

static int none_in_base(const struct git *g, const struct overlay *o, const char *base)
{
	struct buf ask = BUF_INIT, answer = BUF_INIT;
	struct lines l;
	int ret;

	for (size_t i = 0; i < o->to.n; i++)
		buf_addf(&ask, "%s:%s\n", base, o->to.v[i]);
	ret = git_must(g, &ask, &answer, "cat-file", "--batch-check", NULL);
	lines_init(&l, "git cat-file", buf_str(&answer));
	for (size_t i = 0; !ret && i < o->to.n && lines_next(&l); i++)
		if (!str_ends(l.line, " missing"))
			ret = azk_err(AZK_EX_INPUT, o->from.v[i],
				      "a change to an upstream file is a patch, in patches/",
				      "the base has %s already", o->to.v[i]);
	lines_done(&l);
	buf_free(&ask);
	buf_free(&answer);
	return ret;
}

int overlay_commit(const struct git *g, const struct overlay *o, const char *base,
		   char commit[COMMIT_HEX])
{
	struct buf lines = BUF_INIT, tree = BUF_INIT, msg = BUF_INIT;
	int ret;

	ret = git_must(g, NULL, NULL, "read-tree", base, NULL);
	if (ret)
		return ret;
	if (!o->to.n) {
		memmove(commit, base, strlen(base) + 1);
		return AZK_OK;
	}
	ret = none_in_base(g, o, base);
	if (!ret)
		ret = index_lines(g, o, &lines);
	if (!ret)
		ret = git_must(g, &lines, NULL, "update-index", "--add", "--index-info",
			       NULL);
	if (!ret)
		ret = git_must(g, NULL, &tree, "write-tree", NULL);
	buf_addf(&msg, "kernel-azure: the overlay\n\n%zu files as they are.\n", o->to.n);
	if (!ret)
		ret = tree_commit(g, buf_str(&tree), base, &msg, commit);
	buf_free(&lines);
	buf_free(&tree);
	buf_free(&msg);
	return ret;
}

void overlay_free(struct overlay *o)
{
	strv_free(&o->from);
	strv_free(&o->to);
}
