/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A NIC and the driver of a guest, by hand: included by test_net*.c, test_rndis.c,
 * fuzz_net.c and fuzz_rndis.c. The wire keeps what the NIC sends, and sends it back when told to.
 */
#ifndef HVHOST_TESTS_NIC_H
#define HVHOST_TESTS_NIC_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "device.h"
#include "device/nic.h"
#include "guest.h"
#include "lib.h"

#define RECV_ID		0xcafe
#define RECV_PAGES	64
#define SEND_PAGES	12
#define FRAMES		64

struct nic {
	struct guest *g;
	struct vmbus_device *dev;
	struct guest_channel ch, sub[NET_QUEUES];
	u64 recv, send, page;	/* buffers; 32 pages for messages */
	u32 recv_gpadl, send_gpadl;
	u64 id;
	u32 request;
	/* the wire */
	struct net_backend wire;
	bool echo;
	u32 frames;
	u32 len[FRAMES];
	u8 frame[FRAMES][NET_FRAME_MAX];
	/* what came in with the last transfer */
	u32 messages;
	u32 bytes[8];
	u8 message[8][NET_FRAME_MAX + 256];
	struct nvsp_message answer;
};

static inline void wire_transmit(struct net_backend *b, const void *frame, u32 len)
{
	struct nic *w = container_of(b, struct nic, wire);

	assert(len <= NET_FRAME_MAX);
	memcpy(w->frame[w->frames % FRAMES], frame, len);
	w->len[w->frames++ % FRAMES] = len;
	if (w->echo)
		b->receive(b->nic, frame, len);
}

static const struct net_backend_ops wire_ops = { .name = "wire", .transmit = wire_transmit };
static const u8 nic_mac[6] = { 0x00, 0x15, 0x5d, 0x00, 0x00, 0x01 };

static inline struct nic *nic_begin(u32 vps, u32 queues, struct net_backend *backend)
{
	struct nic *w = calloc(1, sizeof(*w));

	w->g = guest_begin(vps);
	w->wire.ops = &wire_ops;
	w->dev = net_create(&w->g->fake->vm, 0, nic_mac, queues, backend ? backend : &w->wire);
	assert(w->dev);
	assert(guest_contact(w->g, VMBUS_VERSION(5, 3)));
	assert(guest_request_offers(w->g) == 1);
	assert(!guest_open(w->g, &w->ch, &w->g->offer[0], 9));
	w->recv = guest_pages(w->g, RECV_PAGES);
	w->send = guest_pages(w->g, SEND_PAGES);
	w->page = guest_pages(w->g, 40);
	w->recv_gpadl = w->g->next_gpadl++;
	w->send_gpadl = w->g->next_gpadl++;
	assert(!guest_gpadl(w->g, w->ch.relid, w->recv_gpadl, w->recv, RECV_PAGES));
	assert(!guest_gpadl(w->g, w->ch.relid, w->send_gpadl, w->send, SEND_PAGES));
	return w;
}

static inline void nic_end(struct nic *w)
{
	guest_end(w->g);
	free(w);
}

/* The frames of a transfer out of the receive buffer. */
static inline void nic_take(struct nic *w, const struct guest_packet *r)
{
	assert(r->pageset == RECV_ID && r->ranges >= 1 && r->ranges <= 8);
	w->messages = r->ranges;
	for (u32 i = 0; i < r->ranges; i++) {
		assert(r->range[i].offset + r->range[i].len <= RECV_PAGES << PAGE_SHIFT);
		w->bytes[i] = r->range[i].len;
		memcpy(w->message[i], guest_at(w->g, w->recv + r->range[i].offset),
		       r->range[i].len);
	}
}

static inline void nic_complete(struct nic *w, struct guest_channel *ch, u64 id)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS_COMPLETE };

	m.rndis_complete.status = NVSP_STATUS_SUCCESS;
	guest_write(w->g, ch, VM_PKT_COMP, 0, id, NULL, 0, &m, 8);
	guest_signal(w->g, ch);
}

