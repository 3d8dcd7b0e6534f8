// SPDX-License-Identifier: GPL-2.0-only
/* The header policy: accepted and refused values of every kind of rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/buf.h"
#include "series_cmd.h"

#define DIFF "---\n\ndiff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-a\n+b\n"
#define SIGN "Signed-off-by: Jane Doe <jane@example.org>\n"
#define HASH "0123456789012345678901234567890123456789"

/* Problems of a patch with this subject and these lines as trailers. */
static struct problems judge(const char *subject, const char *trailers)
{
	char *text = xasprintf("From: Jane Doe <jane@example.org>\n"
			       "Date: Sun, 22 Nov 2026 20:00:00 +0000\n"
			       "Subject: [PATCH] %s\n\nThe reason.\n\n%s" DIFF,
			       subject, trailers);
	struct problems out = PROBLEMS_INIT;
	struct patch p;

	patch_parse("t.patch", text, &p, &out);
	policy_check(&p, &out);
	patch_free(&p);
	free(text);
	return out;
}

static void expect(const char *subject, const char *trailers, const char *words)
{
	struct problems out = judge(subject, trailers);
	bool found = false;

	for (size_t i = 0; i < out.n; i++)
		found |= words && strstr(out.v[i].what, words);
	if (words ? !found || out.errors != 1 : out.errors)
		fail_msg("'%s' '%s': wanted %s, got %zu errors, first: %s", subject,
			 trailers, words ? words : "none", out.errors,
			 out.n ? out.v[0].what : "-");
	problems_free(&out);
}

static void test_status(void **state)
{
	static const char *const good[] = {
		"Pending", "Submitted <20260102.1@example.org>",
		"Submitted 20260102.1@example.org", "Submitted https://example.org/r/1",
		"Accepted 012345678901", "Accepted " HASH " v6.19",
		"Accepted " HASH " (v6.19-rc2)", "Backport " HASH " (v6.19)",
		"Backport " HASH " (v6.18.3)", "Inappropriate only Azure boots this way",
	};
	static const char *const bad[][2] = {
		{ "", "Requires a value" }, { "pending", "Requires Pending, Submitted, Accepted, Backport or Inappropriate" },
		{ "Pending review", "takes nothing" }, { "Submitted", "message-id" },
		{ "Submitted last week", "message-id" }, { "Accepted", "12 to 40" },
		{ "Accepted 01234", "12 to 40" }, { "Accepted " HASH " soon", "12 to 40" },
		{ "Backport 012345678901 (v6.19)", "full commit" },
		{ "Backport " HASH, "full commit" },
		{ "Backport " HASH " (next)", "full commit" },
		{ "Inappropriate", "Requires a reason" },
		{ "Inappropriate ...", "Requires a reason" },
		{ "Inappropriately so", "Requires Pending" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		char *t = xasprintf(SIGN "Upstream-status: %s\n", good[i]);

		expect("vmbus: x", t, NULL);
		free(t);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *t = xasprintf(SIGN "Upstream-status: %s\n", bad[i][0]);

		expect("vmbus: x", t, bad[i][1]);
		free(t);
	}
}

static void test_subject(void **state)
{
	static const char ok[] = SIGN "Upstream-status: Pending\n";
	char text[80] = "vmbus: ";

	expect("Drivers: hv: vmbus: wait once", ok, NULL);
	expect("x86/hyperv: wait once", ok, NULL);
	expect("PCI: hv: wait once", ok, NULL);
	expect("scsi: storvsc: Wait once", ok, NULL);
	expect("wait once", ok, "Requires 'subsystem");
	expect("vmbus:wait", ok, "Requires 'subsystem");
	expect("vmbus: wait once.", ok, "without a full stop");
	expect("this is far too many words: wait", ok, "Requires 'subsystem");
	memset(text + strlen(text), 'x', 76 - strlen(text));
	expect(text, ok, "76 bytes, at most 75");
	text[75] = '\0';
	expect(text, ok, NULL);
}

static void test_tags(void **state)
{
#define REST SIGN "Upstream-status: Pending\n"
	expect("vmbus: x", "Upstream-status: Pending\n", "Requires a sign-off");
	expect("vmbus: x", "Upstream-status: Pending\nSigned-off-by: J <j@example.org>\n",
	       "Requires the author's own");
	expect("vmbus: x", "Signed-off-by: J <j@example.org>\n" REST, NULL);
	expect("vmbus: x", "Signed-off-by: nobody\n" REST, "Requires a name and an address");
	expect("vmbus: x", REST "Upstream-status: Pending\n", "second time");
	expect("vmbus: x", REST "Claim: boot.x <= 5\nClaim: boot.y < 0.5x upstream\n", NULL);
	expect("vmbus: x", REST "Claim: boot.x\n", "Claim: Requires one of");
	expect("vmbus: x", REST "Fixes: 012345678901 (\"vmbus: y\")\n", NULL);
	expect("vmbus: x", REST "Fixes: 0123 (\"vmbus: y\")\n", "Requires 12 or more");
	expect("vmbus: x", REST "Link: somewhere\n", "Requires a URL");
	expect("vmbus: x", REST "Change-Id: I1\n", "Excluded");
	expect("vmbus: x", REST "Co-developed-by: B C <b@example.org>\n", "of the same person");
	expect("vmbus: x", "Co-developed-by: B C <b@example.org>\n"
	       "Signed-off-by: B C <b@example.org>\n" REST, NULL);
	expect("vmbus: x", REST "Some-Other-Tag: whatever\n", NULL);
	expect("vmbus: x", SIGN "Upstream-status: Inappropriate for a reason\n"
	       "Fixes: 012345678901 (\"y\")\n", "excludes a Fixes: tag");
}

static void test_own_tags(void **state)
{
	assert_true(policy_own_tag("claim"));
	assert_true(policy_own_tag("Upstream-status"));
	assert_false(policy_own_tag("Link"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_own_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
