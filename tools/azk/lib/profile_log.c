// SPDX-License-Identifier: GPL-2.0-only
/* The insncount log: one small reader for each kind of line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "msg.h"
#include "profile_log.h"

static const char *const doing_names[] = { "task", "phase", "initcall", "work", "window" };

#define NR_DOING	5

/* Room for one more of an array that has @n: doubles at powers of two. */
#define ADD(array, n) ({						\
	if (!((n) & ((n) - 1)))						\
		(array) = xrealloc(array, ((n) ? (n) * 2 : 1) * sizeof(*(array))); \
	memset(&(array)[n], 0, sizeof(*(array)));			\
	&(array)[(n)++];						\
})

static const char *read_mark(struct plog *p, const char *s)
{
	struct plog_mark m = { .name = NULL };

	if (sscanf(s, "%" SCNu64 " %u %ms", &m.at, &m.task, &m.name) != 3) {
		free(m.name);
		return "COUNT TASK NAME";
	}
	*ADD(p->mark, p->marks) = m;
	return NULL;
}

static const char *read_initcall(struct plog *p, const char *s)
{
	struct plog_initcall i = { .end = 0 };

	if (sscanf(s, "%" SCNu64 " %u %" SCNx64, &i.at, &i.task, &i.fn) != 3)
		return "COUNT TASK FUNCTION";
	*ADD(p->initcall, p->initcalls) = i;
	return NULL;
}

static const char *read_initcall_end(struct plog *p, const char *s)
{
	unsigned int task;
	uint64_t at, fn;

	if (sscanf(s, "%" SCNu64 " %u %" SCNx64, &at, &task, &fn) != 3)
		return "COUNT TASK FUNCTION";
	for (size_t i = p->initcalls; i-- > 0;) {
		struct plog_initcall *c = &p->initcall[i];

		if (c->task != task || c->fn != fn || c->end)
			continue;
		c->end = at;
		return NULL;
	}
	return "the end of an initcall that began before";
}

static const char *read_clock(struct plog *p, const char *s)
{
	struct plog_clock c;

	if (sscanf(s, "%" SCNu64 " %" SCNu64, &c.at, &c.tsc) != 2)
		return "COUNT TSC";
	*ADD(p->clock, p->clocks) = c;
	return NULL;
}

static const char *read_fix(struct plog *p, const char *s)
{
	uint64_t at, n;

	if (sscanf(s, "%" SCNu64 " %" SCNu64, &at, &n) != 2)
		return "COUNT N";
	p->fixed += n;
	return NULL;
}

static const char *read_leak(struct plog *p, const char *s)
{
	uint64_t at, n;

	if (sscanf(s, "%" SCNu64 " %" SCNu64, &at, &n) != 2)
		return "COUNT NS";
	p->leaked += n;
	return NULL;
}

static const char *read_astray(struct plog *p, const char *s)
{
	uint64_t at;
	int64_t n;

	if (sscanf(s, "%" SCNu64 " %" SCNd64, &at, &n) != 2)
		return "COUNT N";
	p->astray++;
	return NULL;
}

static const char *read_irq(struct plog *p, const char *s)
{
	struct plog_irq i = { .name = NULL };

	if (sscanf(s, "%ms %" SCNu64, &i.name, &i.n) != 2) {
		free(i.name);
		return "NAME N";
	}
	*ADD(p->irq, p->irqs) = i;
	return NULL;
}

static bool read_reason(const char *s, struct plog_exit *e)
{
	return sscanf(s, "%" SCNx32 " %" SCNu64 " %" SCNu64, &e->code, &e->n, &e->all) == 3 &&
	       e->n <= e->all;
}

static const char *read_exit(struct plog *p, const char *s)
{
	struct plog_exit e;

	if (!read_reason(s, &e))
		return "CODE N ALL";
	*ADD(p->exit, p->exits) = e;
	return NULL;
}

static const char *read_call(struct plog *p, const char *s)
{
	struct plog_exit e;

	if (!read_reason(s, &e))
		return "CODE N ALL";
	*ADD(p->call, p->calls) = e;
	return NULL;
}

static const char *read_copied(struct plog *p, const char *s)
{
	struct plog_copy c;

	if (sscanf(s, "%" SCNx64 " %" SCNx64 " %" SCNu64, &c.window, &c.caller, &c.bytes) != 3)
		return "WINDOW CALLER BYTES";
	*ADD(p->copy, p->copies) = c;
	return NULL;
}

static const char *read_host(struct plog *p, const char *s)
{
	if (p->hosted || sscanf(s, "%" SCNu64 " %" SCNu64 " %" SCNu64, &p->firmware, &p->setup,
				&p->host) != 3)
		return "FIRMWARE SETUP N, once";
	p->hosted = true;
	return NULL;
}

static const char *read_task(struct plog *p, const char *s)
{
	struct plog_task t = { .name = NULL };
	size_t no;

	if (sscanf(s, "%zu %" SCNx64 " %ms", &no, &t.addr, &t.name) != 3 ||
	    no != p->tasks) {
		free(t.name);
		return "the next TASK, its ADDRESS and NAME";
	}
	*ADD(p->task, p->tasks) = t;
	return NULL;
}