/* Packets until there are none: transfers are completed, the last answer is kept. */
static inline u32 nic_poll(struct nic *w, struct guest_channel *ch)
{
	struct guest_packet r;
	u32 n = 0;

	while (guest_recv(w->g, ch, &r)) {
		n++;
		if (r.type == VM_PKT_DATA_USING_XFER_PAGES) {
			nic_take(w, &r);
			nic_complete(w, ch, r.trans_id);
		} else if (r.type == VM_PKT_COMP) {
			assert(r.trans_id == w->id);
			memset(&w->answer, 0, sizeof(w->answer));
			memcpy(&w->answer, r.data, MIN(r.len, (u32)sizeof(w->answer)));
		}
	}
	return n;
}

/* An NVSP message; the completion's type, 0 when there is none. */
static inline u32 nic_nvsp(struct nic *w, struct guest_channel *ch, const struct nvsp_message *m)
{
	memset(&w->answer, 0, sizeof(w->answer));
	guest_send(w->g, ch, ++w->id, m, sizeof(*m));
	nic_poll(w, ch);
	return w->answer.type;
}

static inline u32 nic_init(struct nic *w, u32 version)
{
	struct nvsp_message m = { .type = NVSP_INIT };

	m.init.min = m.init.max = version;
	assert(nic_nvsp(w, &w->ch, &m) == NVSP_INIT_COMPLETE);
	return w->answer.init_complete.status;
}

static inline void nic_config(struct nic *w, u32 mtu)
{
	struct nvsp_message m = { .type = NVSP_SEND_NDIS_CONFIG };

	m.ndis_config.mtu = mtu + ETH_HEADER;
	m.ndis_config.capabilities = NVSP_CAPABILITY_VLAN;
	guest_write(w->g, &w->ch, VM_PKT_DATA_INBAND, 0, 0, NULL, 0, &m, sizeof(m));
	guest_signal(w->g, &w->ch);
}

static inline u32 nic_recv_buffer(struct nic *w, u32 gpadl)
{
	struct nvsp_message m = { .type = NVSP_SEND_RECV_BUF };

	m.buffer.gpadl = gpadl;
	m.buffer.id = RECV_ID;
	assert(nic_nvsp(w, &w->ch, &m) == NVSP_SEND_RECV_BUF_COMPLETE);
	return w->answer.recv_complete.status;
}

static inline u32 nic_send_buffer(struct nic *w, u32 gpadl)
{
	struct nvsp_message m = { .type = NVSP_SEND_SEND_BUF };

	m.buffer.gpadl = gpadl;
	assert(nic_nvsp(w, &w->ch, &m) == NVSP_SEND_SEND_BUF_COMPLETE);
	return w->answer.send_complete.status;
}

/* @len bytes at w->page as RNDIS; the completion's status. */
static inline u32 nic_rndis_on(struct nic *w, struct guest_channel *ch, u32 channel, u32 len)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };

	m.rndis.channel = channel;
	m.rndis.section = NVSP_NO_SECTION;
	memset(&w->answer, 0, sizeof(w->answer));
	w->messages = 0;
	guest_send_gpa(w->g, ch, ++w->id, w->page, len, &m, sizeof(m));
	nic_poll(w, ch);
	return w->answer.type == NVSP_SEND_RNDIS_COMPLETE ? w->answer.rndis_complete.status : 0;
}

static inline u32 nic_control(struct nic *w, const void *message, u32 len)
{
	memcpy(guest_at(w->g, w->page), message, len);
	return nic_rndis_on(w, &w->ch, NVSP_CHANNEL_CONTROL, len);
}

/* QUERY or SET; the status, and a query's content in *out. */
static inline u32 nic_object(struct nic *w, u32 type, u32 oid, const void *in, u32 len, void *out,
			     u32 *out_len)
{
	u8 m[2048];
	struct rndis_request r = { { type, (u32)sizeof(r) + len }, ++w->request, oid, len,
				   sizeof(r) - RNDIS_OFFSETS_FROM, 0 };
	struct rndis_query_complete c;

	memcpy(m, &r, sizeof(r));
	if (len)
		memcpy(m + sizeof(r), in, len);
	nic_control(w, m, r.h.len);
	assert(w->messages == 1);
	memcpy(&c, w->message[0], type == RNDIS_QUERY ? sizeof(c) : sizeof(struct rndis_complete));
	assert(c.h.type == (type | RNDIS_COMPLETE) && c.id == w->request && c.h.len == w->bytes[0]);
	if (type == RNDIS_QUERY && out) {
		assert(c.buffer_offset + RNDIS_OFFSETS_FROM + c.buffer_len <= c.h.len);
		*out_len = c.buffer_len;
		memcpy(out, w->message[0] + RNDIS_OFFSETS_FROM + c.buffer_offset, c.buffer_len);
	}
	return c.status;
}

