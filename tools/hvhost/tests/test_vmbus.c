// SPDX-License-Identifier: GPL-2.0-only
/* The bus: contact, offers, GPADLs, rings; as drivers/hv uses it and as it never should. */
#include "echo.h"

static void versions(void **state)
{
	struct guest *g = *state;

	assert_false(guest_contact(g, VMBUS_VERSION(6, 0)));
	assert_false(guest_contact(g, VMBUS_VERSION(0, 13)));
	assert_true(guest_contact(g, VMBUS_VERSION(3, 0)));
	assert_true(guest_contact(g, VMBUS_VERSION(4, 1)));
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
}

static void before_contact(void **state)
{
	struct guest *g = *state;
	const struct msg_header m = { MSG_REQUESTOFFERS, 0 };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), 0);
	assert_non_null(strstr(g->fake->log, "no contact yet"));
}

static void offers(void **state)
{
	struct guest *g = *state;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), 1);
	assert_int_equal(g->offer[0].dedicated_interrupt, 1);
	assert_memory_equal(&g->offer[0].type, &echo_ops.type, 16);
	/* one that is added later is offered by itself, many wait their turn */
	assert_int_equal(vmbus_device_add(&g->fake->vm, &echo[1], 1), 0);
	assert_int_equal(vmbus_subchannel_offer(&echo[0], 1), 0);
	assert_int_equal(vmbus_subchannel_offer(&echo[0], 2), 0);
	guest_messages(g);
	assert_int_equal(g->offers, 4);
	assert_int_equal(g->offer[3].sub_index, 2);
	assert_memory_equal(&g->offer[2].instance, &g->offer[0].instance, 16);
	assert_memory_not_equal(&g->offer[1].instance, &g->offer[0].instance, 16);
}

static void echoes(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct guest_packet p;

	/* far more than a ring holds: the indices wrap */
	for (u32 i = 0; i < 500; i++) {
		u8 data[64];

		memset(data, (int)i, sizeof(data));
		guest_send(g, &c, i, data, 8 + i % 56);
		assert_true(guest_recv(g, &c, &p));
		assert_int_equal(p.type, VM_PKT_COMP);
		assert_int_equal(p.trans_id, i);
		assert_memory_equal(p.data, data, 8 + i % 56);
	}
	assert_false(guest_recv(g, &c, &p));
	assert_true(g->fake->interrupts[0][GUEST_VECTOR] > 0);
}

static void one_interrupt_until_it_is_read(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	u32 before = g->fake->interrupts[0][GUEST_VECTOR];

	for (u32 i = 0; i < 5; i++)
		guest_send(g, &c, i, "12345678", 8);
	assert_int_equal(g->fake->interrupts[0][GUEST_VECTOR], before + 1);
}

static void gpa_direct(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	u64 at = guest_pages(g, 2) + 4000;
	struct guest_packet p;

	memcpy(guest_at(g, at), "over the page's end, and further still", 38);
	memset(guest_at(g, at + 96), 'x', 100);
	guest_send_gpa(g, &c, 9, at, 196, "................................", 32);
	assert_true(guest_recv(g, &c, &p));
	assert_memory_equal(p.data, "over the page's end, and further", 32);
}

static void full_ring(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct guest_packet p;
	u8 data[200] = { 1 };
	u32 n = 0;

	while (!full && n < 500)
		guest_send(g, &c, n++, data, sizeof(data));
	assert_int_equal(full, 1);
	assert_true(n > 40);
	for (u32 i = 0; i + 1 < n; i++)
		assert_true(guest_recv(g, &c, &p));
	assert_false(guest_recv(g, &c, &p));
}

static void gpadl_refused(void **state)
{
	struct guest *g = *state;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	guest_request_offers(g);
	/* memory that is not the guest's, from the first page on or from the last */
	assert_int_equal(guest_gpadl(g, g->offer[0].relid, 1, FAKE_RAM, 1), VMBUS_STATUS_REFUSED);
	assert_int_equal(guest_gpadl(g, g->offer[0].relid, 2, ~0ull << 40, 1),
			 VMBUS_STATUS_REFUSED);
	/* a channel that is not there */
	assert_int_equal(guest_gpadl(g, 77, 3, guest_pages(g, 1), 1), VMBUS_STATUS_REFUSED);
	/* a handle twice */
	assert_int_equal(guest_gpadl(g, g->offer[0].relid, 4, guest_pages(g, 60), 60), 0);
	assert_int_equal(guest_gpadl(g, g->offer[0].relid, 4, guest_pages(g, 1), 1),
			 VMBUS_STATUS_REFUSED);
}

