/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kinds of azk bench, one file each. Each gets argv with its own name
 * first and returns an exit code from lib/exit.h.
 */
#ifndef AZK_BENCH_H
#define AZK_BENCH_H

int bench_boot(int argc, char **argv);		/* measure boots, write a report */
int bench_storage(int argc, char **argv);	/* under block I/O */
int bench_network(int argc, char **argv);	/* under packets */
int bench_show(int argc, char **argv);		/* a report as text or SVG */
int bench_claims(int argc, char **argv);	/* claims against reports */

#endif
