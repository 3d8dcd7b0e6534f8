// SPDX-License-Identifier: GPL-2.0-only
/* A name to an image, and an image to what it says about itself. */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "kernel.h"
#include "msg.h"

/* The setup header, offsets from the start of the image. */
#define SETUP_BOOT_FLAG		0x1fe	/* 0xaa55 */
#define SETUP_MAGIC		0x202	/* "HdrS" */
#define SETUP_VERSION		0x206
#define SETUP_TEXT		0x20e	/* version string, from 0x200 */
#define SETUP_END		0x210
#define PROTOCOL_OLDEST		0x20c	/* 2.12, Linux 3.8: what 64-bit boot needs */

#define HEADER_BYTES		65536
#define MULTIBOOT_SEARCH	8192
#define MULTIBOOT_MAGIC		0x1badb002

static unsigned int le16(const unsigned char *p)
{
	return p[0] | (unsigned int)p[1] << 8;
}

/* A program of this machine looks much like a kernel, but for where it is linked. */
static bool in_kernel_half(const unsigned char *data, size_t len, const Elf64_Ehdr *h)
{
	for (size_t i = 0; i < h->e_phnum; i++) {
		Elf64_Phdr p;

		if (h->e_phoff > len || len - h->e_phoff < (i + 1) * sizeof(p))
			return false;
		memcpy(&p, data + h->e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type == PT_LOAD && p.p_vaddr >> 63)
			return true;
	}
	return false;
}

/* Within the first 8 KiB, on 4 bytes: magic, flags, and what makes the sum 0. */
static bool multiboot_header(const unsigned char *data, size_t len)
{
	uint32_t w[3];

	for (size_t at = 0; at + sizeof(w) <= (len < MULTIBOOT_SEARCH ? len : MULTIBOOT_SEARCH);
	     at += 4) {
		memcpy(w, data + at, sizeof(w));
		if (w[0] == MULTIBOOT_MAGIC && w[0] + w[1] + w[2] == 0)
			return true;
	}
	return false;
}

static const char *flat_header(const unsigned char *data, size_t len, struct kernel *k)
{
	if (!multiboot_header(data, len))
		return "a 32-bit ELF file without a multiboot header: neither a vmlinux nor a flat kernel";
	k->format = KERNEL_FLAT;
	k->version = xstrdup("");
	return NULL;
}

static const char *elf_header(const unsigned char *data, size_t len, struct kernel *k)
{
	Elf64_Ehdr h;

	if (len < sizeof(h))
		return "a truncated ELF file";
	memcpy(&h, data, sizeof(h));
	/* up to e_machine both classes are alike */
	if (h.e_ident[EI_CLASS] == ELFCLASS32 && h.e_machine == EM_386)
		return flat_header(data, len, k);
	if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_machine != EM_X86_64)
		return "an ELF file, but not for x86-64";
	if (h.e_type != ET_EXEC && h.e_type != ET_DYN)
		return "an ELF object, not a linked kernel";
	if (!in_kernel_half(data, len, &h))
		return "an ELF file, but no segment of it is a kernel's";
	k->format = KERNEL_ELF;
	k->version = xstrdup("");
	return NULL;
}

const char *kernel_header(const unsigned char *data, size_t len, struct kernel *k)
{
	size_t at, n;

	if (len >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG))
		return elf_header(data, len, k);
	if (len < SETUP_END || le16(data + SETUP_BOOT_FLAG) != 0xaa55 ||
	    memcmp(data + SETUP_MAGIC, "HdrS", 4))
		return "neither a bzImage (no HdrS at 0x202) nor an ELF file";
	k->format = KERNEL_BZIMAGE;
	k->protocol = le16(data + SETUP_VERSION);
	if (k->protocol < PROTOCOL_OLDEST)
		return "a kernel with a boot protocol older than 2.12";
	at = le16(data + SETUP_TEXT) + 0x200;
	if (at == 0x200 || at >= len) {
		k->version = xstrdup("");
		return NULL;
	}
	n = strnlen((const char *)data + at, len - at);
	k->version = xstrndup((const char *)data + at, n);
	k->version[strcspn(k->version, " ")] = '\0';
	return NULL;
}

