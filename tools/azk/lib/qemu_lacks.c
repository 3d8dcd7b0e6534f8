// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU that is too old for a machine, or was built without something: asked of
 * the program itself. azk boot calls the first before it starts a guest on the
 * machine hyperv, and the second only when QEMU refused, since each question
 * costs a start of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "msg.h"
#include "qemu.h"
#include "run.h"

static void ask(const char *option, const char *value, struct buf *out)
{
	const char *const argv[] = { QEMU_PROGRAM, option, value, NULL };
	const struct run r = { .argv = argv, .out = out, .quiet = true };

	run(&r);	/* one that fails has said nothing, which is looked for by the caller */
}

static bool version(int *major, int *minor)
{
	struct buf out = BUF_INIT;
	const char *at;
	bool said;

	ask("--version", NULL, &out);
	at = strstr(buf_str(&out), "version ");
	said = at && sscanf(at, "version %d.%d", major, minor) == 2;
	buf_free(&out);
	return said;
}

int qemu_hvhost(void)
{
	int major, minor;

	/* one that is not there or says nothing: guest_run() finds out why */
	if (!version(&major, &minor) || major >= QEMU_HVHOST_MAJOR)
		return AZK_OK;
	return azk_err(
		AZK_EX_QEMU, QEMU_PROGRAM, "run 'make setup'",
		"QEMU %d.%d is too old for the machine hyperv, which needs %d: no x2APIC without KVM before",
		major, minor, QEMU_HVHOST_MAJOR);
}

static bool says(const char *option, const char *value, const char *word)
{
	struct buf out = BUF_INIT;
	bool found;

	ask(option, value, &out);
	found = strstr(buf_str(&out), word);
	buf_free(&out);
	return found;
}

/* The first device of the command line that this QEMU does not list; the caller frees it. */
static char *missing_device(const struct qemu_boot *b)
{
	const struct qemu_fds fds = { 0, 0, 0 };
	struct strv argv = STRV_INIT;
	struct buf list = BUF_INIT;
	char *missing = NULL;

	ask("-device", "help", &list);
	qemu_args(&argv, b, &fds);
	for (size_t i = 0; list.len && !missing && i + 1 < argv.n; i++) {
		char *name, *listed;

		if (strcmp(argv.v[i], "-device"))
			continue;
		name = xstrndup(argv.v[i + 1], strcspn(argv.v[i + 1], ","));
		listed = xasprintf("name \"%s\"", name);
		if (strstr(buf_str(&list), listed))
			free(name);
		else
			missing = name;
		free(listed);
	}
	strv_free(&argv);
	buf_free(&list);
	return missing;
}

bool qemu_lacks(const struct qemu_boot *b, struct buf *why)
{
	int major, minor;
	char *what = missing_device(b);

	if (!what && b->machine->hvhost && !says("-device", "hpet,help", " msi="))
		what = xstrdup("hpet.msi");
	if (!what && b->machine->hvhost && !says("-cpu", "help", " svm"))
		what = xstrdup("SVM in -cpu max");
	if (!what || !version(&major, &minor)) {
		free(what);
		return false;
	}
	buf_reset(why);
	buf_addf(why, "QEMU %d.%d has no %s, which this guest needs; run 'make setup'", major,
		 minor, what);
	free(what);
	return true;
}
