/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports: the JSON of architecture.md, schema kernel-azure/report-1.
 *
 * What every kind of report shares: making, reading and checking one, its
 * subjects and their roles, metrics and ratios. Tables and drawings are made
 * from the JSON only (lib/boot_text.h, lib/boot_svg.h). A report is a jansson
 * object; the caller owns it.
 */
#ifndef AZK_LIB_REPORT_H
#define AZK_LIB_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define REPORT_SCHEMA	"kernel-azure/report-1"

/* A report of @kind ("boot", ...) without subjects. */
json_t *report_new(const char *kind, const char *machine, const char *base);

/*
 * Order subjects for columns: upstream, ours, then the others as they came.
 * When no name says which is upstream, the first subject counts as that and the
 * second as ours, so that any two kernels can be compared.
 */
void report_order(json_t *report);

/* Fill "ratios": ours / upstream for every metric both have. */
void report_ratios(json_t *report);

/*
 * The report as whoever reads its file has it: figures have the digits that
 * report_write() gives them. To be done before anything is drawn from it; else a
 * figure just above a half is rounded up today, and down when drawn again from the
 * file. AZK_EX_SYSTEM, with *@report as it was.
 */
int report_settle(json_t **report);

/* Subject number @i; NULL behind the last. */
json_t *report_subject(const json_t *report, size_t i);
size_t report_subjects(const json_t *report);

/* A kernel's name says the role by its place: upstream/P, P, or a path. */
const char *report_role_of(const char *name);

/* First subject with @role, or NULL. */
json_t *report_role(const json_t *report, const char *role);

/* A string member, "" when it is not there. */
const char *report_str(const json_t *o, const char *key);

/*
 * The value @subject has for metric @name: a key of "metrics", or a row of one
 * of its tables as "self.FUNCTION", "initcall.FUNCTION", "background.ROW" or
 * "phase.NAME" (with '_' for blanks; '_' may also stand for the first dot). A
 * function that a boot did not run, where others were counted, has 0. False
 * when there is no such metric.
 */
bool report_metric(const json_t *subject, const char *name, double *value);

/*
 * Read and check one: AZK_EX_NOFILE, AZK_EX_INPUT (no JSON, other schema, no
 * subjects; printed with line and column).
 */
int report_read(const char *path, json_t **report);
int report_parse(const char *name, const char *text, json_t **report);

/* Write as text with a newline at the end. Prints errors. */
int report_write(const char *path, const json_t *report);

#endif
