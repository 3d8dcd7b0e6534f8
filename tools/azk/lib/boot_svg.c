// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drawing, top to bottom: title, one bar for each kernel with its name and
 * total, an axis in units of 10^9 or 10^6 instructions, and a legend that is
 * also the table of numbers. Colours come from the order of the phases.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_svg.h"
#include "buf.h"
#include "report.h"

#define WIDTH		960
#define LEFT		24
#define RIGHT		24
#define TITLE_H		64
#define BAR_STEP	60	/* from bar to bar: name above, bar below */
#define BAR_H		26
#define AXIS_H		44
#define TICK		6
#define LEGEND_STEP	22
#define LABEL_MIN	44	/* px of a segment that can hold its share */
#define NAMES_W		170	/* px of the legend's names */
#define NUMBER_W	150	/* px of a column of numbers in the legend */

/*
 * A colour for each phase, in the order of the report: neighbours differ in
 * hue and in lightness, and each stands out on white and on near-black.
 */
static const char *const colours[] = {
	"#8c6bb1", "#3b78c4", "#2ca6a4", "#7ac143", "#c7b42c", "#e08a1e",
	"#d1495b", "#b5739d", "#6c8ebf", "#3d9970", "#a3b18a", "#bc8034",
	"#c94f9b", "#2f9e6e", "#8a8f98",
};

#define NR_COLOURS	(sizeof(colours) / sizeof(*colours))

static void escape(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			buf_adds(out, "&lt;");
		else if (*s == '>')
			buf_adds(out, "&gt;");
		else if (*s == '&')
			buf_adds(out, "&amp;");
		else if (*s == '"')
			buf_adds(out, "&quot;");
		else
			buf_add(out, s, 1);
	}
}

static void text(struct buf *out, double x, double y, const char *class, const char *s)
{
	buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	escape(out, s);
	buf_adds(out, "</text>\n");
}

static const char *label(const json_t *subject)
{
	return report_str(subject, *report_str(subject, "label") ? "label" : "name");
}

static double total(const json_t *subject)
{
	double v = 0;

	report_metric(subject, "instructions_to_init", &v);
	return v;
}

static double phase(const json_t *subject, size_t i)
{
	json_t *p = json_array_get(json_object_get(subject, "phases"), i);

	return json_number_value(json_object_get(p, "instructions"));
}

static const char *phase_name(const json_t *report, size_t i)
{
	return report_str(json_array_get(json_object_get(report_subject(report, 0),
							 "phases"), i), "name");
}

static size_t nr_phases(const json_t *report)
{
	return json_array_size(json_object_get(report_subject(report, 0), "phases"));
}

/* 1, 2 or 5 times a power of ten, for at most eight steps to @max. */
static double axis_step(double max)
{
	double step = pow(10, floor(log10(max / 8)));

	if (step * 8 >= max)
		return step;
	if (step * 2 * 8 >= max)
		return step * 2;
	return step * 5 * 8 >= max ? step * 5 : step * 10;
}

static void style(struct buf *out)
{
	buf_adds(out,
		"<style>\n"
		"svg { background: #ffffff; }\n"
		"text { font: 13px system-ui, 'DejaVu Sans', sans-serif; fill: #1f2328; }\n"
		".h { font-size: 17px; font-weight: 600; }\n"
		".q { fill: #59636e; font-size: 12px; }\n"
		".n { text-anchor: end; font-variant-numeric: tabular-nums; }\n"
		".nh { text-anchor: end; font-weight: 600; font-size: 12px; }\n"
		".a { fill: #59636e; font-size: 12px; text-anchor: middle; }\n"
		".s { fill: #ffffff; font-size: 12px; font-weight: 600; text-anchor: middle; "
		"paint-order: stroke; stroke: #1f2328; stroke-width: 2px; }\n"
		".g { stroke: #59636e; stroke-width: 1; }\n"
		"@media (prefers-color-scheme: dark) {\n"
		"svg { background: #0d1117; }\n"
		"text { fill: #f0f6fc; }\n"
		".q, .a { fill: #9198a1; }\n"
		".g { stroke: #9198a1; }\n"
		"}\n"
		"</style>\n");
}

static void axis(struct buf *out, double max, double scale, double y)
{
	double step = axis_step(max), unit = max >= 1e9 ? 1e9 : 1e6;
	char s[32];

	for (double v = 0; v <= max * 1.0001; v += step) {
		double x = LEFT + v * scale;

		buf_addf(out,
			 "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"g\"/>\n", x,
			 y, x, y + TICK);
		snprintf(s, sizeof(s), "%g %s", v / unit, unit == 1e9 ? "G" : "M");
		text(out, x, y + TICK + 14, "a", s);
	}
}

