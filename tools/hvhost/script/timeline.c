// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timeline: what an administrator does to devices, at a time or when the guest
 * says that it is so far. Lines with "at" and "every" are armed when the guest is
 * started, lines with "phase" when the exit loop sees the byte it waits for. Each
 * is done by the bus or the device itself (struct vmbus_action) and logged with
 * what came of it.
 */
#include "lib.h"
#include "script/state.h"
#include "vmbus.h"

static const char *result(int err)
{
	switch (-err) {
	case 0: return "done";
	case HV_EINVAL: return "refused: not with these arguments, or not now";
	case HV_ENOENT: return "refused: it cannot do that, or there is no such thing";
	case HV_EBUSY: return "refused: it is there, or under way already";
	case HV_ENOMEM: return "failed: no memory";
	case HV_ENOSPC: return "failed: no room";
	}
	return "failed";
}

static void act(struct vm *vm, struct script_action *a)
{
	struct vmbus_device *d = vmbus_device_find(vm, a->device);
	struct vmbus_action v = { .verb = a->verb, .n = a->n };
	char args[96] = "";
	int n = 0, err;

	memcpy(v.arg, a->arg, sizeof(v.arg));
	for (u32 i = 0; i < a->n; i++)
		n += hv_snprintf(args + n, sizeof(args) - (u32)n, " %lu", a->arg[i]);
	a->done++;
	hv_log("action: %s %s%s (line %u)", a->device, a->verb, args, a->line);
	if (!d) {
		hv_log("action: %s %s: refused: there is no such device", a->device, a->verb);
		return;
	}
	err = vmbus_device_act(d, &v);
	hv_log("action: %s %s: %s", a->device, a->verb, result(err));
}

static void its_time(struct vm *vm, struct event *e)
{
	struct script_action *a = container_of(e, struct pending, event)->action;

	if (a->on == ON_EVERY)
		event_arm(vm, e, e->due + a->time);
	act(vm, a);
}

static void arm(struct vm *vm, struct pending *p, u64 due)
{
	p->event.fn = its_time;
	event_arm(vm, &p->event, due);
}

void script_start(struct vm *vm)
{
	struct script *s = vm->script;

	for (u32 i = 0; s && i < s->rules.actions; i++) {
		struct pending *p = &s->pending[i];

		p->action = &s->rules.action[i];
		if (p->action->on != ON_PHASE)
			arm(vm, p, p->action->time);
	}
}

void script_phase(struct vm *vm, u8 number)
{
	struct script *s = vm->script;

	if (s)
		s->phase = number;
	for (u32 i = 0; s && i < s->rules.actions; i++) {
		struct script_action *a = &s->rules.action[i];

		if (a->on != ON_PHASE || a->phase != number)
			continue;
		if (a->time)
			arm(vm, &s->pending[i], vm_time(vm) + a->time);
		else
			act(vm, a);
	}
}

void timeline_end(const struct script *s)
{
	for (u32 i = 0; i < s->rules.actions; i++)
		if (!s->rules.action[i].done)
			hv_log("script: line %u never came true (its %s never came)",
			       s->rules.action[i].line,
			       s->rules.action[i].on == ON_PHASE ? "phase" : "time");
}
