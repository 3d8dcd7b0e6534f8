// SPDX-License-Identifier: GPL-2.0-only
/*
 * What firmware turned on in QEMU's q35 and no guest of hvhost may have. Called
 * by boot/main.c, before there is a guest, and by svm/, which wants to know where ports are.
 */
#include "boot/boot.h"
#include "lib/hw.h"

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define HOST_BRIDGE	0x80000000u	/* bus 0, device 0, function 0 */
#define ID_Q35		0x29c08086u

/*
 * Configuration space in memory: Intel 3 Series datasheet, 5.1.15. A guest is shown
 * functions by ports that exit; in here it would find those that hvhost keeps, too.
 */
#define PCIEXBAR	0x60
#define PCIEXBAR_ON	1u

/* Power management: ICH9 datasheet, 13.1.13. */
#define LPC		0xf8u	/* 00:1f.0 */
#define PMBASE		0x40
#define PMBASE_MASK	0xff80u

/* PCI 3.0, 6.1. */
#define FUNCTIONS	256u	/* of a bus: 32 devices of eight */
#define COMMAND		0x04	/* and the status, where zeros change nothing */
#define HEADER		0x0c
#define HEADER_BRIDGE	0x010000u
#define NO_FUNCTION	0xffffu

static u32 config_read(u32 function, u32 where)
{
	outl(CONFIG_ADDRESS, HOST_BRIDGE | function << 8 | where);
	return inl(CONFIG_DATA);
}

static void config_write(u32 function, u32 where, u32 value)
{
	outl(CONFIG_ADDRESS, HOST_BRIDGE | function << 8 | where);
	outl(CONFIG_DATA, value);
}

/*
 * Firmware left registers of functions in memory and ports, and DMA on. A guest does not
 * find them, but could know where they are; who uses one turns it on again.
 */
static void functions_off(void)
{
	for (u32 f = 1; f < FUNCTIONS; f++)
		if ((config_read(f, 0) & NO_FUNCTION) != NO_FUNCTION &&
		    !(config_read(f, HEADER) & HEADER_BRIDGE))
			config_write(f, COMMAND, 0);
}

void platform_close(void)
{
	if (config_read(0, 0) != ID_Q35)
		return;
	config_write(0, PCIEXBAR, config_read(0, PCIEXBAR) & ~PCIEXBAR_ON);
	functions_off();
}

u16 platform_pm(void)
{
	return config_read(0, 0) == ID_Q35 ? config_read(LPC, PMBASE) & PMBASE_MASK : 0;
}
