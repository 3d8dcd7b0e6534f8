// SPDX-License-Identifier: GPL-2.0-only
/* The host's program as azk boot and azk bench see it. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "buf.h"
#include "exit.h"
#include "file.h"
#include "hvimage.h"
#include "msg.h"

int hvimage_find(char **path)
{
	*path = beside_azk("AZK_HVHOST", "hvhost.elf");
	if (file_exists(*path))
		return AZK_OK;
	return azk_err(AZK_EX_NOFILE, *path, "build it with 'make hvhost', or take --machine q35",
		       "the machine hyperv needs hvhost, which is not there");
}

const char *hvimage_parse(const unsigned char *data, size_t len, struct hvimage *image)
{
	Elf32_Ehdr h;
	Elf32_Phdr p;

	if (len < sizeof(h))
		return "is too short for a program";
	memcpy(&h, data, sizeof(h));
	if (memcmp(h.e_ident, ELFMAG, SELFMAG) || h.e_ident[EI_CLASS] != ELFCLASS32)
		return "is no ELF32 program";
	*image = (struct hvimage){ .entry = h.e_entry, .start = UINT32_MAX };
	for (size_t i = 0; i < h.e_phnum; i++) {
		uint64_t at = h.e_phoff + i * (uint64_t)h.e_phentsize;

		if (at + sizeof(p) > len)
			return "has program headers beyond its end";
		memcpy(&p, data + at, sizeof(p));
		if (p.p_type != PT_LOAD || !p.p_memsz)
			continue;
		if (p.p_paddr + p.p_memsz < p.p_paddr)
			return "has a segment that wraps around";
		if (p.p_paddr < image->start)
			image->start = p.p_paddr;
		if (p.p_paddr + p.p_memsz > image->end)
			image->end = p.p_paddr + p.p_memsz;
	}
	if (image->entry < image->start || image->entry >= image->end)
		return "is entered outside its segments";
	return NULL;
}

int hvimage_read(const char *path, struct hvimage *image)
{
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);
	const char *wrong = NULL;

	if (!ret)
		wrong = hvimage_parse((const unsigned char *)buf_str(&b), b.len, image);
	buf_free(&b);
	return wrong ? azk_err(AZK_EX_INPUT, path, "build it again with 'make hvhost'", "%s",
			       wrong) : ret;
}

int hvimage_there(void)
{
	char *path;
	int ret = hvimage_find(&path);

	free(path);
	return ret;
}
