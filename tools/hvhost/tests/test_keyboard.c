// SPDX-License-Identifier: GPL-2.0-only
/* The keyboard, as hyperv-keyboard.c uses it and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "device.h"
#include "guest.h"
#include "ic_proto.h"
#include "lib.h"
#include "script.h"
#include "vmbus.h"

struct world {
	struct guest *g;
	struct guest_channel ch;
	struct guest_packet p;
};

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	w.g = guest_begin(1);
	assert_int_equal(keyboard_create(&w.g->fake->vm, 0), 0);
	assert_true(guest_contact(w.g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(w.g), 1);
	assert_int_equal(guest_open(w.g, &w.ch, &w.g->offer[0], 9), 0);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	guest_end(((struct world *)*state)->g);
	return 0;
}

static int act(struct world *w, const char *verb, u32 n, u64 arg)
{
	struct vmbus_device *d = vmbus_device_find(&w->g->fake->vm, "keyboard0");
	const struct vmbus_action a = { verb, n, { arg } };

	return d->ops->act(d, &a);
}

/* The status of the answer to a request for @version. */
static u32 request(struct world *w, u32 version)
{
	const struct kbd_request r = { KBD_PROTOCOL_REQUEST, version };
	struct kbd_response a;

	guest_send(w->g, &w->ch, 77, &r, sizeof(r));
	assert_true(guest_recv(w->g, &w->ch, &w->p));
	assert_int_equal(w->p.type, VM_PKT_COMP);
	assert_int_equal(w->p.trans_id, 77);
	assert_true(guest_recv(w->g, &w->ch, &w->p));
	assert_int_equal(w->p.type, VM_PKT_DATA_INBAND);
	memcpy(&a, w->p.data, sizeof(a));
	assert_int_equal(a.type, KBD_PROTOCOL_RESPONSE);
	return a.status;
}

static void stroke(struct world *w, u16 code, u32 info)
{
	struct kbd_event e;

	assert_true(guest_recv(w->g, &w->ch, &w->p));
	assert_int_equal(w->p.type, VM_PKT_DATA_INBAND);
	memcpy(&e, w->p.data, sizeof(e));
	assert_int_equal(e.type, KBD_EVENT);
	assert_int_equal(e.make_code, code);
	assert_int_equal(e.info, info);
}

static void versions(void **state)
{
	struct world *w = *state;

	assert_int_equal(act(w, "key", 1, 0x1e), -HV_EINVAL);
	assert_int_equal(request(w, 0x20000), 0);
	assert_int_equal(act(w, "key", 1, 0x1e), -HV_EINVAL);
	assert_int_equal(request(w, KBD_VERSION), KBD_ACCEPTED);
	assert_int_equal(act(w, "key", 1, 0x1e), 0);
}

static void keys(void **state)
{
	static const u64 bad[] = { 0, 0x80, 0x9e, 0x100, 0xe000, 0xe21d, 0x10e01d, ~0ull };
	struct world *w = *state;

	request(w, KBD_VERSION);
	assert_int_equal(act(w, "key", 1, 0x1e), 0);
	stroke(w, 0x1e, 0);
	stroke(w, 0x1e, KBD_IS_BREAK);
	assert_int_equal(act(w, "make", 1, 0xe01d), 0);
	stroke(w, 0x1d, KBD_IS_E0);
	assert_int_equal(act(w, "break", 1, 0xe11d), 0);
	stroke(w, 0x1d, KBD_IS_E1 | KBD_IS_BREAK);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(act(w, "key", 1, bad[i]), -HV_EINVAL);
	assert_int_equal(act(w, "key", 0, 0), -HV_EINVAL);
	assert_int_equal(act(w, "type", 1, 0x1e), -HV_ENOENT);
	assert_false(guest_recv(w->g, &w->ch, &w->p));
}

static void indicators(void **state)
{
	const u8 leds[8] = { KBD_LED_INDICATORS, 0, 0, 0, 5, 0, 0xaa, 0xaa };
	struct world *w = *state;

	guest_write(w->g, &w->ch, VM_PKT_DATA_INBAND, 0, 1, NULL, 0, leds, 6);
	guest_signal(w->g, &w->ch);
	assert_non_null(strstr(w->g->fake->log, "keyboard0: indicators 5\n"));
	assert_false(guest_recv(w->g, &w->ch, &w->p));
}

static void odd_packets(void **state)
{
	const struct kbd_request r = { KBD_EVENT, 0 };
	struct world *w = *state;

	guest_send(w->g, &w->ch, 1, "", 0);
	assert_non_null(strstr(w->g->fake->log, "refused: a packet of bytes 0\n"));
	guest_write(w->g, &w->ch, VM_PKT_COMP, 0, 1, NULL, 0, &r, sizeof(r));
	guest_send(w->g, &w->ch, 1, &r, sizeof(r));
	assert_non_null(strstr(w->g->fake->log, "refused: a message of type 3\n"));
	while (guest_recv(w->g, &w->ch, &w->p))	/* completions */
		;
	assert_int_equal(request(w, KBD_VERSION), KBD_ACCEPTED);
}

/* More keys than the ring holds wait until there is room, in order. */
static void a_full_ring(void **state)
{
	struct world *w = *state;

	request(w, KBD_VERSION);
	for (u32 i = 0; i < 2000; i++)
		assert_int_equal(act(w, "make", 1, 1 + i % 100), 0);
	for (u32 i = 0; i < 2000; i++) {
		stroke(w, 1 + i % 100, 0);
		if (i % 50 == 49)
			guest_signal(w->g, &w->ch);
	}
	assert_false(guest_recv(w->g, &w->ch, &w->p));
}

static void faults(void **state)
{
	static const char text[] = "keyboard0 make nth 1 delay 3ms\n"
				   "keyboard0 break rescind\n"
				   "keyboard0 protocol-response nth 1 refuse 0\n";
	struct world *w = *state;

	script_init(&w->g->fake->vm, text, strlen(text));
	assert_int_equal(request(w, KBD_VERSION), 0);
	assert_int_equal(act(w, "make", 1, 5), 0);
	assert_false(guest_recv(w->g, &w->ch, &w->p));
	fake_time(w->g->fake->now + 30000);
	stroke(w, 5, 0);
	assert_int_equal(act(w, "key", 1, 5), 0);
	assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
	assert_int_equal(act(w, "key", 1, 5), -HV_EINVAL);
}

/* The device goes with the first half of a key: there is nobody for the second. */
static void rescinded_under_a_key(void **state)
{
	static const char text[] = "keyboard0 make rescind\n";
	struct world *w = *state;

	script_init(&w->g->fake->vm, text, strlen(text));
	request(w, KBD_VERSION);
	assert_int_equal(act(w, "key", 1, 5), 0);
	assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(versions), T(keys), T(indicators), T(odd_packets), T(a_full_ring), T(faults),
		T(rescinded_under_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
