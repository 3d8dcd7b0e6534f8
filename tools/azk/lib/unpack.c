// SPDX-License-Identifier: GPL-2.0-only
/* Packed files, unpacked by the program that packed them. */
#include <string.h>

#include "buf.h"
#include "exit.h"
#include "file.h"
#include "msg.h"
#include "run.h"
#include "unpack.h"

const char *unpack_with(const void *data, unsigned long len)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *program;
	} kinds[] = {
		{ "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "\xfd" "7zXZ", 5, "xz" },
		{ "\x1f\x8b", 2, "gzip" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (len >= kinds[i].len && !memcmp(data, kinds[i].magic, kinds[i].len))
			return kinds[i].program;
	return NULL;
}

int unpack_read(const char *path, struct buf *out)
{
	struct buf packed = BUF_INIT;
	const char *program;
	int ret = file_read(path, &packed);

	program = ret ? NULL : unpack_with(packed.s, packed.len);
	if (program) {
		const char *const argv[] = { program, "-dc", NULL };
		struct run r = { .argv = argv, .in = packed.s, .in_len = packed.len,
				 .out = out, .quiet = true };
		int rc = run(&r);

		if (rc < 0)
			ret = azk_err(AZK_EX_TOOL, path, "run 'make setup', or unpack it yourself",
				      "is packed, and there is no %s here", program);
		else if (rc)
			ret = azk_err(AZK_EX_INPUT, path, "fetch or build it again",
				      "is damaged: %s does not unpack it", program);
	} else if (!ret) {
		buf_add(out, packed.s, packed.len);
	}
	buf_free(&packed);
	return ret;
}
