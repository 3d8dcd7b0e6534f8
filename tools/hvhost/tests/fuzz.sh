#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each fuzz target, with sanitizers, over a sample of inputs. Env: OUT, and RUNS
# (inputs each; 'make fuzz RUNS=1000000' for a long run), SEED. Prints TAP.
set -u
OUT=${OUT:-$PWD/out}
n=0 bad=0
for f in "$OUT"/asan/test/bin/hv_fuzz_*; do
	case $f in *.tmp) continue ;; esac
	n=$((n + 1))
	if text=$("$f" "${RUNS:-5000}" "${SEED:-1}" 2>&1); then
		echo "ok $n - ${f##*/hv_}: ${RUNS:-5000} inputs"
	else
		bad=$((bad + 1))
		echo "not ok $n - ${f##*/hv_}"
		echo "$text" | sed 's/^/# /' | head -n 30
	fi
done
echo "1..$n"
[ $n -gt 0 ] && [ $bad = 0 ]
