// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile guest on the bus: messages of any content, ring memory overwritten,
 * packets of any shape, signals, and MSRs. What it may not reach is seen by the
 * sanitizers: every other byte of the process is hvhost's.
 */
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "input.h"
#include "lib.h"
#include "script.h"
#include "tlfs_exit.h"
#include "vmbus.h"

static void use(struct vmbus_channel *ch, const struct vmbus_packet *p)
{
	struct vm *vm = ch->dev->vm;
	u8 data[512];

	packet_read(vm, p, 0, data, MIN(p->total, sizeof(data)));
	packet_write(vm, p, p->total / 2, data, MIN(p->total / 2, sizeof(data)));
	if (p->len >= 4) {
		u32 handle;

		memcpy(&handle, p->data, 4);
		if (gpadl_find(ch, handle))
			gpadl_write(vm, gpadl_find(ch, handle), 1, data, 64);
	}
	channel_complete(ch, p->trans_id, p->data, MIN(p->len, 4096u));
}

static void use_all(struct vmbus_channel *ch)
{
	channel_drain(ch, use, NULL);
}

static const struct vmbus_device_ops ops = { .name = "any", .signal = use_all };

/* All 240 bytes come from the input, so that a list of page frames can be as long as it gets. */
static void message(struct guest *g, struct input *in)
{
	u8 m[240] = { 0 };
	u32 type = (u32)take(in, 1) % 28, len = (u32)take(in, 1) % (sizeof(m) + 1);

	for (u32 i = 8; i < len; i++)
		m[i] = (u8)take(in, 1);
	memcpy(m, &type, 4);
	guest_post(g, m, len);
}

/* The host changes its mind meanwhile; what it says is late, lost or out of order. */
static void host(struct guest *g, struct vmbus_device *dev, struct input *in)
{
	static const char faults[] =
		"vmbus * chance 20% reorder\nvmbus * chance 20% delay 1ms duplicate\n"
		"vmbus offer chance 20% then-rescind\nvmbus gpadl-created chance 30% rescind\n"
		"vmbus post chance 20% delay 2ms\nvmbus open-result chance 30% then-rescind";
	const struct vmbus_action rescind = { .verb = "rescind" }, offer = { .verb = "offer" };

	switch (take(in, 1) % 6) {
	case 0:
		vmbus_device_act(dev, &rescind);
		break;
	case 1:
		vmbus_device_act(dev, &offer);
		break;
	case 2:
		vmbus_subchannel_offer(dev, (u16)take(in, 1));
		break;
	case 3:
		script_init(&g->fake->vm, faults, sizeof(faults) - 1);
		break;
	default:
		fake_time(g->fake->now + take(in, 2));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct guest *g = guest_begin(2);
	struct vmbus_device dev = { .ops = &ops };
	struct guest_channel c;
	u32 value;

	vmbus_device_add(&g->fake->vm, &dev, 0);
	if (!guest_contact(g, VMBUS_VERSION(5, 3)) || !guest_request_offers(g) ||
	    guest_open(g, &c, &g->offer[0], 3))
		abort();
	for (u32 steps = 0; in.left && steps < 64; steps++) {
		u64 what = take(&in, 1);

		switch (what & 7) {
		case 0:
			message(g, &in);
			break;
		case 1:		/* anything into the ring's headers and data */
			what = take(&in, 2) % ((2 * 3ul << PAGE_SHIFT) - 8);
			if (take(&in, 1) & 1)
				what %= 64;
			value = (u32)take(&in, 4);
			memcpy(guest_at(g, c.ring + what), &value, 4);
			break;
		case 2: {
			u8 mid[64] = { 0 }, body[64] = { 0 };
			u32 ml = (u32)take(&in, 1) % 8 * 8, bl = (u32)take(&in, 1) % 8 * 8;
			struct ring_header *h = guest_at(g, c.ring);

			for (u32 i = 0; i < ml; i++)
				mid[i] = (u8)take(&in, 1);
			if (h->write_index < 8192)
				guest_write(g, &c, (u16)(6 + take(&in, 1) % 6), 1, steps, mid, ml,
					    body, bl);
			break;
		}
		case 3:
			guest_hypercall(g, HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, take(&in, 2), 0);
			break;
		case 4: {
			u32 vp = take(&in, 1) & 1, msr = 0x40000000 + (u32)take(&in, 2) % 0x200;
			u64 v = take(&in, 8);

			/* locked, the page could not be put back */
			if (msr == HV_MSR_HYPERCALL)
				v &= ~HV_HYPERCALL_LOCKED;
			tlfs_wrmsr(&g->fake->vm.vp[vp], msr, v);
			break;
		}
		case 5: {
			struct hypercall_regs r = { .rcx = take(&in, 8) };

			r.rdx = take(&in, 3);
			r.r8 = take(&in, 3);
			tlfs_hypercall(&g->fake->vm.vp[0], &r);
			break;
		}
		case 6:
			host(g, &dev, &in);
			break;
		default:
			guest_signal(g, &c);
			guest_messages(g);
		}
		/* the guest of the test needs its own way to the host back */
		tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_GUEST_OS_ID, 1);
		tlfs_wrmsr(&g->fake->vm.vp[0], HV_MSR_HYPERCALL, 32ul << PAGE_SHIFT | 1);
		g->offers = 0;
	}
	guest_end(g);
	return 0;
}
