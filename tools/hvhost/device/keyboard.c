// SPDX-License-Identifier: GPL-2.0-only
/*
 * The synthetic keyboard. A guest asks for protocol 1.0; from then on the host
 * sends scan codes of set 1, with the prefixes E0 and E1 as flags, and the guest
 * may say which indicators are lit (Linux never does). There is no keyboard here:
 * keys come from the host script.
 */
#include "counters.h"
#include "device.h"
#include "device/answer.h"
#include "ic_proto.h"
#include "lib.h"
#include "vmbus_proto.h"

#define COMPLETION_WANTED	1	/* flags of a packet */

struct keyboard {
	struct vmbus_device dev;
	struct answers answers;
	bool accepted;
	u16 leds;
};

static struct keyboard *keyboard_of(struct vmbus_device *d)
{
	return container_of(d, struct keyboard, dev);
}

static void say(struct keyboard *k, const char *what, void *message, u32 len, u32 status_at)
{
	struct answer_packet p = { .what = what, .type = VM_PKT_DATA_INBAND, .data = message,
				   .len = len, .status_at = status_at,
				   .status_size = status_at ? 4 : 0 };

	answer_send(&k->answers, k->dev.primary, &p);
}

static void protocol(struct keyboard *k, const struct kbd_request *r)
{
	struct kbd_response answer = { KBD_PROTOCOL_RESPONSE, 0 };

	k->accepted = r->version == KBD_VERSION;
	answer.status = k->accepted ? KBD_ACCEPTED : 0;
	hv_log("%s: version %u.%u %s", k->dev.name, r->version >> 16, r->version & 0xffff,
	       k->accepted ? "accepted" : "refused");
	say(k, "protocol-response", &answer, sizeof(answer), offsetof(struct kbd_response, status));
}

/* Every message has a word behind its type, which may hold less than that. */
static void take(struct vmbus_channel *ch, const struct vmbus_packet *pkt)
{
	struct keyboard *k = keyboard_of(ch->dev);
	struct answer_packet done = { .what = "completion", .type = VM_PKT_COMP,
				      .trans_id = pkt->trans_id };
	struct kbd_request r;

	if (pkt->type != VM_PKT_DATA_INBAND || pkt->len < sizeof(r)) {
		vmbus_device_refused(&k->dev, "a packet of bytes", pkt->len);
		return;
	}
	memcpy(&r, pkt->data, sizeof(r));
	if (pkt->flags & COMPLETION_WANTED)
		answer_send(&k->answers, ch, &done);
	if (!ch->open)		/* the script had the device go */
		return;
	switch (r.type) {
	case KBD_PROTOCOL_REQUEST:
		protocol(k, &r);
		return;
	case KBD_LED_INDICATORS:
		k->leds = (u16)r.version;
		hv_log("%s: indicators %x", k->dev.name, k->leds);
		return;
	}
	vmbus_device_refused(&k->dev, "a message of type", r.type);
}

static void keyboard_signal(struct vmbus_channel *ch)
{
	answers_flush(&keyboard_of(ch->dev)->answers);
	channel_drain(ch, take, NULL);
}

static void keyboard_reset(struct vmbus_device *d)
{
	struct keyboard *k = keyboard_of(d);

	answers_forget(&k->answers, NULL);
	k->accepted = false;
}

static void keyboard_close(struct vmbus_channel *ch)
{
	keyboard_reset(ch->dev);
}

/* Code 0xe01d is 1d with the prefix E0. */
static void stroke(struct keyboard *k, u64 code, u32 info)
{
	struct kbd_event e = { .type = KBD_EVENT, .make_code = code & 0xff, .info = info };

	e.info |= code >> 8 == 0xe0 ? KBD_IS_E0 : code >> 8 == 0xe1 ? KBD_IS_E1 : 0;
	count(k->dev.vm, COUNT_KEYS, 1);
	say(k, info & KBD_IS_BREAK ? "break" : "make", &e, sizeof(e), 0);
}

static int keyboard_act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	struct keyboard *k = keyboard_of(dev);
	bool key = !strcmp(a->verb, "key"), make = key || !strcmp(a->verb, "make");
	bool brk = key || !strcmp(a->verb, "break");
	u64 code = a->arg[0], prefix = code >> 8;

	if (!make && !brk)
		return -HV_ENOENT;
	if (a->n != 1 || !k->accepted || !(code & 0xff) || code & 0x80 ||
	    (prefix && prefix != 0xe0 && prefix != 0xe1))
		return -HV_EINVAL;
	if (make)
		stroke(k, code, 0);
	if (brk && k->accepted)
		stroke(k, code, KBD_IS_BREAK);
	return 0;
}

static const struct vmbus_device_ops keyboard_ops = {
	.name = "keyboard",
	.type = GUID(0xf912ad6d, 0x2b17, 0x48ea, 0xbd, 0x65, 0xf9, 0x27, 0xa6, 0x1c, 0x76, 0x84),
	.close = keyboard_close, .signal = keyboard_signal, .reset = keyboard_reset,
	.act = keyboard_act,
};

int keyboard_create(struct vm *vm, u32 number)
{
	struct keyboard *k = hv_alloc(sizeof(*k));

	if (!k)
		return -HV_ENOMEM;
	k->dev.ops = &keyboard_ops;
	k->dev.vm = vm;
	answers_init(&k->answers, &k->dev);
	return vmbus_device_add(vm, &k->dev, number);
}
