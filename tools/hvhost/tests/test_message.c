// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus when the host goes wrong or changes its mind: channels that are rescinded
 * at each step and offered again, messages that are late, twice, out of order or
 * never, versions that are refused, the sixteen buffers of the port.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "guest.h"
#include "lib.h"
#include "script.h"
#include "tlfs_exit.h"
#include "vmbus.h"

#define MS	10000ul

static u32 opened, closed, released;
static struct vmbus_device dev, other;

static int on_open(struct vmbus_channel *ch)
{
	opened++;
	return 0;
}

static void on_close(struct vmbus_channel *ch)
{
	closed++;
}

static void on_released(struct vmbus_channel *ch)
{
	released++;
}

static void take(struct vmbus_channel *ch, const struct vmbus_packet *p)
{
	channel_complete(ch, p->trans_id, p->data, p->len);
}

static void on_signal(struct vmbus_channel *ch)
{
	channel_drain(ch, take, NULL);
}

static const struct vmbus_device_ops ops = {
	.name = "scsi", .open = on_open, .close = on_close, .signal = on_signal, .released = on_released,
};

static int setup(void **state)
{
	struct guest *g = guest_begin(2);

	opened = closed = released = 0;
	dev = (struct vmbus_device){ .ops = &ops };
	other = (struct vmbus_device){ .ops = &ops };
	assert_int_equal(vmbus_device_add(&g->fake->vm, &dev, 0), 0);
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	guest_end(*state);
	return 0;
}

static void use(struct guest *g, const char *text)
{
	script_init(&g->fake->vm, text, strlen(text));
}

static struct guest_channel open_first(struct guest *g)
{
	struct guest_channel c;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), 1);
	assert_int_equal(guest_open(g, &c, &g->offer[0], 4), 0);
	return c;
}

static void give_back(struct guest *g, u32 relid)
{
	const struct msg_relid m = { { MSG_RELID_RELEASED, 0 }, relid };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
}

static void do_to(const char *verb, int result)
{
	const struct vmbus_action a = { .verb = verb };

	assert_int_equal(vmbus_device_act(&dev, &a), result);
}

/* ---- rescind, and the life of a relid ---- */

static void again_with_another_relid(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_first(g);

	do_to("offer", -HV_EBUSY);
	do_to("rescind", 0);
	do_to("rescind", -HV_EINVAL);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	assert_int_equal(closed, 1);
	/* the guest is not done with the old one yet: its number is nobody else's */
	do_to("offer-now", 0);
	do_to("offer-now", -HV_EBUSY);
	guest_messages(g);
	assert_int_equal(g->offers, 2);
	assert_memory_equal(&g->offer[0].instance, &g->offer[1].instance, 16);
	assert_int_not_equal(g->offer[0].relid, g->offer[1].relid);
	assert_int_equal(guest_open(g, &c, &g->offer[1], 4), 0);
	give_back(g, g->offer[0].relid);
	assert_int_equal(released, 1);
	guest_send(g, &c, 1, "12345678", 8);
	/* to give back what is open is refused */
	give_back(g, g->offer[1].relid);
	assert_int_equal(released, 1);
	assert_non_null(strstr(g->fake->log, "refused: release of relid"));
}

/* A host with manners waits until the guest is done with what was rescinded. */
static void again_when_it_is_given_back(void **state)
{
	struct guest *g = *state;
	struct guest_channel sub;
	const struct msg_header left = { MSG_UNLOAD, 0 };

	open_first(g);
	assert_int_equal(vmbus_subchannel_offer(&dev, 1), 0);
	guest_messages(g);
	assert_int_equal(guest_open(g, &sub, &g->offer[1], 4), 0);
	do_to("rescind", 0);
	do_to("offer", 0);
	guest_messages(g);
	give_back(g, 1);
	guest_messages(g);
	assert_int_equal(g->offers, 2);
	give_back(g, sub.relid);
	guest_messages(g);
	assert_int_equal(g->offers, 3);
	assert_int_equal(g->offer[2].sub_index, 0);
	do_to("offer", -HV_EBUSY);
	/* and changes its mind */
	do_to("rescind", 0);
	do_to("offer", 0);
	do_to("rescind", 0);
	give_back(g, g->offer[2].relid);
	guest_messages(g);
	assert_int_equal(g->offers, 3);
	do_to("rescind", -HV_EINVAL);
	/* or the guest leaves */
	do_to("offer-now", 0);
	do_to("rescind", 0);
	do_to("offer", 0);
	assert_int_equal(guest_post(g, &left, sizeof(left)), 0);
	guest_messages(g);
	g->offers = 0;
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), 1);
}

