// SPDX-License-Identifier: GPL-2.0-only
/*
 * A NIC: NVSP on a channel and its sub-channels. A guest agrees on a version, says
 * its MTU, lends a receive and a send buffer, and from then on sends RNDIS messages
 * (net_tx.c): first those that set the NIC up (rndis.c), then, when it has asked for
 * sub-channels, frames on each of them. What is at the other end of the wire is a
 * backend (net.h). Answers leave through answer.c; frames for the guest, gathered
 * while its packets are taken, at the end of net_signal().
 */
#include "counters.h"
#include "device.h"
#include "device/nic.h"
#include "lib.h"
#include "vmbus_proto.h"

#define COMPLETION_WANTED	1u	/* VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED */
#define MDL_CHAIN		34u	/* pages of one packet: nobody reads it */

static const u32 versions[] = { NVSP_VERSION_61, NVSP_VERSION_6, NVSP_VERSION_5, NVSP_VERSION_4,
				NVSP_VERSION_2, NVSP_VERSION_1 };

static struct net *net_of(struct vmbus_device *d)
{
	return container_of(d, struct net, dev);
}

void net_refuse(struct net *n, const char *what, u64 value)
{
	vmbus_device_refused(&n->dev, what, value);
}

/* ---- NVSP ---- */

/* Complete @pkt, when the guest wants that: @len bytes of @m. */
static void complete(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
		     const char *what, struct nvsp_message *m, u32 len, u32 status_at)
{
	struct answer_packet a = { .what = what, .type = VM_PKT_COMP, .trans_id = pkt->trans_id,
				   .data = m, .len = len, .status_at = status_at,
				   .status_size = status_at ? 4 : 0 };

	if (pkt->flags & COMPLETION_WANTED && ch->open)
		answer_send(&n->answers, ch, &a);
}

#define AT(field)	offsetof(struct nvsp_message, field)

static void init(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
		 const struct nvsp_message *m)
{
	struct nvsp_message r = { .type = NVSP_INIT_COMPLETE };

	n->version = 0;
	n->mtu = NET_MTU;
	n->capabilities = 0;
	for (u32 i = 0; i < ARRAY_SIZE(versions) && !n->version; i++)
		if (versions[i] >= m->init.min && versions[i] <= m->init.max)
			n->version = versions[i];
	r.init_complete.version = n->version;
	r.init_complete.max_mdl_chain = MDL_CHAIN;
	r.init_complete.status = n->version ? NVSP_STATUS_SUCCESS : NVSP_STATUS_UNSUPPORTED;
	complete(n, ch, pkt, "init", &r, sizeof(r), AT(init_complete.status));
}

/* The guest says its MTU with the Ethernet header; it gets no larger one than the wire has. */
static void ndis_config(struct net *n, const struct nvsp_message *m)
{
	u32 mtu = m->ndis_config.mtu;

	if (mtu < ETH_HEADER + 68) {
		net_refuse(n, "MTU", mtu);
		return;
	}
	n->mtu = MIN(mtu - ETH_HEADER, NET_MTU_MAX);
	n->capabilities = m->ndis_config.capabilities;
}

static void recv_buffer(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
			const struct nvsp_message *m)
{
	struct nvsp_message r = { .type = NVSP_SEND_RECV_BUF_COMPLETE };
	int err = net_recv_buffer_set(n, m->buffer.gpadl, m->buffer.id);

	r.recv_complete.status = err ? NVSP_STATUS_FAIL : NVSP_STATUS_SUCCESS;
	if (err) {
		net_refuse(n, "receive buffer with GPADL", m->buffer.gpadl);
	} else {
		r.recv_complete.sections = 1;
		r.recv_complete.section[0].size = n->recv.section_size;
		r.recv_complete.section[0].count = n->recv.sections;
		r.recv_complete.section[0].end = n->recv.section_size * n->recv.sections;
	}
	complete(n, ch, pkt, "recv-buffer", &r, sizeof(r), AT(recv_complete.status));
}

