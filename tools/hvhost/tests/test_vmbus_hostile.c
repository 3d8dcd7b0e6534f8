// SPDX-License-Identifier: GPL-2.0-only
/* The bus as no guest should use it: indices, packets, page lists and messages that are wrong. */
#include "echo.h"
#include "hv_tlfs.h"
#include "tlfs_exit.h"
#include "vmbus/bus.h"

#define RING	(3 * 4096u)	/* bytes of data of open_echo()'s rings */

/* As if nothing had been refused yet: a kind of it is told so often only. */
static void log_anew(struct guest *g)
{
	memset(&g->fake->vm.vmbus->refusals, 0, sizeof(struct refusals));
	g->fake->log[0] = 0;
}

static struct ring_header *ring_from(struct guest *g, const struct guest_channel *c)
{
	return guest_at(g, c->ring);
}

static struct ring_header *ring_to(struct guest *g, const struct guest_channel *c)
{
	return guest_at(g, c->ring + ((u64)c->half << PAGE_SHIFT));
}

static void close_channel(struct guest *g, const struct guest_channel *c)
{
	const struct msg_relid m = { { MSG_CLOSECHANNEL, 0 }, c->relid };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
}

/* Closed and opened anew, so that nothing of the last case is left. */
static void again(struct guest *g, struct guest_channel *c)
{
	close_channel(g, c);
	assert_int_equal(guest_open(g, c, &g->offer[0], 4), 0);
	g->fake->log[0] = 0;
	taken = 0;
}

/* The ring is dead with @why, and stays so: a packet as it should be is not taken. */
static void is_broken(struct guest *g, struct guest_channel *c, const char *why)
{
	assert_int_equal(guest_signal(g, c), 0);
	assert_non_null(strstr(g->fake->log, why));
	assert_int_equal(taken, 0);
	*ring_from(g, c) = (struct ring_header){ .write_index = 0 };
	*ring_to(g, c) = (struct ring_header){ .write_index = 0 };
	guest_write(g, c, VM_PKT_DATA_INBAND, 1, 1, NULL, 0, "12345678", 8);
	assert_int_equal(guest_signal(g, c), 0);
	assert_int_equal(taken, 0);
	assert_int_equal(ring_to(g, c)->write_index, 0);
}

static void indices(void **state)
{
	static const u32 bad[] = { RING, 0xffffffff, 0x80000000, 4, 3, RING - 1, RING + 8 };
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		again(g, &c);
		ring_from(g, &c)->write_index = bad[i];
		is_broken(g, &c, "ring broken: write index");
		again(g, &c);
		ring_from(g, &c)->read_index = bad[i];
		is_broken(g, &c, "ring broken: read index");
	}
	assert_int_equal(closed, 2 * ARRAY_SIZE(bad));
}

/* Those of the other ring are looked at when there is something to answer. */
static void indices_of_the_answers(void **state)
{
	static const u32 bad[] = { RING, 4, RING - 1 };
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		again(g, &c);
		ring_to(g, &c)->read_index = bad[i];
		guest_send(g, &c, 1, "12345678", 8);
		assert_non_null(strstr(g->fake->log, "ring broken: read index"));
		assert_int_equal(ring_to(g, &c)->write_index, 0);
	}
}

/* What a header says of its own length and where the payload begins, in eights of bytes. */
static void lengths(void **state)
{
	static const struct { u16 offset8, len8; } bad[] = {
		{ 0, 0 }, { 2, 1 }, { 1, 3 }, { 0, 3 }, { 4, 3 }, { 0xffff, 3 }, { 2, 4 },
		{ 2, 0xffff }, { 0xffff, 0xffff },
	};
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		struct packet_header *h;

		again(g, &c);
		h = guest_at(g, c.ring + PAGE_SIZE);
		guest_write(g, &c, VM_PKT_DATA_INBAND, 1, 1, NULL, 0, "12345678", 8);
		assert_int_equal(h->len8, 3);
		h->offset8 = bad[i].offset8;
		h->len8 = bad[i].len8;
		is_broken(g, &c, "ring broken: packet of bytes");
	}
	/* a payload of nothing is none of these */
	again(g, &c);
	guest_write(g, &c, VM_PKT_DATA_INBAND, 1, 1, NULL, 0, "12345678", 8);
	((struct packet_header *)guest_at(g, c.ring + PAGE_SIZE))->offset8 = 3;
	assert_int_equal(guest_signal(g, &c), 0);
	assert_int_equal(taken, 1);
}

