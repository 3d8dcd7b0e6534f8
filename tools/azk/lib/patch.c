// SPDX-License-Identifier: GPL-2.0-only
/* The mail half of a patch file; the diff half is patch_diff.c. See patch.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "patch.h"
#include "patch_diff.h"

/* Value of header @name when @line is that header, or NULL. */
static const char *header(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) || line[n] != ':')
		return NULL;
	return line + n + 1 + strspn(line + n + 1, " \t");
}

/* Leading "[...]" groups are for mail and no part of the subject. */
static char *clean_subject(const char *s)
{
	while (*s == '[' && strchr(s, ']')) {
		s = strchr(s, ']') + 1;
		s += strspn(s, " \t");
	}
	return xstrdup(s);
}

static void set_from(struct patch *p)
{
	const char *lt = strrchr(p->from, '<');
	const char *gt = lt ? strchr(lt, '>') : NULL;
	char *name, *s;

	if (!gt)
		return;
	p->email = xstrndup(lt + 1, (size_t)(gt - lt - 1));
	name = xstrndup(p->from, (size_t)(lt - p->from));
	s = str_trim(name);
	if (*s == '"' && str_ends(s, "\"") && s[1]) {
		s[strlen(s) - 1] = '\0';
		s++;
	}
	p->author = xstrdup(s);
	free(name);
}

static void set_header(struct patch *p, const char *line, int no)
{
	const char *v;

	if ((v = header(line, "From")) && !p->from) {
		p->from = xstrdup(v);
		p->from_line = no;
	} else if ((v = header(line, "Date")) && !p->date) {
		p->date = xstrdup(v);
		p->date_line = no;
	} else if ((v = header(line, "Subject")) && !p->subject) {
		p->subject = clean_subject(v);
		p->subject_line = no;
	} else if ((v = header(line, "Content-Transfer-Encoding"))) {
		free(p->encoding);
		p->encoding = xstrdup(v);
	}
}

/* Header lines up to the first empty one; folded lines are joined. */
static void parse_headers(struct patch *p, struct lines *l)
{
	struct buf h = BUF_INIT;
	int no = 0;

	while (lines_next(l) && *l->line && !str_starts(l->line, "diff --git ")) {
		if (*l->line == ' ' || *l->line == '\t') {
			buf_addf(&h, " %s", str_trim(l->line));
			continue;
		}
		if (h.len)
			set_header(p, str_trim(h.s), no);
		buf_reset(&h);
		if (!str_starts(l->line, "From "))
			buf_adds(&h, l->line);
		no = l->no;
	}
	if (h.len)
		set_header(p, str_trim(h.s), no);
	if (p->from)
		set_from(p);
	buf_free(&h);
}

/* Length of the tag in "Tag: value", or 0 when @s is no trailer. */
static size_t tag_len(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '-')
		n++;
	return s[n] == ':' && (s[n + 1] == ' ' || !s[n + 1]) ? n : 0;
}

static void add_trailer(struct patch *p, const char *line, size_t tag, int no)
{
	char *v = xstrdup(line + tag + 1);

	p->trailer = xrealloc(p->trailer,
			      (p->trailers + 1) * sizeof(*p->trailer));
	p->trailer[p->trailers++] = (struct patch_trailer){
		xstrndup(line, tag), xstrdup(str_trim(v)), no };
	free(v);
}

static void continue_trailer(struct patch *p, char *line)
{
	struct patch_trailer *t = &p->trailer[p->trailers - 1];
	char *v = xasprintf("%s %s", t->value, str_trim(line));

	free(t->value);
	t->value = v;
}

/*
 * The trailers are the last paragraph, if it is one of nothing but trailers,
 * their continuation lines, and "[name: what was changed]" notes.
 */
static void parse_trailers(struct patch *p)
{
	const char *last = p->body, *s;
	int no = p->body_line;
	bool all = true;
	struct lines l;

	for (s = p->body; (s = strstr(s, "\n\n")); s++)
		last = s + 2;
	for (s = p->body; s < last; s++)
		no += *s == '\n';
	lines_init(&l, p->name, last);
	while (lines_next(&l)) {
		size_t tag = tag_len(l.line);

		if (tag)
			add_trailer(p, l.line, tag, no + l.no - 1);
		else if (p->trailers && (*l.line == ' ' || *l.line == '\t'))
			continue_trailer(p, l.line);
		else if (*l.line != '[' || !str_ends(l.line, "]"))
			all = false;
	}
	lines_done(&l);
	if (all)
		return;
	for (size_t i = 0; i < p->trailers; i++) {
		free(p->trailer[i].tag);
		free(p->trailer[i].value);
	}
	p->trailers = 0;
}

