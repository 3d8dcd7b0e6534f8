// SPDX-License-Identifier: GPL-2.0-only
/* Called by azk boot --json. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bootreport.h"
#include "exit.h"
#include "file.h"
#include "guest.h"
#include "kernel.h"
#include "report.h"

/* "6.18.15-azure" is built from base 6.18.15. */
static char *base_of(const char *version)
{
	return xstrndup(version, strcspn(version, "-+"));
}

static const char *role_of(const char *name)
{
	if (str_starts(name, "upstream/"))
		return "upstream";
	return strchr(name, '/') ? "peer" : "ours";
}

static void put(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static json_t *metrics(const struct guest_result *res)
{
	json_t *m = json_object();

	json_object_set_new(m, "wall_seconds", json_real(res->seconds));
	json_object_set_new(m, "cpu_seconds", json_real(res->cpu_seconds));
	if (!res->init.started)
		return m;
	json_object_set_new(m, "wall_seconds_to_init", json_real(res->init_seconds));
	put(m, "tsc_at_init", res->init.tsc);
	put(m, "clock_at_init_ns", res->init.clock_ns);
	put(m, "memory_free_at_init_bytes", (res->init.memfree_kb + res->init.pcp_kb) * 1024);
	if (res->init.printk_us)
		put(m, "printk_clock_at_init_ns", res->init.printk_us * 1000);
	return m;
}

/* A string that may hold any byte: a guest prints, a user types what they like. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);
	char *clean;

	if (j)
		return j;
	clean = xstrdup(s);
	for (char *p = clean; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	j = json_string(clean);
	free(clean);
	return j;
}

int bootreport_write(const char *file, const struct kernel *k,
		     const struct guest_run *r, const struct guest_result *res)
{
	const struct qemu_boot *b = &r->boot;
	char sha[SHA256_HEX], *base;
	json_t *j, *subject;
	int ret = file_sha256(k->image, sha, NULL, NULL);

	if (ret)
		return ret;
	base = base_of(k->version);
	subject = json_pack("{s:o, s:s, s:o, s:o, s:s, s:I, s:b, s:o}",
			    "name", text(k->name), "role", role_of(k->name),
			    "kernel", text(k->image), "version", text(k->version),
			    "image_sha256", sha, "image_bytes", (json_int_t)k->bytes,
			    "deterministic", b->icount, "metrics", metrics(res));
	j = json_pack("{s:s, s:s, s:s, s:o, s:i, s:I, s:o, s:s, s:i, s:o, s:[o], s:{}}",
		      "schema", REPORT_SCHEMA, "kind", "boot",
		      "machine", b->machine->name, "base", text(base),
		      "cpus", b->cpus, "memory_bytes", (json_int_t)b->memory,
		      "command_line", text(b->append),
		      "verdict", azk_exit_name(res->code), "exit_code", res->code,
		      "last_line", text(buf_str(&res->last_line)),
		      "subjects", subject, "ratios");
	free(base);
	if (res->why.len)
		json_object_set_new(j, "why", text(buf_str(&res->why)));
	if (res->where.len)
		json_object_set_new(j, "where", text(buf_str(&res->where)));
	if (res->init.ended)
		put(j, "taint", res->init.taint);
	ret = report_write(file, j);	/* says so when packing failed */
	json_decref(j);
	return ret;
}
