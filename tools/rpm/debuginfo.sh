#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debuginfo.sh OBJ KVER ROOT: move debug information out of the modules in ROOT and put
# vmlinux beside it, both found by build id under /usr/lib/debug. Called by stage.sh
# before modules are signed: after this they only lose what nobody signs.
set -eu
obj=$1
kver=$2
root=$3

debug=$root/usr/lib/debug/usr/lib/modules/$kver
mkdir -p "$debug"
cp "$obj/vmlinux" "$debug/vmlinux"
# find-debuginfo takes what is executable, and modules are not.
find "$root/usr/lib/modules/$kver" -name '*.ko' -exec chmod 0755 {} +
chmod 0755 "$debug/vmlinux"
RPM_BUILD_ROOT=$root find-debuginfo -j"${J:-2}" --strict-build-id --keep-section .BTF \
	--no-recompute-build-id "$PWD/debuginfo" > debuginfo.log 2>&1 ||
	{ tail -n 5 debuginfo.log >&2; exit 1; }
find "$root/usr/lib/debug" -type f -exec chmod 0644 {} +

# Debuggers look for what has a build id under its first two digits and the rest.
cd "$root/usr/lib/debug"
find usr/lib/modules -type f | LC_ALL=C sort | while read -r file; do
	id=$(readelf -n "$file" | sed -n 's/^ *Build ID: //p')
	[ -n "$id" ] || { echo "rpm: $file has no build id" >&2; exit 1; }
	rest=${id#??}
	mkdir -p ".build-id/${id%"$rest"}"
	ln -sf "../../$file" ".build-id/${id%"$rest"}/$rest.debug"
done
