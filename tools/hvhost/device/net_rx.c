// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way into the guest. A frame comes from the backend, gets its RNDIS header and
 * is copied into a section of the receive buffer; the packet that says so is
 * VM_PKT_DATA_USING_XFER_PAGES, with up to NET_RANGES frames, on the channel that
 * receive side scaling chooses. The guest completes the packet when it has taken
 * the frames out, and the sections are free again. RNDIS messages that are no
 * frames take the same way. A frame that finds no section or a full ring is
 * dropped and counted; a message waits.
 */
#include "counters.h"
#include "device/nic.h"
#include "lib.h"
#include "vmbus_proto.h"

enum { SECTION_FREE, SECTION_FIRST, SECTION_MORE };	/* of a transfer */

#define NO_SECTION	0xffffffffu
#define RESERVE		16u	/* sections that frames leave to messages */

/* ---- sections ---- */

/* Frames may be long with a large MTU: then a section is, too. */
static u32 section_size(const struct net *n)
{
	u32 size = ALIGN_UP(n->mtu + ETH_HEADER + NET_MESSAGE_ROOM, 64u);

	return MAX(size, NET_RECV_SECTION);
}

int net_recv_buffer_set(struct net *n, u32 gpadl, u16 id)
{
	struct net_recv_buffer *b = &n->recv;
	const struct gpadl *g = net_buffer(n, gpadl);
	u32 size = section_size(n), count;

	net_recv_buffer_drop(n);
	count = g ? (u32)(gpadl_size(g) / size) : 0;
	if (!count)
		return -HV_EINVAL;
	b->section = hv_alloc(count * sizeof(*b->section));
	if (!b->section)
		return -HV_ENOMEM;
	b->gpadl = gpadl;
	b->id = id;
	b->section_size = size;
	b->sections = count;
	for (u32 i = 0; i < count; i++)
		b->section[i].next = i + 1 < count ? i + 1 : NO_SECTION;
	b->free = 0;
	b->nfree = count;
	b->reserve = MIN(RESERVE, count / 4);
	b->there = true;
	return 0;
}

void net_recv_buffer_drop(struct net *n)
{
	hv_free(n->recv.section);
	n->recv = (struct net_recv_buffer){ .free = NO_SECTION };
	memset(n->transfer, 0, sizeof(n->transfer));
}

static u32 take_section(struct net_recv_buffer *b, u32 leave)
{
	u32 s = b->free;

	if (!b->there || b->nfree <= leave)
		return NO_SECTION;
	b->nfree--;
	b->free = b->section[s].next;
	return s;
}

/* The chain of a transfer that begins at @first. */
static void free_chain(struct net_recv_buffer *b, u32 first)
{
	u32 last = first;

	b->nfree++;
	while (b->section[last].next != NO_SECTION) {
		b->section[last].state = SECTION_FREE;
		last = b->section[last].next;
		b->nfree++;
	}
	b->section[last].state = SECTION_FREE;
	b->section[last].next = b->free;
	b->free = first;
}

void net_recv_buffer_revoke(struct net *n)
{
	for (u32 i = 0; i < NET_QUEUES; i++) {
		if (n->transfer[i].n)
			free_chain(&n->recv, n->transfer[i].first);
		n->transfer[i] = (struct net_transfer){ 0 };
	}
	n->recv.there = false;
}

void net_recv_forget(struct net *n, const struct vmbus_channel *ch)
{
	struct net_recv_buffer *b = &n->recv;
	struct net_transfer *t = &n->transfer[ch->sub_index];

	if (t->n)
		free_chain(b, t->first);
	*t = (struct net_transfer){ 0 };
	for (u32 i = 0; i < b->sections; i++)
		if (b->section[i].state == SECTION_FIRST && b->section[i].channel == ch->sub_index)
			free_chain(b, i);
}

/* The id of a transfer is the number of its first section, from 1. */
void net_recv_completed(struct net *n, struct vmbus_channel *ch, u64 trans_id, u32 status)
{
	struct net_recv_buffer *b = &n->recv;

	if (!trans_id || trans_id > b->sections ||
	    b->section[trans_id - 1].state != SECTION_FIRST ||
	    b->section[trans_id - 1].channel != ch->sub_index) {
		net_refuse(n, "completion of transfer", trans_id);
		return;
	}
	if (status != NVSP_STATUS_SUCCESS)
		count(n->dev.vm, COUNT_NET_RX_REFUSED, 1);
	free_chain(b, (u32)trans_id - 1);
}

