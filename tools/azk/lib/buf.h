/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A growable byte string, always NUL-terminated after its @len bytes.
 * Start with "struct buf b = BUF_INIT"; end with buf_free(). Running out of
 * memory ends the program with AZK_EX_SYSTEM: nothing here returns an error.
 */
#ifndef AZK_LIB_BUF_H
#define AZK_LIB_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *s;		/* never NULL after the first call that adds */
	size_t len, cap;
};

#define BUF_INIT { NULL, 0, 0 }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);
/* Room for @len more bytes at the end; the caller then raises b->len. */
char *buf_room(struct buf *b, size_t len);
void buf_reset(struct buf *b);		/* empty, keeps the memory */
void buf_free(struct buf *b);
const char *buf_str(const struct buf *b);	/* "" when empty */

/* malloc family that ends the program instead of returning NULL. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A growing list of owned strings, NULL-terminated for use as an argv. */
struct strv {
	char **v;
	size_t n, cap;
};

#define STRV_INIT { NULL, 0, 0 }

void strv_add(struct strv *l, const char *s);		/* copies */
void strv_addf(struct strv *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void strv_split(struct strv *l, const char *s, const char *seps);
bool strv_has(const struct strv *l, const char *s);
void strv_sort(struct strv *l);				/* byte order */
void strv_free(struct strv *l);

/* Lines of a text, with numbers: for every parser here. */
struct lines {
	const char *file;	/* for messages */
	const char *next;
	char *line;		/* this line, without the newline; owned */
	int no;			/* 1 for the first */
};

/* @text must outlive the walk. */
void lines_init(struct lines *l, const char *file, const char *text);
/* Next line into l->line; false at the end (then l->line is freed). */
bool lines_next(struct lines *l);
void lines_done(struct lines *l);

/* Remove blanks at both ends, in place; returns the new start. */
char *str_trim(char *s);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

#endif