/* All 2047 in turn, and never one that the guest has not given back. */
static void relids_come_round(void **state)
{
	struct guest *g = *state;
	u32 kept, last = 0;

	open_first(g);
	do_to("rescind", 0);
	guest_messages(g);
	kept = g->offer[0].relid;
	for (u32 i = 0; i < 2100; i++) {
		g->offers = 0;
		do_to("offer-now", 0);
		guest_messages(g);
		assert_int_equal(g->offers, 1);
		assert_int_not_equal(g->offer[0].relid, kept);
		assert_int_not_equal(g->offer[0].relid, last);
		assert_in_range(g->offer[0].relid, 1, 2047);
		last = g->offer[0].relid;
		do_to("rescind", 0);
		guest_messages(g);
		give_back(g, last);
	}
}

/* What the guest lent goes with the relid: it does not tear down what was rescinded. */
static void nothing_is_left(void **state)
{
	struct guest *g = *state;
	u64 before;

	open_first(g);
	do_to("rescind", 0);
	guest_messages(g);
	give_back(g, g->offer[0].relid);
	before = g->fake->heap_left;
	for (u32 i = 0; i < 20; i++) {
		struct guest_channel c;

		g->offers = 0;
		g->next_page = 80;
		do_to("offer", 0);
		guest_messages(g);
		assert_int_equal(guest_open(g, &c, &g->offer[0], 4), 0);
		assert_int_equal(guest_gpadl(g, c.relid, 0x77000 + i, guest_pages(g, 40), 40), 0);
		do_to("rescind", 0);
		guest_messages(g);
		give_back(g, c.relid);
	}
	assert_int_equal(g->fake->heap_left, before);
}

/* A guest that does not know yet: as with Hyper-V, its messages are not answered. */
static void no_answer_when_it_is_too_late(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_first(g);
	const struct msg_open open = { .header = { MSG_OPENCHANNEL, 0 }, .relid = c.relid,
				       .ring_gpadl = c.gpadl, .downstream_page = 4 };
	const struct msg_gpadl_teardown down = { { MSG_GPADL_TEARDOWN, 0 }, c.relid, c.gpadl };
	const struct msg_modify move = { { MSG_MODIFYCHANNEL, 0 }, c.relid, 1 };
	const struct msg_relid close = { { MSG_CLOSECHANNEL, 0 }, c.relid };
	const struct {
		struct msg_gpadl_header h;
		u32 bytes, offset;
		u64 pfn;
	} __packed gpadl = { { { MSG_GPADL_HEADER, 0 }, c.relid, 99, 16, 1 }, 4096, 0, 70 };
	const struct { struct msg_gpadl_body h; u64 pfn; } __packed body = {
		{ { MSG_GPADL_BODY, 0 }, 1, 99 }, 71
	};

	do_to("rescind", 0);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	assert_int_equal(guest_post(g, &close, sizeof(close)), 0);
	assert_int_equal(guest_post(g, &down, sizeof(down)), 0);
	assert_int_equal(guest_post(g, &move, sizeof(move)), 0);
	assert_int_equal(guest_post(g, &gpadl, sizeof(gpadl)), 0);
	assert_int_equal(guest_post(g, &body, sizeof(body)), 0);
	assert_int_equal(guest_post(g, &open, sizeof(open)), 0);
	assert_int_equal(guest_messages(g), 0);
	assert_null(strstr(g->fake->log, "refused"));
	assert_non_null(strstr(g->fake->log, "open of relid 1, which was rescinded: no answer"));
}

/* The order in which a guest hears of it: sub-channels, then the primary one. */
static void subchannels_first(void **state)
{
	struct guest *g = *state;
	struct guest_channel c, sub;
	struct msg_relid m;

	c = open_first(g);
	assert_int_equal(vmbus_subchannel_offer(&dev, 1), 0);
	assert_int_equal(vmbus_subchannel_offer(&dev, 2), 0);
	guest_messages(g);
	assert_int_equal(vmbus_subchannels(&dev), 2);
	assert_int_equal(guest_open(g, &sub, &g->offer[1], 4), 0);
	do_to("rescind", 0);
	assert_int_equal(vmbus_subchannels(&dev), 0);
	assert_int_equal(closed, 2);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	memcpy(&m, g->message, sizeof(m));
	assert_int_equal(m.relid, c.relid);
	for (u32 i = 0; i < 3; i++)
		give_back(g, g->offer[i].relid);
	assert_int_equal(released, 3);
}