/* ---- transfers ---- */

static int send_transfer(struct net *n, u32 channel, u64 id)
{
	struct net_transfer *t = &n->transfer[channel];
	struct vmbus_channel *ch = n->channel[channel];
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	int err = -HV_ENOENT;

	m.rndis.channel = t->control ? NVSP_CHANNEL_CONTROL : NVSP_CHANNEL_DATA;
	m.rndis.section = NVSP_NO_SECTION;
	if (ch)
		err = channel_send_xfer(ch, id ? id : t->first + 1, n->recv.id, t->range, t->n, &m,
					sizeof(m));
	if (err) {
		free_chain(&n->recv, t->first);
	} else {
		n->recv.section[t->first].state = SECTION_FIRST;
		n->recv.section[t->first].channel = (u16)channel;
	}
	return err;
}

void net_flush(struct net *n, u32 channel)
{
	struct net_transfer *t = &n->transfer[channel];

	if (!t->n)
		return;
	if (send_transfer(n, channel, 0)) {
		count(n->dev.vm, COUNT_NET_RX_RING_FULL, t->n);
		n->stats.rx_no_buffer += t->n;
		n->put_failed = true;
	} else {
		count(n->dev.vm, COUNT_NET_RX_PACKETS, t->n);
		count(n->dev.vm, COUNT_NET_RX_BYTES, t->bytes);
		n->stats.rx += t->n;
	}
	*t = (struct net_transfer){ 0 };
}

/* @len bytes into a section of their own, which becomes the last of the transfer. */
static int gather(struct net *n, u32 channel, const void *data, u32 len, u32 leave)
{
	struct net_recv_buffer *b = &n->recv;
	struct net_transfer *t = &n->transfer[channel];
	struct gpadl *g = net_buffer(n, b->gpadl);
	u32 s = take_section(b, leave), at = t->first;

	if (s == NO_SECTION)
		return -HV_ENOSPC;
	b->section[s].next = NO_SECTION;
	b->section[s].state = SECTION_MORE;
	if (!g || len > b->section_size ||
	    gpadl_write(n->dev.vm, g, (u64)s * b->section_size, data, len)) {
		free_chain(b, s);
		return -HV_EFAULT;
	}
	t->range[t->n] = (struct xfer_range){ len, s * b->section_size };
	if (!t->n++) {
		t->first = s;
		return 0;
	}
	while (b->section[at].next != NO_SECTION)
		at = b->section[at].next;
	b->section[at].next = s;
	return 0;
}

/* A message: alone in its packet, behind what was gathered before. It may wait. */
static int put_control(struct answers *q, struct vmbus_channel *ch, u64 id, const void *data,
		       u32 len)
{
	struct net *n = container_of(q, struct net, answers);
	int err;

	net_flush(n, ch->sub_index);
	err = gather(n, ch->sub_index, data, len, 0);
	if (err) {
		net_refuse(n, "no receive section for a message of bytes", len);
		return -HV_EFAULT;
	}
	n->transfer[ch->sub_index].control = true;
	err = send_transfer(n, ch->sub_index, id);
	n->transfer[ch->sub_index] = (struct net_transfer){ 0 };
	return err;
}

static int put_frame(struct answers *q, struct vmbus_channel *ch, u64 id, const void *data, u32 len)
{
	struct net *n = container_of(q, struct net, answers);
	u32 channel = ch->sub_index;
	struct rndis_packet p = { 0 };
	int err;

	memcpy(&p, data, MIN(len, (u32)sizeof(p)));
	if (id)
		net_flush(n, channel);
	err = gather(n, channel, data, len, n->recv.reserve);
	if (err) {
		count(n->dev.vm,
		      err == -HV_ENOSPC ? COUNT_NET_RX_NO_SECTION : COUNT_NET_RX_TOO_LONG, 1);
		n->stats.rx_no_buffer++;
		n->put_failed = true;
		return 0;
	}
	n->transfer[channel].bytes += p.data_len;
	if (id) {
		send_transfer(n, channel, id);
		n->transfer[channel] = (struct net_transfer){ 0 };
	} else if (!n->busy || n->transfer[channel].n == NET_RANGES) {
		net_flush(n, channel);
	}
	return 0;
}

void net_send_control(struct net *n, const char *what, void *message, u32 len, u32 status_at)
{
	struct answer_packet a = { .what = what, .data = message, .len = len, .put = put_control,
				   .status_at = status_at, .status_size = status_at ? 4 : 0 };

	if (n->channel[0])
		answer_send(&n->answers, n->channel[0], &a);
}

