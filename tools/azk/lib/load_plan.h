/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What azk bench storage and azk bench network measure: cells (a kind of load each), how
 * late the host looks, and on which device. Leaves: the words for the guest's program
 * (tools/guest/load.h) and the host script that goes with them. Called by
 * lib/load_measure.c.
 *
 * A cell under one host is a phase; each of its runs, with a seed of its own, a window.
 */
#ifndef AZK_LIB_LOAD_PLAN_H
#define AZK_LIB_LOAD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct load_cell {
	const char *name;	/* in metrics: "read_4k_qd32_b32" */
	const char *what;	/* in tables */
	const char *words;	/* settings of the program */
	const char *key;	/* its word for how many, */
	int units;		/* and how many a run has by default */
};

/* A device that the same load is put on. */
struct load_target {
	const char *name;	/* --device */
	bool hvhost;		/* on machine hyperv; else q35 */
	const char *words;	/* where the program finds it */
	const char *modules[6];	/* to load, if they are not built in */
	const char *qemu[10];	/* q35: QEMU's words for it */
	const char *append;	/* kernel options */
	const char *script;	/* hyperv: its name in host scripts */
	bool peer;		/* q35: a NIC, "load", that wants the peer of lib/load_peer.h */
};

struct load_plan {
	const char *kind;	/* of the report: "storage" */
	const char *program;	/* in the guest: "ioload" */
	const char *unit;	/* what is counted: "I/O" */
	const char *per;	/* the same in metrics: "io" */
	const struct load_cell *cells;	/* ended by a NULL name */
	const struct load_target *targets;	/* the same; first of each machine is the default */
	const char *disk, *nic;	/* machine hyperv: what is on the bus, or NULL */
};

extern const struct load_plan load_storage, load_network;

/* What a person may change. */
struct load_shape {
	int seeds;		/* runs of each cell */
	int units;		/* of each run; 0: as the cell says */
	const char *only;	/* cells whose name begins so, or NULL: all */
	const int *drain;	/* how late the host looks, us; each once */
	int drains;
};

/* Cells of @p that @s wants: indices to @cell; their number. At most 64. */
#define LOAD_CELLS_MAX	64
int load_cells(const struct load_plan *p, const struct load_shape *s, int cell[LOAD_CELLS_MAX]);

/* Phase of the @nth wanted cell under host @drain of @s; 1 is the first. */
int load_phase(const struct load_shape *s, int nth, int drain);

/* Units in a run of @c. */
int load_units(const struct load_shape *s, const struct load_cell *c);

/* Words for the program: a warm-up of each cell, then all runs. */
void load_words(const struct load_plan *p, const struct load_shape *s,
		const struct load_target *t, struct strv *words);

/* The host script; empty when the host is never late. */
void load_script(const struct load_plan *p, const struct load_shape *s,
		 const struct load_target *t, struct buf *out);

/* Device @name (NULL: the default) for a machine with or without hvhost; NULL: none. */
const struct load_target *load_target(const struct load_plan *p, bool hvhost, const char *name);

#endif
