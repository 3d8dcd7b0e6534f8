// SPDX-License-Identifier: GPL-2.0-only
/* See load_subject.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "kernel.h"
#include "load_profile.h"
#include "load_subject.h"
#include "msg.h"
#include "report.h"

#define FUNCTIONS_MAX	40	/* of a cell */

const struct load_figure load_figures[] = {
	{ "instructions", "guest instructions per %s", true, false, false },
	{ "driver_and_bus", "of these, in driver and bus themselves", true, false, false },
	{ "driver", "in the driver", true, false, false },
	{ "bus", "in the bus", true, false, false },
	{ "user", "in the program that makes the load", true, false, false },
	{ "copied", "bytes copied by the kernel per %s", true, false, false },
	{ "copied_driver_and_bus", "of these, for driver and bus", true, false, false },
	{ "signals", "signals to the host per %s", false, true, false },
	{ "exits", "exits to the host per %s", false, true, false },
	{ "interrupts", "interrupts of the device per %s", false, false, false },
	{ "system_calls", "system calls per %s", false, false, false },
	{ "virtual_ns", "virtual time per %s (ns)", true, true, false },
	{ "p50", "latency, median (ns)", true, true, true },
	{ "p99", "latency, 99 %% (ns)", true, true, true },
	{ "p999", "latency, 99.9 %% (ns)", true, true, true },
	{ NULL, NULL, false, false, false },
};

char *load_metric(const char *cell, int drain, const char *what, const char *per)
{
	for (const struct load_figure *f = load_figures; f->name; f++)
		if (f->latency && !strcmp(f->name, what))
			return xasprintf("%s_drain%d_%s_ns", cell, drain, what);
	return xasprintf("%s_drain%d_%s_per_%s", cell, drain, what, per);
}

static double number(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

/* All entries of a table of the host's counters. */
static double sum(const json_t *table)
{
	json_t *v;
	const char *key;
	double all = 0;

	json_object_foreach((json_t *)table, key, v)
		all += json_number_value(v);
	return all;
}

/* The parts of the host's log that are windows, in order. */
static json_t *windows_of(const json_t *phases)
{
	json_t *a = json_array(), *p;
	size_t i;

	json_array_foreach(phases, i, p) {
		const char *name = report_str(p, "phase");

		if (strcmp(name, "boot") && strcmp(name, "0"))
			json_array_append(a, p);
	}
	return a;
}

/* Figure @name of window @i for the units of @run; false: not known. */
static bool figure(const char *name, const struct load_window *w, const json_t *run,
		   const json_t *host, double units, double *v)
{
	uint64_t own = w->copied[GROUP_DRIVER] + w->copied[GROUP_BUS];

	if (!strcmp(name, "instructions"))
		*v = (double)w->insns;
	else if (!strcmp(name, "driver_and_bus"))
		*v = (double)(w->group[GROUP_DRIVER] + w->group[GROUP_BUS]);
	else if (!strcmp(name, "driver"))
		*v = (double)w->group[GROUP_DRIVER];
	else if (!strcmp(name, "bus"))
		*v = (double)w->group[GROUP_BUS];
	else if (!strcmp(name, "user"))
		*v = (double)w->group[GROUP_USER];
	else if (!strcmp(name, "copied"))
		*v = (double)(own + w->copied[GROUP_KERNEL]);
	else if (!strcmp(name, "copied_driver_and_bus"))
		*v = (double)own;
	else if (!strcmp(name, "virtual_ns"))
		*v = number(run, "ns");
	else if (!strcmp(name, "interrupts") || !strcmp(name, "system_calls"))
		*v = number(run, name);
	else if (!host)
		return false;
	else if (!strcmp(name, "signals"))
		*v = number(host, "signals_from_guest");
	else if (!strcmp(name, "exits"))	/* less the one that ends the window */
		*v = sum(json_object_get(host, "exits")) - 1;
	else
		return false;
	*v /= units;
	return *v >= 0;
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* {"median", "min", "max"} of @n values, which are sorted. */
static json_t *spread(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
	return json_pack("{s:f, s:f, s:f}", "median", (v[(n - 1) / 2] + v[n / 2]) / 2,
			 "min", v[0], "max", v[n - 1]);
}

static json_t *latencies(const json_t *cells, int phase)
{
	json_t *c;
	size_t i;

	json_array_foreach(cells, i, c)
		if ((int)number(c, "phase") == phase)
			return c;
	return NULL;
}

static json_t *functions(const struct load_profile *p, int phase, double units)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->functions && json_array_size(a) < FUNCTIONS_MAX; i++)
		if (p->function[i].phase == phase)
			json_array_append_new(a, json_pack("{s:s, s:f}", "name", p->function[i].name,
					"instructions", (double)p->function[i].insns / units));
	return a;
}

/*
 * Is the figure to be had? Without hvhost time is the host's, too; copies are only seen
 * where the kernel's symbols were known before it ran.
 */
static bool known(const struct load_facts *f, const struct load_figure *fig)
{
	if (fig->hosted && !json_array_size(f->phases))
		return false;
	return f->copies || !str_starts(fig->name, "copied");
}