/* ---- frames ---- */

static bool wanted(const struct net *n, const u8 *to)
{
	static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (n->filter & FILTER_PROMISCUOUS)
		return true;
	if (!memcmp(to, all, 6))
		return n->filter & FILTER_BROADCAST;
	/*
	 * A driver that sets the NIC up again, for another MTU, goes on with the address it
	 * had set; one that is loaded again begins with the permanent one.
	 */
	if (!(to[0] & 1))
		return n->filter & FILTER_DIRECTED &&
		       (!memcmp(to, n->mac, 6) || !memcmp(to, n->mac_permanent, 6));
	if (n->filter & FILTER_ALL_MULTICAST)
		return true;
	for (u32 i = 0; n->filter & FILTER_MULTICAST && i < n->multicasts; i++)
		if (!memcmp(to, n->multicast[i], 6))
			return true;
	return false;
}

static void add_ppi(struct rndis_packet *p, u8 *message, u32 type, u32 value)
{
	const struct rndis_ppi ppi = { sizeof(ppi) + 4, type, sizeof(ppi) };
	u8 *at = message + sizeof(*p) + p->ppi_len;

	memcpy(at, &ppi, sizeof(ppi));
	memcpy(at + sizeof(ppi), &value, 4);
	p->ppi_offset = sizeof(*p) - RNDIS_OFFSETS_FROM;
	p->ppi_len += ppi.size;
}

/* The RNDIS message of @frame to n->out, its length returned; *channel is where it goes. */
static u32 build(struct net *n, const u8 *frame, u32 len, u32 *channel)
{
	struct rndis_packet p = { .h = { RNDIS_PACKET, 0 } };
	bool strip = n->capabilities & NVSP_CAPABILITY_VLAN && len >= ETH_HEADER + ETH_TAG &&
		     be16(frame + 12) == ETH_P_TAG;
	struct ip_frame f;
	u32 info, hash;
	u8 *data;

	frame_parse(frame, len, &f);
	*channel = 0;
	if (strip)
		add_ppi(&p, n->out, RNDIS_PPI_VLAN, VLAN_FROM_TCI(be16(frame + 14)));
	info = net_check(n, frame, &f);
	if (info)
		add_ppi(&p, n->out, RNDIS_PPI_CHECKSUM, info);
	if (net_rss_hash(&n->rss, frame, &f, &hash)) {
		add_ppi(&p, n->out, RNDIS_PPI_HASH, hash);
		*channel = n->rss.table[hash % n->rss.entries];
	}
	p.data_offset = (u32)sizeof(p) - RNDIS_OFFSETS_FROM + p.ppi_len;
	p.data_len = strip ? len - ETH_TAG : len;
	p.h.len = RNDIS_OFFSETS_FROM + p.data_offset + p.data_len;
	memcpy(n->out, &p, sizeof(p));
	data = n->out + RNDIS_OFFSETS_FROM + p.data_offset;
	if (strip) {
		memcpy(data, frame, 12);
		memcpy(data + 12, frame + 16, len - 16);
	} else {
		memcpy(data, frame, len);
	}
	return p.h.len;
}

bool net_receive(void *nic, const void *frame, u32 len)
{
	struct net *n = nic;
	u32 tag = len >= ETH_HEADER && be16((const u8 *)frame + 12) == ETH_P_TAG ? ETH_TAG : 0;
	struct answer_packet a = { .what = "receive", .data = n->out, .put = put_frame };
	u32 channel;

	if (n->link_down || !n->initialized || !n->channel[0] || len < ETH_HEADER ||
	    !wanted(n, frame)) {
		count(n->dev.vm, COUNT_NET_RX_FILTERED, 1);
		return false;
	}
	if (len > n->mtu + ETH_HEADER + tag) {
		count(n->dev.vm, COUNT_NET_RX_TOO_LONG, 1);
		n->stats.rx_errors++;
		return false;
	}
	if (n->answers.waiting) {
		/* the guest does not read: what waits already comes first */
		count(n->dev.vm, COUNT_NET_RX_RING_FULL, 1);
		n->stats.rx_no_buffer++;
		return false;
	}
	a.len = build(n, frame, len, &channel);
	if (!n->channel[channel])
		channel = 0;
	n->put_failed = false;
	answer_send(&n->answers, n->channel[channel], &a);
	return !n->put_failed;
}
