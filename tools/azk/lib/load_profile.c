// SPDX-License-Identifier: GPL-2.0-only
/* Blocks to functions, functions to groups. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "ksyms.h"
#include "load_profile.h"
#include "profile_log.h"

#define USER_END	(1ull << 47)

/* NULL: user mode. */
static const char *name_of(const struct ksyms *k, const struct ksyms *modules, uint64_t addr)
{
	const struct ksym *s;

	if (addr < USER_END)
		return NULL;
	/* modules lie above the kernel */
	s = ksyms_at(modules, addr);
	if (!s)
		s = ksyms_at(k, addr);
	return s ? s->name : "(unknown)";
}

static int by_nth(const void *a, const void *b)
{
	const struct load_window *x = a, *y = b;

	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

static int by_name(const void *a, const void *b)
{
	const struct load_function *x = a, *y = b;

	return x->phase != y->phase ? x->phase - y->phase : strcmp(x->name, y->name);
}

static int by_insns(const void *a, const void *b)
{
	const struct load_function *x = a, *y = b;

	if (x->phase != y->phase)
		return x->phase - y->phase;
	if (x->insns != y->insns)
		return x->insns > y->insns ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* One line for each phase and name. */
static void fold(struct load_profile *l)
{
	size_t n = 0;

	if (!l->functions)
		return;
	qsort(l->function, l->functions, sizeof(*l->function), by_name);
	for (size_t i = 1; i < l->functions; i++) {
		if (by_name(&l->function[n], &l->function[i]))
			l->function[++n] = l->function[i];
		else
			l->function[n].insns += l->function[i].insns;
	}
	l->functions = n + 1;
	qsort(l->function, l->functions, sizeof(*l->function), by_insns);
}

/* Both are in the order of the windows. */
static void add_copies(const struct plog *p, const struct ksyms *k, const struct ksyms *modules,
		       struct load_profile *l)
{
	size_t w = 0;

	for (size_t i = 0; i < p->copies; i++) {
		const struct plog_copy *c = &p->copy[i];

		while (w < l->windows && l->window[w].nth < c->window >> 8)
			w++;
		if (w < l->windows && l->window[w].nth == c->window >> 8)
			l->window[w].copied[load_group(name_of(k, modules, c->caller))] += c->bytes;
	}
}

void load_profile_make(const struct plog *p, const struct ksyms *k, const struct ksyms *modules,
		       struct load_profile *l)
{
	memset(l, 0, sizeof(*l));
	l->window = xcalloc(p->ctxs + 1, sizeof(*l->window));
	l->function = xcalloc(p->blocks + 1, sizeof(*l->function));
	for (size_t i = 0; i < p->ctxs; i++) {
		const struct plog_ctx *c = &p->ctx[i];
		struct load_window *w = &l->window[l->windows];

		if (c->doing != PLOG_WINDOW || !c->fn)
			continue;
		w->nth = (uint32_t)(c->fn >> 8);
		w->phase = (uint8_t)c->fn;
		w->insns = c->insns;
		l->windows++;
		for (size_t b = c->first; b < c->first + c->n; b++) {
			const char *name = name_of(k, modules, p->block[b].addr);

			w->group[load_group(name)] += p->block[b].insns;
			l->function[l->functions++] = (struct load_function){
				w->phase, name ? name : "(user mode)", p->block[b].insns };
		}
	}
	if (l->windows)
		qsort(l->window, l->windows, sizeof(*l->window), by_nth);
	add_copies(p, k, modules, l);
	fold(l);
}

void load_profile_free(struct load_profile *l)
{
	free(l->window);
	free(l->function);
	memset(l, 0, sizeof(*l));
}