/* The windows of one phase. */
static json_t *cell(const struct load_facts *f, json_t *host, const struct load_cell *c,
		    int phase, int drain, json_t *metrics)
{
	const struct load_profile *p = f->profile;
	double *v = xcalloc(p->windows + 1, sizeof(*v)), units = 0, one;
	json_t *o = json_pack("{s:s, s:s, s:i}", "name", c->name, "what", c->what, "drain_us", drain);
	json_t *lat = latencies(f->cells, phase), *figures = json_object(), *run = NULL;
	size_t n = 0;

	for (const struct load_figure *fig = load_figures; fig->name; fig++) {
		char *name = load_metric(c->name, drain, fig->name, f->plan->per);

		n = 0;
		units = 0;
		for (size_t i = 0; known(f, fig) && !fig->latency && i < p->windows; i++) {
			if (p->window[i].phase != phase)
				continue;
			run = json_array_get(f->runs, i);
			one = number(run, "units");
			units += one;
			if (one > 0 && figure(fig->name, &p->window[i], run,
					      json_array_get(host, i), one, &v[n]))
				n++;
		}
		if (n && !json_object_get(run, "skipped")) {
			json_t *s = spread(v, n);

			json_object_set(metrics, name, json_object_get(s, "median"));
			json_object_set_new(figures, fig->name, s);
		}
		if (known(f, fig) && fig->latency && lat) {
			char key[16];

			snprintf(key, sizeof(key), "%s_ns", fig->name);
			json_object_set(metrics, name, json_object_get(lat, key));
		}
		free(name);
		if (!strcmp(fig->name, "instructions")) {
			json_object_set_new(o, "windows", json_integer((json_int_t)n));
			json_object_set_new(o, "units", json_real(units));
			if (units > 0)
				json_object_set_new(o, "functions", functions(p, phase, units));
		}
	}
	if (run && json_object_get(run, "skipped"))
		json_object_set(o, "skipped", json_object_get(run, "skipped"));
	json_object_set_new(o, "figures", figures);
	if (lat && json_array_size(f->phases))
		json_object_set(o, "latency", lat);
	free(v);
	return o;
}

/* As many windows as runs, in the same order, here and in the host's log. */
static int check(const struct kernel *k, const struct load_facts *f, const json_t *host)
{
	const struct load_profile *p = f->profile;
	size_t runs = json_array_size(f->runs), hosts = json_array_size(host);

	if (p->windows != runs || (hosts && hosts != runs))
		return azk_err(AZK_EX_INPUT, k->name, "run it again with --logs DIR and look there",
			       "%zu runs were said, %zu windows counted, %zu by the host", runs,
			       p->windows, hosts);
	for (size_t i = 0; i < runs; i++) {
		int said = (int)number(json_array_get(f->runs, i), "phase");
		const char *name = report_str(json_array_get(host, i), "phase");

		if (said != p->window[i].phase || (hosts && atoi(name) != said))
			return azk_err(AZK_EX_INPUT, k->name, "run it again with --logs DIR and look there",
				       "run %zu was of phase %d, its window of %u, the host's of %s",
				       i, said, p->window[i].phase, hosts ? name : "none");
	}
	return AZK_OK;
}

/* What the program says the host has to have counted in a window: has it? */
static void check_counts(const struct load_facts *f, const json_t *host)
{
	json_t *run, *want;
	const char *key;
	size_t i;

	json_array_foreach(f->runs, i, run)
		json_object_foreach(json_object_get(run, "host"), key, want) {
			double has = number(json_array_get(host, i), key);
			char *s;

			if (!json_array_size(host) || has == json_number_value(want))
				continue;
			s = xasprintf("run %zu (%s): %s is %.0f for the program, %.0f for the host", i,
				      report_str(run, "title"), key, json_number_value(want), has);
			json_array_append_new(f->differ, json_string(s));
			free(s);
		}
}

/* What it took until the program began: messages to the bus, control messages to NICs. */
static void boot_metrics(const json_t *phases, json_t *metrics)
{
	static const char *const keys[][2] = {
		{ "messages_from_guest", "boot_messages_from_guest" },
		{ "net_control_messages", "boot_net_control_messages" },
	};
	const json_t *boot = json_array_get(phases, 0);

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (json_object_get(boot, keys[i][0]))
			json_object_set(metrics, keys[i][1], json_object_get(boot, keys[i][0]));
}

int load_subject(const struct kernel *k, const struct load_facts *f, json_t **subject)
{
	int index[LOAD_CELLS_MAX], n = load_cells(f->plan, f->shape, index);
	json_t *host = windows_of(f->phases), *metrics = json_object(), *cells = json_array();
	int ret = check(k, f, host);

	if (!ret) {
		check_counts(f, host);
		boot_metrics(f->phases, metrics);
	}
	for (int i = 0; !ret && i < n; i++)
		for (int d = 0; d < f->shape->drains; d++)
			json_array_append_new(cells, cell(f, host, &f->plan->cells[index[i]],
					load_phase(f->shape, i, d), f->shape->drain[d], metrics));
	if (!ret)
		*subject = json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:O, s:O, s:O}", "name", k->name,
				     "role", report_role_of(k->name), "image", k->image,
				     "version", k->version, "image_bytes", (json_int_t)k->bytes,
				     "deterministic", !json_array_size(f->differ),
				     "disagreements", f->differ, "metrics", metrics, "cells", cells);
	json_decref(host);
	json_decref(metrics);
	json_decref(cells);
	return ret;
}
