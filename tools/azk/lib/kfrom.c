// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a target down to sources: archives to their members, links to their
 * objects, objects to source and headers, generated sources to what is in them.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "elfsec.h"
#include "exit.h"
#include "file.h"
#include "kcmd.h"
#include "kfrom.h"
#include "msg.h"

/* Objects that take in another file as it is (.incbin), which no .cmd tells. */
static const struct { const char *object, *holds; } incbin[] = {
	{ "arch/x86/realmode/rmpiggy.o", "arch/x86/realmode/rm/realmode.elf" },
	{ "arch/x86/purgatory/kexec-purgatory.o", "arch/x86/purgatory/purgatory.ro" },
};

/* What a kernel is linked from, by its makers: scripts/Makefile.vmlinux_o,
 * scripts/link-vmlinux.sh; and what unpacks it, arch/x86/boot/Makefile. */
static const char *const parts[] = {
	"vmlinux.o", "init/version-timestamp.o", ".vmlinux.export.o", NULL,
};
static const char *const unpacker[] = {
	"arch/x86/boot/compressed/vmlinux", "arch/x86/boot/setup.elf", NULL,
};

struct walk {
	struct kfrom *k;
	struct strset *sources;
	struct strset done;	/* targets */
	const char *image;	/* ELF file that is linked from them, or NULL */
};

int kfrom_init(struct kfrom *k, const char *build, const char *source)
{
	const struct strset empty = STRSET_INIT;

	*k = (struct kfrom){ realpath(build, NULL), realpath(source, NULL), empty, empty, empty,
			     NULL };
	if (!k->build)
		return azk_err(AZK_EX_NOFILE, build, "run 'make build'", "no such build directory");
	if (!k->source)
		return azk_err(AZK_EX_NOFILE, source, "run 'make tree'",
			       "no such source directory");
	return AZK_OK;
}

void kfrom_free(struct kfrom *k)
{
	strset_free(&k->headers);
	strset_free(&k->seen);
	strset_free(&k->linked);
	free(k->build);
	free(k->source);
	*k = (struct kfrom){ 0 };
}

char *kfrom_path(const struct kfrom *k, const char *name)
{
	if (str_starts(name, "s/"))
		return xasprintf("%s/%s", k->source, name + 2);
	if (str_starts(name, "b/"))
		return xasprintf("%s/%s", k->build, name + 2);
	return xstrdup(name);
}

/* Remove ".", ".." and "//" from an absolute path, in place. */
static void flatten(char *path)
{
	char *out = path;

	for (const char *s = path; *s; ) {
		const char *end = s + 1 + strcspn(s + 1, "/");
		size_t n = (size_t)(end - s);

		if (n == 3 && !strncmp(s, "/..", 3)) {
			while (out > path && *--out != '/')
				;
		} else if (n > 1 && !(n == 2 && s[1] == '.')) {
			memmove(out, s, n);
			out += n;
		}
		s = end;
	}
	*out = '\0';
}

/* The name, as in kfrom.h, of a file that a .cmd in the build calls @raw. */
static char *name_of(const struct kfrom *k, const char *raw)
{
	char *path = *raw == '/' ? xstrdup(raw) : xasprintf("%s/%s", k->build, raw);
	size_t b = strlen(k->build), s = strlen(k->source);
	bool in_build, in_source;
	char *name;

	flatten(path);
	in_build = !strncmp(path, k->build, b) && path[b] == '/';
	in_source = !strncmp(path, k->source, s) && path[s] == '/';
	/* of two folders one of which lies in the other, the inner one */
	if (in_source && (!in_build || s > b))
		name = xasprintf("s/%s", path + s + 1);
	else if (in_build)
		name = xasprintf("b/%s", path + b + 1);
	else
		name = xstrdup(path);
	free(path);
	return name;
}

static int follow(struct walk *w, const char *target, int depth);

/* Words of a command that are linked or wrapped into what it makes. */
static bool is_input(const char *word)
{
	static const char *const ends[] = { ".o", ".a", ".so", ".so.dbg", ".ro", ".elf" };

	for (size_t i = 0; *word != '-' && i < sizeof(ends) / sizeof(*ends); i++)
		if (str_ends(word, ends[i]))
			return true;
	return false;
}

/* A list of objects, one a line: "@drivers/hv/hv_vmbus.mod". */
static int follow_list(struct walk *w, const char *file, int depth)
{
	char *path = xasprintf("%s/%s", w->k->build, file);
	struct buf b = BUF_INIT;
	struct strv objects = STRV_INIT;
	int ret = file_read(path, &b);

	if (!ret)
		strv_split(&objects, buf_str(&b), " \t\n");
	for (size_t i = 0; i < objects.n && !ret; i++)
		ret = follow(w, objects.v[i], depth + 1);
	strv_free(&objects);
	buf_free(&b);
	free(path);
	return ret;
}

