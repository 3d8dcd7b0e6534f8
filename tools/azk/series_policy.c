// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy for patches, as two tables: what the header must say, and the
 * generic code that holds a patch against them.
 *
 * Enters: one parsed patch. Leaves: problems in words. Called by azk series
 * check. A new tag is a new row; nothing below the tables knows a tag's name.
 */
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/buf.h"
#include "lib/claim.h"
#include "lib/file.h"
#include "series_cmd.h"

enum place { HEAD_FROM, HEAD_DATE, HEAD_SUBJECT, TRAILER };
enum count { ONE, SOME, MAYBE, ANY, NEVER };

struct form {
	const char *word;	/* first word of the value; NULL: any value */
	const char *rest;	/* what follows, extended regular expression */
	const char *error;	/* when @rest does not match */
	const char *excludes;	/* a tag that cannot stand beside this form */
};

struct rule {
	const char *tag;
	enum place place;
	enum count count;
	int max;			/* longest value in bytes, 0: no limit */
	const struct form *forms;	/* NULL: any value but an empty one */
	char *(*parse)(const char *value);	/* more than a pattern can say */
	const char *requires;		/* the same value must stand in this tag */
	bool own;			/* nobody but this project uses it */
	const char *absent;		/* ONE, SOME: words when it is not there;
					 * NEVER: words when it is */
	const char *help;		/* for --help */
};

#define PERSON	"^[^<>@]+ <[^<>@ ]+@[^<>@ ]+>( # .*)?$"

static const struct form person[] = {
	{ NULL, PERSON, "Requires a name and an address: Jane Doe <jane@example.org>", NULL },
	{ 0 }
};

static const struct form recipient[] = {
	{ NULL, "^([^<>@]+ <[^<>@ ]+@[^<>@ ]+>|<?[^<>@ ]+@[^<>@ ]+>?)( # .*)?$",
	  "Requires an address", NULL },
	{ 0 }
};

static const struct form date[] = {
	{ NULL,
	  "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}$",
	  "Requires a mail date: Sun, 22 Nov 2026 20:00:00 +0000", NULL },
	{ 0 }
};

static const struct form subject[] = {
	{ NULL, "^[A-Za-z0-9][A-Za-z0-9_/.,+*-]*( [A-Za-z0-9_/.,+*-]+){0,2}: .*[^ .]$",
	  "Requires 'subsystem: what it does', without a full stop", NULL },
	{ 0 }
};

static const struct form upstream_status[] = {
	{ "Pending", "^$", "'Pending' takes nothing after it", NULL },
	{ "Submitted", "^(https?://[^ ]+|<?[^<>@ ]+@[^<>@ ]+>?)$",
	  "Requires a message-id or a URL after 'Submitted'", NULL },
	{ "Accepted", "^[0-9a-f]{12,40}( \\(?v[0-9]+\\.[0-9]+(-rc[0-9]+)?\\)?)?$",
	  "Requires a commit of 12 to 40 hex digits after 'Accepted', then at most a version such as v6.19",
	  NULL },
	{ "Backport", "^[0-9a-f]{40} \\(v[0-9]+\\.[0-9]+(\\.[0-9]+|-rc[0-9]+)?\\)$",
	  "Requires the full commit and the version that has it after 'Backport': 40 hex digits (v6.19)",
	  NULL },
	{ "Inappropriate", "^.*[A-Za-z].{6,}$",
	  "Requires a reason after 'Inappropriate'", "Fixes" },
	{ 0 }
};

static const struct form fixes[] = {
	{ NULL, "^[0-9a-f]{12,40} \\(\".+\"\\)$",
	  "Requires 12 or more hex digits and the title: 0123456789ab (\"title\")", NULL },
	{ 0 }
};

static const struct form url[] = {
	{ NULL, "^https?://[^ ]+( .*)?$", "Requires a URL", NULL },
	{ 0 }
};

static char *parse_claim(const char *value)
{
	struct claim c;
	char *fault = claim_parse(value, &c);

	if (!fault)
		claim_free(&c);
	return fault;
}

#define NOT_OURS "Excluded: it names a record nobody outside can open; use Link:"

