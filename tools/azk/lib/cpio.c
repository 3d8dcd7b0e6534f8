// SPDX-License-Identifier: GPL-2.0-only
/* Entries in, archive out. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpio.h"
#include "exit.h"
#include "file.h"
#include "msg.h"

#define PERM(mode)	((mode) & 07777)

static struct cpio_entry *find(struct cpio *c, const char *path)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->e[i].path, path))
			return &c->e[i];
	return NULL;
}

static struct cpio_entry *entry(struct cpio *c, const char *path, uint32_t mode)
{
	struct cpio_entry *e = find(c, path);

	if (!e) {
		if (c->n == c->cap) {
			c->cap = c->cap ? c->cap * 2 : 32;
			c->e = xrealloc(c->e, c->cap * sizeof(*c->e));
		}
		e = &c->e[c->n++];
		*e = (struct cpio_entry){ .path = xstrdup(path) };
	}
	free(e->data);
	e->data = NULL;
	e->len = 0;
	e->major = e->minor = 0;
	e->mode = mode;
	return e;
}

/* Entry for @path with its parents there. */
static struct cpio_entry *put(struct cpio *c, const char *path, uint32_t mode)
{
	char *clean, *slash;
	struct cpio_entry *e;

	path += strspn(path, "/");
	clean = xstrdup(path);
	for (slash = strchr(clean, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (!find(c, clean))
			entry(c, clean, S_IFDIR | 0755);
		*slash = '/';
	}
	while (*clean && clean[strlen(clean) - 1] == '/')
		clean[strlen(clean) - 1] = '\0';
	e = entry(c, clean, mode);
	free(clean);
	return e;
}

static void content(struct cpio_entry *e, const void *data, size_t len)
{
	e->data = xcalloc(len + 1, 1);
	e->len = len;
	if (len)
		memcpy(e->data, data, len);
}

void cpio_dir(struct cpio *c, const char *path, uint32_t perm)
{
	put(c, path, S_IFDIR | PERM(perm));
}

void cpio_file(struct cpio *c, const char *path, uint32_t perm,
	       const void *data, size_t len)
{
	content(put(c, path, S_IFREG | PERM(perm)), data, len);
}

void cpio_link(struct cpio *c, const char *path, const char *target)
{
	content(put(c, path, S_IFLNK | 0777), target, strlen(target));
}

void cpio_chardev(struct cpio *c, const char *path, uint32_t perm,
		  uint32_t major, uint32_t minor)
{
	struct cpio_entry *e = put(c, path, S_IFCHR | PERM(perm));

	e->major = major;
	e->minor = minor;
}

static int add_dir(struct cpio *c, const char *host, const char *path, uint32_t perm)
{
	struct dirent **all;
	int n, ret = AZK_OK;

	cpio_dir(c, path, perm);
	n = scandir(host, &all, NULL, alphasort);
	if (n < 0)
		return azk_err(AZK_EX_SYSTEM, host, NULL, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = all[i]->d_name;
		char *h = xasprintf("%s/%s", host, name);
		char *p = xasprintf("%s/%s", path, name);

		if (!ret && strcmp(name, ".") && strcmp(name, ".."))
			ret = cpio_add_host(c, h, p);
		free(h);
		free(p);
		free(all[i]);
	}
	free(all);
	return ret;
}

int cpio_add_host(struct cpio *c, const char *host, const char *path)
{
	char target[PATH_MAX];
	struct buf data = BUF_INIT;
	struct stat st;
	ssize_t n;
	int ret;

	if (lstat(host, &st))
		return errno == ENOENT || errno == ENOTDIR ?
		       azk_err(AZK_EX_NOFILE, host, NULL, "no such file") :
		       azk_err(AZK_EX_SYSTEM, host, NULL, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_dir(c, host, path, st.st_mode);
	if (S_ISLNK(st.st_mode)) {
		n = readlink(host, target, sizeof(target) - 1);
		if (n < 0)
			return azk_err(AZK_EX_SYSTEM, host, NULL, "%s", strerror(errno));
		target[n] = '\0';
		cpio_link(c, path, target);
		return AZK_OK;
	}
	if (!S_ISREG(st.st_mode))
		return azk_err(AZK_EX_INPUT, host, "add files, links and directories",
			       "neither file, link nor directory");
	ret = file_read(host, &data);
	if (!ret && data.len > UINT32_MAX)
		ret = azk_err(AZK_EX_INPUT, host, NULL, "larger than 4 GiB");
	if (!ret)
		cpio_file(c, path, st.st_mode, data.s, data.len);
	buf_free(&data);
	return ret;
}

static void pad(struct buf *out)
{
	static const char zeros[4];

	buf_add(out, zeros, -out->len & 3);
}

/*
 * One record. Fields of eight hex digits: inode, mode, owner, group, links,
 * time, size, device of the file (two), device node (two), length of the name
 * with its NUL, and a checksum this format does not use.
 */
static void record(struct buf *out, const struct cpio_entry *e, uint32_t inode)
{
	buf_addf(out, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 inode, e->mode, 0, 0, S_ISDIR(e->mode) ? 2 : 1, 0,
		 (uint32_t)e->len, 0, 0, e->major, e->minor,
		 (uint32_t)strlen(e->path) + 1, 0);
	buf_add(out, e->path, strlen(e->path) + 1);
	pad(out);
	buf_add(out, e->data, e->len);
	pad(out);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cpio_entry *)a)->path,
		      ((const struct cpio_entry *)b)->path);
}

void cpio_write(struct cpio *c, struct buf *out)
{
	static char last[] = "TRAILER!!!";
	const struct cpio_entry end = { .path = last };

	/* byte order puts a directory before what is in it */
	if (c->n)
		qsort(c->e, c->n, sizeof(*c->e), by_path);
	pad(out);
	for (size_t i = 0; i < c->n; i++)
		record(out, &c->e[i], (uint32_t)i + 1);
	record(out, &end, 0);
}

void cpio_free(struct cpio *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->e[i].path);
		free(c->e[i].data);
	}
	free(c->e);
	*c = (struct cpio)CPIO_INIT;
}
