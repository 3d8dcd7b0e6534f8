// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that reaches past the hypervisor for the machine: configuration space in
 * memory, where QEMU's q35 has it, strings to ports that exit, registers by which a
 * processor is reset. What is the host's is not to be found that way. Wants the machine to
 * have functions that hvhost keeps (--disk file=).
 */
#include "flat.h"

#define ECAM		0xb0000000ull	/* as firmware places it */
#define FUNCTION(d)	((u64)(d) << 15)
#define MSI		0xfee00000ull	/* and the local APIC */
#define IOAPIC		0xfec00000ull
#define IOAPIC_SERIAL	0x18u	/* entry 4, low half */
#define INIT		0x4500u
#define INIT_MODE	5u
#define MASKED		0x10000u
#define MSR_LVT		0x832	/* six of them */
#define SMI		0x200u
#define MSR_ICR		0x830
#define MSR_APIC_BASE	0x1b
#define APIC_ON		0x800u
#define APIC_X2		0x400u
#define APIC_LVT0	0x350
#define PORT_PCI	0xcf8
#define PORT_APM	0xb2
#define PORT_FW_CFG	0x510
#define PM1_CONTROL	4	/* from PMBASE */
#define SMI_ENABLE	0x30
#define LPC_PMBASE	0x8000f840u
#define SLEEP_RAM	(0x2000u | 1 << 10)
#define PCI(d, where)	(0x80000000u | (u32)(d) << 11 | (where))	/* function 0 */
#define PCIEXBAR	0x60
#define PORT_PHASE	0xe8

static volatile u32 *at(u64 pa)
{
	return (volatile u32 *)pa;
}

/* Neither a function of the machine nor a register that keeps what is written. */
static void configuration(void)
{
	u32 found = 0, kept = 0;

	for (u32 d = 0; d < 32; d++) {
		u32 id = *at(ECAM + FUNCTION(d));

		found += id && id != ~0u;
		*at(ECAM + FUNCTION(d) + 0x10) = 0xfebc0000;
		kept += *at(ECAM + FUNCTION(d) + 0x10) == 0xfebc0000;
	}
	report(!found && !kept, "configuration space in memory: %u functions, %u took a BAR", found,
	       kept);
}

