// SPDX-License-Identifier: GPL-2.0-only
/* Look a module up by name and list its dependencies, deepest first. */
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "file.h"
#include "moddep.h"
#include "msg.h"

/* Whether the file of @path ("kernel/fs/xfs/xfs.ko.zst") holds module @name. */
static bool is_module(const char *path, size_t len, const char *name)
{
	size_t n = strlen(name), at = len;

	while (at && path[at - 1] != '/')
		at--;
	if (len - at < n + 3 || strncmp(path + at + n, ".ko", 3))
		return false;
	for (size_t i = 0; i < n; i++) {
		char a = path[at + i] == '-' ? '_' : path[at + i];
		char b = name[i] == '-' ? '_' : name[i];

		if (a != b)
			return false;
	}
	return true;
}

static bool built_in(const char *dir, const char *name)
{
	char *path = xasprintf("%s/modules.builtin", dir);
	struct buf text = BUF_INIT;
	bool found = false;
	struct lines l;

	if (file_exists(path) && !file_read(path, &text)) {
		lines_init(&l, path, buf_str(&text));
		while (lines_next(&l))
			found |= is_module(l.line, strlen(l.line), name);
	}
	buf_free(&text);
	free(path);
	return found;
}

size_t moddep_unpacked(const char *file)
{
	size_t n = strlen(file), at = n;

	while (at && file[at - 1] != '/')
		at--;
	for (; at + 3 <= n; at++)
		if (!strncmp(file + at, ".ko", 3) && (!file[at + 3] || file[at + 3] == '.'))
			return at + 3;
	return n;
}

static void add(struct strv *files, struct buf *list, const char *file,
		const char *params)
{
	if (strv_has(files, file))
		return;
	strv_add(files, file);
	buf_addf(list, "/azk/lib/%.*s%s%s\n", (int)moddep_unpacked(file), file,
		 *params ? " " : "", params);
}

/* "FILE: DEP DEP ...", the last of which is needed by the ones before it. */
static void add_line(struct strv *files, struct buf *list, char *line,
		     const char *params)
{
	char *colon = strchr(line, ':');
	struct strv deps = STRV_INIT;

	*colon = '\0';
	strv_split(&deps, colon + 1, " ");
	for (size_t i = deps.n; i-- > 0; )
		add(files, list, deps.v[i], "");
	add(files, list, line, params);
	strv_free(&deps);
}

int moddep_order(const char *dir, const char *spec, struct strv *files,
		 struct buf *list)
{
	size_t n = strcspn(spec, " ");
	char *name = xstrndup(spec, n), *path = xasprintf("%s/modules.dep", dir);
	const char *params = spec + n + (spec[n] == ' ');
	struct buf text = BUF_INIT;
	bool found = false;
	struct lines l;
	int ret = file_read(path, &text);

	lines_init(&l, path, buf_str(&text));
	while (!ret && !found && lines_next(&l)) {
		char at[4096];

		if (!strchr(l.line, ':')) {
			ret = azk_err(AZK_EX_INPUT,
				      azk_at(at, sizeof(at), path, l.no),
				      "run depmod", "no ':' in '%s'", l.line);
			break;
		}
		found = is_module(l.line, strcspn(l.line, ":"), name);
		if (found)
			add_line(files, list, l.line, params);
	}
	lines_done(&l);
	if (!ret && !found && !built_in(dir, name))
		ret = azk_err(AZK_EX_NOFILE, name, "see modules.dep for the names",
			      "no such module in %s", dir);
	buf_free(&text);
	free(name);
	free(path);
	return ret;
}
