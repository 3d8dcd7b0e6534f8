// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports that exit (svm/permit.c): hvhost's own, those of the machine's that a
 * guest may use in part, and all others, which are empty to it: reads give ones,
 * writes go nowhere. Called by svm/exit.c.
 */
#include "boot/config.h"
#include "counters.h"
#include "lib.h"
#include "lib/hw.h"
#include "script.h"
#include "svm/msr.h"
#include "svm/svm.h"
#include "testdev.h"
#include "vpci.h"

/*
 * What ACPI writes to the APM control port to turn itself on and off; any other
 * number is an SMI, in which firmware runs outside of the guest (QEMU's
 * hw/isa/lpc_ich9.c).
 */
#define PORT_APM	0xb2
#define APM_ACPI_ON	2
#define APM_ACPI_OFF	3

/* ICH9 datasheet, 13.8.3.3; the types are QEMU's, hw/acpi/core.c. */
#define PM1_CONTROL	4	/* from PMBASE */
#define PM1_SLEEP	0x2000u
#define PM1_TYPE(x)	((x) >> 10 & 7)
#define TYPE_OFF	0
#define TYPE_RAM	1
#define TYPE_DISK	2	/* off, too */

static u32 ones(u32 size)
{
	return size == 4 ? ~0u : (1u << (8 * size)) - 1;
}

static void guest_exits(struct vcpu *v, u16 port, u32 value)
{
	end_reports(v->vp->vm);
	if (v->vp->vm->config->testdev)
		hv_log("exit: %u", value);
	outb(port, (u8)value);
}

static void phase(struct vm *vm, u8 number)
{
	char name[16];

	hv_snprintf(name, sizeof(name), "%u", number);
	count_phase(vm, name);
	script_phase(vm, number);
}

/*
 * A machine that sleeps wakes up in firmware, which jumps to wherever the guest
 * said, and no hypervisor is below it any more.
 */
static void pm1_control(struct vcpu *v, u32 value)
{
	struct svm *s = v->vp->vm->svm;

	if (value & PM1_SLEEP && PM1_TYPE(value) == TYPE_RAM) {
		guest_refused(v, "suspend to RAM", value);
		return;
	}
	if (value & PM1_SLEEP && (PM1_TYPE(value) == TYPE_OFF || PM1_TYPE(value) == TYPE_DISK))
		end_reports(v->vp->vm);
	outw(s->pm + PM1_CONTROL, (u16)value);
}

static bool is_pm1_control(const struct svm *s, u16 port, u32 size)
{
	return s->pm && port == s->pm + PM1_CONTROL && size == 2;
}

static u32 port_in(struct vcpu *v, u16 port, u32 size)
{
	u32 value = ones(size);

	if ((port & ~7u) == PORT_PCI)
		pci_port_access(v->vp->vm, port, size, false, &value);
	else if (is_pm1_control(v->vp->vm->svm, port, size))
		value = inw(port);
	return value & ones(size);
}

static void port_out(struct vcpu *v, u16 port, u32 size, u32 value)
{
	struct vm *vm = v->vp->vm;

	if ((port & ~7u) == PORT_PCI)
		pci_port_access(vm, port, size, true, &value);
	else if (port == PORT_EXIT)
		guest_exits(v, port, value);
	else if (port == PORT_PHASE)
		phase(vm, (u8)value);
	else if (is_pm1_control(vm->svm, port, size))
		pm1_control(v, value);
	else if (port == PORT_APM && (value == APM_ACPI_ON || value == APM_ACPI_OFF) && size == 1)
		outb(port, (u8)value);
	else if (port == PORT_APM)
		guest_refused(v, "an SMI by a port, of", value);
	else if (port == PORT_TESTDEV && size == 4 && vm->config->testdev)
		testdev_write(vm, value);
}

void port_access(struct vcpu *v)
{
	u32 info = (u32)v->vmcb->exit_info1, size = info >> 4 & 7, value;
	u16 port = (u16)(info >> 16);

	if (info & IOIO_STRING) {
		/* nothing takes or gives strings there: memory stays as it is */
		guest_refused(v, "a string to or from port", port);
		if (info & IOIO_REP)
			v->regs.rcx = 0;
	} else if (info & IOIO_IN) {
		value = port_in(v, port, size);
		v->vmcb->rax = size == 4 ? value : (v->vmcb->rax & ~(u64)ones(size)) | value;
	} else {
		port_out(v, port, size, (u32)v->vmcb->rax & ones(size));
	}
	v->vmcb->rip = v->vmcb->exit_info2;
	v->vmcb->interrupt_shadow &= ~1ull;
}
