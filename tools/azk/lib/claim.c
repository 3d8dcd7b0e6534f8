// SPDX-License-Identifier: GPL-2.0-only
/* The small grammar of claims; see claim.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"

static const char *const kinds[] = { "boot", "storage", "network", "ledger" };
static const char *const machines[] = { "hyperv", "q35", "microvm", "virt" };
static const char *const ops[] = {
	[CLAIM_LE] = "<=", [CLAIM_LT] = "<", [CLAIM_GE] = ">=",
	[CLAIM_GT] = ">", [CLAIM_EQ] = "==",
};

#define COUNT(a)	(sizeof(a) / sizeof(*(a)))

static int find(const char *const *list, size_t n, const char *word, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == len && !strncmp(list[i], word, len))
			return (int)i;
	return -1;
}

/* digits [ "." digits ] to the end of @s, or to an "x" that ends it. */
static bool number(const char *s, double *value, bool *x)
{
	const char *e = s;

	if (!isdigit((unsigned char)*e))
		return false;
	while (isdigit((unsigned char)*e))
		e++;
	if (*e == '.') {
		if (!isdigit((unsigned char)*++e))
			return false;
		while (isdigit((unsigned char)*e))
			e++;
	}
	*x = *e == 'x';
	if (e[*x])
		return false;
	*value = strtod(s, NULL);
	/* A count must be exact in a double. */
	return *value <= 9007199254740992.0;
}

/* What follows the name: nothing, or ".ROW", the name of a function or the like. */
static bool name_ends(const char *s)
{
	if (!*s)
		return true;
	return s[0] == '.' && s[1] &&
	       !s[1 + strspn(s + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:-")];
}

static char *parse_metric(const char *word, struct claim *c)
{
	size_t kind = strcspn(word, ".");
	const char *name = word + kind + (word[kind] == '.');

	if (!word[kind])
		return xasprintf("Requires a metric as KIND.NAME, got '%s'", word);
	if (find(kinds, COUNT(kinds), word, kind) < 0)
		return xasprintf(
			"Requires a metric that begins with boot., storage., network. or ledger., got '%s'",
			word);
	if (!islower((unsigned char)*name) ||
	    !name_ends(name + strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")))
		return xasprintf(
			"Requires a metric name in snake_case after the dot, or TABLE.ROW, got '%s'",
			word);
	c->kind = xstrndup(word, kind);
	c->name = xstrdup(name);
	return NULL;
}

static char *parse_rest(const struct strv *w, struct claim *c)
{
	size_t i = 3;
	bool x;
	int op;

	op = w->n > 1 ? find(ops, COUNT(ops), w->v[1], strlen(w->v[1])) : -1;
	if (op < 0)
		return xasprintf("Requires one of <=, <, >=, >, == after the metric, got '%s'",
				 w->n > 1 ? w->v[1] : "nothing");
	c->op = (enum claim_op)op;
	if (w->n < 3 || !number(w->v[2], &c->value, &x))
		return xasprintf(
			"Requires a number such as 850000000 or 0.60x after '%s', got '%s'",
			w->v[1], w->n > 2 ? w->v[2] : "nothing");
	c->ratio = x;
	if (x && (w->n < 4 || strcmp(w->v[3], "upstream")))
		return xasprintf("Requires the word 'upstream' after '%s'", w->v[2]);
	i += x;
	if (i == w->n)
		return NULL;
	if (!x && !strcmp(w->v[i], "upstream"))
		return xasprintf("Requires an x at the number: '%sx upstream'", w->v[2]);
	if (strcmp(w->v[i], "on"))
		return xasprintf("'%s' cannot follow here, only 'on MACHINE ...'", w->v[i]);
	if (++i == w->n)
		return xstrdup("Requires a machine after 'on': hyperv, q35, microvm or virt");
	for (; i < w->n; i++) {
		if (find(machines, COUNT(machines), w->v[i], strlen(w->v[i])) < 0)
			return xasprintf("'%s' is no machine: hyperv, q35, microvm or virt",
					 w->v[i]);
		if (strv_has(&c->machines, w->v[i]))
			return xasprintf("machine '%s' is named twice", w->v[i]);
		strv_add(&c->machines, w->v[i]);
	}
	return NULL;
}

char *claim_parse(const char *text, struct claim *c)
{
	struct strv w = STRV_INIT;
	char *fault;

	*c = (struct claim){ 0 };
	strv_split(&w, text, " \t");
	if (!w.n)
		fault = xstrdup("Requires a metric, an operator and a bound");
	else
		fault = parse_metric(w.v[0], c);
	if (!fault)
		fault = parse_rest(&w, c);
	if (fault)
		claim_free(c);
	strv_free(&w);
	return fault;
}

void claim_free(struct claim *c)
{
	free(c->kind);
	free(c->name);
	strv_free(&c->machines);
	*c = (struct claim){ 0 };
}

bool claim_on(const struct claim *c, const char *machine)
{
	return !c->machines.n || strv_has(&c->machines, machine);
}

bool claim_holds(const struct claim *c, double ours, double upstream)
{
	double bound = c->ratio ? c->value * upstream : c->value;

	switch (c->op) {
	case CLAIM_LE: return ours <= bound;
	case CLAIM_LT: return ours < bound;
	case CLAIM_GE: return ours >= bound;
	case CLAIM_GT: return ours > bound;
	case CLAIM_EQ: return ours == bound;
	}
	return false;
}

char *claim_str(const struct claim *c)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s.%s %s %.15g%s", c->kind, c->name, ops[c->op], c->value,
		 c->ratio ? "x upstream" : "");
	for (size_t i = 0; i < c->machines.n; i++)
		buf_addf(&b, "%s%s", i ? " " : " on ", c->machines.v[i]);
	return b.s;
}
