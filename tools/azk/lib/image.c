// SPDX-License-Identifier: GPL-2.0-only
/* An image in parts: the cut, the sections, the directories. */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "image.h"
#include "kernel.h"
#include "msg.h"
#include "run.h"

#define SETUP_SECTS	0x1f1	/* byte; 0 means 4 */
#define PAYLOAD_OFFSET	0x248	/* 32 bits, from the end of setup */
#define PAYLOAD_LENGTH	0x24c
#define PREF_ADDRESS	0x258	/* 64 bits */
#define INIT_SIZE	0x260	/* 32 bits */
#define SECTOR		512
#define HEADER_BYTES	65536

/* Packers by the first bytes of what they write, and a quick way to run them. */
static const struct packer {
	const char *name, *magic;
	size_t len;
	const char *argv[6];
} packers[] = {
	{ "zstd", "\x28\xb5\x2f\xfd", 4, { "zstd", "-q", "-9", "-c", NULL } },
	{ "gzip", "\x1f\x8b", 2, { "gzip", "-6", "-c", NULL } },
	{ "xz", "\xfd" "7zXZ", 5, { "xz", "-3", "-c", NULL } },
	{ "lzma", "\x5d\0\0", 3, { "xz", "--format=lzma", "-3", "-c", NULL } },
	{ "lz4", "\x02\x21\x4c\x18", 4, { "lz4", "-q", "-l", "-c", NULL } },
	{ "bzip2", "BZh", 3, { "bzip2", "-c", NULL } },
	{ "lzo", "\x89LZO", 4, { "lzop", "-c", NULL } },
};

#define NR_PACKERS	(sizeof(packers) / sizeof(*packers))
#define MAGIC_BYTES	16

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const char *packer_of(const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < NR_PACKERS; i++)
		if (len >= packers[i].len &&
		    !memcmp(data, packers[i].magic, packers[i].len))
			return packers[i].name;
	return "unknown";
}

static const struct packer *packer_named(const char *name)
{
	for (size_t i = 0; name && i < NR_PACKERS; i++)
		if (!strcmp(packers[i].name, name))
			return &packers[i];
	return NULL;
}

static char *read_at(int fd, uint64_t at, uint64_t len)
{
	char *data = malloc(len + 1);

	if (!data || pread(fd, data, len, (off_t)at) != (ssize_t)len) {
		free(data);
		return NULL;
	}
	data[len] = '\0';
	return data;
}

bool image_cut(const unsigned char *data, size_t len, uint64_t size,
	       struct image_cut *c)
{
	if (len < INIT_SIZE + 4)
		return false;
	c->setup = ((data[SETUP_SECTS] ? data[SETUP_SECTS] : 4) + 1) * SECTOR;
	c->payload_at = c->setup + le32(data + PAYLOAD_OFFSET);
	c->payload = le32(data + PAYLOAD_LENGTH);
	c->format = "unknown";
	c->target = le32(data + PREF_ADDRESS);
	c->init_size = le32(data + INIT_SIZE);
	if (c->payload_at > size || c->payload > size - c->payload_at)
		return false;
	c->code = size - c->setup - c->payload;
	return true;
}

