// SPDX-License-Identifier: GPL-2.0-only
/* The SCSI controller and its disks, as storvsc and sd use them and as nobody should. */
#include "scsi_guest.h"

static void initialization(void **state)
{
	struct world *w = *state;

	assert_int_equal(control(w, VSTOR_BEGIN_INITIALIZATION, 0)->status, 0);
	assert_int_not_equal(control(w, VSTOR_QUERY_PROTOCOL_VERSION, VSTOR_VERSION(2, 0))->status,
			     0);
	assert_int_not_equal(control(w, VSTOR_QUERY_PROTOCOL_VERSION, VSTOR_VERSION(7, 0))->status,
			     0);
	assert_int_equal(control(w, VSTOR_QUERY_PROTOCOL_VERSION, VSTOR_VERSION(6, 2))->status, 0);
	assert_int_equal(control(w, VSTOR_QUERY_PROPERTIES, 0)->properties.max_channels, 2);
	assert_int_equal(w->last.properties.max_transfer, 512 << 10);
	assert_int_equal(w->last.properties.flags, VSTOR_MULTI_CHANNEL);
	assert_int_equal(control(w, VSTOR_END_INITIALIZATION, 0)->status, 0);
	assert_int_not_equal(control(w, 99, 0)->status, 0);
}

static void sub_channels(void **state)
{
	struct world *w = *state;
	struct msg_relid released = { { MSG_RELID_RELEASED, 0 }, 0 };
	struct guest_channel sub;

	assert_int_not_equal(control(w, VSTOR_CREATE_SUB_CHANNELS, 3)->status, 0);
	assert_int_equal(w->g->offers, 1);
	assert_int_equal(control(w, VSTOR_CREATE_SUB_CHANNELS, 2)->status, 0);
	assert_int_equal(w->g->offers, 3);
	assert_int_equal(w->g->offer[2].sub_index, 2);
	assert_int_equal(guest_open(w->g, &sub, &w->g->offer[1], 4), 0);
	/* no more than there are, until they are given back */
	assert_int_not_equal(control(w, VSTOR_CREATE_SUB_CHANNELS, 1)->status, 0);
	for (u32 i = 1; i < 3; i++) {
		struct msg_relid close = { { MSG_CLOSECHANNEL, 0 }, w->g->offer[i].relid };

		if (i == 1)
			assert_int_equal(guest_post(w->g, &close, sizeof(close)), 0);
		released.relid = w->g->offer[i].relid;
		assert_int_equal(guest_post(w->g, &released, sizeof(released)), 0);
	}
	assert_int_equal(control(w, VSTOR_CREATE_SUB_CHANNELS, 2)->status, 0);
	assert_int_equal(w->g->offers, 5);
}

static void write_and_read(void **state)
{
	/* each size of the commands, at several places */
	static const u8 w6[16] = { 0x0a, 0, 0, 5, 8 }, r6[16] = { 0x08, 0, 0, 5, 8 };
	static const u8 w10[16] = { 0x2a, 0, 0, 0, 1, 0, 0, 0, 32 }, r10[16] = { 0x28, 0, 0, 0, 1, 0, 0, 0, 32 };
	static const u8 w12[16] = { 0xaa, 0, 0, 0, 2, 0, 0, 0, 0, 16 }, r12[16] = { 0xa8, 0, 0, 0, 2, 0, 0, 0, 0, 16 };
	static const u8 w16[16] = { 0x8a, 0, 0, 0, 0, 0, 0, 0, 7, 0xf8, 0, 0, 0, 8 };
	static const u8 r16[16] = { 0x88, 0, 0, 0, 0, 0, 0, 0, 7, 0xf8, 0, 0, 0, 8 };
	static const struct { const u8 *w, *r; u32 bytes; } all[] = {
		{ w6, r6, 4096 }, { w10, r10, 16384 }, { w12, r12, 8192 }, { w16, r16, 4096 } };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		for (u32 k = 0; k < all[i].bytes; k++)
			at[k] = (u8)(k * 7 + i + (k >> 9));
		assert_int_equal(command(w, all[i].w, all[i].bytes)->srb_status,
				 SRB_STATUS_SUCCESS);
		assert_int_equal(w->last.srb.transfer_length, all[i].bytes);
		memset(at, 0, all[i].bytes);
		assert_int_equal(command(w, all[i].r, all[i].bytes)->srb_status,
				 SRB_STATUS_SUCCESS);
		for (u32 k = 0; k < all[i].bytes; k++)
			assert_int_equal(at[k], (u8)(k * 7 + i + (k >> 9)));
	}
}

