// SPDX-License-Identifier: GPL-2.0-only
/* See load.h. Nothing is printed before the end: a console takes interrupts. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "protocol.h"

#define SETTLE_MS	200

static const char *name;	/* of the program */

/* What was said so far, and how often what. */
static struct {
	char *text;
	size_t len, cap;
	int n, failed;
} said;

static struct cell {
	uint32_t *ns;		/* a latency above 4 s is as good as one of 4 s */
	size_t n, cap;
} cells[LOAD_PHASES];

void load_begin(const char *program)
{
	name = program;
}

void load_port(void)
{
	if (ioperm(AZK_PORT_PHASE, 1, 1))
		load_die("port 0x%x", AZK_PORT_PHASE);
}

static void *grow(void *p, size_t *cap, size_t need, size_t size)
{
	while (*cap < need)
		*cap = *cap ? *cap * 2 : 4096;
	p = realloc(p, *cap * size);
	if (!p)
		load_die("memory");
	return p;
}

static void vsay(const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	said.text = grow(said.text, &said.cap, said.len + n + 1, 1);
	vsnprintf(said.text + said.len, n + 1, fmt, ap);
	said.len += n;
}

__attribute__((format(printf, 1, 2)))
static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

uint64_t load_random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

void load_stagger(uint64_t seed, uint64_t most)
{
	struct timespec t = { 0, load_random(&seed) % most };

	nanosleep(&t, NULL);
}

/* Clock ticks that CPUs were idle, and all of them. */
static bool idle_ticks(unsigned long long *idle, unsigned long long *all)
{
	FILE *f = fopen("/proc/stat", "re");
	unsigned long long t[8] = { 0 };
	int n;

	if (!f)
		return false;
	n = fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
		   &t[4], &t[5], &t[6], &t[7]);
	fclose(f);
	*idle = t[3] + t[4];
	*all = 0;
	for (int i = 0; i < 8; i++)
		*all += t[i];
	return n >= 5;
}

bool load_settle(uint64_t most_ms)
{
	const struct timespec step = { 0, SETTLE_MS * 1000000 };
	unsigned long long idle[2], all[2];

	for (uint64_t ms = 0; ms < most_ms; ms += SETTLE_MS) {
		if (!idle_ticks(&idle[0], &all[0]))
			load_die("/proc/stat");
		nanosleep(&step, NULL);
		idle_ticks(&idle[1], &all[1]);
		if ((idle[1] - idle[0]) * 100 >= (all[1] - all[0]) * 98)
			return true;
	}
	return false;
}

long load_interrupts(const char *word)
{
	FILE *f = fopen("/proc/interrupts", "re");
	char line[4096], *at, *end;
	long sum = -1;

	while (f && fgets(line, sizeof(line), f)) {
		at = strchr(line, ':');
		if (!at || !strstr(line, word))
			continue;
		sum += sum < 0;
		for (at++; ; at = end) {
			unsigned long n = strtoul(at, &end, 10);

			/* "1-edge" is no count */
			if (end == at || !isspace((unsigned char)*end))
				break;
			sum += n;
		}
	}
	if (f)
		fclose(f);
	return sum;
}

void load_latency(uint8_t n, uint64_t ns)
{
	struct cell *c = &cells[n];

	if (c->n == c->cap)
		c->ns = grow(c->ns, &c->cap, c->n + 1, sizeof(*c->ns));
	c->ns[c->n++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

/* ---- the command line ---- */

void load_usage(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void load_die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fprintf(stderr, "%s: ", name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(err));
	exit(1);
}

static bool number(const char *s, uint64_t *n)
{
	static const char unit[] = "KMG";
	char *end;

	errno = 0;
	*n = strtoull(s, &end, 0);
	if (end == s || errno || *s == '-')
		return false;
	for (int i = 0; *end && unit[i]; i++)
		if (*end == unit[i] && !end[1]) {
			*n <<= 10 * (i + 1);
			return true;
		}
	return !*end;
}

void load_set(const struct load_key *keys, const char *word)
{
	size_t n = strcspn(word, "=");
	uint64_t v;

	for (const struct load_key *k = keys; k->key; k++) {
		if (!word[n] || strlen(k->key) != n || strncmp(k->key, word, n))
			continue;
		if (k->text) {
			*k->text = word + n + 1;
			return;
		}
		if (!number(word + n + 1, &v) || v < k->least || v > k->most)
			load_usage("%s: wants a number, %llu to %llu", word,
				   (unsigned long long)k->least, (unsigned long long)k->most);
		*k->number = v;
		return;
	}
	load_usage("'%s' is none of its words", word);
}

/* ---- results ---- */

void load_result(bool ok, uint8_t phase, const char *title, const char *fmt, ...)
{
	va_list ap;

	said.failed += !ok;
	say("%s %d %s (phase %u)\n# run {\"phase\": %u, \"title\": \"%s\", ", ok ? "ok" : "not ok",
	    ++said.n, title, phase, phase, title);
	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
	say("}\n");
}

void load_skip(uint8_t phase, const char *title, const char *why)
{
	say("ok %d %s (phase %u) # SKIP %s\n"
	    "# run {\"phase\": %u, \"title\": \"%s\", \"skipped\": \"%s\"}\n",
	    ++said.n, title, phase, why, phase, title, why);
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The smallest that at least @permille of them do not exceed. */
static uint32_t percentile(const struct cell *c, size_t permille)
{
	size_t rank = (c->n * permille + 999) / 1000;

	return c->ns[rank ? rank - 1 : 0];
}

int load_end(char **then)
{
	for (int i = 0; i < LOAD_PHASES; i++) {
		struct cell *c = &cells[i];

		if (!c->n)
			continue;
		qsort(c->ns, c->n, sizeof(*c->ns), ascending);
		say("# cell {\"phase\": %d, \"samples\": %zu, "
		    "\"p50_ns\": %u, \"p99_ns\": %u, \"p999_ns\": %u, \"max_ns\": %u}\n",
		    i, c->n, percentile(c, 500), percentile(c, 990), percentile(c, 999),
		    c->ns[c->n - 1]);
	}
	printf("KTAP version 1\n%s1..%d\n", said.text ? said.text : "", said.n);
	fflush(stdout);
	if (then && *then && !said.failed) {
		execvp(then[0], then);
		load_die("%s", then[0]);
	}
	return said.failed ? 1 : 0;
}
