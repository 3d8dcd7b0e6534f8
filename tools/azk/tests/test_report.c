// SPDX-License-Identifier: GPL-2.0-only
/* lib/report, table, boot_text, boot_svg: a report read, compared and drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/boot_svg.h"
#include "lib/boot_text.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/report.h"
#include "lib/table.h"

#define SUBJECT(name, role, total, early, memcpy)				\
	"{ \"name\": \"" name "\", \"role\": \"" role "\", \"image_bytes\": 1000,"	\
	"  \"deterministic\": true, \"disagreements\": [],"			\
	"  \"metrics\": { \"instructions_to_init\": " total ", \"image_bytes\": 1000 }," \
	"  \"phases\": [ { \"name\": \"early boot\", \"instructions\": " early " },"	\
	"                { \"name\": \"background\", \"instructions\": 300000000 } ],"	\
	"  \"initcalls\": [ { \"name\": \"pci_init\", \"instructions\": 50, \"level\": \"subsys\" } ]," \
	"  \"background\": [ { \"name\": \"task kthreadd\", \"instructions\": 7 } ]," \
	"  \"functions\": [ { \"name\": \"memcpy\", \"instructions\": " memcpy ","	\
	"                     \"mostly_in\": \"task <a&b>\" } ],"			\
	"  \"self\": { \"memcpy\": " memcpy ", \"strlen\": 3 } }"

#define REPORT(subjects)							\
	"{ \"schema\": \"kernel-azure/report-1\", \"kind\": \"boot\","		\
	"  \"machine\": \"q35\", \"base\": \"6.18.15\", \"cpus\": 1, \"runs\": 2,"	\
	"  \"memory_bytes\": 536870912, \"command_line\": \"quiet\","		\
	"  \"subjects\": [" subjects "], \"ratios\": {} }"

static json_t *parse(const char *text)
{
	json_t *r;

	assert_int_equal(report_parse("r.json", text, &r), AZK_OK);
	return r;
}

static void metrics(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("azure", "ours", "850000000", "550000000", "80")));
	json_t *s = report_subject(r, 0);
	double v;

	assert_true(report_metric(s, "instructions_to_init", &v) && v == 850000000);
	assert_true(report_metric(s, "self.memcpy", &v) && v == 80);
	assert_true(report_metric(s, "self_memcpy", &v) && v == 80);
	assert_true(report_metric(s, "self.never_ran", &v) && v == 0);
	assert_true(report_metric(s, "initcall.pci_init", &v) && v == 50);
	assert_true(report_metric(s, "background.task_kthreadd", &v) && v == 7);
	assert_true(report_metric(s, "phase.early_boot", &v) && v == 550000000);
	assert_false(report_metric(s, "phase.late_boot", &v));
	assert_false(report_metric(s, "no_such_metric", &v));
	assert_false(report_metric(NULL, "instructions_to_init", &v));
	json_decref(r);
}

static void order(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("deb", "peer", "4", "1", "1") ","
				 SUBJECT("azure", "ours", "1", "1", "1") ","
				 SUBJECT("upstream/azure", "upstream", "2", "1", "1") ","
				 SUBJECT("upstream/def", "upstream", "3", "1", "1")));

	report_order(r);
	report_ratios(r);
	assert_string_equal(report_str(report_subject(r, 0), "name"), "upstream/azure");
	assert_string_equal(report_str(report_subject(r, 1), "name"), "azure");
	assert_string_equal(report_str(report_subject(r, 2), "name"), "deb");
	assert_string_equal(report_str(report_subject(r, 3), "name"), "upstream/def");
	assert_string_equal(report_str(report_subject(r, 3), "role"), "peer");
	assert_true(json_real_value(json_object_get(json_object_get(r, "ratios"),
						    "instructions_to_init")) == 0.5);
	json_decref(r);

	/* no name says a role: the first against the second */
	r = parse(REPORT(SUBJECT("/a", "peer", "4", "1", "1") ","
			 SUBJECT("/b", "peer", "1", "1", "1")));
	report_order(r);
	assert_string_equal(report_str(report_role(r, "upstream"), "name"), "/a");
	assert_string_equal(report_str(report_role(r, "ours"), "name"), "/b");
	json_decref(r);

	/* one of our own twice: A/A */
	r = parse(REPORT(SUBJECT("azure", "ours", "4", "1", "1") ","
			 SUBJECT("the kernel", "ours", "1", "1", "1")));
	report_order(r);
	assert_string_equal(report_str(report_role(r, "upstream"), "name"), "azure");
	assert_string_equal(report_str(report_role(r, "ours"), "name"), "the kernel");
	json_decref(r);
}

