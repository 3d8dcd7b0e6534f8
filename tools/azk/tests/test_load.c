// SPDX-License-Identifier: GPL-2.0-only
/* azk bench storage without a guest: plans, groups, windows, what is put together of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/kernel.h"
#include "lib/ksyms.h"
#include "lib/load_group.h"
#include "lib/load_plan.h"
#include "lib/load_profile.h"
#include "lib/load_said.h"
#include "lib/load_subject.h"
#include "lib/load_svg.h"
#include "lib/load_text.h"
#include "lib/profile_log.h"
#include "lib/report.h"

static void groups(void **state)
{
	assert_int_equal(load_group("storvsc_queuecommand"), GROUP_DRIVER);
	assert_int_equal(load_group("storvsc_queuecommand [hv_storvsc]"), GROUP_DRIVER);
	assert_int_equal(load_group("put_page [hv_netvsc]"), GROUP_DRIVER);
	assert_int_equal(load_group("hv_ringbuffer_write"), GROUP_BUS);
	assert_int_equal(load_group("virtqueue_add_split [virtio_ring]"), GROUP_BUS);
	assert_int_equal(load_group("sysvec_hyperv_stimer0"), GROUP_KERNEL);
	assert_int_equal(load_group("storvsc_lookalike [other]"), GROUP_KERNEL);
	assert_int_equal(load_group("blk_mq_submit_bio"), GROUP_KERNEL);
	assert_int_equal(load_group(NULL), GROUP_USER);
}

static const int late[] = { 0, 5 };

/* A phase for each kind and host, and only late hosts have a line of script. */
static void plan(void **state)
{
	const struct load_shape s = { .seeds = 2, .only = "read_4k_qd32_b", .drain = late, .drains = 2 };
	const struct load_target *t = load_target(&load_storage, true, NULL);
	struct strv words = STRV_INIT;
	const struct load_shape some = { .only = "seq,read_4k_qd1,poll_4k_qd1" };
	struct buf script = BUF_INIT;
	int cell[LOAD_CELLS_MAX], go[256] = { 0 };

	assert_int_equal(load_cells(&load_storage, &s, cell), 3);
	assert_int_equal(load_cells(&load_storage, &some, cell), 3);
	assert_string_equal(load_storage.cells[cell[2]].name, "seq_1m_qd4_b1");
	assert_string_equal(t->name, "storvsc");
	assert_null(load_target(&load_storage, true, "nvme"));
	assert_non_null(load_target(&load_storage, false, "nvme"));
	load_words(&load_storage, &s, t, &words);
	assert_string_equal(words.v[0], "ioload");
	for (size_t i = 0; i < words.n; i++)
		if (str_starts(words.v[i], "go="))
			go[atoi(words.v[i] + 3)]++;
	assert_int_equal(go[0], 3);	/* a warm-up of each kind */
	for (int p = 1; p <= 6; p++)
		assert_int_equal(go[p], 2);
	assert_int_equal(go[7], 0);
	load_script(&load_storage, &s, t, &script);
	assert_string_equal(script.s, "scsi0 drain in 2 delay 5us\nscsi0 drain in 4 delay 5us\n"
				      "scsi0 drain in 6 delay 5us\n");
	strv_free(&words);
	buf_free(&script);
}

static const char console[] =
	"KTAP version 1\n"
	"ok 1 x (phase 1)\n"
	"# run {\"phase\": 1, \"units\": 10, \"interrupts\": 5, \"system_calls\": 10, \"ns\": 3000}\n"
	"ok 2 x (phase 2) # SKIP no\n"
	"# run {\"phase\": 2, \"skipped\": \"no\"}\n"
	"ok 3 x (phase 1)\n"
	"# run {\"phase\": 1, \"units\": 10, \"interrupts\": 7, \"system_calls\": 10, \"ns\": 5000}\n"
	"# cell {\"phase\": 1, \"samples\": 20, \"p50_ns\": 70, "
	"\"p99_ns\": 90, \"p999_ns\": 91, \"max_ns\": 91}\n"
	"1..3\n";

