// SPDX-License-Identifier: GPL-2.0-only
/*
 * Five samples over half a second tell an idle CPU from one that runs in
 * circles. A kernel that chose its own address (KASLR) is found by looking for
 * its banner: x86-64 moves the image by multiples of 2 MiB within 1 GiB.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"
#include "qmp.h"
#include "where.h"

#define CPUS_MAX	16	/* a line about more helps nobody */
#define SAMPLES		5
#define SAMPLE_GAP_NS	100000000
#define SLIDE_STEP	(2ull << 20)
#define SLIDE_MAX	(1ull << 30)
#define BANNER_BYTES	"0x65762078756e694c"	/* "Linux ve", little endian */

/* The number after @key, in base @base; -1 when it is not there. */
static int64_t field(const char *s, const char *end, const char *key, int base)
{
	const char *at = strstr(s, key);

	if (!at || at >= end)
		return -1;
	return (int64_t)strtoull(at + strlen(key), NULL, base);
}

int where_parse(const char *text, struct where_cpu *cpu, int max)
{
	const char *at = strstr(text, "RIP="), *next;
	int n = 0;

	for (; at && n < max; at = next) {
		const char *end;

		next = strstr(at + 4, "RIP=");
		end = next ? next : at + strlen(at);
		cpu[n].rip = (uint64_t)field(at, end, "RIP=", 16);
		cpu[n].cpl = (int)field(at, end, "CPL=", 10);
		cpu[n].halted = field(at, end, "HLT=", 10) == 1;
		n++;
	}
	return n;
}

/* A line of System.map: "ffffffff81000000 T name". */
static bool map_line(const char *line, uint64_t *addr, const char **name, int *len)
{
	char *end;

	*addr = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	*name = end + 3;
	*len = (int)strcspn(*name, "\n");
	return true;
}

char *where_name(const char *map, uint64_t addr)
{
	const char *name, *best = NULL;
	uint64_t at, from = 0;
	int len, best_len = 0;

	for (; map && *map; map = strchr(map, '\n'), map += map ? 1 : 0) {
		if (!map_line(map, &at, &name, &len) || at > addr || at < from)
			continue;
		/* the first of several names for one address */
		if (best && at == from)
			continue;
		from = at;
		best = name;
		best_len = len;
	}
	/* below the first code symbol lie per-CPU offsets: no names for code */
	if (!best || addr - from > SLIDE_MAX)
		return NULL;
	return xasprintf("%.*s+0x%" PRIx64, best_len, best, addr - from);
}

static uint64_t map_address(const char *map, const char *symbol)
{
	const char *name;
	uint64_t at;
	int len;

	for (; map && *map; map = strchr(map, '\n'), map += map ? 1 : 0)
		if (map_line(map, &at, &name, &len) &&
		    (size_t)len == strlen(symbol) && !strncmp(name, symbol, len))
			return at;
	return 0;
}

/* How far the running kernel is from its System.map; false when not found. */
static bool find_slide(struct qmp *q, const char *map, uint64_t *slide)
{
	uint64_t banner = map_address(map, "linux_banner");
	char cmd[64];

	for (*slide = 0; banner && *slide < SLIDE_MAX; *slide += SLIDE_STEP) {
		const char *a;

		snprintf(cmd, sizeof(cmd), "x/1gx 0x%" PRIx64, banner + *slide);
		a = qmp_human(q, cmd);
		if (!a)
			return false;
		if (strstr(a, BANNER_BYTES))
			return true;
	}
	return false;
}

static void describe(struct buf *out, int cpu, const struct where_cpu *s, int n,
		     const char *map, uint64_t slide)
{
	int same = 0, halted = 0;
	char *name = NULL;

	for (int i = 0; i < n; i++) {
		same += s[i].rip == s[n - 1].rip;
		halted += s[i].halted;
	}
	s += n - 1;
	buf_addf(out, "%sCPU %d %s ", out->len ? "; " : "", cpu,
		 halted == n ? "idle" : "busy");
	if (s->cpl == 3) {
		buf_addf(out, "in user space at 0x%" PRIx64, s->rip);
	} else {
		if (map)
			name = where_name(map, s->rip - slide);
		if (name)
			buf_addf(out, "at %s", name);
		else
			buf_addf(out, "at 0x%" PRIx64, s->rip);
	}
	buf_addf(out, " (%d of %d samples)", same, n);
	free(name);
}

void where_guest(struct qmp *q, const char *sysmap, struct buf *out)
{
	const struct timespec gap = { 0, SAMPLE_GAP_NS };
	struct where_cpu seen[CPUS_MAX][SAMPLES], now[CPUS_MAX];
	struct buf map = BUF_INIT;
	uint64_t slide = 0;
	int cpus = 0;

	for (int i = 0; i < SAMPLES; i++) {
		const char *regs = qmp_human(q, "info registers -a");
		int n = regs ? where_parse(regs, now, CPUS_MAX) : 0;

		if (!n || (i && n != cpus))
			return;
		cpus = n;
		for (int c = 0; c < n; c++)
			seen[c][i] = now[c];
		nanosleep(&gap, NULL);
	}
	if (sysmap && file_exists(sysmap) && file_read(sysmap, &map))
		buf_reset(&map);
	if (map.len && !find_slide(q, map.s, &slide))
		buf_reset(&map);
	for (int c = 0; c < cpus; c++)
		describe(out, c, seen[c], SAMPLES, map.len ? map.s : NULL, slide);
	buf_free(&map);
}
