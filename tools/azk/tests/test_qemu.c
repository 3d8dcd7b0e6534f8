// SPDX-License-Identifier: GPL-2.0-only
/* Machines, command lines, registers and symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/hvpci.h"
#include "lib/hyperv.h"
#include "lib/qemu.h"
#include "lib/where.h"

static char *line_of(const struct qemu_boot *b)
{
	const struct qemu_fds fds = { 11, 12, 13 };
	struct strv v = STRV_INIT;
	struct buf out = BUF_INIT;

	qemu_args(&v, b, &fds);
	for (size_t i = 0; i < v.n; i++)
		buf_addf(&out, "%s ", v.v[i]);
	strv_free(&v);
	return out.s;
}

static void has(const char *line, const char *word)
{
	if (!strstr(line, word))
		fail_msg("no '%s' in %s", word, line);
}

static void every_machine(void **state)
{
	const struct qemu_machine *m;

	for (m = qemu_machines; m->name; m++) {
		const struct qemu_boot b = { .machine = m, .kernel = "K", .initrd = "I",
					     .append = "a b", .cpus = 3,
					     .memory = (512ull << 20) + 5 };
		char *l = line_of(&b);

		assert_ptr_equal(qemu_machine(m->name), m);
		has(l, "qemu-system-x86_64 -nodefaults -no-user-config -display none ");
		has(l, "-cpu max,-erms,-fsrm,-fsrs,-fzrm ");
		has(l, " -no-reboot ");
		has(l, "-accel tcg ");
		/* the guest has what was asked for, the host's heap comes on top */
		has(l, m->hvhost ? "-smp 3 -m 528M " : "-smp 3 -m 512M ");
		has(l, "-machine ");
		has(l, "isa-debugcon,iobase=0xe9,chardev=debug ");
		has(l, "isa-debug-exit,iobase=0xf4,iosize=0x04 ");
		has(l, "id=debug,path=/proc/self/fd/11 ");
		has(l, "id=verdict,path=/proc/self/fd/12 ");
		has(l, "id=qmp,fd=13 ");
		if (m->hvhost)
			has(l, "/hvhost.elf -append cpus=3 -initrd K a b,I ");
		else
			has(l, "-kernel K -initrd I -append a b ");
		assert_null(strstr(l, "icount"));
		free(l);
	}
	assert_null(qemu_machine("pdp11"));
	assert_null(qemu_machine(""));
	assert_string_equal(qemu_machines[0].name, "hyperv");
}

/* What QEMU and hvhost are told of the same functions. */
static void functions(void **state)
{
	struct hyperv_devices d = { 0 };
	const struct qemu_boot b = { .machine = qemu_machine("hyperv"), .kernel = "K", .cpus = 1,
				     .memory = 512ull << 20, .hyperv = &d };
	char name[] = "/tmp/azk,+test-XXXXXX", *l;
	int fd = mkstemp(name);

	assert_true(fd >= 0 && !ftruncate(fd, 64ll << 30));	/* larger than any memory */
	strv_add(&d.nic, "loopback");
	strv_add(&d.nic, "user,mac=02:00:00:00:00:02");
	strv_add(&d.disk, "1M");
	strv_addf(&d.disk, "file=%s,ro", name);
	strv_addf(&d.disk, "file=%s", name);
	strv_addf(&d.vpci, "nvme,file=%s+test+e1000e", name);
	strv_add(&d.vpci, "class=010802+bdf=00:1f.2+nvme,size=2M+virtio-net");
	for (size_t i = 0; i < d.vpci.n; i++)
		assert_null(hvpci_check(d.vpci.v[i]));
	assert_null(hvpci_fits(&d));
	assert_non_null(hyperv_outside(&d));
	l = line_of(&b);
	/* only what is in memory makes the machine larger: 1 MiB, and hvhost's own */
	assert_true(hyperv_heap(&d) < 64ull << 20);
	has(l,
	    "driver=raw,node-name=disk1,discard=unmap,read-only=on,file.driver=file,file.filename=/tmp/azk,,+test-");
	has(l,
	    "-netdev user,id=nic1 -device virtio-net-pci,disable-legacy=on,netdev=nic1,romfile=,addr=0x2 ");
	has(l, "-device virtio-blk-pci,disable-legacy=on,drive=disk1,addr=0x3 ");
	has(l, "-device virtio-blk-pci,disable-legacy=on,drive=disk2,addr=0x4 ");
	has(l, "-device nvme,drive=vpci5,serial=vpci5,addr=0x5 ");
	has(l, "-netdev user,id=vpci6 -device e1000e,netdev=vpci6,romfile=,addr=0x6 ");
	has(l, "driver=null-co,node-name=vpci7,size=2097152,read-zeroes=on -device nvme,");
	has(l, "-device virtio-net-pci,disable-legacy=on,netdev=vpci8,romfile=,addr=0x8 ");
	has(l, " nic=loopback nic=user,mac=02:00:00:00:00:02 ");
	has(l, " disk=1048576 disk=file,ro disk=file ");
	has(l, " vpci=00:05.0+test+00:06.0 vpci=class:010802+00:1f.2+00:07.0+00:08.0 ");
	free(l);
	strv_free(&d.nic);
	strv_free(&d.disk);
	strv_free(&d.vpci);
	close(fd);
	unlink(name);
}