/* A packet that lends @pages frames from @frame on as one range of @bytes at @offset. */
static void lend(struct guest *g, struct guest_channel *c, u64 frame, u32 bytes, u32 offset,
		 u32 ranges)
{
	const u32 head[4] = { 0, ranges, bytes, offset };
	u64 mid[4];

	memcpy(mid, head, sizeof(head));
	mid[2] = frame;
	mid[3] = frame + 1;
	guest_write(g, c, VM_PKT_DATA_USING_GPA_DIRECT, 1, 1, mid, sizeof(mid), "12345678", 8);
}

static void lent_pages(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	u64 good = guest_pages(g, 2) >> PAGE_SHIFT, last = (FAKE_RAM >> PAGE_SHIFT) - 1;
	const struct {
		u64 frame;
		u32 bytes, offset, ranges;
		const char *why;
	} bad[] = {
		{ last + 1, 512, 0, 1, "GPA range with page frame" },
		{ last, 8192, 0, 1, "GPA range with page frame" },
		{ 1ull << 52 | good, 512, 0, 1, "GPA range with page frame" },
		{ good, 512, 4096, 1, "GPA range with offset" },
		{ good, 512, 0xffffffff, 1, "GPA range with offset" },
		{ good, 8193, 0, 1, "GPA range with bytes left" },
		{ good, 8192, 1, 1, "GPA range with bytes left" },
		{ good, 0xffffffff, 0, 1, "GPA range with bytes left" },
		{ good, 8192, 0, 2, "GPA ranges" },
		{ good, 8192, 0, 0xffffffff, "GPA ranges" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		again(g, &c);
		lend(g, &c, bad[i].frame, bad[i].bytes, bad[i].offset, bad[i].ranges);
		is_broken(g, &c, bad[i].why);
	}
	/* and what is just possible */
	again(g, &c);
	lend(g, &c, good, 4097, 4095, 1);
	lend(g, &c, good, 8192, 0, 1);
	assert_int_equal(guest_signal(g, &c), 0);
	assert_int_equal(taken, 2);
}

/* A list has as many pages as its bytes touch: no fewer, no more. */
static void pages_and_bytes(void **state)
{
	static const struct { u32 pages, bytes, offset, status; } list[] = {
		{ 2, 8192, 0, 0 }, { 2, 4097, 0, 0 }, { 2, 2, 4095, 0 },
		{ 3, 8192, 0, VMBUS_STATUS_REFUSED }, { 2, 4096, 0, VMBUS_STATUS_REFUSED },
		{ 2, 8193, 0, VMBUS_STATUS_REFUSED }, { 2, 8192, 1, VMBUS_STATUS_REFUSED },
		{ 1, 0, 0, VMBUS_STATUS_REFUSED }, { 2, 4097, 4096, VMBUS_STATUS_REFUSED },
	};
	struct guest *g = *state;
	u64 frame = guest_pages(g, 3) >> PAGE_SHIFT;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	guest_request_offers(g);
	for (u32 i = 0; i < ARRAY_SIZE(list); i++) {
		struct {
			struct msg_gpadl_header h;
			u32 bytes, offset;
			u64 pfn[3];
		} __packed m = { { { MSG_GPADL_HEADER, 0 }, g->offer[0].relid, 0x500 + i,
				   (u16)(8 + 8 * list[i].pages), 1 }, list[i].bytes, list[i].offset,
				 { frame, frame + 1, frame + 2 } };
		struct msg_gpadl_created r;

		assert_int_equal(guest_post(g, &m, (u32)sizeof(m.h) + 8 + 8 * list[i].pages), 0);
		assert_int_equal(guest_messages(g), MSG_GPADL_CREATED);
		memcpy(&r, g->message, sizeof(r));
		assert_int_equal(r.status, list[i].status);
	}
}

/* Memory that was lent to one device is not another's. */
static void of_another_device(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct msg_open m = { .header = { MSG_OPENCHANNEL, 0 }, .open_id = 5, .downstream_page = 4 };
	struct msg_open_result r;
	const u32 handle = 0x700;

	assert_int_equal(vmbus_device_add(&g->fake->vm, &echo[1], 1), 0);
	guest_messages(g);
	assert_int_equal(g->offers, 2);
	assert_int_equal(guest_gpadl(g, c.relid, handle, guest_pages(g, 8), 8), 0);
	assert_non_null(gpadl_find(echo[0].primary, handle));
	assert_null(gpadl_find(echo[1].primary, handle));
	assert_null(gpadl_find(echo[0].primary, handle + 1));
	/* nor are rings opened on it */
	m.relid = g->offer[1].relid;
	m.ring_gpadl = handle;
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_OPENCHANNEL_RESULT);
	memcpy(&r, g->message, sizeof(r));
	assert_int_equal(r.status, VMBUS_STATUS_REFUSED);
	assert_false(echo[1].primary->open);
	assert_int_equal(opened, 1);
}

