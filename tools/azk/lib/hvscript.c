// SPDX-License-Identifier: GPL-2.0-only
/* A host script is checked here, by the parser hvhost itself uses, before QEMU starts. */
#include <stdlib.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "hyperv.h"
#include "msg.h"

#undef __printf	/* hvhost has its own */
#include "../../hvhost/include/script.h"

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
		ret = azk_err(AZK_EX_INPUT, where, "the grammar is in tools/hvhost/README.md", "%s", e.why);
		free(where);
	}
	buf_free(&text);
	free(rules);
	return ret;
}
