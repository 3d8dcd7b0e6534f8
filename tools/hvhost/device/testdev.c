// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device: see testdev.h. Enters: words of the port, from svm/exit.c, and
 * hypercalls to connections it was told to make; leaves: messages, event flags
 * and interrupts of the SynIC. Of each message connection one message may wait
 * for its slot, as in QEMU; the flag of an event is its connection's number.
 */
#include "counters.h"
#include "hv_tlfs.h"
#include "lib.h"
#include "synic.h"
#include "testdev.h"

#define CONNECTIONS	256	/* the number is a byte */

enum kind { NONE, MESSAGE, EVENT };

struct connection {
	enum kind kind;
	struct vp *vp;
	u8 sint;
	bool waiting;		/* a message, for its slot */
	u32 type, len;
	u8 payload[HV_MESSAGE_PAYLOAD];
};

struct testdev {
	bool route[VM_MAX_VPS][HV_SINTS];
	struct connection connection[CONNECTIONS];
};

bool testdev_init(struct vm *vm)
{
	vm->testdev = hv_alloc(sizeof(*vm->testdev));
	return vm->testdev;
}

static void refuse(struct vm *vm, const char *what, u32 value)
{
	hv_log("testdev: refused: %s %x", what, value);
	count(vm, COUNT_REFUSED, 1);
}

static void route(struct vm *vm, u32 control, u32 vp, u32 sint)
{
	bool *there = &vm->testdev->route[vp][sint];

	if (*there == (control == TESTDEV_ROUTE_CREATE)) {
		refuse(vm, *there ? "a second route to SINT" : "no route to SINT", sint);
		return;
	}
	if (control == TESTDEV_ROUTE_SET)
		synic_interrupt(&vm->vp[vp], sint);
	else
		*there = control == TESTDEV_ROUTE_CREATE;
}

static void connect(struct vm *vm, enum kind kind, u32 vp, u32 sint, u32 number)
{
	struct connection *c = &vm->testdev->connection[number];

	if (c->kind != NONE) {
		refuse(vm, "a second connection", number);
		return;
	}
	*c = (struct connection){ .kind = kind, .vp = &vm->vp[vp], .sint = (u8)sint };
}

static void disconnect(struct vm *vm, enum kind kind, u32 number)
{
	struct connection *c = &vm->testdev->connection[number];

	if (c->kind == kind)
		c->kind = NONE;
	else
		refuse(vm, "no such connection", number);
}

void testdev_write(struct vm *vm, u32 value)
{
	u32 sint = value & 0xff, vp = value >> 8 & 0xff, control = value >> 16 & 0xff;

	if (!vm->testdev)
		return;
	if (sint >= HV_SINTS || vp >= vm->vps) {
		refuse(vm, "SINT or VP of", value);
		return;
	}
	switch (control) {
	case TESTDEV_ROUTE_CREATE:
	case TESTDEV_ROUTE_DESTROY:
	case TESTDEV_ROUTE_SET:
		route(vm, control, vp, sint);
		return;
	case TESTDEV_MESSAGE_CREATE:
	case TESTDEV_EVENT_CREATE:
		connect(vm, control == TESTDEV_EVENT_CREATE ? EVENT : MESSAGE, vp, sint,
			value >> 24);
		return;
	case TESTDEV_MESSAGE_DESTROY:
	case TESTDEV_EVENT_DESTROY:
		disconnect(vm, control == TESTDEV_EVENT_DESTROY ? EVENT : MESSAGE, value >> 24);
		return;
	}
	refuse(vm, "control", control);
}

static struct connection *find(const struct vm *vm, enum kind kind, u32 connection)
{
	struct connection *c;

	if (!vm->testdev || connection >= CONNECTIONS)
		return NULL;
	c = &vm->testdev->connection[connection];
	return c->kind == kind ? c : NULL;
}

bool testdev_has_message(const struct vm *vm, u32 connection)
{
	return find(vm, MESSAGE, connection);
}

bool testdev_has_event(const struct vm *vm, u32 connection)
{
	return find(vm, EVENT, connection);
}

u16 testdev_post(struct vm *vm, u32 connection, u32 type, const void *payload, u32 len)
{
	struct connection *c = find(vm, MESSAGE, connection);
	int err;

	if (c->waiting)
		return HV_STATUS_INSUFFICIENT_BUFFERS;
	if (len > sizeof(c->payload) || !type)
		return HV_STATUS_INVALID_PARAMETER;
	err = synic_post(c->vp, c->sint, type, payload, len);
	if (err == -HV_EBUSY) {
		c->waiting = true;
		c->type = type;
		c->len = len;
		memcpy(c->payload, payload, len);
		return HV_STATUS_SUCCESS;
	}
	return err ? HV_STATUS_INVALID_PORT_ID : HV_STATUS_SUCCESS;
}

u16 testdev_signal(struct vm *vm, u32 connection, u16 flag)
{
	const struct connection *c = find(vm, EVENT, connection);

	if (flag)
		return HV_STATUS_INVALID_PARAMETER;
	return synic_signal(c->vp, c->sint, connection) ? HV_STATUS_INVALID_PORT_ID :
							   HV_STATUS_SUCCESS;
}

void testdev_eom(struct vp *vp, u32 sint)
{
	struct testdev *t = vp->vm->testdev;

	for (u32 i = 0; t && i < CONNECTIONS; i++) {
		struct connection *c = &t->connection[i];

		if (c->kind == MESSAGE && c->waiting && c->vp == vp && c->sint == sint)
			c->waiting = synic_post(vp, sint, c->type, c->payload, c->len) == -HV_EBUSY;
	}
}
