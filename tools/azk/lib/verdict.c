// SPDX-License-Identifier: GPL-2.0-only
/* Lines of init to numbers; the words are those of tools/guest/protocol.h. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../guest/protocol.h"
#include "verdict.h"

static bool number(const char *s, uint64_t *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoull(s, &end, 10);
	return !errno && (!*end || *end == ' ');
}

/* The number after " KEY=" in @s. */
static bool key(const char *s, const char *name, uint64_t *out)
{
	size_t n = strlen(name);

	for (s = strchr(s, ' '); s; s = strchr(s, ' ')) {
		s++;
		if (!strncmp(s, name, n) && s[n] == '=')
			return number(s + n + 1, out);
	}
	return false;
}

static bool start(struct verdict *v, const char *s)
{
	uint64_t tsc, clock_ns, memfree_kb;

	if (!key(s, "tsc", &tsc) || !key(s, "clock_ns", &clock_ns) ||
	    !key(s, "memfree_kb", &memfree_kb))
		return false;
	v->tsc = tsc;
	v->clock_ns = clock_ns;
	v->memfree_kb = memfree_kb;
	v->started = true;
	return true;
}

static bool pcp_line(struct verdict *v, const char *s)
{
	return key(s, "kb", &v->pcp_kb);
}

static bool clock_line(struct verdict *v, const char *s)
{
	return key(s, "us", &v->printk_us);
}

/* "WORD NUMBER taint=N" for both ways to end. */
static bool end(struct verdict *v, const char *s, int *to, uint64_t min, uint64_t max)
{
	uint64_t n, taint;

	s = strchr(s, ' ');
	if (!s || !number(s + 1, &n) || n < min || n > max || !key(s, "taint", &taint))
		return false;
	*to = (int)n;
	v->taint = taint;
	v->ended = true;
	return true;
}

static bool exited(struct verdict *v, const char *s)
{
	return end(v, s, &v->exit_code, 0, 255);
}

static bool signalled(struct verdict *v, const char *s)
{
	return end(v, s, &v->signal, 1, 64);
}

/* "WORD taint=N": the command did not end. */
static bool left(struct verdict *v, const char *s, bool *to)
{
	uint64_t taint;

	if (!key(s, "taint", &taint))
		return false;
	v->taint = taint;
	v->ended = *to = true;
	return true;
}

static bool powered_off(struct verdict *v, const char *s)
{
	return left(v, s, &v->poweroff);
}

static bool rebooted(struct verdict *v, const char *s)
{
	return left(v, s, &v->reboot);
}

static bool log_line(struct verdict *v, const char *s)
{
	strv_add(&v->log, s + strlen("log "));
	return true;
}

static bool module(struct verdict *v, const char *s)
{
	strv_add(&v->modules, s + strlen("module "));
	return true;
}

static const struct {
	const char *word;
	bool (*take)(struct verdict *v, const char *s);
} words[] = {
	{ "start ", start },
	{ "printk ", clock_line },
	{ "pcp ", pcp_line },
	{ "exit ", exited },
	{ "signal ", signalled },
	{ "poweroff ", powered_off },
	{ "reboot ", rebooted },
	{ "log ", log_line },
	{ "module ", module },
};

bool verdict_line(struct verdict *v, const char *line)
{
	if (!str_starts(line, AZK_LINE))
		return false;
	line += strlen(AZK_LINE);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_starts(line, words[i].word))
			return words[i].take(v, line);
	return false;
}

void verdict_free(struct verdict *v)
{
	strv_free(&v->log);
	strv_free(&v->modules);
	*v = (struct verdict){ 0 };
}
