// SPDX-License-Identifier: GPL-2.0-only
/* Disks and wires that are virtio functions of the machine, and functions that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "block.h"
#include "counters.h"
#include "device.h"
#include "device/scsi.h"
#include "guest.h"
#include "lib.h"
#include "net.h"
#include "fake_virtio.h"

#define F_RO		(1ull << 5)
#define F_BLK_SIZE	(1ull << 6)
#define F_FLUSH		(1ull << 9)
#define F_DISCARD	(1ull << 13)
#define F_WRITE_ZEROES	(1ull << 14)
#define F_ALL		(F_BLK_SIZE | F_FLUSH | F_DISCARD | F_WRITE_ZEROES)

static struct guest *g;
static u8 data[1u << 20], back[1u << 20];

static int setup(void **state)
{
	g = guest_begin(1);
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 7 + i / 251);
	return 0;
}

static int teardown(void **state)
{
	guest_end(g);
	return 0;
}

static struct vm *vm(void)
{
	return &g->fake->vm;
}

static struct block *disk(u64 features)
{
	fv_begin(vm(), false, features);
	fv.clock = &g->fake->now;
	return virtio_blk_create(vm(), 0);
}

static void found_and_hidden(void **state)
{
	struct block *b = disk(F_ALL | 1ull << 28 | 1ull << 33);
	u32 value = 0;

	assert_non_null(b);
	assert_int_equal(b->bytes, FV_DISK);
	assert_false(b->read_only);
	assert_int_equal(fv.agreed, VIRTIO_F_VERSION_1 | F_BLK_SIZE | F_FLUSH | F_WRITE_ZEROES);
	assert_int_equal(fv.status, 15);
	assert_int_equal(fv.q[0].enable, 1);
	assert_int_equal(fv.config[PCI_COMMAND], PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(fv.config[PCI_COMMAND + 1], 4);	/* no INTx */
	/* neither its configuration space nor its registers are the guest's */
	value = 0x80000000u | FV_BDF << 8;
	pci_port_access(vm(), 0xcf8, 4, true, &value);
	pci_port_access(vm(), 0xcfc, 4, false, &value);
	assert_int_equal(value, 0xffffffff);
	assert_int_equal(g->fake->hidden, 2);
	assert_int_equal(g->fake->hide[0].pa, FV_BAR1);
	assert_int_equal(g->fake->hide[1].pa, FV_BAR4);
	assert_int_equal(g->fake->hide[1].len, FV_BAR4_SIZE);
	/* it is taken */
	assert_null(virtio_blk_create(vm(), 0));
	assert_null(virtio_blk_create(vm(), 1));
}

static void moved_into_reach(void **state)
{
	fv_begin(vm(), false, F_ALL);
	fv_bar_write(PCI_BAR0 + 20, 0x380);	/* 0x380fe000000: 3.5 TiB */
	assert_non_null(virtio_blk_create(vm(), 0));
	assert_true(fv.bar4 >= 0x3000000000ull && fv.bar4 < FAKE_REACH);
	assert_int_equal(g->fake->hide[1].pa, fv.bar4);
}

static void reads_and_writes(void **state)
{
	struct block *b = disk(F_ALL);

	assert_int_equal(b->ops->write(b, 512, data, 700 << 10), 0);
	assert_memory_equal(fv.disk + 512, data, 700 << 10);
	assert_int_equal(fv.types[1], 2);	/* 512 KiB in each */
	assert_int_equal(b->ops->read(b, 512, back, 700 << 10), 0);
	assert_memory_equal(back, data, 700 << 10);
	assert_int_equal(b->ops->flush(b), 0);
	assert_int_equal(fv.types[4], 1);
	/* 1500 sectors in requests of 1000 at most */
	assert_int_equal(b->ops->discard(b, 512, 1500 * 512), 0);
	assert_int_equal(fv.types[13], 2);
	for (u32 i = 0; i < 1500 * 512; i++)
		assert_int_equal(fv.disk[512 + i], 0);
}

