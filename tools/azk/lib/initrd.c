// SPDX-License-Identifier: GPL-2.0-only
/* What goes into a guest's initramfs, as files of tools/guest/protocol.h. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../guest/protocol.h"
#include "beside.h"
#include "cpio.h"
#include "exit.h"
#include "file.h"
#include "initrd.h"
#include "moddep.h"
#include "msg.h"
#include "run.h"

static const char *const applets[] = { AZK_APPLETS };

static int add_init(struct cpio *c, const struct initrd *i)
{
	char *path = i->init ? xstrdup(i->init) : beside_azk("AZK_INIT", "init");
	const char *dir = i->base ? AZK_APPLET_DIR : "/bin";
	struct buf data = BUF_INIT;
	int ret;

	if (!file_exists(path)) {
		ret = azk_err(AZK_EX_NOFILE, path, "build it with 'make guest'",
			      "the guest's init is not there");
		free(path);
		return ret;
	}
	ret = file_read(path, &data);
	free(path);
	cpio_file(c, AZK_INIT_PATH, 0755, data.s, data.len);
	buf_free(&data);
	for (size_t a = 0; a < sizeof(applets) / sizeof(*applets); a++) {
		char *link = xasprintf("%s/%s", dir, applets[a]);

		cpio_link(c, link, AZK_INIT_PATH);
		free(link);
	}
	return ret;
}

static void add_command(struct cpio *c, const struct initrd *i)
{
	struct buf words = BUF_INIT;

	for (char *const *w = i->command; w && *w; w++)
		buf_add(&words, *w, strlen(*w) + 1);
	if (words.len)
		cpio_file(c, AZK_CMD_FILE, 0644, words.s, words.len);
	if (i->interactive)
		cpio_file(c, AZK_TTY_FILE, 0644, "", 0);
	buf_free(&words);
}

/* What is needed before init has mounted devtmpfs; the kernel opens the first. */
static void add_nodes(struct cpio *c)
{
	cpio_chardev(c, "dev/console", 0600, 5, 1);
	cpio_chardev(c, "dev/null", 0666, 1, 3);
	cpio_dir(c, "proc", 0755);
	cpio_dir(c, "sys", 0755);
	cpio_dir(c, "tmp", 01777);
	cpio_dir(c, "run", 0755);
}

static int add_extra(struct cpio *c, const char *spec)
{
	char *host = xstrdup(spec), *colon = strrchr(host, ':');
	const char *guest = host;
	int ret;

	if (colon) {
		*colon = '\0';
		guest = colon + 1;
	}
	if (!*host || !*guest)
		ret = azk_err(AZK_EX_USAGE, "--add", "give HOST or HOST:GUEST",
			      "'%s' lacks a path", spec);
	else
		ret = cpio_add_host(c, host, guest);
	free(host);
	return ret;
}

/* The file of a module into the guest, unpacked. */
static int add_module(struct cpio *c, const char *dir, const char *file)
{
	static const struct { const char *end, *program; } packers[] = {
		{ "", NULL }, { ".xz", "xz" }, { ".zst", "zstd" }, { ".gz", "gzip" },
	};
	size_t n = moddep_unpacked(file), p;
	char *host = xasprintf("%s/%s", dir, file);
	char *guest = xasprintf("azk/lib/%.*s", (int)n, file);
	struct buf data = BUF_INIT;
	int ret = AZK_OK;

	for (p = 0; p < sizeof(packers) / sizeof(*packers) && strcmp(packers[p].end, file + n); p++)
		;
	if (p == sizeof(packers) / sizeof(*packers))
		ret = azk_err(AZK_EX_INPUT, host, "unpack it", "unknown packing '%s'", file + n);
	else if (!packers[p].program)
		ret = file_read(host, &data);
	else if (run_words(&data, packers[p].program, "-dc", host, NULL))
		ret = azk_err(AZK_EX_TOOL, host, NULL, "%s could not unpack it",
			      packers[p].program);
	if (!ret)
		cpio_file(c, guest, 0644, data.s, data.len);
	buf_free(&data);
	free(host);
	free(guest);
	return ret;
}

static int add_modules(struct cpio *c, const struct initrd *i)
{
	struct strv files = STRV_INIT;
	struct buf list = BUF_INIT;
	int ret = AZK_OK;

	if (!i->modules || !i->modules->n)
		return AZK_OK;
	if (!i->modules_dir)
		return azk_err(AZK_EX_NOFILE, i->modules->v[0],
			       "build them, or give --modules-dir",
			       "no modules.dep near the kernel");
	for (size_t m = 0; !ret && m < i->modules->n; m++)
		ret = moddep_order(i->modules_dir, i->modules->v[m], &files, &list);
	for (size_t f = 0; !ret && f < files.n; f++)
		ret = add_module(c, i->modules_dir, files.v[f]);
	if (!ret)
		cpio_file(c, AZK_MODULES_FILE, 0644, buf_str(&list), list.len);
	strv_free(&files);
	buf_free(&list);
	return ret;
}

int initrd_bytes(const struct initrd *i, struct buf *out)
{
	struct cpio c = CPIO_INIT;
	int ret = AZK_OK;

	if (i->base)
		ret = file_read(i->base, out);
	else
		add_nodes(&c);
	if (!ret)
		ret = add_init(&c, i);
	if (!ret)
		add_command(&c, i);
	for (size_t a = 0; !ret && i->add && a < i->add->n; a++)
		ret = add_extra(&c, i->add->v[a]);
	if (!ret)
		ret = add_modules(&c, i);
	if (!ret)
		cpio_write(&c, out);
	cpio_free(&c);
	return ret;
}

int initrd_build(const struct initrd *i, char **path, int *fd)
{
	struct buf data = BUF_INIT;
	size_t done = 0;
	ssize_t n;
	int ret;

	*path = NULL;
	*fd = -1;
	ret = initrd_bytes(i, &data);
	if (!ret) {
		/* memory, not a file: nothing to remove, however we end */
		*fd = memfd_create("azk-initrd", 0);
		while (*fd >= 0 && done < data.len) {
			n = write(*fd, data.s + done, data.len - done);
			if (n < 0 && errno != EINTR)
				break;
			done += n > 0 ? (size_t)n : 0;
		}
		if (*fd < 0 || done < data.len)
			ret = azk_err(AZK_EX_SYSTEM, "initrd", NULL, "%s",
				      strerror(errno));
		else
			*path = xasprintf("/proc/self/fd/%d", *fd);
	}
	buf_free(&data);
	return ret;
}

void initrd_free(char *path, int fd)
{
	free(path);
	if (fd >= 0)
		close(fd);
}
