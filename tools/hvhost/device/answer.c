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
	u16 type, flags;
	u64 trans_id;
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
	return channel_send(a->ch, a->type, a->flags, a->trans_id, a->data, a->len);
}

static struct answer *keep(struct answers *q, struct vmbus_channel *ch,
			   const struct answer_packet *p, u32 len)
{
	struct answer *a = hv_alloc(sizeof(*a) + len);

	if (!a) {
		hv_log("%s: %s is lost: no memory", q->dev->name, p->what);
		return NULL;
	}
	*a = (struct answer){ .q = q, .ch = ch, .type = p->type, .flags = p->flags,
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

/* Behind what waits already, so that the order stays. */
static void go(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p, u32 len)
{
	struct answer *a;

	if (!q->waiting && len <= p->len &&
	    channel_send(ch, p->type, p->flags, p->trans_id, p->data, len) != -HV_ENOSPC)
		return;
	a = keep(q, ch, p, len);
	if (!a)
		return;
	if (!q->waiting && put(a) != -HV_ENOSPC)
		hv_free(a);
	else
		wait(q, a);
}

static void late(struct vm *vm, struct event *e)
{
	struct answer *a = container_of(e, struct answer, event), **at = &a->q->delayed;
	struct answers *q = a->q;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	if (!q->waiting && put(a) != -HV_ENOSPC)
		hv_free(a);
	else
		wait(q, a);
}

static void delay(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p,
		  u32 len, u64 time)
{
	struct answer *a = keep(q, ch, p, len), **at = &q->delayed;

	if (!a)
		return;
	while (*at)
		at = &(*at)->next;
	*at = a;
	a->event.fn = late;
	event_arm(q->dev->vm, &a->event, vm_time(q->dev->vm) + time);
}

void answer_send(struct answers *q, struct vmbus_channel *ch, const struct answer_packet *p)
{
	struct answer_packet mine = *p;
	u32 len = p->len, times = 1;
	struct fault f;

	script_at(q->dev->vm, q->dev->name, p->what, p->data, p->len, &f);
	switch (f.action) {
	case FAULT_DROP:
	case FAULT_QUEUE_FULL:
		return;
	case FAULT_RESCIND:
		vmbus_device_rescind(q->dev);
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
		len = MIN(len + f.len, ANSWER_MAX);
		break;
	case FAULT_STALE_ID:
		mine.trans_id = q->stale_id;
		break;
	case FAULT_RING_INDEX:
		channel_corrupt(ch, f.status);
		return;
	case FAULT_NONE:
	case FAULT_CORRUPT:	/* done already */
		break;
	}
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
	drop(q, &q->waiting, ch);
	q->waiting_end = &q->waiting;
	while (*q->waiting_end)
		q->waiting_end = &(*q->waiting_end)->next;
}