/* Windows 1 and 3 are of phase 1, 2 of phase 2; a value is window << 8 | phase. */
static const char log_text[] =
	"insncount 1\n"
	"task 0 0 ?\n"
	"ctx 0 task 0 50\nb 1000 50\n"
	"ctx 0 window 101 1000\nb 400000 100\nb ffffffff81000010 600\nb ffffffffc0000008 300\n"
	"ctx 0 window 202 7\nb 400000 7\n"
	"ctx 0 window 301 2000\nb ffffffff81000010 1000\nb ffffffff81000100 600\nb ffffffffc0000008 400\n"
	"ctx 0 window 0 9\nb 400000 9\n"
	"copied 101 ffffffff81000020 64\ncopied 101 ffffffffc0000010 1000\n"
	"copied 301 ffffffff81000104 50\n"
	"end 3066 cut\n";

static const char symbols[] =
	"ffffffff81000000 T hv_ringbuffer_write\n"
	"ffffffff81000100 T blk_mq_submit_bio\n"
	"ffffffffc0000000 t storvsc_do_io\t[hv_storvsc]\n";

struct world {
	struct ksyms kernel, modules;
	struct plog p;
	struct load_profile prof;
	struct load_facts f;
	struct load_shape shape;
	struct kernel k;
};

static int setup(void **state)
{
	static const int drains[] = { 0 };
	struct world *w = calloc(1, sizeof(*w));

	assert_int_equal(ksyms_parse("symbols", symbols, &w->kernel), AZK_OK);
	assert_int_equal(ksyms_modules("symbols", symbols, &w->modules), AZK_OK);
	assert_int_equal(plog_parse("log", log_text, &w->p), AZK_OK);
	load_profile_make(&w->p, &w->kernel, &w->modules, &w->prof);
	w->shape = (struct load_shape){ .seeds = 2, .only = "poll_", .drain = drains, .drains = 1 };
	w->k = (struct kernel){ .name = "azure", .image = "bzImage", .version = "6.18.15" };
	w->f = (struct load_facts){ .plan = &load_storage, .shape = &w->shape, .profile = &w->prof,
				    .phases = json_array(), .differ = json_array() };
	assert_int_equal(load_said("azure", console, &w->f.runs, &w->f.cells), AZK_OK);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	json_decref(w->f.phases);
	json_decref(w->f.differ);
	json_decref(w->f.runs);
	json_decref(w->f.cells);
	load_profile_free(&w->prof);
	plog_free(&w->p);
	ksyms_free(&w->kernel);
	ksyms_free(&w->modules);
	free(w);
	return 0;
}

static void windows(void **state)
{
	const struct world *w = *state;
	const struct load_window *v = w->prof.window;

	assert_int_equal(w->prof.windows, 3);
	assert_int_equal(v[0].phase, 1);
	assert_int_equal(v[0].insns, 1000);
	assert_int_equal(v[0].group[GROUP_USER], 100);
	assert_int_equal(v[0].group[GROUP_BUS], 600);
	assert_int_equal(v[0].group[GROUP_DRIVER], 300);
	assert_int_equal(v[1].phase, 2);
	assert_int_equal(v[2].nth, 3);
	assert_int_equal(v[2].group[GROUP_KERNEL], 600);
	assert_int_equal(v[0].copied[GROUP_BUS], 64);
	assert_int_equal(v[0].copied[GROUP_DRIVER], 1000);
	assert_int_equal(v[2].copied[GROUP_KERNEL], 50);
	/* of phase 1 the bus ran most, in both windows together */
	assert_string_equal(w->prof.function[0].name, "hv_ringbuffer_write");
	assert_int_equal(w->prof.function[0].insns, 1600);
}

static double metric(const json_t *s, const char *name)
{
	double v = -1;

	return report_metric(s, name, &v) ? v : -1;
}