static u32 port_read32(u16 port)
{
	u32 value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static u32 pci_read(u32 at)
{
	port_write32(PORT_PCI, at);
	return port_read32(PORT_PCI + 4);
}

static void pci_write(u32 at, u32 value)
{
	port_write32(PORT_PCI, at);
	port_write32(PORT_PCI + 4, value);
}

/* By ports there is a host bridge, and no register of it moves. */
static void chipset(void)
{
	u32 found = 0, moved = 0;

	for (u32 d = 0; d < 32; d++)
		found += pci_read(PCI(d, 0)) != ~0u;
	for (u32 where = 0x40; where < 0x100; where += 4) {
		u32 before = pci_read(PCI(0, where));

		/* the window in memory on, and where it was */
		pci_write(PCI(0, where), where == PCIEXBAR ? (u32)ECAM | 1 :
			  where == PCIEXBAR + 4 ? 0 : ~before);
		moved += pci_read(PCI(0, where)) != before;
	}
	report(found == 1 && !moved, "configuration ports: %u functions, %u registers moved", found,
	       moved);
}

static void strings(void)
{
	static const u16 ports[] = { PORT_PHASE, PORT_PCI, PORT_PCI + 4 };
	u32 *buffer = page();
	bool all = true;

	for (u32 i = 0; i < ARRAY_SIZE(ports); i++) {
		u64 left = 16, from = (u64)buffer;

		__asm__ volatile("rep insb" : "+c"(left), "+D"(from) : "d"(ports[i]) : "memory");
		all &= !left;
		left = 16;
		from = (u64)buffer;
		__asm__ volatile("rep outsl" : "+c"(left), "+S"(from) : "d"(ports[i]) : "memory");
		all &= !left;
		from = (u64)buffer;
		__asm__ volatile("insl" : "+D"(from) : "d"(ports[i]) : "memory");
	}
	report(all && !buffer[0], "strings to and from ports that exit");
}

static volatile u32 awake;

static void wake(void)
{
	awake++;
}

/* Each processor does as it is asked. */
static bool all_there(void)
{
	awake = 0;
	for (u32 i = 0; i < cpus(); i++) {
		run_start(i, wake);
		run_wait(i);
	}
	return awake == cpus();
}

/*
 * INIT to a processor by a store: what QEMU takes for an MSI, and the registers of an
 * APIC that is in x2APIC mode and has none in memory.
 */
static void init_by_store(void)
{
	for (u32 i = 0; i < cpus(); i++) {
		*at(MSI + (i << 12) + PAGE_SIZE) = INIT;
		*at(MSI) = INIT;
		*at(MSI + 0x310) = i << 24;
		*at(MSI + 0x300) = INIT;
	}
	report(all_there(), "INIT to each processor by a store");
}

/* And by an interrupt: the entry of the serial line, which is not masked. */
static void init_by_entry(void)
{
	u32 mode;

	*at(IOAPIC) = IOAPIC_SERIAL;
	*at(IOAPIC + 0x10) = INIT;
	mode = *at(IOAPIC + 0x10) >> 8 & 7;
	report(mode != INIT_MODE && all_there(), "no I/O APIC entry of INIT (%x)", mode);
	*at(IOAPIC + 0x10) = MASKED | 0x131;
	report(*at(IOAPIC + 0x10) == (MASKED | 0x131), "an entry as it should be");
}

/* The APIC in memory, as a guest without x2APIC has it. */
static void in_memory(void)
{
	u64 base;
	u32 before;

	msr_write(MSR_ICR, SMI);
	msr_read(MSR_APIC_BASE, &base);
	msr_write(MSR_APIC_BASE, base & ~(u64)(APIC_ON | APIC_X2));
	msr_write(MSR_APIC_BASE, (base & ~(u64)APIC_X2) | APIC_ON);
	report(msr_write(MSR_ICR, INIT) == GP && msr_write(MSR_LVT, MASKED) == GP,
	       "no ICR and no local vector by MSR");
	*at(MSI + 0x300) = SMI;
	*at(MSI) = INIT;
	before = *at(MSI + APIC_LVT0);
	*at(MSI + APIC_LVT0) = MASKED | SMI;
	report(*at(MSI + APIC_LVT0) == before, "no SMI by a local vector in memory");
	*at(MSI + APIC_LVT0) = MASKED | 0x32;
	report(*at(MSI + APIC_LVT0) == (MASKED | 0x32), "a vector as it should be");
	*at(MSI + APIC_LVT0) = before;
	msr_write(MSR_APIC_BASE, base);
	report(all_there(), "x2APIC mode again");
}

static u8 port_read8(u16 port)
{
	u8 value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void port_write16(u16 port, u16 value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

/* Ports of the chipset by which code runs outside of the guest, or data are copied there. */
static void chipset_ports(void)
{
	u16 pm = pci_read(LPC_PMBASE) & 0xff80;
	u32 smi, said = 0;

	__asm__ volatile("outb %b0, %1" : : "a"(0x5a), "Nd"((u16)PORT_APM));
	report(port_read8(PORT_APM) != 0x5a, "no SMI by a port");
	smi = port_read32(pm + SMI_ENABLE);
	port_write32(pm + SMI_ENABLE, 0);
	report(smi == ~0u && port_read32(pm + SMI_ENABLE) == ~0u, "nor leave for one (%x)", smi);
	port_write16(PORT_FW_CFG, 0);
	for (u32 i = 0; i < 4; i++)
		said = said << 8 | port_read8(PORT_FW_CFG + 1);
	report(said == ~0u, "QEMU's configuration device (%x)", said);
	/* it would wake up in firmware, and no hypervisor below it */
	port_write16(pm + PM1_CONTROL, SLEEP_RAM);
	report(hypercalls_on(), "no sleep but the last");
}

/* Local vectors of SMI: firmware would run outside of the guest. */
static void smi_by_vector(void)
{
	u32 taken = 0, kept = 0, gp = 0;
	u64 before, after;

	for (u32 msr = MSR_LVT; msr < MSR_LVT + 6; msr++) {
		if (msr_read(msr, &before))
			continue;
		msr_write(msr, MASKED | SMI | 0x31);
		msr_read(msr, &after);
		taken += after != before;
		msr_write(msr, MASKED | 0x32);
		msr_read(msr, &after);
		kept += after == (MASKED | 0x32);
		gp += msr_write(msr, 1ull << 32) == GP;
		msr_write(msr, before);
	}
	report(!taken && kept == 6 && gp == 6, "local vectors: %u of SMI, %u as they should be, %u #GP",
	       taken, kept, gp);
}

void flat_test(void)
{
	configuration();
	chipset();
	configuration();
	strings();
	init_by_store();
	init_by_entry();
	smi_by_vector();
	in_memory();
	chipset_ports();
	report(hypercalls_on(), "the host is there");
}
