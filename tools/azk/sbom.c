// SPDX-License-Identifier: GPL-2.0-only
/*
 * azk sbom: what a package is made of, as an SPDX 2.3 document.
 *
 * Enters: a build with its source, the files of a package. Leaves: the document:
 * the files with the sources of what was linked into them and the headers that
 * these read; licences from the tags in the sources; the pinned archive and the
 * patches. Called by the packaging, once for each package.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "lib/exit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "sbom.h"
#include "series_cmd.h"

/* Lines of @list ("-": standard input) to @files; empty ones mean nothing. */
static int read_list(const char *list, struct strv *files)
{
	struct buf b = BUF_INIT;
	int ret = file_read(strcmp(list, "-") ? list : "/dev/stdin", &b);

	if (!ret)
		strv_split(files, buf_str(&b), "\n");
	buf_free(&b);
	return ret;
}

/* SOURCE_DATE_EPOCH, or the date of the base. */
static int when(const struct lock *l, int64_t *created)
{
	const char *s = getenv("SOURCE_DATE_EPOCH");
	char *end;

	*created = l->date;
	if (!s || !*s)
		return AZK_OK;
	*created = strtoll(s, &end, 10);
	if (end == s || *end || *created < 0 || *created > 253402300799)
		return azk_err(AZK_EX_USAGE, "SOURCE_DATE_EPOCH", "set it to seconds since 1970",
			       "'%s' is no such number", s);
	return AZK_OK;
}

static int check_file(const char *path)
{
	struct problems p = PROBLEMS_INIT;
	struct buf b = BUF_INIT;
	json_error_t e;
	char at[4096];
	json_t *doc = NULL;
	int ret = file_read(path, &b);

	if (!ret) {
		doc = json_loads(buf_str(&b), 0, &e);
		if (!doc)
			ret = azk_err(AZK_EX_INPUT, azk_at(at, sizeof(at), path, e.line), NULL,
				      "no JSON: %s", e.text);
	}
	if (doc) {
		spdx_check(path, doc, &p);
		problems_print(&p);
		if (p.errors)
			ret = AZK_EX_CHECK;
		else
			printf("%s: holds what SPDX 2.3 requires\n", path);
	}
	problems_free(&p);
	json_decref(doc);
	buf_free(&b);
	return ret;
}

static int write_out(json_t *doc, const char *out)
{
	char *text = json_dumps(doc, JSON_INDENT(1) | JSON_SORT_KEYS);
	struct buf b = BUF_INIT;
	int ret = AZK_OK;

	buf_addf(&b, "%s\n", text);
	free(text);
	if (out)
		ret = file_write(out, b.s, b.len);
	else if (fwrite(b.s, 1, b.len, stdout) != b.len || fflush(stdout))
		ret = azk_err(AZK_EX_SYSTEM, "standard output", NULL, "cannot be written");
	buf_free(&b);
	return ret;
}

static int make(struct sbom *s, const char *out)
{
	char *lock = top_path(LOCK_PATH);
	struct problems p = PROBLEMS_INIT;
	json_t *doc = NULL;
	int64_t created;
	int ret = lock_read(lock, &s->lock);

	if (!ret)
		ret = when(&s->lock, &created);
	if (!ret)
		ret = kfrom_init(&s->from, s->build, s->source);
	if (!ret)
		ret = licences_read(s->source, &s->licences);
	if (!ret) {
		char *name = xasprintf("%s-%s", s->name, s->version);

		spdx_init(&s->spdx, name, created);
		free(name);
		ret = sbom_make(s, &p, &doc);
	}
	if (doc)
		spdx_check(out ? out : s->name, doc, &p);
	problems_print(&p);
	if (!ret && p.errors)
		ret = AZK_EX_CHECK;
	if (!ret)
		ret = write_out(doc, out);
	if (!ret && out)
		printf("%s: %zu files, %zu sources and headers, %zu without a licence tag\n", out,
		       s->shipped, s->sources, s->untagged);
	json_decref(doc);
	problems_free(&p);
	spdx_free(&s->spdx);
	licences_free(&s->licences);
	kfrom_free(&s->from);
	lock_free(&s->lock);
	free(lock);
	return ret;
}

int cmd_sbom(int argc, char **argv)
{
	const char *out = NULL, *list = NULL, *check = NULL;
	struct sbom s = { .namespace = "https://spdx.org/spdxdocs", .licence = "GPL-2.0-only" };
	const struct opt opts[] = {
		{ "name", "NAME", "of the package", OPT_STR, &s.name },
		{ "version", "V", "its version and release", OPT_STR, &s.version },
		{ "license", "EXPR", "what the package declares (default: GPL-2.0-only)", OPT_STR,
		  &s.licence },
		{ "build", "DIR", "the build (default: out/ours/azure)", OPT_STR, &s.build },
		{ "source", "DIR", "its source (default: out/ours/src)", OPT_STR, &s.source },
		{ "root", "DIR", "FILEs are paths below it (default: below the build)", OPT_STR,
		  &s.root },
		{ "files", "LIST", "a file with more FILEs, one a line; - reads standard input",
		  OPT_STR, &list },
		{ "namespace", "URI", "what the document's name begins with", OPT_STR,
		  &s.namespace },
		{ "out", "FILE", "write there (default: standard output)", OPT_STR, &out },
		{ "check", "FILE", "only hold a document against what SPDX 2.3 requires", OPT_STR,
		  &check },
		{ 0 }
	};
	const struct opt_usage u = {
		"azk sbom", "--name NAME --version V FILE...",
		"Write the SPDX 2.3 document of one package. FILEs are what is in it: a\n"
		"vmlinuz or bzImage, modules (.ko, packed or not), anything else. For kernel and\n"
		"modules it follows the .cmd files of the build to each source that was compiled\n"
		"into them. Patches, with their Upstream-status, and the pinned archive are those\n"
		"of patches/. The time is SOURCE_DATE_EPOCH, or that of the base.",
		"  azk sbom --name kernel-azure-core --version 6.18.15-1 arch/x86/boot/bzImage\n"
		"  azk sbom --name kernel-azure-modules --version 6.18.15-1 --root BUILDROOT \\\n"
		"      --files modules.list --out modules.spdx.json",
		"exit codes: 0 written, 202 a licence tag or the document is not in order", opts,
	};
	struct strv files = STRV_INIT;
	int nargs, rest, ret = opt_parse(&u, argc, argv, &nargs, &rest);
	char *build = top_path("out/ours/azure"), *source = top_path("out/ours/src");

	s.build = s.build ? s.build : build;
	s.source = s.source ? s.source : source;
	for (int i = 1; !ret && i <= nargs; i++)
		strv_add(&files, argv[i]);
	if (ret == OPT_HELP)
		ret = AZK_OK;
	else if (!ret && check)
		ret = check_file(check);
	else if (!ret && (!s.name || !s.version || !*s.name || !*s.version))
		ret = opt_bad(&u, "give --name and --version");
	else if (!ret && list)
		ret = read_list(list, &files);
	if (!ret && !check && s.name) {
		s.files = &files;
		ret = files.n ? make(&s, out) : opt_bad(&u, "give the package's files");
	}
	strv_free(&files);
	free(build);
	free(source);
	return ret;
}