static void bar(struct buf *out, const json_t *report, const json_t *subject,
		const json_t *upstream, double scale, double y)
{
	double x = LEFT, all = total(subject);
	struct buf s = BUF_INIT;
	size_t n = nr_phases(report);

	text(out, LEFT, y - 8, "b", label(subject));
	buf_addf(&s, "%.3f G instructions", all / 1e9);
	if (upstream && upstream != subject && total(upstream) > 0) {
		if (all == total(upstream))
			buf_adds(&s, " = upstream");
		else
			buf_addf(&s, ", %.3f of upstream", all / total(upstream));
	}
	text(out, WIDTH - RIGHT, y - 8, "n", buf_str(&s));
	for (size_t i = 0; i < n; i++) {
		double w = phase(subject, i) * scale;

		buf_addf(out,
			 "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" fill=\"%s\">"
			 "<title>",
			 x, y, w, BAR_H, colours[i % NR_COLOURS]);
		escape(out, phase_name(report, i));
		buf_addf(out, ": %.0f</title></rect>\n", phase(subject, i));
		if (w >= LABEL_MIN && all > 0) {
			buf_reset(&s);
			buf_addf(&s, "%.0f %%", 100 * phase(subject, i) / all);
			text(out, x + w / 2, y + BAR_H / 2.0 + 4, "s", buf_str(&s));
		}
		x += w;
	}
	buf_free(&s);
}

/* The names of the phases with the numbers of every kernel, in millions. */
static void legend(struct buf *out, const json_t *report, double y)
{
	size_t subjects = report_subjects(report), n = nr_phases(report);
	double room = WIDTH - LEFT - RIGHT - NAMES_W, step = NUMBER_W, x0 = LEFT + NAMES_W;
	char s[64];

	if ((double)subjects * step > room)
		step = room / (double)subjects;
	text(out, LEFT, y, "q", "millions of instructions");
	for (size_t i = 0; i < subjects; i++) {
		const char *l = label(report_subject(report, i));
		size_t fit = (size_t)(step / 7.5), len = strlen(l);

		snprintf(s, sizeof(s), "%s%s", len > fit ? ".." : "",
			 len > fit ? l + len - fit + 2 : l);
		text(out, x0 + step * (double)(i + 1), y, "nh", s);
	}
	for (size_t p = 0; p < n; p++) {
		y += LEGEND_STEP;
		buf_addf(
			out,
			"<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"2\" fill=\"%s\"/>\n",
			LEFT, y - 11, colours[p % NR_COLOURS]);
		text(out, LEFT + 20, y, "p", phase_name(report, p));
		for (size_t i = 0; i < subjects; i++) {
			snprintf(s, sizeof(s), "%.2f", phase(report_subject(report, i), p) / 1e6);
			text(out, x0 + step * (double)(i + 1), y, "n", s);
		}
	}
}

void boot_svg(const json_t *report, struct buf *out)
{
	size_t subjects = report_subjects(report), n = nr_phases(report);
	double bars_end = TITLE_H + (double)subjects * BAR_STEP;
	double height = bars_end + AXIS_H + (double)(n + 1) * LEGEND_STEP + 16;
	double max = 1, scale;
	char s[256];

	for (size_t i = 0; i < subjects; i++)
		if (total(report_subject(report, i)) > max)
			max = total(report_subject(report, i));
	scale = (WIDTH - LEFT - RIGHT) / max;
	buf_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" "
		 "width=\"%d\" height=\"%.0f\" role=\"img\">\n", WIDTH, height, WIDTH, height);
	style(out);
	text(out, LEFT, 28, "h", "Guest instructions from the kernel's first to init's first");
	snprintf(s, sizeof(s), "%s, %d CPU, %d MiB, base %s; counted exactly under icount",
		 report_str(report, "machine"),
		 (int)json_integer_value(json_object_get(report, "cpus")),
		 (int)(json_integer_value(json_object_get(report, "memory_bytes")) >> 20),
		 report_str(report, "base"));
	text(out, LEFT, 48, "q", s);
	axis(out, max, scale, bars_end);
	for (size_t i = 0; i < subjects; i++)
		bar(out, report, report_subject(report, i), report_role(report, "upstream"),
		    scale, TITLE_H + (double)i * BAR_STEP + 26);
	legend(out, report, bars_end + AXIS_H + 8);
	buf_adds(out, "</svg>\n");
}
