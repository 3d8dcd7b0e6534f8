// SPDX-License-Identifier: GPL-2.0-only
/* ELF files through libelf, which checks every offset it follows. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elfsec.h"
#include "exit.h"
#include "msg.h"
#include "unpack.h"

/* Map the file as it is, or unpack it: a vmlinux may be a gigabyte. */
static int load(struct elfsec *e)
{
	char magic[8];
	ssize_t n;
	int ret;

	e->fd = open(e->path, O_RDONLY | O_CLOEXEC);
	if (e->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return azk_err(AZK_EX_NOFILE, e->path, NULL, "no such file");
	n = e->fd < 0 ? -1 : read(e->fd, magic, sizeof(magic));
	if (n < 0)
		return azk_err(AZK_EX_SYSTEM, e->path, NULL, "%s", strerror(errno));
	if (!unpack_with(magic, (size_t)n)) {
		e->elf = elf_begin(e->fd, ELF_C_READ_MMAP, NULL);
		return AZK_OK;
	}
	ret = unpack_read(e->path, &e->data);
	if (!ret && e->data.len)
		e->elf = elf_memory(e->data.s, e->data.len);
	return ret;
}

int elfsec_open(const char *path, struct elfsec *e)
{
	GElf_Ehdr h;
	int ret;

	*e = (struct elfsec){ .path = xstrdup(path), .data = BUF_INIT, .fd = -1 };
	elf_version(EV_CURRENT);
	ret = load(e);
	if (ret)
		return ret;
	if (!e->elf || elf_kind(e->elf) != ELF_K_ELF || !gelf_getehdr(e->elf, &h) ||
	    h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB)
		return azk_err(AZK_EX_INPUT, path, "give a vmlinux or a module (.ko)",
			       "no 64-bit little-endian ELF file");
	return AZK_OK;
}

void elfsec_close(struct elfsec *e)
{
	elf_end(e->elf);
	if (e->fd >= 0)
		close(e->fd);
	buf_free(&e->data);
	free(e->path);
	*e = (struct elfsec){ .fd = -1 };
}

bool elfsec_find(const struct elfsec *e, const char *name, const void **data, size_t *len)
{
	Elf_Scn *scn = NULL;
	Elf_Data *d;
	GElf_Shdr sh;
	size_t names;

	if (elf_getshdrstrndx(e->elf, &names))
		return false;
	while ((scn = elf_nextscn(e->elf, scn))) {
		const char *this = gelf_getshdr(scn, &sh) ?
			elf_strptr(e->elf, names, sh.sh_name) : NULL;

		if (!this || strcmp(this, name) || sh.sh_type == SHT_NOBITS)
			continue;
		d = elf_rawdata(scn, NULL);
		if (!d || (d->d_size && !d->d_buf))
			return false;
		*data = d->d_buf;
		*len = d->d_size;
		return true;
	}
	return false;
}

void elfsec_symbols(const struct elfsec *e,
		    void (*each)(void *arg, const struct elfsec_sym *s), void *arg)
{
	Elf_Scn *scn = NULL;
	Elf_Data *d;
	GElf_Shdr sh;
	GElf_Sym sym;

	while ((scn = elf_nextscn(e->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB || !sh.sh_entsize)
			continue;
		d = elf_getdata(scn, NULL);
		for (int i = 0; d && gelf_getsym(d, i, &sym); i++) {
			struct elfsec_sym s = {
				.name = elf_strptr(e->elf, sh.sh_link, sym.st_name),
				.undefined = sym.st_shndx == SHN_UNDEF,
				.weak = GELF_ST_BIND(sym.st_info) == STB_WEAK,
				.global = GELF_ST_BIND(sym.st_info) != STB_LOCAL,
			};

			if (s.name && *s.name)
				each(arg, &s);
		}
	}
}
