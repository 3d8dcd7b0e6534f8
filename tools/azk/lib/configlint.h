/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be said about configs/ without a kernel tree. */
#ifndef AZK_LIB_CONFIGLINT_H
#define AZK_LIB_CONFIGLINT_H

#include <stddef.h>

#include "errs.h"

/*
 * Check every *.config and every profile below @configs. Findings go to
 * @errs, sorted, each once however many profiles share it. Returns AZK_OK, or
 * a code after a printed line when the folder cannot be read.
 */
int config_lint(const char *configs, size_t *fragments, size_t *profiles,
		struct errs *errs);

#endif
