// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two guests at once, one counted and one not; then symbols, windows, counters and what
 * the program said are laid on each other (lib/load_subject.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../guest/protocol.h"
#include "bench_work.h"
#include "beside.h"
#include "boot_host.h"
#include "exit.h"
#include "file.h"
#include "guest.h"
#include "hvcounters.h"
#include "hyperv.h"
#include "initrd.h"
#include "ksyms.h"
#include "load_measure.h"
#include "load_peer.h"
#include "load_profile.h"
#include "load_said.h"
#include "load_subject.h"
#include "moddep.h"
#include "msg.h"
#include "profile_log.h"
#include "qemu.h"

#define SYSMAP_MIN_BYTES	65536	/* see boot_measure.c */

/* Has the kernel symbols only it can tell: its own, or those of a module that is loaded? */
static bool asks_symbols(const struct load_measure *m, const struct kernel *k)
{
	struct strv files = STRV_INIT;
	struct buf list = BUF_INIT;
	bool ask = !k->sysmap || file_size(k->sysmap) < SYSMAP_MIN_BYTES;

	for (int i = 0; !ask && k->modules && m->target->modules[i]; i++)
		ask = !moddep_order(k->modules, m->target->modules[i], &files, &list) && files.n;
	strv_free(&files);
	buf_free(&list);
	return ask;
}

/* The other end of a NIC of q35, and QEMU's words for the wire. */
static int with_peer(const struct bench_work *w, bool counted, struct strv *extra, pid_t *peer)
{
	const char *mine = w->peer[!counted], *guest = w->wire[!counted];

	strv_add(extra, "-netdev");
	strv_addf(extra, "dgram,id=load,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s",
		  guest, mine);
	*peer = load_peer_start(mine, guest);
	if (*peer < 0)
		return azk_err(AZK_EX_SYSTEM, mine, NULL, "no peer: %s", strerror(errno));
	return AZK_OK;
}

/* One guest. @ask: it tells its symbols in the end, else it does something as long. */
static int once(const struct load_measure *m, const struct kernel *k, const struct bench_work *w,
		bool counted, bool ask, struct guest_result *res)
{
	char *program = beside_azk(NULL, m->plan->program), *initrd = NULL;
	struct strv words = STRV_INIT, add = STRV_INIT, modules = STRV_INIT, extra = STRV_INIT;
	struct hyperv_devices on = { .no_ic = true };
	struct initrd in = { .add = &add, .modules = &modules, .modules_dir = k->modules };
	struct guest_run r = {
		.boot = { .machine = m->machine, .kernel = k->image, .cpus = 1,
			  .memory = m->memory, .append = m->append, .icount = true,
			  .extra = &extra, .hyperv = &on },
		.hang_s = m->timeout_s, .timeout_s = m->timeout_s, .stream_fd = -1,
		.sysmap = k->sysmap,
	};
	pid_t peer = 0;
	int fd = -1, ret = AZK_OK;

	memset(res, 0, sizeof(*res));
	if (!file_exists(program))
		ret = azk_err(AZK_EX_NOFILE, program, "build it with 'make guest'",
			      "the program that makes the load is not there");
	load_words(m->plan, m->shape, m->target, &words);
	strv_add(&words, "--");
	strv_add(&words, counted && ask ? "ksyms" : "sleep");
	in.command = words.v;
	strv_addf(&add, "%s:/bin/%s", program, m->plan->program);
	/* a kernel that was built without its modules has to have them built in */
	for (int i = 0; k->modules && m->target->modules[i]; i++)
		strv_add(&modules, m->target->modules[i]);
	if (!ret && m->target->peer)
		ret = with_peer(w, counted, &extra, &peer);
	for (int i = 0; m->target->qemu[i]; i++)
		strv_add(&extra, m->target->qemu[i]);
	if (counted) {
		strv_add(&extra, "-plugin");
		strv_addf(&extra, "%s,marks=%s,log=%s,windows=on%s", w->plugin, w->marks, w->log,
			  w->host);
	}
	if (m->plan->disk && m->machine->hvhost)
		strv_add(&on.disk, m->plan->disk);
	if (m->plan->nic && m->machine->hvhost)
		strv_add(&on.nic, m->plan->nic);
	if (file_exists(w->script))
		on.script = w->script;
	if (!ret)
		ret = initrd_build(&in, &initrd, &fd);
	if (!ret) {
		r.boot.initrd = initrd;
		ret = guest_run(&r, res);
	}
	load_peer_stop(peer);
	initrd_free(initrd, fd);
	if (ret && ret != AZK_EX_NOFILE)
		azk_err(ret, k->name, "--logs DIR keeps what the guest printed", "%s; last line: %s",
			res->why.len ? buf_str(&res->why) : "the load program failed",
			res->last_line.len ? buf_str(&res->last_line) : "none");
	if (ret > 0 && ret <= AZK_EX_GUEST_MAX)
		ret = AZK_EX_TOOL;
	strv_free(&words);
	strv_free(&add);
	strv_free(&modules);
	strv_free(&extra);
	strv_free(&on.disk);
	strv_free(&on.nic);
	free(program);
	return ret;
}

/* In a process of its own: what the program says without the plugin, to a file. */
static pid_t plain_start(const struct load_measure *m, const struct kernel *k,
			 const struct bench_work *w, bool ask)
{
	struct guest_result res;
	struct buf lines = BUF_INIT;
	pid_t pid;
	int null, ret;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	/* what goes wrong here does so in the counted run, too, which says it */
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	ret = once(m, k, w, false, ask, &res);
	load_said_lines(buf_str(&res.console), &lines);
	if (!ret)
		ret = file_write(w->plain, buf_str(&lines), lines.len);
	fflush(NULL);
	_exit(ret);
}

static int plain_wait(pid_t pid, const char *name)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return AZK_OK;
	return azk_err(AZK_EX_TOOL, name, NULL, "the load ended when it was counted, but not without (%s)",
		       WIFEXITED(status) ? azk_exit_name(WEXITSTATUS(status)) : "killed");
}

