/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A text table: rows of cells, laid out when all are known. The first column
 * is flush left, the others flush right, a column declared as text flush left.
 */
#ifndef AZK_LIB_TABLE_H
#define AZK_LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct strv;

struct table {
	struct strv *row;	/* one strv of cells each */
	size_t rows;
	int text_col;		/* this column is flush left; 0: none */
};

#define TABLE_INIT { NULL, 0, 0 }

/* Begin a row with the text of its first cell. */
void table_row(struct table *t, const char *first);
/* The next cell of the last row. */
void table_cell(struct table *t, const char *text);
/* The same, 1234567 as "1,234,567"; @known false gives "-". */
void table_number(struct table *t, double n, bool known);
/* ours / upstream: "=" when equal, "0.531", "-" when either is not known. */
void table_ratio(struct table *t, double ours, double upstream, bool known);
/* A line drawn below the row before it. */
void table_rule(struct table *t);

/* Append the table to @out and empty it. */
void table_print(struct table *t, struct buf *out);

/* "1,234,567"; caller frees. */
char *table_digits(double n);

#endif