static const struct rule rules[] = {
	{ "From", HEAD_FROM, ONE, 0, person, NULL, NULL, false,
	  "Requires the author", "NAME <ADDRESS>, the author" },
	{ "Date", HEAD_DATE, ONE, 0, date, NULL, NULL, false,
	  "Requires the author's date", "the author's date, as in a mail" },
	{ "Subject", HEAD_SUBJECT, ONE, 75, subject, NULL, NULL, false,
	  "Requires a subject", "SUBSYSTEM: SUMMARY, at most 75 bytes" },
	{ "Signed-off-by", TRAILER, SOME, 0, person, NULL, NULL, false,
	  "Requires a sign-off as last paragraph (git commit -s)",
	  "NAME <ADDRESS>; the author's is among them" },
	{ "Upstream-status", TRAILER, ONE, 0, upstream_status, NULL, NULL, true,
	  "Requires what became of it upstream: Pending, Submitted, Accepted, Backport or Inappropriate",
	  "Pending | Submitted MESSAGE-ID-OR-URL | Accepted COMMIT [VERSION]\n"
	  "                       | Backport 40-HEX (vX.Y) | Inappropriate REASON" },
	{ "Claim", TRAILER, ANY, 0, NULL, parse_claim, NULL, true, NULL,
	  "KIND.METRIC OP NUMBER[x upstream] [on MACHINE ...], e.g.\n"
	  "                       boot.instructions_to_init <= 0.60x upstream on q35" },
	{ "Fixes", TRAILER, ANY, 0, fixes, NULL, NULL, false, NULL,
	  "COMMIT (\"TITLE\")" },
	{ "Link", TRAILER, ANY, 0, url, NULL, NULL, false, NULL, "URL" },
	{ "Closes", TRAILER, ANY, 0, url, NULL, NULL, false, NULL, "URL" },
	{ "Co-developed-by", TRAILER, ANY, 0, person, NULL, "Signed-off-by", false,
	  NULL, "NAME <ADDRESS>, who signs too" },
	{ "Reviewed-by", TRAILER, ANY, 0, person, NULL, NULL, false, NULL, NULL },
	{ "Acked-by", TRAILER, ANY, 0, person, NULL, NULL, false, NULL, NULL },
	{ "Tested-by", TRAILER, ANY, 0, person, NULL, NULL, false, NULL, NULL },
	{ "Reported-by", TRAILER, ANY, 0, recipient, NULL, NULL, false, NULL, NULL },
	{ "Suggested-by", TRAILER, ANY, 0, recipient, NULL, NULL, false, NULL, NULL },
	{ "Cc", TRAILER, ANY, 0, recipient, NULL, NULL, false, NULL, NULL },
	{ "Message-ID", TRAILER, ANY, 0, NULL, NULL, NULL, false, NULL, NULL },
	{ "Change-Id", TRAILER, NEVER, 0, NULL, NULL, NULL, false, NOT_OURS, NULL },
	{ "Reviewed-on", TRAILER, NEVER, 0, NULL, NULL, NULL, false, NOT_OURS, NULL },
	{ "git-svn-id", TRAILER, NEVER, 0, NULL, NULL, NULL, false, NOT_OURS, NULL },
};

#define RULES	(sizeof(rules) / sizeof(*rules))

static bool matches(const char *ere, const char *s)
{
	regex_t re;
	bool yes;

	if (regcomp(&re, ere, REG_EXTENDED | REG_NOSUB))
		return false;
	yes = !regexec(&re, s, 0, NULL, 0);
	regfree(&re);
	return yes;
}

/* The form whose word begins @value; *rest is what follows it. */
static const struct form *form_of(const struct rule *r, const char *value,
				  const char **rest)
{
	const struct form *f;

	for (f = r->forms; f->rest; f++) {
		size_t n = f->word ? strlen(f->word) : 0;

		if (strncmp(value, f->word ? f->word : "", n) ||
		    (n && value[n] && value[n] != ' '))
			continue;
		*rest = value + n + strspn(value + n, " ");
		return f;
	}
	return NULL;
}

static void words_of(const struct rule *r, struct buf *b)
{
	for (const struct form *f = r->forms; f->rest; f++)
		buf_addf(b, "%s%s", f == r->forms ? "" :
			 f[1].rest ? ", " : " or ", f->word);
}

