// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that reaches past the hypervisor for the machine: configuration space in
 * memory, where QEMU's q35 has it, strings to ports that exit. What is the host's
 * is not to be found that way. Wants the machine to have functions that hvhost keeps (--disk file=).
 */
#include "flat.h"

#define ECAM		0xb0000000ull	/* as firmware places it */
#define FUNCTION(d)	((u64)(d) << 15)
#define PORT_PCI	0xcf8
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

void flat_test(void)
{
	configuration();
	strings();
	report(hypercalls_on(), "the host is there");
}
