// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioload: block I/O through io_uring, of a kind and an amount, window by window.
 *	ioload KEY=VALUE... go=PHASE [KEY=VALUE... go=PHASE]... [-- COMMAND...]
 * Settings stay until they are changed; each go= is one run with them (load.h):
 *	dev=PATH	block device
 *	op=		read | write | verify: writes every block of the span, reads each
 *			back and looks at each byte
 *	bs=BYTES	512 to 1M; qd=1..256 in flight, batch=1..256 a system call
 *	ios=N		how many; span=BYTES: how much of the device (0: all of it)
 *	spoil=N		verify: the Nth block is written wrong, which has to be found
 *	order=		random | seq; seed=N: which random order, and which content
 *	poll=1		IORING_SETUP_IOPOLL: completions are looked for, not waited for
 *	fixed=1		buffers and file are registered
 *	irq=WORD	lines of /proc/interrupts that are the device's
 *	settle=MS	first wait until nothing else runs, at the most so long
 *	stagger=NS	begin at a seeded time up to so much later
 * go=0 warms up: it is done, and nothing is said. COMMAND runs in the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "load.h"

#define SECTOR	512u

static const char *dev = "/dev/sda", *op = "read", *order = "random", *irq = "HYP";
static uint64_t bs = 4096, qd = 1, batch = 1, ios = 256, span, seed = 1, iopoll, fixed;
static uint64_t spoil, settle, stagger, go;

static const struct load_key keys[] = {
	{ "dev", 0, 0, NULL, &dev },
	{ "op", 0, 0, NULL, &op },
	{ "order", 0, 0, NULL, &order },
	{ "irq", 0, 0, NULL, &irq },
	{ "bs", SECTOR, 1 << 20, &bs, NULL },
	{ "qd", 1, 256, &qd, NULL },
	{ "batch", 1, 256, &batch, NULL },
	{ "ios", 1, 1 << 24, &ios, NULL },
	{ "span", 0, 1ull << 50, &span, NULL },
	{ "seed", 0, UINT64_MAX, &seed, NULL },
	{ "poll", 0, 1, &iopoll, NULL },
	{ "fixed", 0, 1, &fixed, NULL },
	{ "spoil", 0, UINT64_MAX, &spoil, NULL },
	{ "settle", 0, 60000, &settle, NULL },
	{ "stagger", 0, 999999999, &stagger, NULL },
	{ "go", 0, 255, &go, NULL },
	{ NULL, 0, 0, NULL, NULL },
};

/* One run. */
struct load {
	int fd;
	struct io_uring ring;
	char *buffer;			/* qd blocks */
	uint32_t unused[256], nunused;	/* slots of it */
	uint64_t block[256];		/* what a slot in flight is about */
	uint64_t began[256];
	uint64_t blocks;		/* of the span */
	uint64_t step, first;		/* of the random order */
	bool write, check, bare;	/* bare: nothing is measured */
	uint64_t issued, done, errors, wrong, enters;
	int error;			/* errno of the first */
};

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/* A step that meets each block of the span once before any a second time. */
static void choose_order(struct load *l)
{
	uint64_t s = seed;

	l->step = 1;
	l->first = 0;
	if (strcmp(order, "random"))
		return;
	l->first = load_random(&s) % l->blocks;
	do
		l->step = load_random(&s) % l->blocks + 1;
	while (gcd(l->step, l->blocks) != 1);
}

static uint64_t nth_block(const struct load *l, uint64_t i)
{
	return (l->first + (unsigned __int128)i * l->step) % l->blocks;
}

/* A sector says where it belongs and of which run it is: no two have one content. */
static void fill(const struct load *l, char *at, uint64_t block)
{
	uint64_t *w = (uint64_t *)at, s = 0;

	for (uint64_t i = 0; i < bs / sizeof(*w); i++) {
		if (i % (SECTOR / sizeof(*w)) == 0)
			s = seed << 40 ^ (block * bs / SECTOR + i / (SECTOR / sizeof(*w)));
		w[i] = load_random(&s);
	}
}