static void deterministic(void **state)
{
	struct strv extra = STRV_INIT;
	const struct qemu_boot b = { .machine = qemu_machine("q35"), .kernel = "K", .cpus = 1,
				     .memory = 1 << 30, .icount = true, .extra = &extra };
	char *l;

	strv_add(&extra, "-plugin");
	strv_add(&extra, "x.so");
	l = line_of(&b);
	has(l, "-icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm -seed 1 ");
	has(l, "-kernel K -plugin x.so ");
	assert_null(strstr(l, "-initrd"));
	assert_null(strstr(l, "-append"));
	free(l);
	strv_free(&extra);
}

static void command_line(void **state)
{
	const struct qemu_machine *q35 = qemu_machine("q35"), *mv = qemu_machine("microvm");
	char *s = qemu_cmdline(q35, false, false, NULL);

	assert_string_equal(s, "console=ttyS0 quiet panic=-1 rdinit=/azk/init no_timer_check");
	free(s);
	s = qemu_cmdline(q35, true, true, "panic=0 x=\"a b\"");
	assert_string_equal(s, "console=ttyS0 panic=-1 rdinit=/azk/init nokaslr panic=0 x=\"a b\"");
	free(s);
	s = qemu_cmdline(mv, false, false, "");
	assert_string_equal(
		s, "console=ttyS0 quiet panic=-1 rdinit=/azk/init reboot=t pci=off no_timer_check");
	free(s);
}

static void registers(void **state)
{
	static const char text[] =
		"\r\nCPU#0\r\nRAX=00 RBX=01\r\n"
		"RIP=ffffffff81e17a0b RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\r\n"
		"CR0=80050033\r\n\r\nCPU#1\r\n"
		"RIP=0000000000402206 RFL=00000246 [---Z-P-] CPL=3 II=0 A20=1 SMM=0 HLT=0\r\n";
	struct where_cpu c[2];

	assert_int_equal(where_parse(text, c, 2), 2);
	assert_true(c[0].rip == 0xffffffff81e17a0bull);
	assert_int_equal(c[0].cpl, 0);
	assert_true(c[0].halted);
	assert_int_equal(c[1].rip, 0x402206);
	assert_int_equal(c[1].cpl, 3);
	assert_false(c[1].halted);
	assert_int_equal(where_parse(text, c, 1), 1);
	assert_int_equal(where_parse("unknown command", c, 2), 0);
}

static void symbols(void **state)
{
	static const char map[] =
		"0000000000000000 D __per_cpu_start\n"
		"ffffffff81000000 T _text\n"
		"ffffffff81000000 T _stext\n"
		"ffffffff81001000 t default_idle\n"
		"not a line\n"
		"ffffffff81002000 T next\n";
	char *s = where_name(map, 0xffffffff8100100bull);

	assert_string_equal(s, "default_idle+0xb");
	free(s);
	s = where_name(map, 0xffffffff81000000ull);
	assert_string_equal(s, "_text+0x0");
	free(s);
	assert_null(where_name(map, 0xffff888000000000ull));
	assert_null(where_name("", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine),
		cmocka_unit_test(deterministic),
		cmocka_unit_test(functions),
		cmocka_unit_test(command_line),
		cmocka_unit_test(registers),
		cmocka_unit_test(symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