/* A driver that unbinds closes the primary channel; its sub-channels are of no use then. */
static void close_takes_subchannels(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_first(g), sub;
	const struct msg_relid closing = { { MSG_CLOSECHANNEL, 0 }, c.relid };
	struct msg_relid m;

	assert_int_equal(vmbus_subchannel_offer(&dev, 1), 0);
	guest_messages(g);
	assert_int_equal(guest_open(g, &sub, &g->offer[1], 4), 0);
	assert_int_equal(guest_post(g, &closing, sizeof(closing)), 0);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	memcpy(&m, g->message, sizeof(m));
	assert_int_equal(m.relid, sub.relid);
	give_back(g, sub.relid);
	/* and opens it again */
	assert_int_equal(guest_open(g, &c, &g->offer[0], 4), 0);
	assert_int_equal(vmbus_subchannel_offer(&dev, 1), 0);
	guest_messages(g);
	assert_int_equal(g->offers, 3);
	assert_int_equal(guest_open(g, &sub, &g->offer[2], 4), 0);
}

static void instead_of_an_answer(void **state)
{
	struct guest *g = *state;
	const struct {
		struct msg_gpadl_header h;
		u32 bytes, offset;
		u64 pfn;
	} __packed m = { { { MSG_GPADL_HEADER, 0 }, 1, 99, 16, 1 }, 4096, 0, 70 };

	use(g, "vmbus gpadl-created nth 1 rescind\nvmbus offer nth 2 then-rescind");
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	guest_request_offers(g);
	assert_int_equal(g->offer[0].relid, 1);
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	assert_null(dev.primary);
	give_back(g, 1);
	/* offered, and gone at once */
	do_to("offer", 0);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	assert_int_equal(g->offers, 2);
	assert_null(dev.primary);
	do_to("offer-now", 0);
	assert_non_null(dev.primary);
}

static void before_it_was_told(void **state)
{
	struct guest *g = *state;

	do_to("rescind", 0);
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), 0);
	do_to("offer", 0);
	guest_messages(g);
	assert_int_equal(g->offers, 1);
}

/* A ring's memory is torn down in another channel's name. */
static void teardown_by_another(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_first(g);
	const struct msg_gpadl_teardown m = { { MSG_GPADL_TEARDOWN, 0 }, 77, c.gpadl };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_GPADL_TORNDOWN);
	assert_int_equal(closed, 1);
	assert_int_equal(guest_signal(g, &c), 0);
	assert_non_null(strstr(g->fake->log, "refused: teardown of GPADL"));
}

/* ---- messages ---- */

static void versions_refused(void **state)
{
	struct guest *g = *state;

	use(g, "vmbus version-5-* refuse 0\nvmbus version-4-1 refuse 0");
	assert_false(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_false(guest_contact(g, VMBUS_VERSION(5, 0)));
	assert_false(guest_contact(g, VMBUS_VERSION(4, 1)));
	assert_non_null(strstr(g->fake->log, "version 4.1 refused"));
	/* and so there is no contact */
	assert_int_equal(guest_post(g, &(struct msg_header){ MSG_REQUESTOFFERS, 0 }, 8), 0);
	assert_int_equal(guest_messages(g), 0);
	assert_true(guest_contact(g, VMBUS_VERSION(4, 0)));
	assert_int_equal(guest_request_offers(g), 1);
}

static void out_of_order(void **state)
{
	struct guest *g = *state;
	const struct msg_header m = { MSG_REQUESTOFFERS, 0 };

	assert_int_equal(vmbus_device_add(&g->fake->vm, &other, 1), 0);
	use(g, "vmbus offer nth 1 reorder\nvmbus all-offers nth 1 reorder");
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	/* the end of the offers is held back, too, until something follows */
	assert_int_equal(guest_messages(g), 0);
	assert_int_equal(g->offers, 2);
	assert_int_equal(g->offer[0].relid, 2);
	assert_int_equal(g->offer[1].relid, 1);
	vmbus_device_rescind(&other);
	assert_int_equal(guest_messages(g), MSG_ALLOFFERS_DELIVERED);
}

static void twice_late_long_and_short(void **state)
{
	struct guest *g = *state;
	const struct msg_header m = { MSG_REQUESTOFFERS, 0 };

	use(g,
	    "vmbus offer nth 1 duplicate\nvmbus all-offers delay 3ms short 4\nvmbus rescind long 500");
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), 0);
	assert_int_equal(g->offers, 2);
	assert_int_equal(g->offer[1].relid, g->offer[0].relid);
	fake_time(3 * MS);
	assert_int_equal(guest_messages(g), MSG_ALLOFFERS_DELIVERED);
	assert_int_equal(g->message_len, 4);
	do_to("rescind", 0);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	assert_int_equal(g->message_len, 240);
}

