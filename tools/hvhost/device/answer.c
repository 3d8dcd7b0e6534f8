// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue between a device and its channel: see answer.h. An answer that can go
 * at once never touches the heap; one that is late or finds the ring full is kept.
 */
#include "answer.h"
#include "counters.h"
#include "lib.h"
#include "script.h"

struct answer {
	struct answer *next;
	struct event event;
	struct answers *q;
	struct vmbus_channel *ch;
	answer_put *put;
	u16 type, flags;
	u64 trans_id;
	bool rescind, only;	/* rescind the device behind it, or in its place */
	u32 len;
	u8 data[];
};

void answers_init(struct answers *q, struct vmbus_device *dev)
{
	*q = (struct answers){ .dev = dev };
	q->waiting_end = &q->waiting;
}

static int put(const struct answer *a)
{
	if (a->put)
		return a->put(a->q, a->ch, a->trans_id, a->data, a->len);
	return channel_send(a->ch, a->type, a->flags, a->trans_id, a->data, a->len);
}

/* The same without a copy. */
static int put_now(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p,
		   u32 len)
{
	if (p->put)
		return p->put(q, ch, p->trans_id, p->data, len);
	return channel_send(ch, p->type, p->flags, p->trans_id, p->data, len);
}

static struct answer *keep(struct answers *q, struct vmbus_channel *ch,
			   const struct answer_packet *p, u32 len)
{
	struct answer *a = hv_alloc(sizeof(*a) + len);

	if (!a) {
		hv_log("%s: %s is lost: no memory", q->dev->name, p->what);
		return NULL;
	}
	*a = (struct answer){ .q = q, .ch = ch, .put = p->put, .type = p->type, .flags = p->flags,
			      .trans_id = p->trans_id, .len = len };
	memcpy(a->data, p->data, MIN(len, p->len));
	return a;
}

static void wait(struct answers *q, struct answer *a)
{
	a->next = NULL;
	*q->waiting_end = a;
	q->waiting_end = &a->next;
}

/* Behind what waits already, so that the order stays. Takes @a. */
static void go_kept(struct answers *q, struct answer *a)
{
	if (!q->waiting && put(a) != -HV_ENOSPC)
		hv_free(a);
	else
		wait(q, a);
}

/* One was sent: those that a script wants behind it follow. */
static void release(struct answers *q)
{
	while (q->held) {
		struct answer *a = q->held;

		q->held = a->next;
		go_kept(q, a);
	}
}

static void go(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p, u32 len)
{
	struct answer *a;

	if (q->waiting || len > p->len ||
	    put_now(q, ch, p, len) == -HV_ENOSPC) {
		a = keep(q, ch, p, len);
		if (a)
			go_kept(q, a);
	}
	release(q);
}

static void late(struct vm *vm, struct event *e)
{
	struct answer *a = container_of(e, struct answer, event), **at = &a->q->delayed;
	struct answers *q = a->q;
	bool rescind = a->rescind;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	if (a->only) {
		hv_free(a);
	} else {
		go_kept(q, a);
		release(q);
	}
	if (rescind)
		vmbus_device_rescind(q->dev);
}

static void append(struct answer **list, struct answer *a)
{
	while (*list)
		list = &(*list)->next;
	a->next = NULL;
	*list = a;
}

static struct answer *delay(struct answers *q, struct vmbus_channel *ch,
			    const struct answer_packet *p, u32 len, u64 time)
{
	struct answer *a = keep(q, ch, p, len);

	if (!a)
		return NULL;
	append(&q->delayed, a);
	a->event.fn = late;
	event_arm(q->dev->vm, &a->event, vm_time(q->dev->vm) + time);
	return a;
}

/* The device goes behind this answer, or (@only) in its place; perhaps later. */
static void send_and_rescind(struct answers *q, struct vmbus_channel *ch,
			     const struct answer_packet *p, bool only, u64 time)
{
	struct answer *a;

	if (time) {
		a = delay(q, ch, p, p->len, time);
		if (a) {
			a->rescind = true;
			a->only = only;
		}
		return;
	}
	if (!only)
		go(q, ch, p, p->len);
	vmbus_device_rescind(q->dev);
}

/* After the next one, whenever that is. */
static void hold(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p)
{
	struct answer *a = keep(q, ch, p, p->len);

	if (a)
		append(&q->held, a);
}

void answer_send(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p)
{
	struct answer_packet mine = *p;
	u32 len = p->len, times = 1;
	struct fault f;

	script_at(q->dev->vm, q->dev->name, p->what, p->data, p->len, &f);
	switch (f.action) {
	case FAULT_DROP:
		return;
	case FAULT_RESCIND:
	case FAULT_THEN_RESCIND:
		send_and_rescind(q, ch, p, f.action == FAULT_RESCIND, f.delay);
		return;
	case FAULT_REORDER:
		hold(q, ch, p);
		return;
	case FAULT_DUPLICATE:
		times = 2;
		break;
	case FAULT_REFUSE:
		if (p->status_size)
			memcpy((u8 *)p->data + p->status_at, &f.status, p->status_size);
		break;
	case FAULT_SHORT:
		len = MIN(len, f.len);
		break;
	case FAULT_LONG:
		len = MAX(len, MIN(len + f.len, ANSWER_MAX));
		break;
	case FAULT_STALE_ID:
		mine.trans_id = q->stale_id;
		break;
	case FAULT_RING_INDEX:
		channel_corrupt(ch, f.status);
		return;
	case FAULT_NONE:
	case FAULT_QUEUE_FULL:	/* not for packets */
	case FAULT_CORRUPT:	/* these two are done already */
	case FAULT_SET:
		break;
	}
	if (!p->put)
		q->stale_id = p->trans_id;
	while (times--) {
		if (f.delay)
			delay(q, ch, &mine, len, f.delay);
		else
			go(q, ch, &mine, len);
	}
}

void answers_flush(struct answers *q)
{
	struct answer *a;

	while ((a = q->waiting) && put(a) != -HV_ENOSPC) {
		q->waiting = a->next;
		if (!q->waiting)
			q->waiting_end = &q->waiting;
		hv_free(a);
	}
}

static void drop(struct answers *q, struct answer **at, const struct vmbus_channel *ch)
{
	while (*at) {
		struct answer *a = *at;

		if (ch && a->ch != ch) {
			at = &a->next;
			continue;
		}
		*at = a->next;
		event_cancel(q->dev->vm, &a->event);
		hv_free(a);
	}
}

void answers_forget(struct answers *q, const struct vmbus_channel *ch)
{
	drop(q, &q->delayed, ch);
	drop(q, &q->held, ch);
	drop(q, &q->waiting, ch);
	q->waiting_end = &q->waiting;
	while (*q->waiting_end)
		q->waiting_end = &(*q->waiting_end)->next;
}
