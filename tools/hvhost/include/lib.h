/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of a C library that hvhost has. Implemented in lib/, or by the C
 * library of the build machine when a room is compiled into a test.
 */
#ifndef HVHOST_LIB_H
#define HVHOST_LIB_H

#include "types.h"

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* %d %i %u %x %p %s %c with #, l, ll, z, width, 0 and .precision; always ended by NUL. */
int hv_vsnprintf(char *to, size_t size, const char *format, va_list args);
int hv_snprintf(char *to, size_t size, const char *format, ...) __printf(3, 4);

/*
 * A line of the host's log ("hvhost: ..." on the debug console); adds the line
 * end. What a guest did wrong is logged and refused, never fatal for the host.
 */
void hv_log(const char *format, ...) __printf(1, 2);
/* A fault of hvhost itself: log and stop the machine with its own verdict. */
void hv_die(const char *format, ...) __printf(1, 2) __attribute__((noreturn));

/* Zeroed, 16-byte aligned; NULL when the heap is used up. */
void *hv_alloc(size_t size);
void hv_free(void *p);
/* Bytes of it that are taken now: what was lent and not given back is a leak. */
u64 hv_heap_used(void);
/* Whole pages, zeroed, page-aligned; for what the guest or hardware reads. */
void *hv_alloc_pages(size_t pages);

/* A day and time of day; UTC. */
struct date {
	u32 year, month, day, hour, minute, second;	/* months and days from 1 */
};
/* In 100 ns since 1601-01-01, as Windows and VMBus count; 0 when there is no such date. */
u64 date_time(const struct date *d);

/* Deterministic numbers from a seed (xorshift64*). */
u64 hv_random(u64 *state);

#endif
