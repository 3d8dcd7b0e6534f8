// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile guest and the pages in which it sets bits in place of hypercalls: the monitor
 * pages and the interrupt page, at any address, of any version, with any content, while
 * channels come and go.
 */
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "input.h"
#include "lib.h"
#include "script.h"
#include "vmbus.h"

#define DEVICES	3
#define HALF	2		/* pages of a ring */

static void answer(struct vmbus_channel *ch, const struct vmbus_packet *p)
{
	channel_complete(ch, p->trans_id, p->data, MIN(p->len, 64u));
}

static void signal(struct vmbus_channel *ch)
{
	channel_drain(ch, answer, NULL);
}

static const struct vmbus_device_ops ops = { .name = "any", .signal = signal };

struct world {
	struct guest *g;
	struct vmbus_device dev[DEVICES];
	struct guest_channel c[DEVICES];
	u32 open;
	u64 page[3];		/* two monitor pages, the interrupt page */
	u64 free;		/* memory of the guest from here on is for one session */
};

static u64 place(struct input *in, u64 good)
{
	switch (take(in, 1) & 7) {
	case 0:
		/* not what is in use here: the host writes into monitor pages */
		return take(in, 8) | FAKE_RAM;
	case 1:
		return good + take(in, 1);
	case 2:
		return FAKE_RAM - PAGE_SIZE + (take(in, 1) & 1) * PAGE_SIZE;
	case 3:
		return 0;
	}
	return good;
}

/* From contact on; rings that have a packet in them. */
static void session(struct world *w, struct input *in)
{
	static const u32 versions[] = {
		VMBUS_VERSION(2, 4), VMBUS_VERSION(3, 0), VMBUS_VERSION(4, 0), VMBUS_VERSION(4, 1),
		VMBUS_VERSION(5, 0), VMBUS_VERSION(5, 3), VMBUS_VERSION(9, 9),
	};
	const struct msg_header unload = { MSG_UNLOAD, 0 }, offers = { MSG_REQUESTOFFERS, 0 };
	struct msg_contact m = { .header = { MSG_INITIATE_CONTACT, 0 } };
	struct guest *g = w->g;

	guest_post(g, &unload, sizeof(unload));
	guest_messages(g);
	g->offers = w->open = 0;
	g->next_page = w->free;
	m.version = versions[take(in, 1) % ARRAY_SIZE(versions)];
	m.monitor_page[0] = place(in, w->page[0]);
	m.monitor_page[1] = place(in, w->page[1]);
	m.interrupt_page = m.version < VMBUS_VERSION(5, 0) ? place(in, w->page[2]) : VMBUS_SINT;
	guest_post(g, &m, sizeof(m));
	if (guest_messages(g) != MSG_VERSION_RESPONSE || !g->message[8])
		return;
	guest_post(g, &offers, sizeof(offers));
	guest_messages(g);
	for (; w->open < MIN(g->offers, (u32)DEVICES); w->open++) {
		if (guest_open(g, &w->c[w->open], &g->offer[w->open], HALF))
			abort();
		guest_write(g, &w->c[w->open], VM_PKT_DATA_INBAND, 1, 1, NULL, 0, "12345678", 8);
	}
}

/* The host takes a device away, or gives it back; it looks late. */
static void host(struct world *w, struct input *in)
{
	static const char late[] = "* drain chance 30% delay 5us";
	const struct vmbus_action rescind = { .verb = "rescind" }, offer = { .verb = "offer" };
	u8 how = (u8)take(in, 1);

	if (how & 0x80)
		script_init(&w->g->fake->vm, late, sizeof(late) - 1);
	else
		vmbus_device_act(&w->dev[how % DEVICES], how & 0x40 ? &offer : &rescind);
	guest_messages(w->g);
	w->g->offers = 0;
}

/* What is said of a channel: closed, given back, moved. */
static void about(struct world *w, struct input *in)
{
	static const u32 types[] = { MSG_CLOSECHANNEL, MSG_RELID_RELEASED, MSG_MODIFYCHANNEL };
	struct msg_modify m = { { types[take(in, 1) % ARRAY_SIZE(types)], 0 },
				(u32)take(in, 1) % 8, (u32)take(in, 1) & 1 };

	guest_post(w->g, &m, sizeof(m));
	guest_messages(w->g);
	w->g->offers = 0;
}

static void set_bits(struct world *w, struct input *in)
{
	u8 which = (u8)take(in, 1);
	u64 page = w->page[which % 3], at = take(in, 2);
	u32 *word;

	/* mostly where bits mean something: pending ones, those of the first relids */
	if (which & 0x80)
		at = which % 3 == 2 ? PAGE_SIZE / 2 : 8;
	word = guest_at(w->g, page + at % PAGE_SIZE / 4 * 4);
	*word |= (u32)take(in, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "", "*", "any0", "any1", "any" };
	struct input in = { data, size };
	struct world w = { .g = guest_begin(2) };
	struct fake *f = w.g->fake;

	strcpy(f->config.monitored, names[take(&in, 1) % ARRAY_SIZE(names)]);
	strcpy(f->config.shared, names[take(&in, 1) % ARRAY_SIZE(names)]);
	for (u32 i = 0; i < DEVICES; i++) {
		w.dev[i].ops = &ops;
		if (vmbus_device_add(&f->vm, &w.dev[i], i))
			abort();
	}
	for (u32 i = 0; i < 3; i++)
		w.page[i] = guest_pages(w.g, 1);
	w.free = w.g->next_page;
	session(&w, &in);
	for (u32 steps = 0; in.left && steps < 96; steps++) {
		switch (take(&in, 1) & 7) {
		case 0:
			session(&w, &in);
			break;
		case 1:
		case 2:
			set_bits(&w, &in);
			break;
		case 3:
			fake_time(f->now + take(&in, 2));
			break;
		case 4:
			guest_hypercall(w.g, HV_CALL_SIGNAL_EVENT | HV_CALL_FAST,
					VMBUS_EVENT_CONNECTION_ID, 0);
			break;
		case 5:
			host(&w, &in);
			break;
		case 6:
			about(&w, &in);
			break;
		default:
			if (w.open)
				guest_signal(w.g, &w.c[take(&in, 1) % w.open]);
		}
	}
	guest_end(w.g);
	return 0;
}
