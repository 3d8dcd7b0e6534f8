// SPDX-License-Identifier: GPL-2.0-only
/* How a guest signals besides one hypercall a channel, versions, and connect(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "guest.h"
#include "lib.h"
#include "script.h"
#include "vmbus.h"

static u32 signals;

static void take(struct vmbus_channel *ch, const struct vmbus_packet *p)
{
}

static void signal(struct vmbus_channel *ch)
{
	signals++;
	channel_drain(ch, take, NULL);
}

static const struct vmbus_device_ops ops = { .name = "any", .signal = signal };
static struct vmbus_device dev[2];

static int setup(void **state)
{
	struct guest *g = guest_begin(2);

	for (u32 i = 0; i < 2; i++) {
		dev[i] = (struct vmbus_device){ .ops = &ops };
		assert_false(vmbus_device_add(&g->fake->vm, &dev[i], i));
	}
	signals = 0;
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	guest_end(*state);
	return 0;
}

/* Contact with pages for the interrupt and for monitors. */
static bool contact(struct guest *g, u32 version, u64 interrupt, u64 server, u64 client)
{
	struct msg_contact m = { .header = { MSG_INITIATE_CONTACT, 0 }, .version = version,
				 .interrupt_page = version < VMBUS_VERSION(5, 0) ? interrupt : VMBUS_SINT,
				 .monitor_page = { server, client } };
	struct msg_version_response r;

	assert_false(guest_post(g, &m, sizeof(m)));
	assert_int_equal(guest_messages(g), MSG_VERSION_RESPONSE);
	memcpy(&r, g->message, sizeof(r));
	return r.supported;
}

static void monitored(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 2);
	struct monitor_page *client = guest_at(g, at + PAGE_SIZE);
	struct guest_channel c;
	u32 id;

	strcpy(g->fake->config.monitored, "any1");
	assert_true(contact(g, VMBUS_VERSION(5, 3), 0, at, at + PAGE_SIZE));
	assert_int_equal(guest_request_offers(g), 2);
	assert_int_equal(g->offer[0].monitor_allocated, 0);
	assert_int_equal(g->offer[1].monitor_allocated, 1);
	id = g->offer[1].monitor_id;
	assert_in_range(id, 0, 127);
	/* nobody looks before the channel is open */
	client->group[id / 32].pending = 1u << id % 32;
	fake_time(100000);
	assert_int_equal(signals, 0);
	assert_int_equal(guest_open(g, &c, &g->offer[1], 3), 0);
	assert_int_not_equal(client->latency[id / 32][id % 32], 0);
	assert_int_equal(client->parameter[id / 32][id % 32].connection, g->offer[1].connection);
	assert_int_equal(client->group_enable, 1u << id / 32);
	guest_write(g, &c, VM_PKT_DATA_INBAND, 0, 1, NULL, 0, "12345678", 8);
	client->group[id / 32].pending = ~0u;
	fake_time(100000 + client->latency[id / 32][id % 32]);
	assert_int_equal(signals, 1);
	/* its own bit is taken, the others are nobody's */
	assert_int_equal(client->group[id / 32].pending, ~(1u << id % 32));
	/* what the page itself says does not matter to the host */
	memset(client, 0xff, PAGE_SIZE);
	fake_time(200000);
	assert_int_equal(signals, 2);
	/* closed: the looking ends */
	assert_false(guest_post(g, &(struct msg_relid){ { MSG_CLOSECHANNEL, 0 }, c.relid },
				sizeof(struct msg_relid)));
	fake_time(300000);
	assert_null(g->fake->events);
}

static void monitor_pages_that_are_none(void **state)
{
	struct guest *g = *state;

	strcpy(g->fake->config.monitored, "*");
	assert_true(contact(g, VMBUS_VERSION(5, 3), 0, 5, FAKE_RAM));
	assert_int_equal(guest_request_offers(g), 2);
	assert_int_equal(g->offer[0].monitor_allocated, 0);
	assert_non_null(strstr(g->fake->log, "refused: monitor page"));
}