/* The message: up to "---" or the diff. Leaves @l on the line that ended it. */
static void parse_body(struct patch *p, struct lines *l)
{
	struct buf b = BUF_INIT;

	while (l->line && !str_starts(l->line, "diff --git ") &&
	       lines_next(l)) {
		if (!strcmp(l->line, "---") || str_starts(l->line, "diff --git "))
			break;
		if (!b.len && !*l->line)
			continue;
		if (!b.len)
			p->body_line = l->no;
		buf_addf(&b, "%s\n", l->line);
	}
	while (b.len && isspace((unsigned char)b.s[b.len - 1]))
		b.s[--b.len] = '\0';
	p->body = xstrdup(buf_str(&b));
	buf_free(&b);
	parse_trailers(p);
}

int patch_parse(const char *name, const char *text, struct patch *out,
		struct problems *p)
{
	struct lines l;
	int ret;

	*out = (struct patch){ .name = xstrdup(name), .text = xstrdup(text) };
	lines_init(&l, out->name, out->text);
	parse_headers(out, &l);
	parse_body(out, &l);
	ret = patch_diff_parse(out, &l, p);
	lines_done(&l);
	return ret;
}

int patch_read(const char *path, struct patch *out, struct problems *p)
{
	struct buf b = BUF_INIT;
	int ret = file_read(path, &b);

	*out = (struct patch){ 0 };
	if (!ret)
		ret = patch_parse(path, buf_str(&b), out, p);
	buf_free(&b);
	return ret;
}

void patch_free(struct patch *p)
{
	for (size_t i = 0; i < p->trailers; i++) {
		free(p->trailer[i].tag);
		free(p->trailer[i].value);
	}
	for (size_t i = 0; i < p->files; i++) {
		free(p->file[i].old_path);
		free(p->file[i].new_path);
		free(p->file[i].hunk);
	}
	free(p->trailer);
	free(p->file);
	free(p->name);
	free(p->text);
	free(p->author);
	free(p->email);
	free(p->date);
	free(p->subject);
	free(p->body);
	free(p->from);
	free(p->encoding);
	*p = (struct patch){ 0 };
}

const struct patch_trailer *patch_trailer(const struct patch *p,
					  const char *tag, size_t from)
{
	for (size_t i = from; i < p->trailers; i++)
		if (!strcasecmp(p->trailer[i].tag, tag))
			return &p->trailer[i];
	return NULL;
}

const char *patch_file_path(const struct patch_file *f)
{
	return f->new_path ? f->new_path : f->old_path;
}

void patch_paths(const struct patch *p, struct strv *out)
{
	for (size_t i = 0; i < p->files; i++) {
		const char *a = p->file[i].old_path, *b = p->file[i].new_path;

		if (a && !strv_has(out, a))
			strv_add(out, a);
		if (b && !strv_has(out, b))
			strv_add(out, b);
	}
}

/* "index 0123abc..4567def 100644" */
static bool is_index(const char *line)
{
	static const char hex[] = "0123456789abcdef";

	if (!str_starts(line, "index "))
		return false;
	line += strlen("index ");
	return strspn(line, hex) && str_starts(line + strspn(line, hex), "..");
}

bool patch_same_text(const char *a, const char *b)
{
	struct lines x, y;
	bool same, more;

	lines_init(&x, "", a);
	lines_init(&y, "", b);
	do {
		more = lines_next(&x);
		same = more == lines_next(&y) &&
		       (!more || !strcmp(x.line, y.line) ||
			(is_index(x.line) && is_index(y.line)));
	} while (more && same);
	lines_done(&x);
	lines_done(&y);
	return same;
}

char *patch_slug(const char *subject)
{
	struct buf b = BUF_INIT;

	for (; *subject && b.len < 60; subject++) {
		char c = (char)tolower((unsigned char)*subject);

		if (isalnum((unsigned char)c) || c == '_')
			buf_add(&b, &c, 1);
		else if (b.len && b.s[b.len - 1] != '-')
			buf_adds(&b, "-");
	}
	while (b.len && b.s[b.len - 1] == '-')
		b.s[--b.len] = '\0';
	if (!b.len)
		buf_adds(&b, "patch");
	return b.s;
}