static int symbols(const struct kernel *k, const char *debug, struct ksyms *s,
		   struct ksyms *modules)
{
	char *begin = strstr(debug, AZK_KSYMS_BEGIN "\n"), *text;
	char *end = begin ? strstr(begin, AZK_KSYMS_END) : NULL;
	bool sysmap = k->sysmap && file_size(k->sysmap) >= SYSMAP_MIN_BYTES;
	int ret = AZK_OK;

	memset(s, 0, sizeof(*s));
	memset(modules, 0, sizeof(*modules));
	if (sysmap)
		ret = ksyms_read(k->sysmap, s);
	if (ret || (sysmap && !end))
		return ret;
	if (!end)
		return azk_err(AZK_EX_INPUT, k->name, "give its System.map",
			       "the kernel does not tell its symbols");
	begin += strlen(AZK_KSYMS_BEGIN "\n");
	text = xstrndup(begin, (size_t)(end - begin));
	if (!sysmap)
		ret = ksyms_parse("/proc/kallsyms of the guest", text, s);
	if (!ret)
		ret = ksyms_modules("/proc/kallsyms of the guest", text, modules);
	free(text);
	return ret;
}

/*
 * Functions that copy, and the register with the number of bytes
 * (arch/x86/lib/{memcpy_64,memmove_64,copy_user_64}.S). What the compiler copies in
 * place is not seen.
 */
static const struct {
	const char *kind, *symbol;
} copiers[] = {
	{ "copy", "__memcpy" }, { "copy", "__memmove" }, { "copy_rcx", "rep_movs_alternative" },
};