static void shared_interrupt(void **state)
{
	struct guest *g = *state;
	u64 at = guest_pages(g, 1);
	u8 *bits = (u8 *)guest_at(g, at) + PAGE_SIZE / 2;
	struct guest_channel c;

	strcpy(g->fake->config.shared, "any0");
	assert_true(contact(g, VMBUS_VERSION(4, 0), at, 0, 0));
	assert_int_equal(guest_request_offers(g), 2);
	assert_int_equal(g->offer[0].dedicated_interrupt, 0);
	assert_int_equal(g->offer[0].connection, VMBUS_EVENT_CONNECTION_ID);
	assert_int_equal(g->offer[1].dedicated_interrupt, 1);
	assert_int_equal(guest_open(g, &c, &g->offer[0], 3), 0);
	/* no bit, no signal; a bit of somebody else's neither */
	assert_int_equal(guest_signal(g, &c), 0);
	bits[g->offer[1].relid / 8] |= (u8)(1u << g->offer[1].relid % 8);
	assert_int_equal(guest_signal(g, &c), 0);
	assert_int_equal(signals, 0);
	memset(bits, 0xff, PAGE_SIZE / 2);
	assert_int_equal(guest_signal(g, &c), 0);
	assert_int_equal(signals, 1);
	assert_int_equal(bits[c.relid / 8] >> c.relid % 8 & 1, 0);
	/* from 5.0 on there is no such page, so the offer is another one */
	g->offers = 0;
	assert_true(contact(g, VMBUS_VERSION(5, 0), at, 0, 0));
	assert_int_equal(guest_request_offers(g), 2);
	assert_int_equal(g->offer[0].dedicated_interrupt, 1);
	assert_int_equal(guest_hypercall(g, HV_CALL_SIGNAL_EVENT | HV_CALL_FAST, VMBUS_EVENT_CONNECTION_ID, 0),
			 HV_STATUS_INVALID_CONNECTION_ID);
}

/* "drain": the host looks later; what is written until then needs no signal of its own. */
static void looks_later(void **state)
{
	static const char late[] = "* drain delay 5us", any[] = "* * delay 1ms";
	struct guest *g = *state;
	struct guest_channel c, other;
	u64 now = 1000;

	fake_time(now);
	script_init(&g->fake->vm, late, strlen(late));
	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(g), 2);
	assert_int_equal(guest_open(g, &c, &g->offer[0], 3), 0);
	assert_int_equal(guest_open(g, &other, &g->offer[1], 3), 0);
	guest_write(g, &c, VM_PKT_DATA_INBAND, 0, 1, NULL, 0, "12345678", 8);
	assert_int_equal(guest_signal(g, &c), 0);
	assert_int_equal(signals, 0);
	fake_time(now + 49);
	assert_int_equal(signals, 0);
	/* a second signal does not put it off, nor does it make a second look */
	guest_write(g, &c, VM_PKT_DATA_INBAND, 0, 2, NULL, 0, "12345678", 8);
	assert_int_equal(guest_signal(g, &c), 0);
	fake_time(now + 50);
	assert_int_equal(signals, 1);
	fake_time(now + 1000);
	assert_int_equal(signals, 1);
	/* nobody looks at the ring of a closed channel */
	assert_int_equal(guest_signal(g, &c), 0);
	assert_false(guest_post(g, &(struct msg_relid){ { MSG_CLOSECHANNEL, 0 }, c.relid },
				sizeof(struct msg_relid)));
	assert_null(g->fake->events);
	assert_int_equal(signals, 1);
	/* a * is no drain: the host looks in the signal */
	script_init(&g->fake->vm, any, strlen(any));
	assert_int_equal(guest_signal(g, &other), 0);
	assert_int_equal(signals, 2);
}

static void highest_version(void **state)
{
	struct guest *g = *state;

	g->fake->config.vmbus_max = VMBUS_VERSION(4, 1);
	assert_false(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_false(guest_contact(g, VMBUS_VERSION(5, 0)));
	assert_true(guest_contact(g, VMBUS_VERSION(4, 1)));
	assert_true(guest_contact(g, VMBUS_VERSION(2, 4)));
	assert_false(guest_contact(g, VMBUS_VERSION(1, 1)));
}

static void connects(void **state)
{
	struct guest *g = *state;
	struct msg_connect m = { .header = { MSG_TL_CONNECT_REQUEST, 0 }, .endpoint = { { 1, 2, 3 } },
				 .service = { { 4, 5, 6 } } };
	struct msg_connect_result r;

	assert_true(guest_contact(g, VMBUS_VERSION(5, 3)));
	assert_false(guest_post(g, &m, sizeof(m)));
	assert_int_equal(guest_messages(g), MSG_TL_CONNECT_RESULT);
	memcpy(&r, g->message, sizeof(r));
	assert_int_equal(g->message_len, sizeof(r));
	assert_memory_equal(&r.endpoint, &m.endpoint, sizeof(m.endpoint));
	assert_memory_equal(&r.service, &m.service, sizeof(m.service));
	assert_int_equal(r.status, VMBUS_CONNECTION_REFUSED);
	/* before 4.0 nobody knows the message */
	assert_true(guest_contact(g, VMBUS_VERSION(3, 0)));
	assert_false(guest_post(g, &m, sizeof(m)));
	assert_int_equal(guest_messages(g), 0);
	assert_non_null(strstr(g->fake->log, "refused: message of type"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(monitored), T(monitor_pages_that_are_none), T(shared_interrupt), T(highest_version),
		T(connects), T(looks_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
