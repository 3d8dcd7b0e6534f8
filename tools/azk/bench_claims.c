// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk bench claims: does what the patches promise hold?
 *
 * Enters: the "Claim:" trailers of patches/ and measured reports. Leaves: a
 * table with a verdict for each claim, JSON when asked, and AZK_EX_CHECK when
 * one does not hold. A claim about something no report measured is listed, and
 * is no failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "lib/buf.h"
#include "lib/claim.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/patch.h"
#include "lib/report.h"
#include "lib/series.h"
#include "lib/table.h"

#define REPORTS_MAX	16

struct totals {
	int holds, fails, unmeasured;
};

struct state {
	json_t *report[REPORTS_MAX];
	int reports;
	json_t *result;
	struct table table;
	struct totals totals;
};

/* Where claims look when no report is named. */
static const char *const defaults[] = {
	"out/report/boot.json", "out/report/network.json", "out/report/storage.json",
};

static const json_t *find_report(const struct state *st, const struct claim *c)
{
	for (int i = 0; i < st->reports; i++)
		if (!strcmp(report_str(st->report[i], "kind"), c->kind) &&
		    claim_on(c, report_str(st->report[i], "machine")))
			return st->report[i];
	return NULL;
}

static void verdict(struct state *st, const char *patch, const struct claim *c,
		    const char *word, double ours, bool have_ours, double up, bool have_up)
{
	char *text = claim_str(c);
	json_t *o = json_pack("{s:s, s:s, s:s}", "patch", patch, "claim", text,
			      "verdict", word);

	if (have_ours)
		json_object_set_new(o, "ours", json_real(ours));
	if (have_up)
		json_object_set_new(o, "upstream", json_real(up));
	json_array_append_new(st->result, o);
	table_row(&st->table, word);
	table_cell(&st->table, text);
	table_number(&st->table, up, have_up);
	table_number(&st->table, ours, have_ours);
	table_ratio(&st->table, ours, up, have_ours && have_up);
	free(text);
}

static int judge(struct state *st, const char *patch, int line, const struct claim *c)
{
	const json_t *r = find_report(st, c);
	double ours = 0, up = 0;
	bool have_ours, have_up, holds;
	char at[512];

	if (!r) {
		st->totals.unmeasured++;
		verdict(st, patch, c, "not measured", 0, false, 0, false);
		return AZK_OK;
	}
	have_ours = report_metric(report_role(r, "ours"), c->name, &ours);
	have_up = report_metric(report_role(r, "upstream"), c->name, &up);
	if (!have_ours || (c->ratio && !have_up))
		return azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), patch, line),
			       "'azk bench show' lists what was measured",
			       "no metric %s.%s in the report", c->kind, c->name);
	/* A row that nobody has reads as 0: a share of that holds for anything. */
	if (c->ratio && up == 0)
		return azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), patch, line),
			       "'azk bench show' lists what was measured",
			       "%s.%s is 0 for upstream: nothing to be a share of",
			       c->kind, c->name);
	holds = claim_holds(c, ours, up);
	if (holds)
		st->totals.holds++;
	else
		st->totals.fails++;
	verdict(st, patch, c, holds ? "holds" : "FAILS", ours, true, up, have_up);
	return AZK_OK;
}

static int one_patch(struct state *st, const char *path)
{
	const struct patch_trailer *t;
	struct patch p;
	int ret = patch_read(path, &p, NULL);

	for (size_t i = 0; !ret && (t = patch_trailer(&p, "Claim", i));
	     i = (size_t)(t - p.trailer) + 1) {
		struct claim c;
		char at[512], *wrong = claim_parse(t->value, &c);

		if (wrong) {
			ret = azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), path, t->line),
				      NULL, "Claim: %s", wrong);
			free(wrong);
			break;
		}
		ret = judge(st, path, t->line, &c);
		claim_free(&c);
	}
	patch_free(&p);
	return ret;
}

static int all_patches(struct state *st, const char *dir)
{
	struct series s;
	int ret = series_read(dir, &s, NULL);

	for (size_t i = 0; !ret && i < s.n; i++) {
		char *path = series_path(&s, i);

		ret = one_patch(st, path);
		free(path);
	}
	series_free(&s);
	return ret;
}

static int load(struct state *st, int n, char **paths)
{
	int ret = AZK_OK;

	for (int i = 0; !ret && i < n; i++) {
		ret = report_read(paths[i], &st->report[i]);
		st->reports += !ret;
	}
	for (size_t i = 0; !n && !ret && i < sizeof(defaults) / sizeof(*defaults); i++)
		if (file_exists(defaults[i]))
			ret = report_read(defaults[i], &st->report[st->reports++]);
	if (!ret && !st->reports)
		ret = azk_err(AZK_EX_NOFILE, "out/report", "run 'make bench-boot'",
			      "no report to hold claims against");
	return ret;
}

static int finish(struct state *st, const char *json)
{
	struct totals *t = &st->totals;
	struct buf b = BUF_INIT;
	json_t *o;
	int ret = AZK_OK;

	table_print(&st->table, &b);
	fputs(buf_str(&b), stdout);
	printf("\n%d hold, %d fail, %d not measured\n", t->holds, t->fails, t->unmeasured);
	buf_free(&b);
	if (json) {
		o = json_pack("{s:s, s:O}", "schema", "kernel-azure/claims-1",
			      "claims", st->result);
		ret = report_write(json, o);
		json_decref(o);
	}
	return ret ? ret : t->fails ? AZK_EX_CHECK : AZK_OK;
}

int bench_claims(int argc, char **argv)
{
	const char *dir = "patches", *json = NULL;
	const struct opt opts[] = {
		{ "patches", "DIR", "folder of the series (patches)", OPT_STR, &dir },
		{ "json", "F", "write the verdicts", OPT_STR, &json },
		{ NULL, NULL, NULL, OPT_FLAG, NULL },
	};
	const struct opt_usage u = {
		.cmd = "azk bench claims", .args = "[REPORT.json]...",
		.what = "Hold the Claim: trailers of the series against measured reports\n"
			"(default: those in out/report). A claim names a metric of the report, or a row:\n"
			"boot.self.FUNCTION, boot.initcall.FUNCTION, boot.background.ROW, boot.phase.NAME.",
		.example = "  azk bench claims out/report/boot.json\n"
			   "  # in a patch:  Claim: boot.self.trace_event_update_all <= 0.1x upstream",
		.more = "exit code: check when a claim fails", .opts = opts,
	};
	struct state st = { .table = TABLE_INIT };
	int nargs, rest, ret;

	ret = opt_parse(&u, argc, argv, &nargs, &rest);
	if (ret)
		return ret == OPT_HELP ? AZK_OK : ret;
	if (nargs > REPORTS_MAX)
		return opt_bad(&u, "at most %d reports", REPORTS_MAX);
	st.result = json_array();
	st.table.text_col = 1;
	table_row(&st.table, "verdict");
	table_cell(&st.table, "claim");
	table_cell(&st.table, "upstream");
	table_cell(&st.table, "ours");
	table_cell(&st.table, "ratio");
	table_rule(&st.table);
	ret = load(&st, nargs, argv + 1);
	if (!ret)
		ret = all_patches(&st, dir);
	if (!ret)
		ret = finish(&st, json);
	for (int i = 0; i < st.reports; i++)
		json_decref(st.report[i]);
	json_decref(st.result);
	return ret;
}