static void send_buffer(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
			const struct nvsp_message *m)
{
	struct nvsp_message r = { .type = NVSP_SEND_SEND_BUF_COMPLETE };
	const struct gpadl *g = gpadl_find(ch, m->buffer.gpadl);

	n->send.there = g && gpadl_size(g) >= NET_SEND_SECTION;
	n->send.gpadl = m->buffer.gpadl;
	n->send.id = m->buffer.id;
	n->send.bytes = g ? gpadl_size(g) : 0;
	if (!n->send.there)
		net_refuse(n, "send buffer with GPADL", m->buffer.gpadl);
	r.send_complete.status = n->send.there ? NVSP_STATUS_SUCCESS : NVSP_STATUS_FAIL;
	r.send_complete.section_size = NET_SEND_SECTION;
	complete(n, ch, pkt, "send-buffer", &r, sizeof(r), AT(send_complete.status));
}

/* As many as there are left; the offers follow the answer. */
static void sub_channels(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
			 const struct nvsp_message *m)
{
	struct nvsp_message r = { .type = NVSP_SUBCHANNEL };
	u32 left = n->queues - 1 - n->sub_channels, more = MIN(m->subchannel.count, left);

	if (m->subchannel.op != NVSP_SUBCHANNEL_ALLOCATE || !n->initialized) {
		net_refuse(n, "sub-channel request", m->subchannel.op);
		r.subchannel_complete.status = NVSP_STATUS_FAIL;
		more = 0;
	} else {
		r.subchannel_complete.status = NVSP_STATUS_SUCCESS;
		r.subchannel_complete.count = more;
	}
	complete(n, ch, pkt, "sub-channels", &r, sizeof(r), AT(subchannel_complete.status));
	while (more-- && ch->open && !vmbus_subchannel_offer(&n->dev, (u16)(n->sub_channels + 1)))
		n->sub_channels++;
}

/* On which channel the guest is to send a frame, by its hash: all of them in turn. */
static void send_table(struct net *n)
{
	struct nvsp_send_table t = { .message = { .type = NVSP_SEND_INDIRECTION_TABLE } };
	struct answer_packet a = { .what = "send-table", .type = VM_PKT_DATA_INBAND, .data = &t,
				   .len = sizeof(t) };

	t.message.table.count = NVSP_SEND_TABLE;
	t.message.table.offset = sizeof(t.message);
	for (u32 i = 0; i < NVSP_SEND_TABLE; i++)
		t.entry[i] = i % (n->sub_channels + 1);
	answer_send(&n->answers, n->channel[0], &a);
}

static void revoke(struct net *n, const struct nvsp_message *m)
{
	if (m->type == NVSP_REVOKE_SEND_BUF && n->send.there && m->revoke.id == n->send.id)
		n->send.there = false;
	else if (m->type == NVSP_REVOKE_RECV_BUF && n->recv.there && m->revoke.id == n->recv.id)
		net_recv_buffer_revoke(n);
	else
		net_refuse(n, "revoke of buffer", m->revoke.id);
}

static void rndis(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt,
		  const struct nvsp_message *m)
{
	struct nvsp_message r = { .type = NVSP_SEND_RNDIS_COMPLETE };
	const struct vmbus_packet mine = *pkt;	/* the ring may go with what the packet does */

	r.rndis_complete.status = net_transmit(n, pkt, m);
	complete(n, ch, &mine, "sent", &r, sizeof(r), AT(rndis_complete.status));
}

