// SPDX-License-Identifier: GPL-2.0-only
/* The timeline of a host script: actions reach their device when they should, and the log says so. */
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

#define MS	10000ul

static struct guest *g;

/* A device that writes down what is done to it. */
static struct {
	struct vmbus_device dev;
	char verb[32];
	u64 arg[4], at;
	u32 n, times;
	int answer;
} d;

static int act(struct vmbus_device *dev, const struct vmbus_action *a)
{
	hv_snprintf(d.verb, sizeof(d.verb), "%s", a->verb);
	memcpy(d.arg, a->arg, sizeof(d.arg));
	d.n = a->n;
	d.at = vm_time(dev->vm);
	d.times++;
	return d.answer;
}

static void nothing(struct vmbus_channel *ch)
{
}

static const struct vmbus_device_ops ops = { .name = "scsi", .signal = nothing, .act = act };
static const struct vmbus_device_ops deaf = { .name = "net", .signal = nothing };
static struct vmbus_device net;

static int setup(void **state)
{
	g = guest_begin(2);
	memset(&d, 0, sizeof(d));
	memset(&net, 0, sizeof(net));
	d.dev.ops = &ops;
	net.ops = &deaf;
	assert_int_equal(vmbus_device_add(&g->fake->vm, &d.dev, 0), 0);
	assert_int_equal(vmbus_device_add(&g->fake->vm, &net, 0), 0);
	return 0;
}

static int teardown(void **state)
{
	guest_end(g);
	return 0;
}

static void use(const char *text)
{
	script_init(&g->fake->vm, text, strlen(text));
	script_start(&g->fake->vm);
}

static bool logged(const char *text)
{
	return strstr(g->fake->log, text);
}

static void at_a_time(void **state)
{
	use("at 5ms scsi0 resize 1 64M\nat 2ms scsi0 remove 3");
	fake_time(2 * MS - 1);
	assert_int_equal(d.times, 0);
	fake_time(2 * MS);
	assert_int_equal(d.times, 1);
	assert_string_equal(d.verb, "remove");
	assert_int_equal(d.n, 1);
	assert_int_equal(d.arg[0], 3);
	fake_time(99 * MS);
	assert_int_equal(d.times, 2);
	assert_string_equal(d.verb, "resize");
	assert_int_equal(d.at, 5 * MS);
	assert_int_equal(d.arg[1], 64 << 20);
	assert_true(logged("action: scsi0 resize 1 67108864 (line 1)"));
	assert_true(logged("action: scsi0 resize: done"));
}

static void again_and_again(void **state)
{
	use("every 3ms scsi0 remove 1");
	fake_time(3 * MS - 1);
	assert_int_equal(d.times, 0);
	fake_time(10 * MS);
	assert_int_equal(d.times, 3);
	assert_int_equal(d.at, 9 * MS);
}

static void with_a_phase(void **state)
{
	use("phase 7 scsi0 remove 1\nphase 8 after 4ms scsi0 resize 1 1K\nphase 7 scsi0 add 2 1M");
	fake_time(50 * MS);
	assert_int_equal(d.times, 0);
	script_phase(&g->fake->vm, 7);
	assert_int_equal(d.times, 2);
	assert_string_equal(d.verb, "add");
	script_phase(&g->fake->vm, 9);
	script_phase(&g->fake->vm, 8);
	assert_int_equal(d.times, 2);
	fake_time(54 * MS);
	assert_int_equal(d.times, 3);
	assert_int_equal(d.arg[1], 1024);
	/* whenever the guest says so */
	script_phase(&g->fake->vm, 7);
	assert_int_equal(d.times, 5);
}

static void what_came_of_it(void **state)
{
	use("phase 1 scsi0 remove 1\nphase 2 net0 link-up\nphase 2 scsi9 remove 1\nphase 3 net0 rescind\nphase 4 net0 offer");
	d.answer = -HV_EINVAL;
	script_phase(&g->fake->vm, 1);
	assert_true(logged("action: scsi0 remove: refused: not with these arguments, or not now"));
	d.answer = -HV_EBUSY;
	script_phase(&g->fake->vm, 1);
	assert_true(logged("action: scsi0 remove: refused: it is there"));
	script_phase(&g->fake->vm, 2);
	assert_true(logged("action: net0 link-up: refused: it cannot do that"));
	assert_true(logged("action: scsi9 remove: refused: there is no such device"));
	script_phase(&g->fake->vm, 4);
	assert_true(logged("action: net0 offer: refused: it is there"));
	script_phase(&g->fake->vm, 3);
	assert_true(logged("action: net0 rescind: done"));
	g->fake->log[0] = 0;
	script_phase(&g->fake->vm, 3);
	assert_true(logged("action: net0 rescind: refused: not with"));
	script_phase(&g->fake->vm, 4);
	assert_true(logged("action: net0 offer: done"));
}

static void never(void **state)
{
	use("at 5s scsi0 rescind\nphase 3 scsi0 offer\nphase 4 scsi0 rescind");
	script_phase(&g->fake->vm, 4);
	script_end(&g->fake->vm);
	assert_true(logged("script: line 1 never came true (its time never came)"));
	assert_true(logged("script: line 2 never came true (its phase never came)"));
	assert_false(logged("script: line 3"));
}

static void without(void **state)
{
	script_start(&g->fake->vm);
	script_phase(&g->fake->vm, 1);
	script_end(&g->fake->vm);
	assert_int_equal(g->fake->log[0], 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(at_a_time), T(again_and_again), T(with_a_phase), T(what_came_of_it), T(never),
		T(without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
