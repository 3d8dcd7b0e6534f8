// SPDX-License-Identifier: GPL-2.0-only
/* See window.h; the callback is on_mark() in attribute.c. */
#include "window.h"

#define OUT_IMM8	0xe6	/* SDM 2, "OUT" */
#define PORT_PHASE	0xe8	/* AZK_PORT_PHASE of tools/guest/protocol.h */

bool window_insn(const struct qemu_plugin_insn *insn)
{
	unsigned char op[2] = { 0 };

	return qemu_plugin_insn_data(insn, op, sizeof(op)) == sizeof(op) &&
	       op[0] == OUT_IMM8 && op[1] == PORT_PHASE;
}

uint64_t window_value(uint32_t nth, uint8_t phase)
{
	return phase ? (uint64_t)nth << 8 | phase : 0;
}
