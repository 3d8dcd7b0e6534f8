/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HVHOST_HEAP_H
#define HVHOST_HEAP_H

#include "types.h"

/* Give hv_alloc() the @size bytes at @start (both multiples of a page). Once. */
void heap_start(void *start, u64 size);

#endif
