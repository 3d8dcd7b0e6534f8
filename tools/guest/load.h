/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the load programs (ioload, netload) have in common: windows that hvhost and
 * insncount count by, latencies, and how results are said.
 *
 * A run is one go=N of the command line. Its window begins with a write of N to the
 * port of phases and ends with a write of 0; everything else, printing above all, is
 * outside. Runs with the same N are one cell: their latencies are looked at together.
 *
 * Said at the end, on stdout, in KTAP: a result for each run, and lines of JSON
 *	# run {"phase": N, "title": "...", ...}		in the order of the windows
 *	# cell {"phase": N, "samples": N, "p50_ns": N, "p99_ns": N, "p999_ns": N, "max_ns": N}
 */
#ifndef AZK_GUEST_LOAD_H
#define AZK_GUEST_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_PHASES	256

/* What messages begin with. */
void load_begin(const char *program);
/* Ask for the port of phases; ends the program when the kernel refuses it. */
void load_port(void);

/* Time stamp counter: nanoseconds under icount. */
static inline uint64_t load_clock(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

/*
 * The window of phase @n begins, 0: it ends. insncount knows the instruction by its
 * bytes (tools/azk/qemu/window.c), hvhost the port (tools/hvhost/svm/msr.h).
 */
static inline void load_window(uint8_t n)
{
	__asm__ volatile("outb %0, $0xe8" :: "a"(n) : "memory");
}

/* splitmix64: the next number of @seed, the same on every machine. */
uint64_t load_random(uint64_t *seed);

/* Sleep for a part of @most ns that @seed says: windows begin anywhere within a tick. */
void load_stagger(uint64_t seed, uint64_t most);

/*
 * Sleep until the machine has nothing else to do: a kernel that has just booted checks
 * its ciphers, and who waits for I/O then waits for a tick, too. False: it was busy for @most_ms.
 */
bool load_settle(uint64_t most_ms);

/*
 * Interrupts so far: the sum of the lines of /proc/interrupts in which @word stands. -1:
 * there is no such line.
 */
long load_interrupts(const char *word);

/* One latency of phase @n, in ns. */
void load_latency(uint8_t n, uint64_t ns);

/* ---- the command line: KEY=VALUE words ---- */

struct load_key {
	const char *key;	/* NULL ends a table */
	uint64_t least, most;	/* of a number */
	uint64_t *number;	/* either this, with K, M, G behind it for sizes, */
	const char **text;	/* or this */
};

/* Put @word where @keys says. Ends the program with a line when it fits none. */
void load_set(const struct load_key *keys, const char *word);
/* End the program: exit code 2 after one line. */
void load_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/* The same with 1: something failed, and errno says what. */
void load_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ---- results, kept until the end ---- */

/*
 * @ok, and a format for the members of a JSON object, without its braces: the first two
 * are made of @phase and @title.
 */
void load_result(bool ok, uint8_t phase, const char *title, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A run that this kernel cannot do, and why. */
void load_skip(uint8_t phase, const char *title, const char *why);

/* Print them all; then @then, a command, runs in place of this program. Exit code. */
int load_end(char **then);

#endif
