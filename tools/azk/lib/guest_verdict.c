// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a guest ended: from what init said, what the console said and how QEMU
 * left, to an exit code and one line. Called by guest.c when the loop is over.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../guest/protocol.h"
#include "exit.h"
#include "guest_session.h"
#include "hyperv.h"
#include "msg.h"

int because(struct session *s, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&s->res->why, fmt, ap);
	va_end(ap);
	return code;
}

static const char *before_or_after(const struct session *s)
{
	return s->res->init.started ? "after" : "before";
}

/*
 * Init had the last word. Its taint flags say whether the kernel had a fault;
 * text only counts for what does not taint.
 */
static int reported(struct session *s)
{
	const struct verdict *v = &s->res->init;

	if (v->taint & AZK_TAINT_FAULT)
		return because(s, AZK_EX_OOPS, "the kernel had a fault and went on: %s",
			       v->log.n ? v->log.v[0] :
			       s->first[CONSOLE_FAULT].line ? s->first[CONSOLE_FAULT].line :
			       "taint flags only");
	if (s->first[CONSOLE_REPORT].line)
		return because(s, AZK_EX_OOPS, "the kernel reported a %s and went on: %s",
			       s->first[CONSOLE_REPORT].pattern->meaning,
			       s->first[CONSOLE_REPORT].line);
	if (v->poweroff)
		return because(s, AZK_EX_POWEROFF,
			       "the guest powered off before its command ended, as its host asked");
	if (v->reboot)
		return because(s, AZK_EX_REBOOT, "the guest rebooted before its command ended%s",
			       s->reboots ? ", once more than --reboots lets it" : "");
	if (v->signal)
		return because(s, AZK_EX_GUEST_SIGNAL,
			       "the guest command was killed by signal %d (%s)",
			       v->signal, strsignal(v->signal));
	if (v->exit_code > AZK_EX_GUEST_MAX)
		return because(s, AZK_EX_GUEST_SIGNAL,
			       "the guest command ended with %d%s", v->exit_code,
			       v->exit_code == 127 ? " (no such command)" :
			       v->exit_code == 126 ? " (it cannot be executed)" : "");
	return v->exit_code;
}

/* A panic by its text; nothing came after it, so any line will do. */
static bool panicked(struct session *s)
{
	struct buf *c = &s->res->console;
	char *line, *nl;
	bool found = s->first[CONSOLE_PANIC].line;

	if (found) {
		because(s, 0, "the guest panicked %s init: %s", before_or_after(s),
			s->first[CONSOLE_PANIC].line);
		return true;
	}
	for (line = c->s; line && *line && !found; line = nl ? nl + 1 : NULL) {
		nl = strchr(line, '\n');
		if (nl)
			*nl = '\0';
		found = console_find(line, CONSOLE_PANIC);
		if (found)
			because(s, 0, "the guest panicked %s init: %s",
				before_or_after(s), line);
		if (nl)
			*nl = '\n';
	}
	return found;
}

bool guest_may_reboot(const struct session *s)
{
	const struct verdict *v = &s->res->init;

	if (v->taint & AZK_TAINT_FAULT || s->first[CONSOLE_PANIC].line ||
	    s->first[CONSOLE_FAULT].line || s->first[CONSOLE_REPORT].line)
		return false;
	return v->reboot || s->first[CONSOLE_REBOOT].line;
}

/* hvhost ended it, and its last words say why. */
static int hvhost_ended(struct session *s)
{
	const char *why = hyperv_stop(buf_str(&s->res->debug));

	if (!why)
		why = "no word";
	return because(s, AZK_EX_HOST, "hvhost stopped: %.*s", (int)strcspn(why, "\n"), why);
}

/*
 * A flat kernel has no init: it writes its status to QEMU's exit port, which makes
 * QEMU end with (status << 1) | 1. hvhost says it, too, because a QEMU that could
 * not start also ends with 1.
 */
static bool flat_ended(struct session *s, int *code)
{
	unsigned int status;

	if (!s->r->boot.flat || !WIFEXITED(s->status) ||
	    !hyperv_exit(buf_str(&s->res->debug), &status) ||
	    WEXITSTATUS(s->status) != (int)((status << 1 | 1) & 0xff))
		return false;
	*code = (int)status;
	if (status > AZK_EX_GUEST_MAX)
		*code = because(s, AZK_EX_GUEST_SIGNAL, "the flat kernel ended with %u", status);
	return true;
}

static int qemu_ended(struct session *s)
{
	const struct buf *err = &s->res->err;
	char *text, *last;
	int code;

	if (flat_ended(s, &code))
		return code;
	if (s->r->boot.machine->hvhost && WIFEXITED(s->status) &&
	    (WEXITSTATUS(s->status) == HYPERV_STATUS_HOST ||
	     WEXITSTATUS(s->status) == HYPERV_STATUS_GUEST))
		return hvhost_ended(s);
	if (panicked(s))
		return AZK_EX_PANIC;
	if (s->first[CONSOLE_REBOOT].line)
		return because(s, AZK_EX_QEMU, "the guest left without a verdict (%s)",
			       s->first[CONSOLE_REBOOT].pattern->meaning);
	if (s->qmp.shutdown == QMP_GUEST_RESET)
		return because(s, AZK_EX_PANIC,
			       "the guest reset itself without a word %s init (triple fault)",
			       before_or_after(s));
	if (s->qmp.shutdown == QMP_GUEST_SHUTDOWN)
		return because(s, AZK_EX_QEMU, "the guest powered off without a verdict");
	text = xstrdup(buf_str(err));
	last = str_trim(text);
	if (strrchr(last, '\n'))
		last = strrchr(last, '\n') + 1;
	if (WIFSIGNALED(s->status))
		because(s, 0, "QEMU was killed by signal %d (%s)", WTERMSIG(s->status),
			strsignal(WTERMSIG(s->status)));
	else
		because(s, 0, "QEMU ended with %d", WEXITSTATUS(s->status));
	if (*last)
		because(s, 0, ": %s", last);
	free(text);
	return AZK_EX_QEMU;
}

int guest_decide(struct session *s)
{
	if (s->res->init.ended)
		return reported(s);
	switch (s->end) {
	case SILENT:
		/* a panic that the user told not to reset */
		if (s->first[CONSOLE_PANIC].line && panicked(s))
			return AZK_EX_PANIC;
		return because(s, s->res->init.started ? AZK_EX_HANG_LATE :
							 AZK_EX_HANG_EARLY,
			       "the guest hangs %s init: no output for %d s",
			       before_or_after(s), s->r->hang_s);
	case TOO_LONG:
		return because(s, AZK_EX_TIMEOUT, "not done after %d s (%s init)",
			       s->r->timeout_s, before_or_after(s));
	case INTERRUPTED:
		return because(s, AZK_EX_INTERRUPTED, "interrupted");
	case NO_READER:
		return because(s, AZK_EX_INTERRUPTED, "standard output was closed");
	case RUNNING:
	case ENDED:
		break;
	}
	return qemu_ended(s);
}

