// SPDX-License-Identifier: GPL-2.0-only
/* The text of a host script into rules: grammar in script.h. No state, no memory. */
#include "lib.h"
#include "script.h"

#define WORDS	12

struct word {
	const char *s;
	size_t n;
};

struct line {
	struct word word[WORDS];
	u32 n, at;
};

static bool is(const struct word *w, const char *text)
{
	return w->n == strlen(text) && !memcmp(w->s, text, w->n);
}

static bool fail(struct script_error *e, const char *what, const struct word *w)
{
	if (w && w->n)
		hv_snprintf(e->why, sizeof(e->why), "expected %s, got '%.*s'", what,
			    (int)MIN(w->n, 40ul), w->s);
	else
		hv_snprintf(e->why, sizeof(e->why), "expected %s, got the end of the line", what);
	return false;
}

static struct word *next(struct line *l)
{
	return l->at < l->n ? &l->word[l->at++] : NULL;
}

/* Digits at the front of @w, decimal or 0x; how many characters they are. */
static size_t digits(const struct word *w, u64 *v)
{
	bool hex = w->n > 2 && w->s[0] == '0' && w->s[1] == 'x';
	size_t i = hex ? 2 : 0;

	for (*v = 0; i < w->n && *v < UINT64_MAX / 32; i++) {
		char c = w->s[i];

		if (c >= '0' && c <= '9')
			*v = *v * (hex ? 16 : 10) + (u64)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			*v = *v * 16 + (u64)(c - 'a' + 10);
		else
			break;
	}
	return hex && i == 2 ? 0 : i;
}

static bool number(const struct word *w, u64 max, u64 *v)
{
	return w && w->n && digits(w, v) == w->n && *v <= max;
}

static bool time(const struct word *w, u64 *units)
{
	static const struct { const char *unit; u64 num, den; } unit[] = {
		{ "ns", 1, 100 }, { "us", 10, 1 }, { "ms", 10000, 1 }, { "s", 10000000, 1 } };
	size_t n = digits(w, units);
	const struct word rest = { w->s + n, w->n - n };

	for (u32 i = 0; n && *units <= 1000000000 && i < ARRAY_SIZE(unit); i++)
		if (is(&rest, unit[i].unit)) {
			*units = *units * unit[i].num / unit[i].den;
			return true;
		}
	return false;
}

static bool delay(struct script_rule *r, const struct word *w, struct script_error *e)
{
	static const char want[] = "a time (20us) or two (20us..80us)";
	size_t dots = 0;

	while (w && dots + 1 < w->n && (w->s[dots] != '.' || w->s[dots + 1] != '.'))
		dots++;
	if (w && dots + 1 < w->n) {
		const struct word a = { w->s, dots }, b = { w->s + dots + 2, w->n - dots - 2 };

		if (!time(&a, &r->delay) || !time(&b, &r->delay_to) || r->delay_to < r->delay)
			return fail(e, want, w);
		return true;
	}
	if (!w || !time(w, &r->delay))
		return fail(e, want, w);
	r->delay_to = r->delay;
	return true;
}

static bool name(char *to, const struct word *w)
{
	if (!w || w->n >= SCRIPT_NAME)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		char c = w->s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		      (c == '*' && i + 1 == w->n)))
			return false;
	}
	memcpy(to, w->s, w->n);
	to[w->n] = 0;
	return true;
}