static void fewer_features(void **state)
{
	struct block *b = disk(F_RO);

	assert_true(b->read_only);
	memset(fv.disk, 0xee, sizeof(fv.disk));
	assert_int_equal(b->ops->flush(b), 0);
	assert_int_equal(fv.requests, 0);
	assert_int_equal(b->ops->discard(b, 1024, 600 << 10), 0);	/* by writing */
	assert_int_equal(fv.types[1], 2);
	assert_int_equal(fv.disk[1023], 0xee);
	assert_int_equal(fv.disk[1024], 0);
	assert_int_equal(fv.disk[1024 + (600 << 10) - 1], 0);
	assert_int_equal(fv.disk[1024 + (600 << 10)], 0xee);
}

static void an_error_is_an_error(void **state)
{
	struct block *b = disk(F_ALL);

	fv.lie = FV_IO_ERROR;
	assert_int_equal(b->ops->read(b, 0, back, 512), -HV_EIO);
	assert_int_equal(b->ops->write(b, 0, data, 512), -HV_EIO);
	fv.lie = FV_UNSUPPORTED;
	assert_int_equal(b->ops->flush(b), -HV_EIO);
	fv.lie = FV_HONEST;
	assert_int_equal(b->ops->read(b, 0, back, 512), 0);
}

static void no_answer(void **state)
{
	struct block *b = disk(F_ALL);
	u64 began = g->fake->now;

	fv.lie = FV_SILENT;
	assert_int_equal(b->ops->read(b, 0, back, 512), -HV_EIO);
	assert_true(g->fake->now - began >= 100000000 && g->fake->now - began < 200000000);
	assert_non_null(strstr(g->fake->log, "no answer from the device"));
	/* reset, no DMA, and no second wait */
	assert_int_equal(fv.status, 0);
	assert_false(fv.config[PCI_COMMAND] & PCI_COMMAND_MASTER);
	began = g->fake->now;
	fv.lie = FV_HONEST;
	assert_int_equal(b->ops->write(b, 0, data, 512), -HV_EIO);
	assert_int_equal(g->fake->now, began);
}

static void lies(void **state)
{
	static const enum fv_lie lie[] = { FV_ID_RANGE, FV_ID_UNKNOWN, FV_LEN, FV_INDEX };

	for (u32 i = 0; i < ARRAY_SIZE(lie); i++) {
		struct block *b = disk(F_ALL);

		assert_non_null(b);
		fv.lie = lie[i];
		assert_int_equal(b->ops->read(b, 0, back, 4096), -HV_EIO);
		assert_int_equal(g->fake->now, 0);	/* seen at once */
		assert_int_equal(fv.status, 0);
		guest_end(g);
		g = guest_begin(1);
	}
}

/* What a function may not be like; each is refused, and nothing is touched that is not there. */
static void refused(void **state)
{
	for (u32 i = 0; i < 12; i++) {
		fv_begin(vm(), false, F_ALL);
		switch (i) {
		case 0: fv.features &= ~VIRTIO_F_VERSION_1; break;
		case 1: fv.refuse_features = true; break;
		case 2: fv.stuck = true; break;
		case 3: fv.queue_size = 0; break;
		case 4: fv.queue_size = 100; break;
		case 5: fv.notify_off = 0x400; break;	/* 4 bytes each: behind the end */
		case 6: fv_put(FV_COMMON + 8, 0x3fff, 4); break;	/* ends behind the BAR */
		case 7: fv_put(FV_COMMON + 12, 0x20, 4); break;		/* too short */
		case 8: fv_put(FV_NOTIFY + 4, 7, 4); break;		/* BAR 7 */
		case 9: fv_put(FV_COMMON + 1, FV_COMMON, 1); break;	/* a loop */
		case 10: *(u64 *)fv.device = 0; break;
		case 11: *(u32 *)(fv.device + 20) = 4096; break;
		}
		if (virtio_blk_create(vm(), 0))
			fail_msg("case %u", i);
		assert_non_null(strstr(g->fake->log, "virtio-blk 0: "));	/* and why */
		guest_end(g);
		g = guest_begin(1);
	}
}

/* ---- as a LUN ---- */

static const u8 write[16] = { 0x2a, 0, 0, 0, 0, 8, 0, 0, 128 };
static const u8 read[16] = { 0x28, 0, 0, 0, 0, 8, 0, 0, 128 };

struct lun {
	struct guest_channel ch;
	u64 buffer, id, answered;
	struct vstor_packet last;
};

