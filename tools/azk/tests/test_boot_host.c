// SPDX-License-Identifier: GPL-2.0-only
/* lib/boot_host, lib/hvcounters: what was seen from below against what the host says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/boot_host.h"
#include "lib/exit.h"
#include "lib/hvcounters.h"
#include "lib/profile_log.h"

static const char log_text[] =
	"insncount 1\n"
	"task 0 0 ?\n"
	"irq sysvec_hyperv_callback 5\n"
	"irq sysvec_hyperv_stimer0 20\n"
	"exit 61 2 3\n"
	"exit 72 40 41\n"
	"exit 78 1 1\n"
	"exit 81 9 10\n"
	"call 5c 3 4\n"
	"call 5d 5 5\n"
	"call 8001 1 1\n"
	"host 15000 700 900\n"
	"end 0 cut\n";

/* In pieces, as a long table comes, and in two phases. */
static const char console[] =
	"hvhost: 1 vCPUs\n"
	"hvhost: counters {\"phase\":\"boot\",\"exits\":{\"0x61\":3,\"0x72\":40}}\n"
	"azk-init start tsc=1\n"
	"hvhost: counters {\"phase\":\"boot\",\"exits\":{\"0x78\":1,\"0x81\":10}}\n"
	"hvhost: counters {\"phase\":\"boot\",\"hypercalls\":{\"0x5c\":4,\"0x5d\":5,\"0x8001\":1}}\n"
	"hvhost: counters {\"phase\":\"1\",\"exits\":{\"0x72\":1}}\n";

struct fixture {
	struct plog log;
	json_t *phases, *differ;
};

static int begin(void **state)
{
	static struct fixture f;

	*state = &f;
	f.phases = hvcounters(console);
	f.differ = json_array();
	return plog_parse("log", log_text, &f.log);
}

static int end(void **state)
{
	struct fixture *f = *state;

	plog_free(&f->log);
	json_decref(f->phases);
	json_decref(f->differ);
	return 0;
}

static json_int_t number(const json_t *o, const char *key)
{
	assert_non_null(json_object_get(o, key));
	return json_integer_value(json_object_get(o, key));
}

static void metrics(void **state)
{
	struct fixture *f = *state;
	json_t *m = json_object();

	boot_host_metrics(&f->log, m);
	assert_int_equal(number(m, "interrupts"), 25);
	assert_int_equal(number(m, "exits"), 52);
	assert_int_equal(number(m, "exits_cpuid"), 40);
	assert_int_equal(number(m, "exits_host_event"), 2);
	assert_int_equal(number(m, "exits_msr"), 0);
	assert_int_equal(number(m, "exits_other"), 1);
	assert_int_equal(number(m, "hypercalls"), 9);
	assert_int_equal(number(m, "hypercalls_post_message"), 3);
	assert_int_equal(number(m, "hypercalls_other"), 1);
	assert_int_equal(number(m, "host_instructions"), 900);
	assert_int_equal(number(m, "host_setup_instructions"), 700);
	json_decref(m);
}

/* Every metric has its row, and every row its metric. */
static void rows(void **state)
{
	struct fixture *f = *state;
	json_t *m = json_object();
	size_t n = 0;

	boot_host_metrics(&f->log, m);
	for (const struct boot_host_row *r = boot_host_rows; r->metric; r++, n++)
		if (strcmp(r->metric, "hypercalls"))
			number(m, r->metric);
	/* the exits by hypercall are the hypercalls */
	assert_int_equal(n + 1, json_object_size(m));
	json_decref(m);
}

static void agrees(void **state)
{
	struct fixture *f = *state;
	json_t *host = boot_host(&f->log, f->phases);
	json_t *exits = json_object_get(host, "exits");

	boot_host_check(&f->log, f->phases, f->differ);
	assert_int_equal(json_array_size(f->differ), 0);
	assert_int_equal(number(json_object_get(exits, "0x72"), "until_init"), 40);
	assert_int_equal(number(json_object_get(exits, "0x72"), "until_end"), 41);
	assert_int_equal(number(json_object_get(host, "interrupts"), "sysvec_hyperv_callback"), 5);
	assert_int_equal(json_array_size(json_object_get(host, "counters")), 2);
	json_decref(host);
}

/* One exit that the host counted and nobody saw, or the other way round. */
static void disagrees(void **state)
{
	struct fixture *f = *state;
	json_t *boot = json_array_get(f->phases, 0);

	json_object_set_new(json_object_get(boot, "exits"), "0x72", json_integer(41));
	boot_host_check(&f->log, f->phases, f->differ);
	/* that one, and the sum */
	assert_int_equal(json_array_size(f->differ), 2);
	assert_non_null(strstr(json_string_value(json_array_get(f->differ, 0)),
			       "exits 0x72: 41 seen, 42 counted"));
	json_array_clear(f->differ);
	json_object_set_new(json_object_get(boot, "exits"), "0x72", json_integer(40));
	json_object_set_new(json_object_get(boot, "exits"), "0x7b", json_integer(1));
	boot_host_check(&f->log, f->phases, f->differ);
	assert_int_equal(json_array_size(f->differ), 1);
	json_array_clear(f->differ);
	f->log.leaked = 4;
	f->log.astray = 1;
	boot_host_check(&f->log, f->phases, f->differ);
	assert_int_equal(json_array_size(f->differ), 3);
}

/* No host: interrupts are all there is, and nothing to disagree with. */
static void without(void **state)
{
	struct fixture *f = *state;
	json_t *m = json_object(), *none = hvcounters("azk-init start tsc=1\n");

	f->log.hosted = false;
	boot_host_metrics(&f->log, m);
	assert_int_equal(json_object_size(m), 1);
	assert_int_equal(json_array_size(none), 0);
	boot_host_check(&f->log, none, f->differ);
	assert_int_equal(json_array_size(f->differ), 0);
	json_decref(none);
	json_decref(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(metrics, begin, end),
		cmocka_unit_test_setup_teardown(rows, begin, end),
		cmocka_unit_test_setup_teardown(agrees, begin, end),
		cmocka_unit_test_setup_teardown(disagrees, begin, end),
		cmocka_unit_test_setup_teardown(without, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