static void check_forms(const struct patch *p, const struct rule *r,
			const char *value, int line, struct problems *out)
{
	struct buf words = BUF_INIT;
	const struct form *f;
	const char *rest;

	f = form_of(r, value, &rest);
	if (!f) {
		words_of(r, &words);
		problem_add(out, p->name, line, NULL, "%s: Requires %s, got '%s'",
			    r->tag, buf_str(&words), value);
		buf_free(&words);
		return;
	}
	if (!matches(f->rest, rest))
		problem_add(out, p->name, line, NULL, "%s: %s", r->tag, f->error);
	if (f->excludes && patch_trailer(p, f->excludes, 0))
		problem_add(out, p->name, line, NULL,
			    "%s: '%s' excludes a %s: tag: a fix belongs upstream",
			    r->tag, f->word, f->excludes);
}

static void check_requires(const struct patch *p, const struct rule *r,
			   const char *value, int line, struct problems *out)
{
	const struct patch_trailer *t = p->trailer;

	for (; t < p->trailer + p->trailers; t++)
		if (!strcasecmp(t->tag, r->requires) && !strcmp(t->value, value))
			return;
	problem_add(out, p->name, line, NULL, "%s: Requires a %s: of the same person",
		    r->tag, r->requires);
}

static void check_value(const struct patch *p, const struct rule *r,
			const char *value, int line, struct problems *out)
{
	char *fault;

	if (!*value) {
		problem_add(out, p->name, line, NULL, "%s: Requires a value", r->tag);
		return;
	}
	if (r->max && strlen(value) > (size_t)r->max)
		problem_add(out, p->name, line, "shorten it",
			    "%s: %zu bytes, at most %d", r->tag, strlen(value), r->max);
	if (r->forms)
		check_forms(p, r, value, line, out);
	if (r->requires)
		check_requires(p, r, value, line, out);
	fault = r->parse ? r->parse(value) : NULL;
	if (fault)
		problem_add(out, p->name, line, NULL, "%s: %s", r->tag, fault);
	free(fault);
}

/* Line of the message that begins with "TAG:" though it is no trailer; 0. */
static int stray_line(const struct patch *p, const char *tag)
{
	size_t n = strlen(tag);
	int line = 0;
	struct lines l;

	lines_init(&l, p->name, p->body);
	while (!line && lines_next(&l))
		if (!strncasecmp(l.line, tag, n) && l.line[n] == ':')
			line = p->body_line + l.no - 1;
	lines_done(&l);
	return line;
}

static void check_trailer_rule(const struct patch *p, const struct rule *r,
			       struct problems *out)
{
	int seen = 0, stray;

	for (size_t i = 0; i < p->trailers; i++) {
		const struct patch_trailer *t = &p->trailer[i];

		if (strcasecmp(t->tag, r->tag))
			continue;
		seen++;
		if (r->count == NEVER) {
			problem_add(out, p->name, t->line, NULL, "%s: %s",
				    r->tag, r->absent);
			continue;
		}
		if (strcmp(t->tag, r->tag))
			problem_add(out, p->name, t->line, NULL,
				    "'%s' is written %s", t->tag, r->tag);
		if (seen > 1 && (r->count == ONE || r->count == MAYBE))
			problem_add(out, p->name, t->line, "keep one",
				    "%s: stands here a second time", r->tag);
		check_value(p, r, t->value, t->line, out);
	}
	if (seen || r->count == NEVER)
		return;
	stray = stray_line(p, r->tag);
	if (stray)
		problem_add(out, p->name, stray,
			    "put all trailers together, one a line, at the end",
			    "%s: stands outside the last paragraph of the message", r->tag);
	else if (r->count == ONE || r->count == SOME)
		problem_add(out, p->name, 0, NULL, "%s: %s", r->tag, r->absent);
}

static void check_head_rule(const struct patch *p, const struct rule *r,
			    struct problems *out)
{
	const char *value = r->place == HEAD_FROM ? p->from :
			    r->place == HEAD_DATE ? p->date : p->subject;
	int line = r->place == HEAD_FROM ? p->from_line :
		   r->place == HEAD_DATE ? p->date_line : p->subject_line;

	if (!value)
		problem_add(out, p->name, 0, NULL, "%s: %s", r->tag, r->absent);
	else if (strstr(value, "=?"))
		problem_add(out, p->name, line, "import it with 'azk series import'",
			    "%s: is encoded for mail, Requires plain UTF-8", r->tag);
	else
		check_value(p, r, value, line, out);
}

