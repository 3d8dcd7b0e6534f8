// SPDX-License-Identifier: GPL-2.0-only
/* A log that a guest cannot fill: see refuse.h. */
#include "lib.h"
#include "refuse.h"

static struct refusal *of_kind(struct refusals *r, const char *kind)
{
	struct refusal *k = r->of;

	while (k < r->of + REFUSAL_KINDS - 1 && k->kind && k->kind != kind)
		k++;
	if (!k->kind)
		k->kind = kind;
	return k;
}

bool refusal_told(struct refusals *r, const char *name, const char *kind)
{
	struct refusal *k = of_kind(r, kind);

	if (++k->times <= REFUSALS_TOLD)
		return true;
	if (!(k->times & (k->times - 1)))
		hv_log("%s: refused: %s: %lu times by now", name, kind, k->times);
	return false;
}
