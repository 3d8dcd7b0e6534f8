// SPDX-License-Identifier: GPL-2.0-only
/* Cells first, widths later. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "table.h"

#define RULE	"\1"		/* sole cell of a row that is a line */

void table_row(struct table *t, const char *first)
{
	t->row = xrealloc(t->row, (t->rows + 1) * sizeof(*t->row));
	t->row[t->rows] = (struct strv)STRV_INIT;
	strv_add(&t->row[t->rows++], first);
}

void table_cell(struct table *t, const char *text)
{
	strv_add(&t->row[t->rows - 1], text);
}

void table_rule(struct table *t)
{
	table_row(t, RULE);
}

char *table_digits(double n)
{
	char plain[64];
	struct buf b = BUF_INIT;
	size_t len;

	snprintf(plain, sizeof(plain), "%.0f", n < 0 ? -n : n);
	len = strlen(plain);
	if (n < 0)
		buf_adds(&b, "-");
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_adds(&b, ",");
		buf_add(&b, plain + i, 1);
	}
	return b.s;
}

void table_number(struct table *t, double n, bool known)
{
	char *s = known ? table_digits(n) : xstrdup("-");

	table_cell(t, s);
	free(s);
}

void table_ratio(struct table *t, double ours, double upstream, bool known)
{
	char s[32];

	if (known && ours == upstream)
		snprintf(s, sizeof(s), "=");
	else if (!known || upstream == 0)
		snprintf(s, sizeof(s), "-");
	else
		snprintf(s, sizeof(s), "%.3f", ours / upstream);
	table_cell(t, s);
}

static bool is_rule(const struct strv *row)
{
	return row->n == 1 && !strcmp(row->v[0], RULE);
}

static void print_row(const struct strv *row, const size_t *width, int text_col,
		      struct buf *out)
{
	size_t start = out->len;

	for (size_t c = 0; c < row->n; c++) {
		bool left = !c || (int)c == text_col;

		if (c)
			buf_adds(out, "  ");
		buf_addf(out, left ? "%-*s" : "%*s", (int)width[c], row->v[c]);
	}
	while (out->len > start && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
	buf_adds(out, "\n");
}

void table_print(struct table *t, struct buf *out)
{
	size_t cols = 0, total = 0, *width;

	for (size_t r = 0; r < t->rows; r++)
		cols = t->row[r].n > cols ? t->row[r].n : cols;
	width = xcalloc(cols + 1, sizeof(*width));
	for (size_t r = 0; r < t->rows; r++)
		for (size_t c = 0; c < t->row[r].n && !is_rule(&t->row[r]); c++)
			if (strlen(t->row[r].v[c]) > width[c])
				width[c] = strlen(t->row[r].v[c]);
	for (size_t c = 0; c < cols; c++)
		total += width[c] + (c ? 2 : 0);
	for (size_t r = 0; r < t->rows; r++) {
		if (is_rule(&t->row[r])) {
			for (size_t i = 0; i < total; i++)
				buf_adds(out, "-");
			buf_adds(out, "\n");
		} else {
			print_row(&t->row[r], width, t->text_col, out);
		}
		strv_free(&t->row[r]);
	}
	free(t->row);
	free(width);
	*t = (struct table)TABLE_INIT;
}