static char *top_path(const char *rest)
{
	const char *top = getenv("AZK_TOP");

	return top && *top ? xasprintf("%s/%s", top, rest) : xstrdup(rest);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* The image's path into k->image; an existing file wins over a profile's name. */
static int find_image(const char *arg, struct kernel *k)
{
	const bool upstream = str_starts(arg, "upstream/");
	const char *profile = upstream ? arg + strlen("upstream/") : arg;
	char *rest, *todo;

	if (is_file(arg)) {
		k->image = xstrdup(arg);
		return AZK_OK;
	}
	if (is_directory(arg) && strchr(arg, '/'))
		return azk_err(AZK_EX_NOFILE, arg, "name a bzImage, a vmlinux or a profile",
			       "is a directory");
	if (*profile && !strchr(profile, '/')) {
		rest = xasprintf("out/%s/%s/bzImage", upstream ? "upstream" : "ours",
				 profile);
		k->image = top_path(rest);
		free(rest);
		if (is_file(k->image))
			return AZK_OK;
		todo = xasprintf("build it with 'make build PROFILE=%s', or name a file",
				 profile);
		azk_err(0, arg, todo, "no such file, and no kernel in %s", k->image);
		free(todo);
		return AZK_EX_NOFILE;
	}
	return azk_err(AZK_EX_NOFILE, arg, "name a bzImage or a profile",
		       "no such file");
}

/* DIR/lib/modules/RELEASE with a modules.dep; the first in order. */
static char *find_modules(const char *dir, const char *version)
{
	char *base = xasprintf("%s/lib/modules", dir), *found = NULL;
	struct dirent **all;
	int n = scandir(base, &all, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *dep = xasprintf("%s/%s/modules.dep", base, all[i]->d_name);

		if (file_exists(dep) && (!found || !strcmp(all[i]->d_name, version))) {
			free(found);
			found = xasprintf("%s/%s", base, all[i]->d_name);
		}
		free(dep);
		free(all[i]);
	}
	if (n >= 0)
		free(all);
	free(base);
	return found;
}

static char *existing(char *path)
{
	if (is_file(path))
		return path;
	free(path);
	return NULL;
}

/*
 * What lies around the image: the layout of out/, of a kernel build
 * (arch/x86/boot/bzImage), and of a distributor's /boot.
 */
static void find_around(struct kernel *k)
{
	char *dir = xstrdup(k->image), *slash = strrchr(dir, '/');
	char *m;

	if (slash)
		*slash = '\0';
	else
		strcpy(dir, ".");
	k->sysmap = existing(xasprintf("%s/System.map", dir));
	if (!k->sysmap)
		k->sysmap = existing(xasprintf("%s/System.map-%s", dir, k->version));
	if (!k->sysmap && str_ends(dir, "arch/x86/boot"))
		k->sysmap = existing(xasprintf("%s/../../../System.map", dir));
	m = xasprintf("%s/modules", dir);
	k->modules = find_modules(m, k->version);
	free(m);
	if (!k->modules && str_ends(dir, "/boot")) {
		m = xasprintf("%s/..", dir);
		k->modules = find_modules(m, k->version);
		free(m);
	}
	free(dir);
}

int kernel_find(const char *arg, struct kernel *k)
{
	unsigned char *head;
	const char *wrong;
	ssize_t n;
	int fd, ret;

	*k = (struct kernel){ .name = xstrdup(arg) };
	ret = find_image(arg, k);
	if (ret)
		return ret;
	fd = open(k->image, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return azk_err(AZK_EX_SYSTEM, k->image, NULL, "%s", strerror(errno));
	head = xcalloc(HEADER_BYTES, 1);
	n = read(fd, head, HEADER_BYTES);
	close(fd);
	wrong = n < 0 ? strerror(errno) : kernel_header(head, (size_t)n, k);
	free(head);
	if (wrong)
		return azk_err(AZK_EX_KERNEL, k->image,
			       "name a bzImage, a vmlinux or a flat kernel", "%s", wrong);
	k->bytes = (uint64_t)file_size(k->image);
	find_around(k);
	return AZK_OK;
}

void kernel_free(struct kernel *k)
{
	free(k->name);
	free(k->image);
	free(k->version);
	free(k->sysmap);
	free(k->modules);
	*k = (struct kernel){ 0 };
}
