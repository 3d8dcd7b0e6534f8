// SPDX-License-Identifier: GPL-2.0-only
/* The tables, and how they become words. */
#include <string.h>

#include "load_plan.h"

#define RANDOM(op, bs)	"order=random op=" op " bs=" bs " "

static const struct load_cell storage_cells[] = {
	{ "read_4k_qd1", "4 KiB random read, depth 1",
	  RANDOM("read", "4K") "qd=1 batch=1", "ios", 512 },
	{ "read_4k_qd32_b1", "4 KiB random read, depth 32, batch 1",
	  RANDOM("read", "4K") "qd=32 batch=1", "ios", 512 },
	{ "read_4k_qd32_b8", "... batch 8",
	  RANDOM("read", "4K") "qd=32 batch=8", "ios", 512 },
	{ "read_4k_qd32_b32", "... batch 32",
	  RANDOM("read", "4K") "qd=32 batch=32", "ios", 512 },
	{ "read_4k_qd256_b32", "4 KiB random read, depth 256, batch 32",
	  RANDOM("read", "4K") "qd=256 batch=32", "ios", 512 },
	{ "poll_4k_qd1", "4 KiB random read, polled, depth 1",
	  RANDOM("read", "4K") "qd=1 batch=1 poll=1", "ios", 512 },
	{ "poll_4k_qd32_b32", "4 KiB random read, polled, depth 32, batch 32",
	  RANDOM("read", "4K") "qd=32 batch=32 poll=1", "ios", 512 },
	{ "write_4k_qd32_b32", "4 KiB random write, depth 32, batch 32",
	  RANDOM("write", "4K") "qd=32 batch=32", "ios", 512 },
	{ "read_512_qd32_b32", "512 B random read, depth 32, batch 32",
	  RANDOM("read", "512") "qd=32 batch=32", "ios", 512 },
	{ "read_64k_qd8_b8", "64 KiB random read, depth 8, batch 8",
	  RANDOM("read", "64K") "qd=8 batch=8", "ios", 128 },
	{ "seq_1m_qd4_b1", "1 MiB sequential read, depth 4",
	  "order=seq op=read bs=1M qd=4 batch=1", "ios", 32 },
	{ NULL, NULL, NULL, NULL, 0 },
};

/*
 * Without hvhost the disk is one that answers at once and holds nothing. Its answers
 * come from a thread of QEMU's, so that no two runs are the same to the digit.
 */
#define NULL_DISK "-blockdev", "null-co,node-name=load,size=67108864,read-zeroes=on"

/* While the guest waits for such a thread its clock must not run ahead to the next timer. */
#define REAL_IDLE "-icount", "sleep=on"

static const struct load_target storage_targets[] = {
	{ "storvsc", true, "dev=/dev/sda irq=HYP", { "hv_storvsc", "sd_mod" }, { NULL },
	  "hv_storvsc.poll_queues=1", "scsi0", false },
	{ "virtio-blk", false, "dev=/dev/vda irq=virtio", { "virtio_pci", "virtio_blk poll_queues=1" },
	  { NULL_DISK, "-device", "virtio-blk-pci,drive=load,num-queues=2", REAL_IDLE },
	  "virtio_blk.poll_queues=1", NULL, false },
	{ "nvme", false, "dev=/dev/nvme0n1 irq=nvme", { "nvme poll_queues=1" },
	  { NULL_DISK, "-device", "nvme,drive=load,serial=load", REAL_IDLE },
	  "nvme.poll_queues=1", NULL, false },
	{ NULL, false, NULL, { NULL }, { NULL }, NULL, NULL, false },
};

const struct load_plan load_storage = {
	.kind = "storage", .program = "ioload", .unit = "I/O", .per = "io",
	.cells = storage_cells, .targets = storage_targets, .disk = "64M",
};

