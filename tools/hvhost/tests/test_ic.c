// SPDX-License-Identifier: GPL-2.0-only
/* Integration services, as hv_util.c uses them and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "device.h"
#include "device/ic.h"
#include "ic_guest.h"
#include "lib.h"
#include "script.h"

#define V(major, minor)	IC_VERSION(major, minor)
#define SECOND		10000000ull	/* of 100 ns */

enum { SHUTDOWN, TIMESYNC, HEARTBEAT };

struct world {
	struct guest *g;
	struct vm *vm;
	struct guest_channel ch;
	struct ic_got m;
};

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	w.g = guest_begin(1);
	w.vm = &w.g->fake->vm;
	assert_int_equal(shutdown_create(w.vm, 0), 0);
	assert_int_equal(timesync_create(w.vm, 0), 0);
	assert_int_equal(heartbeat_create(w.vm, 0), 0);
	assert_true(guest_contact(w.g, VMBUS_VERSION(5, 3)));
	assert_int_equal(guest_request_offers(w.g), 3);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	guest_end(((struct world *)*state)->g);
	return 0;
}

static void pass(struct world *w, u64 time)
{
	fake_time(w->g->fake->now + time);
}

static bool next(struct world *w)
{
	return ic_next(w->g, &w->ch, &w->m);
}

static void back(struct world *w)
{
	ic_back(w->g, &w->ch, &w->m);
}

static void pick(struct world *w, u32 framework, u32 message)
{
	ic_pick(w->g, &w->ch, &w->m, framework, message);
}

static bool said(struct world *w, const char *text)
{
	return strstr(w->g->fake->log, text);
}

/* Open the channel of @which; NEGOTIATE is in w->m. */
static void begin(struct world *w, int which)
{
	assert_int_equal(guest_open(w->g, &w->ch, &w->g->offer[which], 3), 0);
	pass(w, 1);
	assert_true(next(w));
	assert_int_equal(w->m.h.type, ICMSG_NEGOTIATE);
}

static void agree(struct world *w, int which, u32 message)
{
	begin(w, which);
	pick(w, V(3, 0), message);
}

static int act(struct world *w, const char *device, const char *verb, u32 n, u64 arg)
{
	struct vmbus_device *d = vmbus_device_find(w->vm, device);
	const struct vmbus_action a = { verb, n, { arg } };

	return d->ops->act(d, &a);
}

static void use_script(struct world *w, const char *text)
{
	script_init(w->vm, text, strlen(text));
}

/* ---- what all have ---- */

static void offers_are_message_pipes(void **state)
{
	struct world *w = *state;
	u32 mode;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(w->g->offer[i].chn_flags, 0x11);
		memcpy(&mode, w->g->offer[i].user_def, 4);
		assert_int_equal(mode, VMBUS_PIPE_TYPE_MESSAGE);
	}
}

static void nothing_before_the_open(void **state)
{
	struct world *w = *state;

	pass(w, 60 * SECOND);
	assert_null(w->g->fake->events);
	assert_int_equal(act(w, "timesync0", "sample", 0, 0), -HV_EINVAL);
	assert_int_equal(act(w, "shutdown0", "shutdown", 0, 0), -HV_EINVAL);
}

static void negotiate_has_all_versions(void **state)
{
	static const u16 want[] = { 3, 0, 1, 0, 3, 2, 3, 1, 3, 0, 1, 0 };
	struct world *w = *state;
	struct ic_negotiate n;

	begin(w, SHUTDOWN);
	assert_int_equal(w->m.packet.type, VM_PKT_DATA_INBAND);
	assert_int_equal(w->m.pipe.type, PIPE_DATA);
	assert_int_equal(w->m.pipe.size, 20 + 8 + sizeof(want));
	assert_int_equal(w->m.h.size, 8 + sizeof(want));
	assert_int_equal(w->m.h.flags, ICMSG_TRANSACTION | ICMSG_REQUEST);
	memcpy(&n, w->m.body, sizeof(n));
	assert_int_equal(n.frameworks, 2);
	assert_int_equal(n.messages, 4);
	assert_memory_equal(w->m.body + sizeof(n), want, sizeof(want));
	pick(w, V(3, 0), V(3, 2));
	assert_true(said(w, "shutdown0: framework 3.0, messages 3.2\n"));
}

static void the_pick_is_checked(void **state)
{
	struct world *w = *state;

	begin(w, HEARTBEAT);
	pick(w, V(3, 0), V(3, 1));	/* heartbeats never had a 3.1 */
	assert_true(said(w, "refused: versions that were not offered"));
	pass(w, 60 * SECOND);
	assert_false(next(w));
}