static void polled(void)
{
	assert_non_null(vm()->pollers);
	vm()->pollers->poll(vm(), vm()->pollers);
}

static void submit(struct lun *l, const u8 *cdb, u32 bytes)
{
	struct vstor_packet p = { .operation = VSTOR_EXECUTE_SRB };

	p.srb.length = sizeof(p.srb);
	p.srb.cdb_length = 16;
	memcpy(p.srb.cdb, cdb, 16);
	p.srb.transfer_length = bytes;
	if (bytes)
		guest_send_gpa(g, &l->ch, ++l->id, l->buffer, bytes, &p, sizeof(p));
	else
		guest_send(g, &l->ch, ++l->id, &p, sizeof(p));
}

static struct vstor_srb *answered(struct lun *l)
{
	struct guest_packet r;

	assert_true(guest_recv(g, &l->ch, &r));
	l->answered = r.trans_id;
	memcpy(&l->last, r.data, sizeof(l->last));
	return &l->last.srb;
}

static struct vstor_srb *command(struct lun *l, const u8 *cdb, u32 bytes)
{
	submit(l, cdb, bytes);
	polled();
	return answered(l);
}

static bool nothing(struct lun *l)
{
	struct guest_packet r;

	return !guest_recv(g, &l->ch, &r);
}

static void lun_begin(struct lun *l, struct vmbus_device **dev)
{
	struct block *b = disk(F_ALL);

	*l = (struct lun){ 0 };
	*dev = scsi_create(vm(), 0, 0);
	assert_int_equal(scsi_lun_add(*dev, 0, b), 0);
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	guest_request_offers(g);
	assert_int_equal(guest_open(g, &l->ch, &g->offer[0], 9), 0);
	l->buffer = guest_pages(g, 16);
}

static void as_a_lun(void **state)
{
	struct vmbus_device *dev;
	const u8 fua[16] = { 0x2a, 8, 0, 0, 0, 8, 0, 0, 128 }, sync[16] = { 0x35 };
	const u8 same[16] = { 0x41, 0, 0, 0, 0, 0, 0, 8, 0 };
	struct lun l;

	lun_begin(&l, &dev);
	memcpy(guest_at(g, l.buffer), data, 64 << 10);
	assert_int_equal(command(&l, write, 64 << 10)->srb_status, SRB_STATUS_SUCCESS);
	assert_int_equal(fv.requests, 1);	/* 16 pages of the guest, one request */
	assert_memory_equal(fv.disk + 4096, data, 64 << 10);
	memset(guest_at(g, l.buffer), 0, 64 << 10);
	assert_int_equal(command(&l, read, 64 << 10)->transfer_length, 64 << 10);
	assert_memory_equal(guest_at(g, l.buffer), data, 64 << 10);
	assert_int_equal(fv.types[4], 0);
	command(&l, fua, 64 << 10);
	command(&l, sync, 0);
	assert_int_equal(fv.types[4], 2);
	/* 2048 blocks of one pattern: two requests */
	memset(guest_at(g, l.buffer), 0xa5, 512);
	fv.requests = 0;
	assert_int_equal(command(&l, same, 512)->srb_status, SRB_STATUS_SUCCESS);
	assert_int_equal(fv.requests, 2);
	assert_int_equal(fv.disk[(1 << 20) - 1], 0xa5);
	fv.lie = FV_IO_ERROR;
	command(&l, read, 64 << 10);
	assert_int_equal(l.last.srb.scsi_status, SAM_CHECK_CONDITION);
	assert_int_equal(l.last.srb.sense[2], SENSE_KEY_MEDIUM_ERROR);
	assert_int_equal(l.last.srb.transfer_length, 0);
	/* a file's size is not the host's to change */
	assert_int_equal(scsi_lun_resize(dev, 0, 4096), -HV_EINVAL);
}

