// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk boot: one guest, one command, its exit code.
 *
 * Enters: a kernel and a command. Leaves: the guest's console on stdout, one
 * line on stderr when it did not go well, a JSON report when asked, and an exit
 * code from lib/exit.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "lib/bootreport.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/guest.h"
#include "lib/hvcounters.h"
#include "lib/hvimage.h"
#include "lib/hvpci.h"
#include "lib/hyperv.h"
#include "lib/initrd.h"
#include "lib/kernel.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/qemu.h"

#define MEMORY_DEFAULT	(512ull << 20)
#define MEMORY_MIN	(32ull << 20)
#define CPUS_MAX	255	/* what an 8-bit APIC id can name */

struct options {
	const char *kernel, *machine, *initrd, *append, *json, *modules_dir, *host_log, *counters;
	int cpus, timeout, hang, reboots;
	uint64_t memory;
	bool icount, verbose;
	struct strv add, modules;
	struct hyperv_devices hyperv;
};

/* Machines and exit codes, for --help. */
static char *help_tail(void)
{
	const struct qemu_machine *m;
	const struct azk_exit_name *n;
	struct buf b = BUF_INIT;

	buf_adds(&b, "machines:\n");
	for (m = qemu_machines; m->name; m++)
		buf_addf(&b, "  %-8s %s\n", m->name, m->what);
	buf_adds(&b, "\n"
		 "functions of --vpci:\n"
		 "  test                    our own, made by hvhost\n"
		 "  nvme[,file=F|,size=S]   QEMU's NVMe disk: file F, or S bytes of zeros that keep\n"
		 "                          nothing (1G)\n"
		 "  virtio-net, e1000e      QEMU's NIC on a user network of its own\n"
		 "  bdf=BB:DD.F             what the machine has there\n"
		 "  class=CCSSII            the first of a class that nobody took\n"
		 "All but test reach the machine's memory, hvhost's too: for guests one trusts.\n"
		 "\n"
		 "Without a command the guest reports its kernel, clock and memory. Commands\n"
		 "that init brings: cat dmesg echo false hang insmod ksyms ls meminfo phase\n"
		 "poweroff reboot report sleep spin sysrq true; with --initrd also all that F brings.\n"
		 "On a terminal, keys go to the guest once init runs; Ctrl-A x, or Ctrl-C three\n"
		 "times, ends it.\n"
		 "\n"
		 "exit codes:\n"
		 "  0-125  the command's own\n");
	for (n = azk_exit_names; n->name; n++)
		buf_addf(&b, "  %d  %-17s %s\n", n->code, n->name, n->text);
	b.s[b.len - 1] = '\0';
	return b.s;
}

