/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The person's terminal while a guest runs: raw once init is there, so that
 * every key reaches the guest, and always put back.
 */
#ifndef AZK_LIB_TTY_H
#define AZK_LIB_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct tty {
	int fd;			/* to poll; -1: nobody types */
	int term;		/* the same, kept after the end of input */
	bool raw;
	bool prefix;		/* Ctrl-A was the last key */
	int interrupts;		/* how many Ctrl-C came in a row */
	struct termios was;
};

enum tty_event {
	TTY_KEYS,		/* bytes for the guest, perhaps none */
	TTY_LEAVE,		/* Ctrl-A x, or Ctrl-C three times */
	TTY_CLOSED,		/* end of input */
};

void tty_begin(struct tty *t, int fd);	/* @fd a terminal, or -1 */
void tty_raw(struct tty *t);		/* from now on Ctrl-C is the guest's */
void tty_end(struct tty *t);		/* as it was */

/* Read what was typed into @keys; *n bytes are for the guest. */
enum tty_event tty_read(struct tty *t, char *keys, size_t size, size_t *n);

#endif
