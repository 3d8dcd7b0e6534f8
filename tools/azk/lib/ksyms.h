/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel symbols: from System.map, or from /proc/kallsyms of a running guest.
 *
 * Enters: lines "ADDRESS TYPE NAME [MODULE]". Leaves: names for addresses,
 * addresses for names, and which initcall belongs to which level. Called by
 * azk bench. Symbols of modules are a table of their own.
 */
#ifndef AZK_LIB_KSYMS_H
#define AZK_LIB_KSYMS_H

#include <stddef.h>
#include <stdint.h>

struct ksym {
	uint64_t addr;
	char type;		/* as in nm: T, t, D, ... */
	char *name;
};

/*
 * Levels in the order the kernel runs them. include/linux/init.h and
 * init/main.c of 6.18: pure (0), core, postcore, arch, subsys, fs, rootfs,
 * device, late, each with a "sync" half that ends in s and is counted with it.
 */
enum ksyms_level {
	LEVEL_EARLY, LEVEL_PURE, LEVEL_CORE, LEVEL_POSTCORE, LEVEL_ARCH,
	LEVEL_SUBSYS, LEVEL_FS, LEVEL_ROOTFS, LEVEL_DEVICE, LEVEL_LATE,
	NR_LEVELS
};

extern const char *const ksyms_level_name[NR_LEVELS];

struct ksyms {
	struct ksym *all;	/* sorted by address */
	size_t n;
	struct ksym *text;	/* functions only; names belong to @all */
	size_t texts;
	uint64_t level[NR_LEVELS + 1];	/* where each level's table begins */
	uint64_t end;		/* of the kernel image (_end), or UINT64_MAX */
};

/*
 * Parse @text; @name stands in messages. AZK_EX_INPUT (printed, with the line)
 * when a line is not a symbol, when there is no function at all, or when every
 * address is 0, which is how /proc/kallsyms hides them.
 */
int ksyms_parse(const char *name, const char *text, struct ksyms *k);
int ksyms_read(const char *path, struct ksyms *k);
/*
 * The other lines of such a text: what modules have, and generated code. A name is
 * "NAME [MODULE]"; there may be none.
 */
int ksyms_modules(const char *name, const char *text, struct ksyms *k);

/*
 * The functions of an ELF program, each address raised by @offset. AZK_EX_NOFILE,
 * AZK_EX_INPUT (printed) when it has no symbol table.
 */
int ksyms_elf(const char *path, uint64_t offset, struct ksyms *k);

void ksyms_free(struct ksyms *k);

/* Function at or below @addr, or NULL below the first. */
const struct ksym *ksyms_at(const struct ksyms *k, uint64_t addr);

/* Address of @name, or 0. Functions are looked at before data. */
uint64_t ksyms_addr(const struct ksyms *k, const char *name);

/*
 * Level of the @nth entry (0 is the first) of the kernel's table of initcalls,
 * from the addresses of __initcall_start, __initcall0_start, ... ; a 4-byte
 * entry is what 6.x has (HAVE_ARCH_PREL32_RELOCATIONS). -1 when @nth lies
 * beyond the table or the kernel's symbols do not hold these.
 */
int ksyms_level(const struct ksyms *k, size_t nth);

#endif
