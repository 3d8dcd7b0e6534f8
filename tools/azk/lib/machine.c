// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machines. Each args() adds -machine and what carries the console, the two
 * verdict channels and the way out, on hardware an unmodified kernel knows.
 * Called by qemu_args().
 */
#include <string.h>

#include "buf.h"
#include "hyperv.h"
#include "qemu.h"

static void add_way_out(struct strv *argv)
{
	strv_add(argv, "-device");
	strv_add(argv, "isa-debugcon,iobase=0xe9,chardev=" QEMU_CHR_DEBUG);
	strv_add(argv, "-device");
	strv_add(argv, "isa-debug-exit,iobase=0xf4,iosize=0x04");
}

static void serials(struct strv *argv)
{
	strv_add(argv, "-serial");
	strv_add(argv, "chardev:" QEMU_CHR_CONSOLE);
	strv_add(argv, "-serial");
	strv_add(argv, "chardev:" QEMU_CHR_VERDICT);
}

static void q35(struct strv *argv, const struct qemu_boot *b)
{
	(void)b;
	strv_add(argv, "-machine");
	strv_add(argv, "q35");
	serials(argv);
	add_way_out(argv);
}

static void hyperv(struct strv *argv, const struct qemu_boot *b)
{
	hyperv_args(argv, b);
	serials(argv);
	add_way_out(argv);
}

/*
 * TCG has no kvmclock, so the timer and interrupt chips of the PC stay, and with
 * them ACPI goes: its tables would call this reduced hardware, on which a kernel
 * does not look for those chips. The machine brings one serial port; the second
 * is added as a device.
 */
static void microvm(struct strv *argv, const struct qemu_boot *b)
{
	(void)b;
	strv_add(argv, "-machine");
	strv_add(argv, "microvm,acpi=off,pit=on,pic=on,rtc=on,isa-serial=on");
	strv_add(argv, "-serial");
	strv_add(argv, "chardev:" QEMU_CHR_CONSOLE);
	strv_add(argv, "-device");
	strv_add(argv, "isa-serial,index=1,chardev=" QEMU_CHR_VERDICT);
	add_way_out(argv);
}

const struct qemu_machine qemu_machines[] = {
	{ "hyperv", "Hyper-V as hvhost presents it, on a PC", "", true, hyperv },
	{ "q35", "PC with PCIe and ACPI", "", false, q35 },
	/* no keyboard controller: a reset is a triple fault; nor a PCI bus to look for */
	{ "microvm", "no PCI, no ACPI; a second CPU needs CONFIG_X86_MPPARSE", "reboot=t pci=off",
	  false, microvm },
	{ NULL, NULL, NULL, false, NULL },
};

const struct qemu_machine *qemu_machine(const char *name)
{
	const struct qemu_machine *m;

	for (m = qemu_machines; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}
