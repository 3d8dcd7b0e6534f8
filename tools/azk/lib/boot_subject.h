/* SPDX-License-Identifier: GPL-2.0-only */
/* One measured boot as a subject of a report (lib/report.h). */
#ifndef AZK_LIB_BOOT_SUBJECT_H
#define AZK_LIB_BOOT_SUBJECT_H

#include <jansson.h>

struct boot_profile;
struct kernel;
struct plog;
struct verdict;

/*
 * The JSON of one kernel: name, role (from the name), metrics, phases, the
 * tables of initcalls, background work and functions. Takes over @differ, an
 * array of strings; when it is not empty, the boot was not deterministic.
 */
json_t *boot_subject(const struct kernel *k, const struct plog *p,
		     const struct boot_profile *prof, const struct verdict *init,
		     json_t *differ);

#endif