static void no_common_version(void **state)
{
	struct world *w = *state;

	begin(w, HEARTBEAT);
	pick(w, 0, 0);
	assert_true(said(w, "heartbeat0: the guest knows none of the versions\n"));
	assert_null(w->g->fake->events);
}

static void answers_that_make_no_sense(void **state)
{
	struct world *w = *state;
	struct ic_got good;

	begin(w, SHUTDOWN);
	good = w->m;
	w->m.h.transaction++;
	back(w);
	assert_true(said(w, "refused: an answer to what was not asked, transaction 1\n"));
	w->m = good;
	w->m.pipe.size = w->m.packet.len - 7;
	back(w);
	w->m = good;
	w->m.pipe.size = 19;
	back(w);
	assert_true(said(w, "refused: a message of bytes 13\n"));
	w->m = good;
	w->m.h.size = (u16)(w->m.pipe.size - 19);
	back(w);
	guest_write(w->g, &w->ch, VM_PKT_DATA_INBAND, 0, 0, NULL, 0, "12345678", 8);
	guest_signal(w->g, &w->ch);
	assert_true(said(w, "refused: a packet of bytes 8\n"));
	/* a version answer of a few bytes takes the transaction, and nothing else */
	w->m = good;
	w->m.h.size = 8;
	back(w);
	assert_true(said(w, "refused: versions in bytes 8\n"));
	w->m = good;
	pick(w, V(3, 0), V(3, 2));
	assert_false(said(w, "framework"));
}

static void one_answer_each(void **state)
{
	struct world *w = *state;

	agree(w, HEARTBEAT, V(3, 0));
	pick(w, V(1, 0), V(1, 0));
	assert_true(said(w, "an answer to what was not asked, transaction 0\n"));
	assert_false(said(w, "framework 1.0"));
}

/* ---- heartbeat ---- */

static u64 sequence(const struct world *w)
{
	u64 s;

	memcpy(&s, w->m.body, 8);
	return s;
}

static void answer_beat(struct world *w, u64 s)
{
	memcpy(w->m.packet.data + IC_HEAD, &s, 8);
	back(w);
}

static void a_beat_every_two_seconds(void **state)
{
	struct world *w = *state;

	agree(w, HEARTBEAT, V(3, 0));
	pass(w, 1);
	for (u64 i = 1; i < 300; i++) {
		assert_true(next(w));
		assert_int_equal(w->m.h.type, ICMSG_HEARTBEAT);
		assert_int_equal(w->m.h.size, 40);
		assert_int_equal(w->m.h.message.major, 3);
		assert_int_equal(sequence(w), i);
		answer_beat(w, i + 1);
		assert_false(next(w));
		pass(w, 2 * SECOND);
	}
	assert_false(said(w, "refused") || said(w, "no answer"));
}

static void beats_missed_are_told_once(void **state)
{
	struct world *w = *state;
	const char *first;
	u32 beats = 0;

	agree(w, HEARTBEAT, V(3, 0));
	pass(w, 20 * SECOND);
	first = strstr(w->g->fake->log, "heartbeat0: no answer to beat 1\n");
	assert_non_null(first);
	assert_null(strstr(first + 20, "no answer"));
	while (next(w)) {
		beats++;
		answer_beat(w, sequence(w) + 1);
	}
	assert_int_equal(beats, 11);
	assert_true(said(w, "heartbeat0: beat 11 is answered, 10 were not in time\n"));
	assert_false(said(w, "refused"));
}

/* A guest that reads nothing: what waits for it is bounded. */
static void a_full_ring(void **state)
{
	struct world *w = *state;
	u64 left;

	agree(w, HEARTBEAT, V(3, 0));
	pass(w, 1000 * SECOND);
	left = w->g->fake->heap_left;
	pass(w, 100000 * SECOND);
	assert_int_equal(w->g->fake->heap_left, left);
}

static void a_wrong_sequence(void **state)
{
	static const u64 wrong[] = { 0, 1, 3, UINT64_MAX, 258 };
	struct world *w = *state;

	agree(w, HEARTBEAT, V(3, 0));
	pass(w, 1);
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_true(next(w));
		memset(w->g->fake->log, 0, 16);
		answer_beat(w, sequence(w) - 1 + wrong[i]);
		assert_true(said(w, "refused: the sequence number"));
		w->g->fake->log[0] = '\0';
		pass(w, 2 * SECOND);
	}
}

