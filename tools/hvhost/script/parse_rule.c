// SPDX-License-Identifier: GPL-2.0-only
/* A fault rule: DEVICE WHAT [in N] [WHEN] FAULT... Called by script_parse() for each. */
#include "lib.h"
#include "script/parse.h"

static bool delay(struct script_rule *r, const struct word *w, struct script_error *e)
{
	static const char want[] = "a time (20us) or two (20us..80us)";
	size_t dots = 0;

	while (w && dots + 1 < w->n && (w->s[dots] != '.' || w->s[dots + 1] != '.'))
		dots++;
	if (w && dots + 1 < w->n) {
		const struct word a = { w->s, dots }, b = { w->s + dots + 2, w->n - dots - 2 };

		if (!parse_time(&a, &r->delay) || !parse_time(&b, &r->delay_to) ||
		    r->delay_to < r->delay)
			return parse_fail(e, want, w);
		return true;
	}
	if (!parse_time(w, &r->delay))
		return parse_fail(e, want, w);
	r->delay_to = r->delay;
	return true;
}

/* in 5: the rule sleeps in other phases */
static bool in_phase(struct script_rule *r, struct line *l, struct script_error *e)
{
	const struct word *w;
	u64 n;

	if (!word_is(line_peek(l), "in"))
		return true;
	line_next(l);
	w = line_next(l);
	if (!parse_number(w, 255, &n))
		return parse_fail(e, "a phase, 0 to 255", w);
	r->in = true;
	r->phase = (u8)n;
	return true;
}

/* nth 3 | every 7 | from 3 [to 9] | chance 5% */
static bool when(struct script_rule *r, struct line *l, struct script_error *e)
{
	const struct word *w = line_peek(l);

	if (word_is(w, "nth") || word_is(w, "every") || word_is(w, "from")) {
		r->when = word_is(w, "nth") ? WHEN_NTH : word_is(w, "every") ? WHEN_EVERY : WHEN_RANGE;
		line_next(l);
		w = line_next(l);
		if (!parse_number(w, UINT64_MAX, &r->from) || !r->from)
			return parse_fail(e, "a number above 0", w);
		r->to = UINT64_MAX;
		if (r->when == WHEN_RANGE && word_is(line_peek(l), "to")) {
			line_next(l);
			w = line_next(l);
			if (!parse_number(w, UINT64_MAX, &r->to) || r->to < r->from)
				return parse_fail(e, "a number not below the first", w);
		}
	} else if (word_is(w, "chance")) {
		struct word percent;

		r->when = WHEN_CHANCE;
		line_next(l);
		w = line_next(l);
		if (!w || w->s[w->n - 1] != '%')
			return parse_fail(e, "a percentage (5%)", w);
		percent = (struct word){ w->s, w->n - 1 };
		if (!parse_number(&percent, 100, &r->from))
			return parse_fail(e, "a percentage (5%)", w);
	}
	return true;
}

#define ARGS_MAX	3

/*
 * What can have a fault: a message of the bus, one of the guest, a packet of a device.
 * The look at a ring can only be late.
 */
#define TO_GUEST	1
#define POST		2
#define PACKET		4
#define DRAIN		8

static const struct fault_word {
	const char *word;
	enum fault_action action;
	u32 at;
	u32 args;
	u64 max[ARGS_MAX];
} fault_words[] = {
	{ "drop", FAULT_DROP, TO_GUEST | POST | PACKET, 0, { 0 } },
	{ "duplicate", FAULT_DUPLICATE, TO_GUEST | PACKET, 0, { 0 } },
	{ "reorder", FAULT_REORDER, TO_GUEST | PACKET, 0, { 0 } },
	{ "refuse", FAULT_REFUSE, TO_GUEST | PACKET, 1, { UINT32_MAX } },
	{ "rescind", FAULT_RESCIND, TO_GUEST | PACKET, 0, { 0 } },
	{ "then-rescind", FAULT_THEN_RESCIND, TO_GUEST | PACKET, 0, { 0 } },
	{ "queue-full", FAULT_QUEUE_FULL, POST, 0, { 0 } },
	{ "short", FAULT_SHORT, TO_GUEST | PACKET, 1, { 65536 } },
	{ "long", FAULT_LONG, TO_GUEST | PACKET, 1, { 65536 } },
	{ "stale-id", FAULT_STALE_ID, PACKET, 0, { 0 } },
	{ "ring-index", FAULT_RING_INDEX, PACKET, 1, { UINT32_MAX } },
	{ "corrupt", FAULT_CORRUPT, TO_GUEST | PACKET, 2, { 65536, 65536 } },
	{ "set", FAULT_SET, TO_GUEST | PACKET, 3, { 65536, 8, UINT64_MAX } },
};

