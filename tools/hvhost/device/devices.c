// SPDX-License-Identifier: GPL-2.0-only
/* What the command line asked for becomes devices on the bus. Called by boot/main.c. */
#include "boot/config.h"
#include "device.h"
#include "lib.h"

int devices_init(struct vm *vm)
{
	const struct vm_config *c = vm->config;
	int err = 0;

	for (u32 i = 0; i < c->vpci_tests && !err; i++) {
		const struct vpci_config bus = { .function = { { .kind = VPCI_TEST } } };

		err = vpci_create(vm, i, &bus);
	}
	return err;
}
