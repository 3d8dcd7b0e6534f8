// SPDX-License-Identifier: GPL-2.0-only
/* Any text as a host script: taken, or refused with a line that is in it. */
#include <stdlib.h>
#include <string.h>

#include "lib.h"
#include "script.h"

/* Mostly the words of the grammar, so that inputs get somewhere. */
static const char *const words[] = {
	"scsi0", "net*", "vmbus", "*", "read", "open-result", "nth", "every", "from", "to",
	"chance",
	"5%", "delay", "20us", "1us..3ms", "drop", "refuse", "0x5", "7", "corrupt", "short", "seed",
	"\n", "#", "..", "0x", "18446744073709551615", "%", "-", "9s..",
	"at", "phase", "after", "1s", "vpci0", "net0", "add", "remove", "resize", "64M", "eject",
	"generate", "rescind", "offer", "timesync0", "step", "keyboard0", "key", "set", "reorder",
	"then-rescind", "in", "9T", "1000000001K", "scsi4294967295", "\nat 1s scsi0", "\nphase 1",
};

/* What was taken is within its bounds. */
static void check(const struct script_rules *r)
{
	if (r->n > SCRIPT_RULES || r->actions > SCRIPT_ACTIONS)
		abort();
	for (u32 i = 0; i < r->actions; i++)
		if (!r->action[i].verb || r->action[i].n > ARRAY_SIZE(r->action[i].arg) ||
		    !memchr(r->action[i].device, 0, SCRIPT_NAME))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct script_rules rules;
	struct script_error e;
	char text[4096], *exact;
	size_t n = 0;
	u32 lines = 1;

	for (size_t i = 0; i < size && n < sizeof(text) - 32; i++) {
		if (data[i] < 0xc0) {
			const char *w = words[data[i] % ARRAY_SIZE(words)];

			memcpy(text + n, w, strlen(w));
			n += strlen(w);
			text[n++] = ' ';
		} else {
			text[n++] = (char)data[i];
		}
	}
	exact = malloc(n + 1);
	memcpy(exact, text, n);
	for (size_t i = 0; i < n; i++)
		lines += exact[i] == '\n';
	if (!script_parse(&rules, exact, n, &e)) {
		if (!e.line || e.line > lines || !e.why[0])
			abort();
	} else {
		check(&rules);
	}
	free(exact);
	return 0;
}
