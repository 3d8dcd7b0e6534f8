// SPDX-License-Identifier: GPL-2.0-only
/*
 * What firmware turned on in QEMU's q35 and no guest of hvhost may have. Called
 * once by boot/main.c, before there is a guest.
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

void platform_close(void)
{
	u32 base;

	outl(CONFIG_ADDRESS, HOST_BRIDGE);
	if (inl(CONFIG_DATA) != ID_Q35)
		return;
	outl(CONFIG_ADDRESS, HOST_BRIDGE | PCIEXBAR);
	base = inl(CONFIG_DATA);
	outl(CONFIG_DATA, base & ~PCIEXBAR_ON);
}