/* Marks for them, of a kernel whose symbols are known before it runs. */
static int write_marks(const struct bench_work *w, const struct kernel *k, bool *any)
{
	struct buf marks = BUF_INIT;
	struct ksyms s = { 0 };
	int ret = AZK_OK;

	*any = k->sysmap && file_size(k->sysmap) >= SYSMAP_MIN_BYTES;
	if (*any)
		ret = ksyms_read(k->sysmap, &s);
	for (size_t i = 0; *any && !ret && i < sizeof(copiers) / sizeof(*copiers); i++) {
		uint64_t addr = ksyms_addr(&s, copiers[i].symbol);

		if (addr)
			buf_addf(&marks, "%s %s %" PRIx64 "\n", copiers[i].kind, copiers[i].symbol, addr);
	}
	if (!ret)
		ret = file_write(w->marks, buf_str(&marks), marks.len);
	ksyms_free(&s);
	buf_free(&marks);
	return ret;
}

/* Does the run that nobody counted say the same? */
static void compare(const struct bench_work *w, const struct guest_result *res, json_t *differ)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	load_said_lines(buf_str(&res->console), &a);
	if (file_read(w->plain, &b) || a.len != b.len || memcmp(a.s, b.s, a.len))
		json_array_append_new(differ, json_string("times and counts that the program saw: "
							  "not the same without counting"));
	buf_free(&a);
	buf_free(&b);
}

static int put_together(const struct load_measure *m, const struct kernel *k,
			const struct bench_work *w, const struct guest_result *res, bool copies,
			json_t **subject)
{
	struct load_facts f = { .plan = m->plan, .shape = m->shape, .copies = copies };
	struct ksyms s = { 0 }, modules = { 0 };
	struct load_profile prof = { 0 };
	struct plog p = { 0 };
	struct buf log = BUF_INIT;
	int ret = load_said(k->name, buf_str(&res->console), &f.runs, &f.cells);

	if (!ret)
		ret = symbols(k, buf_str(&res->debug), &s, &modules);
	if (!ret)
		ret = file_read(w->log, &log);
	if (!ret)
		ret = plog_parse(w->log, buf_str(&log), &p);
	if (!ret) {
		bench_keep(m->keep, k->name, "insncount", &log);
		load_profile_make(&p, &s, &modules, &prof);
		f.profile = &prof;
		f.phases = hvcounters(buf_str(&res->debug));
		f.differ = json_array();
		compare(w, res, f.differ);
		boot_host_check(&p, f.phases, f.differ);
		ret = load_subject(k, &f, subject);
		json_decref(f.phases);
		json_decref(f.differ);
	}
	json_decref(f.runs);
	json_decref(f.cells);
	load_profile_free(&prof);
	plog_free(&p);
	ksyms_free(&s);
	ksyms_free(&modules);
	buf_free(&log);
	return ret;
}

int load_measure(const struct load_measure *m, const struct kernel *k, json_t **subject)
{
	struct guest_result res = { 0 };
	struct buf script = BUF_INIT;
	struct bench_work w;
	bool ask = asks_symbols(m, k), copies = false;
	pid_t plain = 0;
	int ret;

	*subject = NULL;
	ret = bench_work_open(&w, m->machine->hvhost);
	load_script(m->plan, m->shape, m->target, &script);
	if (!ret)
		ret = write_marks(&w, k, &copies);
	if (!ret && script.len)
		ret = file_write(w.script, script.s, script.len);
	if (!ret) {
		azk_step_show(m->step, "%s: counted, and once not counted beside it", k->name);
		plain = plain_start(m, k, &w, ask);
		ret = once(m, k, &w, true, ask, &res);
		bench_keep(m->keep, k->name, "console", &res.console);
	}
	if (!ret)
		ret = plain_wait(plain, k->name);
	else if (plain > 0)
		kill(plain, SIGTERM);
	if (!ret)
		ret = put_together(m, k, &w, &res, copies, subject);
	guest_result_free(&res);
	buf_free(&script);
	bench_work_close(&w);
	return ret;
}
