/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a silent guest is: samples of its instruction pointers through QMP,
 * named with the kernel's System.map. Called by guest_run() on a hang.
 */
#ifndef AZK_LIB_WHERE_H
#define AZK_LIB_WHERE_H

#include <stdint.h>

#include "buf.h"

struct qmp;

/*
 * Append one line such as "CPU 0 idle at pv_native_safe_halt+0xb; CPU 1 busy at
 * cpu_relax+0x2, 3 of 5 samples" to @out. @sysmap may be NULL or missing: then
 * addresses are printed. Nothing is added when QEMU does not answer.
 */
void where_guest(struct qmp *q, const char *sysmap, struct buf *out);

/* One CPU's paragraph of the monitor's "info registers". */
struct where_cpu {
	uint64_t rip;
	int cpl;		/* 0 kernel, 3 user */
	int halted;
};

/* Parse the paragraphs of @text into at most @max entries; returns how many. */
int where_parse(const char *text, struct where_cpu *cpu, int max);

/* Name for @addr from System.map text, "name+0xoff", or NULL; caller frees. */
char *where_name(const char *map, uint64_t addr);

#endif
