/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's side of an integration service, as drivers/hv/hv_util.c has it: for
 * test_ic.c and fuzz_ic.c. Included once by each.
 */
#ifndef HVHOST_TESTS_IC_GUEST_H
#define HVHOST_TESTS_IC_GUEST_H

#include <string.h>

#include "guest.h"
#include "ic_proto.h"

#define IC_HEAD	(sizeof(struct pipe_header) + sizeof(struct ic_header))

/* A message of the host. */
struct ic_got {
	struct guest_packet packet;
	struct pipe_header pipe;
	struct ic_header h;
	const u8 *body;
};

/* The next one; false: none. Checks nothing but that there is a header. */
static bool ic_next(struct guest *g, struct guest_channel *c, struct ic_got *m)
{
	if (!guest_recv(g, c, &m->packet) || m->packet.len < IC_HEAD)
		return false;
	memcpy(&m->pipe, m->packet.data, sizeof(m->pipe));
	memcpy(&m->h, m->packet.data + sizeof(m->pipe), sizeof(m->h));
	m->body = m->packet.data + IC_HEAD;
	return true;
}

/* Send it back, with what the header in @m is now. */
static void ic_back(struct guest *g, struct guest_channel *c, struct ic_got *m)
{
	m->h.flags = ICMSG_TRANSACTION | ICMSG_RESPONSE;
	memcpy(m->packet.data, &m->pipe, sizeof(m->pipe));
	memcpy(m->packet.data + sizeof(m->pipe), &m->h, sizeof(m->h));
	guest_write(g, c, VM_PKT_DATA_INBAND, 0, m->packet.trans_id, NULL, 0, m->packet.data,
		    m->packet.len);
	guest_signal(g, c);
}

/* Answer NEGOTIATE with one version each, or with none (both 0). */
static void ic_pick(struct guest *g, struct guest_channel *c, struct ic_got *m, u32 framework,
		    u32 message)
{
	u16 one = framework || message;
	struct ic_negotiate n = { one, one, 0 };
	u16 v[4] = { (u16)(framework >> 16), (u16)framework, (u16)(message >> 16), (u16)message };

	m->h.size = 0x10;
	memcpy(m->packet.data + IC_HEAD, &n, sizeof(n));
	memcpy(m->packet.data + IC_HEAD + sizeof(n), v, sizeof(v));
	ic_back(g, c, m);
}

#endif
