// SPDX-License-Identifier: GPL-2.0-only
/*
 * The script at work: devices and the bus ask before they send. All rules that
 * fit count what they see, so that "nth 3" means the third whatever came of the
 * first two; the first that comes true with an action decides, delays add up.
 */
#include "counters.h"
#include "lib.h"
#include "script/state.h"

static const char *const action_name[] = {
	[FAULT_DROP] = "drop", [FAULT_DUPLICATE] = "duplicate", [FAULT_REORDER] = "reorder",
	[FAULT_REFUSE] = "refuse", [FAULT_RESCIND] = "rescind",
	[FAULT_THEN_RESCIND] = "then-rescind", [FAULT_QUEUE_FULL] = "queue-full",
	[FAULT_SHORT] = "short", [FAULT_LONG] = "long", [FAULT_STALE_ID] = "stale-id",
	[FAULT_RING_INDEX] = "ring-index", [FAULT_CORRUPT] = "corrupt", [FAULT_SET] = "set",
};

void script_init(struct vm *vm, const char *text, size_t len)
{
	struct script *s = hv_alloc(sizeof(*s));
	struct script_error e;

	if (!s)
		hv_die("no memory for the host script");
	if (!script_parse(&s->rules, text, len, &e))
		hv_die("host script, line %u: %s", e.line, e.why);
	s->random = s->rules.seed ? s->rules.seed : vm->seed;
	s->phase = -1;
	vm->script = s;
}

static bool fits(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return !strncmp(pattern, name, n - 1);
	return !strcmp(pattern, name);
}

static bool comes_true(struct script *s, struct script_rule *r)
{
	r->seen++;
	switch (r->when) {
	case WHEN_ALWAYS:
		return true;
	case WHEN_NTH:
		return r->seen == r->from;
	case WHEN_EVERY:
		return r->seen % r->from == 0;
	case WHEN_RANGE:
		return r->seen >= r->from && r->seen <= r->to;
	case WHEN_CHANCE:
		return hv_random(&s->random) % 100 < r->from;
	}
	return false;
}

static void corrupt(struct script *s, const struct script_rule *r, u8 *payload, size_t len)
{
	for (u32 i = 0; i < r->arg2 && payload && (u64)r->arg + i < len; i++)
		payload[r->arg + i] = (u8)hv_random(&s->random);
}

/* Little endian, as everything on the bus. */
static void set(const struct script_rule *r, u8 *payload, size_t len)
{
	for (u32 i = 0; i < r->arg2 && payload && (u64)r->arg + i < len; i++)
		payload[r->arg + i] = (u8)(r->value >> (8 * i));
}

static u64 delay(struct script *s, const struct script_rule *r)
{
	if (r->delay_to <= r->delay)
		return r->delay;
	return r->delay + hv_random(&s->random) % (r->delay_to - r->delay + 1);
}

bool script_at(struct vm *vm, const char *device, const char *what, void *payload, size_t len,
	       struct fault *f)
{
	struct script *s = vm->script;
	bool any = false;

	*f = (struct fault){ FAULT_NONE, 0, 0, 0 };
	for (u32 i = 0; s && i < s->rules.n; i++) {
		struct script_rule *r = &s->rules.rule[i];

		if ((r->in && r->phase != s->phase) || !fits(r->device, device) ||
		    !fits(r->what, what) || !comes_true(s, r))
			continue;
		r->hits++;
		any = true;
		f->delay += delay(s, r);
		if (!r->action || f->action)
			continue;
		hv_log("fault: %s %s #%lu: %s (line %u)", device, what, r->seen,
		       action_name[r->action], r->line);
		count(vm, COUNT_FAULTS, 1);
		if (r->action == FAULT_CORRUPT) {
			corrupt(s, r, payload, len);
			continue;
		}
		if (r->action == FAULT_SET) {
			set(r, payload, len);
			continue;
		}
		f->action = r->action;
		f->status = r->arg;
		f->len = r->arg;
	}
	return any;
}

u64 script_drain(struct vm *vm, const char *device)
{
	struct script *s = vm->script;
	u64 late = 0;

	for (u32 i = 0; s && i < s->rules.n; i++) {
		struct script_rule *r = &s->rules.rule[i];

		if (strcmp(r->what, SCRIPT_DRAIN) || (r->in && r->phase != s->phase) ||
		    !fits(r->device, device) || !comes_true(s, r))
			continue;
		r->hits++;
		late += delay(s, r);
	}
	return late;
}

void script_end(struct vm *vm)
{
	const struct script *s = vm->script;

	for (u32 i = 0; s && i < s->rules.n; i++)
		if (!s->rules.rule[i].hits)
			hv_log("script: line %u never came true (asked %lu times)",
			       s->rules.rule[i].line, s->rules.rule[i].seen);
	if (s)
		timeline_end(s);
}