static bool right(const struct load *l, const char *at, uint64_t block)
{
	static char want[1 << 20] __attribute__((aligned(8)));

	fill(l, want, block);
	return !memcmp(at, want, bs);
}

static void prepare(struct load *l, uint64_t now)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&l->ring);
	uint32_t slot = l->unused[--l->nunused];
	char *at = l->buffer + slot * bs;
	uint64_t block = nth_block(l, l->issued++);
	int fd = fixed ? 0 : l->fd;

	if (l->write && l->check)
		fill(l, at, block);
	if (l->write && spoil && l->issued == spoil)
		at[bs - 1] ^= 1;
	if (fixed && l->write)
		io_uring_prep_write_fixed(sqe, fd, at, bs, block * bs, 0);
	else if (fixed)
		io_uring_prep_read_fixed(sqe, fd, at, bs, block * bs, 0);
	else if (l->write)
		io_uring_prep_write(sqe, fd, at, bs, block * bs);
	else
		io_uring_prep_read(sqe, fd, at, bs, block * bs);
	if (fixed)
		sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = slot;
	l->block[slot] = block;
	l->began[slot] = now;
}

/* All that has come. */
static void reap(struct load *l)
{
	uint64_t now = load_clock();
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;

	io_uring_for_each_cqe(&l->ring, head, cqe) {
		uint32_t slot = (uint32_t)cqe->user_data;

		n++;
		if (cqe->res == (int)bs && l->check && !l->write)
			l->wrong += !right(l, l->buffer + slot * bs, l->block[slot]);
		if (cqe->res != (int)bs) {
			l->errors++;
			if (!l->error)
				l->error = cqe->res < 0 ? -cqe->res : EIO;
		} else if (!l->bare) {
			load_latency((uint8_t)go, now - l->began[slot]);
		}
		l->unused[l->nunused++] = slot;
	}
	io_uring_cq_advance(&l->ring, n);
	l->done += n;
}

/* @n more, a batch a system call, never more than qd at once. */
static void pump(struct load *l, uint64_t n)
{
	uint64_t until = l->issued + n;

	while (l->done < until) {
		while (l->nunused && l->issued < until) {
			uint64_t left = until - l->issued, some = left < batch ? left : batch, now;

			/* not in smaller bits than asked for: rather wait for room */
			if (l->nunused < some && l->nunused < qd)
				break;
			some = some > l->nunused ? l->nunused : some;
			now = load_clock();
			while (some--)
				prepare(l, now);
			if (io_uring_submit(&l->ring) < 0)
				load_die("io_uring_enter");
			l->enters++;
		}
		if (io_uring_cq_ready(&l->ring) == 0) {
			uint64_t flying = l->issued - l->done;
			unsigned int want = flying < batch ? flying : batch;
			int err = io_uring_submit_and_wait(&l->ring, want);

			l->enters++;
			if (err < 0 && err != -EINTR) {
				errno = -err;
				load_die("io_uring_enter");
			}
		}
		reap(l);
	}
}

static void open_ring(struct load *l)
{
	struct iovec all = { l->buffer, qd * bs };
	int err = io_uring_queue_init(256, &l->ring, iopoll ? IORING_SETUP_IOPOLL : 0);

	if (!err && fixed)
		err = io_uring_register_buffers(&l->ring, &all, 1);
	if (!err && fixed)
		err = io_uring_register_files(&l->ring, &l->fd, 1);
	if (err) {
		errno = -err;
		load_die("io_uring");
	}
}

/*
 * Pages that follow each other lie apart in memory, as those of a program that ran for a
 * while do. How many neighbours a fresh kernel happens to hand out is another number in
 * each, and a transfer of many pages costs less with them.
 */
static char *scattered(size_t bytes)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		load_die("memory for buffers");
	madvise(at, bytes, MADV_NOHUGEPAGE);
	for (size_t first = 0; first < 2; first++)
		for (size_t i = first * page; i < bytes; i += 2 * page)
			at[i] = 1;
	return at;
}

