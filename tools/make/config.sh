#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# config.sh SIDE PROFILE FLAGS...: azk config resolve for out/SIDE, unless the
# tree, the fragments, the compiler and the .config are those of last time.
. tools/make/kernel-env.sh
side=$1
profile=$2
shift 2
out=out/$side/$profile
upstream=
[ "$side" = upstream ] && upstream=--upstream

state() {
	out/bin/azk tree --id $upstream && $cc --version | head -n 1 && echo "$*" &&
	find configs -type f -print0 | sort -z | xargs -0 sha256sum
	for _f; do [ ! -f "$_f" ] || sha256sum "$_f"; done
	sha256sum out/bin/azk "$out/.config" 2>/dev/null
}
if [ "$(state "$@")" = "$(cat "$out/.resolved" 2>/dev/null)" ] && [ -f "$out/.config" ]; then
	echo "$out/.config: up to date"
	exit 0
fi
rm -f "$out/.resolved"
out/bin/azk config resolve "$profile" --tree "out/$side/src" --out "$out" --cc "$cc" \
	${LLVM:+--llvm} "$@" || exit
state "$@" > "$out/.resolved"