bool image_read(const struct kernel *k, struct image_cut *c)
{
	uint64_t len = k->bytes < HEADER_BYTES ? k->bytes : HEADER_BYTES;
	int fd = open(k->image, O_RDONLY | O_CLOEXEC);
	char *head = fd < 0 ? NULL : read_at(fd, 0, len);
	bool ok = head && image_cut((unsigned char *)head, len, k->bytes, c);

	free(head);
	head = ok ? read_at(fd, c->payload_at, MAGIC_BYTES) : NULL;
	if (head)
		c->format = packer_of((unsigned char *)head, MAGIC_BYTES);
	free(head);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* The build's directory: of the image itself, or three up from arch/x86/boot. */
static char *build_dir(const struct kernel *k)
{
	char *dir = xstrdup(k->image), *slash = strrchr(dir, '/');

	if (slash)
		*slash = '\0';
	else
		strcpy(dir, ".");
	if (str_ends(dir, "/arch/x86/boot"))
		dir[strlen(dir) - strlen("/arch/x86/boot")] = '\0';
	return dir;
}

char *image_unpacker(const struct kernel *k, uint64_t *at)
{
	char *dir = build_dir(k), *path;
	struct image_cut c;

	path = xasprintf("%s/arch/x86/boot/compressed/vmlinux", dir);
	free(dir);
	if (k->format == KERNEL_BZIMAGE && file_exists(path) && image_read(k, &c)) {
		*at = c.target + c.init_size;
		return path;
	}
	free(path);
	return NULL;
}

struct part {
	char *name;
	uint64_t bytes, packed;
};

struct parts {
	struct part *v;
	size_t n;
};

static void add_part(struct parts *p, const char *name, uint64_t bytes, uint64_t packed)
{
	p->v = xrealloc(p->v, (p->n + 1) * sizeof(*p->v));
	p->v[p->n++] = (struct part){ xstrdup(name), bytes, packed };
}

static int by_bytes(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Largest first, as JSON; empties @p. */
static json_t *parts_json(struct parts *p, const char *packed_key)
{
	json_t *a = json_array(), *o;

	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_bytes);
	for (size_t i = 0; i < p->n; i++) {
		o = json_pack("{s:s, s:I}", "name", p->v[i].name,
			      "bytes", (json_int_t)p->v[i].bytes);
		if (p->v[i].packed)
			json_object_set_new(o, packed_key,
					    json_integer((json_int_t)p->v[i].packed));
		json_array_append_new(a, o);
		free(p->v[i].name);
	}
	free(p->v);
	*p = (struct parts){ NULL, 0 };
	return a;
}

/* Bytes of @data when packed alone; 0 when the program is not there. */
static uint64_t packed_size(const struct packer *pk, const char *data, size_t len)
{
	struct buf out = BUF_INIT;
	struct run r = { .argv = pk->argv, .in = data, .in_len = len, .out = &out,
			 .quiet = true };
	uint64_t n = run(&r) == 0 ? out.len : 0;

	buf_free(&out);
	return n;
}

/* Sections that are loaded and hold bytes, as objcopy takes them. */
static void read_sections(int fd, const struct packer *pk, struct parts *out)
{
	Elf64_Shdr *s = NULL;
	char *names = NULL;
	Elf64_Ehdr h;

	if (pread(fd, &h, sizeof(h), 0) != sizeof(h) || memcmp(h.e_ident, ELFMAG, SELFMAG) ||
	    h.e_shentsize != sizeof(*s) || h.e_shstrndx >= h.e_shnum)
		return;
	s = (Elf64_Shdr *)read_at(fd, h.e_shoff, (uint64_t)h.e_shnum * sizeof(*s));
	if (s)
		names = read_at(fd, s[h.e_shstrndx].sh_offset, s[h.e_shstrndx].sh_size);
	for (int i = 0; names && i < h.e_shnum; i++) {
		uint64_t packed = 0;
		char *data;

		if (!(s[i].sh_flags & SHF_ALLOC) || s[i].sh_type == SHT_NOBITS ||
		    !s[i].sh_size || s[i].sh_name >= s[h.e_shstrndx].sh_size)
			continue;
		data = pk ? read_at(fd, s[i].sh_offset, s[i].sh_size) : NULL;
		if (data)
			packed = packed_size(pk, data, s[i].sh_size);
		free(data);
		add_part(out, names + s[i].sh_name, s[i].sh_size, packed);
	}
	free(names);
	free(s);
}

static json_t *sections(const char *dir, const struct packer *pk, uint64_t payload)
{
	char *path = xasprintf("%s/vmlinux", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct parts p = { NULL, 0 };
	uint64_t sum = 0;

	free(path);
	if (fd < 0)
		return NULL;
	read_sections(fd, pk, &p);
	close(fd);
	for (size_t i = 0; i < p.n; i++)
		sum += p.v[i].packed;
	for (size_t i = 0; i < p.n && sum; i++)
		p.v[i].packed = (uint64_t)((double)p.v[i].packed / (double)sum *
					   (double)payload + 0.5);
	return parts_json(&p, "packed_bytes_estimate");
}

/* "   text    data     bss     dec     hex filename": text and data of TOTALS. */
static uint64_t archive_bytes(const char *path)
{
	const char *argv[] = { "size", "-t", path, NULL };
	struct buf out = BUF_INIT;
	struct run r = { .argv = argv, .out = &out, .quiet = true };
	uint64_t text = 0, data = 0;
	const char *last;

	if (!run(&r) && out.len) {
		out.s[out.len - 1] = '\0';
		last = strrchr(out.s, '\n');
		if (!last || sscanf(last, "%" SCNu64 " %" SCNu64, &text, &data) != 2)
			text = data = 0;
	}
	buf_free(&out);
	return text + data;
}

/*
 * Archives are named by directory. Of those in @split each directory below is
 * shown for itself; archives of subdirectories hold those of their own.
 */
static void add_archives(const char *dir, const char *below, int depth, struct parts *out)
{
	static const char *const split[] = { "arch", "drivers", "fs", "net" };
	char *path = xasprintf("%s%s%s", dir, *below ? "/" : "", below);
	struct dirent **all;
	int n = scandir(path, &all, NULL, alphasort);
	struct stat st;

	for (int i = 0; i < n; i++) {
		const char *name = all[i]->d_name;
		char *sub = xasprintf("%s%s%s", below, *below ? "/" : "", name);
		char *ar = xasprintf("%s/%s/built-in.a", dir, sub);
		bool down = false;
		uint64_t bytes;

		for (size_t s = 0; !depth && s < 4; s++)
			down |= !strcmp(name, split[s]);
		if (*name == '.') {
			/* not ours to count */
		} else if (down) {
			add_archives(dir, sub, 1, out);
		} else if (!stat(ar, &st)) {
			bytes = archive_bytes(ar);
			if (bytes)
				add_part(out, sub, bytes, 0);
		}
		free(ar);
		free(sub);
		free(all[i]);
	}
	if (n >= 0)
		free(all);
	free(path);
}

int image_describe(const struct kernel *k, json_t *subject)
{
	struct image_cut cut = { 0 };
	struct parts dirs = { NULL, 0 };
	json_t *o = json_object(), *s;
	char *dir;

	json_object_set_new(subject, "image_parts", o);
	if (k->format == KERNEL_BZIMAGE) {
		if (!image_read(k, &cut))
			return azk_err(AZK_EX_INPUT, k->image, "build or copy it again",
				       "its header speaks of more bytes than it has");
		json_object_update_new(o, json_pack("{s:I, s:I, s:I, s:s}",
			"setup_bytes", (json_int_t)cut.setup,
			"decompressor_bytes", (json_int_t)cut.code,
			"payload_bytes", (json_int_t)cut.payload,
			"payload_format", cut.format));
	}
	dir = build_dir(k);
	s = sections(dir, packer_named(cut.format), cut.payload);
	if (s)
		json_object_set_new(o, "sections", s);
	add_archives(dir, "", 0, &dirs);
	if (dirs.n)
		json_object_set_new(o, "directories", parts_json(&dirs, ""));
	free(dir);
	return AZK_OK;
}
