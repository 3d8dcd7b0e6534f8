// SPDX-License-Identifier: GPL-2.0-only
/* Host scripts: what the parser takes and refuses, and that rules come true when they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "fake.h"
#include "lib.h"
#include "script.h"

static struct fake *f;

static int setup(void **state)
{
	f = fake_begin(1);
	return 0;
}

static int teardown(void **state)
{
	fake_end();
	return 0;
}

static void accepted(void **state)
{
	static const char text[] =
		"# a comment\n"
		"seed 0x2a\n\n"
		"scsi0 read delay 20us..80us	# and behind a line\n"
		"scsi* * nth 3 drop\n"
		"net0 data every 7 duplicate delay 1ms\n"
		"vmbus open-result from 2 to 5 refuse 0xc0000001\r\n"
		"vpci0 version chance 5% corrupt 4 8\n"
		"heartbeat0 * from 9 stale-id";
	struct script_rules r;
	struct script_error e;

	assert_true(script_parse(&r, text, strlen(text), &e));
	assert_int_equal(r.seed, 42);
	assert_int_equal(r.n, 6);
	assert_int_equal(r.rule[0].delay, 200);
	assert_int_equal(r.rule[0].delay_to, 800);
	assert_int_equal(r.rule[0].line, 4);
	assert_int_equal(r.rule[1].when, WHEN_NTH);
	assert_int_equal(r.rule[1].from, 3);
	assert_int_equal(r.rule[2].action, FAULT_DUPLICATE);
	assert_int_equal(r.rule[2].delay, 10000);
	assert_int_equal(r.rule[3].arg, 0xc0000001);
	assert_int_equal(r.rule[3].to, 5);
	assert_int_equal(r.rule[4].from, 5);
	assert_int_equal(r.rule[4].arg2, 8);
	assert_int_equal(r.rule[5].to, UINT64_MAX);
}

static void refused(void **state)
{
	static const struct { const char *text, *why; u32 line; } bad[] = {
		{ "disk0 read drop", "expected seed, at, every, phase or a device", 1 },
		{ "\033[31mx\377 read drop", "got '?[31mx?'", 1 },
		{ "\n\nscsi0", "expected what it sends", 3 },
		{ "scsi0 read", "expected an action", 1 },
		{ "scsi0 READ drop", "expected what it sends", 1 },
		{ "scsi0 read nth drop", "expected a number above 0", 1 },
		{ "scsi0 read nth 0 drop", "expected a number above 0", 1 },
		{ "scsi0 read from 5 to 4 drop", "expected a number not below the first", 1 },
		{ "scsi0 read chance 5 drop", "expected a percentage", 1 },
		{ "scsi0 read chance 101% drop", "expected a percentage", 1 },
		{ "scsi0 read delay", "expected a time", 1 },
		{ "scsi0 read delay 5", "expected a time", 1 },
		{ "scsi0 read delay 9us..5us", "expected a time", 1 },
		{ "scsi0 read delay 99999999999999999999s", "expected a time", 1 },
		{ "scsi0 read explode", "expected delay, drop", 1 },
		{ "scsi0 read drop duplicate", "expected one action beside delay", 1 },
		{ "scsi0 read refuse", "expected a number", 1 },
		{ "scsi0 read short 99999999", "expected a number", 1 },
		{ "seed 0", "expected a number above 0", 1 },
		{ "seed 1 2", "expected a number above 0", 1 },
		{ "scsi0 a-name-that-is-far-too-long-for-it drop", "expected what it sends", 1 },
		{ "scsi0 read in nth 3 drop", "expected a phase, 0 to 255", 1 },
		{ "scsi0 read in 256 drop", "expected a phase, 0 to 255", 1 },
		{ "scsi0 read in 25", "expected an action", 1 },
		{ "scsi0 read queue-full", "expected a fault of a device's packets", 1 },
		{ "vmbus open-result stale-id", "expected a fault of the bus's messages", 1 },
		{ "vmbus post refuse 1", "expected delay, drop or queue-full", 1 },
		{ "scsi0 drain drop", "expected delay: the host looks at the ring later, got 'drop'", 1 },
		{ "scsi0 read set 1 2", "expected a number", 1 },
		{ "scsi0 read set 1 0 5", "expected a width of 1 to 8 bytes, got '0'", 1 },
		{ "scsi0 read set 1 9 5", "expected a number", 1 },
		{ "at scsi0 rescind", "expected a time since the guest was started", 1 },
		{ "at 5 scsi0 rescind", "expected a time since the guest was started", 1 },
		{ "\nat 5s", "expected one device", 2 },
		{ "at 5s vmbus rescind", "expected one device", 1 },
		{ "at 5s scsi rescind", "expected one device", 1 },
		{ "at 5s scsi* rescind", "expected one device", 1 },
		{ "at 5s scsi0x rescind", "expected one device", 1 },
		{ "at 5s scsi0", "expected rescind, offer, offer-now, add, remove or resize, got the end", 1 },
		{ "at 5s scsi0 link-up", "expected rescind, offer, offer-now, add, remove or resize, got 'link-up'", 1 },
		{ "at 5s net0 add 1", "expected rescind, offer, offer-now, link-up, link-down or generate", 1 },
		{ "at 5s scsi0 rescind now", "expected nothing behind rescind, got 'now'", 1 },
		{ "at 5s scsi0 resize 1", "expected resize LUN SIZE (resize 0 128M), got the end", 1 },
		{ "at 5s scsi0 resize 1 64Q", "expected resize LUN SIZE (resize 0 128M), got '64Q'", 1 },
		{ "at 5s scsi0 resize 1 64M 2", "expected resize LUN SIZE (resize 0 128M), got '2'", 1 },
		{ "at 5s scsi0 resize 1 9999999999T", "expected resize LUN SIZE", 1 },
		{ "at 5s net0 generate 10", "expected generate COUNT BYTES", 1 },
		{ "at 5s vpci0 eject", "expected eject FUNCTION [TIME]", 1 },
		{ "at 5s vpci0 eject 0 5", "expected eject FUNCTION [TIME]", 1 },
		{ "at 5s timesync0 step 5", "expected step TIME", 1 },
		{ "every 99us scsi0 rescind", "expected a time of 100us at least", 1 },
		{ "phase scsi0 rescind", "expected a number up to 255", 1 },
		{ "phase 256 scsi0 rescind", "expected a number up to 255", 1 },
		{ "phase 1 after scsi0 rescind", "expected a time (20ms)", 1 },
		{ "scsi0 r delay 1us delay 1us delay 1us delay 1us delay 1us delay 1us", "at most 12 words", 1 },
	};
	struct script_rules r;
	struct script_error e;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_false(script_parse(&r, bad[i].text, strlen(bad[i].text), &e));
		if (!strstr(e.why, bad[i].why) || e.line != bad[i].line)
			fail_msg("'%s': line %u: %s", bad[i].text, e.line, e.why);
	}
}

static void actions(void **state)
{
	static const char text[] =
		"at 1s scsi0 add 3 64M\n"
		"at 250ms scsi12 resize 0 1G\n"
		"every 2ms net0 generate 0x10 1500\n"
		"phase 0xff vpci0 eject 2 3s\n"
		"phase 0 after 20us vpci0 eject 1\n"
		"phase 7 vpci0 add\n"
		"at 0s timesync0 step-back 10s\n"
		"at 1ns heartbeat0 offer\n"
		"at 1s scsi1 resize 2 4096\n";
	static struct script_rules r;
	struct script_error e;

	if (!script_parse(&r, text, strlen(text), &e))
		fail_msg("line %u: %s", e.line, e.why);
	assert_int_equal(r.n, 0);
	assert_int_equal(r.actions, 9);
	assert_int_equal(r.action[0].on, ON_TIME);
	assert_int_equal(r.action[0].time, 10000000);
	assert_string_equal(r.action[0].verb, "add");
	assert_int_equal(r.action[0].n, 2);
	assert_int_equal(r.action[0].arg[0], 3);
	assert_int_equal(r.action[0].arg[1], 64 << 20);
	assert_string_equal(r.action[1].device, "scsi12");
	assert_int_equal(r.action[1].arg[1], 1 << 30);
	assert_int_equal(r.action[2].on, ON_EVERY);
	assert_int_equal(r.action[2].arg[0], 16);
	assert_int_equal(r.action[3].on, ON_PHASE);
	assert_int_equal(r.action[3].phase, 255);
	assert_int_equal(r.action[3].n, 2);
	assert_int_equal(r.action[3].arg[1], 30000000);
	assert_int_equal(r.action[4].time, 200);
	assert_int_equal(r.action[4].n, 1);
	assert_int_equal(r.action[5].n, 0);
	assert_int_equal(r.action[6].arg[0], 100000000);
	assert_int_equal(r.action[7].line, 8);
	assert_int_equal(r.action[8].arg[1], 4096);
}

static void too_many(void **state)
{
	static struct script_rules r;
	char text[(SCRIPT_RULES + 1) * 24] = "";
	struct script_error e;
	int n = 0;

	for (u32 i = 0; i <= SCRIPT_ACTIONS; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "at 1s scsi0 rescind\n");
	assert_false(script_parse(&r, text, strlen(text), &e));
	assert_int_equal(e.line, SCRIPT_ACTIONS + 1);
	assert_non_null(strstr(e.why, "at most 64 lines with at, every and phase"));
	n = 0;
	for (u32 i = 0; i <= SCRIPT_RULES; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "scsi0 read drop\n");
	assert_false(script_parse(&r, text, strlen(text), &e));
	assert_non_null(strstr(e.why, "at most 128 rules"));
}

static enum fault_action ask(const char *device, const char *what, u64 *delay)
{
	struct fault a;

	script_at(&f->vm, device, what, NULL, 0, &a);
	if (delay)
		*delay = a.delay;
	return a.action;
}

static void use(const char *text)
{
	script_init(&f->vm, text, strlen(text));
}

static void without(void **state)
{
	assert_int_equal(ask("scsi0", "read", NULL), FAULT_NONE);
	script_end(&f->vm);
	assert_int_equal(f->log[0], 0);
}

static void at_the_right_time(void **state)
{
	u64 delay;

	use("scsi0 read nth 2 drop\nscsi* write every 3 duplicate\nscsi0 * delay 5us\nnet0 x from 2 to 3 rescind");
	for (u32 i = 1; i < 10; i++) {
		assert_int_equal(ask("scsi0", "read", &delay), i == 2 ? FAULT_DROP : FAULT_NONE);
		assert_int_equal(delay, 50);
		assert_int_equal(ask("scsi1", "write", &delay), i % 3 ? FAULT_NONE : FAULT_DUPLICATE);
		assert_int_equal(delay, 0);
		assert_int_equal(ask("net0", "x", NULL), i == 2 || i == 3 ? FAULT_RESCIND : FAULT_NONE);
	}
	assert_non_null(strstr(f->log, "fault: scsi0 read #2: drop (line 1)"));
}

static void in_a_phase(void **state)
{
	use("scsi0 read in 3 nth 2 drop\nscsi0 write in 0 drop");
	assert_int_equal(ask("scsi0", "read", NULL), FAULT_NONE);
	assert_int_equal(ask("scsi0", "write", NULL), FAULT_NONE);
	script_phase(&f->vm, 3);
	assert_int_equal(ask("scsi0", "read", NULL), FAULT_NONE);
	script_phase(&f->vm, 0);
	assert_int_equal(ask("scsi0", "read", NULL), FAULT_NONE);
	assert_int_equal(ask("scsi0", "write", NULL), FAULT_DROP);
	script_phase(&f->vm, 3);
	assert_int_equal(ask("scsi0", "write", NULL), FAULT_NONE);
	assert_int_equal(ask("scsi0", "read", NULL), FAULT_DROP);
	assert_int_equal(ask("scsi0", "read", NULL), FAULT_NONE);
}

static void by_chance_but_the_same(void **state)
{
	u8 first[200];
	u32 hits = 0;

	for (u32 run = 0; run < 2; run++) {
		use("seed 7\nscsi0 read chance 25% drop\nscsi0 write delay 1us..9us");
		for (u32 i = 0; i < sizeof(first); i++) {
			u64 delay;
			u8 now = (u8)ask("scsi0", "read", NULL);

			ask("scsi0", "write", &delay);
			assert_in_range(delay, 10, 90);
			now = (u8)(now << 7 | delay);
			if (run)
				assert_int_equal(now, first[i]);
			first[i] = now;
			hits += now >> 7;
		}
	}
	assert_in_range(hits, 60, 140);
}

static void corrupts(void **state)
{
	u8 data[16] = { 0 };
	struct fault a;

	use("seed 3\nscsi0 read corrupt 4 4\nscsi0 write corrupt 14 100");
	assert_true(script_at(&f->vm, "scsi0", "read", data, sizeof(data), &a));
	assert_int_equal(a.action, FAULT_NONE);
	assert_int_equal(data[3] | data[8], 0);
	assert_int_not_equal(data[4] | data[5] | data[6] | data[7], 0);
	/* never behind what there is */
	assert_true(script_at(&f->vm, "scsi0", "write", data, sizeof(data), &a));
	assert_true(script_at(&f->vm, "scsi0", "write", NULL, 0, &a));
}

static void sets(void **state)
{
	u8 data[8] = { 0 };
	struct fault a;

	use("scsi0 read set 2 4 0x12345678\nscsi0 write set 6 8 0xffffffffffffffff");
	assert_true(script_at(&f->vm, "scsi0", "read", data, sizeof(data), &a));
	assert_int_equal(a.action, FAULT_NONE);
	assert_memory_equal(data, ((u8 []){ 0, 0, 0x78, 0x56, 0x34, 0x12, 0, 0 }), 8);
	/* never behind what there is */
	assert_true(script_at(&f->vm, "scsi0", "write", data, sizeof(data), &a));
	assert_int_equal(data[6] & data[7], 0xff);
}

static void says_what_never_came(void **state)
{
	use("scsi0 read nth 5 drop");
	ask("scsi0", "read", NULL);
	script_end(&f->vm);
	assert_non_null(strstr(f->log, "script: line 1 never came true (asked 1 times)"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(accepted), T(refused), T(without), T(at_the_right_time), T(in_a_phase), T(by_chance_but_the_same),
		T(corrupts), T(sets), T(actions), T(too_many), T(says_what_never_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