/* Sixteen wait, in order; the next has to try again. */
static void sixteen_buffers(void **state)
{
	struct guest *g = *state;
	const struct msg_header m = { MSG_REQUESTOFFERS, 0 };
	const struct msg_relid bad = { { MSG_CLOSECHANNEL, 0 }, 1234 };

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	use(g, "vmbus post nth 1 delay 2ms\nvmbus post nth 30 queue-full\nvmbus post nth 31 drop");
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	for (u32 i = 0; i < 15; i++)
		assert_int_equal(guest_post(g, &bad, sizeof(bad)), 0);
	assert_int_equal(guest_post(g, &bad, sizeof(bad)), HV_STATUS_INSUFFICIENT_BUFFERS);
	assert_int_equal(guest_messages(g), 0);
	assert_null(strstr(g->fake->log, "close of relid"));
	fake_time(2 * MS);
	assert_int_equal(guest_messages(g), MSG_ALLOFFERS_DELIVERED);
	assert_non_null(strstr(g->fake->log, "close of relid 4d2"));
	for (u32 i = 17; i < 29; i++)
		assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_ALLOFFERS_DELIVERED);
	assert_int_equal(guest_post(g, &m, sizeof(m)), HV_STATUS_INSUFFICIENT_BUFFERS);
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), 0);
}

/* Each way in which memory cannot be lent is answered, with a status. */
static void every_gpadl_error(void **state)
{
	struct guest *g = *state;
	struct {
		struct msg_gpadl_header h;
		u32 bytes, offset;
		u64 pfn[2];
	} __packed m;
	struct { struct msg_gpadl_body h; u64 pfn; } __packed body = { .pfn = ~0ull >> 12 };
	struct msg_gpadl_created r;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	guest_request_offers(g);
	for (u32 i = 0; i < 8; i++) {
		m = (__typeof__(m)){
			{ { MSG_GPADL_HEADER, 0 }, 1, 0x100 + i, 24, 1 }, 8192, 0, { 70, 71 }
		};
		switch (i) {
		case 0: m.h.ranges = 2; break;
		case 1: m.h.range_len = 4; break;
		case 2: m.h.range_len = 25; break;
		case 3: m.bytes = 0; break;
		case 4: m.offset = 4096; break;
		case 5: m.bytes = 8193; break;
		case 6: m.pfn[1] = 1ull << 40; break;
		case 7: m.h.relid = 55; break;
		}
		assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
		assert_int_equal(guest_messages(g), MSG_GPADL_CREATED);
		memcpy(&r, g->message, sizeof(r));
		assert_int_equal(r.gpadl, 0x100 + i);
		assert_int_equal(r.relid, m.h.relid);
		assert_int_equal(r.status, VMBUS_STATUS_REFUSED);
	}
	/* in a body */
	m = (__typeof__(m)){
		{ { MSG_GPADL_HEADER, 0 }, 1, 0x200, 32, 1 }, 3 * 4096, 0, { 70, 71 }
	};
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), 0);
	body.h = (struct msg_gpadl_body){ { MSG_GPADL_BODY, 0 }, 1, 0x200 };
	assert_int_equal(guest_post(g, &body, sizeof(body)), 0);
	assert_int_equal(guest_messages(g), MSG_GPADL_CREATED);
	memcpy(&r, g->message, sizeof(r));
	assert_int_equal(r.status, VMBUS_STATUS_REFUSED);
	/* the handle is free again */
	assert_int_equal(guest_gpadl(g, 1, 0x200, guest_pages(g, 30), 30), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(again_with_another_relid), T(again_when_it_is_given_back), T(relids_come_round),
		T(nothing_is_left),
		T(no_answer_when_it_is_too_late), T(subchannels_first), T(close_takes_subchannels),
		T(instead_of_an_answer), T(before_it_was_told), T(teardown_by_another),
		T(versions_refused), T(out_of_order), T(twice_late_long_and_short),
		T(sixteen_buffers),
		T(every_gpadl_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