static void pause_and_resume(void **state)
{
	struct world *w = *state;

	agree(w, HEARTBEAT, V(1, 0));
	pass(w, 1);
	assert_true(next(w));
	answer_beat(w, 2);
	assert_int_equal(act(w, "heartbeat0", "resume", 0, 0), -HV_EINVAL);
	assert_int_equal(act(w, "heartbeat0", "pause", 0, 0), 0);
	pass(w, 100 * SECOND);
	assert_false(next(w));
	assert_int_equal(act(w, "heartbeat0", "resume", 0, 0), 0);
	pass(w, 1);
	assert_true(next(w));
	assert_int_equal(sequence(w), 2);
	assert_int_equal(act(w, "heartbeat0", "beat", 0, 0), -HV_ENOENT);
}

static void unload_stops_it(void **state)
{
	const struct msg_header unload = { MSG_UNLOAD, 0 };
	struct world *w = *state;

	agree(w, HEARTBEAT, V(3, 0));
	assert_int_equal(guest_post(w->g, &unload, sizeof(unload)), 0);
	assert_null(w->g->fake->events);
}

/* ---- shutdown ---- */

static void ask(struct world *w, const char *verb, u32 n, u64 arg, u32 flags)
{
	struct ic_shutdown s;

	assert_int_equal(act(w, "shutdown0", verb, n, arg), 0);
	assert_true(next(w));
	assert_int_equal(w->m.h.type, ICMSG_SHUTDOWN);
	assert_int_equal(w->m.h.size, 12 + 2048);
	memcpy(&s, w->m.body, sizeof(s));
	assert_int_equal(s.flags, flags);
	assert_int_equal(s.reason, SHUTDOWN_REASON_PLANNED);
}

static void shutdown_requests(void **state)
{
	struct world *w = *state;

	agree(w, SHUTDOWN, V(3, 2));
	assert_false(next(w));
	ask(w, "shutdown", 0, 0, 0);
	back(w);
	assert_true(said(w, "shutdown0: shutdown: the guest will\n"));
	ask(w, "shutdown", 1, 1, 1);
	back(w);
	ask(w, "reboot", 0, 0, 2);
	back(w);
	assert_true(said(w, "shutdown0: reboot: the guest will\n"));
	ask(w, "hibernate", 0, 0, 4);
	w->m.h.status = IC_E_FAIL;
	back(w);
	assert_true(said(w, "shutdown0: hibernate: the guest will not, status 80004005\n"));
	assert_int_equal(act(w, "shutdown0", "sleep", 0, 0), -HV_ENOENT);
	assert_int_equal(act(w, "shutdown0", "reboot", 2, 0), -HV_EINVAL);
}

static void old_shutdown_versions(void **state)
{
	struct world *w = *state;

	agree(w, SHUTDOWN, V(3, 1));
	assert_int_equal(act(w, "shutdown0", "hibernate", 0, 0), -HV_EINVAL);
	ask(w, "reboot", 0, 0, 2);
}

static void oldest_shutdown_version(void **state)
{
	struct world *w = *state;

	agree(w, SHUTDOWN, V(1, 0));
	assert_int_equal(act(w, "shutdown0", "reboot", 0, 0), -HV_EINVAL);
	ask(w, "shutdown", 0, 0, 0);
}

static void a_script_refuses(void **state)
{
	struct world *w = *state;

	agree(w, SHUTDOWN, V(3, 2));
	use_script(w, "shutdown0 shutdown nth 1 refuse 7\nshutdown0 shutdown nth 2 drop\n");
	ask(w, "shutdown", 0, 0, 0);
	assert_int_equal(w->m.h.status, 7);
	assert_int_equal(act(w, "shutdown0", "shutdown", 0, 0), 0);
	assert_false(next(w));
}

static void a_script_rescinds(void **state)
{
	struct world *w = *state;

	use_script(w, "shutdown0 shutdown rescind\n");
	agree(w, SHUTDOWN, V(3, 2));
	assert_int_equal(act(w, "shutdown0", "shutdown", 0, 0), 0);
	assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
	assert_int_equal(act(w, "shutdown0", "shutdown", 0, 0), -HV_EINVAL);
	use_script(w, "heartbeat0 negotiate rescind\n");
	assert_int_equal(guest_open(w->g, &w->ch, &w->g->offer[HEARTBEAT], 3), 0);
	pass(w, 10 * SECOND);
	assert_int_equal(guest_messages(w->g), MSG_RESCIND_OFFER);
}

/* ---- time ---- */

static void time_is(struct world *w, u8 flags, u64 host, u64 reference)
{
	struct ic_timesync_ref t;

	assert_true(next(w));
	assert_int_equal(w->m.h.type, ICMSG_TIMESYNC);
	assert_int_equal(w->m.h.size, 22);
	memcpy(&t, w->m.body, sizeof(t));
	assert_int_equal(t.flags, flags);
	assert_int_equal(t.host_time, host);
	assert_int_equal(t.reference_time, reference);
	back(w);
}

