// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions and page tables of any kind at the registers that exit. The room ends
 * the run when something but a harmless interrupt or the host's own NMI gets to a
 * processor, or a store to where QEMU would take it for an MSI.
 */
#include "input.h"
#include "registers_room.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A MOV, mostly, with anything behind it. */
static void write_code(struct input *in, u8 *at)
{
	static const u8 likely[] = { 0x89, 0x8b, 0xc7, 0xa1, 0xa3, 0x44, 0x65, 0x67 };

	for (u32 i = 0; i < CODE_MAX; i++)
		at[i] = (u8)take(in, 1);
	if (take(in, 1) < 200)
		at[0] = likely[at[0] % ARRAY_SIZE(likely)];
}

static void write_tables(struct input *in, u8 *ram)
{
	for (u32 n = (u32)take(in, 1) % 4; n; n--) {
		u64 entry = take(in, 8), at = ROOM_TABLES + (take(in, 2) * 8) % (4 * PAGE_SIZE);

		if (take(in, 1) < 200)
			entry &= 0x3fffff;
		memcpy(ram + at, &entry, 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	room_begin();
	room.x2apic = take(&in, 1) & 1;
	write_tables(&in, room.fake->ram);
	while (in.left) {
		u32 n = (u32)take(&in, 1) % ROOM_VPS, offset = field(&in, 0x300) % PAGE_SIZE;
		struct vcpu *v = &room.vcpu[n];
		u8 what = (u8)take(&in, 1);

		write_code(&in, room.fake->ram + ROOM_CODE);
		v->vmcb->rip = what & 8 ? take(&in, 8) : ROOM_CODE;
		v->vmcb->cr4 = what & 16 ? CR4_LA57 : 0;
		v->vmcb->rax = v->regs.rdx = v->regs.rcx = field(&in, 0x4500);
		if (what & 4)
			apic_guest_lvt(v, MSR_X2APIC_LVT + offset % 6,
				       take(&in, 4) & (what & 32 ? ~0ull : LVT_BITS));
		registers_access(v, (what & 1 ? APIC_PAGE : IOAPIC_PAGE) + offset, what & 2);
		for (u32 i = IOAPIC_TABLE; i < ARRAY_SIZE(room.ioapic); i++)
			assert(ioapic_entry_good(i, room.ioapic[i]));
	}
	room_end();
	return 0;
}
