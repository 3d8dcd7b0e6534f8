/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words every room uses. Only what a freestanding compiler brings, so that the
 * same files compile into hvhost.elf and into tests on the build machine.
 */
#ifndef HVHOST_TYPES_H
#define HVHOST_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __printf(f, a)	__attribute__((format(printf, f, a)))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define ALIGN_UP(n, to)		(((n) + (to) - 1) & ~((__typeof__(n))(to) - 1))

#define PAGE_SIZE	4096ul
#define PAGE_SHIFT	12

/* As in the TLFS and in struct guid of the guest: first three fields little endian. */
struct guid {
	u8 b[16];
};
#define GUID(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) { { \
	(a) & 0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff, \
	(b) & 0xff, ((b) >> 8) & 0xff, (c) & 0xff, ((c) >> 8) & 0xff, \
	d0, d1, d2, d3, d4, d5, d6, d7 } }

/* Errors of our own functions, negative when returned. */
enum {
	HV_EINVAL = 1,	/* the guest's data make no sense */
	HV_EFAULT,	/* an address that is not the guest's memory */
	HV_ENOSPC,	/* no room: try again when there is some */
	HV_ENOMEM,	/* hvhost's own memory is used up */
	HV_ENOENT,	/* no such thing */
	HV_EBUSY,	/* a message slot or queue is taken */
	HV_EIO,		/* a device of the machine failed */
};

#endif
