// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk bench show: a report that was measured before, drawn again.
 *
 * Enters: a report's JSON. Leaves: its table on stdout, its drawing in a file.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "lib/boot_svg.h"
#include "lib/boot_text.h"
#include "lib/buf.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/load_svg.h"
#include "lib/load_text.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/report.h"

/* How each kind of report is drawn. */
static const struct {
	const char *kind;
	bool (*complete)(const json_t *report);
	void (*text)(const json_t *report, int top, struct buf *out);
	void (*svg)(const json_t *report, struct buf *out);
} drawers[] = {
	{ "boot", boot_text_counted, boot_text, boot_svg },
	{ "storage", load_text_complete, load_text, load_svg },
	{ "network", load_text_complete, load_text, load_svg },
};

#define NR_DRAWERS	(sizeof(drawers) / sizeof(*drawers))

static int show(const char *path, const char *svg, int top)
{
	struct buf b = BUF_INIT;
	json_t *report;
	size_t k;
	int ret = report_read(path, &report);

	if (ret)
		return ret;
	for (k = 0; k < NR_DRAWERS && strcmp(drawers[k].kind, report_str(report, "kind")); k++)
		;
	if (k == NR_DRAWERS) {
		ret = azk_err(AZK_EX_INPUT, path, NULL, "reports of kind '%s' have no drawing yet",
			      report_str(report, "kind"));
		json_decref(report);
		return ret;
	}
	if (!drawers[k].complete(report)) {
		ret = azk_err(AZK_EX_INPUT, path, "compare with 'azk bench boot', which writes one",
			      "not a report of counted boots, each repeated: nothing to show");
		json_decref(report);
		return ret;
	}
	drawers[k].text(report, top, &b);
	fputs(buf_str(&b), stdout);
	if (svg) {
		buf_reset(&b);
		drawers[k].svg(report, &b);
		ret = file_write(svg, b.s, b.len);
	}
	buf_free(&b);
	json_decref(report);
	return ret;
}

int bench_show(int argc, char **argv)
{
	const char *svg = NULL;
	int top = 20, nargs, rest, ret;
	const struct opt opts[] = {
		{ "svg", "F", "write the drawing", OPT_STR, &svg },
		{ "top", "N", "rows of each list (20)", OPT_INT, &top },
		{ NULL, NULL, NULL, OPT_FLAG, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk bench show", .args = "REPORT.json",
		.what = "Print the table of a report and draw it; nothing is measured.",
		.example = "  azk bench show out/report/boot.json --svg boot.svg --top 40",
		.opts = opts,
	};

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs != 1)
		return opt_bad(&u, "name one report");
	return show(argv[1], svg, top);
}