static void answered_later(void **state)
{
	const u8 fua[16] = { 0x2a, 8, 0, 0, 0, 8, 0, 0, 128 };
	struct vmbus_device *dev;
	struct lun l;

	lun_begin(&l, &dev);
	memcpy(fv.disk + 4096, data, 64 << 10);
	fv.hold = true;
	for (u32 i = 0; i < 4; i++)
		submit(&l, read, 64 << 10);
	polled();
	assert_true(nothing(&l));
	assert_int_equal(fv.requests, 0);	/* the guest runs on, the device has four */
	fv_release();
	assert_int_equal(fv.requests, 4);
	assert_true(nothing(&l));
	assert_memory_not_equal(guest_at(g, l.buffer), data, 64 << 10);
	polled();
	assert_memory_equal(guest_at(g, l.buffer), data, 64 << 10);
	for (u32 i = 1; i <= 4; i++) {
		assert_int_equal(answered(&l)->srb_status, SRB_STATUS_SUCCESS);
		assert_int_equal(l.answered, i);
		assert_int_equal(l.last.srb.transfer_length, 64 << 10);
	}
	/* what was to be written is taken when it is submitted; a flush follows before the answer */
	fv.hold = true;
	memset(guest_at(g, l.buffer), 0x33, 64 << 10);
	submit(&l, fua, 64 << 10);
	memset(guest_at(g, l.buffer), 0x44, 64 << 10);
	fv_release();
	fv.hold = true;
	polled();
	assert_int_equal(fv.disk[4096], 0x33);
	assert_true(nothing(&l));
	assert_int_equal(fv.types[4], 0);
	fv_release();
	polled();
	assert_int_equal(answered(&l)->srb_status, SRB_STATUS_SUCCESS);
	assert_int_equal(fv.types[4], 1);
	/* slots are used again, many times over; an error comes late, too */
	for (u32 i = 0; i < 50; i++)
		assert_int_equal(command(&l, i & 1 ? read : write, 64 << 10)->srb_status,
				 SRB_STATUS_SUCCESS);
	fv.lie = FV_IO_ERROR;
	assert_int_equal(command(&l, write, 64 << 10)->sense[2], SENSE_KEY_MEDIUM_ERROR);
}

static void more_than_slots(void **state)
{
	struct vmbus_device *dev;
	struct lun l;

	lun_begin(&l, &dev);
	fv.hold = true;
	for (u32 i = 0; i < 4; i++)
		submit(&l, write, 64 << 10);
	fv.hold = false;
	/* the fifth waits in the call, and finds the other four done on its way */
	submit(&l, read, 64 << 10);
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(answered(&l)->srb_status, SRB_STATUS_SUCCESS);
	assert_true(nothing(&l));
	polled();
	assert_true(nothing(&l));
}

/* The guest left: its memory is not written, and slots come back. */
static void nobody_waits(void **state)
{
	struct msg_relid close = { { MSG_CLOSECHANNEL, 0 }, 0 };
	struct vmbus_device *dev;
	struct lun l;

	lun_begin(&l, &dev);
	memcpy(fv.disk + 4096, data, 64 << 10);
	for (u32 i = 0; i < 3; i++) {
		fv.hold = true;
		submit(&l, read, 64 << 10);
		submit(&l, read, 64 << 10);
		close.relid = g->offer[0].relid;
		assert_int_equal(guest_post(g, &close, sizeof(close)), 0);
		fv_release();
		polled();
		assert_memory_not_equal(guest_at(g, l.buffer), data, 64 << 10);
		assert_int_equal(guest_open(g, &l.ch, &g->offer[0], 9), 0);
		assert_true(nothing(&l));
	}
	for (u32 i = 0; i < 4; i++)
		submit(&l, read, 64 << 10);
	polled();
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(answered(&l)->srb_status, SRB_STATUS_SUCCESS);
}

static void no_answer_later(void **state)
{
	struct vmbus_device *dev;
	struct lun l;

	lun_begin(&l, &dev);
	fv.hold = true;
	submit(&l, read, 64 << 10);
	fake_time(g->fake->now + 100000000);
	submit(&l, write, 64 << 10);
	fake_time(g->fake->now + 40000000);
	assert_true(nothing(&l));
	fake_time(g->fake->now + 20000000);	/* 16 s after the first */
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(answered(&l)->scsi_status, SAM_CHECK_CONDITION);
		assert_int_equal(l.last.srb.sense[2], SENSE_KEY_MEDIUM_ERROR);
	}
	assert_int_equal(fv.status, 0);
	assert_int_equal(command(&l, read, 64 << 10)->scsi_status, SAM_CHECK_CONDITION);
}

/* ---- a wire ---- */

