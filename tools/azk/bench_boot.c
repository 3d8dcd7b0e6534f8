// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk bench boot: measure how kernels boot and lay them side by side.
 *
 * Enters: kernels. Leaves: a table on stdout, and when asked the JSON report,
 * the same table and a drawing as files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "lib/boot_measure.h"
#include "lib/boot_svg.h"
#include "lib/boot_text.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/hvimage.h"
#include "lib/hyperv.h"
#include "lib/kernel.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/qemu.h"
#include "lib/report.h"

#define KERNELS_MAX	16
#define TIMEOUT_S	600	/* a boot takes 10 s on an idle machine */

struct options {
	const char *machine, *append, *json, *svg, *txt, *keep;
	int cpus, runs, timeout, top;
	uint64_t memory;
	struct strv labels;
	struct hyperv_devices hyperv;
};

/* --label KERNEL=TEXT: the text that stands above KERNEL's column. */
static int set_labels(const struct opt_usage *u, const struct options *o,
		      json_t *report)
{
	for (size_t i = 0; i < o->labels.n; i++) {
		const char *text = strrchr(o->labels.v[i], '=');
		bool found = false;
		json_t *s;

		for (size_t n = 0; text && (s = report_subject(report, n)); n++) {
			const char *name = report_str(s, "name");

			if (strlen(name) != (size_t)(text - o->labels.v[i]) ||
			    !str_starts(o->labels.v[i], name))
				continue;
			json_object_set_new(s, "label", json_string(text + 1));
			found = true;
		}
		if (!found)
			return opt_bad(u,
				       "--label wants KERNEL=TEXT of a kernel given here, got '%s'",
				       o->labels.v[i]);
	}
	return AZK_OK;
}

static int write_text(const char *path, const json_t *report, int top)
{
	struct buf b = BUF_INIT;
	int ret = AZK_OK;

	boot_text(report, top, &b);
	if (path)
		ret = file_write(path, b.s, b.len);
	else
		fputs(b.s, stdout);
	buf_free(&b);
	return ret;
}

static int write_svg(const char *path, const json_t *report)
{
	struct buf b = BUF_INIT;
	int ret;

	boot_svg(report, &b);
	ret = file_write(path, b.s, b.len);
	buf_free(&b);
	return ret;
}

static int outputs(const struct options *o, const json_t *report)
{
	int ret = write_text(NULL, report, o->top);

	if (!ret && o->json)
		ret = report_write(o->json, report);
	if (!ret && o->txt)
		ret = write_text(o->txt, report, o->top);
	if (!ret && o->svg)
		ret = write_svg(o->svg, report);
	return ret;
}

static json_t *new_report(const struct boot_measure *m, const struct kernel *k, int n)
{
	char *base = xstrdup("");
	json_t *r;

	/* ours and upstream say the base: "6.18.15-azure" is 6.18.15 */
	for (int i = n; i-- > 0;) {
		free(base);
		base = xstrndup(k[i].version, strcspn(k[i].version, "-+"));
	}
	r = report_new("boot", m->machine->name, base);
	free(base);
	json_object_set_new(r, "cpus", json_integer(m->cpus));
	json_object_set_new(r, "memory_bytes", json_integer((json_int_t)m->memory));
	json_object_set_new(r, "command_line", json_string(m->append));
	json_object_set_new(r, "kaslr", json_false());
	json_object_set_new(r, "runs", json_integer(m->runs));
	return r;
}

static int measure(const struct boot_measure *m, struct kernel *k, int n,
		   json_t *report)
{
	struct azk_step step;
	json_t *s;
	int ret = AZK_OK;

	for (int i = 0; !ret && i < n; i++) {
		struct boot_measure one = *m;

		azk_step_begin(&step, "bench", k[i].name);
		one.step = &step;
		ret = boot_measure(&one, &k[i], &s);
		if (ret)
			break;
		json_array_append_new(json_object_get(report, "subjects"), s);
		azk_step_end(&step, "%s: %.3f G instructions", k[i].name,
			     json_number_value(json_object_get(json_object_get(s, "metrics"),
							       "instructions_to_init")) / 1e9);
	}
	return ret;
}

static int check(const struct opt_usage *u, const struct options *o, int nargs,
		 const struct qemu_machine **m)
{
	int major = 0, minor = 0, ret;

	*m = qemu_machine(o->machine);
	if (!*m)
		return opt_bad(u, "no machine '%s'; 'azk boot --help' lists them", o->machine);
	if ((o->hyperv.vpci.n || o->hyperv.script) && !(*m)->hvhost)
		return opt_bad(u,
			       "--vpci and --host-script are hvhost's: only with --machine hyperv");
	if (!nargs)
		return opt_bad(u, "name at least one kernel");
	if (nargs > KERNELS_MAX)
		return opt_bad(u, "at most %d kernels at a time", KERNELS_MAX);
	if (o->runs < 2)
		return opt_bad(u, "--runs wants at least 2: one counted, one to compare with");
	if (o->cpus != 1)
		return opt_bad(u, "QEMU can count one CPU only, got --cpus %d", o->cpus);
	ret = o->hyperv.script ? hyperv_script(o->hyperv.script) : AZK_OK;
	if (!ret)
		ret = qemu_version(&major, &minor);
	if (!ret && major < QEMU_MIN_MAJOR)
		ret = azk_err(AZK_EX_QEMU, QEMU_PROGRAM, "run 'make setup'",
			      "is version %d.%d, counting needs %d", major, minor,
			      QEMU_MIN_MAJOR);
	return ret;
}

