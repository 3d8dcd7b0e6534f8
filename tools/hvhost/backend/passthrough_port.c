// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's PCI configuration space by its two ports: PCI Local Bus 3.0,
 * 3.2.2.3.2; and registers in memory. Only hvhost runs this, under its one lock.
 */
#include "../device/pci.h"

#define ADDRESS	0xcf8
#define DATA	0xcfc

static void out32(u16 port, u32 value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static void set_address(u16 bdf, u32 where)
{
	out32(ADDRESS, 0x80000000u | (u32)bdf << 8 | (where & 0xfc));
}

static u32 port_read(u16 bdf, u32 where, u32 size)
{
	u16 port = DATA + (where & 3);
	u32 value = 0;

	set_address(bdf, where);
	if (size == 1)
		__asm__ volatile("inb %1, %b0" : "=a"(value) : "Nd"(port));
	else if (size == 2)
		__asm__ volatile("inw %1, %w0" : "=a"(value) : "Nd"(port));
	else
		__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return size == 4 ? value : value & ((1u << (8 * size)) - 1);
}

static void port_write(u16 bdf, u32 where, u32 size, u32 value)
{
	u16 port = DATA + (where & 3);

	set_address(bdf, where);
	if (size == 1)
		__asm__ volatile("outb %b0, %1" : : "a"(value), "Nd"(port));
	else if (size == 2)
		__asm__ volatile("outw %w0, %1" : : "a"(value), "Nd"(port));
	else
		out32(port, value);
}

static u32 mmio_read(struct vm *vm, u64 pa, u32 size)
{
	volatile void *at = vm_mmio(vm, pa, size);

	if (size == 1)
		return *(volatile u8 *)at;
	return size == 2 ? *(volatile u16 *)at : *(volatile u32 *)at;
}

static void mmio_write(struct vm *vm, u64 pa, u32 size, u32 value)
{
	volatile void *at = vm_mmio(vm, pa, size);

	if (size == 1)
		*(volatile u8 *)at = (u8)value;
	else if (size == 2)
		*(volatile u16 *)at = (u16)value;
	else
		*(volatile u32 *)at = value;
}

static void relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

const struct pci_machine pci_machine_ports = {
	.read = port_read, .write = port_write,
	.mmio_read = mmio_read, .mmio_write = mmio_write, .relax = relax,
};