/* How many bytes a message has to have, and from which version on it is one. */
static const struct { u32 type, bytes, version; } messages[] = {
	{ NVSP_INIT, 12, 0 },
	{ NVSP_SEND_NDIS_VERSION, 12, NVSP_VERSION_1 },
	{ NVSP_SEND_RECV_BUF, 10, NVSP_VERSION_1 }, { NVSP_REVOKE_RECV_BUF, 6, NVSP_VERSION_1 },
	{ NVSP_SEND_SEND_BUF, 10, NVSP_VERSION_1 }, { NVSP_REVOKE_SEND_BUF, 6, NVSP_VERSION_1 },
	{ NVSP_SEND_RNDIS, 16, NVSP_VERSION_1 },
	{ NVSP_SEND_NDIS_CONFIG, 20, NVSP_VERSION_2 },
	{ NVSP_SWITCH_DATA_PATH, 8, NVSP_VERSION_4 },
	{ NVSP_SUBCHANNEL, 12, NVSP_VERSION_5 },
};

static bool known(struct net *n, const struct vmbus_channel *ch, u32 type, u32 len)
{
	for (u32 i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].type == type)
			return len >= messages[i].bytes &&
			       (n->version ? n->version >= messages[i].version :
					     type == NVSP_INIT) &&
			       (!ch->sub_index || type == NVSP_SEND_RNDIS);
	return false;
}

static void message(struct net *n, struct vmbus_channel *ch, const struct vmbus_packet *pkt)
{
	struct nvsp_message m = { 0 };

	memcpy(&m, pkt->data, MIN(pkt->len, (u32)sizeof(m)));
	if (!known(n, ch, m.type, pkt->len)) {
		net_refuse(n, "NVSP message", m.type);
		return;
	}
	switch (m.type) {
	case NVSP_INIT:
		init(n, ch, pkt, &m);
		break;
	case NVSP_SEND_NDIS_VERSION:	/* nothing hangs on it */
		break;
	case NVSP_SEND_NDIS_CONFIG:
		ndis_config(n, &m);
		break;
	case NVSP_SEND_RECV_BUF:
		recv_buffer(n, ch, pkt, &m);
		break;
	case NVSP_SEND_SEND_BUF:
		send_buffer(n, ch, pkt, &m);
		break;
	case NVSP_REVOKE_RECV_BUF:
	case NVSP_REVOKE_SEND_BUF:
		revoke(n, &m);
		break;
	case NVSP_SEND_RNDIS:
		rndis(n, ch, pkt, &m);
		break;
	case NVSP_SWITCH_DATA_PATH:	/* there is only this one; completed without a message */
		complete(n, ch, pkt, "switch-path", &m, 0, 0);
		break;
	case NVSP_SUBCHANNEL:
		sub_channels(n, ch, pkt, &m);
		break;
	}
}

static void packet(struct vmbus_channel *ch, const struct vmbus_packet *pkt)
{
	struct net *n = net_of(ch->dev);
	struct nvsp_message m = { 0 };

	switch (pkt->type) {
	case VM_PKT_COMP:	/* frames taken out of the receive buffer */
		memcpy(&m, pkt->data, MIN(pkt->len, (u32)sizeof(m)));
		net_recv_completed(n, ch, pkt->trans_id, m.rndis_complete.status);
		break;
	case VM_PKT_DATA_INBAND:
	case VM_PKT_DATA_USING_GPA_DIRECT:
		message(n, ch, pkt);
		break;
	default:
		net_refuse(n, "packet of type", pkt->type);
	}
}

/* ---- channels ---- */

/* Nothing more is taken while answers wait for room: the guest has to read them first. */
static bool full(struct vmbus_channel *ch)
{
	return net_of(ch->dev)->answers.waiting;
}

static void drain_all(struct net *n)
{
	for (u32 i = 0; i < NET_QUEUES; i++)
		if (n->channel[i])
			channel_drain(n->channel[i], packet, full);
}

/* Do @run with interrupts and frames for the guest put off to its end. */
static void gathered(struct net *n, struct vmbus_channel *ch, bool all)
{
	n->busy = true;
	for (u32 i = 0; i < NET_QUEUES; i++)
		if (n->channel[i])
			channel_batch_begin(n->channel[i]);
	if (all)
		drain_all(n);
	else
		channel_drain(ch, packet, full);
	n->busy = false;
	for (u32 i = 0; i < NET_QUEUES; i++) {
		net_flush(n, i);
		if (n->channel[i])
			channel_batch_end(n->channel[i]);
	}
}