static int run_bench(const struct opt_usage *u, const struct options *o,
		     const struct qemu_machine *machine, int n, char **names)
{
	struct kernel k[KERNELS_MAX] = { 0 };
	struct boot_measure m = {
		.machine = machine, .cpus = o->cpus, .memory = o->memory,
		.append = NULL, .runs = o->runs, .timeout_s = o->timeout, .keep = o->keep,
		.hyperv = &o->hyperv,
	};
	char *append = qemu_cmdline(machine, false, true, o->append);
	json_t *report = NULL;
	int ret = AZK_OK;

	m.append = append;
	for (int i = 0; !ret && i < n; i++)
		ret = kernel_find(names[i], &k[i]);
	if (!ret && machine->hvhost)
		ret = hvimage_there();
	if (!ret) {
		report = new_report(&m, k, n);
		ret = measure(&m, k, n, report);
	}
	if (!ret)
		ret = set_labels(u, o, report);
	if (!ret) {
		report_order(report);
		report_ratios(report);
		ret = report_settle(&report);
	}
	if (!ret)
		ret = outputs(o, report);
	json_decref(report);
	for (int i = 0; i < n; i++)
		kernel_free(&k[i]);
	free(append);
	return ret;
}

int bench_boot(int argc, char **argv)
{
	struct options o = {
		.machine = qemu_machines[0].name, .cpus = 1, .runs = 2, .timeout = TIMEOUT_S,
		.top = 20, .memory = 512ull << 20,
	};
	const struct opt opts[] = {
		{ "machine", "M", "virtual hardware: hyperv, q35 or microvm (hyperv)", OPT_STR,
		  &o.machine },
		{ "cpus", "N", "virtual CPUs; only one can be counted (1)", OPT_INT, &o.cpus },
		{ "memory", "SIZE", "memory (512M)", OPT_SIZE, &o.memory },
		{ "append", "S", "kernel options, after ours", OPT_STR, &o.append },
		{ "vpci", "WHAT", "PCI bus behind VMBus, see azk boot; repeatable (machine hyperv)",
		  OPT_LIST, &o.hyperv.vpci },
		{ "host-script", "F", "latency and faults of the host (machine hyperv)", OPT_STR,
		  &o.hyperv.script },
		{ "runs", "N", "boots of each kernel; the last is not counted but compared (2)",
		  OPT_INT, &o.runs },
		{ "top", "N", "rows of each list (20)", OPT_INT, &o.top },
		{ "label", "KERNEL=TEXT", "what stands above a column; repeatable", OPT_LIST,
		  &o.labels },
		{ "json", "F", "write the report", OPT_STR, &o.json },
		{ "txt", "F", "write the table", OPT_STR, &o.txt },
		{ "svg", "F", "write the drawing", OPT_STR, &o.svg },
		{ "logs", "DIR", "keep the counting logs there", OPT_STR, &o.keep },
		{ "timeout", "S", "limit for each boot, and for silence (600)", OPT_INT,
		  &o.timeout },
		{ NULL, NULL, NULL, OPT_FLAG, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk bench boot", .args = "KERNEL...",
		.what = "Count the guest instructions from each KERNEL's first to init's first, by boot\n"
			"phase, initcall, background task and function, exactly and repeatably. On\n"
			"hyperv the host's instructions and the exits to it are counted apart.\n"
			"KERNEL is a bzImage, a vmlinux, PROFILE or upstream/PROFILE.",
		.example = "  azk bench boot upstream/azure azure --json out/report/boot.json --svg out/report/boot.svg\n"
			   "  azk bench boot azure azure        # A/A: every ratio is '='\n"
			   "  azk bench boot azure --machine q35 --top 40\n"
			   "  azk bench boot azure /boot/vmlinuz-6.18 --label /boot/vmlinuz-6.18=Debian",
		.more = "A second kernel is compared with the first when no name says which is upstream.\n"
			"A kernel without System.map beside it is booted once more to ask for its symbols.",
		.opts = opts,
	};
	const struct qemu_machine *m;
	int nargs, rest, ret;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (!ret)
		ret = check(&u, &o, nargs, &m);
	if (!ret)
		ret = run_bench(&u, &o, m, nargs, argv + 1);
	strv_free(&o.labels);
	strv_free(&o.hyperv.vpci);
	return ret == OPT_HELP ? AZK_OK : ret;
}