static int follow_words(struct walk *w, const struct kcmd *c, const char *target, int depth)
{
	int ret = AZK_OK;

	for (size_t i = 0; i < c->words.n && !ret; i++) {
		const char *word = c->words.v[i];

		if (!strcmp(word, target) || (i && !strcmp(c->words.v[i - 1], "-o")))
			continue;
		if (*word == '@' && str_ends(word, ".mod"))
			ret = follow_list(w, word + 1, depth);
		else if (is_input(word))
			ret = follow(w, word, depth + 1);
		else if (str_ends(word, ".asn1")) {	/* the compiler's own language */
			char *name = name_of(w->k, word);

			strset_add(w->sources, name);
			free(name);
		}
	}
	return ret;
}

static void add_linked(void *arg, const struct elfsec_sym *s)
{
	if (!s->undefined)
		strset_add(arg, s->name);
}

struct wanted { const struct strset *linked; bool all; };

static void look_linked(void *arg, const struct elfsec_sym *s)
{
	struct wanted *w = arg;

	if (!s->undefined && s->global && !s->weak && !strset_has(w->linked, s->name))
		w->all = false;
}

/*
 * Of a library the linker takes the members that something asks for. Those are
 * told by their symbols: all of them are in the image. Without it every member
 * counts.
 */
static int is_linked(struct walk *w, const char *object, bool *yes)
{
	char *image = xasprintf("%s/%s", w->k->build, w->image);
	char *path = xasprintf("%s/%s", w->k->build, object);
	struct wanted want = { &w->k->linked, true };
	struct elfsec e;
	int ret = AZK_OK;

	if (w->k->linked_of != w->image) {
		strset_free(&w->k->linked);
		w->k->linked_of = w->image;
		if (file_exists(image)) {
			ret = elfsec_open(image, &e);
			if (!ret)
				elfsec_symbols(&e, add_linked, &w->k->linked);
			elfsec_close(&e);
		}
	}
	if (!ret && w->k->linked.all.n) {
		ret = elfsec_open(path, &e);
		if (!ret)
			elfsec_symbols(&e, look_linked, &want);
		elfsec_close(&e);
	}
	*yes = want.all;
	free(path);
	free(image);
	return ret;
}

static int follow_archive(struct walk *w, const char *target, int depth)
{
	char *path = xasprintf("%s/%s", w->k->build, target);
	const char *slash = strrchr(target, '/');
	int dir = slash ? (int)(slash + 1 - target) : 0;
	struct strv members = STRV_INIT;
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	if (!ret)
		ret = kcmd_members(path, b.s, b.len, &members);
	for (size_t i = 0; i < members.n && !ret; i++) {
		char *object = xasprintf("%.*s%s", dir, target, members.v[i]);
		bool yes = true;

		if (w->image && str_ends(target, "/lib.a"))
			ret = is_linked(w, object, &yes);
		if (!ret && yes)
			ret = follow(w, object, depth + 1);
		free(object);
	}
	strv_free(&members);
	buf_free(&b);
	free(path);
	return ret;
}

static int follow_source(struct walk *w, const struct kcmd *c, int depth)
{
	char *name = name_of(w->k, c->source);
	int ret = AZK_OK;

	strset_add(w->sources, name);
	for (size_t i = 0; i < c->deps.n; i++) {
		char *dep;

		if (!strset_add(&w->k->seen, c->deps.v[i]))
			continue;
		dep = name_of(w->k, c->deps.v[i]);
		strset_add(&w->k->headers, dep);
		free(dep);
	}
	/* generated: from other objects, perhaps (vdso2c) */
	if (str_starts(name, "b/") && kcmd_exists(w->k->build, name + 2))
		ret = follow(w, name + 2, depth + 1);
	free(name);
	return ret;
}

static int follow(struct walk *w, const char *target, int depth)
{
	struct kcmd c;
	int ret;

	while (str_starts(target, "./"))
		target += 2;
	if (!strset_add(&w->done, target))
		return AZK_OK;
	if (depth > 64)
		return azk_err(AZK_EX_INPUT, target, "build it again", "is made from itself");
	if (str_ends(target, ".a"))
		return follow_archive(w, target, depth);
	ret = kcmd_read(w->k->build, target, &c);
	if (!ret && c.source)
		ret = follow_source(w, &c, depth);
	else if (!ret)
		ret = follow_words(w, &c, target, depth);
	for (size_t i = 0; i < sizeof(incbin) / sizeof(*incbin) && !ret; i++)
		if (!strcmp(target, incbin[i].object))
			ret = follow(w, incbin[i].holds, depth + 1);
	kcmd_free(&c);
	return ret;
}

/* Each of @list that was built; the first must have been. */
static int follow_each(struct walk *w, const char *const *list)
{
	int ret = AZK_OK;

	for (size_t i = 0; list[i] && !ret; i++)
		if (!i || kcmd_exists(w->k->build, list[i]))
			ret = follow(w, list[i], 0);
	return ret;
}

int kfrom_target(struct kfrom *k, const char *target, struct strset *sources)
{
	struct walk w = { k, sources, STRSET_INIT, NULL };
	int ret;

	if (!strcmp(target, "vmlinux") || !strcmp(target, "bzImage")) {
		w.image = "vmlinux";
		ret = follow_each(&w, parts);
		w.image = unpacker[0];
		if (!ret && *target == 'b')
			ret = follow_each(&w, unpacker);
	} else {
		ret = follow(&w, target, 0);
	}
	strset_free(&w.done);
	return ret;
}