/* A guest that waits for room is woken when there is so much, and not each time. */
static void woken_once(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct vp *vp = &g->fake->vm.vp[0];
	u32 before, packet = 32;
	u64 siefp;

	assert_true(tlfs_rdmsr(vp, HV_MSR_SIEFP, &siefp));
	/* the answers interrupt nobody: what comes is for the room */
	ring_to(g, &c)->interrupt_mask = 1;
	ring_from(g, &c)->pending_send_sz = RING - 2 * packet;
	/* free: just what is asked for, which is not more than that; then more */
	for (u32 n = 1; n <= 3; n++) {
		memset(guest_at(g, siefp & HV_PAGE_ADDRESS), 0, PAGE_SIZE);
		before = g->fake->interrupts[0][GUEST_VECTOR];
		for (u32 i = 0; i < n; i++)
			guest_write(g, &c, VM_PKT_DATA_INBAND, 1, i, NULL, 0, "12345678", 8);
		assert_int_equal(guest_signal(g, &c), 0);
		assert_int_equal(g->fake->interrupts[0][GUEST_VECTOR] - before, n >= 2);
	}
	/* nobody waits */
	ring_from(g, &c)->pending_send_sz = 0;
	memset(guest_at(g, siefp & HV_PAGE_ADDRESS), 0, PAGE_SIZE);
	before = g->fake->interrupts[0][GUEST_VECTOR];
	for (u32 i = 0; i < 3; i++)
		guest_write(g, &c, VM_PKT_DATA_INBAND, 1, i, NULL, 0, "12345678", 8);
	assert_int_equal(guest_signal(g, &c), 0);
	assert_int_equal(g->fake->interrupts[0][GUEST_VECTOR], before);
}