static const struct load_cell network_cells[] = {
	{ "udp_tx_64", "UDP transmit, frames of 64 B, 32 a system call",
	  "op=udp-tx bs=18 batch=32", "count", 512 },
	{ "udp_tx_1500", "UDP transmit, 1500 B", "op=udp-tx bs=1472 batch=32", "count", 512 },
	{ "raw_tx_64", "packet socket transmit, frames of 64 B", "op=raw-tx bs=18 batch=32",
	  "count", 512 },
	{ "udp_rx_64", "UDP receive, frames of 64 B", "op=udp-rx bs=18 batch=32", "count", 512 },
	{ "udp_rx_1500", "UDP receive, 1500 B", "op=udp-rx bs=1472 batch=32", "count", 512 },
	{ "udp_rr_64", "UDP request and response, 64 B", "op=udp-rr bs=64", "count", 256 },
	{ "tcp_rr_64", "TCP request and response, 64 B", "op=tcp-rr bs=64", "count", 256 },
	{ "tcp_tx_64k", "TCP stream transmit, a send of 64 KiB", "op=tcp-tx bs=64K", "count", 32 },
	{ "xdp_drop_64", "XDP_DROP, frames of 64 B", "op=xdp-drop bs=18 batch=32", "count", 512 },
	{ "xdp_drop_1500", "XDP_DROP, 1500 B", "op=xdp-drop bs=1472 batch=32", "count", 512 },
	{ "xdp_pass_64", "XDP_PASS and UDP receive, frames of 64 B", "op=xdp-pass bs=18 batch=32",
	  "count", 512 },
	{ "xdp_tx_64", "XDP_TX, frames of 64 B", "op=xdp-tx bs=18 batch=32", "count", 512 },
	{ "xdp_redirect_64", "XDP_REDIRECT to the same NIC, frames of 64 B",
	  "op=xdp-redirect bs=18 batch=32", "count", 512 },
	{ NULL, NULL, NULL, NULL, 0 },
};

/* For XDP in the driver: nothing put together for the guest, and no checksums left out. */
#define OFFLOADS_OFF "guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off," \
		     "guest_ufo=off,guest_uso4=off,guest_uso6=off"

static const struct load_target network_targets[] = {
	{ "netvsc", true, "dev=eth0 irq=HYP", { "hv_netvsc" }, { NULL }, "", "net0", false },
	{ "virtio-net", false, "dev=eth0 irq=virtio", { "virtio_pci", "virtio_net" },
	  { "-device", "virtio-net-pci,netdev=load,mac=00:15:5d:00:00:01," OFFLOADS_OFF, REAL_IDLE },
	  "", NULL, true },
	{ NULL, false, NULL, { NULL }, { NULL }, NULL, NULL, false },
};

const struct load_plan load_network = {
	.kind = "network", .program = "netload", .unit = "packet", .per = "packet",
	.cells = network_cells, .targets = network_targets, .nic = "loopback",
};

/* Does @name begin with one of the words of @only? None: it does. */
static bool chosen(const char *only, const char *name)
{
	struct strv words = STRV_INIT;
	bool yes = !only;

	if (only)
		strv_split(&words, only, ",");
	for (size_t i = 0; i < words.n && !yes; i++)
		yes = str_starts(name, words.v[i]);
	strv_free(&words);
	return yes;
}

int load_cells(const struct load_plan *p, const struct load_shape *s, int cell[LOAD_CELLS_MAX])
{
	int n = 0;

	for (int i = 0; p->cells[i].name && n < LOAD_CELLS_MAX; i++)
		if (chosen(s->only, p->cells[i].name))
			cell[n++] = i;
	return n;
}

int load_phase(const struct load_shape *s, int nth, int drain)
{
	return 1 + nth * s->drains + drain;
}

int load_units(const struct load_shape *s, const struct load_cell *c)
{
	return s->units ? s->units : c->units;
}

/*
 * Seed by seed, and for each all cells: what a kernel learns as time goes by does not
 * favour one of them.
 */
void load_words(const struct load_plan *p, const struct load_shape *s,
		const struct load_target *t, struct strv *words)
{
	int cell[LOAD_CELLS_MAX], n = load_cells(p, s, cell);

	strv_add(words, p->program);
	strv_split(words, t->words, " ");
	strv_add(words, "settle=20000");
	for (int seed = 0; seed <= s->seeds; seed++) {
		strv_addf(words, "seed=%d", seed);
		if (seed == 1)
			strv_add(words, "stagger=4000000");
		for (int i = 0; i < n; i++) {
			const struct load_cell *c = &p->cells[cell[i]];

			strv_split(words, c->words, " ");
			strv_addf(words, "%s=%d", c->key, load_units(s, c));
			if (!seed)
				strv_add(words, "go=0");
			for (int d = 0; seed && d < s->drains; d++)
				strv_addf(words, "go=%d", load_phase(s, i, d));
			if (strstr(c->words, "poll=1"))
				strv_add(words, "poll=0");
		}
	}
}

void load_script(const struct load_plan *p, const struct load_shape *s,
		 const struct load_target *t, struct buf *out)
{
	int cell[LOAD_CELLS_MAX], n = load_cells(p, s, cell);

	for (int i = 0; i < n; i++)
		for (int d = 0; d < s->drains; d++)
			if (s->drain[d])
				buf_addf(out, "%s drain in %d delay %dus\n", t->script,
					 load_phase(s, i, d), s->drain[d]);
}

const struct load_target *load_target(const struct load_plan *p, bool hvhost, const char *name)
{
	for (const struct load_target *t = p->targets; t->name; t++)
		if (t->hvhost == hvhost && (!name || !strcmp(name, t->name)))
			return t;
	return NULL;
}
