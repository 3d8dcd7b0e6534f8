// SPDX-License-Identifier: GPL-2.0-only
/* TAP lines to cases. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "tap.h"

void tap_add(struct tap *t, enum tap_result r, const char *name, const char *detail)
{
	struct tap_case *c;

	t->v = xrealloc(t->v, (t->n + 1) * sizeof(*t->v));
	c = &t->v[t->n++];
	c->result = r;
	c->name = xstrdup(name);
	c->detail = xstrdup(detail);
	t->passed += r == TAP_PASS;
	t->failed += r == TAP_FAIL;
	t->skipped += r == TAP_SKIP;
}

/* "# SKIP reason" in @s: cut off; returns the reason, or NULL. */
static char *skip_reason(char *s)
{
	char *h = s;

	while ((h = strchr(h, '#'))) {
		char *d = h + 1 + strspn(h + 1, " \t");

		if (!strncasecmp(d, "skip", 4) && !isalnum((unsigned char)d[4])) {
			*h = '\0';
			str_trim(s);
			return str_trim(d + 4 + (d[4] == ':'));
		}
		h++;
	}
	return NULL;
}

/* "ok 3 - name # SKIP reason"; false when @line is no such line. */
static bool result_line(struct tap *t, char *line)
{
	enum tap_result r = TAP_PASS;
	char *s = line, *reason, *end;

	if (str_starts(s, "not ok")) {
		r = TAP_FAIL;
		s += 4;
	}
	if (!str_starts(s, "ok") || (s[2] && !isspace((unsigned char)s[2])))
		return false;
	s = str_trim(s + 2);
	reason = skip_reason(s);
	if (reason && r == TAP_PASS)
		r = TAP_SKIP;
	strtoul(s, &end, 10);
	s = str_trim(end);
	if (*s == '-')
		s = str_trim(s + 1);
	tap_add(t, r, *s ? s : "(no name)",
		r == TAP_SKIP ? (*reason ? reason : "no reason given") : "");
	return true;
}

/* Keep what follows a failure, for the report; a page of it at most. */
static void add_detail(struct tap *t, const char *line)
{
	struct tap_case *c = t->n ? &t->v[t->n - 1] : NULL;
	char *joined;

	if (!c || c->result != TAP_FAIL || strlen(c->detail) > 4000)
		return;
	joined = xasprintf("%s%s%s", c->detail, *c->detail ? "\n" : "", line);
	free(c->detail);
	c->detail = joined;
}

void tap_parse(const char *name, const char *text, int code, struct tap *t)
{
	bool planned = false, bailed = false;
	unsigned long plan = 0;
	struct buf why = BUF_INIT;
	size_t results = 0;
	struct lines l;

	memset(t, 0, sizeof(*t));
	lines_init(&l, name, text);
	while (lines_next(&l)) {
		char *end;

		if (str_starts(l.line, "Bail out!")) {
			bailed = true;
			tap_add(t, TAP_FAIL, name, l.line);
		} else if (str_starts(l.line, "1..")) {
			char *reason = skip_reason(l.line);

			planned = true;
			plan = strtoul(l.line + 3, &end, 10);
			if (reason && !plan)
				tap_add(t, TAP_SKIP, name, *reason ? reason : "no reason given");
		} else if (result_line(t, l.line)) {
			results++;
		} else {
			add_detail(t, l.line);
		}
	}
	lines_done(&l);
	if (code == 124)
		buf_adds(&why, "stopped: time limit");
	else if (planned && plan != results && !bailed)
		buf_addf(&why, "%lu tests planned, %zu ran (exit code %d)", plan, results,
			 code);
	else if (code && !t->failed)
		buf_addf(&why, "exit code %d though no test failed", code);
	else if (!t->n)
		buf_adds(&why, "ran no test");
	if (why.len)
		tap_add(t, TAP_FAIL, name, why.s);
	buf_free(&why);
}

void tap_free(struct tap *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].name);
		free(t->v[i].detail);
	}
	free(t->v);
	memset(t, 0, sizeof(*t));
}
