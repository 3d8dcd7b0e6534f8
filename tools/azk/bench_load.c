// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk bench storage, azk bench network: kernels side by side under a load.
 *
 * Enters: kernels. Leaves: tables on stdout, and when asked the JSON report, the same
 * tables and a drawing as files. What is measured is in lib/load_plan.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/hvimage.h"
#include "lib/kernel.h"
#include "lib/load_measure.h"
#include "lib/load_plan.h"
#include "lib/load_svg.h"
#include "lib/load_text.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/qemu.h"
#include "lib/report.h"

#define KERNELS_MAX	16
#define DRAINS_MAX	8
#define DRAIN_MOST	100000	/* us */
#define PHASES_MOST	255	/* one byte */

struct options {
	const struct load_plan *plan;
	const char *machine, *device, *drain, *only, *append, *json, *svg, *txt, *keep;
	int seeds, units, timeout, top;
	uint64_t memory;
	struct strv labels;
	int drains[DRAINS_MAX], ndrains;
};

static bool parse_drains(struct options *o)
{
	struct strv words = STRV_INIT;
	bool good = true;

	strv_split(&words, o->drain, ",");
	for (size_t i = 0; i < words.n && good; i++) {
		char *end;
		long us = strtol(words.v[i], &end, 10);

		good = i < DRAINS_MAX && !*end && us >= 0 && us <= DRAIN_MOST;
		if (good)
			o->drains[o->ndrains++] = (int)us;
	}
	strv_free(&words);
	return good && o->ndrains;
}

static int check(const struct opt_usage *u, struct options *o, int nargs,
		 const struct qemu_machine **m, const struct load_target **t)
{
	int cell[LOAD_CELLS_MAX], major = 0, minor = 0, ret;
	const struct load_shape s = { .only = o->only };

	*m = qemu_machine(o->machine);
	if (!*m || (!(*m)->hvhost && strcmp((*m)->name, "q35")))
		return opt_bad(u, "--machine wants hyperv or q35, got '%s'", o->machine);
	*t = load_target(o->plan, (*m)->hvhost, o->device);
	if (!*t)
		return opt_bad(u, "no device '%s' on %s", o->device ? o->device : "", (*m)->name);
	if (!nargs)
		return opt_bad(u, "name at least one kernel");
	if (nargs > KERNELS_MAX)
		return opt_bad(u, "at most %d kernels at a time", KERNELS_MAX);
	if (!o->drain)
		o->drain = (*m)->hvhost ? "0,5,50" : "0";
	if (!parse_drains(o))
		return opt_bad(u, "--drain wants microseconds, such as 0,5,50, got '%s'", o->drain);
	if (!(*m)->hvhost && (o->ndrains > 1 || o->drains[0]))
		return opt_bad(u, "--drain is hvhost's: only with --machine hyperv");
	if (o->seeds < 1)
		return opt_bad(u, "--seeds wants 1 at least");
	if (!load_cells(o->plan, &s, cell))
		return opt_bad(u, "no kind of load begins with '%s'", o->only);
	if (load_cells(o->plan, &s, cell) * o->ndrains > PHASES_MOST)
		return opt_bad(u, "more than %d kinds of load times hosts", PHASES_MOST);
	ret = qemu_version(&major, &minor);
	if (!ret && major < QEMU_MIN_MAJOR)
		ret = azk_err(AZK_EX_QEMU, QEMU_PROGRAM, "run 'make setup'",
			      "is version %d.%d, counting needs %d", major, minor, QEMU_MIN_MAJOR);
	return ret;
}

/* --label KERNEL=TEXT: the text that stands above KERNEL's column. */
static int set_labels(const struct opt_usage *u, const struct options *o, json_t *report)
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
			return opt_bad(u, "--label wants KERNEL=TEXT of a kernel given here, got '%s'",
				       o->labels.v[i]);
	}
	return AZK_OK;
}

static int outputs(const struct options *o, const json_t *report)
{
	struct buf b = BUF_INIT;
	int ret = AZK_OK;

	load_text(report, o->top, &b);
	fputs(buf_str(&b), stdout);
	if (o->json)
		ret = report_write(o->json, report);
	if (!ret && o->txt)
		ret = file_write(o->txt, b.s, b.len);
	if (!ret && o->svg) {
		buf_reset(&b);
		load_svg(report, &b);
		ret = file_write(o->svg, b.s, b.len);
	}
	buf_free(&b);
	return ret;
}

static json_t *new_report(const struct options *o, const struct load_measure *m,
			  const struct kernel *k)
{
	char *base = xstrndup(k->version, strcspn(k->version, "-+"));
	json_t *r = report_new(o->plan->kind, m->machine->name, base), *drains = json_array();

	for (int i = 0; i < o->ndrains; i++)
		json_array_append_new(drains, json_integer(o->drains[i]));
	json_object_set_new(r, "device", json_string(m->target->name));
	json_object_set_new(r, "unit", json_string(o->plan->unit));
	json_object_set_new(r, "per", json_string(o->plan->per));
	json_object_set_new(r, "drain_us", drains);
	json_object_set_new(r, "seeds", json_integer(o->seeds));
	json_object_set_new(r, "cpus", json_integer(1));
	json_object_set_new(r, "memory_bytes", json_integer((json_int_t)m->memory));
	json_object_set_new(r, "command_line", json_string(m->append));
	free(base);
	return r;
}