static struct {
	u32 frames, len;
	u8 frame[NET_FRAME_MAX];
} nic;

static bool receive(void *n, const void *frame, u32 len)
{
	assert_ptr_equal(n, &nic);
	assert_true(len <= NET_FRAME_MAX);
	nic.frames++;
	nic.len = len;
	memcpy(nic.frame, frame, len);
	return true;
}

static struct net_backend *wire(void)
{
	struct net_backend *b;

	fv_begin(vm(), true, ~VIRTIO_F_VERSION_1);
	memset(&nic, 0, sizeof(nic));
	b = virtio_net_create(vm(), 0);
	if (b) {
		b->receive = receive;
		b->nic = &nic;
	}
	return b;
}

static void frames(void **state)
{
	struct net_backend *b = wire();
	u8 in[12 + NET_FRAME_MAX] = { 0 };

	assert_non_null(b);
	assert_int_equal(fv.agreed, VIRTIO_F_VERSION_1);
	assert_int_equal(fv.msix[0], 0xfee00000);
	assert_int_equal(fv.msix[2], FAKE_POLL);
	assert_int_equal(fv.config[FV_MSIX + 3] & 0xc0, 0x80);
	assert_int_equal(fv.q[0].vector, 0);
	assert_int_equal(fv.q[1].vector, 0xffff);
	for (u32 i = 0; i < 300; i++) {
		b->ops->transmit(b, data + i, 1514);
		assert_int_equal(fv.sent_len, 12 + 1514);
		assert_memory_equal(fv.sent + 12, data + i, 1514);
		memcpy(in + 12, data + i, 1000);
		assert_true(fv_frame(in, 12 + 1000));
		polled();
		assert_int_equal(nic.len, 1000);
		assert_memory_equal(nic.frame, data + i, 1000);
	}
	assert_int_equal(fv.frames, 300);
	assert_int_equal(nic.frames, 300);
	polled();
	assert_int_equal(nic.frames, 300);
	/* all slots, then all at once */
	for (u32 i = 0; i < 64; i++)
		assert_true(fv_frame(in, 12 + 60 + i));
	assert_false(fv_frame(in, 12 + 60));
	polled();
	assert_int_equal(nic.frames, 364);
	assert_int_equal(nic.len, 123);
	/* no frame, and more than one */
	assert_true(fv_frame(in, 12 + 13));
	assert_true(fv_frame(in, sizeof(in)));
	polled();
	assert_int_equal(nic.frames, 365);
	assert_int_equal(nic.len, NET_FRAME_MAX);
}

static void a_wire_that_is_full(void **state)
{
	struct net_backend *b = wire();

	fv.lie = FV_SILENT;
	for (u32 i = 0; i < 70; i++)
		b->ops->transmit(b, data, 100);
	assert_int_equal(fv.frames, 64);
	b->ops->transmit(b, data, NET_FRAME_MAX + 1);
	assert_int_equal(fv.frames, 64);
}

static void a_wire_that_lies(void **state)
{
	static const enum fv_lie lie[] = { FV_ID_RANGE, FV_LEN, FV_INDEX };
	u8 in[100] = { 0 };

	for (u32 i = 0; i < ARRAY_SIZE(lie); i++) {
		struct net_backend *b = wire();

		fv.lie = lie[i];
		assert_true(fv_frame(in, sizeof(in)));
		polled();
		assert_int_equal(nic.frames, 0);
		assert_int_equal(fv.status, 0);
		b->ops->transmit(b, data, 100);		/* into nothing */
		assert_int_equal(fv.frames, 0);
		guest_end(g);
		g = guest_begin(1);
	}
	/* nobody would hear of frames */
	fv_begin(vm(), true, 0);
	fv_put(FV_MSIX, 0x05, 1);
	assert_null(virtio_net_create(vm(), 0));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(found_and_hidden), CASE(moved_into_reach), CASE(reads_and_writes),
		CASE(fewer_features), CASE(an_error_is_an_error), CASE(no_answer), CASE(lies),
		CASE(refused), CASE(as_a_lun), CASE(answered_later),
		CASE(more_than_slots), CASE(nobody_waits), CASE(no_answer_later), CASE(frames),
		CASE(a_wire_that_is_full),
		CASE(a_wire_that_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
