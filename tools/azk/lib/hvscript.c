// SPDX-License-Identifier: GPL-2.0-only
/* Scripts and words for hvhost are checked here, by its own parsers, before QEMU starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "hyperv.h"
#include "msg.h"

#undef __printf	/* hvhost has its own */
#include "../../hvhost/boot/config.h"
#include "../../hvhost/include/script.h"

/* Words a person may give; all others azk writes itself. */
static const char *const words[] = {
	"privileges=", "features=", "hints=", "vmbus=", "monitored=", "shared-interrupt=", "seed=",
};

bool hyperv_config(const char *word, char *why, size_t size)
{
	struct vm_config *c = malloc(sizeof(*c));
	bool known = false, good;
	int n;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		known |= str_starts(word, words[i]);
	good = c && known && !strchr(word, ' ') && config_parse(c, word, why, size);
	free(c);
	n = snprintf(why, size, "expected one of");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		n += snprintf(why + n, size - (size_t)n, " %s", words[i]);
	snprintf(why + n, size - (size_t)n,
		 " with a mask (0x...), a version (5.2), a device (scsi0) or a number");
	return good;
}

int hyperv_script(const char *file)
{
	struct script_rules *rules = malloc(sizeof(*rules));
	struct buf text = BUF_INIT;
	struct script_error e;
	char *where;
	int ret;

	ret = file_read(file, &text);
	if (!ret && !script_parse(rules, buf_str(&text), text.len, &e)) {
		where = xasprintf("%s:%u", file, e.line);
		ret = azk_err(AZK_EX_INPUT, where, "the grammar is in tools/hvhost/README.md", "%s",
			      e.why);
		free(where);
	}
	buf_free(&text);
	free(rules);
	return ret;
}
