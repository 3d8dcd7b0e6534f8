/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel modules and what they need, from modules.dep and modules.builtin
 * (man modules.dep). Called by initrd_build().
 */
#ifndef AZK_LIB_MODDEP_H
#define AZK_LIB_MODDEP_H

#include "buf.h"

/*
 * For the module @spec ("NAME" or "NAME PARAM=V ...", '-' and '_' alike) in
 * @dir: append to @files the modules it needs and itself, relative to @dir, in
 * load order and each once; and to @list a line for init for each newly added.
 * A module that is built in adds nothing. AZK_OK, or AZK_EX_NOFILE /
 * AZK_EX_INPUT after one line.
 */
int moddep_order(const char *dir, const char *spec, struct strv *files,
		 struct buf *list);

/*
 * How many bytes of @file are its name without what says how it is packed:
 * "xfs.ko" of "xfs.ko.zst". In a guest modules lie unpacked: few kernels can
 * load others, and in software emulation that takes seconds.
 */
size_t moddep_unpacked(const char *file);

#endif
