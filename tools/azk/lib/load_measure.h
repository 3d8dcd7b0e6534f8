/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measure one kernel under a load: a counted run, and the same beside it not counted.
 *
 * Enters: a kernel, a machine, a plan. Leaves: one subject for a report. Called by
 * azk bench storage and azk bench network.
 */
#ifndef AZK_LIB_LOAD_MEASURE_H
#define AZK_LIB_LOAD_MEASURE_H

#include <jansson.h>
#include <stdint.h>

#include "kernel.h"
#include "load_plan.h"

struct qemu_machine;
struct azk_step;

struct load_measure {
	const struct load_plan *plan;
	const struct load_shape *shape;
	const struct load_target *target;
	const struct qemu_machine *machine;
	uint64_t memory;	/* bytes */
	const char *append;	/* the whole kernel command line */
	int timeout_s;		/* for each run */
	const char *keep;	/* directory for logs, or NULL */
	struct azk_step *step;	/* told what is being done */
};

/*
 * AZK_OK and a new reference in @subject, or a code after one line. Where the run beside
 * it, or the host's own counts, say something else, the subject says so in
 * "disagreements" and "deterministic" is false: that is a result.
 */
int load_measure(const struct load_measure *m, const struct kernel *k, json_t **subject);

#endif
