// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common part of the integration services: see ic.h. A guest opens the
 * channel; the host offers the versions it knows, of the framework and of the
 * service's messages, newest first; the guest picks one of each
 * (vmbus_prep_negotiate_resp() in its drivers/hv/channel_mgmt.c). From then on
 * the host sends requests, and the guest sends each back with a status.
 */
#include "device/ic.h"
#include "lib.h"
#include "vmbus_proto.h"

static const u32 frameworks[] = { IC_VERSION(3, 0), IC_VERSION(1, 0) };

static struct ic *ic_of(struct vmbus_device *d)
{
	return container_of(d, struct ic, dev);
}

void ic_refuse(struct ic *ic, const char *what, u64 value)
{
	vmbus_device_refused(&ic->dev, what, value);
}

static struct ic_version wire(u32 version)
{
	return (struct ic_version){ (u16)(version >> 16), (u16)version };
}

static u32 from_wire(const struct ic_version *v)
{
	return IC_VERSION(v->major, v->minor);
}

static u8 send(struct ic *ic, const char *what, u16 type, const void *body, u32 len)
{
	u8 id = ic->transaction++;
	struct pipe_header pipe = { PIPE_DATA, (u32)sizeof(struct ic_header) + len };
	struct ic_header h = {
		.framework = wire(ic->framework), .type = type, .message = wire(ic->message),
		.size = (u16)len, .transaction = id, .flags = ICMSG_TRANSACTION | ICMSG_REQUEST,
	};
	struct answer_packet p = {
		.what = what, .type = VM_PKT_DATA_INBAND, .trans_id = id, .data = ic->packet,
		.len = (u32)sizeof(pipe) + pipe.size,
		.status_at = (u32)sizeof(pipe) + offsetof(struct ic_header, status),
		.status_size = sizeof(h.status),
	};

	memcpy(ic->packet, &pipe, sizeof(pipe));
	memcpy(ic->packet + sizeof(pipe), &h, sizeof(h));
	memcpy(ic->packet + sizeof(pipe) + sizeof(h), body, len);
	ic->outstanding[id / 64] |= 1ull << id % 64;
	answer_send(&ic->answers, ic->dev.primary, &p);
	return id;
}

u8 ic_request(struct ic *ic, const char *what, const void *body, u32 len)
{
	return send(ic, what, ic->service->type, body, len);
}

/* ---- versions ---- */

static void negotiate(struct vm *vm, struct event *e)
{
	struct ic *ic = container_of(e, struct ic, begin);
	const struct ic_service *s = ic->service;
	struct {
		struct ic_negotiate head;
		struct ic_version version[ARRAY_SIZE(frameworks) + IC_VERSIONS_MAX];
	} __packed m = { { ARRAY_SIZE(frameworks), (u16)s->nversions, 0 }, { { 0, 0 } } };
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(frameworks); i++)
		m.version[n++] = wire(frameworks[i]);
	for (u32 i = 0; i < s->nversions; i++)
		m.version[n++] = wire(s->versions[i]);
	send(ic, "negotiate", ICMSG_NEGOTIATE, &m,
	     (u32)sizeof(m.head) + n * (u32)sizeof(m.version[0]));
}

static bool offered(const u32 *list, u32 n, u32 version)
{
	for (u32 i = 0; i < n; i++)
		if (list[i] == version)
			return true;
	return false;
}