static int check(const struct opt_usage *u, struct options *o, int nargs, char **argv,
		 const struct qemu_machine **m)
{
	struct buf list = BUF_INIT;
	struct hyperv_disk disk;
	uint64_t disks = 0;
	const char *why;
	int ret = AZK_OK;

	if (nargs > 1)
		return opt_bad(u,
			       "one kernel at a time, got '%s' and '%s' (a command follows '--')",
			       argv[1], argv[2]);
	if (nargs)
		o->kernel = argv[1];
	*m = qemu_machine(o->machine);
	if (!*m) {
		for (const struct qemu_machine *i = qemu_machines; i->name; i++)
			buf_addf(&list, " %s", i->name);
		ret = opt_bad(u, "no machine '%s'; there are%s", o->machine,
			      buf_str(&list));
	}
	if (!ret && (o->cpus < 1 || o->cpus > CPUS_MAX))
		ret = opt_bad(u, "--cpus wants 1 to %d, got %d", CPUS_MAX, o->cpus);
	if (!ret && (*m)->hvhost && o->cpus > HYPERV_CPUS_MAX)
		ret = opt_bad(u, "hvhost has at most %d vCPUs, got --cpus %d", HYPERV_CPUS_MAX,
			      o->cpus);
	if (!ret && o->host_log && !(*m)->hvhost)
		ret = opt_bad(u, "--host-log is the log of hvhost: only with --machine hyperv");
	if (!ret && o->hyperv.disk.n && !(*m)->hvhost)
		ret = opt_bad(u, "--disk is a disk of hvhost: only with --machine hyperv");
	for (size_t i = 0; !ret && i < o->hyperv.disk.n; i++) {
		why = hyperv_disk(o->hyperv.disk.v[i], &disk);
		free(disk.file);
		disks += why ? 0 : disk.memory;
		if (why)
			ret = opt_bad(u, "--disk %s: %s", o->hyperv.disk.v[i], why);
		else if (i == HYPERV_DISKS_MAX || disks > HYPERV_DISKS_BYTES)
			ret = opt_bad(
				u,
				"--disk: at most %d disks, %d MiB together in memory (file=F is not)",
				HYPERV_DISKS_MAX, (int)(HYPERV_DISKS_BYTES >> 20));
	}
	if (!ret && o->hyperv.nic.n && !(*m)->hvhost)
		ret = opt_bad(u, "--nic is a NIC of hvhost: only with --machine hyperv");
	for (size_t i = 0; !ret && i < o->hyperv.nic.n; i++) {
		why = hyperv_nic(o->hyperv.nic.v[i]);
		if (why)
			ret = opt_bad(u, "--nic %s: %s", o->hyperv.nic.v[i], why);
		else if (i == HYPERV_NICS_MAX)
			ret = opt_bad(u, "--nic: at most %d", HYPERV_NICS_MAX);
	}
	if (!ret && (o->hyperv.script || o->counters) && !(*m)->hvhost)
		ret = opt_bad(
			u, "--host-script and --counters are hvhost's: only with --machine hyperv");
	if (!ret && o->hyperv.script)
		ret = hyperv_script(o->hyperv.script);
	if (!ret && o->hyperv.vpci.n && !(*m)->hvhost)
		ret = opt_bad(u, "--vpci is a bus of hvhost: only with --machine hyperv");
	for (size_t i = 0; !ret && i < o->hyperv.vpci.n; i++) {
		why = hvpci_check(o->hyperv.vpci.v[i]);
		if (why)
			ret = opt_bad(u, "--vpci %s: %s", o->hyperv.vpci.v[i], why);
	}
	why = ret ? NULL : hvpci_fits(&o->hyperv);
	if (why)
		ret = opt_bad(u, "--vpci: %s", why);
	why = ret || !o->icount ? NULL : hyperv_outside(&o->hyperv);
	if (why)
		ret = opt_bad(
			u,
			"--icount repeats a run to the instruction, and %s answers when QEMU's "
			"host does: leave one out",
			why);
	if (!ret && o->hyperv.config.n && !(*m)->hvhost)
		ret = opt_bad(u, "--host-config is for hvhost: only with --machine hyperv");
	for (size_t i = 0; !ret && i < o->hyperv.config.n; i++) {
		char what[160];

		if (!hyperv_config(o->hyperv.config.v[i], what, sizeof(what)))
			ret = opt_bad(u, "--host-config %s: %s", o->hyperv.config.v[i], what);
	}
	if (!ret && o->hyperv.no_ic && !(*m)->hvhost)
		ret = opt_bad(u,
			      "--no-ic leaves devices of hvhost out: only with --machine hyperv");
	if (!ret && o->memory < MEMORY_MIN)
		ret = opt_bad(u, "--memory wants at least 32M");
	buf_free(&list);
	return ret;
}

/* A person at the keyboard, and we are the ones they type to. */
static bool typed_to(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	       tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* What went wrong, on stderr, after the console. */
static void explain(const char *name, const struct guest_result *res)
{
	const struct verdict *v = &res->init;

	if (res->console.len && res->console.s[res->console.len - 1] != '\n')
		putchar('\n');
	fflush(stdout);
	if (res->qemu_major && res->qemu_major < QEMU_MIN_MAJOR)
		fprintf(stderr, "azk: QEMU %d.%d boots this, but azk bench needs %d; "
			"run 'make setup'\n", res->qemu_major, res->qemu_minor,
			QEMU_MIN_MAJOR);
	for (size_t i = 0; i < v->modules.n; i++)
		fprintf(stderr, "azk: %s: module not loaded: %s\n", name,
			v->modules.v[i]);
	if (!res->why.len)
		return;
	for (size_t i = 0; i < v->log.n; i++)
		fprintf(stderr, "  %s\n", v->log.v[i]);
	if (res->where.len)
		fprintf(stderr, "azk: %s: %s\n", name, buf_str(&res->where));
	if (!res->qemu_major)	/* there was no guest */
		azk_err(res->code, name, NULL, "%s", buf_str(&res->why));
	else if (!res->last_line.len)
		azk_err(res->code, name, "--verbose shows the kernel's log",
			"%s; no line on the console", buf_str(&res->why));
	else
		azk_err(res->code, name, NULL, "%s; last line: %s",
			buf_str(&res->why), buf_str(&res->last_line));
}

static int write_host_log(const char *path, const char *debug)
{
	struct buf out = BUF_INIT;
	int ret;

	while (*debug) {
		size_t n = strcspn(debug, "\n");

		n += debug[n] == '\n';
		if (hyperv_line(debug))
			buf_addf(&out, "%.*s", (int)n, debug);
		debug += n;
	}
	ret = file_write(path, buf_str(&out), out.len);
	buf_free(&out);
	return ret;
}

/* Whether this machine can start this kernel. */
static int suits(const struct qemu_machine *m, const struct kernel *k)
{
	if (!m->hvhost && k->format == KERNEL_FLAT)
		return azk_err(AZK_EX_KERNEL, k->image, "add --machine hyperv",
			       "machine %s does not start flat kernels", m->name);
	return AZK_OK;
}

/* A flat kernel's command line: what the user appends, then the words behind "--". */
static char *flat_cmdline(const char *append, char **command)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, append ? append : "");
	for (; command && *command; command++)
		buf_addf(&b, "%s%s", b.len ? " " : "", *command);
	return b.s ? b.s : xstrdup("");
}

