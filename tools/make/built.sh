#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Did the build leave what it should? TAP, for make check. PROFILE names it,
# BUILD_RC is what make left: an older build may lie there still.
n=0
fail=0
t() {
	n=$((n + 1))
	if "$@" > /dev/null 2>&1; then echo "ok $n - $what"
	else echo "not ok $n - $what"; fail=1; fi
}
what="the build targets ended well"; t test "$BUILD_RC" -eq 0
for p in ours/$PROFILE upstream/$PROFILE; do
	d=out/$p
	# kernel.sh takes the stamp away first and writes it last
	what="$p: the build ended well"; t test -s "$d/.built"
	what="$p: bzImage is a kernel image"; t grep -q HdrS "$d/bzImage"
	what="$p: vmlinux is there"; t test -s "$d/vmlinux"
	what="$p: System.map has start_kernel"; t grep -q ' start_kernel$' "$d/System.map"
done
what="ours: modules are installed"; t sh -c "ls out/ours/$PROFILE/modules/lib/modules/*/modules.dep"
echo "1..$n"
exit $fail
