#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# module.sh FILE...: make what the kernel's make installed into what is shipped: strip,
# sign, pack, in this order, since a signature covers every byte and is checked after
# unpacking. SIGN_FILE, SIGN_HASH and KEY as the kernel has them (no KEY: no signature),
# ZSTD_LEVEL (none: the package's payload packs).
set -eu
for ko; do
	strip --strip-debug --remove-section=.comment "$ko"
	[ -z "${KEY:-}" ] || "$SIGN_FILE" "$SIGN_HASH" "$KEY" "$KEY" "$ko"
	chmod 0644 "$ko"
	[ -z "${ZSTD_LEVEL:-}" ] || zstd -q --rm -T1 "-$ZSTD_LEVEL" "$ko"
done
