// SPDX-License-Identifier: GPL-2.0-only
/* curl for one file with resume; apt for the mirror's address. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch.h"
#include "file.h"
#include "run.h"

/* Exit codes of curl that mean something to us, from its manual page. */
enum {
	CURL_HTTP_ERROR = 22,
	CURL_RANGE_ERROR = 33,		/* the server cannot resume */
	CURL_BAD_RESUME = 36,
	CURL_FILE_UNREADABLE = 37,	/* file:// that is not there */
};

/* apt may go through a proxy that curl does not know of. */
static void add_proxy(struct strv *argv)
{
	struct buf out = BUF_INIT;

	if (getenv("http_proxy") || getenv("all_proxy"))
		return;
	const char *const words[] = {
		"apt-config", "dump", "--format", "%v%n", "Acquire::http::Proxy", NULL
	};
	struct run r = { .argv = words, .out = &out, .quiet = true };

	if (run(&r) == 0 && out.len) {
		char *p = str_trim(out.s);

		p[strcspn(p, "\n")] = '\0';
		if (*p && strcmp(p, "DIRECT")) {
			strv_add(argv, "--proxy");
			strv_add(argv, p);
		}
	}
	buf_free(&out);
}

static int curl(const char *url, const char *part, bool resume, struct buf *http,
		struct buf *err)
{
	bool tty = isatty(STDERR_FILENO);
	struct strv argv = STRV_INIT;
	int ret;

	strv_add(&argv, "curl");
	strv_add(&argv, "--fail");
	strv_add(&argv, "--location");
	strv_add(&argv, "--retry");
	strv_add(&argv, "2");
	strv_add(&argv, "--connect-timeout");
	strv_add(&argv, "20");
	/* a dead connection must end: under 1 kB/s for a minute */
	strv_add(&argv, "--speed-limit");
	strv_add(&argv, "1000");
	strv_add(&argv, "--speed-time");
	strv_add(&argv, "60");
	if (tty) {
		strv_add(&argv, "--progress-bar");
	} else {
		strv_add(&argv, "--silent");
		strv_add(&argv, "--show-error");
	}
	if (resume) {
		strv_add(&argv, "--continue-at");
		strv_add(&argv, "-");
	}
	if (str_starts(url, "http://"))
		add_proxy(&argv);
	strv_add(&argv, "--write-out");
	strv_add(&argv, "%{http_code}");
	strv_add(&argv, "--output");
	strv_add(&argv, part);
	strv_add(&argv, url);
	struct run r = {
		.argv = (const char *const *)argv.v, .out = http,
		.err = tty ? NULL : err,
	};
	ret = run(&r);
	strv_free(&argv);
	return ret;
}

/* curl's last line, without its own "curl: (N) ". */
static void reason(int code, const char *http, char *err, struct buf *why)
{
	char *last, *p;

	err = str_trim(err);
	last = strrchr(err, '\n');
	p = last ? last + 1 : err;
	if (str_starts(p, "curl: (") && strchr(p, ')'))
		p = str_trim(strchr(p, ')') + 1);
	if (code < 0)
		buf_adds(why, "curl could not be started");
	else if (code == CURL_HTTP_ERROR)
		buf_addf(why, "the server answered %s", http);
	else if (*p)
		buf_adds(why, p);
	else
		buf_addf(why, "curl ended with code %d", code);
}

enum fetch_result fetch(const char *url, const char *part, int64_t size,
			struct buf *why)
{
	struct buf http = BUF_INIT, err = BUF_INIT;
	enum fetch_result ret = FETCH_FAILED;
	int64_t have = file_size(part);
	int code;

	if (size && have > size) {
		unlink(part);
		have = -1;
	}
	if (size && have == size)
		return FETCH_OK;
	code = curl(url, part, have > 0, &http, &err);
	if (have > 0 && (code == CURL_RANGE_ERROR || code == CURL_BAD_RESUME ||
			 !strcmp(buf_str(&http), "416"))) {
		unlink(part);
		buf_reset(&http);
		buf_reset(&err);
		code = curl(url, part, false, &http, &err);
	}
	if (code == 0) {
		ret = FETCH_OK;
	} else if (code == CURL_FILE_UNREADABLE || !strcmp(buf_str(&http), "404") ||
		   !strcmp(buf_str(&http), "410")) {
		ret = FETCH_ABSENT;
	} else {
		buf_adds(&err, "");
		reason(code, buf_str(&http), err.s, why);
	}
	buf_free(&http);
	buf_free(&err);
	return ret;
}

void fetch_mirrors(struct strv *uris)
{
	const char *const words[] = {
		"apt-get", "indextargets", "--format", "$(REPO_URI)",
		"Created-By: Packages", "Origin: Debian", NULL
	};
	struct buf out = BUF_INIT;
	struct run r = { .argv = words, .out = &out, .quiet = true };
	struct strv all = STRV_INIT;

	if (run(&r) == 0)
		strv_split(&all, buf_str(&out), " \n");
	for (size_t i = 0; i < all.n; i++) {
		const char *u = all.v[i];

		/* cdrom:, mirror+file: and the like are not for curl */
		if ((!str_starts(u, "http://") && !str_starts(u, "https://") &&
		     !str_starts(u, "file:/")) || strv_has(uris, u))
			continue;
		strv_addf(uris, "%s%s", u, str_ends(u, "/") ? "" : "/");
	}
	strv_free(&all);
	buf_free(&out);
}