static inline u32 nic_set(struct nic *w, u32 oid, const void *in, u32 len)
{
	return nic_object(w, RNDIS_SET, oid, in, len, NULL, NULL);
}

static inline u32 nic_query(struct nic *w, u32 oid, void *out, u32 *len)
{
	return nic_object(w, RNDIS_QUERY, oid, NULL, 0, out, len);
}

static inline u32 nic_initialize(struct nic *w)
{
	struct rndis_initialize m = { { RNDIS_INITIALIZE, sizeof(m) }, ++w->request, 1, 0, 0x4000 };
	struct rndis_initialize_complete c;

	nic_control(w, &m, sizeof(m));
	assert(w->messages == 1);
	memcpy(&c, w->message[0], sizeof(c));
	assert(c.h.type == (RNDIS_INITIALIZE | RNDIS_COMPLETE) && c.id == w->request);
	return c.status;
}

static inline void nic_offload(struct nic *w, u8 checksums, u8 lso)
{
	struct ndis_offload_parameters p = {
		.h = { NDIS_OBJECT_DEFAULT, 3, sizeof(p) }, .ip4_csum = NDIS_PARAMETER_OFF,
		.tcp4_csum = checksums, .udp4_csum = checksums, .tcp6_csum = checksums,
		.udp6_csum = checksums, .lso2_ip4 = lso, .lso2_ip6 = lso };

	assert(!nic_set(w, OID_TCP_OFFLOAD_PARAMETERS, &p, sizeof(p)));
}

static inline void nic_filter(struct nic *w, u32 filter)
{
	assert(!nic_set(w, OID_GEN_CURRENT_PACKET_FILTER, &filter, 4));
}

/* From nothing to a NIC that sends and receives, as netvsc does it. */
static inline void nic_up(struct nic *w, u32 version, u32 mtu)
{
	assert(nic_init(w, version) == NVSP_STATUS_SUCCESS);
	if (version >= NVSP_VERSION_2)
		nic_config(w, mtu);
	assert(nic_recv_buffer(w, w->recv_gpadl) == NVSP_STATUS_SUCCESS);
	assert(nic_send_buffer(w, w->send_gpadl) == NVSP_STATUS_SUCCESS);
	assert(!nic_initialize(w));
	nic_filter(w, FILTER_DIRECTED | FILTER_BROADCAST | FILTER_ALL_MULTICAST);
}

/* An RNDIS packet at @to: @ppis pairs of type and value, then the frame. Its length. */
static inline u32 nic_packet(u8 *to, const u32 *ppi, u32 ppis, const void *frame, u32 len)
{
	struct rndis_packet p = { .h = { RNDIS_PACKET, (u32)sizeof(p) + 16 * ppis + len } };

	p.data_offset = (u32)sizeof(p) - RNDIS_OFFSETS_FROM + 16 * ppis;
	p.data_len = len;
	p.ppi_offset = ppis ? sizeof(p) - RNDIS_OFFSETS_FROM : 0;
	p.ppi_len = 16 * ppis;
	memcpy(to, &p, sizeof(p));
	for (u32 i = 0; i < ppis; i++) {
		const u32 entry[4] = { 16, ppi[2 * i], 12, ppi[2 * i + 1] };

		memcpy(to + sizeof(p) + 16 * i, entry, 16);
	}
	memcpy(to + sizeof(p) + 16 * ppis, frame, len);
	return p.h.len;
}

static inline u32 nic_frame(struct nic *w, const u32 *ppi, u32 ppis, const void *frame, u32 len)
{
	u32 all = nic_packet(guest_at(w->g, w->page), ppi, ppis, frame, len);

	return nic_rndis_on(w, &w->ch, NVSP_CHANNEL_DATA, all);
}

/* A frame from the other end; whether the NIC took it. */
static inline bool nic_arrive(struct nic *w, const u8 *f, u32 len)
{
	w->messages = 0;
	return w->wire.receive(w->wire.nic, f, len);
}

