/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all integration services share: a message pipe on one channel, versions
 * agreed on when the guest opens it, and from then on requests of the host that
 * the guest answers. A service is a file with a struct ic_service and a struct
 * vmbus_device_ops made by IC_OPS(); device/ic_heartbeat.c is the shortest.
 */
#ifndef HVHOST_DEVICE_IC_H
#define HVHOST_DEVICE_IC_H

#include "device/answer.h"
#include "ic_proto.h"
#include "vmbus.h"

#define IC_VERSION(major, minor)	((u32)(major) << 16 | (minor))
#define IC_VERSIONS_MAX	8
#define IC_BODY_MAX	4096u

struct ic;

/* An answer of the guest, checked: it belongs to a request that was sent. */
struct ic_answer {
	u8 transaction;
	u32 status;
	const void *body;	/* a private copy */
	u32 len;
};

struct ic_service {
	u16 type;		/* ICMSG_* of its messages */
	u32 nversions;
	u32 versions[IC_VERSIONS_MAX];	/* of messages, newest first: IC_VERSION() */
	/* Versions are agreed on: requests may be sent from now on. */
	void (*ready)(struct ic *ic);
	void (*answered)(struct ic *ic, const struct ic_answer *a);
	/* The channel is closed; stop what is armed. */
	void (*stopped)(struct ic *ic);
};

struct ic {
	struct vmbus_device dev;
	const struct ic_service *service;
	struct answers answers;
	struct event begin;	/* the first message, behind the result of the open */
	bool ready;
	u32 framework, message;	/* agreed versions */
	u8 transaction;		/* of the next request */
	u64 outstanding[4];	/* a bit for each that is not answered */
	u8 packet[sizeof(struct pipe_header) + sizeof(struct ic_header) + IC_BODY_MAX];
};

/* Put the service on the bus. @ic is the head of what the service allocated. 0 or -HV_ENOMEM. */
int ic_create(struct vm *vm, struct ic *ic, const struct ic_service *service,
	      const struct vmbus_device_ops *ops, u32 number);
/* Send a request of the service's type, called @what in host scripts; its transaction. */
u8 ic_request(struct ic *ic, const char *what, const void *body, u32 len);
/* The guest's answer makes no sense: logged and counted. */
void ic_refuse(struct ic *ic, const char *what, u64 value);

int ic_open(struct vmbus_channel *ch);
void ic_close(struct vmbus_channel *ch);
void ic_signal(struct vmbus_channel *ch);
void ic_reset(struct vmbus_device *dev);

#define IC_FLAGS (VMBUS_CHANNEL_ENUMERATE_DEVICE_INTERFACE | VMBUS_CHANNEL_NAMED_PIPE_MODE)
#define IC_OPS(name_, type_, act_) { \
	.name = name_, .type = type_, .chn_flags = IC_FLAGS, .open = ic_open, .close = ic_close, \
	.signal = ic_signal, .reset = ic_reset, .act = act_ }

#endif
