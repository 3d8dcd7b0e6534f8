// SPDX-License-Identifier: GPL-2.0-only
/* Open addressing over an array of strings; FNV-1a. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "strset.h"

/* The slot of @str, or the free one where it belongs. */
static size_t find(const struct strset *s, const char *str)
{
	uint64_t h = 0xcbf29ce484222325;
	size_t i;

	for (const char *c = str; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3;
	i = (size_t)(h ^ h >> 32) & (s->slots - 1);
	while (s->slot[i] && strcmp(s->all.v[s->slot[i] - 1], str))
		i = (i + 1) & (s->slots - 1);
	return i;
}

static void grow(struct strset *s)
{
	free(s->slot);
	s->slots = s->slots ? s->slots * 2 : 256;
	s->slot = xcalloc(s->slots, sizeof(*s->slot));
	for (size_t i = 0; i < s->all.n; i++)
		s->slot[find(s, s->all.v[i])] = i + 1;
}

bool strset_add(struct strset *s, const char *str)
{
	size_t i;

	if (2 * s->all.n >= s->slots)
		grow(s);
	i = find(s, str);
	if (s->slot[i])
		return false;
	strv_add(&s->all, str);
	s->slot[i] = s->all.n;
	return true;
}

bool strset_has(const struct strset *s, const char *str)
{
	return s->slots && s->slot[find(s, str)];
}

void strset_free(struct strset *s)
{
	strv_free(&s->all);
	free(s->slot);
	s->slot = NULL;
	s->slots = 0;
}
