// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of a host script into rules and actions: lines into words, words into
 * numbers, times and sizes. Grammar in script.h.
 */
#include "lib.h"
#include "script/parse.h"

#define NUMBER_MAX	1000000000u	/* in front of a unit */

bool word_is(const struct word *w, const char *text)
{
	return w && w->n == strlen(text) && !memcmp(w->s, text, w->n);
}

/* What is no text of a script's is shown as "?": a terminal would obey it. */
bool parse_fail(struct script_error *e, const char *what, const struct word *w)
{
	char shown[41] = "";

	for (size_t i = 0; w && i < MIN(w->n, sizeof(shown) - 1); i++)
		shown[i] = w->s[i] > ' ' && w->s[i] <= '~' ? w->s[i] : '?';
	if (shown[0])
		hv_snprintf(e->why, sizeof(e->why), "expected %s, got '%s'", what, shown);
	else
		hv_snprintf(e->why, sizeof(e->why), "expected %s, got the end of the line", what);
	return false;
}

struct word *line_peek(struct line *l)
{
	return l->at < l->n ? &l->word[l->at] : NULL;
}

struct word *line_next(struct line *l)
{
	return l->at < l->n ? &l->word[l->at++] : NULL;
}

/* Digits at the front of @w, decimal or 0x; how many characters they are. */
static size_t digits(const struct word *w, u64 *v)
{
	bool hex = w->n > 2 && w->s[0] == '0' && w->s[1] == 'x';
	size_t i = hex ? 2 : 0;

	for (*v = 0; i < w->n && *v < 1ull << 60; i++) {
		char c = w->s[i];

		if (c >= '0' && c <= '9')
			*v = *v * (hex ? 16 : 10) + (u64)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			*v = *v * 16 + (u64)(c - 'a' + 10);
		else
			break;
	}
	return hex && i == 2 ? 0 : i;
}

bool parse_number(const struct word *w, u64 max, u64 *v)
{
	return w && w->n && digits(w, v) == w->n && *v <= max;
}

bool parse_time(const struct word *w, u64 *units)
{
	static const struct { const char *unit; u64 num, den; } unit[] = {
		{ "ns", 1, 100 }, { "us", 10, 1 }, { "ms", 10000, 1 }, { "s", 10000000, 1 } };
	size_t n = w ? digits(w, units) : 0;
	const struct word rest = { n ? w->s + n : NULL, n ? w->n - n : 0 };

	for (u32 i = 0; n && *units <= NUMBER_MAX && i < ARRAY_SIZE(unit); i++)
		if (word_is(&rest, unit[i].unit)) {
			*units = *units * unit[i].num / unit[i].den;
			return true;
		}
	return false;
}

bool parse_size(const struct word *w, u64 *bytes)
{
	static const char unit[] = "KMGT";
	size_t n = w ? digits(w, bytes) : 0;

	if (!n || w->n > n + 1)
		return false;
	if (w->n == n)
		return true;
	for (u32 i = 0; *bytes <= NUMBER_MAX && unit[i]; i++)
		if (w->s[n] == unit[i]) {
			*bytes <<= 10 * (i + 1);
			return true;
		}
	return false;
}

bool parse_name(char *to, const struct word *w)
{
	if (!w || w->n >= SCRIPT_NAME)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		char c = w->s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		      (c == '*' && i + 1 == w->n)))
			return false;
	}
	memcpy(to, w->s, w->n);
	to[w->n] = 0;
	return true;
}

const char *parse_kind(const char *device)
{
	static const char *const kinds[] = { "vmbus", "scsi", "net", "vpci", "heartbeat", "shutdown",
					     "timesync", "keyboard", "*" };

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(device, kinds[i], strlen(kinds[i])))
			return kinds[i];
	return NULL;
}

static bool seed(struct script_rules *to, struct line *l, struct script_error *e)
{
	const struct word *w = line_next(l);

	return (parse_number(w, UINT64_MAX, &to->seed) && to->seed && l->at == l->n) ||
	       parse_fail(e, "a number above 0 and nothing behind it", w);
}

static bool one(struct script_rules *to, struct line *l, struct script_error *e)
{
	const struct word *w = line_peek(l);

	if (word_is(w, "seed")) {
		line_next(l);
		return seed(to, l, e);
	}
	if (word_is(w, "at") || word_is(w, "every") || word_is(w, "phase"))
		return parse_action(to, l, e);
	return parse_rule(to, l, e);
}

bool script_parse(struct script_rules *to, const char *text, size_t len, struct script_error *e)
{
	size_t at = 0;

	*to = (struct script_rules){ .seed = 0 };
	*e = (struct script_error){ .line = 0 };
	while (at < len) {
		struct line l = { .n = 0 };

		e->line++;
		while (at < len && text[at] != '\n' && text[at] != '#') {
			size_t from = at;

			while (at < len && text[at] != '\n' && text[at] != '#' &&
			       text[at] != ' ' && text[at] != '\t' && text[at] != '\r')
				at++;
			if (at == from) {
				at++;
				continue;
			}
			if (l.n == LINE_WORDS) {
				hv_snprintf(e->why, sizeof(e->why), "a line has at most %d words",
					    LINE_WORDS);
				return false;
			}
			l.word[l.n++] = (struct word){ text + from, at - from };
		}
		while (at < len && text[at] != '\n')
			at++;
		at++;
		if (l.n && !one(to, &l, e))
			return false;
	}
	return true;
}