static void check_author_signs(const struct patch *p, struct problems *out)
{
	char *want;

	if (!p->author || !p->email || !patch_trailer(p, "Signed-off-by", 0))
		return;
	want = xasprintf("%s <%s>", p->author, p->email);
	for (size_t i = 0; i < p->trailers; i++)
		if (!strcasecmp(p->trailer[i].tag, "Signed-off-by") &&
		    !strcmp(p->trailer[i].value, want))
			goto out;
	problem_add(out, p->name, p->from_line, NULL,
		    "Signed-off-by: Requires the author's own, '%s'", want);
out:
	free(want);
}

static void check_unknown(const struct patch *p, struct problems *out)
{
	for (size_t i = 0; i < p->trailers; i++) {
		size_t r = 0;

		while (r < RULES && strcasecmp(rules[r].tag, p->trailer[i].tag))
			r++;
		if (r == RULES)
			problem_note(out, p->name, p->trailer[i].line,
				     "no rule knows the tag '%s:'", p->trailer[i].tag);
	}
}

static void check_text(const struct patch *p, struct problems *out)
{
	const char *cr = strchr(p->text, '\r');
	size_t len = strlen(p->text);
	int line = 1;

	for (const char *s = p->text; cr && s < cr; s++)
		line += *s == '\n';
	if (cr)
		problem_add(out, p->name, line, "import it with 'azk series import'",
			    "a carriage return; lines end in a newline alone");
	if (!len || p->text[len - 1] != '\n')
		problem_add(out, p->name, 0, NULL, "the last line has no newline");
	if (p->encoding && strcasecmp(p->encoding, "8bit") &&
	    strcasecmp(p->encoding, "7bit"))
		problem_add(out, p->name, 0, "import it with 'azk series import'",
			    "is encoded as %s", p->encoding);
	if (p->subject && (!p->body[0] || !p->body_line ||
			   (p->trailers && p->trailer[0].line == p->body_line)))
		problem_add(out, p->name, p->subject_line, NULL,
			    "Requires a message: why is this change needed");
}

/* What a patch may do to files; the project's own files stand at their path. */
static void check_files(const struct patch *p, struct problems *out)
{
	for (size_t i = 0; i < p->files; i++) {
		const struct patch_file *f = &p->file[i];
		const char *path = patch_file_path(f);
		char *ours = top_path(path);
		bool overlay = (str_starts(path, "drivers/") ||
				str_starts(path, "arch/")) && file_exists(ours);

		if (overlay)
			problem_add(out, p->name, f->line, "change the file itself",
				    "changes %s, a file of this project", path);
		else if (f->change == PATCH_NEW || f->change == PATCH_COPY)
			problem_add(out, p->name, f->line,
				    "put it at its path below drivers/ or arch/ of this project",
				    "adds %s: a patch only changes files the base has", path);
		if (f->binary)
			problem_add(out, p->name, f->line, NULL, "%s is binary", path);
		free(ours);
	}
}

void policy_check(const struct patch *p, struct problems *out)
{
	for (size_t i = 0; i < RULES; i++) {
		if (rules[i].place == TRAILER)
			check_trailer_rule(p, &rules[i], out);
		else
			check_head_rule(p, &rules[i], out);
	}
	check_author_signs(p, out);
	check_unknown(p, out);
	check_text(p, out);
	check_files(p, out);
}

bool policy_own_tag(const char *tag)
{
	for (size_t i = 0; i < RULES; i++)
		if (rules[i].own && !strcasecmp(rules[i].tag, tag))
			return true;
	return false;
}

void policy_print(void)
{
	static const char *const counts[] = {
		[ONE] = "one", [SOME] = "some", [MAYBE] = "0-1", [ANY] = "any",
		[NEVER] = "none",
	};

	printf("\nheader policy (how many, tag, forms):\n");
	for (size_t i = 0; i < RULES; i++)
		printf("  %-4s %-15s %s\n", counts[rules[i].count], rules[i].tag,
		       rules[i].help ? rules[i].help :
		       rules[i].count == NEVER ? "never" :
		       rules[i].forms ? "NAME <ADDRESS>" : "any");
}
