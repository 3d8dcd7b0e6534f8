// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk: what needs logic in this tree. Make drives, azk decides.
 *
 * Enters: a subcommand and its arguments. Leaves: files under out/, tables on
 * stdout, one-line errors on stderr, and an exit code from lib/exit.h.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "lib/exit.h"
#include "lib/msg.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "base", cmd_base, "find, fetch and check the pinned upstream tarball" },
	{ "tree", cmd_tree, "turn base, overlay and series into a git tree" },
	{ "series", cmd_series, "check the patch series, move it, import, export" },
	{ "config", cmd_config, "resolve a profile to a verified .config" },
	{ "boot", cmd_boot, "boot a kernel, run a command, pass its exit code on" },
	{ "bench", cmd_bench, "compare kernels in exact guest instructions" },
	{ "sbom", cmd_sbom, "say what a package is made of, as SPDX" },
	{ "test", cmd_test, "run test programs, count, write JUnit and KTAP" },
};

static void help(void)
{
	const struct azk_exit_name *n;

	printf("usage: azk COMMAND [OPTIONS]\n\ncommands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].what);
	printf("\n'azk COMMAND --help' shows options and an example.\n"
	       "\nexit codes (0 to 125 are a guest command's own):\n");
	for (n = azk_exit_names; n->name; n++)
		printf("  %d  %-17s %s\n", n->code, n->name, n->text);
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		help();
		return argc < 2 ? AZK_EX_USAGE : AZK_OK;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return azk_err(AZK_EX_USAGE, NULL, "see 'azk --help'",
		       "unknown command '%s'", argv[1]);
}
