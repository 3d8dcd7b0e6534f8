/* SPDX-License-Identifier: GPL-2.0-only */
/* One kernel under a load as a subject of a report (lib/report.h). */
#ifndef AZK_LIB_LOAD_SUBJECT_H
#define AZK_LIB_LOAD_SUBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "load_plan.h"

struct kernel;
struct load_profile;

/* What is known of a run; all of it stays the caller's. */
struct load_facts {
	const struct load_plan *plan;
	const struct load_shape *shape;
	const struct load_profile *profile;	/* its windows */
	json_t *runs, *cells;	/* what the program said (lib/load_said.h) */
	json_t *phases;		/* what hvhost counted; empty without it */
	bool copies;		/* marks for them were set */
	json_t *differ;		/* strings: where two do not agree */
};

/*
 * Lay them on each other, window by window, and take the median of each cell's. AZK_OK, or
 * AZK_EX_INPUT after a line when there are not as many windows as runs.
 */
int load_subject(const struct kernel *k, const struct load_facts *f, json_t **subject);

/* The name of a metric of @cell with the host late by @drain us; caller frees. */
char *load_metric(const char *cell, int drain, const char *what, const char *per);

/* What is counted of a window for each unit, and latencies; ended by a NULL name. */
struct load_figure {
	const char *name;	/* in metrics */
	const char *text;	/* in tables; %s is the unit */
	bool whole;		/* no fraction worth showing */
	bool hosted;		/* only with hvhost: it counts, or its time is not the guest's */
	bool latency;		/* in ns, of all windows together; no "_per_" */
};

extern const struct load_figure load_figures[];

#endif
