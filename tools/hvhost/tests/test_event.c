// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's own events (svm/event.c) over one comparator: what is due together
 * is done together, and a comparator that was early is armed again. The file is
 * compiled in here, with other names where the fake machine has its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "counters.h"
#include "fake.h"

#define event_arm	real_event_arm
#define event_cancel	real_event_cancel
#define vm_poll_add	real_poll_add
#define vm_poll_message	real_poll_message
void real_poll_add(struct vm *vm, struct poller *p);
void real_poll_message(struct vm *vm, u64 *address, u32 *data);
void real_event_arm(struct vm *vm, struct event *e, u64 due);
void real_event_cancel(struct vm *vm, struct event *e);
#include "svm/event.c"

static struct {
	u64 due;		/* what the comparator was set to last; 0: stopped */
	u32 sets;		/* how often it was set or stopped */
	u32 ran[16], n;		/* which events ran, in order */
} seen;

void clock_comparator(struct vm *vm, u32 n, u64 due, u32 apic_id, u32 data)
{
	assert_int_equal(n, 0);
	assert_int_equal(apic_id, 0);
	assert_int_equal(data, 4u << 8);	/* an NMI */
	seen.due = due;
	seen.sets++;
}

struct numbered {
	struct event event;
	u32 number;
	u64 again;		/* when not 0: arms itself for then */
	u64 takes;		/* 100 ns */
};

static void run(struct vm *vm, struct event *e)
{
	struct numbered *m = container_of(e, struct numbered, event);
	u64 again = m->again;

	seen.ran[seen.n++] = m->number;
	m->again = 0;
	container_of(vm, struct fake, vm)->now += m->takes;
	if (again)
		event_arm(vm, e, again);
}

#define NUMBERED(n)	{ .event = { .fn = run }, .number = n }

static int setup(void **state)
{
	static struct svm svm;
	struct fake *f = fake_begin(2);

	svm = (struct svm){ .event_armed = 0 };
	memset(&seen, 0, sizeof(seen));
	f->vm.svm = &svm;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fake_end();
	return 0;
}

/* Three at one time and one later: one setting of the comparator for the three. */
static void together(void **state)
{
	struct numbered a = NUMBERED(1), b = NUMBERED(2), c = NUMBERED(3), d = NUMBERED(4);
	struct fake *f = *state;
	struct vm *vm = &f->vm;

	event_arm(vm, &a.event, 100);
	assert_int_equal(seen.sets, 1);
	event_arm(vm, &d.event, 500);
	event_arm(vm, &b.event, 100);
	event_arm(vm, &c.event, 100);
	assert_int_equal(seen.sets, 1);
	assert_int_equal(seen.due, 100);

	f->now = 100;
	events_run(vm);
	assert_int_equal(seen.n, 3);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(seen.ran[i], i + 1);
	assert_int_equal(seen.sets, 2);
	assert_int_equal(seen.due, 500);

	f->now = 600;
	events_run(vm);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.due, 0);		/* nothing is left to wait for */
}

static void early(void **state)
{
	struct numbered a = NUMBERED(1);
	struct fake *f = *state;

	event_arm(&f->vm, &a.event, 100);
	f->now = 99;
	events_run(&f->vm);
	assert_int_equal(seen.n, 0);
	assert_int_equal(seen.sets, 2);
	assert_int_equal(seen.due, 100);
	f->now = 100;
	events_run(&f->vm);
	assert_int_equal(seen.n, 1);
}

static void moved_and_cancelled(void **state)
{
	struct numbered a = NUMBERED(1), b = NUMBERED(2);
	struct fake *f = *state;
	struct vm *vm = &f->vm;

	event_arm(vm, &a.event, 300);
	event_arm(vm, &b.event, 200);
	assert_int_equal(seen.due, 200);
	event_cancel(vm, &b.event);
	assert_int_equal(seen.due, 300);
	event_cancel(vm, &b.event);
	event_arm(vm, &a.event, 100);
	assert_int_equal(seen.due, 100);
	event_cancel(vm, &a.event);
	assert_int_equal(seen.due, 0);
	f->now = 1000;
	events_run(vm);
	assert_int_equal(seen.n, 0);
}

/* One that is due at once runs in the same go, and one that arms itself goes on. */
static void armed_by_itself(void **state)
{
	struct numbered a = NUMBERED(1), b = NUMBERED(2);
	struct fake *f = *state;

	f->now = 50;
	event_arm(&f->vm, &b.event, 0);
	assert_int_equal(seen.due, 1);		/* 0 would stop it */
	a.again = 80;
	event_arm(&f->vm, &a.event, 60);
	f->now = 70;
	events_run(&f->vm);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.ran[0], 2);
	assert_int_equal(seen.due, 80);
	f->now = 80;
	events_run(&f->vm);
	assert_int_equal(seen.n, 3);
}

/* A thing that takes longer than the time for which it arms itself: once a run. */
static void slower_than_its_time(void **state)
{
	struct numbered a = NUMBERED(1);
	struct fake *f = *state;

	a.takes = 100;
	for (u32 i = 1; i < 4; i++) {
		a.again = f->now + 50;
		event_arm(&f->vm, &a.event, f->now);
		events_run(&f->vm);
		assert_int_equal(seen.n, i);
		assert_int_equal(seen.due, a.event.due);
		assert_true(a.event.armed && a.event.due < f->now);
	}
}

struct asked {
	struct poller poller;
	u32 times;
};

static void asked(struct vm *vm, struct poller *p)
{
	container_of(p, struct asked, poller)->times++;
}

/* An NMI, which may be a device's: all are asked, once, and not before. */
static void pollers(void **state)
{
	struct asked a = { .poller.poll = asked }, b = { .poller.poll = asked };
	struct fake *f = *state;
	u64 address;
	u32 data;

	vm_poll_message(&f->vm, &address, &data);
	assert_int_equal(address, 0xfee00000);
	assert_int_equal(data, 4u << 8);
	vm_poll_add(&f->vm, &a.poller);
	vm_poll_add(&f->vm, &b.poller);
	events_run(&f->vm);
	assert_int_equal(a.times + b.times, 0);
	f->vm.svm->woken = true;
	events_run(&f->vm);
	events_run(&f->vm);
	assert_int_equal(a.times, 1);
	assert_int_equal(b.times, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(together, setup, teardown),
		cmocka_unit_test_setup_teardown(early, setup, teardown),
		cmocka_unit_test_setup_teardown(moved_and_cancelled, setup, teardown),
		cmocka_unit_test_setup_teardown(armed_by_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(slower_than_its_time, setup, teardown),
		cmocka_unit_test_setup_teardown(pollers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
