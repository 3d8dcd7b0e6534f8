// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of the timeline: when, which device, what is done to it. Called by
 * script_parse(). What can be done to a device, and with which arguments, is one
 * table, so that a wrong line is refused before the guest starts.
 */
#include "lib.h"
#include "script/parse.h"

#define EVERY_LEAST	1000	/* 100 us: more often, and the guest does not get on */

/* Arguments: N a number, S a size, T a time; behind a '-' they may be left out. */
static const struct action_verb {
	const char *kind;	/* NULL: every device */
	const char *verb;
	const char *args;
	const char *expected;
} verbs[] = {
	{ NULL, "rescind", "", "nothing behind rescind" },
	{ NULL, "offer", "", "nothing behind offer" },
	{ NULL, "offer-now", "", "nothing behind offer-now" },
	{ "scsi", "add", "NS", "add LUN SIZE (add 3 64M)" },
	{ "scsi", "remove", "N", "remove LUN" },
	{ "scsi", "resize", "NS", "resize LUN SIZE (resize 0 128M)" },
	{ "net", "link-up", "", "nothing behind link-up" },
	{ "net", "link-down", "", "nothing behind link-down" },
	{ "net", "generate", "NN", "generate COUNT BYTES" },
	{ "vpci", "eject", "N-T", "eject FUNCTION [TIME] (until it comes back)" },
	{ "vpci", "add", "-N", "add [FUNCTION]" },
	{ "shutdown", "shutdown", "-N", "shutdown [1] (by force)" },
	{ "shutdown", "reboot", "-N", "reboot [1] (by force)" },
	{ "shutdown", "hibernate", "-N", "hibernate [1] (by force)" },
	{ "timesync", "step", "T", "step TIME (step 10s)" },
	{ "timesync", "step-back", "T", "step-back TIME (step-back 10s)" },
	{ "timesync", "sample", "", "nothing behind sample" },
	{ "heartbeat", "pause", "", "nothing behind pause" },
	{ "heartbeat", "resume", "", "nothing behind resume" },
	{ "keyboard", "key", "N", "key CODE" },
	{ "keyboard", "make", "N", "make CODE" },
	{ "keyboard", "break", "N", "break CODE" },
};

static bool of_kind(const struct action_verb *v, const char *kind)
{
	return !v->kind || !strcmp(v->kind, kind);
}

/* "expected rescind, offer, add, remove or resize": what devices of @kind can do. */
static bool fail_verb(const char *kind, const struct word *w, struct script_error *e)
{
	char text[100];
	u32 left = 0;
	int n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(verbs); i++)
		left += of_kind(&verbs[i], kind);
	for (u32 i = 0; i < ARRAY_SIZE(verbs); i++)
		if (of_kind(&verbs[i], kind))
			n += hv_snprintf(text + n, sizeof(text) - (u32)n, "%s%s", verbs[i].verb,
					 --left > 1 ? ", " : left ? " or " : "");
	return parse_fail(e, text, w);
}

static bool argument(char type, const struct word *w, u64 *v)
{
	switch (type) {
	case 'N':
		return parse_number(w, UINT64_MAX, v);
	case 'S':
		return parse_size(w, v);
	}
	return parse_time(w, v);
}

static bool arguments(struct script_action *a, const struct action_verb *v, struct line *l,
		      struct script_error *e)
{
	bool optional = false;

	for (const char *t = v->args; *t; t++) {
		const struct word *w;

		if (*t == '-') {
			optional = true;
			continue;
		}
		if (optional && !line_peek(l))
			break;
		w = line_next(l);
		if (!argument(*t, w, &a->arg[a->n++]))
			return parse_fail(e, v->expected, w);
	}
	return !line_peek(l) || parse_fail(e, v->expected, line_peek(l));
}

/* A device as it is called, with its number: "scsi0". */
static const char *device(char *to, const struct word *w)
{
	const char *kind = parse_name(to, w) ? parse_kind(to) : NULL;
	size_t n = kind ? strlen(kind) : 0;

	if (!kind || !strcmp(kind, "vmbus") || !strcmp(kind, "*") || !to[n])
		return NULL;
	while (to[n] >= '0' && to[n] <= '9')
		n++;
	return to[n] ? NULL : kind;
}

/* at TIME | every TIME | phase N [after TIME] */
static bool when(struct script_action *a, struct line *l, struct script_error *e)
{
	const struct word *w = line_next(l);
	u64 n;

	if (word_is(w, "phase")) {
		a->on = ON_PHASE;
		w = line_next(l);
		if (!parse_number(w, 255, &n))
			return parse_fail(e,
					  "a number up to 255, which the guest writes to port 0xe8",
					  w);
		a->phase = (u8)n;
		if (!word_is(line_peek(l), "after"))
			return true;
		line_next(l);
		w = line_next(l);
		return parse_time(w, &a->time) || parse_fail(e, "a time (20ms)", w);
	}
	a->on = word_is(w, "at") ? ON_TIME : ON_EVERY;
	w = line_next(l);
	if (!parse_time(w, &a->time))
		return parse_fail(e, "a time since the guest was started (2s)", w);
	if (a->on == ON_EVERY && a->time < EVERY_LEAST)
		return parse_fail(e, "a time of 100us at least", w);
	return true;
}

bool parse_action(struct script_rules *to, struct line *l, struct script_error *e)
{
	struct script_action *a = &to->action[to->actions];
	const struct word *w;
	const char *kind;

	if (to->actions == SCRIPT_ACTIONS) {
		hv_snprintf(e->why, sizeof(e->why),
			    "a script has at most %d lines with at, every and phase",
			    SCRIPT_ACTIONS);
		return false;
	}
	*a = (struct script_action){ .line = e->line };
	if (!when(a, l, e))
		return false;
	w = line_next(l);
	kind = device(a->device, w);
	if (!kind)
		return parse_fail(
			e,
			"one device: scsi0, net0, vpci0, heartbeat0, shutdown0, timesync0, keyboard0",
			w);
	w = line_next(l);
	for (u32 i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!of_kind(&verbs[i], kind) || !word_is(w, verbs[i].verb))
			continue;
		a->verb = verbs[i].verb;
		if (!arguments(a, &verbs[i], l, e))
			return false;
		to->actions++;
		return true;
	}
	return fail_verb(kind, w, e);
}