static int measure(const struct load_measure *m, struct kernel *k, int n, json_t *report)
{
	struct azk_step step;
	json_t *s;
	int ret = AZK_OK;

	for (int i = 0; !ret && i < n; i++) {
		struct load_measure one = *m;

		azk_step_begin(&step, "bench", k[i].name);
		one.step = &step;
		ret = load_measure(&one, &k[i], &s);
		if (ret)
			break;
		json_array_append_new(json_object_get(report, "subjects"), s);
		azk_step_end(&step, "%s: measured", k[i].name);
	}
	return ret;
}

static int run_bench(const struct opt_usage *u, const struct options *o,
		     const struct qemu_machine *machine, const struct load_target *t, int n,
		     char **names)
{
	const struct load_shape shape = { .seeds = o->seeds, .units = o->units, .only = o->only,
					  .drain = o->drains, .drains = o->ndrains };
	struct kernel k[KERNELS_MAX] = { 0 };
	char *user = xasprintf("%s%s%s", t->append, o->append ? " " : "", o->append ? o->append : "");
	char *append = qemu_cmdline(machine, false, true, user);
	struct load_measure m = {
		.plan = o->plan, .shape = &shape, .target = t, .machine = machine,
		.memory = o->memory, .append = append, .timeout_s = o->timeout, .keep = o->keep,
	};
	json_t *report = NULL;
	int ret = AZK_OK;

	for (int i = 0; !ret && i < n; i++)
		ret = kernel_find(names[i], &k[i]);
	if (!ret && machine->hvhost)
		ret = hvimage_there();
	if (!ret) {
		report = new_report(o, &m, &k[0]);
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
	free(user);
	return ret;
}

/* What there is to choose from, for --help. */
static char *choices(const struct load_plan *p)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "devices:");
	for (const struct load_target *t = p->targets; t->name; t++)
		buf_addf(&b, " %s (%s)", t->name, t->hvhost ? "hyperv" : "q35");
	buf_adds(&b, "\nkinds of load:\n");
	for (const struct load_cell *c = p->cells; c->name; c++)
		buf_addf(&b, "  %-20s %s\n", c->name, c->what);
	buf_adds(&b, "Figures are medians over the seeds. On hyperv a kernel agrees with itself to the\n"
		     "digit; on q35 the answers come from a thread of QEMU's, and it does not.");
	return b.s;
}

static int bench_load(const struct load_plan *plan, const char *cmd, const char *what,
		      const char *example, int argc, char **argv)
{
	struct options o = {
		.plan = plan, .machine = qemu_machines[0].name, .seeds = 16, .timeout = 3600,
		.memory = 512ull << 20,
	};
	const struct opt opts[] = {
		{ "machine", "M", "virtual hardware: hyperv or q35 (hyperv)", OPT_STR, &o.machine },
		{ "device", "D", "what the load is put on, see below", OPT_STR, &o.device },
		{ "drain", "US,...", "how late the host looks, in us (0,5,50)", OPT_STR, &o.drain },
		{ "seeds", "N", "runs of each kind (16)", OPT_INT, &o.seeds },
		{ "units", "N", "how many in each run (each kind has its own number)", OPT_INT, &o.units },
		{ "only", "WORD,...", "only kinds of load whose name begins so", OPT_STR, &o.only },
		{ "memory", "SIZE", "memory (512M)", OPT_SIZE, &o.memory },
		{ "append", "S", "kernel options, after ours", OPT_STR, &o.append },
		{ "top", "N", "rows of the list of functions of each kind (0: no lists)", OPT_INT, &o.top },
		{ "label", "KERNEL=TEXT", "what stands above a column; repeatable", OPT_LIST, &o.labels },
		{ "json", "F", "write the report", OPT_STR, &o.json },
		{ "txt", "F", "write the tables", OPT_STR, &o.txt },
		{ "svg", "F", "write the drawing", OPT_STR, &o.svg },
		{ "logs", "DIR", "keep counting logs and consoles there", OPT_STR, &o.keep },
		{ "timeout", "S", "limit for each run (3600)", OPT_INT, &o.timeout },
		{ NULL, NULL, NULL, OPT_FLAG, NULL },
	};
	char *more = choices(plan);
	const struct opt_usage u = {
		.cmd = cmd, .args = "KERNEL...", .what = what, .example = example, .more = more,
		.opts = opts,
	};
	const struct qemu_machine *m;
	const struct load_target *t = NULL;
	int nargs, rest, ret;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (!ret)
		ret = check(&u, &o, nargs, &m, &t);
	if (!ret)
		ret = run_bench(&u, &o, m, t, nargs, argv + 1);
	strv_free(&o.labels);
	free(more);
	return ret == OPT_HELP ? AZK_OK : ret;
}

int bench_storage(int argc, char **argv)
{
	return bench_load(&load_storage, "azk bench storage",
			  "Count what each KERNEL does for an I/O: guest instructions, its driver's share,\n"
			  "signals and exits to the host, interrupts, and latencies in virtual time, under\n"
			  "hosts that look at a ring at once or late.",
			  "  azk bench storage upstream/azure azure --json out/report/storage.json\n"
			  "  azk bench storage azure azure --only read_4k --drain 5     # A/A\n"
			  "  azk bench storage azure --machine q35 --device nvme",
			  argc, argv);
}

int bench_network(int argc, char **argv)
{
	return bench_load(&load_network, "azk bench network",
			  "Count what each KERNEL does for a packet: guest instructions, its driver's share,\n"
			  "signals and exits to the host, interrupts, and latencies in virtual time, under\n"
			  "hosts that look at a ring at once or late. The peer is in the host, and its counts\n"
			  "have to be the program's.",
			  "  azk bench network upstream/azure azure --json out/report/network.json\n"
			  "  azk bench network azure azure --only udp_rx --drain 5     # A/A",
			  argc, argv);
}
