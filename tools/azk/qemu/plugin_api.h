/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of QEMU's TCG plugin interface that insncount.c uses.
 *
 * Debian packages QEMU with plugins switched on, but not the header they are
 * built against, so the few declarations needed are written down here. Facts
 * (names, argument order, values) are those of QEMU 9.1 to 10.0, interface
 * version 4: include/qemu/qemu-plugin.h, described in the QEMU manual under
 * "TCG Plugins". The symbols are resolved by the qemu-system program that
 * loads the plugin; the two glib arrays likewise.
 */
#ifndef AZK_QEMU_PLUGIN_API_H
#define AZK_QEMU_PLUGIN_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT	__attribute__((visibility("default")))
#define PLUGIN_API_VERSION 4

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_scoreboard;

/* What QEMU says about itself at load time. */
struct qemu_info {
	const char *target_name;	/* "x86_64" */
	struct { int min, cur; } version;
	bool system_emulation;
	struct { int smp_vcpus, max_vcpus; } system;
};

/* One 64-bit cell of a scoreboard: the same offset on every vCPU. */
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;

enum qemu_plugin_cb_flags { PLUGIN_CB_NO_REGS, PLUGIN_CB_R_REGS, PLUGIN_CB_RW_REGS };
enum qemu_plugin_op { PLUGIN_INLINE_ADD_U64, PLUGIN_INLINE_STORE_U64 };
enum qemu_plugin_cond {
	PLUGIN_COND_NEVER, PLUGIN_COND_ALWAYS, PLUGIN_COND_EQ, PLUGIN_COND_NE,
	PLUGIN_COND_LT, PLUGIN_COND_LE, PLUGIN_COND_GT, PLUGIN_COND_GE,
};

typedef void (*plugin_simple_cb)(qemu_plugin_id_t id);
typedef void (*plugin_udata_cb)(qemu_plugin_id_t id, void *arg);
typedef void (*plugin_vcpu_cb)(qemu_plugin_id_t id, unsigned int vcpu);
typedef void (*plugin_vcpu_udata_cb)(unsigned int vcpu, void *arg);
typedef void (*plugin_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, plugin_vcpu_cb cb);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, plugin_udata_cb cb,
				    void *arg);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   plugin_trans_cb cb);

/* What a translated block holds; valid inside the translation callback. */
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
/* Where in QEMU's own memory it lies: one place for each physical address of RAM; or NULL. */
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
/* Copies up to @len bytes of the opcode; returns how many. */
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to,
			     size_t len);

/* What runs with it; operations run in the order they were registered. */
void qemu_plugin_register_vcpu_tb_exec_cond_cb(struct qemu_plugin_tb *tb,
		plugin_vcpu_udata_cb cb, enum qemu_plugin_cb_flags flags,
		enum qemu_plugin_cond cond, qemu_plugin_u64 cell, uint64_t imm,
		void *arg);
void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(struct qemu_plugin_tb *tb,
		enum qemu_plugin_op op, qemu_plugin_u64 cell, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		plugin_vcpu_udata_cb cb, enum qemu_plugin_cb_flags flags,
		void *arg);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
		struct qemu_plugin_insn *insn, enum qemu_plugin_op op,
		qemu_plugin_u64 cell, uint64_t imm);

/* Cells: @size bytes for each vCPU, zero at first. */
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *s,
				  unsigned int vcpu);

/* glib's arrays as its ABI lays them out: data, then a 32-bit count. */
struct g_array {
	char *data;
	unsigned int len;
};

struct g_array *g_byte_array_new(void);
struct g_array *g_byte_array_set_size(struct g_array *a, unsigned int len);

struct plugin_reg {
	struct qemu_plugin_register *handle;
	const char *name, *feature;
};

/* Registers of the running vCPU as struct plugin_reg; from a vCPU callback. */
struct g_array *qemu_plugin_get_registers(void);
/* Appends the value to @to, target byte order; bytes added, or -1. */
int qemu_plugin_read_register(struct qemu_plugin_register *reg,
			      struct g_array *to);
/* Replaces @to with guest memory at @addr; false when it is not mapped. */
bool qemu_plugin_read_memory_vaddr(uint64_t addr, struct g_array *to, size_t len);

#endif
