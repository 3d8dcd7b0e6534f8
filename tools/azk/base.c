// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk base: the pinned archive. Enters: patches/base.lock and the places where
 * the archive may be. Leaves: the path of a file with the right hash, printed,
 * or one line that says what is wrong with what was found. Called by the
 * Makefile, tree.c and the rebase.
 *
 * Three parts: is this file the right one; where may it be; the subcommand.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cmd.h"
#include "kernelorg.h"
#include "lib/exit.h"
#include "lib/fetch.h"
#include "lib/file.h"
#include "lib/lock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/run.h"

#define DL_DIR		"dl"
#define STAMP_DIR	"out/base"

/* 1. Is this file the right one? */

struct hash_progress {
	struct azk_step step;
	uint64_t total, shown;
};

static void hash_progress(void *arg, uint64_t done)
{
	struct hash_progress *p = arg;

	if (done - p->shown < 16 << 20)
		return;
	p->shown = done;
	azk_step_show(&p->step, "checking, %u %%",
		      (unsigned int)(p->total ? done * 100 / p->total : 0));
}

/*
 * A hash once taken is kept with what stat() says of the file. ctime is part
 * of it: it changes with every write and cannot be set back, so a one-byte
 * change is seen even when size and mtime are made to look the same.
 */
static void stat_line(const struct stat *st, struct buf *b)
{
	buf_addf(b, "%ju %ju %jd %jd.%09ld %jd.%09ld", (uintmax_t)st->st_dev,
		 (uintmax_t)st->st_ino, (intmax_t)st->st_size,
		 (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		 (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

static int hash_cached(const char *path, char hex[SHA256_HEX])
{
	struct buf now = BUF_INIT, old = BUF_INIT;
	char key[SHA256_HEX], *stamp;
	struct hash_progress p = { 0 };
	struct stat st;
	int ret = AZK_OK;

	if (stat(path, &st))
		return azk_err(AZK_EX_NOFILE, path, NULL, "%s", strerror(errno));
	sha256_of(path, strlen(path), key);
	stamp = xasprintf(STAMP_DIR "/%.16s", key);
	stat_line(&st, &now);
	buf_adds(&now, " ");
	if (file_exists(stamp) && file_read(stamp, &old) == AZK_OK &&
	    old.len == now.len + 64 && str_starts(old.s, now.s)) {
		memcpy(hex, old.s + now.len, 64);
		hex[64] = '\0';
		goto done;
	}
	p.total = (uint64_t)st.st_size;
	azk_step_begin(&p.step, "base", "checking the archive");
	ret = file_sha256(path, hex, hash_progress, &p);
	azk_step_end(&p.step, "checked %s", path);
	if (!ret) {
		buf_adds(&now, hex);
		ret = file_write(stamp, now.s, now.len);
	}
done:
	buf_free(&now);
	buf_free(&old);
	free(stamp);
	return ret;
}

/* One line for a file with the wrong content. */
static int wrong(const char *path, const struct lock_file *f, const char *hex,
		 const char *todo)
{
	struct buf size = BUF_INIT;
	int64_t have = file_size(path);

	if (f->size && have != f->size)
		buf_addf(&size, " (%s: %" PRId64 " of %" PRId64 " bytes)",
			 have < f->size ? "truncated" : "too long", have, f->size);
	azk_err(AZK_EX_INPUT, path, todo, "sha256 is %s, expected %s%s", hex,
		f->sha256, buf_str(&size));
	buf_free(&size);
	return AZK_EX_INPUT;
}

#define TODO_REPLACE "remove it, or name a good copy with KERNEL_TARBALL=FILE"

/*
 * Check @path against @f, or against @alt when that is not NULL and fits.
 * An @f without a hash is passed with a note.
 */
static int check(const char *path, const struct lock_file *f,
		 const struct lock_file *alt, const char *todo)
{
	char hex[SHA256_HEX];
	int ret = hash_cached(path, hex);

	if (ret)
		return ret;
	if (!f->sha256) {
		fprintf(stderr, "azk: %s: unpinned, sha256 %s\n", path, hex);
		return AZK_OK;
	}
	if (!strcmp(hex, f->sha256) ||
	    (alt && alt->sha256 && !strcmp(hex, alt->sha256)))
		return AZK_OK;
	return wrong(path, f, hex, todo);
}

/* 2. Where may it be? */

struct want {
	const struct lock *lock;
	const char *version;
	struct lock_file f;		/* what we look for */
	struct lock_file up;		/* kernel.org's form, .file NULL: none */
	const char *var;		/* "KERNEL_TARBALL": the user's own copy; NULL: none */
	const char *given;		/* its value, or NULL */
	struct buf tried;		/* what was tried in vain, for the message */
};

static int resolved(const char *path, struct buf *out)
{
	char real[PATH_MAX];

	if (!realpath(path, real))
		return azk_err(AZK_EX_SYSTEM, path, NULL, "%s", strerror(errno));
	buf_adds(out, real);
	return AZK_OK;
}

static int use_given(const struct want *w, struct buf *path)
{
	struct stat st;
	char *todo = xasprintf("%s= must name %s%s%s", w->var, w->f.file,
			       w->up.file ? " or " : "", w->up.file ? w->up.file : "");
	int ret;

	if (stat(w->given, &st) || !S_ISREG(st.st_mode))
		ret = azk_err(AZK_EX_NOFILE, w->given, todo, "no such file, expected sha256 %s",
			      w->f.sha256);
	else
		ret = resolved(w->given, path);
	if (!ret)
		ret = check(buf_str(path), &w->f, &w->up, todo);
	free(todo);
	return ret;
}

/* AZK_EX_NOFILE, silently, when @dir has neither form. */
static int use_dir(struct want *w, const char *dir, const char *label,
		   struct buf *path)
{
	const struct lock_file *forms[] = { &w->f, &w->up };

	for (int i = 0; i < 2; i++) {
		char *p = forms[i]->file ? xasprintf("%s/%s", dir, forms[i]->file) : NULL;
		int ret = AZK_EX_NOFILE;

		if (p && file_exists(p)) {
			ret = resolved(p, path);
			if (!ret)
				ret = check(buf_str(path), forms[i], NULL, TODO_REPLACE);
		}
		free(p);
		if (ret != AZK_EX_NOFILE)
			return ret;
	}
	buf_addf(&w->tried, "%s%s", w->tried.len ? ", " : "", label);
	return AZK_EX_NOFILE;
}

/*
 * Download @url into dl/, check, and only then give it its name. AZK_EX_NOFILE
 * when it cannot be had, with the reason added to @w->tried.
 */
static int download(struct want *w, const char *url, const struct lock_file *f,
		    const char *label, struct buf *path)
{
	char *to = xasprintf(DL_DIR "/%s", f->file), *part = xasprintf("%s.part", to);
	struct buf why = BUF_INIT;
	char hex[SHA256_HEX];
	int ret = file_mkdirs(DL_DIR);

	if (ret)
		goto done;
	switch (fetch(url, part, f->size, &why)) {
	case FETCH_OK:
		ret = file_sha256(part, hex, NULL, NULL);
		break;
	case FETCH_ABSENT:
		buf_addf(&w->tried, ", %s (not there: pools drop old versions)", label);
		ret = AZK_EX_NOFILE;
		break;
	case FETCH_FAILED:
		buf_addf(&w->tried, ", %s (%s)", label, buf_str(&why));
		ret = AZK_EX_NOFILE;
		break;
	}
	if (ret)
		goto done;
	if (f->sha256 && strcmp(hex, f->sha256)) {
		ret = wrong(part, f, hex,
			    "it was removed; try again, or name a good copy with "
			    "KERNEL_TARBALL=FILE");
		unlink(part);
		goto done;
	}
	if (rename(part, to))
		ret = azk_err(AZK_EX_SYSTEM, to, NULL, "rename: %s", strerror(errno));
	else
		ret = resolved(to, path);
	if (!ret)
		ret = check(buf_str(path), f, NULL, TODO_REPLACE);
done:
	buf_free(&why);
	free(part);
	free(to);
	return ret;
}

static int use_pool(struct want *w, struct buf *path)
{
	struct strv mirrors = STRV_INIT;
	int ret = AZK_EX_NOFILE;

	if (!w->f.pool)
		return ret;
	fetch_mirrors(&mirrors);
	if (!mirrors.n)
		buf_adds(&w->tried, ", the Debian pool (apt knows no Debian mirror; "
			 "'make setup' updates its lists)");
	for (size_t i = 0; i < mirrors.n && ret == AZK_EX_NOFILE; i++) {
		char *url = xasprintf("%spool/%s/%s", mirrors.v[i], w->f.pool, w->f.file);
		char *label = xasprintf("%spool/%s", mirrors.v[i], w->f.pool);

		ret = download(w, url, &w->f, label, path);
		free(label);
		free(url);
	}
	strv_free(&mirrors);
	return ret;
}

static int use_kernelorg(struct want *w, struct buf *path)
{
	struct buf url = BUF_INIT, why = BUF_INIT;
	struct lock_file f = w->up;
	char hex[SHA256_HEX];
	int ret;

	if (!f.file)
		return AZK_EX_NOFILE;
	ret = kernelorg_sha256(w->lock, w->version, f.file, hex, &why);
	if (ret == AZK_EX_CHECK) {
		azk_err(ret, "kernel.org", "or name a good copy with KERNEL_TARBALL=FILE",
			"%s", buf_str(&why));
	} else if (ret) {
		buf_addf(&w->tried, ", kernel.org (%s)", buf_str(&why));
		ret = AZK_EX_NOFILE;
	}
	if (!ret && f.sha256 && strcmp(hex, f.sha256))
		ret = azk_err(AZK_EX_CHECK, f.file, NULL,
			      "kernel.org signs sha256 %s, base.lock expects %s", hex,
			      f.sha256);
	if (!ret) {
		f.sha256 = hex;
		kernelorg_folder(w->version, &url);
		buf_addf(&url, "/%s", f.file);
		ret = download(w, buf_str(&url), &f, "kernel.org", path);
	}
	buf_free(&url);
	buf_free(&why);
	return ret;
}

static int find(struct want *w, struct buf *path)
{
	const char *dir = getenv("KERNEL_DL_DIR");
	int ret = AZK_EX_NOFILE;

	if (w->given && *w->given)
		return use_given(w, path);
	if (dir && *dir)
		ret = use_dir(w, dir, dir, path);
	if (ret == AZK_EX_NOFILE)
		ret = use_dir(w, DL_DIR, DL_DIR "/", path);
	if (ret == AZK_EX_NOFILE)
		ret = use_pool(w, path);
	if (ret == AZK_EX_NOFILE)
		ret = use_kernelorg(w, path);
	if (ret == AZK_EX_NOFILE)
		azk_err(ret, w->f.file, NULL,
			"not found; %s%s%sput it into " DL_DIR "/ "
			"(expected sha256 %s; looked in %s)", w->var ? "give it with " : "",
			w->var ? w->var : "", w->var ? "=FILE, or " : "",
			w->f.sha256 ? w->f.sha256 : "unknown", buf_str(&w->tried));
	return ret;
}

int base_find(const char *version, struct buf *path)
{
	struct want w = { .tried = BUF_INIT };
	char *file = NULL, *up = NULL;
	struct lock l;
	int ret = lock_read(LOCK_PATH, &l);

	if (ret)
		goto done;
	w.lock = &l;
	if (!version || !strcmp(version, l.version)) {
		w.version = l.version;
		w.f = l.base;
		w.up = l.upstream;
		w.var = "KERNEL_TARBALL";
		w.given = getenv(w.var);
	} else if (!lock_version_ok(version)) {
		ret = azk_err(AZK_EX_USAGE, NULL, "such as 6.18.12",
			      "'%s' is not a kernel version", version);
		goto done;
	} else {
		w.version = version;
		file = xasprintf("linux_%s.orig.tar.xz", version);
		up = xasprintf("linux-%s.tar.xz", version);
		w.f = (struct lock_file){ .file = file, .pool = l.base.pool };
		w.up.file = up;
		for (size_t i = 0; i < l.n_also; i++)
			if (!strcmp(l.also[i].version, version))
				w.f = l.also[i].f;
	}
	ret = find(&w, path);
done:
	buf_free(&w.tried);
	free(file);
	free(up);
	lock_free(&l);
	return ret;
}

int base_find_peer(const char *name, struct buf *path)
{
	struct want w = { .tried = BUF_INIT };
	size_t i = 0;
	struct lock l;
	int ret = lock_read(LOCK_PATH, &l);

	w.lock = &l;
	while (!ret && name && i < l.n_peer && strcmp(l.peer[i].name, name))
		i++;
	if (!ret && i == l.n_peer)
		ret = azk_err(AZK_EX_NOFILE, LOCK_PATH, "'azk base peers' lists the names",
			      "no peer%s%s is pinned", name ? " " : "", name ? name : "");
	if (!ret) {
		w.f = l.peer[i].f;
		w.var = i ? NULL : "KERNEL_PEER";
		w.given = i ? NULL : getenv("KERNEL_PEER");
		ret = find(&w, path);
	}
	buf_free(&w.tried);
	lock_free(&l);
	return ret;
}

static int list_peers(void)
{
	struct lock l;
	int ret = lock_read(LOCK_PATH, &l);

	for (size_t i = 0; !ret && i < l.n_peer; i++)
		printf("%s\n", l.peer[i].name);
	lock_free(&l);
	return ret;
}

/* 3. The subcommand. */

int cmd_base(int argc, char **argv)
{
	const char *version = NULL, *top = getenv("AZK_TOP");
	const struct opt opts[] = {
		{ "version", "V", "another version than the pinned one", OPT_STR, &version },
		{ 0 }
	};
	const struct opt_usage usage = {
		.cmd = "azk base", .args = "path|peer [NAME]|peers",
		.what = "Find the pinned archive (path) or a distributor's prebuilt kernel (peer;\n"
			"without a NAME the first that base.lock has), check its hash, fetch it\n"
			"when needed, print where it is. 'peers' prints the names.\n"
			"Looked for in this order: KERNEL_TARBALL= (the first peer: KERNEL_PEER=),\n"
			"$KERNEL_DL_DIR, dl/, the Debian pool of apt's mirror, kernel.org.",
		.example = "  azk base path\n"
			   "  KERNEL_TARBALL=~/linux_6.18.15.orig.tar.xz azk base path\n"
			   "  azk base path --version 6.18.12\n"
			   "  azk base peer debian-cloud-6.1",
		.opts = opts,
	};
	struct buf path = BUF_INIT;
	int nargs, rest, ret;

	ret = opt_parse(&usage, argc, argv, &nargs, &rest);
	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs < 1 || nargs > 2 || (strcmp(argv[1], "peer") && nargs == 2) ||
	    (strcmp(argv[1], "path") && strcmp(argv[1], "peer") && strcmp(argv[1], "peers")))
		return opt_bad(&usage, "wants 'path', 'peer' or 'peers'");
	if (version && strcmp(argv[1], "path"))
		return opt_bad(&usage, "--version goes with 'path'");
	if (top && *top && chdir(top))
		return azk_err(AZK_EX_NOFILE, top, "set AZK_TOP to the project's top",
			       "%s", strerror(errno));
	if (!strcmp(argv[1], "peers"))
		return list_peers();
	ret = strcmp(argv[1], "peer") ? base_find(version, &path) :
	      base_find_peer(nargs == 2 ? argv[2] : NULL, &path);
	if (!ret)
		puts(buf_str(&path));
	buf_free(&path);
	return ret;
}