static void subject(void **state)
{
	struct world *w = *state;
	struct buf b = BUF_INIT;
	json_t *s, *report;

	assert_int_equal(load_subject(&w->k, &w->f, &s), AZK_OK);
	/* medians of two: 1000 / 10 and 2000 / 10 */
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_instructions_per_io"), 150, 1e-9);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_driver_and_bus_per_io"), 115, 1e-9);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_interrupts_per_io"), 0.6, 1e-9);
	/* nobody looked at copies */
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_copied_per_io"), -1, 1e-9);
	json_decref(s);
	w->f.copies = true;
	assert_int_equal(load_subject(&w->k, &w->f, &s), AZK_OK);
	/* medians of 1064 / 10 and 50 / 10, of 1064 / 10 and 0 */
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_copied_per_io"), 55.7, 1e-9);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_copied_driver_and_bus_per_io"), 53.2, 1e-9);
	/* without a host nobody counts signals, and time is the host's, too */
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_signals_per_io"), -1, 1e-9);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_p99_ns"), -1, 1e-9);
	/* what was skipped has no figures */
	assert_float_equal(metric(s, "poll_4k_qd32_b32_drain0_instructions_per_io"), -1, 1e-9);
	report = report_new("storage", "hyperv", "6.18.15");
	json_object_set_new(report, "unit", json_string("I/O"));
	json_object_set_new(report, "drain_us", json_pack("[i]", 0));
	json_array_append_new(json_object_get(report, "subjects"), s);
	assert_true(load_text_complete(report));
	load_text(report, 5, &b);
	assert_non_null(strstr(b.s, "poll_4k_qd32_b32: no\n"));
	assert_non_null(strstr(b.s, "80.0  hv_ringbuffer_write"));
	buf_reset(&b);
	load_svg(report, &b);
	assert_non_null(strstr(b.s, "<title>driver and bus: 115</title>"));
	buf_free(&b);
	json_decref(report);
}

/* Errors are said on stderr: not here. */
static int quiet(int (*what)(struct world *w), struct world *w)
{
	int was = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY), ret;

	dup2(null, STDERR_FILENO);
	ret = what(w);
	dup2(was, STDERR_FILENO);
	close(was);
	close(null);
	return ret;
}

static int put_together(struct world *w)
{
	json_t *s = NULL;

	return load_subject(&w->k, &w->f, &s);
}

/* What the host counted is of the same windows, or it is of no use. */
static void host(void **state)
{
	struct world *w = *state;
	json_t *s;

	json_decref(w->f.phases);
	w->f.phases = json_loads("[{\"phase\": \"boot\"},"
		"{\"phase\": \"1\", \"signals_from_guest\": 10, \"exits\": {\"0x81\": 10, \"0x7b\": 1}},"
		"{\"phase\": \"0\"}, {\"phase\": \"2\", \"exits\": {\"0x7b\": 1}}, {\"phase\": \"0\"},"
		"{\"phase\": \"1\", \"signals_from_guest\": 20, \"exits\": {\"0x81\": 20, \"0x7b\": 1}},"
		"{\"phase\": \"0\"}]", 0, NULL);
	assert_int_equal(load_subject(&w->k, &w->f, &s), AZK_OK);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_signals_per_io"), 1.5, 1e-9);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_exits_per_io"), 1.5, 1e-9);
	assert_float_equal(metric(s, "poll_4k_qd1_drain0_p99_ns"), 90, 1e-9);
	assert_int_equal(json_array_size(w->f.differ), 0);
	/* and what the program says it has to have counted, it has */
	json_object_set_new(json_array_get(w->f.runs, 2), "host",
			    json_pack("{s:i}", "signals_from_guest", 21));
	json_decref(s);
	assert_int_equal(load_subject(&w->k, &w->f, &s), AZK_OK);
	assert_int_equal(json_array_size(w->f.differ), 1);
	assert_true(json_is_false(json_object_get(s, "deterministic")));
	json_decref(s);
	json_array_remove(w->f.phases, 3);
	assert_int_equal(quiet(put_together, w), AZK_EX_INPUT);
	json_array_insert_new(w->f.phases, 3, json_loads("{\"phase\": \"3\"}", 0, NULL));
	assert_int_equal(quiet(put_together, w), AZK_EX_INPUT);
}

static int hear(struct world *w, const char *text)
{
	json_t *runs, *cells;
	int ret = load_said("azure", text, &runs, &cells);

	json_decref(runs);
	json_decref(cells);
	return ret;
}

static int hear_cut(struct world *w) { return hear(w, "# run {\"phase\": 1}\n"); }
static int hear_failed(struct world *w) { return hear(w, "not ok 1 x\n1..1\n"); }
static int hear_damaged(struct world *w) { return hear(w, "# run {\"phase\": \n1..1\n"); }

static void said(void **state)
{
	assert_int_equal(quiet(hear_cut, *state), AZK_EX_INPUT);
	assert_int_equal(quiet(hear_failed, *state), AZK_EX_INPUT);
	assert_int_equal(quiet(hear_damaged, *state), AZK_EX_INPUT);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups), cmocka_unit_test(plan),
		T(windows), T(subject), T(host), T(said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