/* One byte less than a message of its type has: refused, and nothing comes back. */
static void short_messages(void **state)
{
	static const struct { u32 type, least; } message[] = {
		{ MSG_REQUESTOFFERS, 8 }, { MSG_OPENCHANNEL, 148 }, { MSG_CLOSECHANNEL, 12 },
		{ MSG_GPADL_HEADER, 20 }, { MSG_GPADL_BODY, 16 }, { MSG_GPADL_TEARDOWN, 16 },
		{ MSG_RELID_RELEASED, 12 }, { MSG_INITIATE_CONTACT, 40 }, { MSG_UNLOAD, 8 },
		{ MSG_TL_CONNECT_REQUEST, 40 }, { MSG_MODIFYCHANNEL, 16 },
	};
	struct guest *g = *state;
	u8 m[240] = { 0 };

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	for (u32 i = 0; i < ARRAY_SIZE(message); i++) {
		u32 lens[] = { 0, 4, 7, 8, message[i].least - 1 };

		memcpy(m, &message[i].type, 4);
		for (u32 k = 0; k < ARRAY_SIZE(lens); k++) {
			bool header = lens[k] >= sizeof(struct msg_header);

			if (lens[k] >= message[i].least)
				continue;
			log_anew(g);
			assert_int_equal(guest_post(g, m, lens[k]),
					 header ? 0 : HV_STATUS_INVALID_PARAMETER);
			if (header)
				assert_non_null(strstr(g->fake->log, "refused: short message"));
			assert_int_equal(guest_messages(g), 0);
		}
	}
}

/* What only the host sends, and what nobody does. */
static void no_messages_of_a_guest(void **state)
{
	static const u32 types[] = {
		0, MSG_OFFERCHANNEL, MSG_RESCIND_OFFER, MSG_ALLOFFERS_DELIVERED, MSG_OPENCHANNEL_RESULT,
		MSG_GPADL_CREATED, MSG_GPADL_TORNDOWN, MSG_VERSION_RESPONSE, MSG_UNLOAD_RESPONSE,
		18, 19, 20, MSG_TL_CONNECT_RESULT, MSG_MODIFYCHANNEL_RESPONSE, 25, 0xffffffff,
	};
	struct guest *g = *state;
	u8 m[240] = { 0 };

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		memcpy(m, &types[i], 4);
		log_anew(g);
		assert_int_equal(guest_post(g, m, sizeof(m)), 0);
		assert_non_null(strstr(g->fake->log, "refused: message of type"));
		assert_int_equal(guest_messages(g), 0);
	}
}

/* A guest that takes no message: it may ask so often, and begin anew. */
static void takes_no_message(void **state)
{
	struct guest *g = *state;
	const struct msg_header offers = { MSG_REQUESTOFFERS, 0 }, unload = { MSG_UNLOAD, 0 };
	const struct msg_contact contact = { .header = { MSG_INITIATE_CONTACT, 0 },
					     .version = 0x7fff0000, .interrupt_page = VMBUS_SINT };
	u32 most = 0;
	u16 status;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	do {
		status = guest_post(g, &offers, sizeof(offers));
	} while (!status && most++ < 3000);
	assert_int_equal(status, HV_STATUS_INSUFFICIENT_BUFFERS);
	/* an answer each, the offers were made once; one waits in the slot */
	assert_in_range(most, 1000, 1030);
	assert_int_equal(guest_messages(g), MSG_ALLOFFERS_DELIVERED);
	assert_int_equal(guest_post(g, &offers, sizeof(offers)), 0);
	for (u32 i = 0; i < most; i++)
		guest_post(g, &offers, sizeof(offers));
	assert_int_equal(guest_post(g, &offers, sizeof(offers)), HV_STATUS_INSUFFICIENT_BUFFERS);
	assert_int_equal(guest_post(g, &unload, sizeof(unload)), 0);
	assert_true(g->fake->vm.vmbus->waiting < 3);
	/* a version that nobody has, again and again */
	for (u32 i = 0; i < 3000; i++)
		assert_int_equal(guest_post(g, &contact, sizeof(contact)), 0);
	assert_true(g->fake->vm.vmbus->waiting <= 1024);
	guest_messages(g);
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(indices), T(indices_of_the_answers), T(lengths), T(lent_pages), T(pages_and_bytes),
		T(of_another_device), T(woken_once), T(short_messages), T(no_messages_of_a_guest),
		T(takes_no_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
