// SPDX-License-Identifier: GPL-2.0-only
/* One side of a comparison: find its files, read them. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi.h"
#include "elfsec.h"
#include "exit.h"
#include "file.h"
#include "msg.h"
#include "unpack.h"

/* The first of @names that is in @dir, or NULL; the caller frees it. */
static char *first_of(const char *dir, const char *const *names)
{
	for (; *names; names++) {
		char *path = xasprintf("%s/%s", dir, *names);

		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

static char *read_release(const char *dir)
{
	static const char *const names[] = {
		"include/config/kernel.release", "build/include/config/kernel.release", NULL,
	};
	char *path = first_of(dir, names), *release = NULL;
	struct buf b = BUF_INIT;

	if (path && !file_read(path, &b) && b.len)
		release = xstrdup(str_trim(b.s));
	buf_free(&b);
	free(path);
	return release;
}

static int find_in_folder(const char *dir, struct abi_side *s)
{
	static const char *const symvers[] = {
		"Module.symvers", "symvers", "symvers.zst", "symvers.xz", "symvers.gz",
		"build/Module.symvers", NULL,
	};
	static const char *const btf[] = { "vmlinux", "vmlinux.btf", "build/vmlinux", NULL };

	s->symvers_path = first_of(dir, symvers);
	s->btf_path = first_of(dir, btf);
	s->release = read_release(dir);
	if (!s->symvers_path && !s->btf_path)
		return azk_err(AZK_EX_NOFILE, dir,
			       "give a finished build, a -devel package, or one of these files",
			       "has no Module.symvers, symvers.zst or vmlinux");
	return AZK_OK;
}

/* A file is what it begins with. */
static int sort_file(const char *path, struct abi_side *s)
{
	unsigned char magic[4] = { 0 };
	FILE *f = fopen(path, "re");

	if (!f)
		return azk_err(AZK_EX_NOFILE, path, NULL, "cannot be opened");
	if (fread(magic, 1, 4, f) == 4 && (!memcmp(magic, "\177ELF", 4) ||
					   !memcmp(magic, "\x9f\xeb\x01", 3)))
		s->btf_path = xstrdup(path);
	else
		s->symvers_path = xstrdup(path);
	fclose(f);
	return AZK_OK;
}

static int read_elf_btf(struct abi_side *s)
{
	struct elfsec e;
	const void *data;
	size_t len;
	int ret = elfsec_open(s->btf_path, &e);

	if (!ret && elfsec_find(&e, ".BTF", &data, &len)) {
		ret = btf_parse(s->btf_path, data, len, NULL, &s->btf);
		if (!ret)
			layouts_of(&s->btf, &s->lay);
	} else if (!ret && !s->symvers_path) {
		ret = azk_err(AZK_EX_INPUT, s->btf_path, "build with 'make DEBUG_INFO=1'",
			      "has no section .BTF");
	}
	elfsec_close(&e);
	return ret;
}

static int read_btf(struct abi_side *s)
{
	struct buf b = BUF_INIT;
	unsigned char magic[3] = { 0 };
	FILE *f = fopen(s->btf_path, "re");
	int ret;

	if (f && fread(magic, 1, 3, f) != 3)
		magic[0] = 0;
	if (f)
		fclose(f);
	if (memcmp(magic, "\x9f\xeb\x01", 3))
		return read_elf_btf(s);
	ret = file_read(s->btf_path, &b);
	if (!ret)
		ret = btf_parse(s->btf_path, b.s, b.len, NULL, &s->btf);
	if (!ret)
		layouts_of(&s->btf, &s->lay);
	buf_free(&b);
	return ret;
}

int abi_side_read(const char *path, struct abi_side *s)
{
	struct stat st;
	int ret;

	*s = (struct abi_side){ .path = xstrdup(path) };
	if (stat(path, &st))
		return azk_err(AZK_EX_NOFILE, path, NULL, "no such file or folder");
	ret = S_ISDIR(st.st_mode) ? find_in_folder(path, s) : sort_file(path, s);
	if (!ret && s->symvers_path)
		ret = symvers_read(s->symvers_path, &s->sym);
	if (!ret && s->btf_path)
		ret = read_btf(s);
	return ret;
}

void abi_side_free(struct abi_side *s)
{
	layouts_free(&s->lay);
	btf_free(&s->btf);
	symvers_free(&s->sym);
	free(s->path);
	free(s->release);
	free(s->symvers_path);
	free(s->btf_path);
	*s = (struct abi_side){ 0 };
}
