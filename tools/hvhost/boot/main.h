/* SPDX-License-Identifier: GPL-2.0-only */
/* What boot/head.S calls. */
#ifndef HVHOST_MAIN_H
#define HVHOST_MAIN_H

#include "types.h"

/* The boot processor, with what multiboot left in EAX and EBX. Does not return. */
void hv_main(u32 magic, const void *info);
/* A fault of hvhost: vector, error code, RIP. */
void exception(const u64 *frame) __attribute__((noreturn));

#endif
