// SPDX-License-Identifier: GPL-2.0-only
/* Commands that bring a list of parameters: what it says of itself is not to be believed. */
#include "scsi_guest.h"

static void unmap_and_write_same(void **state)
{
	static const u8 write[16] = { 0x2a, 0, 0, 0, 0, 0, 0, 0, 8 };
	static const u8 read[16] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 8 };
	static const u8 same[16] = { 0x93, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4 };
	u8 unmap[16] = { 0x42, 0, 0, 0, 0, 0, 0, 0, 24 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	memset(at, 0xaa, 4096);
	command(w, write, 4096);
	memset(at, 0x55, 512);
	assert_int_equal(command(w, same, 512)->srb_status, SRB_STATUS_SUCCESS);
	command(w, read, 4096);
	assert_int_equal(at[1023], 0xaa);
	assert_int_equal(at[1024], 0x55);
	assert_int_equal(at[3071], 0x55);
	assert_int_equal(at[3072], 0xaa);
	/* blocks 1 and 2 */
	memset(at, 0, 24);
	put_be16(at, 22);
	put_be16(at + 2, 16);
	put_be64(at + 8, 1);
	put_be32(at + 16, 2);
	assert_int_equal(command(w, unmap, 24)->srb_status, SRB_STATUS_SUCCESS);
	command(w, read, 4096);
	assert_int_equal(at[511], 0xaa);
	assert_int_equal(at[512], 0);
	assert_int_equal(at[1535], 0);
	assert_int_equal(at[1536], 0x55);
	/* a range behind the end, and a list that says it is longer than it is */
	memset(at, 0, 24);
	put_be16(at + 2, 16);
	put_be64(at + 8, DISK / 512);
	put_be32(at + 16, 1);
	command(w, unmap, 24);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_LBA_OUT_OF_RANGE);
	put_be16(at + 2, 0xfff0);
	command(w, unmap, 24);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_PARAMETER);
}

/* How many ranges there are is in the list, how long it is in the command: both count. */
static void unmap_lists(void **state)
{
	static const u8 read[16] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 8 };
	static const u8 write[16] = { 0x2a, 0, 0, 0, 0, 0, 0, 0, 8 };
	u8 unmap[16] = { 0x42 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	memset(at, 0xaa, 4096);
	command(w, write, 4096);
	/* two ranges, and the command brings the first one only: neither is done */
	memset(at, 0, 40);
	put_be16(at + 2, 32);
	put_be32(at + 16, 1);
	put_be64(at + 24, 2);
	put_be32(at + 32, 1);
	put_be16(unmap + 7, 24);
	command(w, unmap, 40);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_PARAMETER);
	put_be16(unmap + 7, 39);
	command(w, unmap, 40);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_PARAMETER);
	/* nor when the buffer is shorter than the command says, or has no header */
	put_be16(unmap + 7, 40);
	command(w, unmap, 24);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_PARAMETER_LIST_LENGTH);
	put_be16(unmap + 7, 7);
	command(w, unmap, 40);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_PARAMETER_LIST_LENGTH);
	command(w, read, 4096);
	for (u32 i = 0; i < 4096; i++)
		assert_int_equal(at[i], 0xaa);
	/* one range more than is promised in page b0 */
	memset(at, 0, 8);
	put_be16(at + 2, 16 * (SCSI_UNMAP_RANGES + 1));
	put_be16(unmap + 7, 8 + 16 * (SCSI_UNMAP_RANGES + 1));
	command(w, unmap, 8 + 16 * (SCSI_UNMAP_RANGES + 1));
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_PARAMETER);
}

static void reservations(void **state)
{
	u8 out[16] = { 0x5f, 0, 0, 0, 0, 0, 0, 0, 24 }, in[16] = { 0x5e, 0, 0, 0, 0, 0, 0, 0, 64 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	/* reserve without a registration */
	memset(at, 0, 64);
	out[1] = 1;
	out[2] = 5;
	assert_int_equal(command(w, out, 24)->scsi_status, SAM_RESERVATION_CONFLICT);
	/* register, reserve, read both back */
	memset(at, 0, 64);
	put_be64(at + 8, 0x1234);
	out[1] = 0;
	assert_int_equal(command(w, out, 24)->scsi_status, SAM_GOOD);
	memset(at, 0, 64);
	put_be64(at, 0x1234);
	out[1] = 1;
	assert_int_equal(command(w, out, 24)->scsi_status, SAM_GOOD);
	in[1] = 0;
	command(w, in, 64);
	assert_int_equal(be64(at + 8), 0x1234);
	in[1] = 1;
	command(w, in, 64);
	assert_int_equal(be32(at + 4), 16);
	assert_int_equal(at[21], 5);
	/* a wrong key */
	memset(at, 0, 64);
	put_be64(at, 0x9999);
	out[1] = 2;
	assert_int_equal(command(w, out, 24)->scsi_status, SAM_RESERVATION_CONFLICT);
	out[8] = 23;
	command(w, out, 24);
	sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_PARAMETER_LIST_LENGTH);
}

/* SPC-4, table 67: 1, 3 and 5 to 8 are types, of a reservation and of one in its place. */
static void reservation_types(void **state)
{
	u8 out[16] = { 0x5f, 0, 0, 0, 0, 0, 0, 0, 24 };
	struct world *w = *state;
	u8 *at = guest_at(w->g, w->buffer);

	for (u8 type = 0; type < 16; type++) {
		bool good = type == 1 || type == 3 || (type >= 5 && type <= 8);

		memset(at, 0, 64);
		put_be64(at + 8, 0x1234);
		out[1] = 6;		/* register, whatever key there is */
		out[2] = 0;
		assert_int_equal(command(w, out, 24)->scsi_status, SAM_GOOD);
		put_be64(at, 0x1234);
		out[2] = type;
		/* reserve, preempt, preempt and abort */
		for (out[1] = 1; out[1] <= 5; out[1] += out[1] == 1 ? 3 : 1) {
			command(w, out, 24);
			if (good)
				assert_int_equal(w->last.srb.scsi_status, SAM_GOOD);
			else
				sense_is(w, SENSE_KEY_ILLEGAL_REQUEST, ASC_INVALID_FIELD);
		}
		out[1] = 3;		/* clear */
		assert_int_equal(command(w, out, 24)->scsi_status, SAM_GOOD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unmap_and_write_same), T(unmap_lists), T(reservations), T(reservation_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
