// SPDX-License-Identifier: GPL-2.0-only
/* See window.h; the callback is on_mark() in attribute.c. */
#include <inttypes.h>

#include "ledger.h"
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

void window_copied(struct window_copies *c, uint64_t window, uint64_t caller, uint64_t bytes)
{
	if (!window)
		return;
	if (c->first < c->n && c->copy[c->first].window != window)
		c->first = c->n;
	for (uint32_t i = c->first; i < c->n; i++)
		if (c->copy[i].caller == caller) {
			c->copy[i].bytes += bytes;
			return;
		}
	c->copy = ledger_grow(c->copy, c->n, sizeof(*c->copy));
	c->copy[c->n++] = (struct window_copy){ window, caller, bytes };
}

void window_write(const struct window_copies *c, FILE *log)
{
	for (uint32_t i = 0; i < c->n; i++)
		fprintf(log, "copied %" PRIx64 " %" PRIx64 " %" PRIu64 "\n", c->copy[i].window,
			c->copy[i].caller, c->copy[i].bytes);
}
