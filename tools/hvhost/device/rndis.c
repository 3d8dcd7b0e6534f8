// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a guest controls its NIC: RNDIS messages on NVSP's control channel. A driver
 * sends INITIALIZE, asks and sets objects (rndis_oid.c), and HALT at the end. Each
 * request but HALT has one answer, in a section of the receive buffer. Called by
 * net_tx.c with a message whose length is checked. [MS-RNDIS] 2.2
 */
#include "counters.h"
#include "device/nic.h"
#include "lib.h"

#define VERSION_MAJOR	1u

static void initialize(struct net *n, const u8 *m)
{
	struct rndis_initialize r;
	struct rndis_initialize_complete c = {
		.h = { RNDIS_INITIALIZE | RNDIS_COMPLETE, sizeof(c) },
		.major = VERSION_MAJOR, .flags = RNDIS_CONNECTIONLESS,
		.max_packets = NET_MAX_PACKETS, .max_transfer = NET_TRANSFER_MAX,
		.alignment = 3,		/* 8 bytes, as a power of two */
	};

	memcpy(&r, m, sizeof(r));
	c.id = r.id;
	rndis_halt(n);
	if (r.major == VERSION_MAJOR)
		n->initialized = true;
	else
		c.status = RNDIS_STATUS_BAD_VERSION;
	net_send_control(n, "initialize", &c, sizeof(c),
			 offsetof(struct rndis_initialize_complete, status));
}

/* The object's content in a request, or NULL when it is not in the message. */
static const u8 *content(const struct rndis_request *r, const u8 *m, u32 len)
{
	u32 room = len - RNDIS_OFFSETS_FROM;

	if (!r->buffer_len)
		return m;
	if (r->buffer_offset > room || r->buffer_len > room - r->buffer_offset)
		return NULL;
	return m + RNDIS_OFFSETS_FROM + r->buffer_offset;
}

static void query(struct net *n, const u8 *m, u32 len)
{
	struct {
		struct rndis_query_complete c;
		u8 data[RNDIS_ANSWER_MAX];
	} __packed a = { .c = { .h = { RNDIS_QUERY | RNDIS_COMPLETE, 0 } } };
	struct rndis_request r;
	const char *what = "query";
	const u8 *in;
	u32 n_out = 0;

	memcpy(&r, m, sizeof(r));
	in = content(&r, m, len);
	a.c.id = r.id;
	if (in)
		a.c.status = rndis_query(n, r.oid, in, r.buffer_len, a.data, &n_out, &what);
	else
		a.c.status = RNDIS_STATUS_INVALID_LENGTH;
	if (a.c.status)
		n_out = 0;
	a.c.buffer_len = n_out;
	a.c.buffer_offset = sizeof(a.c) - RNDIS_OFFSETS_FROM;
	a.c.h.len = (u32)sizeof(a.c) + n_out;
	net_send_control(n, what, &a, a.c.h.len, offsetof(struct rndis_query_complete, status));
}

static void set(struct net *n, const u8 *m, u32 len)
{
	struct rndis_complete c = { .h = { RNDIS_SET | RNDIS_COMPLETE, sizeof(c) } };
	struct rndis_request r;
	const char *what = "set";
	const u8 *in;

	memcpy(&r, m, sizeof(r));
	in = content(&r, m, len);
	c.id = r.id;
	if (in)
		c.status = rndis_set(n, r.oid, in, r.buffer_len, &what);
	else
		c.status = RNDIS_STATUS_INVALID_LENGTH;
	net_send_control(n, what, &c, sizeof(c), offsetof(struct rndis_complete, status));
}

/* Settings stay: AddressingReset is 0, and nothing has to be set again. */
static void reset(struct net *n)
{
	struct rndis_reset_complete c = { .h = { RNDIS_RESET | RNDIS_COMPLETE, sizeof(c) } };

	net_send_control(n, "reset", &c, sizeof(c), offsetof(struct rndis_reset_complete, status));
}

static void keepalive(struct net *n, const u8 *m)
{
	struct rndis_complete c = { .h = { RNDIS_KEEPALIVE | RNDIS_COMPLETE, sizeof(c) } };

	memcpy(&c.id, m + sizeof(c.h), 4);
	net_send_control(n, "keepalive", &c, sizeof(c), offsetof(struct rndis_complete, status));
}

void rndis_halt(struct net *n)
{
	n->initialized = false;
	n->filter = 0;
	n->multicasts = 0;
	n->tx_offload = n->rx_offload = 0;
	n->rss = (struct net_rss){ 0 };
}

void rndis_link(struct net *n)
{
	struct rndis_indicate m = { .h = { RNDIS_INDICATE, sizeof(m) } };

	m.status = n->link_down ? RNDIS_STATUS_MEDIA_DISCONNECT : RNDIS_STATUS_MEDIA_CONNECT;
	if (n->initialized)
		net_send_control(n, "indicate", &m, sizeof(m), 0);
}

static u32 least(u32 type)
{
	switch (type) {
	case RNDIS_INITIALIZE:
		return sizeof(struct rndis_initialize);
	case RNDIS_QUERY:
	case RNDIS_SET:
		return sizeof(struct rndis_request);
	case RNDIS_HALT:
	case RNDIS_RESET:
	case RNDIS_KEEPALIVE:
		return sizeof(struct rndis_header) + 4;
	default:
		return 0;
	}
}

bool rndis_control(struct net *n, const u8 *m, u32 len)
{
	struct rndis_header h;

	memcpy(&h, m, sizeof(h));
	if (!least(h.type) || len < least(h.type)) {
		net_refuse(n, "RNDIS message of type", h.type);
		return false;
	}
	if (!n->initialized && h.type != RNDIS_INITIALIZE && h.type != RNDIS_HALT) {
		net_refuse(n, "RNDIS message before INITIALIZE, type", h.type);
		return false;
	}
	count(n->dev.vm, COUNT_NET_CONTROL, 1);
	switch (h.type) {
	case RNDIS_INITIALIZE:
		initialize(n, m);
		break;
	case RNDIS_HALT:
		rndis_halt(n);
		break;
	case RNDIS_QUERY:
		query(n, m, len);
		break;
	case RNDIS_SET:
		set(n, m, len);
		break;
	case RNDIS_RESET:
		reset(n);
		break;
	case RNDIS_KEEPALIVE:
		keepalive(n, m);
		break;
	}
	return true;
}
