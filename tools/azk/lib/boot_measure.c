// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symbols, boots, comparison, and the subject they make.
 */
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../guest/protocol.h"
#include "bench_work.h"
#include "boot_host.h"
#include "boot_measure.h"
#include "boot_once.h"
#include "boot_profile.h"
#include "boot_subject.h"
#include "buf.h"
#include "exit.h"
#include "file.h"
#include "guest.h"
#include "hvcounters.h"
#include "image.h"
#include "ksyms.h"
#include "msg.h"
#include "profile_log.h"
#include "qemu.h"

/*
 * Some distributors ship a System.map of one line that says where the real one
 * is; a kernel's own has thousands of them.
 */
#define SYSMAP_MIN_BYTES	65536

static int symbols(const struct boot_measure *m, const struct kernel *k,
		   struct ksyms *s, const char **from)
{
	struct guest_result res;
	char *begin, *end;
	int ret;

	*from = k->sysmap;
	if (k->sysmap && file_size(k->sysmap) >= SYSMAP_MIN_BYTES)
		return ksyms_read(k->sysmap, s);
	*from = "/proc/kallsyms of the guest";
	azk_step_show(m->step, "%s: no System.map, asking the kernel", k->name);
	ret = boot_once(m, k, "ksyms", false, NULL, &res);
	if (!ret) {
		begin = strstr(res.debug.s, AZK_KSYMS_BEGIN "\n");
		end = begin ? strstr(begin, AZK_KSYMS_END) : NULL;
		if (end) {
			*end = '\0';
			ret = ksyms_parse(*from, begin + strlen(AZK_KSYMS_BEGIN "\n"), s);
		} else {
			ret = azk_err(AZK_EX_INPUT, k->name, "give its System.map",
				      "the kernel does not tell its symbols");
		}
	}
	guest_result_free(&res);
	return ret;
}

/* The kernel's first instruction: a bzImage's setup code, or an ELF's entry. */
static uint64_t entry_of(const struct boot_measure *m, const struct kernel *k,
			 const struct ksyms *s)
{
	struct image_cut cut;

	/* hvhost enters a bzImage in 32-bit mode, where it wants to be; an ELF in 64-bit mode */
	if (m->machine->hvhost && k->format == KERNEL_ELF)
		return ksyms_addr(s, "startup_64") & 0x7fffffff;
	if (m->machine->hvhost && image_read(k, &cut))
		return cut.target;
	/*
	 * QEMU's loader puts the setup code at 0x10000 and jumps to 1020:0000,
	 * as Documentation/arch/x86/boot.rst says: one sector further. An ELF
	 * is entered at its PVH note's address, which is this function.
	 */
	if (k->format == KERNEL_BZIMAGE)
		return 0x10200;
	return ksyms_addr(s, "pvh_start_xen") & 0x7fffffff;
}

/* What a later boot shows must be what the first did. */
static void compare(json_t *out, int run, const char *what, uint64_t first, uint64_t now)
{
	char *s;

	if (first == now)
		return;
	s = xasprintf("%s: %" PRIu64 " in run 1, %" PRIu64 " in run %d", what, first,
		      now, run);
	json_array_append_new(out, json_string(s));
	free(s);
}

static void compare_sights(json_t *out, int run, const struct boot_sight *a,
			   const struct boot_sight *b)
{
	compare(out, run, "time stamp counter at init", a->tsc, b->tsc);
	compare(out, run, "clock at init (ns)", a->clock_ns, b->clock_ns);
	compare(out, run, "log clock at init (us)", a->printk_us, b->printk_us);
	compare(out, run, "free memory at init (KiB)", a->memfree_kb, b->memfree_kb);
	compare(out, run, "hash of the host's log", a->host, b->host);
}