static void out_of_range(void **state)
{
	static const u8 behind[16] = { 0x28, 0, 0, 0, 8, 0, 0, 0, 1 };
	static const u8 over[16] = { 0x28, 0, 0, 0, 7, 0xff, 0, 0, 2 };
	static const u8 far[16] = { 0x88, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1 };
	static const u8 small[16] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 16 };
	struct world *w = *state;

	command(w, behind, 512);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE);
	command(w, over, 1024);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE);
	command(w, far, 512);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE);
	/* a buffer that is too small */
	assert_int_equal(command(w, small, 512)->srb_status, SRB_STATUS_DATA_OVERRUN);
}

static void read_only(void **state)
{
	static const u8 write[16] = { 0x2a, 0, 0, 0, 0, 0, 0, 0, 1 }, unmap[16] = { 0x42, 0, 0, 0, 0, 0, 0, 0, 24 };
	static const u8 same[16] = { 0x93, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, mode[16] = { 0x1a, 0, 0x3f, 0, 255 };
	struct world *w = *state;

	w->disk->read_only = true;
	command(w, write, 512);
	sense_is(w, SENSE_KEY_DATA_PROTECT, ASC_WRITE_PROTECTED);
	command(w, unmap, 24);
	sense_is(w, SENSE_KEY_DATA_PROTECT, ASC_WRITE_PROTECTED);
	command(w, same, 512);
	sense_is(w, SENSE_KEY_DATA_PROTECT, ASC_WRITE_PROTECTED);
	assert_int_equal(command(w, mode, 255)->srb_status, SRB_STATUS_SUCCESS);
	assert_int_equal(((u8 *)guest_at(w->g, w->buffer))[2] & 0x80, 0x80);
}

static void inquiry(void **state)
{
	static const u8 standard[16] = { 0x12, 0, 0, 0, 96 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer), cdb[16] = { 0x12, 1, 0, 1, 0 };

	command(w, standard, 96);
	assert_int_equal(w->last.srb.transfer_length, 36);
	assert_memory_equal(at + 8, "Msft    Virtual Disk    ", 24);
	command(w, cdb, 256);
	assert_int_equal(be16(at + 2), 6);
	for (u32 i = 0, pages = at[3]; i < pages; i++) {
		/* each page that is listed is there, and says which it is */
		cdb[2] = ((u8[]){ 0, 0x80, 0x83, 0xb0, 0xb1, 0xb2 })[i];
		assert_int_equal(command(w, cdb, 256)->srb_status, SRB_STATUS_SUCCESS);
		assert_int_equal(at[1], cdb[2]);
		assert_int_equal(w->last.srb.transfer_length, 4u + be16(at + 2));
	}
	cdb[2] = 0x84;
	command(w, cdb, 256);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
}

static void absent(void **state)
{
	static const u8 inquiry[16] = { 0x12, 0, 0, 0, 36 }, ready[16] = { 0 };
	static const u8 luns[16] = { 0xa0, 0, 0, 0, 0, 0, 0, 0, 1, 0 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	for (u8 path = 0; path < 2; path++) {
		command_to(w, path, 1, 0, inquiry, 36);
		assert_int_equal(w->last.srb.srb_status, SRB_STATUS_SUCCESS);
		assert_int_equal(at[0], 0x7f);
		command_to(w, path, 1, 0, luns, 256);
		assert_int_equal(w->last.srb.srb_status, SRB_STATUS_SUCCESS);
		assert_int_equal(be32(at), 0);
	}
	command_to(w, 0, 0, 200, ready, 0);
	assert_int_equal(w->last.srb.srb_status, SRB_STATUS_INVALID_LUN);
	assert_int_equal(scsi_lun_add(w->dev, 7, ramdisk_create(4096, NULL, 0)), 0);
	assert_int_equal(scsi_lun_add(w->dev, 7, w->disk), -HV_EBUSY);
	command_to(w, 0, 0, 0, luns, 256);
	assert_int_equal(be32(at), 16);
	assert_int_equal(at[17], 7);
}

/* Asked for by sd now and then: nothing is the matter, and there is no motor. */
static void sense_start_and_reset(void **state)
{
	static const u8 sense[16] = { 0x03, 0, 0, 0, 18 }, start[16] = { 0x1b, 0, 0, 0, 1 };
	static const u32 resets[] = { VSTOR_RESET_LUN, VSTOR_RESET_ADAPTER, VSTOR_RESET_BUS };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	assert_int_equal(command(w, sense, 18)->scsi_status, SAM_GOOD);
	assert_int_equal(w->last.srb.transfer_length, 18);
	assert_int_equal(at[0], 0x70);
	assert_int_equal(at[2] | at[12] | at[13], 0);
	assert_int_equal(at[7], 10);
	assert_int_equal(command(w, start, 0)->scsi_status, SAM_GOOD);
	assert_int_equal(w->last.srb.srb_status, SRB_STATUS_SUCCESS);
	for (u32 i = 0; i < ARRAY_SIZE(resets); i++)
		assert_int_equal(control(w, resets[i], 0)->status, 0);
	assert_int_equal(command(w, start, 0)->scsi_status, SAM_GOOD);
}

static void capacity_and_resize(void **state)
{
	static const u8 ten[16] = { 0x25 }, sixteen[16] = { 0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32 }, ready[16] = { 0 };
	static const u8 read[16] = { 0x28, 0, 0, 0, 0x10, 0, 0, 0, 1 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	command(w, ten, 8);
	assert_int_equal(be32(at), DISK / 512 - 1);
	assert_int_equal(be32(at + 4), 512);
	assert_int_equal(scsi_lun_resize(w->dev, 0, 4 * DISK), 0);
	command(w, ready, 0);
	sense_is(w, SENSE_KEY_UNIT_ATTENTION, ASC_CAPACITY_CHANGED);
	assert_int_equal(command(w, ready, 0)->scsi_status, SAM_GOOD);
	command(w, sixteen, 32);
	assert_int_equal(be64(at), 4 * DISK / 512 - 1);
	assert_int_equal(command(w, read, 512)->scsi_status, SAM_GOOD);
	assert_int_equal(scsi_lun_resize(w->dev, 0, DISK), 0);
	command(w, ready, 0);
	command(w, read, 512);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE);
}

static void hot_plug(void **state)
{
	static const u8 ready[16] = { 0 };
	struct world *w = *state;
	struct guest_packet r;

	control(w, VSTOR_QUERY_PROTOCOL_VERSION, VSTOR_VERSION(6, 2));
	assert_int_equal(scsi_lun_add(w->dev, 3, ramdisk_create(4096, NULL, 0)), 0);
	assert_true(guest_recv(w->g, &w->ch, &r));
	assert_int_equal(r.trans_id, 0);
	assert_int_equal(r.data[0], VSTOR_ENUMERATE_BUS);
	assert_int_equal(command_to(w, 0, 0, 3, ready, 0)->srb_status, SRB_STATUS_SUCCESS);
	assert_non_null(scsi_lun_remove(w->dev, 3));
	assert_true(guest_recv(w->g, &w->ch, &r));
	assert_int_equal(command_to(w, 0, 0, 3, ready, 0)->srb_status, SRB_STATUS_INVALID_LUN);
	assert_null(scsi_lun_remove(w->dev, 3));
}

static int act(struct world *w, const char *verb, u64 lun, u64 bytes, u32 n)
{
	const struct vmbus_action a = { .verb = verb, .n = n, .arg = { lun, bytes } };

	return vmbus_device_act(w->dev, &a);
}

/* What an administrator does; every disk that came and went leaves the heap as it was. */
static void by_action(void **state)
{
	static const u8 ready[16] = { 0 }, write[16] = { 0x2a, 0, 0, 0, 0, 0, 0, 0, 1 };
	struct world *w = *state;
	u64 before = w->g->fake->heap_left;

	for (u32 i = 0; i < 3; i++) {
		assert_int_equal(act(w, "add", 5, 1 << 20, 2), 0);
		assert_int_equal(act(w, "add", 5, 1 << 20, 2), -HV_EBUSY);
		assert_int_equal(command_to(w, 0, 0, 5, write, 512)->scsi_status, SAM_GOOD);
		assert_int_equal(act(w, "resize", 5, 2 << 20, 2), 0);
		command_to(w, 0, 0, 5, ready, 0);
		sense_is(w, SENSE_KEY_UNIT_ATTENTION, ASC_CAPACITY_CHANGED);
		assert_int_equal(act(w, "remove", 5, 0, 1), 0);
		assert_int_equal(act(w, "remove", 5, 0, 1), -HV_ENOENT);
		assert_int_equal(w->g->fake->heap_left, before);
	}
	assert_int_equal(act(w, "add", SCSI_LUNS, 1 << 20, 2), -HV_EINVAL);
	assert_int_equal(act(w, "add", ~0ull, 1 << 20, 2), -HV_EINVAL);
	assert_int_equal(act(w, "add", 5, 511, 2), -HV_EINVAL);
	assert_int_equal(act(w, "add", 5, ~0ull, 2), -HV_EINVAL);
	assert_int_equal(act(w, "add", 5, 0, 1), -HV_EINVAL);
	assert_int_equal(act(w, "resize", 9, 1 << 20, 2), -HV_ENOENT);
	assert_int_equal(act(w, "resize", 0, ~0ull, 2), -HV_EINVAL);
	assert_int_equal(act(w, "link-up", 0, 0, 2), -HV_ENOENT);
}

static u64 next_id(struct world *w)
{
	struct guest_packet r;

	return guest_recv(w->g, &w->ch, &r) ? r.trans_id : 0;
}

static void ask(struct world *w, u64 id)
{
	struct vstor_packet p = { .operation = VSTOR_EXECUTE_SRB };

	p.srb.cdb_length = 6;	/* TEST UNIT READY */
	guest_send(w->g, &w->ch, id, &p, sizeof(p));
}

static void out_of_order(void **state)
{
	static const char text[] = "scsi0 test-unit-ready from 1 to 2 reorder";
	struct world *w = *state;

	script_init(&w->g->fake->vm, text, strlen(text));
	ask(w, 11);
	ask(w, 12);
	assert_int_equal(next_id(w), 0);
	ask(w, 13);
	assert_int_equal(next_id(w), 13);
	assert_int_equal(next_id(w), 11);
	assert_int_equal(next_id(w), 12);
	assert_int_equal(next_id(w), 0);
}

static void goes_with_an_answer(void **state)
{
	static const char text[] = "scsi0 test-unit-ready nth 2 delay 1ms then-rescind\n"
				   "scsi0 test-unit-ready nth 1 reorder";
	struct world *w = *state;
	u64 before;

	before = w->g->fake->heap_left;
	script_init(&w->g->fake->vm, text, strlen(text));
	before -= before - w->g->fake->heap_left;
	ask(w, 11);
	ask(w, 12);
	assert_int_equal(next_id(w), 0);
	assert_non_null(w->dev->primary);
	fake_time(10000);
	/* both are in the ring, and nobody is behind it */
	assert_int_equal(next_id(w), 12);
	assert_int_equal(next_id(w), 11);
	assert_null(w->dev->primary);
	assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
	ask(w, 13);
	assert_int_equal(next_id(w), 0);
	/* offered again, it works */
	assert_int_equal(act(w, "offer-now", 0, 0, 0), 0);
	guest_messages(w->g);
	assert_int_equal(guest_open(w->g, &w->ch, &w->g->offer[1], 9), 0);
	ask(w, 14);
	assert_int_equal(next_id(w), 14);
	assert_true(w->g->fake->heap_left < before);
}

/* As a driver does that unbinds and binds: sub-channels can be had again, and no more of them. */
static void sub_channels_again(void **state)
{
	struct world *w = *state;
	const struct msg_relid m = { { MSG_CLOSECHANNEL, 0 }, w->ch.relid };

	for (u32 i = 0; i < 3; i++) {
		u32 offers = w->g->offers;

		w->g->next_page = 200;
		assert_int_equal(control(w, VSTOR_CREATE_SUB_CHANNELS, 2)->status, 0);
		assert_int_equal(w->g->offers, offers + 2);
		assert_int_not_equal(control(w, VSTOR_CREATE_SUB_CHANNELS, 1)->status, 0);
		assert_int_equal(guest_post(w->g, &m, sizeof(m)), 0);
		assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
		assert_int_equal(guest_open(w->g, &w->ch, &w->g->offer[0], 9), 0);
	}
}

static void disk_full(void **state)
{
	static const u8 write[16] = { 0x2a, 0, 0, 0, 0, 0, 0, 0, 8 };
	struct world *w = *state;

	w->g->fake->heap_left = 1024;
	command(w, write, 4096);
	sense_is(w, SENSE_KEY_DATA_PROTECT, ASC_SPACE_ALLOCATION_FAILED);
	w->g->fake->heap_left = 1 << 20;
	assert_int_equal(command(w, write, 4096)->scsi_status, SAM_GOOD);
}

static void short_packets(void **state)
{
	struct world *w = *state;
	struct vstor_packet p = { .operation = VSTOR_EXECUTE_SRB };
	struct guest_packet r;

	for (u32 len = 0; len < sizeof(p); len += 8) {
		guest_send(w->g, &w->ch, 5, &p, len);
		assert_false(guest_recv(w->g, &w->ch, &r));
	}
	assert_non_null(strstr(w->g->fake->log, "refused: a packet of bytes 38"));
	/* a command without an opcode's length */
	guest_send(w->g, &w->ch, 6, &p, sizeof(p));
	assert_true(guest_recv(w->g, &w->ch, &r));
	memcpy(&p, r.data, sizeof(p));
	assert_int_equal(p.srb.srb_status, SRB_STATUS_INVALID_REQUEST);
}

static void every_opcode(void **state)
{
	struct world *w = *state;
	u8 cdb[16];

	for (u32 op = 0; op < 256; op++)
		for (u32 fill = 0; fill < 256; fill += 51) {
			memset(cdb, (int)fill, sizeof(cdb));
			cdb[0] = (u8)op;
			command(w, cdb, 4096);
			command(w, cdb, 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(initialization), T(sub_channels), T(write_and_read), T(out_of_range), T(read_only),
		T(inquiry), T(absent), T(sense_start_and_reset), T(capacity_and_resize), T(hot_plug), T(by_action),
		T(out_of_order), T(goes_with_an_answer), T(sub_channels_again),
		T(disk_full), T(short_packets), T(every_opcode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
