/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands of azk, one file each. A command gets argv with its own
 * name first and returns an exit code from lib/exit.h.
 */
#ifndef AZK_CMD_H
#define AZK_CMD_H

int cmd_base(int argc, char **argv);	/* find, fetch and check the tarball */
int cmd_tree(int argc, char **argv);	/* base + overlay + series as git */
int cmd_series(int argc, char **argv);	/* check, rebase, import, export */
int cmd_config(int argc, char **argv);	/* fragments to a verified .config */
int cmd_boot(int argc, char **argv);	/* one guest to a verdict */
int cmd_bench(int argc, char **argv);	/* the comparison with upstream */
int cmd_sbom(int argc, char **argv);	/* what a package is made of */
int cmd_test(int argc, char **argv);	/* test programs to one verdict */

#endif
