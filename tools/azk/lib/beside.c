// SPDX-License-Identifier: GPL-2.0-only
/* Where the files are that are built together with azk. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "buf.h"

char *beside_azk(const char *env, const char *name)
{
	const char *said = env ? getenv(env) : NULL;
	char self[PATH_MAX], *slash;
	ssize_t n;

	if (said && *said)
		return xstrdup(said);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0)
		return xasprintf("out/bin/%s", name);
	self[n] = '\0';
	slash = strrchr(self, '/');
	return xasprintf("%.*s/%s", (int)(slash - self), self, name);
}
