/* SPDX-License-Identifier: GPL-2.0-only */
/* What start.S calls of runtime.c. */
#ifndef HVHOST_FLAT_RUNTIME_H
#define HVHOST_FLAT_RUNTIME_H

#include "types.h"

struct frame;

void flat_main(const u32 *info);
void flat_ap(u32 number);
void flat_trap(struct frame *f);

#endif