/* Information @type of message @i; false: it has none. */
static inline bool nic_ppi(const struct nic *w, u32 i, u32 type, u32 *value)
{
	struct rndis_packet p;

	memcpy(&p, w->message[i], sizeof(p));
	for (u32 at = 0; at < p.ppi_len; at += 16) {
		u32 entry[4];

		memcpy(entry, w->message[i] + 8 + p.ppi_offset + at, 16);
		if (entry[1] != type)
			continue;
		*value = entry[3];
		return true;
	}
	return false;
}

/* Message @i is the frame @f. */
static inline void nic_is_frame(const struct nic *w, u32 i, const u8 *f, u32 len)
{
	struct rndis_packet p;

	memcpy(&p, w->message[i], sizeof(p));
	assert(p.h.type == RNDIS_PACKET);
	assert(p.h.len == w->bytes[i]);
	assert(p.data_len == len);
	assert(8 + p.data_offset + len == p.h.len);
	assert(!memcmp(w->message[i] + 8 + p.data_offset, f, len));
}

/* What the host counted under @name. */
static inline u64 nic_counted(struct nic *w, const char *name)
{
	char text[64], *at;

	w->g->fake->log[0] = '\0';
	count_print(&w->g->fake->vm);
	snprintf(text, sizeof(text), "\"%s\":", name);
	at = strstr(w->g->fake->log, text);
	return at ? strtoull(at + strlen(text), NULL, 10) : 0;
}

/* ---- frames; checksums the slow way, by nobody else's code ---- */

static inline u16 slow_sum(u32 sum, const u8 *data, u32 len)
{
	for (u32 i = 0; i < len; i++)
		sum += i & 1 ? data[i] : (u32)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

/* Sum over transport header and pseudo header of a frame without tag: 0xffff when right. */
static inline u16 slow_transport(const u8 *frame, u32 len)
{
	bool six = be16(frame + 12) == ETH_P_IP6;
	u32 at = six ? 54 : 34, bytes = len - at;
	u8 proto = frame[six ? 20 : 23];
	u32 sum = slow_sum(bytes + proto, frame + (six ? 22 : 26), six ? 32 : 8);

	return slow_sum(sum, frame + at, bytes);
}

static inline void put_ethernet(u8 *f, u16 type)
{
	static const u8 peer[6] = { 0x00, 0x00, 0x5e, 0x00, 0x53, 0x01 };

	memcpy(f, peer, 6);
	memcpy(f + 6, nic_mac, 6);
	put_be16(f + 12, type);
}

/* An IPv4 or IPv6 frame with a TCP or UDP header and @bytes behind it; no checksum. Its length. */
static inline u32 put_frame(u8 *f, bool six, bool tcp, u16 port, u32 bytes)
{
	u32 header = tcp ? 20 : 8, at = six ? 54 : 34;
	u8 *t = f + at;

	put_ethernet(f, six ? ETH_P_IP6 : ETH_P_IP4);
	memset(f + 14, 0, at - 14 + header);
	if (six) {
		f[14] = 0x60;
		put_be16(f + 18, (u16)(header + bytes));
		f[20] = tcp ? PROTO_TCP : PROTO_UDP;
		f[21] = 64;
		for (u32 i = 0; i < 16; i++) {
			f[22 + i] = (u8)(i ? 0x10 + i : 0xfe);
			f[38 + i] = (u8)(i ? 0x20 + i : 0xfe);
		}
	} else {
		const u8 to[8] = { 192, 0, 2, 2, 192, 0, 2, 1 };

		f[14] = 0x45;
		put_be16(f + 16, (u16)(20 + header + bytes));
		put_be16(f + 18, 0x1234);
		f[22] = 64;
		f[23] = tcp ? PROTO_TCP : PROTO_UDP;
		memcpy(f + 26, to, 8);
		put_be16(f + 24, (u16)~slow_sum(0, f + 14, 20));
	}
	put_be16(t, 4000);
	put_be16(t + 2, port);
	if (tcp) {
		put_be32(t + 4, 1000);
		t[12] = 0x50;
		t[13] = TCP_ACK | TCP_PSH;
	} else {
		put_be16(t + 4, (u16)(8 + bytes));
	}
	for (u32 i = 0; i < bytes; i++)
		t[header + i] = (u8)(i * 13 + (i >> 8));
	return at + header + bytes;
}

#endif
