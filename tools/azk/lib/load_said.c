// SPDX-License-Identifier: GPL-2.0-only
/* See load_said.h. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "load_said.h"
#include "msg.h"

#define RUN	"# run "
#define CELL	"# cell "

static int take(const char *name, const char *line, const char *word, json_t *to)
{
	json_error_t e;
	json_t *o = json_loads(line + strlen(word), 0, &e);

	if (!o)
		return azk_err(AZK_EX_INPUT, name, "run it again; this is what the guest printed",
			       "no JSON (%s): '%s'", e.text, line);
	json_array_append_new(to, o);
	return AZK_OK;
}

int load_said(const char *name, const char *console, json_t **runs, json_t **cells)
{
	bool ended = false;
	struct lines l;
	int ret = AZK_OK;

	*runs = json_array();
	*cells = json_array();
	lines_init(&l, name, console);
	while (!ret && lines_next(&l)) {
		if (str_starts(l.line, RUN))
			ret = take(name, l.line, RUN, *runs);
		else if (str_starts(l.line, CELL))
			ret = take(name, l.line, CELL, *cells);
		else if (str_starts(l.line, "not ok "))
			ret = azk_err(AZK_EX_INPUT, name, "'azk boot' with the same device and program shows more",
				      "a run of the load failed: %s", l.line);
		ended = ended || str_starts(l.line, "1..");
	}
	lines_done(&l);
	if (!ret && !ended)
		ret = azk_err(AZK_EX_INPUT, name, "see what it printed with 'azk boot'",
			      "the load program did not come to its end");
	return ret;
}

void load_said_lines(const char *console, struct buf *out)
{
	struct lines l;

	lines_init(&l, "", console);
	while (lines_next(&l))
		if (str_starts(l.line, RUN) || str_starts(l.line, CELL))
			buf_addf(out, "%s\n", l.line);
	lines_done(&l);
}