static u32 places(const struct script_rule *r)
{
	if (!strcmp(r->what, SCRIPT_DRAIN))
		return DRAIN;
	if (*r->device == '*')
		return TO_GUEST | POST | PACKET;
	if (strcmp(parse_kind(r->device), "vmbus"))
		return PACKET;
	return !strcmp(r->what, "post") ? POST : strcmp(r->what, "*") ? TO_GUEST : TO_GUEST | POST;
}

static bool fail_place(const struct script_rule *r, const struct word *w, struct script_error *e)
{
	return parse_fail(e, places(r) == POST ? "delay, drop or queue-full for what the guest posts" :
			     places(r) == DRAIN ? "delay: the host looks at the ring later" :
			     places(r) == PACKET ? "a fault of a device's packets (queue-full is for vmbus post)" :
			     "a fault of the bus's messages (stale-id and ring-index are for packets)", w);
}

static bool fault(struct script_rule *r, struct line *l, struct script_error *e)
{
	const struct word *w = line_next(l);

	if (word_is(w, "delay"))
		return delay(r, line_next(l), e);
	for (u32 i = 0; i < ARRAY_SIZE(fault_words); i++) {
		const struct fault_word *f = &fault_words[i];
		u64 arg[ARGS_MAX] = { 0 };

		if (!word_is(w, f->word))
			continue;
		if (r->action)
			return parse_fail(e, "one action beside delay", w);
		if (!(f->at & places(r)))
			return fail_place(r, w, e);
		r->action = f->action;
		for (u32 k = 0; k < f->args; k++) {
			w = line_next(l);
			if (!parse_number(w, f->max[k], &arg[k]))
				return parse_fail(e, "a number", w);
		}
		if (f->action == FAULT_SET && !arg[1])
			return parse_fail(e, "a width of 1 to 8 bytes", &l->word[l->at - 2]);
		r->arg = (u32)arg[0];
		r->arg2 = (u32)arg[1];
		r->value = arg[2];
		return true;
	}
	return parse_fail(e, "delay, drop, duplicate, reorder, refuse, rescind, then-rescind, queue-full, short, long, stale-id, ring-index, corrupt or set", w);
}

bool parse_rule(struct script_rules *to, struct line *l, struct script_error *e)
{
	struct script_rule *r = &to->rule[to->n];
	const struct word *w = line_next(l);

	if (to->n == SCRIPT_RULES) {
		hv_snprintf(e->why, sizeof(e->why), "a script has at most %d rules", SCRIPT_RULES);
		return false;
	}
	*r = (struct script_rule){ .line = e->line };
	if (!parse_name(r->device, w) || !parse_kind(r->device))
		return parse_fail(e, "seed, at, every, phase or a device: vmbus, scsi0, net0, vpci0, heartbeat0, shutdown0, timesync0, keyboard0", w);
	w = line_next(l);
	if (!w || !parse_name(r->what, w))
		return parse_fail(e, "what it sends (a word of a-z, 0-9 and -, or *)", w);
	if (!in_phase(r, l, e) || !when(r, l, e))
		return false;
	if (l->at == l->n)
		return parse_fail(e, "an action", NULL);
	while (l->at < l->n)
		if (!fault(r, l, e))
			return false;
	to->n++;
	return true;
}
