// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drawing, top to bottom: title, legend, then host by host the kinds of load, each
 * with a bar for each kernel, all in one scale. A bar that would dwarf the others is cut
 * at CUT times the median of all and says its number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "load_svg.h"
#include "load_text.h"
#include "report.h"

#define WIDTH		960
#define LEFT		24
#define NAMES_W		190
#define NUMBERS_W	130
#define TITLE_H		96
#define PANEL_H		34	/* the line above a panel */
#define BAR_H		11
#define GROUP_GAP	8	/* between kinds of load */
#define CUT		3.0

static const struct {
	const char *figure, *text, *colour;
} parts[] = {
	{ "driver_and_bus", "driver and bus", "#d1495b" },
	{ "user", "program", "#8a8f98" },
	{ NULL, "the rest of the kernel", "#3b78c4" },
};

#define NR_PARTS	(sizeof(parts) / sizeof(*parts))

static void escaped(struct buf *out, const char *s)
{
	for (; *s; s++) {
		const char *as = *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : *s == '&' ? "&amp;" :
				 *s == '"' ? "&quot;" : NULL;

		buf_add(out, as ? as : s, as ? strlen(as) : 1);
	}
}

static void text(struct buf *out, double x, double y, const char *class, const char *s)
{
	buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	escaped(out, s);
	buf_adds(out, "</text>\n");
}

static void style(struct buf *out)
{
	buf_adds(out,
		"<style>\n"
		"svg { background: #ffffff; }\n"
		"text { font: 12px system-ui, 'DejaVu Sans', sans-serif; fill: #1f2328; }\n"
		".h { font-size: 17px; font-weight: 600; }\n"
		".p { font-size: 14px; font-weight: 600; }\n"
		".q { fill: #59636e; }\n"
		".n { font-size: 11px; font-variant-numeric: tabular-nums; }\n"
		"@media (prefers-color-scheme: dark) {\n"
		"svg { background: #0d1117; }\n"
		"text { fill: #f0f6fc; }\n"
		".q { fill: #9198a1; }\n"
		"}\n"
		"</style>\n");
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The longest bar: of all totals the largest, but no more than CUT times the median. */
static double longest(const json_t *report)
{
	size_t n = 0, cap = 0;
	double *all = NULL, v, most;
	json_t *s, *c;

	for (size_t i = 0; (s = report_subject(report, i)); i++)
		for (size_t k = 0; (c = load_text_cell(s, k)); k++) {
			if (!load_text_figure(c, "instructions", &v))
				continue;
			if (n == cap) {
				cap = cap ? cap * 2 : 64;
				all = xrealloc(all, cap * sizeof(*all));
			}
			all[n++] = v;
		}
	if (!n)
		return 1;
	qsort(all, n, sizeof(*all), ascending);
	most = all[n / 2] * CUT < all[n - 1] ? all[n / 2] * CUT : all[n - 1];
	free(all);
	return most > 0 ? most : 1;
}

/* One bar; what it stands for is its tooltip, too. */
static void bar(struct buf *out, const json_t *cell, double max, double y)
{
	double room = WIDTH - LEFT - NAMES_W - NUMBERS_W, total, shown = 0, v;
	double x = LEFT + NAMES_W;
	char s[64];

	if (!load_text_figure(cell, "instructions", &total)) {
		text(out, x, y + BAR_H - 1, "q n", report_str(cell, "skipped"));
		return;
	}
	for (size_t i = 0; i < NR_PARTS; i++) {
		double w;

		if (!parts[i].figure)
			v = total - shown;
		else if (!load_text_figure(cell, parts[i].figure, &v))
			v = 0;
		w = (shown + v > max ? max - shown : v) / max * room;
		shown += v;
		if (w <= 0)
			continue;
		buf_addf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" "
			 "fill=\"%s\"><title>%s: %.0f</title></rect>\n",
			 x, y, w, BAR_H - 1, parts[i].colour, parts[i].text, v);
		x += w;
	}
	snprintf(s, sizeof(s), "%s%.0f", total > max ? "... " : "", total);
	text(out, x + 5, y + BAR_H - 2, "n", s);
}

static int drain_of(const json_t *cell)
{
	return (int)json_integer_value(json_object_get(cell, "drain_us"));
}

/* The kinds of load under one host; returns where the next panel begins. */
static double panel(struct buf *out, const json_t *report, int drain, double max, double y)
{
	size_t subjects = report_subjects(report);
	char s[64];
	json_t *c;

	snprintf(s, sizeof(s), drain ? "the host looks %d us after the signal" : "the host looks at once",
		 drain);
	text(out, LEFT, y + 16, "p", s);
	y += PANEL_H - 8;
	for (size_t i = 0; (c = load_text_cell(report_subject(report, 0), i)); i++) {
		if (drain_of(c) != drain)
			continue;
		text(out, LEFT, y + BAR_H, "b", report_str(c, "name"));
		for (size_t k = 0; k < subjects; k++, y += BAR_H)
			bar(out, load_text_cell(report_subject(report, k), i), max, y);
		y += subjects == 1 ? GROUP_GAP : GROUP_GAP / 2.0;
	}
	return y;
}

/* The order of the bars, and what the colours are. */
static void legend(struct buf *out, const json_t *report)
{
	struct buf s = BUF_INIT;
	double x = LEFT;
	json_t *subject;

	buf_adds(&s, "bars from above:");
	for (size_t i = 0; (subject = report_subject(report, i)); i++)
		buf_addf(&s, "%s %s", i ? "," : "", load_text_label(subject));
	text(out, LEFT, 66, "q", buf_str(&s));
	buf_free(&s);
	for (size_t i = 0; i < NR_PARTS; i++) {
		buf_addf(out, "<rect x=\"%.1f\" y=\"76\" width=\"12\" height=\"12\" rx=\"2\" fill=\"%s\"/>\n",
			 x, parts[i].colour);
		text(out, x + 18, 86, "b", parts[i].text);
		x += 40 + 8 * (double)strlen(parts[i].text);
	}
}

void load_svg(const json_t *report, struct buf *out)
{
	json_t *drains = json_object_get(report, "drain_us"), *d;
	double max = longest(report), y = TITLE_H;
	struct buf body = BUF_INIT;
	char s[256];
	size_t i;

	json_array_foreach(drains, i, d)
		y = panel(&body, report, (int)json_integer_value(d), max, y);
	buf_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" "
		 "width=\"%d\" height=\"%.0f\" role=\"img\">\n",
		 WIDTH, y + 16, WIDTH, y + 16);
	style(out);
	snprintf(s, sizeof(s), "Guest instructions per %s", report_str(report, "unit"));
	text(out, LEFT, 28, "h", s);
	snprintf(s, sizeof(s), "%s on %s, 1 CPU, base %s; medians of %d seeds, counted under icount",
		 report_str(report, "device"), report_str(report, "machine"),
		 report_str(report, "base"), (int)json_integer_value(json_object_get(report, "seeds")));
	text(out, LEFT, 48, "q", s);
	legend(out, report);
	buf_add(out, buf_str(&body), body.len);
	buf_adds(out, "</svg>\n");
	buf_free(&body);
}
