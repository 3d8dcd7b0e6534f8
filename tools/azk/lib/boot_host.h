/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's share of a counted boot: its instructions, why and how often the guest
 * was left for it, and whether what insncount saw is what the host counted itself.
 *
 * Enters: an insncount log and hvhost's counters (lib/hvcounters.h). Leaves:
 * metrics, member "host" of a report's subject, and disagreements. Called by
 * lib/boot_subject.c; without a host all of it is nothing but the interrupts.
 */
#ifndef AZK_LIB_BOOT_HOST_H
#define AZK_LIB_BOOT_HOST_H

#include <jansson.h>

struct plog;

/* Rows of the text table, in order; ended by a NULL metric. */
struct boot_host_row {
	const char *metric, *text;
};

extern const struct boot_host_row boot_host_rows[];

/* Counts until init: host_instructions, exits, exits_REASON, hypercalls, ... */
void boot_host_metrics(const struct plog *p, json_t *metrics);

/* Exact numbers by code, and @phases, which stay the caller's. */
json_t *boot_host(const struct plog *p, json_t *phases);

/*
 * Add to @differ, an array of strings, where the host's own @phases of counters are
 * not what insncount saw, and where time passed that nobody ran or slept.
 */
void boot_host_check(const struct plog *p, const json_t *phases, json_t *differ);

#endif
