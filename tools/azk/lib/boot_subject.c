// SPDX-License-Identifier: GPL-2.0-only
/* Numbers to names; see boot_subject.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot_host.h"
#include "boot_profile.h"
#include "boot_subject.h"
#include "buf.h"
#include "kernel.h"
#include "profile_log.h"
#include "report.h"
#include "verdict.h"

/* "functions" holds the largest, with who ran them; "self" holds all. */
#define FUNCTIONS_MAX	100

static void put(json_t *o, const char *key, int64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

/*
 * The first instruction of init is RDTSC: what it reads, less the instructions
 * up to and with it, is time in which none ran.
 */
static int64_t idle_total(const struct boot_profile *b, const struct verdict *init)
{
	return (int64_t)(init->tsc - b->end - 1);
}

static json_t *metrics(const struct kernel *k, const struct plog *p,
		       const struct boot_profile *b, const struct verdict *init)
{
	uint64_t before = plog_idle(p, b->firmware);
	int64_t idle = idle_total(b, init) - (int64_t)before, levels = 0;
	json_t *m = json_object();

	for (int i = 0; i < NR_LEVELS; i++)
		levels += b->phase[PHASE_INITCALL + i];
	put(m, "instructions_to_init", (int64_t)b->total);
	put(m, "instructions_decompression", b->phase[PHASE_DECOMPRESSION]);
	put(m, "instructions_early_boot", b->phase[PHASE_EARLY]);
	put(m, "instructions_initcalls", levels);
	put(m, "instructions_other", b->phase[PHASE_BETWEEN] + b->phase[PHASE_AFTER]);
	put(m, "instructions_background", b->phase[PHASE_BACKGROUND]);
	put(m, "instructions_waiting", (int64_t)b->waiting);
	put(m, "instructions_firmware", (int64_t)(p->hosted ? p->firmware : b->firmware));
	put(m, "idle_to_init_ns", idle);
	put(m, "virtual_to_init_ns", (int64_t)b->total + idle);
	if (init->printk_us)
		put(m, "kernel_clock_at_init_ns", (int64_t)init->printk_us * 1000);
	put(m, "monotonic_clock_at_init_ns", (int64_t)init->clock_ns);
	put(m, "memory_free_at_init_bytes", (int64_t)(init->memfree_kb + init->pcp_kb) * 1024);
	put(m, "image_bytes", (int64_t)k->bytes);
	boot_host_metrics(p, m);
	return m;
}

static json_t *phases(const struct boot_profile *b)
{
	json_t *a = json_array();

	for (int i = 0; i < NR_PHASES; i++)
		json_array_append_new(a, json_pack("{s:s, s:I}", "name", boot_phase_name[i],
						   "instructions", (json_int_t)b->phase[i]));
	return a;
}

static json_t *rows(const struct boot_rows *r, size_t max)
{
	json_t *a = json_array(), *o;

	for (size_t i = 0; i < r->n && i < max; i++) {
		o = json_pack("{s:s, s:I}", "name", r->v[i].name,
			      "instructions", (json_int_t)r->v[i].insns);
		if (r->v[i].level)
			json_object_set_new(o, "level", json_string(r->v[i].level));
		if (r->v[i].waiting)
			json_object_set_new(o, "waiting", json_true());
		if (r->v[i].where)
			json_object_set_new(o, "mostly_in", json_string(r->v[i].where));
		json_array_append_new(a, o);
	}
	return a;
}

static int by_name(const void *a, const void *b)
{
	const struct boot_row *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Every function by name: a claim may be about any of them. */
static json_t *self(const struct boot_rows *r)
{
	const struct boot_row **sorted = xcalloc(r->n + 1, sizeof(*sorted));
	json_t *o = json_object();

	for (size_t i = 0; i < r->n; i++)
		sorted[i] = &r->v[i];
	qsort(sorted, r->n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < r->n; i++)
		put(o, sorted[i]->name, sorted[i]->insns);
	free(sorted);
	return o;
}

static json_t *marks(const struct plog *p, const struct boot_profile *b)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->marks; i++)
		json_array_append_new(a, json_pack("{s:s, s:I}", "name", p->mark[i].name,
				"instructions", (json_int_t)(p->mark[i].at - b->firmware)));
	return a;
}

json_t *boot_subject(const struct kernel *k, const struct plog *p,
		     const struct boot_profile *prof, const struct verdict *init,
		     json_t *differ)
{
	json_t *o;
	int64_t off;

	/* What init's clock shows beyond instructions must be what was slept until then. */
	off = idle_total(prof, init) - (int64_t)plog_idle(p, p->end);
	if (off) {
		char *s = xasprintf("clock at init: %" PRId64 " ns %s than instructions and sleep",
				    off < 0 ? -off : off, off < 0 ? "less" : "more");

		json_array_append_new(differ, json_string(s));
		free(s);
	}
	o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:b}", "name", k->name,
		      "role", report_role_of(k->name), "image", k->image, "version", k->version,
		      "image_bytes", (json_int_t)k->bytes,
		      "deterministic", !json_array_size(differ));
	json_object_set_new(o, "disagreements", differ);
	json_object_set_new(o, "metrics", metrics(k, p, prof, init));
	json_object_set_new(o, "phases", phases(prof));
	json_object_set_new(o, "marks", marks(p, prof));
	json_object_set_new(o, "initcalls", rows(&prof->initcalls, SIZE_MAX));
	json_object_set_new(o, "background", rows(&prof->background, SIZE_MAX));
	json_object_set_new(o, "functions", rows(&prof->functions, FUNCTIONS_MAX));
	json_object_set_new(o, "self", self(&prof->functions));
	return o;
}
