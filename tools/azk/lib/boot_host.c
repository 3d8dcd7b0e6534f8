// SPDX-License-Identifier: GPL-2.0-only
/* SVM exit codes: AMD64 Architecture Programmer's Manual, volume 2, appendix C. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot_host.h"
#include "buf.h"
#include "profile_log.h"

struct reason {
	uint32_t code;
	const char *metric;
};

static const struct reason exits[] = {
	{ 0x72, "exits_cpuid" },
	{ 0x7c, "exits_msr" },
	{ 0x81, "exits_hypercall" },
	{ 0x7b, "exits_port" },
	{ 0x61, "exits_host_event" },	/* NMI: how hvhost gets a processor out */
	{ 0, "exits_other" },
};

/* TLFS, "Hypercall code" of each. */
static const struct reason calls[] = {
	{ 0x5c, "hypercalls_post_message" },
	{ 0x5d, "hypercalls_signal_event" },
	{ 0x7e, "hypercalls_retarget_interrupt" },
	{ 0x106, "hypercalls_mmio_read" },
	{ 0x107, "hypercalls_mmio_write" },
	{ 0, "hypercalls_other" },
};

const struct boot_host_row boot_host_rows[] = {
	{ "interrupts", "interrupts taken" },
	{ "exits", "exits to the host" },
	{ "exits_cpuid", "  CPUID" },
	{ "exits_msr", "  MSR" },
	{ "exits_hypercall", "  hypercall" },
	{ "hypercalls_post_message", "    post message" },
	{ "hypercalls_signal_event", "    signal event" },
	{ "hypercalls_retarget_interrupt", "    retarget interrupt" },
	{ "hypercalls_mmio_read", "    MMIO read" },
	{ "hypercalls_mmio_write", "    MMIO write" },
	{ "hypercalls_other", "    other" },
	{ "exits_port", "  port" },
	{ "exits_host_event", "  host event" },
	{ "exits_other", "  other" },
	{ "host_instructions", "the host's instructions" },
	{ "host_setup_instructions", "  and before the guest" },
	{ NULL, NULL },
};

static void put(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

/* Sort @n counts of @seen into the rows of @reasons; returns their sum. */
static uint64_t put_reasons(json_t *m, const struct reason *reasons,
			    const struct plog_exit *seen, size_t n)
{
	uint64_t all = 0;
	size_t r;

	for (r = 0; reasons[r].code; r++)
		put(m, reasons[r].metric, 0);
	put(m, reasons[r].metric, 0);
	for (size_t i = 0; i < n; i++) {
		const char *metric;

		for (r = 0; reasons[r].code && reasons[r].code != seen[i].code; r++)
			;
		metric = reasons[r].metric;
		put(m, metric, (uint64_t)json_integer_value(json_object_get(m, metric)) +
		    seen[i].n);
		all += seen[i].n;
	}
	return all;
}

void boot_host_metrics(const struct plog *p, json_t *m)
{
	uint64_t irqs = 0;

	for (size_t i = 0; i < p->irqs; i++)
		irqs += p->irq[i].n;
	put(m, "interrupts", irqs);
	if (!p->hosted)
		return;
	put(m, "host_instructions", p->host);
	put(m, "host_setup_instructions", p->setup);
	put(m, "exits", put_reasons(m, exits, p->exit, p->exits));
	put(m, "hypercalls", put_reasons(m, calls, p->call, p->calls));
}

static json_t *by_code(const struct plog_exit *v, size_t n)
{
	json_t *o = json_object();
	char code[16];

	for (size_t i = 0; i < n; i++) {
		snprintf(code, sizeof(code), "0x%" PRIx32, v[i].code);
		json_object_set_new(o, code,
				    json_pack("{s:I, s:I}", "until_init", (json_int_t)v[i].n,
					      "until_end", (json_int_t)v[i].all));
	}
	return o;
}

json_t *boot_host(const struct plog *p, json_t *phases)
{
	json_t *irqs = json_object(), *o;

	for (size_t i = 0; i < p->irqs; i++)
		put(irqs, p->irq[i].name, p->irq[i].n);
	o = json_pack("{s:o}", "interrupts", irqs);
	if (!p->hosted)
		return o;
	json_object_set_new(o, "exits", by_code(p->exit, p->exits));
	json_object_set_new(o, "hypercalls", by_code(p->call, p->calls));
	json_object_set(o, "counters", phases);
	return o;
}

static void disagree(json_t *differ, char *text)
{
	json_array_append_new(differ, json_string(text));
	free(text);
}

/* The sum of counter @table in all @phases, or of its line @code when that is not NULL. */
static uint64_t counted(const json_t *phases, const char *table, const char *code)
{
	const json_t *phase, *n;
	const char *key;
	uint64_t sum = 0;
	size_t i;

	json_array_foreach(phases, i, phase)
		json_object_foreach(json_object_get(phase, table), key, n)
			if (!code || !strcmp(code, key))
				sum += (uint64_t)json_integer_value(n);
	return sum;
}

static void check_table(const json_t *phases, const char *table, const struct plog_exit *v,
			size_t n, json_t *differ)
{
	uint64_t all = 0, host;
	char code[16];

	for (size_t i = 0; i < n; i++) {
		snprintf(code, sizeof(code), "0x%" PRIx32, v[i].code);
		host = counted(phases, table, code);
		all += v[i].all;
		if (host != v[i].all)
			disagree(differ, xasprintf("%s %s: %" PRIu64 " seen, %" PRIu64
						   " counted by the host",
						   table, code, v[i].all, host));
	}
	host = counted(phases, table, NULL);
	if (host != all)
		disagree(differ, xasprintf("%s: %" PRIu64 " seen, %" PRIu64 " counted by the host",
					   table, all, host));
}

void boot_host_check(const struct plog *p, const json_t *phases, json_t *differ)
{
	if (p->leaked)
		disagree(differ, xasprintf("the guest's clock: %" PRIu64
					   " ns more than instructions and sleep",
					   p->leaked));
	if (!p->hosted)
		return;
	if (p->astray)
		disagree(differ, xasprintf("the host's clock: not its instructions, %zu times",
					   p->astray));
	check_table(phases, "exits", p->exit, p->exits, differ);
	check_table(phases, "hypercalls", p->call, p->calls, differ);
}