static void open_load(struct load *l)
{
	uint64_t size;

	l->fd = open(dev, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (l->fd < 0 || ioctl(l->fd, BLKGETSIZE64, &size))
		load_die("%s", dev);
	if (bs % SECTOR)
		load_usage("bs=%llu: no multiple of %u", (unsigned long long)bs, SECTOR);
	if (qd * bs > 64u << 20)
		load_usage("qd times bs: 64M at the most");
	if (batch > qd)
		load_usage("batch=%llu is more than qd=%llu", (unsigned long long)batch,
			   (unsigned long long)qd);
	l->blocks = (span && span < size ? span : size) / bs;
	if (!l->blocks)
		load_usage("bs=%llu is more than the span", (unsigned long long)bs);
	l->buffer = scattered(qd * bs);
	for (uint32_t i = 0; i < qd; i++)
		l->unused[l->nunused++] = (uint32_t)qd - 1 - i;
	choose_order(l);
	open_ring(l);
}

static void close_load(struct load *l)
{
	io_uring_queue_exit(&l->ring);
	munmap(l->buffer, qd * bs);
	close(l->fd);
}

static void tell(const struct load *l, uint64_t ns, long irqs)
{
	bool cannot = l->errors == l->done && l->error == EOPNOTSUPP;
	char title[96];

	snprintf(title, sizeof(title), "%s %s, %llu B, depth %llu, batch %llu%s%s", order, op,
		 (unsigned long long)bs, (unsigned long long)qd, (unsigned long long)batch,
		 iopoll ? ", polled" : "", fixed ? ", fixed" : "");

	if (cannot && go)
		load_skip((uint8_t)go, title, "the device cannot be polled");
	if (cannot || (!go && !l->errors && !l->wrong))
		return;
	load_result(!l->errors && !l->wrong, (uint8_t)go, title,
		    "\"units\": %llu, \"bytes\": %llu, \"errors\": %llu, \"errno\": %d, \"wrong\": %llu, "
		    "\"system_calls\": %llu, \"interrupts\": %ld, \"ns\": %llu, \"seed\": %llu, "
		    "\"host\": {\"scsi_%s_bytes\": %llu}",
		    (unsigned long long)l->done, (unsigned long long)(l->done * bs),
		    (unsigned long long)l->errors, l->error, (unsigned long long)l->wrong,
		    (unsigned long long)l->enters, irqs, (unsigned long long)ns,
		    (unsigned long long)seed, !strcmp(op, "read") ? "read" : "write",
		    (unsigned long long)(l->check ? l->done / 2 : l->done) * bs);
}

static void run(void)
{
	struct load l = { .bare = !go };
	uint64_t t0, ns;
	long irqs;

	l.check = !strcmp(op, "verify");
	l.write = l.check || !strcmp(op, "write");
	if (!l.write && strcmp(op, "read"))
		load_usage("op=%s: read, write or verify", op);
	open_load(&l);
	if (go)
		load_port();
	if (stagger)
		load_stagger(seed, stagger);
	irqs = load_interrupts(irq);
	if (go)
		load_window((uint8_t)go);
	t0 = load_clock();
	pump(&l, l.check ? l.blocks : ios);
	if (l.check) {
		l.write = false;
		l.issued = l.done = 0;	/* the same order again */
		pump(&l, l.blocks);
		l.done += l.blocks;
	}
	ns = load_clock() - t0;
	if (go)
		load_window(0);
	tell(&l, ns, irqs < 0 ? -1 : load_interrupts(irq) - irqs);
	close_load(&l);
}

int main(int argc, char **argv)
{
	int i;

	load_begin("ioload");
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		load_set(keys, argv[i]);
		if (!strncmp(argv[i], "settle=", 7) && !load_settle(settle))
			load_usage("settle: something ran all the time");
		if (!strncmp(argv[i], "go=", 3))
			run();
	}
	return load_end(i < argc ? argv + i + 1 : NULL);
}
