// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"
#include "lib/exit.h"

int cmd_boot(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return AZK_EX_USAGE;
}
