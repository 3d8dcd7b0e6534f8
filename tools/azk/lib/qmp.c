// SPDX-License-Identifier: GPL-2.0-only
/* QMP over a socket pair: read lines, parse with jansson, keep what matters. */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "msg.h"
#include "qmp.h"

#define ANSWER_SECONDS	2.0

void qmp_init(struct qmp *q, int fd)
{
	*q = (struct qmp){ .fd = fd };
}

static void hang_up(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

void qmp_free(struct qmp *q)
{
	hang_up(q);
	buf_free(&q->in);
	free(q->answer);
	q->answer = NULL;
}

static void send_line(struct qmp *q, const char *text)
{
	if (send(q->fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		hang_up(q);
}

static enum qmp_shutdown reason(const char *s)
{
	if (!strcmp(s, "guest-shutdown"))
		return QMP_GUEST_SHUTDOWN;
	if (!strcmp(s, "guest-reset"))
		return QMP_GUEST_RESET;
	return QMP_OTHER_SHUTDOWN;
}

static void take_event(struct qmp *q, const char *event, const char *why)
{
	if (!strcmp(event, "SHUTDOWN") && q->shutdown == QMP_NO_SHUTDOWN)
		q->shutdown = reason(why);
	else if (!strcmp(event, "RESET"))
		q->resets++;
}

static void take(struct qmp *q, const char *line)
{
	const char *event = NULL, *why = "", *answer = NULL;
	json_t *j = json_loads(line, 0, NULL);

	if (!j)
		return;
	if (!json_unpack(j, "{s:{s:{s:{s:i,s:i}}}}", "QMP", "version", "qemu",
			 "major", &q->major, "minor", &q->minor))
		send_line(q, "{\"execute\":\"qmp_capabilities\"}\n");
	else if (!json_unpack(j, "{s:s,s?{s?s}}", "event", &event,
			      "data", "reason", &why))
		take_event(q, event, why);
	else if (!json_unpack(j, "{s:s}", "return", &answer)) {
		free(q->answer);
		q->answer = xstrdup(answer);
	}
	json_decref(j);
}

void qmp_read(struct qmp *q)
{
	char *line, *nl;
	ssize_t n;

	while (q->fd >= 0) {
		n = recv(q->fd, buf_room(&q->in, 16384), 16384, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			hang_up(q);
			break;
		}
		q->in.len += (size_t)n;
		q->in.s[q->in.len] = '\0';
	}
	for (line = q->in.s; line && (nl = strchr(line, '\n')); line = nl + 1) {
		*nl = '\0';
		take(q, line);
	}
	if (line && line != q->in.s) {
		q->in.len -= (size_t)(line - q->in.s);
		memmove(q->in.s, line, q->in.len + 1);
	}
}

void qmp_no_reboot(struct qmp *q)
{
	if (q->fd >= 0)
		send_line(q,
			  "{\"execute\":\"set-action\",\"arguments\":{\"reboot\":\"shutdown\"}}\n");
}

const char *qmp_human(struct qmp *q, const char *command)
{
	double end = azk_now() + ANSWER_SECONDS;
	json_t *j;
	char *text;

	free(q->answer);
	q->answer = NULL;
	if (q->fd < 0 || !q->major)
		return NULL;
	j = json_pack("{s:s,s:{s:s}}", "execute", "human-monitor-command",
		      "arguments", "command-line", command);
	text = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	send_line(q, text);
	free(text);
	if (q->fd >= 0)
		send_line(q, "\n");
	while (q->fd >= 0 && !q->answer && azk_now() < end) {
		struct pollfd p = { .fd = q->fd, .events = POLLIN };

		if (poll(&p, 1, 100) > 0)
			qmp_read(q);
	}
	return q->answer;
}