static bool known_device(const char *d)
{
	static const char *const kinds[] = { "vmbus", "scsi", "net", "vpci", "heartbeat", "shutdown",
					     "timesync", "keyboard", "*" };

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(d, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

/* nth 3 | every 7 | from 3 [to 9] | chance 5% */
static bool when(struct script_rule *r, struct line *l, struct script_error *e)
{
	struct word *w = l->at < l->n ? &l->word[l->at] : NULL;
	static const char count[] = "a number above 0";

	if (!w)
		return true;
	if (is(w, "nth") || is(w, "every") || is(w, "from")) {
		r->when = is(w, "nth") ? WHEN_NTH : is(w, "every") ? WHEN_EVERY : WHEN_RANGE;
		l->at++;
		w = next(l);
		if (!number(w, UINT64_MAX, &r->from) || !r->from)
			return fail(e, count, w);
		r->to = UINT64_MAX;
		if (r->when == WHEN_RANGE && l->at < l->n && is(&l->word[l->at], "to")) {
			l->at++;
			w = next(l);
			if (!number(w, UINT64_MAX, &r->to) || r->to < r->from)
				return fail(e, "a number not below the first", w);
		}
	} else if (is(w, "chance")) {
		struct word percent;

		r->when = WHEN_CHANCE;
		l->at++;
		w = next(l);
		if (!w || w->s[w->n - 1] != '%')
			return fail(e, "a percentage (5%)", w);
		percent = (struct word){ w->s, w->n - 1 };
		if (!number(&percent, 100, &r->from))
			return fail(e, "a percentage (5%)", w);
	}
	return true;
}

static bool action(struct script_rule *r, struct line *l, struct script_error *e)
{
	static const struct { const char *word; enum fault_action action; u32 args; u64 max; } acts[] = {
		{ "drop", FAULT_DROP, 0, 0 }, { "duplicate", FAULT_DUPLICATE, 0, 0 },
		{ "refuse", FAULT_REFUSE, 1, 0xffffffff }, { "rescind", FAULT_RESCIND, 0, 0 },
		{ "queue-full", FAULT_QUEUE_FULL, 0, 0 }, { "short", FAULT_SHORT, 1, 65536 },
		{ "long", FAULT_LONG, 1, 65536 }, { "stale-id", FAULT_STALE_ID, 0, 0 },
		{ "ring-index", FAULT_RING_INDEX, 1, 0xffffffff }, { "corrupt", FAULT_CORRUPT, 2, 65536 } };
	struct word *w = next(l);
	u64 v;

	if (is(w, "delay"))
		return delay(r, next(l), e);
	for (u32 i = 0; i < ARRAY_SIZE(acts); i++) {
		if (!is(w, acts[i].word))
			continue;
		if (r->action)
			return fail(e, "one action beside delay", w);
		r->action = acts[i].action;
		for (u32 k = 0; k < acts[i].args; k++) {
			w = next(l);
			if (!number(w, acts[i].max, &v))
				return fail(e, "a number", w);
			*(k ? &r->arg2 : &r->arg) = (u32)v;
		}
		return true;
	}
	return fail(e, "delay, drop, duplicate, refuse, rescind, queue-full, short, long, stale-id, ring-index or corrupt", w);
}

static bool rule(struct script_rules *to, struct line *l, struct script_error *e)
{
	struct script_rule *r = &to->rule[to->n];
	struct word *w = next(l);

	if (is(w, "seed")) {
		w = next(l);
		return (number(w, UINT64_MAX, &to->seed) && to->seed && l->at == l->n) ||
		       fail(e, "a number above 0 and nothing behind it", w);
	}
	if (to->n == SCRIPT_RULES) {
		hv_snprintf(e->why, sizeof(e->why), "a script has at most %d rules", SCRIPT_RULES);
		return false;
	}
	*r = (struct script_rule){ .line = e->line };
	if (!name(r->device, w) || !known_device(r->device))
		return fail(e, "seed, or a device: vmbus, scsi0, net0, vpci0, heartbeat0, shutdown0, timesync0, keyboard0", w);
	w = next(l);
	if (!w || !name(r->what, w))
		return fail(e, "what it sends (a word of a-z, 0-9 and -, or *)", w);
	if (!when(r, l, e))
		return false;
	if (l->at == l->n)
		return fail(e, "an action", NULL);
	while (l->at < l->n)
		if (!action(r, l, e))
			return false;
	to->n++;
	return true;
}

bool script_parse(struct script_rules *to, const char *text, size_t len, struct script_error *e)
{
	size_t at = 0;

	*to = (struct script_rules){ .seed = 0 };
	*e = (struct script_error){ .line = 0 };
	while (at < len) {
		struct line l = { .n = 0 };

		e->line++;
		while (at < len && text[at] != '\n' && text[at] != '#') {
			size_t from = at;

			while (at < len && text[at] != '\n' && text[at] != '#' &&
			       text[at] != ' ' && text[at] != '\t' && text[at] != '\r')
				at++;
			if (at == from) {
				at++;
				continue;
			}
			if (l.n == WORDS) {
				hv_snprintf(e->why, sizeof(e->why), "a line has at most %d words", WORDS);
				return false;
			}
			l.word[l.n++] = (struct word){ text + from, at - from };
		}
		while (at < len && text[at] != '\n')
			at++;
		at++;
		if (l.n && !rule(to, &l, e))
			return false;
	}
	return true;
}
