// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the loader left in memory: command line, memory map, modules. It lies in
 * memory that is going to be the guest's, so all but the modules' data is copied.
 */
#include "boot/boot.h"
#include "lib.h"

#define MB_LOADED	0x2badb002
#define MB_CMDLINE	(1u << 2)
#define MB_MODULES	(1u << 3)
#define MB_MMAP		(1u << 6)

struct mb_info {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline;
	u32 mods_count, mods_addr, syms[4];
	u32 mmap_length, mmap_addr;
} __packed;

struct mb_module {
	u32 start, end, string, reserved;
} __packed;

struct mb_mmap {
	u32 size;		/* of what follows */
	u64 base, length;
	u32 type;
} __packed;

/* The first word is the file's name, which nobody needs. */
static const char *behind_name(const char *s)
{
	while (*s && *s != ' ')
		s++;
	while (*s == ' ')
		s++;
	return s;
}

void multiboot_read(struct boot_info *bi, u32 magic, const void *info)
{
	const struct mb_info *mb = info;

	if (magic != MB_LOADED)
		hv_die("not started by a multiboot loader (%08x)", magic);
	if (!(mb->flags & MB_MMAP))
		hv_die("the loader gave no memory map");
	if (mb->flags & MB_CMDLINE)
		hv_snprintf(bi->cmdline, sizeof(bi->cmdline), "%s",
			    behind_name((const char *)(u64)mb->cmdline));

	for (u32 at = 0; at < mb->mmap_length && bi->ranges < BOOT_MAX_RANGES - 4;) {
		const struct mb_mmap *m = (const void *)(u64)(mb->mmap_addr + at);

		bi->range[bi->ranges++] =
			(struct mem_range){ m->base, m->base + m->length, m->type };
		at += m->size + 4;
	}
	if (!(mb->flags & MB_MODULES))
		return;
	for (u32 i = 0; i < mb->mods_count && i < BOOT_MAX_MODULES; i++) {
		const struct mb_module *m = (const struct mb_module *)(u64)mb->mods_addr + i;
		struct boot_module *to = &bi->module[bi->modules++];

		to->data = (u8 *)(u64)m->start;
		to->size = m->end - m->start;
		hv_snprintf(to->args, sizeof(to->args), "%s",
			    behind_name((const char *)(u64)m->string));
	}
}
