/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Module.symvers: what a kernel exports to modules, one symbol a line:
 * "0xCRC<tab>SYMBOL<tab>MODULE<tab>EXPORT_SYMBOL[_GPL]<tab>NAMESPACE"
 * (scripts/mod/modpost.c, read_dump(); before 5.4 without the namespace).
 *
 * Enters: the file, packed or not. Leaves: the symbols, sorted. Called by azk
 * series abi.
 */
#ifndef AZK_LIB_SYMVERS_H
#define AZK_LIB_SYMVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symver {
	char *name;
	uint32_t crc;		/* 0: none, CONFIG_MODVERSIONS was off */
	char *module;		/* "vmlinux" or "drivers/hv/hv_vmbus" */
	char *ns;		/* namespace, "" when in none */
	bool gpl;		/* for modules under a GPL licence only */
	int line;
};

struct symvers {
	struct symver *v;	/* by name */
	size_t n;
	bool versions;		/* at least one symbol has a CRC */
};

/*
 * Parse @text; @name stands in messages. AZK_OK, or AZK_EX_INPUT after one
 * "file:line" message (a line that is none of the above, a symbol twice, no
 * symbol at all). symvers_free() in every case.
 */
int symvers_parse(const char *name, const char *text, struct symvers *s);

/* Read and parse @path. Also what unpack_read() returns. */
int symvers_read(const char *path, struct symvers *s);

void symvers_free(struct symvers *s);

/* The symbol @name, or NULL. */
const struct symver *symvers_find(const struct symvers *s, const char *name);

/*
 * Whether a module may use what is exported in the namespace @ns: there is
 * none; or the module's modinfo imports it (@imports: of those, NULL-ended); or
 * it is "module:PATTERN,..." and one matches the module's name, where '*' may
 * end a pattern and '-' is '_' (kernel/module/main.c, verify_module_namespace()).
 */
bool symvers_ns_open(const char *ns, const char *module, char *const *imports);

#endif