static int boot(const struct options *o, const struct qemu_machine *m,
		const struct kernel *k, char **command)
{
	struct initrd in = {
		.base = o->initrd, .command = command, .interactive = typed_to(),
		.add = &o->add, .modules = &o->modules,
		.modules_dir = o->modules_dir ? o->modules_dir : k->modules,
	};
	struct guest_run r = {
		.boot = { .machine = m, .kernel = k->image, .cpus = o->cpus,
			  .memory = o->memory, .icount = o->icount, .reboots = o->reboots,
			  .hyperv = &o->hyperv },
		.hang_s = o->hang, .timeout_s = o->timeout,
		.stream_fd = STDOUT_FILENO, .interactive = in.interactive,
		.sysmap = k->sysmap,
	};
	struct guest_result res;
	bool flat = k->format == KERNEL_FLAT;
	char *initrd = NULL, *append;
	int fd = -1, ret;

	ret = flat ? AZK_OK : initrd_build(&in, &initrd, &fd);
	if (ret) {
		initrd_free(initrd, fd);
		return ret;
	}
	append = flat ? flat_cmdline(o->append, command) :
		 qemu_cmdline(m, o->verbose, o->icount, o->append);
	r.boot.flat = flat;
	r.boot.initrd = initrd;
	r.boot.append = append;
	ret = guest_run(&r, &res);
	if (ret == AZK_EX_QEMU && !res.console.len && res.err.len)
		qemu_lacks(&r.boot, &res.why);
	/* hvhost's own words for what a QEMU cannot do */
	if (ret == AZK_EX_HOST && strstr(buf_str(&res.why), "start QEMU"))
		buf_addf(&res.why, " (this is QEMU %d.%d)", res.qemu_major, res.qemu_minor);
	explain(k->name, &res);
	if (o->host_log) {
		int wrote = write_host_log(o->host_log, buf_str(&res.debug));

		ret = wrote ? wrote : ret;
	}
	if (o->counters) {
		int wrote = hvcounters_write(o->counters, buf_str(&res.debug));

		ret = wrote ? wrote : ret;
	}
	if (o->json) {
		int wrote = bootreport_write(o->json, k, &r, &res);

		ret = wrote ? wrote : ret;
	}
	guest_result_free(&res);
	initrd_free(initrd, fd);
	free(append);
	return ret;
}

