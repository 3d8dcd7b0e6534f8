// SPDX-License-Identifier: GPL-2.0-only
/* lib/bootreport: what azk boot --json writes is a report, whatever is in the strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bootreport.h"
#include "lib/exit.h"
#include "lib/guest.h"
#include "lib/kernel.h"
#include "lib/report.h"

/* The report of a boot of a file called @file with @append, written and read again. */
static json_t *written(const char *file, const char *append, const char *last)
{
	struct guest_result res = { .last_line = BUF_INIT };
	struct guest_run r = { .boot = { .append = append, .cpus = 1, .memory = 1 << 20 } };
	char dir[] = "/tmp/azk-report-XXXXXX", *image, *json;
	struct kernel k = { .version = (char *)"6.18.15-azure" };
	json_t *report;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	image = xasprintf("%s/%s", dir, file);
	json = xasprintf("%s/boot.json", dir);
	f = fopen(image, "w");
	assert_non_null(f);
	fclose(f);
	k.name = k.image = image;
	r.boot.machine = qemu_machine("q35");
	buf_adds(&res.last_line, last);
	assert_int_equal(bootreport_write(json, &k, &r, &res), AZK_OK);
	assert_int_equal(report_read(json, &report), AZK_OK);
	unlink(image);
	unlink(json);
	assert_int_equal(rmdir(dir), 0);
	buf_free(&res.last_line);
	free(image);
	free(json);
	return report;
}

static void plain(void **state)
{
	json_t *r = written("k", "quiet x=\xc3\xa4", "Restarting");

	assert_string_equal(report_str(r, "base"), "6.18.15");
	assert_string_equal(report_str(r, "command_line"), "quiet x=\xc3\xa4");
	assert_string_equal(report_str(r, "last_line"), "Restarting");
	assert_string_equal(report_str(report_subject(r, 0), "version"), "6.18.15-azure");
	assert_true(json_is_object(json_object_get(r, "ratios")));
	json_decref(r);
}

/* No UTF-8: the bytes that are not ASCII are lost, the report is not. */
static void any_byte(void **state)
{
	json_t *r = written("k\xff", "x=\xff", "\x80 end");

	assert_string_equal(report_str(r, "command_line"), "x=?");
	assert_string_equal(report_str(r, "last_line"), "? end");
	assert_true(str_ends(report_str(report_subject(r, 0), "name"), "/k?"));
	assert_true(str_ends(report_str(report_subject(r, 0), "kernel"), "/k?"));
	json_decref(r);
}

/* What cannot be made into JSON is an error, not an empty file and 0. */
static void not_packed(void **state)
{
	assert_int_equal(report_write("/tmp/azk-report-none", NULL), AZK_EX_SYSTEM);
	assert_int_equal(access("/tmp/azk-report-none", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(any_byte),
		cmocka_unit_test(not_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