/* Further counted boots: all that init saw, and every byte of the log. */
static int recount(const struct boot_measure *m, const struct kernel *k,
		   const struct strv *extra, const struct bench_work *w, const struct buf *log,
		   const struct boot_sight *first, json_t *differ)
{
	struct buf again = BUF_INIT;
	int ret = AZK_OK;

	for (int run = 2; !ret && run < m->runs; run++) {
		struct guest_result res;
		struct boot_sight now;

		azk_step_show(m->step, "%s: boot %d of %d", k->name, run, m->runs);
		ret = boot_once(m, k, NULL, true, extra, &res);
		now = boot_sight(&res);
		guest_result_free(&res);
		buf_reset(&again);
		if (!ret)
			ret = file_read(w->log, &again);
		if (ret)
			break;
		compare_sights(differ, run, first, &now);
		if (again.len != log->len || memcmp(again.s, log->s, log->len)) {
			char *s = xasprintf("instruction log: run %d is not run 1", run);

			json_array_append_new(differ, json_string(s));
			free(s);
		}
	}
	buf_free(&again);
	return ret;
}

/* The decompressor's symbols at the place it moves itself to; none: empty. */
static int unpacker_symbols(const struct kernel *k, struct ksyms *u)
{
	uint64_t end = 0;
	char *path = image_unpacker(k, &end);
	struct ksyms plain = { 0 };
	int ret = AZK_OK;

	memset(u, 0, sizeof(*u));
	if (path)
		ret = ksyms_elf(path, 0, &plain);
	if (path && !ret)
		ret = ksyms_elf(path, end - plain.end, u);
	ksyms_free(&plain);
	free(path);
	return ret;
}

static int measure(const struct boot_measure *m, const struct kernel *k,
		   const struct bench_work *w, const struct ksyms *s, json_t **subject)
{
	struct strv extra = STRV_INIT;
	struct boot_profile prof = { 0 };
	struct ksyms unpacker = { 0 };
	struct boot_beside plain = { 0 };
	struct boot_sight first, last;
	struct guest_result res = { 0 };
	struct buf log = BUF_INIT;
	json_t *differ = json_array(), *phases;
	struct plog p = { 0 };
	int ret;

	strv_add(&extra, "-plugin");
	strv_addf(&extra, "%s,marks=%s,log=%s%s", w->plugin, w->marks, w->log, w->host);
	azk_step_show(m->step, "%s: counted, and once not counted beside it", k->name);
	ret = boot_beside_start(m, k, &plain);
	if (!ret)
		ret = boot_once(m, k, NULL, true, &extra, &res);
	first = boot_sight(&res);
	if (!ret)
		ret = file_read(w->log, &log);
	if (!ret) {
		bench_keep(m->keep, k->name, "insncount", &log);
		ret = plog_parse(w->log, buf_str(&log), &p);
	}
	if (!ret)
		ret = unpacker_symbols(k, &unpacker);
	if (!ret)
		ret = boot_profile_make(k->name, &p, s, unpacker.texts ? &unpacker : NULL,
					&prof);
	if (!ret)
		ret = recount(m, k, &extra, w, &log, &first, differ);
	if (!ret)
		ret = boot_beside_wait(&plain, k->name, &last);
	if (!ret) {
		compare_sights(differ, m->runs, &first, &last);
		phases = hvcounters(buf_str(&res.debug));
		boot_host_check(&p, phases, differ);
		*subject = boot_subject(k, &p, &prof, &res.init, differ);
		json_object_set_new(*subject, "host", boot_host(&p, phases));
		json_decref(phases);
	} else {
		json_decref(differ);
	}
	boot_beside_stop(&plain);
	boot_profile_free(&prof);
	ksyms_free(&unpacker);
	plog_free(&p);
	guest_result_free(&res);
	strv_free(&extra);
	buf_free(&log);
	return ret;
}

int boot_measure(const struct boot_measure *m, const struct kernel *k,
		 json_t **subject)
{
	struct buf marks = BUF_INIT;
	struct ksyms s = { 0 };
	const char *from;
	struct bench_work w;
	int ret;

	*subject = NULL;
	ret = bench_work_open(&w, m->machine->hvhost);
	if (!ret)
		ret = symbols(m, k, &s, &from);
	if (!ret)
		ret = boot_profile_marks(&s, entry_of(m, k, &s), k->format == KERNEL_BZIMAGE,
					 from, &marks);
	if (!ret)
		ret = file_write(w.marks, marks.s, marks.len);
	if (!ret)
		ret = measure(m, k, &w, &s, subject);
	if (!ret)
		ret = image_describe(k, *subject);
	if (ret && *subject) {
		json_decref(*subject);
		*subject = NULL;
	}
	ksyms_free(&s);
	buf_free(&marks);
	bench_work_close(&w);
	return ret;
}
