// SPDX-License-Identifier: GPL-2.0-only
/* Raw mode, and the two ways out of it that a guest cannot take away. */
#include <unistd.h>

#include "tty.h"

#define CTRL_A	0x01
#define CTRL_C	0x03
#define PATIENCE 3

void tty_begin(struct tty *t, int fd)
{
	*t = (struct tty){ .fd = fd, .term = fd };
	if (fd >= 0 && tcgetattr(fd, &t->was))
		t->fd = -1;
}

void tty_raw(struct tty *t)
{
	struct termios raw = t->was;

	if (t->fd < 0 || t->raw)
		return;
	cfmakeraw(&raw);
	t->raw = !tcsetattr(t->term, TCSADRAIN, &raw);
}

void tty_end(struct tty *t)
{
	if (t->raw)
		tcsetattr(t->term, TCSADRAIN, &t->was);
	t->raw = false;
}

enum tty_event tty_read(struct tty *t, char *keys, size_t size, size_t *n)
{
	ssize_t got = read(t->fd, keys, size);
	size_t kept = 0;

	*n = 0;
	if (got <= 0) {
		t->fd = -1;
		return TTY_CLOSED;
	}
	for (ssize_t i = 0; i < got; i++) {
		char c = keys[i];

		t->interrupts = c == CTRL_C ? t->interrupts + 1 : 0;
		if (t->interrupts == PATIENCE || (t->prefix && (c == 'x' || c == 'X')))
			return TTY_LEAVE;
		/* Ctrl-A twice is one for the guest */
		t->prefix = c == CTRL_A && !t->prefix;
		if (!t->prefix)
			keys[kept++] = c;
	}
	*n = kept;
	return TTY_KEYS;
}
