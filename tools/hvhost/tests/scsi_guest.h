/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest with an open channel to a SCSI controller that has one disk: included by test_scsi*.c. */
#ifndef HVHOST_TESTS_SCSI_GUEST_H
#define HVHOST_TESTS_SCSI_GUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "block.h"
#include "device.h"
#include "device/scsi.h"
#include "guest.h"
#include "lib.h"
#include "script.h"

#define DISK	(1u << 20)

struct world {
	struct guest *g;
	struct vmbus_device *dev;
	struct block *disk;
	struct guest_channel ch;
	u64 buffer;		/* 16 pages of the guest */
	u64 id;
	struct vstor_packet last;
};

static inline struct vstor_packet *control(struct world *w, u32 operation, u16 word)
{
	struct vstor_packet p = { .operation = operation, .flags = VSTOR_COMPLETION_WANTED };
	struct guest_packet r;

	p.sub_channels = word;
	guest_send(w->g, &w->ch, ++w->id, &p, sizeof(p));
	guest_messages(w->g);
	assert_true(guest_recv(w->g, &w->ch, &r));
	assert_int_equal(r.type, VM_PKT_COMP);
	assert_int_equal(r.trans_id, w->id);
	assert_int_equal(r.len, sizeof(p));
	memcpy(&w->last, r.data, sizeof(w->last));
	assert_int_equal(w->last.operation, VSTOR_COMPLETE_IO);
	return &w->last;
}

static inline struct vstor_srb *command_to(struct world *w, u8 path, u8 target, u8 lun,
						const u8 *cdb, u32 bytes)
{
	struct vstor_packet p = { .operation = VSTOR_EXECUTE_SRB };
	struct guest_packet r;

	p.srb.length = sizeof(p.srb);
	p.srb.path = path;
	p.srb.target = target;
	p.srb.lun = lun;
	p.srb.cdb_length = 16;
	memcpy(p.srb.cdb, cdb, 16);
	p.srb.transfer_length = bytes;
	if (bytes)
		guest_send_gpa(w->g, &w->ch, ++w->id, w->buffer, bytes, &p, sizeof(p));
	else
		guest_send(w->g, &w->ch, ++w->id, &p, sizeof(p));
	assert_true(guest_recv(w->g, &w->ch, &r));
	assert_int_equal(r.trans_id, w->id);
	memcpy(&w->last, r.data, sizeof(w->last));
	return &w->last.srb;
}

static inline struct vstor_srb *command(struct world *w, const u8 *cdb, u32 bytes)
{
	return command_to(w, 0, 0, 0, cdb, bytes);
}

static inline void sense_is(struct world *w, u8 key, u16 asc)
{
	struct vstor_srb *s = &w->last.srb;

	assert_int_equal(s->scsi_status, SAM_CHECK_CONDITION);
	assert_int_equal(s->srb_status, SRB_STATUS_ERROR | SRB_STATUS_AUTOSENSE_VALID);
	assert_int_equal(s->sense[2], key);
	assert_int_equal(be16(s->sense + 12), asc);
}

static inline int setup(void **state)
{
	static struct world w;

	w = (struct world){ .g = guest_begin(9) };
	w.dev = scsi_create(&w.g->fake->vm, 0, 2);
	w.disk = ramdisk_create(DISK, NULL, 0);
	assert_non_null(w.dev);
	assert_int_equal(scsi_lun_add(w.dev, 0, w.disk), 0);
	assert_true(guest_contact(w.g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(w.g), 1);
	assert_int_equal(guest_open(w.g, &w.ch, &w.g->offer[0], 9), 0);
	w.buffer = guest_pages(w.g, 16);
	*state = &w;
	return 0;
}

static inline int teardown(void **state)
{
	guest_end(((struct world *)*state)->g);
	return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
