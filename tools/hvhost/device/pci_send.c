// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a paravirtual PCI bus sends: answers to the guest's requests and messages
 * of its own. Each is shown to the host script first, which may change, hold
 * back or lose it; what finds no room in the ring waits here, in order, until the
 * guest has read. Called by pci.c and pci_plug.c; leaves through vmbus/.
 */
#include "lib.h"
#include "pci.h"
#include "script.h"

#define COMPLETION_REQUESTED	1	/* VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED */
#define REPLY_MAX	512u

struct pci_reply {
	struct event event;	/* first: the event's function gets this */
	struct pci_reply *next;
	struct vpci_bus *bus;
	u64 trans_id;
	u16 type;
	u32 len;
	u8 data[REPLY_MAX];
};

static void unlink_reply(struct pci_reply **list, struct pci_reply *r)
{
	while (*list && *list != r)
		list = &(*list)->next;
	if (*list)
		*list = r->next;
}

static void append_reply(struct pci_reply **list, struct pci_reply *r)
{
	while (*list)
		list = &(*list)->next;
	r->next = NULL;
	*list = r;
}

/* 0: in the ring (or the channel is gone); -HV_ENOSPC: not yet. */
static int put(struct vpci_bus *bus, const struct pci_reply *r)
{
	if (!bus->ch)
		return 0;
	if (r->type == VM_PKT_COMP)
		return channel_complete(bus->ch, r->trans_id, r->data, r->len);
	return channel_send(bus->ch, r->type, 0, r->trans_id, r->data, r->len);
}

/* Answers leave in order: none overtakes one that waits for room. */
static void queue(struct vpci_bus *bus, const struct pci_reply *from)
{
	struct pci_reply *r;

	if (!bus->waiting && put(bus, from) != -HV_ENOSPC)
		return;
	r = hv_alloc(sizeof(*r));
	if (!r) {
		hv_log("%s: an answer is lost: no memory", bus->dev.name);
		return;
	}
	*r = *from;
	append_reply(&bus->waiting, r);
}

void pci_flush(struct vpci_bus *bus)
{
	struct pci_reply *r;

	while ((r = bus->waiting) && put(bus, r) != -HV_ENOSPC) {
		bus->waiting = r->next;
		hv_free(r);
	}
}

/* After the next one, whenever that is. */
static void hold(struct vpci_bus *bus, const struct pci_reply *from)
{
	struct pci_reply *r = hv_alloc(sizeof(*r));

	if (!r) {
		queue(bus, from);
		return;
	}
	*r = *from;
	append_reply(&bus->held, r);
}

static void release(struct vpci_bus *bus)
{
	struct pci_reply *r;

	while ((r = bus->held)) {
		bus->held = r->next;
		queue(bus, r);
		hv_free(r);
	}
}

static void delay_over(struct vm *vm, struct event *e)
{
	struct pci_reply *r = container_of(e, struct pci_reply, event);
	struct vpci_bus *bus = r->bus;

	(void)vm;
	unlink_reply(&bus->delayed, r);
	queue(bus, r);
	hv_free(r);
	release(bus);
}

static void delay(struct vpci_bus *bus, const struct pci_reply *from, u64 time)
{
	struct pci_reply *r = hv_alloc(sizeof(*r));

	if (!r) {
		queue(bus, from);
		return;
	}
	*r = *from;
	append_reply(&bus->delayed, r);
	r->event.fn = delay_over;
	event_arm(bus->vm, &r->event, vm_time(bus->vm) + time);
}

void pci_rescind(struct vpci_bus *bus)
{
	bus->rescinded = true;
	vmbus_device_rescind(&bus->dev);
}

/* Send @r, called @what in scripts, or what the script makes of it. */
static void send(struct vpci_bus *bus, const char *what, struct pci_reply *r)
{
	struct fault f;
	u64 id = r->trans_id;
	u32 i, more;

	script_at(bus->vm, bus->dev.name, what, r->data, r->len, &f);
	switch (f.action) {
	case FAULT_DROP:
		return;
	case FAULT_RESCIND:
		pci_rescind(bus);
		return;
	case FAULT_REORDER:
		hold(bus, r);
		return;
	case FAULT_REFUSE:
		if (r->type != VM_PKT_COMP)
			return;
		memset(r->data, 0, REPLY_MAX);
		memcpy(r->data, &f.status, sizeof(f.status));
		r->len = MIN(r->len, (u32)sizeof(struct vpci_status));
		break;
	case FAULT_SHORT:
		r->len = MIN(r->len, f.len);
		break;
	case FAULT_LONG:
		more = MIN(f.len, REPLY_MAX - r->len);
		for (i = 0; i < more; i++)
			r->data[r->len + i] = (u8)hv_random(&bus->vm->seed);
		r->len += more;
		break;
	case FAULT_STALE_ID:
		r->trans_id = bus->last_trans_id;
		break;
	default:
		break;
	}
	if (r->type == VM_PKT_COMP)
		bus->last_trans_id = id;
	if (f.delay)
		delay(bus, r, f.delay);
	else
		queue(bus, r);
	if (f.action == FAULT_DUPLICATE)
		queue(bus, r);
	if (!f.delay)
		release(bus);
	if (f.action == FAULT_THEN_RESCIND)
		pci_rescind(bus);
}

void pci_answer(struct vpci_bus *bus, const struct vmbus_packet *pkt, const char *what,
		   const void *data, u32 len)
{
	struct pci_reply r = { .bus = bus, .trans_id = pkt->trans_id, .type = VM_PKT_COMP };

	if (!(pkt->flags & COMPLETION_REQUESTED))
		return;
	memcpy(r.data, data, len);
	r.len = len;
	send(bus, what, &r);
}

void pci_answer_status(struct vpci_bus *bus, const struct vmbus_packet *pkt,
			  const char *what, u32 status)
{
	struct vpci_status s = { status, 0 };

	pci_answer(bus, pkt, what, &s, sizeof(s));
}

void pci_notify(struct vpci_bus *bus, const char *what, const void *data, u32 len)
{
	struct pci_reply r = { .bus = bus, .type = VM_PKT_DATA_INBAND };

	memcpy(r.data, data, len);
	r.len = len;
	send(bus, what, &r);
}

static void drop(struct vpci_bus *bus, struct pci_reply **list)
{
	struct pci_reply *r;

	while ((r = *list)) {
		*list = r->next;
		if (r->event.armed)
			event_cancel(bus->vm, &r->event);
		hv_free(r);
	}
}

void pci_send_forget(struct vpci_bus *bus)
{
	drop(bus, &bus->waiting);
	drop(bus, &bus->delayed);
	drop(bus, &bus->held);
}
