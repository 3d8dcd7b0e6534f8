/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A well-behaved guest for unit tests of what is on the bus: it does through
 * MSRs, hypercalls and rings what drivers/hv does, so a test of a device begins
 * with an open channel.
 */
#ifndef HVHOST_TESTS_GUEST_H
#define HVHOST_TESTS_GUEST_H

#include "fake.h"
#include "hv_tlfs.h"
#include "vmbus_proto.h"

#define GUEST_VECTOR	0xf3	/* of the message SINT */
#define GUEST_OFFERS	64

struct guest_channel {
	u32 relid, connection, gpadl;
	u64 ring;		/* GPA of both rings */
	u32 half;		/* pages of each, header included */
};

struct guest_packet {
	u16 type, flags, pageset;
	u64 trans_id;
	u32 len;
	struct { u32 len, offset; } range[64];
	u32 ranges;
	u8 data[4096];
};

struct guest {
	struct fake *fake;
	u64 next_page;
	u32 next_gpadl;
	struct msg_offer offer[GUEST_OFFERS];
	u32 offers;
	u8 message[240];	/* the last one that was no offer */
	u32 message_len;
};

/* A machine, its hypervisor and an empty bus; the guest's SynIC is on. */
struct guest *guest_begin(u32 vps);
void guest_end(struct guest *g);

/* Memory of the guest: @pages pages; their GPA. */
u64 guest_pages(struct guest *g, u32 pages);
void *guest_at(struct guest *g, u64 gpa);

u16 guest_hypercall(struct guest *g, u64 control, u64 in, u64 out);
u16 guest_post(struct guest *g, const void *message, u32 len);
/* Take messages until there are none; type of the last that was no offer, or 0. */
u32 guest_messages(struct guest *g);
/* INITIATE_CONTACT; whether it was accepted. */
bool guest_contact(struct guest *g, u32 version);
/* REQUESTOFFERS: how many came. */
u32 guest_request_offers(struct guest *g);
/* Lend @pages pages from @gpa; the status that GPADL_CREATED has. */
u32 guest_gpadl(struct guest *g, u32 relid, u32 handle, u64 gpa, u32 pages);
/* OPENCHANNEL with two rings of @half pages each; the status of its result. */
u32 guest_open(struct guest *g, struct guest_channel *c, const struct msg_offer *o, u32 half);

/* Into the ring; @mid is what stands between packet header and payload. */
void guest_write(struct guest *g, struct guest_channel *c, u16 type, u16 flags, u64 id,
		 const void *mid, u32 mid_len, const void *data, u32 len);
u16 guest_signal(struct guest *g, struct guest_channel *c);
/* A request with completion wanted, signalled. */
void guest_send(struct guest *g, struct guest_channel *c, u64 id, const void *data, u32 len);
/* The same with one range of @bytes at @gpa (GPA direct). */
void guest_send_gpa(struct guest *g, struct guest_channel *c, u64 id, u64 gpa, u32 bytes,
		    const void *data, u32 len);
/* The next packet of the host; false: none. */
bool guest_recv(struct guest *g, struct guest_channel *c, struct guest_packet *p);

#endif
