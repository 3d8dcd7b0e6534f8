// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting. Tables grow a line when an index is first seen and print in order of
 * index, so two runs that did the same print the same.
 */
#include "counters.h"
#include "lib.h"

#define LINES	192	/* of one table; more are counted together */

struct line {
	u32 index;
	u64 n;
};

struct table {
	struct line line[LINES];
	u32 lines;
	u64 others;
};

struct counters {
	char phase[16];
	u64 plain[COUNT_MAX];
	struct table table[COUNT_TABLES];
};

static const char *const plain_name[] = {
#define X(e, name) name,
	HVHOST_COUNTERS(X)
#undef X
};

static const char *const table_name[COUNT_TABLES] = {
	[COUNT_EXIT] = "exits", [COUNT_HYPERCALL] = "hypercalls",
	[COUNT_MSR_READ] = "msr_reads", [COUNT_MSR_WRITE] = "msr_writes",
	[COUNT_VECTOR] = "vectors",
};

static struct counters *counters(struct vm *vm)
{
	if (!vm->counters) {
		vm->counters = hv_alloc(sizeof(*vm->counters));
		if (!vm->counters)
			hv_die("no memory for the counters");
		hv_snprintf(vm->counters->phase, sizeof(vm->counters->phase), "boot");
	}
	return vm->counters;
}

void count(struct vm *vm, enum counter c, u64 n)
{
	counters(vm)->plain[c] += n;
}

void count_in(struct vm *vm, enum counter_table which, u32 index)
{
	struct table *t = &counters(vm)->table[which];
	u32 at = 0;

	while (at < t->lines && t->line[at].index < index)
		at++;
	if (at == t->lines || t->line[at].index != index) {
		if (t->lines == LINES) {
			t->others++;
			return;
		}
		memmove(&t->line[at + 1], &t->line[at], (t->lines - at) * sizeof(t->line[0]));
		t->line[at] = (struct line){ index, 0 };
		t->lines++;
	}
	t->line[at].n++;
}

static void print_table(const char *phase, const char *name, const struct table *t)
{
	char text[480];
	int n = 0;

	for (u32 i = 0; i < t->lines; i++) {
		n += hv_snprintf(text + n, sizeof(text) - (u32)n, "%s\"0x%x\":%lu", n ? "," : "",
				 t->line[i].index, t->line[i].n);
		/* the log's lines are short: a long table is several objects */
		if (n > 300 || i + 1 == t->lines) {
			hv_log("counters {\"phase\":\"%s\",\"%s\":{%s}}", phase, name, text);
			n = 0;
		}
	}
	if (t->others)
		hv_log("counters {\"phase\":\"%s\",\"%s\":{\"others\":%lu}}", phase, name,
		       t->others);
}

void count_print(struct vm *vm)
{
	const struct counters *c = counters(vm);

	for (u32 i = 0; i < COUNT_TABLES; i++)
		print_table(c->phase, table_name[i], &c->table[i]);
	for (u32 i = 0; i < COUNT_MAX; i++)
		if (c->plain[i])
			hv_log("counters {\"phase\":\"%s\",\"%s\":%lu}", c->phase, plain_name[i],
			       c->plain[i]);
	/* no count, but what hvhost itself has taken when the phase ends */
	hv_log("counters {\"phase\":\"%s\",\"heap_bytes\":%lu}", c->phase, hv_heap_used());
}

void count_phase(struct vm *vm, const char *name)
{
	struct counters *c = counters(vm);

	count_print(vm);
	memset(c, 0, sizeof(*c));
	hv_snprintf(c->phase, sizeof(c->phase), "%s", name);
}