static void refuses(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "{}",
		REPORT(""),
		"{ \"schema\": \"kernel-azure/report-2\", \"kind\": \"boot\" }",
		/* good but for the schema, good but for the kind */
		"{ \"schema\": \"kernel-azure/report-2\", \"kind\": \"boot\", \"subjects\": ["
			SUBJECT("azure", "ours", "1", "1", "1") "] }",
		"{ \"schema\": \"kernel-azure/report-1\", \"subjects\": ["
			SUBJECT("azure", "ours", "1", "1", "1") "] }",
		REPORT(SUBJECT("azure", "mine", "1", "1", "1")),
		REPORT("{ \"name\": \"azure\", \"role\": \"ours\" }"),
	};
	json_t *r;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(report_parse("r.json", texts[i], &r), AZK_EX_INPUT);
		assert_null(r);
	}
	assert_int_equal(report_read("/does/not/exist", &r), AZK_EX_NOFILE);
}

static void numbers(void **state)
{
	struct table t = TABLE_INIT;
	struct buf b = BUF_INIT;

	table_row(&t, "a");
	table_cell(&t, "n");
	table_cell(&t, "ratio");
	table_rule(&t);
	table_row(&t, "long name");
	table_number(&t, 1234567, true);
	table_ratio(&t, 1, 2, true);
	table_row(&t, "x");
	table_number(&t, -999, true);
	table_ratio(&t, 5, 5, true);
	table_row(&t, "y");
	table_number(&t, 1, false);
	table_ratio(&t, 1, 0, true);
	table_row(&t, "z");
	table_number(&t, 1000, true);
	table_ratio(&t, 1, 1, false);
	table_print(&t, &b);
	assert_string_equal(buf_str(&b),
			    "a                  n  ratio\n"
			    "---------------------------\n"
			    "long name  1,234,567  0.500\n"
			    "x               -999      =\n"
			    "y                  -      -\n"
			    "z              1,000      -\n");
	buf_free(&b);
}

static void text(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("upstream/azure", "upstream", "1600000000", "1300000000",
					 "100") "," SUBJECT("azure", "ours", "850000000",
							    "550000000", "100")));
	struct buf b = BUF_INIT;

	boot_text(r, 5, &b);
	assert_string_equal(buf_str(&b),
	"boot on q35, 1 CPU, 512 MiB, base 6.18.15\n"
	"kernel options: quiet\n"
	"(nokaslr: addresses must have names; one instruction is 1 ns)\n"
	"each kernel booted 2 times, the last time not counted: all agree to the digit\n"
	"\n"
	"guest instructions         upstream/azure        azure  ratio\n"
	"-------------------------------------------------------------\n"
	"first instruction to init   1,600,000,000  850,000,000  0.531\n"
	"  early boot                1,300,000,000  550,000,000  0.423\n"
	"  background                  300,000,000  300,000,000      =\n"
	"-------------------------------------------------------------\n"
	"image (bytes)                       1,000        1,000      =\n"
	"\n"
	"initcalls, own task  upstream/azure  azure  ratio  level\n"
	"---------------------------------------------------------\n"
	"pci_init                         50     50      =  subsys\n"
	"\n"
	"background work  upstream/azure  azure  ratio\n"
	"---------------------------------------------\n"
	"task kthreadd                 7      7      =\n"
	"\n"
	"functions, self  upstream/azure  azure  ratio  mostly in\n"
	"---------------------------------------------------------\n"
	"memcpy                      100    100      =  task <a&b>\n");
	buf_free(&b);
	json_decref(r);
}

/* A ratio to nothing, or to less than nothing, says nothing. */
static void ratios(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("upstream/azure", "upstream", "2", "1", "1") ","
				 SUBJECT("azure", "ours", "1", "1", "1")));
	json_t *up = json_object_get(report_subject(r, 0), "metrics");
	json_t *ours = json_object_get(report_subject(r, 1), "metrics");

	json_object_set_new(up, "none", json_integer(0));
	json_object_set_new(ours, "none", json_integer(5));
	json_object_set_new(up, "less", json_integer(-2));
	json_object_set_new(ours, "less", json_integer(4));
	json_object_set_new(ours, "only_ours", json_integer(4));
	report_ratios(r);
	ours = json_object_get(r, "ratios");
	assert_int_equal(json_object_size(ours), 2);
	assert_true(json_real_value(json_object_get(ours, "instructions_to_init")) == 0.5);
	assert_true(json_real_value(json_object_get(ours, "image_bytes")) == 1);
	json_decref(r);
}

