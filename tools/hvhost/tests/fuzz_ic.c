// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of any content from a guest to the integration services, and messages of
 * any content to the keyboard, while time passes and the host's administrator acts.
 */
#include <stdlib.h>

#include "device.h"
#include "device/ic.h"
#include "ic_guest.h"
#include "input.h"
#include "lib.h"
#include "vmbus/bus.h"

#define DEVICES	4
#define STEPS	64

static void administrate(struct guest *g, struct input *in)
{
	static const struct {
		const char *device, *verb;
	} what[] = {
		{ "shutdown0", "shutdown" },  { "shutdown0", "reboot" },
		{ "shutdown0", "hibernate" }, { "timesync0", "step" },
		{ "timesync0", "step-back" }, { "timesync0", "sample" },
		{ "heartbeat0", "pause" },    { "heartbeat0", "resume" },
		{ "keyboard0", "key" },	      { "keyboard0", "make" },
		{ "keyboard0", "break" },
	};
	u32 i = (u32)take(in, 1) % ARRAY_SIZE(what), n = (u32)take(in, 1) % 3;
	struct vmbus_device *d = vmbus_device_find(&g->fake->vm, what[i].device);
	struct vmbus_action a = { what[i].verb, n, { take(in, n ? 8 : 0) } };

	if (a.arg[0] & 1)	/* a code, a time that can be */
		a.arg[0] &= 0xffff;

	if (d->ops->act(d, &a) > 0)
		abort();
}

/* Bytes of the input over what is sent back, so that it is nearly right. */
static void spoil(struct input *in, u8 *data, u32 len)
{
	for (u32 n = (u32)take(in, 1) % 6; n; n--) {
		u32 at = (u32)take(in, 2) % (IC_HEAD + 24);
		u8 v = (u8)take(in, 1);

		if (at < len)
			data[at] = v;
	}
}

static void answer(struct guest *g, struct guest_channel *c, struct input *in)
{
	struct ic_got m;
	u32 len;

	if (!ic_next(g, c, &m))
		return;
	if (m.h.type == ICMSG_NEGOTIATE && take(in, 1) & 7) {
		/* a version that was offered, most of the time */
		ic_pick(g, c, &m, take(in, 1) & 7 ? IC_VERSION(3, 0) : 0,
			IC_VERSION(take(in, 1) % 5, 0));
		return;
	}
	m.h.flags = ICMSG_TRANSACTION | ICMSG_RESPONSE;
	memcpy(m.packet.data + sizeof(m.pipe), &m.h, sizeof(m.h));
	if (m.h.type == ICMSG_HEARTBEAT)
		m.packet.data[IC_HEAD] += take(in, 1) & 3 ? 1 : 0;
	spoil(in, m.packet.data, m.packet.len);
	len = take(in, 1) & 15 ? m.packet.len : (u32)take(in, 2) % (m.packet.len + 1);
	guest_write(g, c, VM_PKT_DATA_INBAND, 0, m.packet.trans_id, NULL, 0, m.packet.data, len);
	guest_signal(g, c);
}

static void anything(struct guest *g, struct guest_channel *c, struct input *in)
{
	u8 data[64] = { 0 };
	u32 len = (u32)take(in, 1) % sizeof(data);

	for (u32 i = 0; i < len; i++)
		data[i] = (u8)take(in, 1);
	guest_write(g, c, take(in, 1) & 3 ? VM_PKT_DATA_INBAND : (u16)take(in, 1), (u16)take(in, 1),
		    take(in, 8), NULL, 0, data, len);
	guest_signal(g, c);
}

static void ask_keyboard(struct guest *g, struct guest_channel *c, struct input *in)
{
	const struct kbd_request r = { 1 + take(in, 1) % 4, KBD_VERSION };
	struct guest_packet p;

	guest_send(g, c, 1, &r, sizeof(r));
	while (guest_recv(g, c, &p))
		;
}

/* The guest leaves the channel and opens it again; or the host takes it away and offers it. */
static void again(struct guest *g, struct guest_channel *c, struct input *in)
{
	const struct msg_relid close = { { MSG_CLOSECHANNEL, 0 }, c->relid };
	const struct msg_relid released = { { MSG_RELID_RELEASED, 0 }, c->relid };
	struct vmbus_action a = { .verb = "rescind" };
	struct vmbus_device *d;
	struct msg_offer o;
	u32 i = g->offers;

	while (i && g->offer[i - 1].relid != c->relid)
		i--;
	o = g->offer[i - 1];
	if (take(in, 1) & 1 || g->offers == GUEST_OFFERS) {
		guest_post(g, &close, sizeof(close));
	} else {
		d = channel_by_relid(g->fake->vm.vmbus, c->relid)->ch.dev;
		vmbus_device_act(d, &a);
		guest_post(g, &released, sizeof(released));
		a.verb = "offer";
		vmbus_device_act(d, &a);
		guest_messages(g);
		o = g->offer[g->offers - 1];
	}
	if (guest_open(g, c, &o, 3))
		abort();
	fake_time(g->fake->now + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct guest *g = guest_begin(1);
	struct vm *vm = &g->fake->vm;
	struct guest_channel ch[DEVICES];
	u32 opens = 0;

	if (shutdown_create(vm, 0) || timesync_create(vm, 0) || heartbeat_create(vm, 0) ||
	    keyboard_create(vm, 0) || !guest_contact(g, VMBUS_VERSION(5, 3)) ||
	    guest_request_offers(g) != DEVICES)
		abort();
	for (u32 i = 0; i < DEVICES; i++)
		if (guest_open(g, &ch[i], &g->offer[i], 3))
			abort();
	fake_time(1);
	for (u32 step = 0; in.left && step < STEPS; step++) {
		u8 what = (u8)take(&in, 1);
		struct guest_channel *c = &ch[what >> 4 & 3];

		switch (what & 7) {
		case 0:
			administrate(g, &in);
			break;
		case 1:
			fake_time(g->fake->now + take(&in, 4));
			break;
		case 2:
			anything(g, c, &in);
			break;
		case 3:
			ask_keyboard(g, &ch[3], &in);
			break;
		case 4:
			if (opens++ < 16)
				again(g, c, &in);
			break;
		default:
			if (c != &ch[3])
				answer(g, c, &in);
		}
		/* a guest reads what it gets now and then, or the rings are full */
		if (what & 0x80 && c == &ch[3]) {
			struct guest_packet p;

			while (guest_recv(g, c, &p))
				;
		}
		guest_messages(g);
	}
	guest_end(g);
	return 0;
}
