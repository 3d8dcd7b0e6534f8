// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program, in the order of its parts: is the frame ours; count it; turn it round, if
 * that is wanted; say what becomes of it. Offsets are those of Ethernet, IPv4 without
 * options, UDP. Instruction encoding: Documentation/bpf/standardization/instruction-set.rst.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load.h"
#include "netxdp.h"

#define GENERATE	19
#define DISCARD		9
#define HEADERS		42	/* of all three */
#define MAC_TO		0
#define MAC_FROM	6
#define TYPE		12
#define PROTOCOL	23
#define IP_FROM		26
#define IP_TO		30
#define PORT_FROM	34
#define PORT_TO		36
#define CHECKSUM	40

#define BE16(n)		((uint16_t)((n) >> 8 | (n) << 8))
#define MAX_INSNS	64

struct assembly {
	struct bpf_insn insn[MAX_INSNS];
	int n;
	int pass[8], npass;	/* jumps that want to know where the passing is */
};

static void emit(struct assembly *a, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		 int32_t imm)
{
	a->insn[a->n++] = (struct bpf_insn){ .code = code, .dst_reg = dst, .src_reg = src,
					     .off = off, .imm = imm };
}

static void load(struct assembly *a, uint8_t size, uint8_t dst, uint8_t src, int16_t off)
{
	emit(a, BPF_LDX | BPF_MEM | size, dst, src, off, 0);
}

static void store(struct assembly *a, uint8_t size, uint8_t dst, int16_t off, uint8_t src)
{
	emit(a, BPF_STX | BPF_MEM | size, dst, src, off, 0);
}

/* Let the frame pass when @reg is not @imm. */
static void only(struct assembly *a, uint8_t reg, int32_t imm)
{
	a->pass[a->npass++] = a->n;
	emit(a, BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, imm);
}

/* Exchange @size bytes at @x and @y of the frame at r6. */
static void exchange(struct assembly *a, uint8_t size, int16_t x, int16_t y)
{
	load(a, size, BPF_REG_1, BPF_REG_6, x);
	load(a, size, BPF_REG_2, BPF_REG_6, y);
	store(a, size, BPF_REG_6, x, BPF_REG_2);
	store(a, size, BPF_REG_6, y, BPF_REG_1);
}

/* Back to the peer, to a port that swallows it; a checksum of 0 is none. */
static void turn_round(struct assembly *a)
{
	exchange(a, BPF_W, MAC_TO, MAC_FROM);
	exchange(a, BPF_H, MAC_TO + 4, MAC_FROM + 4);
	exchange(a, BPF_W, IP_FROM, IP_TO);
	emit(a, BPF_ST | BPF_MEM | BPF_H, BPF_REG_6, 0, PORT_TO, BE16(DISCARD));
	emit(a, BPF_ST | BPF_MEM | BPF_H, BPF_REG_6, 0, CHECKSUM, 0);
}

static void assemble(struct assembly *a, int map, int ifindex, enum netxdp_act act)
{
	static const int32_t verdict[] = { XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

	/* r6 = data; r7 = data_end; too short passes */
	load(a, BPF_W, BPF_REG_6, BPF_REG_1, offsetof(struct xdp_md, data));
	load(a, BPF_W, BPF_REG_7, BPF_REG_1, offsetof(struct xdp_md, data_end));
	emit(a, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_6, 0, 0);
	emit(a, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, HEADERS);
	a->pass[a->npass++] = a->n;
	emit(a, BPF_JMP | BPF_JGT | BPF_X, BPF_REG_2, BPF_REG_7, 0, 0);
	load(a, BPF_H, BPF_REG_2, BPF_REG_6, TYPE);
	only(a, BPF_REG_2, BE16(0x0800));
	load(a, BPF_B, BPF_REG_2, BPF_REG_6, PROTOCOL);
	only(a, BPF_REG_2, 17);
	load(a, BPF_H, BPF_REG_2, BPF_REG_6, PORT_FROM);
	only(a, BPF_REG_2, BE16(GENERATE));
	/* one more in the only entry of the map */
	emit(a, BPF_LD | BPF_IMM | BPF_DW, BPF_REG_3, BPF_PSEUDO_MAP_VALUE, 0, map);
	emit(a, 0, 0, 0, 0, 0);
	emit(a, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 1);
	emit(a, BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_3, BPF_REG_4, 0, BPF_ADD);
	if (act == NETXDP_TX || act == NETXDP_REDIRECT)
		turn_round(a);
	if (act == NETXDP_REDIRECT) {
		emit(a, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, ifindex);
		emit(a, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 0);
		emit(a, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect);
	} else {
		emit(a, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, verdict[act]);
	}
	emit(a, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	for (int i = 0; i < a->npass; i++)
		a->insn[a->pass[i]].off = (int16_t)(a->n - a->pass[i] - 1);
	emit(a, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS);
	emit(a, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load_program(struct assembly *a)
{
	static char log[16384];
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP, .insns = (uintptr_t)a->insn,
				.insn_cnt = (uint32_t)a->n, .license = (uintptr_t)"GPL",
				.log_buf = (uintptr_t)log, .log_size = sizeof(log), .log_level = 1,
				.expected_attach_type = BPF_XDP };
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0 && *log)
		fputs(log, stderr);
	if (fd < 0)
		load_die("XDP program");
	return fd;
}

int netxdp_open(struct netxdp *x, int ifindex, enum netxdp_act act)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
			       .max_entries = 1 };
	union bpf_attr link = { .link_create = { .target_ifindex = (uint32_t)ifindex,
						 .attach_type = BPF_XDP,
						 .flags = XDP_FLAGS_DRV_MODE } };
	struct assembly a = { .n = 0 };
	int err;

	x->map = bpf(BPF_MAP_CREATE, &map);
	if (x->map < 0)
		load_die("BPF map");
	assemble(&a, x->map, ifindex, act);
	x->prog = load_program(&a);
	link.link_create.prog_fd = (uint32_t)x->prog;
	x->link = bpf(BPF_LINK_CREATE, &link);
	if (x->link >= 0)
		return 0;
	err = errno;
	close(x->prog);
	close(x->map);
	errno = err;
	return -1;
}

void netxdp_close(struct netxdp *x)
{
	close(x->link);
	close(x->prog);
	close(x->map);
}

uint64_t netxdp_count(const struct netxdp *x)
{
	uint32_t key = 0;
	uint64_t n = 0;
	union bpf_attr attr = { .map_fd = (uint32_t)x->map, .key = (uintptr_t)&key,
				.value = (uintptr_t)&n };

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		load_die("BPF map");
	return n;
}
