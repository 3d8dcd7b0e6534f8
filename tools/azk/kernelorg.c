// SPDX-License-Identifier: GPL-2.0-only
/*
 * The signed checksums of kernel.org. Enters: a release's file name. Leaves:
 * the SHA-256 that the checksum autosigner vouches for. Called by base.c.
 *
 * The real site could not be reached where this was written: what is tested
 * (tests/base.sh) is the same code against a local folder with a key made for
 * the test. KERNEL_ORG_URL= names a mirror with the layout of
 * https://cdn.kernel.org/pub/linux/kernel.
 *
 * gpg runs in a key ring of its own that is made and removed here, so neither
 * the user's keys nor their trust settings count: only the fingerprint does.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernelorg.h"
#include "lib/exit.h"
#include "lib/fetch.h"
#include "lib/lock.h"
#include "lib/msg.h"
#include "lib/run.h"

#define KERNEL_ORG	"https://cdn.kernel.org/pub/linux/kernel"
#define SIGNER_ADDRESS	"autosigner@kernel.org"

void kernelorg_folder(const char *version, struct buf *url)
{
	const char *base = getenv("KERNEL_ORG_URL");

	buf_addf(url, "%s/v%.*s.x", base && *base ? base : KERNEL_ORG,
		 (int)strspn(version, "0123456789"), version);
}

static int gpg(const char *home, struct buf *out, const char *a, const char *b,
	       const char *c, const char *d)
{
	struct buf err = BUF_INIT;
	const char *const argv[] = {
		"gpg", "--homedir", home, "--batch", "--no-tty", "--quiet",
		"--status-fd", "1", "--trust-model", "always", a, b, c, d, NULL
	};
	struct run r = { .argv = argv, .out = out, .err = &err };
	int ret = run(&r);

	buf_free(&err);
	return ret;
}

static bool get_key(const char *home, const char *signer, struct buf *why)
{
	const char *ring = getenv("KERNEL_ORG_KEYRING");
	struct buf out = BUF_INIT;
	int ret;

	if (ring && *ring)
		ret = gpg(home, &out, "--import", ring, NULL, NULL);
	else
		ret = gpg(home, &out, "--auto-key-locate", "clear,nodefault,wkd",
			  "--locate-keys", SIGNER_ADDRESS);
	buf_free(&out);
	/* other keys in the file may fail to import: this one counts */
	ret = gpg(home, &out, "--list-keys", signer, NULL, NULL);
	buf_free(&out);
	if (ret)
		buf_addf(why, "no key %s in %s, so its checksums cannot be verified",
			 signer, ring && *ring ? ring :
			 "the Web Key Directory (KERNEL_ORG_KEYRING=FILE gives it)");
	return ret == 0;
}

/* VALIDSIG's last word is the fingerprint of the primary key. */
static bool signed_by(const char *status, const char *signer)
{
	struct lines l;
	bool ok = false;

	lines_init(&l, "gpg", status);
	while (!ok && lines_next(&l)) {
		const char *last = strrchr(l.line, ' ');

		ok = str_starts(l.line, "[GNUPG:] VALIDSIG ") && last &&
		     !strcasecmp(last + 1, signer);
	}
	lines_done(&l);
	return ok;
}

/* "HASH  NAME" lines, as sha256sum prints them. */
static bool find_sum(const char *sums, const char *file, char hex[SHA256_HEX])
{
	struct lines l;
	bool ok = false;

	lines_init(&l, "sha256sums", sums);
	while (!ok && lines_next(&l)) {
		ok = strspn(l.line, "0123456789abcdef") == 64 &&
		     !strncmp(l.line + 64, "  ", 2) && !strcmp(l.line + 66, file);
		if (ok) {
			memcpy(hex, l.line, 64);
			hex[64] = '\0';
		}
	}
	lines_done(&l);
	return ok;
}

static int verify(const struct lock *l, const char *home, const char *asc,
		  const char *file, char hex[SHA256_HEX], struct buf *why)
{
	char *plain = xasprintf("%s/sums", home);
	struct buf out = BUF_INIT, sums = BUF_INIT;
	int ret = AZK_EX_CHECK;

	if (!get_key(home, l->signer, why))
		goto done;
	/* what gpg writes to @plain is the signed part alone */
	if (gpg(home, &out, "--output", plain, "--decrypt", asc) ||
	    !signed_by(buf_str(&out), l->signer)) {
		buf_addf(why, "sha256sums.asc is not signed by the key %s", l->signer);
		goto done;
	}
	ret = file_read(plain, &sums);
	if (!ret && !find_sum(buf_str(&sums), file, hex)) {
		buf_addf(why, "its sha256sums.asc does not list %s", file);
		ret = AZK_EX_NOFILE;
	}
done:
	buf_free(&sums);
	buf_free(&out);
	free(plain);
	return ret;
}

int kernelorg_sha256(const struct lock *l, const char *version, const char *file,
		     char hex[SHA256_HEX], struct buf *why)
{
	char home[] = "/tmp/azk-gpg-XXXXXX", *asc;
	struct buf url = BUF_INIT;
	int ret = AZK_EX_NOFILE;

	if (!l->signer) {
		buf_adds(why, "base.lock has no upstream_signer");
		return AZK_EX_INPUT;
	}
	/* short and private: gpg's agent has a socket in there */
	if (!mkdtemp(home)) {
		buf_adds(why, "no temporary folder in /tmp");
		return AZK_EX_SYSTEM;
	}
	asc = xasprintf("%s/sha256sums.asc", home);
	kernelorg_folder(version, &url);
	buf_adds(&url, "/sha256sums.asc");
	switch (fetch(buf_str(&url), asc, 0, why)) {
	case FETCH_OK:
		ret = verify(l, home, asc, file, hex, why);
		break;
	case FETCH_ABSENT:
		buf_adds(why, "no sha256sums.asc there");
		break;
	case FETCH_FAILED:
		break;
	}
	run_words(NULL, "gpgconf", "--homedir", home, "--kill", "all", NULL);
	run_words(NULL, "rm", "-rf", home, NULL);
	buf_free(&url);
	free(asc);
	return ret;
}