/* A report of azk boot: booted once, nothing counted. */
static void not_counted(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("azure", "ours", "850000000", "550000000", "100")));

	assert_true(boot_text_counted(r));
	json_object_set_new(r, "runs", json_integer(1));
	assert_false(boot_text_counted(r));
	json_object_set_new(r, "runs", json_integer(2));
	json_object_del(json_object_get(report_subject(r, 0), "metrics"), "instructions_to_init");
	assert_false(boot_text_counted(r));
	json_decref(r);
}

/* Runs that differ are named, not averaged away. */
static void disagreement(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("azure", "ours", "850000000", "550000000", "100")));
	struct buf b = BUF_INIT;

	json_array_append_new(json_object_get(report_subject(r, 0), "disagreements"),
			      json_string("clock: 1 in run 1, 2 in run 2"));
	boot_text(r, 5, &b);
	assert_non_null(strstr(buf_str(&b), "DISAGREES azure: clock: 1 in run 1, 2 in run 2\n"));
	assert_null(strstr(buf_str(&b), "all agree"));
	/* one kernel: nothing to compare with */
	assert_null(strstr(buf_str(&b), "ratio"));
	buf_free(&b);
	json_decref(r);
}

static int count(const char *s, const char *what)
{
	int n = 0;

	for (s = strstr(s, what); s; s = strstr(s + 1, what))
		n++;
	return n;
}

static void drawing(void **state)
{
	json_t *r = parse(REPORT(SUBJECT("up<&>", "upstream", "1600000000", "1300000000", "100") ","
				 SUBJECT("azure", "ours", "800000000", "500000000", "100")));
	struct buf b = BUF_INIT, again = BUF_INIT;

	boot_svg(r, &b);
	boot_svg(r, &again);
	assert_string_equal(buf_str(&b), buf_str(&again));
	assert_true(str_starts(b.s, "<svg xmlns=\"http://www.w3.org/2000/svg\""));
	assert_true(str_ends(b.s, "</svg>\n"));
	assert_non_null(strstr(b.s, "up&lt;&amp;&gt;"));
	assert_null(strstr(b.s, "up<"));
	assert_non_null(strstr(b.s, "0.800 G instructions, 0.500 of upstream"));
	/* the whole width is the larger kernel: 912 px for 1.6 G */
	assert_non_null(strstr(b.s, "width=\"741.00\""));
	assert_non_null(strstr(b.s, "width=\"285.00\""));
	/* two bars of two phases, and two swatches */
	assert_int_equal(count(b.s, "<rect "), 6);
	assert_int_equal(count(b.s, "<text "), count(b.s, "</text>"));
	assert_int_equal(count(b.s, "prefers-color-scheme: dark"), 1);
	buf_free(&b);
	buf_free(&again);
	json_decref(r);
}

/* What is drawn from a report now is what is drawn from its file later. */
static void settled(void **state)
{
	char path[] = "/tmp/azk-report-XXXXXX";
	int fd = mkstemp(path);
	static const double figures[] = { 10858.500123, 1.0 / 3, 0.1, 7.0000004, 1e12 + 0.5 };
	json_t *r = parse(REPORT(SUBJECT("azure", "ours", "850000000", "550000000", "80")));
	json_t *m = json_object_get(report_subject(r, 0), "metrics"), *again;
	char name[16];
	double a, b;

	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		snprintf(name, sizeof(name), "figure%zu", i);
		json_object_set_new(m, name, json_real(figures[i]));
	}
	assert_int_equal(report_settle(&r), AZK_OK);
	assert_int_equal(report_write(path, r), AZK_OK);
	assert_int_equal(report_read(path, &again), AZK_OK);
	unlink(path);
	assert_true(json_equal(r, again));
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		snprintf(name, sizeof(name), "figure%zu", i);
		assert_true(report_metric(report_subject(r, 0), name, &a));
		assert_true(report_metric(report_subject(again, 0), name, &b));
		assert_true(a == b);
		/* nor has it been cut so short that it rounds another way */
		assert_true((a > 10858.5) == (figures[i] > 10858.5));
		assert_true((a > 7) == (figures[i] > 7));
	}
	json_decref(again);
	json_decref(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics),
		cmocka_unit_test(order),
		cmocka_unit_test(refuses),
		cmocka_unit_test(numbers),
		cmocka_unit_test(text),
		cmocka_unit_test(ratios),
		cmocka_unit_test(not_counted),
		cmocka_unit_test(disagreement),
		cmocka_unit_test(drawing),
		cmocka_unit_test(settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
