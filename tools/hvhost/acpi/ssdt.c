// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ACPI device by which a guest finds its VMBus. drivers/hv/vmbus_drv.c binds
 * to _HID "VMBUS", wants a _CRS on it, and takes the MMIO it may give away from
 * the _CRS of the nearest ancestor that has address windows; Hyper-V calls that
 * ancestor VMOD and so do we. As ASL:
 *
 *	Scope (\_SB) {
 *		Device (VMOD) {
 *			Name (_HID, "ACPI0004")
 *			Name (_UID, Zero)
 *			Name (_CRS, ResourceTemplate () {
 *				QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
 *					     NonCacheable, ReadWrite, ... low window ...)
 *				QWordMemory (... high window ...)
 *			})
 *			Device (VMBS) {
 *				Name (_HID, "VMBUS")
 *				Name (_UID, Zero)
 *				Name (_STA, 0x0F)
 *				Name (_CRS, ResourceTemplate () { })
 *			}
 *		}
 *	}
 *
 * The bytes are written here because no compiler of AML is needed for so few.
 * AML: ACPI 6.5 chapter 20; resource descriptors: 6.4. A package length counts
 * itself and everything behind it: one byte up to 63, else the low four bits and
 * the number of further bytes (1) in the first, the rest in the second.
 */
#include "acpi.h"
#include "lib.h"

#define LEN2(n)		0x40 | ((n) & 0xf), (n) >> 4
#define SEG(a, b, c, d)	a, b, c, d
#define LE64(v)		(u8)(v), (u8)((v) >> 8), (u8)((v) >> 16), (u8)((v) >> 24), \
			(u8)((v) >> 32), (u8)((v) >> 40), (u8)((v) >> 48), (u8)((v) >> 56)

#define SCOPE_OP	0x10
#define DEVICE_OP	0x5b, 0x82
#define NAME_OP		0x08
#define BUFFER_OP	0x11
#define STRING_PREFIX	0x0d
#define BYTE_PREFIX	0x0a
#define ZERO_OP		0x00
#define END_TAG		0x79, 0x00

/* 46 bytes: memory, fixed at both ends, producer, not cacheable, read and write. */
#define QWORD_MEMORY(base, size) \
	0x8a, 43, 0, 0x00, 0x0c, 0x01, LE64(0ull), LE64(base), LE64((base) + (size) - 1), \
	LE64(0ull), LE64(size)

/* Lengths, from the inside out; tests/test_acpi.c checks that they nest. */
#define WINDOWS_LEN	(2 * 46 + 2)
#define CRS_LEN		(2 + 2 + WINDOWS_LEN)
#define VMBS_LEN	(1 + 4 + (5 + 7) + (5 + 1) + (5 + 2) + (5 + 6))
#define VMOD_LEN	(2 + 4 + (5 + 10) + (5 + 1) + (5 + 1 + CRS_LEN) + (2 + VMBS_LEN))
#define SCOPE_LEN	(2 + 5 + 2 + VMOD_LEN)

static const u8 ssdt[ACPI_SSDT_SIZE] = {
	/* the header every table has */
	'S', 'S', 'D', 'T', ACPI_SSDT_SIZE, 0, 0, 0,
	2, 0,				/* revision: 64-bit integers; checksum, set below */
	'H', 'V', 'H', 'O', 'S', 'T', 'V', 'M', 'B', 'U', 'S', 0, 0, 0,
	1, 0, 0, 0, 'H', 'V', 'H', 'O', 1, 0, 0, 0,

	SCOPE_OP, LEN2(SCOPE_LEN), '\\', SEG('_', 'S', 'B', '_'),
	DEVICE_OP, LEN2(VMOD_LEN), SEG('V', 'M', 'O', 'D'),
	NAME_OP, SEG('_', 'H', 'I', 'D'),
	STRING_PREFIX, 'A', 'C', 'P', 'I', '0', '0', '0', '4', 0,
	NAME_OP, SEG('_', 'U', 'I', 'D'), ZERO_OP,
	NAME_OP, SEG('_', 'C', 'R', 'S'), BUFFER_OP, LEN2(CRS_LEN), BYTE_PREFIX, WINDOWS_LEN,
	QWORD_MEMORY(VMBUS_MMIO_LOW_BASE, VMBUS_MMIO_LOW_SIZE),
	QWORD_MEMORY(VMBUS_MMIO_HIGH_BASE, VMBUS_MMIO_HIGH_SIZE),
	END_TAG,
	DEVICE_OP, VMBS_LEN, SEG('V', 'M', 'B', 'S'),
	NAME_OP, SEG('_', 'H', 'I', 'D'), STRING_PREFIX, 'V', 'M', 'B', 'U', 'S', 0,
	NAME_OP, SEG('_', 'U', 'I', 'D'), ZERO_OP,
	NAME_OP, SEG('_', 'S', 'T', 'A'), BYTE_PREFIX, 0x0f,
	NAME_OP, SEG('_', 'C', 'R', 'S'), BUFFER_OP, 5, BYTE_PREFIX, 2, END_TAG,
};

void acpi_ssdt_build(u8 to[ACPI_SSDT_SIZE])
{
	u8 sum = 0;
	size_t i;

	_Static_assert(36 + 1 + SCOPE_LEN == ACPI_SSDT_SIZE, "the table's length");
	for (i = 0; i < ACPI_SSDT_SIZE; i++)
		sum += ssdt[i];
	memcpy(to, ssdt, ACPI_SSDT_SIZE);
	to[9] = -sum;
}
