// SPDX-License-Identifier: GPL-2.0-only
/*
 * Called by svm/registers.c: see decode.h. QEMU's emulation has no decode assists, which would
 * give the bytes of the instruction, so the guest's page tables are walked for them.
 */
#include "lib.h"
#include "svm/decode.h"

#define CS_LONG		(1u << 9)	/* of the attributes in a VMCB */
#define CR4_LA57	(1ull << 12)
#define PTE_THERE	(1ull << 0)
#define PTE_BIG		(1ull << 7)
#define PTE_ADDRESS	0x000ffffffffff000ull

/* ---- where the instruction is ---- */

static bool walk(struct vm *vm, const struct vmcb *b, u64 linear, u64 *gpa)
{
	u64 table = b->cr3 & PTE_ADDRESS, entry;

	for (u32 level = b->cr4 & CR4_LA57 ? 5 : 4; level--;) {
		u32 shift = 12 + 9 * level;
		u64 below = (1ull << shift) - 1;

		if (gpa_read(vm, table + (linear >> shift & 511) * 8, &entry, sizeof(entry)) ||
		    !(entry & PTE_THERE))
			return false;
		table = entry & PTE_ADDRESS;
		if (!level || (level < 3 && entry & PTE_BIG)) {
			*gpa = (table & ~below) | (linear & below);
			return true;
		}
	}
	return false;
}

u32 code_fetch(struct vm *vm, const struct vmcb *b, u8 *code)
{
	u32 n = 0;
	u64 gpa;

	if (!(b->efer & EFER_LMA) || !(b->cs.attributes & CS_LONG))
		return 0;
	while (n < CODE_MAX) {
		u64 linear = b->rip + n;
		u32 in_page = (u32)MIN(PAGE_SIZE - (linear & (PAGE_SIZE - 1)), (u64)CODE_MAX - n);

		if (!walk(vm, b, linear, &gpa) || gpa_read(vm, gpa, code + n, in_page))
			break;
		n += in_page;
	}
	return n;
}

/* ---- what it does ---- */

struct cursor {
	const u8 *code;
	u32 n, at;
};

static bool byte(struct cursor *c, u8 *b)
{
	if (c->at >= c->n)
		return false;
	*b = c->code[c->at++];
	return true;
}

static bool pass(struct cursor *c, u32 n)
{
	c->at += n;
	return c->at <= c->n;
}

/* ModRM and what it brings with it; the operand is memory, @reg the other one. */
static bool modrm(struct cursor *c, u8 *reg)
{
	u8 b, sib, mod;

	if (!byte(c, &b))
		return false;
	mod = b >> 6;
	*reg = b >> 3 & 7;
	b &= 7;
	if (mod == 3)
		return false;
	if (b == 4) {
		if (!byte(c, &sib))
			return false;
		if (!mod && (sib & 7) == 5)
			mod = 2;	/* a displacement in place of the base */
	} else if (!mod && b == 5) {
		mod = 2;		/* from RIP */
	}
	return pass(c, mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

static bool is_segment(u8 b)
{
	return b == 0x26 || b == 0x2e || b == 0x36 || b == 0x3e || b == 0x64 || b == 0x65;
}

bool mov_decode(struct mov *m, const u8 *code, u32 n)
{
	struct cursor c = { code, MIN(n, CODE_MAX), 0 };
	bool address32 = false;
	u8 b, rex = 0, reg;

	*m = (struct mov){ 0 };
	do {
		if (!byte(&c, &b))
			return false;
		address32 |= b == 0x67;
	} while (b == 0x67 || is_segment(b));
	if ((b & 0xf0) == 0x40) {
		rex = b;
		if (rex & 8 || !byte(&c, &b))
			return false;		/* 64 bits */
	}
	switch (b) {
	case 0x89:
	case 0x8b:
		if (!modrm(&c, &reg))
			return false;
		m->store = b == 0x89;
		m->reg = reg | (rex & 4 ? 8 : 0);
		break;
	case 0xa1:
	case 0xa3:
		if (!pass(&c, address32 ? 4 : 8))
			return false;
		m->store = b == 0xa3;
		break;
	case 0xc7:
		if (!modrm(&c, &reg) || reg || !pass(&c, 4))
			return false;
		m->store = m->immediate = true;
		memcpy(&m->value, code + c.at - 4, 4);
		break;
	default:
		return false;
	}
	m->bytes = c.at;
	return true;
}
