/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows: parts of a run that a program in the guest marks, each counted for itself.
 * With the argument "windows" the plugin does not stop at init, knows no tasks, and
 * begins a context when the guest writes a byte to the port of phases
 * (tools/guest/load.h); 0 is what lies between windows.
 */
#ifndef AZK_QEMU_WINDOW_H
#define AZK_QEMU_WINDOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "plugin_api.h"

/* "out %al, $0xe8", the instruction that tools/guest/load.h uses and nothing else. */
bool window_insn(const struct qemu_plugin_insn *insn);

/* Value of the context of the @nth window, counted from 1, of phase @phase. */
uint64_t window_value(uint32_t nth, uint8_t phase);

/* Bytes that were copied in a window, by who asked for it. */
struct window_copies {
	struct window_copy { uint64_t window, caller, bytes; } *copy;
	uint32_t n, first;	/* first of the current window */
};

/* @caller copies @bytes in the window of value @window; those of one window follow each other. */
void window_copied(struct window_copies *c, uint64_t window, uint64_t caller, uint64_t bytes);
/* The log's lines. */
void window_write(const struct window_copies *c, FILE *log);

#endif