static void open_refused(void **state)
{
	struct guest *g = *state;
	struct guest_channel c, again;
	struct msg_open m = { .header = { MSG_OPENCHANNEL, 0 },
			      .open_id = 5,
			      .downstream_page = 1 };
	u32 status;

	c = open_echo(g);
	/* twice */
	assert_int_equal(guest_open(g, &again, &g->offer[0], 4), VMBUS_STATUS_REFUSED);
	/* no such relid */
	m.relid = 99;
	m.ring_gpadl = c.gpadl;
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_OPENCHANNEL_RESULT);
	memcpy(&status, g->message + offsetof(struct msg_open_result, status), 4);
	assert_int_equal(status, VMBUS_STATUS_REFUSED);
	/* the device does not want to */
	refuse = 1;
	assert_int_equal(vmbus_device_add(&g->fake->vm, &echo[1], 1), 0);
	guest_messages(g);
	assert_int_equal(guest_open(g, &again, &g->offer[1], 4), VMBUS_STATUS_REFUSED);
}

static void rescind_and_offer_again(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct msg_relid released = { { MSG_RELID_RELEASED, 0 }, c.relid };

	vmbus_device_rescind(&echo[0]);
	assert_int_equal(guest_messages(g), MSG_RESCIND_OFFER);
	assert_int_equal(closed, 1);
	guest_send(g, &c, 1, "12345678", 8);	/* nobody is there any more */
	assert_int_equal(guest_post(g, &released, sizeof(released)), 0);
	assert_int_equal(vmbus_device_add(&g->fake->vm, &echo[0], 0), 0);
	guest_messages(g);
	assert_int_equal(g->offers, 2);
	assert_int_equal(guest_open(g, &c, &g->offer[1], 4), 0);
	assert_int_equal(opened, 2);
}

static void teardown_closes_the_ring(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct msg_gpadl_teardown m = { { MSG_GPADL_TEARDOWN, 0 }, c.relid, c.gpadl };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_GPADL_TORNDOWN);
	assert_int_equal(closed, 1);
	assert_int_equal(guest_signal(g, &c), 0);
}

/* The relid a guest names is not to be believed: the ring is on these pages all the same. */
static void teardown_under_another_relid(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct msg_gpadl_teardown m = { { MSG_GPADL_TEARDOWN, 0 }, c.relid + 1, c.gpadl };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_GPADL_TORNDOWN);
	assert_int_equal(closed, 1);
	assert_int_equal(guest_signal(g, &c), 0);
}

static void unload(void **state)
{
	struct guest *g = *state;
	const struct msg_header m = { MSG_UNLOAD, 0 };
	struct guest_channel c;

	open_echo(g);
	assert_int_equal(vmbus_subchannel_offer(&echo[0], 1), 0);
	guest_messages(g);
	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_UNLOAD_RESPONSE);
	assert_int_equal(closed, 1);
	assert_int_equal(resets, 1);
	/* and from the beginning: the sub-channel is gone */
	g->offers = 0;
	c = open_echo(g);
	assert_int_equal(c.relid, g->offer[0].relid);
}

static void modify(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = open_echo(g);
	struct msg_modify m = { { MSG_MODIFYCHANNEL, 0 }, c.relid, 3 };

	assert_int_equal(guest_post(g, &m, sizeof(m)), 0);
	assert_int_equal(guest_messages(g), MSG_MODIFYCHANNEL_RESPONSE);
	guest_send(g, &c, 1, "12345678", 8);
	assert_int_equal(g->fake->interrupts[3][GUEST_VECTOR], 1);
}

static void no_memory(void **state)
{
	struct guest *g = *state;
	struct guest_channel c = { 0 };

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	guest_request_offers(g);
	g->fake->heap_left = 4096;
	assert_int_equal(guest_open(g, &c, &g->offer[0], 4), VMBUS_STATUS_REFUSED);
	g->fake->heap_left = 1 << 20;
	assert_int_equal(guest_open(g, &c, &g->offer[0], 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(versions), T(before_contact), T(offers), T(echoes),
		T(one_interrupt_until_it_is_read), T(gpa_direct), T(full_ring), T(gpadl_refused),
		T(open_refused), T(rescind_and_offer_again),
		T(teardown_closes_the_ring), T(teardown_under_another_relid), T(unload), T(modify),
		T(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