static void net_signal(struct vmbus_channel *ch)
{
	struct net *n = net_of(ch->dev);
	bool stalled = n->answers.waiting;

	answers_flush(&n->answers);
	gathered(n, ch, stalled);
}

static int net_open(struct vmbus_channel *ch)
{
	struct net *n = net_of(ch->dev);

	if (ch->sub_index >= NET_QUEUES)
		return -HV_EINVAL;
	n->channel[ch->sub_index] = ch;
	for (u32 i = 0; i <= n->sub_channels; i++)
		if (!n->channel[i])
			return 0;
	if (ch->sub_index)
		send_table(n);
	return 0;
}

/* All that a guest agreed on and lent. The link stays as it is: a cable is the host's. */
static void forget_session(struct net *n)
{
	answers_forget(&n->answers, NULL);
	rndis_halt(n);
	net_recv_buffer_drop(n);
	n->send.there = false;
	n->version = n->sub_channels = 0;
	n->mtu = NET_MTU;
	n->capabilities = 0;
	memset(n->channel, 0, sizeof(n->channel));
}

static void net_close(struct vmbus_channel *ch)
{
	struct net *n = net_of(ch->dev);
	bool stalled = n->answers.waiting;

	if (!ch->sub_index) {
		forget_session(n);
		return;
	}
	answers_forget(&n->answers, ch);
	net_recv_forget(n, ch);
	n->channel[ch->sub_index] = NULL;
	/* what waited may have been this channel's alone */
	if (stalled && !n->answers.waiting && !n->busy)
		gathered(n, NULL, true);
}

static void net_reset(struct vmbus_device *d)
{
	struct net *n = net_of(d);

	forget_session(n);
	memcpy(n->mac, n->mac_permanent, sizeof(n->mac));
}

/* ---- the host's side ---- */

static int link(struct net *n, bool down)
{
	if (n->link_down == down)
		return 0;
	n->link_down = down;
	hv_log("%s: link %s", n->dev.name, down ? "down" : "up");
	rndis_link(n);
	return 0;
}

static int net_act(struct vmbus_device *d, const struct vmbus_action *a)
{
	struct net *n = net_of(d);

	if (!strcmp(a->verb, "link-down") || !strcmp(a->verb, "link-up"))
		return a->n ? -HV_EINVAL : link(n, !strcmp(a->verb, "link-down"));
	if (n->backend->ops->act)
		return n->backend->ops->act(n->backend, a->verb, a->arg, a->n);
	return -HV_ENOENT;
}

static const struct vmbus_device_ops net_ops = {
	.name = "net",
	.type = GUID(0xf8615163, 0xdf3e, 0x46c5, 0x91, 0x3f, 0xf2, 0xd2, 0xf9, 0x65, 0xed, 0x0e),
	.open = net_open, .close = net_close, .signal = net_signal, .reset = net_reset,
	.act = net_act,
};

struct vmbus_device *net_create(struct vm *vm, u32 number, const u8 mac[6], u32 queues,
				struct net_backend *backend)
{
	struct net *n = hv_alloc(sizeof(*n));

	if (!n)
		return NULL;
	n->dev.ops = &net_ops;
	n->dev.vm = vm;
	n->backend = backend;
	n->queues = MAX(1u, MIN(queues, NET_QUEUES));
	n->mtu = NET_MTU;
	n->recv.free = 0;
	memcpy(n->mac_permanent, mac, 6);
	memcpy(n->mac, mac, 6);
	answers_init(&n->answers, &n->dev);
	backend->receive = net_receive;
	backend->nic = n;
	if (backend->ops->attach)
		backend->ops->attach(backend, mac);
	if (!vmbus_device_add(vm, &n->dev, number))
		return &n->dev;
	hv_free(n);
	return NULL;
}
