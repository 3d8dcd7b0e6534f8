// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk bench: kernels side by side. This file only picks the kind of bench; a
 * kind is one file bench_KIND.c and one row here.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "cmd.h"
#include "lib/exit.h"
#include "lib/msg.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} kinds[] = {
	{ "boot", bench_boot, "guest instructions from a kernel's first to init" },
	{ "storage", bench_storage, "what a kernel does for a block of I/O, and how long it takes" },
	{ "network", bench_network, "what a kernel does for a packet, and how long it takes" },
	{ "show", bench_show, "draw a report again: text, SVG" },
	{ "claims", bench_claims, "hold what patches claim against reports" },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(*kinds))

int cmd_bench(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		printf("usage: azk bench KIND [OPTIONS] ...\n\nkinds:\n");
		for (size_t i = 0; i < NR_KINDS; i++)
			printf("  %-8s %s\n", kinds[i].name, kinds[i].what);
		printf("\nexample:\n  azk bench boot upstream/azure azure --json out/report/boot.json\n"
		       "\n'azk bench KIND --help' shows options and examples.\n");
		return argc < 2 ? AZK_EX_USAGE : AZK_OK;
	}
	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(argv[1], kinds[i].name))
			return kinds[i].run(argc - 1, argv + 1);
	return azk_err(AZK_EX_USAGE, NULL, "see 'azk bench --help'", "unknown bench '%s'",
		       argv[1]);
}