static void picked(struct ic *ic, const struct ic_answer *a)
{
	struct {
		struct ic_negotiate head;
		struct ic_version version[2];
	} __packed m;
	u32 framework, message;

	if (a->len < sizeof(m)) {
		ic_refuse(ic, "versions in bytes", a->len);
		return;
	}
	memcpy(&m, a->body, sizeof(m));
	if (!m.head.frameworks && !m.head.messages) {
		hv_log("%s: the guest knows none of the versions", ic->dev.name);
		return;
	}
	framework = from_wire(&m.version[0]);
	message = from_wire(&m.version[1]);
	if (m.head.frameworks != 1 || m.head.messages != 1 ||
	    !offered(frameworks, ARRAY_SIZE(frameworks), framework) ||
	    !offered(ic->service->versions, ic->service->nversions, message)) {
		ic_refuse(ic, "versions that were not offered", (u64)framework << 32 | message);
		return;
	}
	ic->framework = framework;
	ic->message = message;
	ic->ready = true;
	hv_log("%s: framework %u.%u, messages %u.%u", ic->dev.name, framework >> 16,
	       framework & 0xffff, message >> 16, message & 0xffff);
	if (ic->service->ready)
		ic->service->ready(ic);
}

/* ---- answers ---- */

/*
 * A guest sends back the packet it got, changed in place: its length is that of
 * the request, rounded up, and the body may be said to be smaller.
 */
static void take(struct vmbus_channel *ch, const struct vmbus_packet *pkt)
{
	struct ic *ic = ic_of(ch->dev);
	const u32 head = sizeof(struct pipe_header) + sizeof(struct ic_header);
	struct pipe_header pipe;
	struct ic_header h;
	struct ic_answer a;
	u64 bit, *word;

	if (pkt->type != VM_PKT_DATA_INBAND || pkt->len < head) {
		ic_refuse(ic, "a packet of bytes", pkt->len);
		return;
	}
	memcpy(&pipe, pkt->data, sizeof(pipe));
	memcpy(&h, pkt->data + sizeof(pipe), sizeof(h));
	if (pipe.size < sizeof(h) || pipe.size > pkt->len - sizeof(pipe) ||
	    h.size > pipe.size - sizeof(h)) {
		ic_refuse(ic, "a message of bytes", pipe.size);
		return;
	}
	word = &ic->outstanding[h.transaction / 64];
	bit = 1ull << h.transaction % 64;
	if (!(h.flags & ICMSG_RESPONSE) || !(*word & bit)) {
		ic_refuse(ic, "an answer to what was not asked, transaction", h.transaction);
		return;
	}
	*word &= ~bit;
	a = (struct ic_answer){ h.transaction, h.status, pkt->data + head, h.size };
	if (h.type == ICMSG_NEGOTIATE && !ic->ready)
		picked(ic, &a);
	else if (h.type == ic->service->type && ic->ready)
		ic->service->answered(ic, &a);
	else
		ic_refuse(ic, "a message of type", h.type);
}

void ic_signal(struct vmbus_channel *ch)
{
	answers_flush(&ic_of(ch->dev)->answers);
	channel_drain(ch, take, NULL);
}

/* ---- the channel ---- */

int ic_open(struct vmbus_channel *ch)
{
	struct ic *ic = ic_of(ch->dev);

	ic->transaction = 0;
	memset(ic->outstanding, 0, sizeof(ic->outstanding));
	ic->begin.fn = negotiate;
	event_arm(ic->dev.vm, &ic->begin, vm_time(ic->dev.vm));
	return 0;
}

static void stop(struct ic *ic)
{
	event_cancel(ic->dev.vm, &ic->begin);
	answers_forget(&ic->answers, NULL);
	ic->ready = false;
	ic->framework = ic->message = 0;
	if (ic->service->stopped)
		ic->service->stopped(ic);
}

void ic_close(struct vmbus_channel *ch)
{
	stop(ic_of(ch->dev));
}

void ic_reset(struct vmbus_device *dev)
{
	stop(ic_of(dev));
}

int ic_create(struct vm *vm, struct ic *ic, const struct ic_service *service,
	      const struct vmbus_device_ops *ops, u32 number)
{
	u32 pipe = VMBUS_PIPE_TYPE_MESSAGE;

	ic->service = service;
	ic->dev.ops = ops;
	ic->dev.vm = vm;
	memcpy(ic->dev.user_def, &pipe, sizeof(pipe));
	answers_init(&ic->answers, &ic->dev);
	return vmbus_device_add(vm, &ic->dev, number);
}
