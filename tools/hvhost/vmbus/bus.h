/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bus, between the files of vmbus/: message.c is the way of messages, bus.c
 * contact and what they lead to, channel.c the life of a channel, notify.c how a
 * guest signals, gpadl.c memory the guest lends, ring.c what goes through it, and
 * drain.c how much of it at a time.
 */
#ifndef HVHOST_BUS_H
#define HVHOST_BUS_H

#include "synic.h"
#include "vmbus.h"
#include "vmbus_proto.h"

#define RELID_MAX	2047	/* event flags of a SINT */
#define GPADL_PAGES_MAX	8192	/* of one: 32 MiB */
#define GPADLS_MAX	1024
/* Connection id of a channel: what the guest signals. */
#define CONNECTION_BASE	0x2000
#define CHANNEL_CONNECTION(relid) (CONNECTION_BASE + (relid))

struct gpadl {
	struct gpadl *next;
	u32 handle, relid;
	u32 pages, have;	/* as announced; given so far */
	u32 byte_count, byte_offset;
	u64 *pfn;		/* every one is guest RAM */
};

struct out_message {
	struct out_message *next;
	struct event event;	/* of one that is late */
	struct vmbus *bus;
	u32 len;
	u8 data[HV_MESSAGE_PAYLOAD];
};

struct in_message {
	struct in_message *next;
	u64 due;		/* when it is handled */
	u32 len;
	u8 data[HV_MESSAGE_PAYLOAD];
};

enum channel_state { CHANNEL_OFFERED, CHANNEL_OPEN, CHANNEL_RESCINDED };

/* What the bus has of a channel besides what devices see. */
struct bus_channel {
	struct vmbus_channel ch;
	enum channel_state state;
	bool told;		/* the guest was sent the offer */
	struct event drain;	/* the host has yet to look: it signalled, or there may be more */
	struct bus_channel *next;
};

struct vmbus {
	struct vm *vm;
	u32 version;		/* 0: no contact */
	u32 sint, connection, target_vp;	/* of messages */
	bool offers_wanted;
	u32 last_relid;		/* that was given */
	u64 interrupt_page, monitor_page[2];	/* 0: the guest gave none */
	struct event monitor_event;
	struct bus_channel *channels;
	struct vmbus_device *devices;
	struct gpadl *gpadls;
	u32 ngpadls;
	u32 late_gpadl;		/* handle of one for a rescinded channel, whose body may follow */
	struct out_message *out, **out_end;	/* wait for the slot */
	struct out_message *late;		/* wait for their time */
	struct out_message *held;		/* wait for another to be sent */
	u32 waiting;				/* messages in these three */
	struct in_message *in;			/* in the port, with the head's time armed */
	u32 nin;
	struct event in_event;
	struct refusals refusals;
};

/* message.c */
/* Send, or do what the script says; @name is what it calls the message, NULL: as its type. */
void bus_send(struct vmbus *bus, const void *message, u32 len);
void bus_send_named(struct vmbus *bus, const char *name, const void *message, u32 len);
void bus_messages_forget(struct vmbus *bus);
/* The guest has too many messages to take before it may post any but contact or unload. */
bool bus_messages_full(const struct vmbus *bus);
/* bus.c */
void bus_refuse(struct vmbus *bus, const char *what, u64 value);
/* The guest may not know yet that @relid was rescinded: it gets no answer, as from Hyper-V. */
void bus_too_late(struct vmbus *bus, const char *what, u32 relid);
void bus_handle(struct vmbus *bus, const u8 *message, u32 len);
/* channel.c */
void channel_offer_all(struct vmbus *bus);
void channel_open_request(struct vmbus *bus, const struct msg_open *m);
void channel_close_request(struct vmbus *bus, u32 relid);
void channel_released(struct vmbus *bus, u32 relid);
void channel_modify(struct vmbus *bus, const struct msg_modify *m);
void channel_forget_all(struct vmbus *bus);
struct bus_channel *channel_by_relid(struct vmbus *bus, u32 relid);
bool channel_is_rescinded(struct vmbus *bus, u32 relid);
/* notify.c: pages in which a guest sets bits, given with the contact. */
void notify_contact(struct vmbus *bus, const struct msg_contact *m);
void notify_forget(struct vmbus *bus);
void notify_offer(struct vmbus *bus, const struct bus_channel *c, struct msg_offer *m);
void notify_open(struct vmbus *bus, struct bus_channel *c);
/* The guest signalled @c: the device looks at the ring, now or when the script says. */
void notify_channel(struct bus_channel *c);
/* The device looks at the ring of the open @c in @late x 100 ns, if it was not to already. */
void notify_later(struct bus_channel *c, u64 late);
u16 notify_shared(struct vmbus *bus);
/* gpadl.c */
void gpadl_header(struct vmbus *bus, const u8 *m, u32 len);
void gpadl_body(struct vmbus *bus, const u8 *m, u32 len);
void gpadl_teardown(struct vmbus *bus, const struct msg_gpadl_teardown *m);
void gpadl_forget(struct vmbus *bus, u32 relid);
void gpadl_forget_all(struct vmbus *bus);
struct gpadl *gpadl_by_handle(struct vmbus *bus, u32 handle);
/* Host address of page @i of @g, which is complete. */
void *gpadl_page(struct vm *vm, const struct gpadl *g, u32 i);
/* ring.c */
int ring_open(struct vmbus_channel *ch, const struct gpadl *g, u32 downstream_page);
void ring_close(struct vmbus_channel *ch);
/* Bytes that the ring of the open @ch from the guest holds. */
u32 ring_size(const struct vmbus_channel *ch);
/* 1: *@pkt is filled; 0: empty; -HV_E*: the ring is broken (logged, channel dead). */
int channel_recv(struct vmbus_channel *ch, struct vmbus_packet *pkt);

#endif
