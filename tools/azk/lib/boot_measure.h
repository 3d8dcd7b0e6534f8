/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measure the boot of one kernel: instructions counted by the insncount
 * plugin, proved by a boot without it.
 *
 * Enters: a kernel and a machine. Leaves: one subject for a report, with every
 * number of the text table and of the drawing. Called by azk bench boot.
 */
#ifndef AZK_LIB_BOOT_MEASURE_H
#define AZK_LIB_BOOT_MEASURE_H

#include <jansson.h>
#include <stdint.h>

#include "kernel.h"

struct hyperv_devices;
struct qemu_machine;
struct azk_step;

struct boot_measure {
	const struct qemu_machine *machine;
	int cpus;
	uint64_t memory;	/* bytes */
	const char *append;	/* the whole kernel command line */
	int runs;		/* boots to compare, at least 2: the last is plain */
	int timeout_s;		/* for each boot */
	const struct hyperv_devices *hyperv;	/* machine hyperv: what is on the bus */
	const char *keep;	/* directory for logs and symbols, or NULL */
	struct azk_step *step;	/* told what is being done */
};

/*
 * Boots @k m->runs times. The first is counted; the last runs beside it without the
 * plugin, so that what init sees (its clocks, its memory) tells whether the
 * plugin disturbed the guest; any others are counted. Where a boot differs from
 * the first, the subject says so in "disagreements" and "deterministic" is
 * false: that is a result, not an error. Symbols come from k->sysmap, or from a
 * preparatory boot that prints /proc/kallsyms.
 *
 * AZK_OK and a new reference in @subject, or a code after one line.
 */
int boot_measure(const struct boot_measure *m, const struct kernel *k,
		 json_t **subject);

#endif
