// SPDX-License-Identifier: GPL-2.0-only
/* hvhost's command line: what azk writes is read, anything else is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boot/config.h"

static struct vm_config c;
static char why[256];

static void disks(void **state)
{
	assert_true(config_parse(&c, "disk=64M disk=@2,ro disk=file  disk=file,ro", why,
				 sizeof(why)));
	assert_int_equal(c.disks, 4);
	assert_int_equal(c.disk[0].bytes, 64 << 20);
	assert_false(c.disk[0].file || c.disk[0].module || c.disk[0].read_only);
	assert_int_equal(c.disk[1].module, 2);
	assert_true(c.disk[1].read_only);
	assert_true(c.disk[2].file && !c.disk[2].read_only);
	assert_true(c.disk[3].file && c.disk[3].read_only);
}

static void buses(void **state)
{
	const struct vpci_function_config *f;

	assert_true(config_parse(&c, "vpci=test vpci=00:05.0+test+class:010802+ff:1f.7", why,
				 sizeof(why)));
	assert_int_equal(c.vpcis, 2);
	assert_int_equal(c.vpci[0].function[0].kind, VPCI_TEST);
	assert_int_equal(c.vpci[0].function[1].kind, VPCI_NONE);
	f = c.vpci[1].function;
	assert_int_equal(f[0].kind, VPCI_PASSTHROUGH);
	assert_int_equal(f[0].bdf, 5 << 3);
	assert_int_equal(f[1].kind, VPCI_TEST);
	assert_int_equal(f[2].kind, VPCI_CLASS);
	assert_int_equal(f[2].class, 0x010802);
	assert_int_equal(f[3].bdf, 0xffff);
	assert_int_equal(f[4].kind, VPCI_NONE);
}

static void nics(void **state)
{
	assert_true(config_parse(&c, "nic=loopback nic=user nic=user,mac=02:00:00:00:00:0a", why,
				 sizeof(why)));
	assert_int_equal(c.nics, 3);
	assert_false(c.nic[0].user || c.nic[0].mac_given);
	assert_true(c.nic[1].user && !c.nic[1].mac_given);
	assert_true(c.nic[2].user && c.nic[2].mac_given);
	assert_int_equal(c.nic[2].mac[5], 10);
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"cpus=0", "cpus=17", "cpus=", "heap=x", "disk=", "disk=511", "disk=@0",
		"disk=files", "disk=,ro",
		"vpci=", "vpci=tests", "vpci=test+", "vpci=+test", "vpci=00:05", "vpci=00:20.0",
		"vpci=00:05.8",
		"vpci=0:05.0", "vpci=class:10802", "vpci=class:01080g",
		"vpci=test+test+test+test+test+test+test+test+test",
		"vpci=test vpci=test vpci=test vpci=test vpci=test vpci=test vpci=test vpci=test vpci=test",
		"nic=", "nic=use", "nic=users", "nic=user,", "nic=user,mac=1",
		"nic=user,mac=03:00:00:00:00:0a",
		"nic=user nic=user nic=user nic=user nic=user nic=user nic=user nic=user nic=user",
		"icount=1", "frobnicate",
	};

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		why[0] = '\0';
		if (config_parse(&c, bad[i], why, sizeof(why)))
			fail_msg("taken: %s", bad[i]);
		assert_non_null(strstr(why, "expected cpus="));
	}
	assert_true(config_parse(&c, "", why, sizeof(why)));
	assert_int_equal(c.cpus, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disks), cmocka_unit_test(buses), cmocka_unit_test(nics),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