static void time_with_reference(void **state)
{
	struct world *w = *state;
	u64 now;

	pass(w, 7 * SECOND);
	agree(w, TIMESYNC, V(4, 0));
	now = w->g->fake->now;
	time_is(w, TIMESYNC_SYNC, FAKE_EPOCH + now, now);
	for (int i = 0; i < 3; i++) {
		pass(w, 5 * SECOND);
		now += 5 * SECOND;
		time_is(w, TIMESYNC_SAMPLE, FAKE_EPOCH + now, now);
		assert_false(next(w));
	}
}

static void time_without(void **state)
{
	struct world *w = *state;
	struct ic_timesync t;

	agree(w, TIMESYNC, V(3, 0));
	assert_true(next(w));
	assert_int_equal(w->m.h.size, 25);
	assert_int_equal(w->m.h.message.major, 3);
	memcpy(&t, w->m.body, sizeof(t));
	assert_int_equal(t.flags, TIMESYNC_SYNC);
	assert_int_equal(t.host_time, FAKE_EPOCH + w->g->fake->now);
}

static void time_steps(void **state)
{
	struct world *w = *state;
	const u64 hour = 3600 * SECOND;
	u64 now;

	agree(w, TIMESYNC, V(4, 0));
	now = w->g->fake->now;
	time_is(w, TIMESYNC_SYNC, FAKE_EPOCH + now, now);
	assert_int_equal(act(w, "timesync0", "step", 1, hour), 0);
	time_is(w, TIMESYNC_SYNC, FAKE_EPOCH + hour + now, now);
	pass(w, 5 * SECOND);
	now += 5 * SECOND;
	time_is(w, TIMESYNC_SAMPLE, FAKE_EPOCH + hour + now, now);
	assert_int_equal(act(w, "timesync0", "step-back", 1, 2 * hour), 0);
	time_is(w, TIMESYNC_SYNC, FAKE_EPOCH - hour + now, now);
	assert_int_equal(act(w, "timesync0", "sample", 0, 0), 0);
	time_is(w, TIMESYNC_SAMPLE, FAKE_EPOCH - hour + now, now);
	assert_int_equal(act(w, "timesync0", "step", 0, 0), -HV_EINVAL);
	assert_int_equal(act(w, "timesync0", "step", 1, 0), -HV_EINVAL);
	assert_int_equal(act(w, "timesync0", "step", 1, UINT64_MAX), -HV_EINVAL);
	assert_int_equal(act(w, "timesync0", "sample", 1, 1), -HV_EINVAL);
	assert_int_equal(act(w, "timesync0", "now", 0, 0), -HV_ENOENT);
	for (int i = 0; i < 4; i++)
		act(w, "timesync0", "step-back", 1, 100ull * 365 * 24 * hour);
	assert_int_equal(act(w, "timesync0", "step-back", 1, 100ull * 365 * 24 * hour), -HV_EINVAL);
}

static void dates(void **state)
{
	const struct date first = { 1601, 1, 1, 0, 0, 0 }, unix0 = { 1970, 1, 1, 0, 0, 0 };
	const struct date y2026 = { 2026, 1, 1, 0, 0, 0 }, leap = { 2024, 2, 29, 23, 59, 59 };
	const struct date none = { 2025, 2, 29, 0, 0, 0 }, century = { 2100, 2, 29, 0, 0, 0 };
	const struct date hour = { 2026, 1, 1, 24, 0, 0 }, month = { 2026, 13, 1, 0, 0, 0 };

	assert_int_equal(date_time(&first), 0);
	assert_int_equal(date_time(&unix0), 116444736000000000ull);
	assert_int_equal(date_time(&y2026), FAKE_EPOCH);
	/* date -u -d '2024-02-29 23:59:59' +%s */
	assert_int_equal(date_time(&leap), 116444736000000000ull + 1709251199 * SECOND);
	assert_int_equal(date_time(&none), 0);
	assert_int_equal(date_time(&century), 0);
	assert_int_equal(date_time(&hour), 0);
	assert_int_equal(date_time(&month), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(offers_are_message_pipes), T(nothing_before_the_open),
		T(negotiate_has_all_versions), T(the_pick_is_checked), T(no_common_version),
		T(answers_that_make_no_sense), T(one_answer_each), T(a_beat_every_two_seconds),
		T(beats_missed_are_told_once), T(a_full_ring), T(a_wrong_sequence),
		T(pause_and_resume), T(unload_stops_it), T(shutdown_requests),
		T(old_shutdown_versions), T(oldest_shutdown_version), T(a_script_refuses),
		T(a_script_rescinds), T(time_with_reference), T(time_without), T(time_steps),
		T(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
