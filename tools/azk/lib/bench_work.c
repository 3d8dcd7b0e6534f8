// SPDX-License-Identifier: GPL-2.0-only
/* See bench_work.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "bench_work.h"
#include "exit.h"
#include "file.h"
#include "hvimage.h"
#include "msg.h"

/* Where the host lies, so that its instructions are not the guest's. */
static int host_word(struct bench_work *w)
{
	struct hvimage image;
	char *path;
	int ret = hvimage_find(&path);

	if (!ret)
		ret = hvimage_read(path, &image);
	if (!ret)
		snprintf(w->host, sizeof(w->host), ",host=%x-%x-%x", image.entry, image.start,
			 image.end);
	free(path);
	return ret;
}

int bench_work_open(struct bench_work *w, bool hosted)
{
	memset(w, 0, sizeof(*w));
	w->plugin = beside_azk("AZK_INSNCOUNT", "insncount.so");
	if (!file_exists(w->plugin))
		return azk_err(AZK_EX_NOFILE, w->plugin,
			       "build it with 'make azk'", "the counting plugin is not there");
	strcpy(w->dir, "/tmp/azk-bench-XXXXXX");
	if (!mkdtemp(w->dir)) {
		*w->dir = '\0';
		return azk_err(AZK_EX_SYSTEM, "/tmp", NULL, "no directory can be made: %m");
	}
	w->marks = xasprintf("%s/marks", w->dir);
	w->log = xasprintf("%s/log", w->dir);
	w->script = xasprintf("%s/script", w->dir);
	w->plain = xasprintf("%s/plain", w->dir);
	for (int i = 0; i < 2; i++) {
		w->wire[i] = xasprintf("%s/wire%d", w->dir, i);
		w->peer[i] = xasprintf("%s/peer%d", w->dir, i);
	}
	return hosted ? host_word(w) : AZK_OK;
}

void bench_work_close(struct bench_work *w)
{
	char *files[] = { w->marks, w->log, w->script, w->plain, w->wire[0], w->wire[1],
			  w->peer[0], w->peer[1] };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (files[i])
			unlink(files[i]);
		free(files[i]);
	}
	if (*w->dir)
		rmdir(w->dir);
	free(w->plugin);
}

void bench_keep(const char *dir, const char *name, const char *what, const struct buf *text)
{
	char *plain, *path;

	if (!dir)
		return;
	plain = xstrdup(name);
	for (char *s = plain; *s; s++)
		if (*s == '/')
			*s = '-';
	path = xasprintf("%s/%s.%s", dir, plain, what);
	file_write(path, buf_str(text), text->len);
	free(path);
	free(plain);
}