int cmd_boot(int argc, char **argv)
{
	struct options o = {
		.kernel = "azure", .machine = qemu_machines[0].name, .cpus = 1,
		.memory = MEMORY_DEFAULT, .hang = GUEST_HANG_S,
		.timeout = GUEST_TIMEOUT_S,
	};
	const struct opt opts[] = {
		{ "machine", "M", "virtual hardware, see below (hyperv)", OPT_STR, &o.machine },
		{ "cpus", "N", "virtual CPUs (1)", OPT_INT, &o.cpus },
		{ "memory", "SIZE", "memory (512M)", OPT_SIZE, &o.memory },
		{ "initrd", "F", "initramfs whose programs the command may use", OPT_STR,
		  &o.initrd },
		{ "append", "S", "kernel options, after ours", OPT_STR, &o.append },
		{ "verbose", NULL,
		  "the kernel's whole log on the console (no quiet)", OPT_FLAG, &o.verbose },
		{ "add", "HOST[:GUEST]",
		  "file or directory to put into the guest; repeatable", OPT_LIST, &o.add },
		{ "module", "NAME[ P=V]",
		  "module to load before the command, with what it needs; repeatable",
		  OPT_LIST, &o.modules },
		{ "modules-dir", "DIR",
		  "directory with modules.dep (beside the kernel)", OPT_STR, &o.modules_dir },
		{ "icount", NULL,
		  "deterministic: one instruction is 1 ns; fixed clock and seed",
		  OPT_FLAG, &o.icount },
		{ "hang", "S",
		  "seconds without output that mean a hang; 0: none (60)", OPT_INT, &o.hang },
		{ "timeout", "S", "limit for the whole run; 0: none (300)", OPT_INT, &o.timeout },
		{ "reboots", "N", "let the guest reboot so often; then a reboot ends it (0)",
		  OPT_INT, &o.reboots },
		{ "json", "F", "write a report", OPT_STR, &o.json },
		{ "host-log", "F",
		  "write what hvhost says (machine hyperv)", OPT_STR, &o.host_log },
		{ "disk", "SIZE|FILE|file=FILE[,ro]",
		  "SCSI disk: in memory, empty or a copy of FILE; or FILE itself, writes stay; "
		  "repeatable (machine hyperv)",
		  OPT_LIST, &o.hyperv.disk },
		{ "host-script", "F",
		  "latency, faults and actions of the host (machine hyperv)",
		  OPT_STR, &o.hyperv.script },
		{ "nic", "WHAT[,mac=MAC]",
		  "network card; loopback: a peer that answers, at 192.0.2.1; user: QEMU's "
		  "user network; repeatable (machine hyperv)",
		  OPT_LIST, &o.hyperv.nic },
		{ "counters", "F",
		  "write what hvhost counted, as JSON (machine hyperv)", OPT_STR, &o.counters },
		{ "vpci", "F[+F]...",
		  "PCI bus behind VMBus with functions F, see below; repeatable (machine hyperv)",
		  OPT_LIST, &o.hyperv.vpci },
		{ "host-config", "KEY=VALUE",
		  "privileges=, features=, hints=, vmbus=, monitored=, shared-interrupt= of "
		  "hvhost; repeatable (machine hyperv)",
		  OPT_LIST, &o.hyperv.config },
		{ "no-ic", NULL,
		  "no heartbeat, shutdown, timesync, keyboard on the bus (machine hyperv)",
		  OPT_FLAG, &o.hyperv.no_ic },
		{ NULL, NULL, NULL, OPT_FLAG, NULL },
	};
	char *tail = help_tail();
	const struct opt_usage usage = {
		.cmd = "azk boot", .args = "[KERNEL] [-- COMMAND [ARG]...]",
		.what = "Boot KERNEL (a bzImage, a vmlinux, PROFILE, upstream/PROFILE; default azure),\n"
			"stream its console, run COMMAND in it and exit with the command's code. A flat\n"
			"multiboot kernel (machine hyperv) gets COMMAND as its command line and ends with\n"
			"what it writes to port 0xf4 (QEMU's own status for it is twice that plus one).",
		.example = "  azk boot azure -- /bin/true\n"
			   "  azk boot out/upstream/azure/bzImage --cpus 2 --verbose -- cat /proc/interrupts",
		.more = tail, .opts = opts,
	};
	const struct qemu_machine *m = NULL;
	struct kernel k = { 0 };
	int nargs, rest, ret;

	ret = opt_parse(&usage, argc, argv, &nargs, &rest);
	if (!ret)
		ret = check(&usage, &o, nargs, argv, &m);
	if (!ret)
		ret = kernel_find(o.kernel, &k);
	if (!ret && m->hvhost)
		ret = hvimage_there();
	if (!ret && m->hvhost)
		ret = qemu_hvhost();
	if (!ret)
		ret = suits(m, &k);
	if (!ret)
		ret = boot(&o, m, &k, rest < argc ? argv + rest : NULL);
	kernel_free(&k);
	strv_free(&o.add);
	strv_free(&o.modules);
	strv_free(&o.hyperv.disk);
	strv_free(&o.hyperv.nic);
	strv_free(&o.hyperv.vpci);
	strv_free(&o.hyperv.config);
	free(tail);
	return ret == OPT_HELP ? AZK_OK : ret;
}
