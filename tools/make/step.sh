#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# step.sh NAME COMMAND...: run it, then say how it went and how long it took.
name=$1
shift
now() { cut -d ' ' -f 1 /proc/uptime; }
t0=$(now)
"$@"
rc=$?
if [ $rc -eq 0 ]; then how=done; else how="failed (exit code $rc)"; fi
awk -v n="$name" -v how="$how" -v a="$t0" -v b="$(now)" \
	'BEGIN { printf "== %-16s %s, %.1f s\n", n, how, b - a }'
exit $rc