static const char *read_ctx(struct plog *p, const char *s)
{
	struct plog_ctx c = { .phase = NULL, .first = p->blocks };
	char *kind = NULL, *value = NULL, *end;
	int n, k;

	n = sscanf(s, "%u %ms %ms %" SCNd64, &c.task, &kind, &value, &c.insns);
	for (k = 0; n > 1 && k < NR_DOING && strcmp(kind, doing_names[k]); k++)
		;
	free(kind);
	if (n == 4 && k < NR_DOING) {
		c.doing = (enum plog_doing)k;
		if (c.doing == PLOG_PHASE) {
			c.phase = value;
			*ADD(p->ctx, p->ctxs) = c;
			return NULL;
		}
		c.fn = strtoull(value, &end, 16);
		if (!*end) {
			*ADD(p->ctx, p->ctxs) = c;
			free(value);
			return NULL;
		}
	}
	if (n > 2)
		free(value);
	return "TASK, one of task, phase, initcall, work, window, a VALUE and N";
}

static const char *read_block(struct plog *p, const char *s)
{
	struct plog_block b;

	if (!p->ctxs)
		return "a ctx line first";
	if (sscanf(s, "%" SCNx64 " %" SCNd64, &b.addr, &b.insns) != 2)
		return "ADDRESS N";
	*ADD(p->block, p->blocks) = b;
	p->ctx[p->ctxs - 1].n++;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct plog_irq *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const char *read_end(struct plog *p, const char *s)
{
	char how[8];

	if (sscanf(s, "%" SCNu64 " %7s", &p->end, how) != 2 ||
	    (strcmp(how, "user") && strcmp(how, "cut")))
		return "COUNT and user or cut";
	p->complete = *how == 'u';
	return NULL;
}

static const struct {
	const char *word;
	const char *(*read)(struct plog *p, const char *rest);
} readers[] = {
	{ "b ", read_block },
	{ "ctx ", read_ctx },
	{ "mark ", read_mark },
	{ "initcall ", read_initcall },
	{ "initcall_end ", read_initcall_end },
	{ "clock ", read_clock },
	{ "fix ", read_fix },
	{ "leak ", read_leak },
	{ "astray ", read_astray },
	{ "irq ", read_irq },
	{ "exit ", read_exit },
	{ "call ", read_call },
	{ "copied ", read_copied },
	{ "host ", read_host },
	{ "task ", read_task },
	{ "end ", read_end },
};

#define NR_READERS	(sizeof(readers) / sizeof(*readers))

/* Blocks must add up to their context, contexts to the end. */
static const char *check_sums(const struct plog *p)
{
	int64_t all = 0;

	for (size_t i = 0; i < p->ctxs; i++) {
		const struct plog_ctx *c = &p->ctx[i];
		int64_t sum = 0;

		if (c->task >= p->tasks)
			return "a context belongs to a task that is not listed";
		for (size_t b = 0; b < c->n; b++)
			sum += p->block[c->first + b].insns;
		if (sum != c->insns)
			return "the blocks of a context do not add up to it";
		all += sum;
	}
	return (uint64_t)all == p->end ? NULL : "the contexts do not add up to the end";
}

int plog_parse(const char *name, const char *text, struct plog *p)
{
	const char *wants = NULL;
	struct lines l;
	char at[256];
	bool ended = false;
	size_t k;

	memset(p, 0, sizeof(*p));
	lines_init(&l, name, text);
	while (lines_next(&l)) {
		azk_at(at, sizeof(at), name, l.no);
		if (l.no == 1) {
			if (strcmp(l.line, "insncount 1"))
				wants = "the first line 'insncount 1'";
			goto next;
		}
		for (k = 0; k < NR_READERS && !str_starts(l.line, readers[k].word); k++)
			;
		if (k == NR_READERS || ended)
			wants = ended ? "nothing after the end" : "a known word";
		else
			wants = readers[k].read(p, l.line + strlen(readers[k].word));
		ended = k == NR_READERS - 1;
next:
		if (wants) {
			azk_err(AZK_EX_INPUT, at, "run the bench again", "wants %s, got '%s'",
				wants, l.line);
			lines_done(&l);
			return AZK_EX_INPUT;
		}
	}
	lines_done(&l);
	if (!ended)
		return azk_err(AZK_EX_INPUT, name, "QEMU was killed while it wrote; run again",
			       "the log has no end");
	if (p->irqs)
		qsort(p->irq, p->irqs, sizeof(*p->irq), by_name);
	wants = check_sums(p);
	if (wants)
		return azk_err(AZK_EX_INPUT, name, "this is a fault of insncount.c", "%s", wants);
	return AZK_OK;
}

int plog_read(const char *path, struct plog *p)
{
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	memset(p, 0, sizeof(*p));
	if (!ret)
		ret = plog_parse(path, buf_str(&b), p);
	buf_free(&b);
	return ret;
}

void plog_free(struct plog *p)
{
	for (size_t i = 0; i < p->marks; i++)
		free(p->mark[i].name);
	for (size_t i = 0; i < p->tasks; i++)
		free(p->task[i].name);
	for (size_t i = 0; i < p->ctxs; i++)
		free(p->ctx[i].phase);
	for (size_t i = 0; i < p->irqs; i++)
		free(p->irq[i].name);
	free(p->irq);
	free(p->copy);
	free(p->exit);
	free(p->call);
	free(p->mark);
	free(p->initcall);
	free(p->clock);
	free(p->task);
	free(p->ctx);
	free(p->block);
	memset(p, 0, sizeof(*p));
}

const struct plog_mark *plog_mark(const struct plog *p, const char *name)
{
	for (size_t i = 0; i < p->marks; i++)
		if (!strcmp(p->mark[i].name, name))
			return &p->mark[i];
	return NULL;
}

uint64_t plog_idle(const struct plog *p, uint64_t at)
{
	uint64_t idle = 0;

	for (size_t i = 0; i < p->clocks && p->clock[i].at <= at; i++)
		idle = p->clock[i].tsc - p->clock[i].at;
	return idle;
}
