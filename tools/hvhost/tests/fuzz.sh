#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each fuzz target, with sanitizers, over a sample of inputs from a seed; or, with
# LIBFUZZER=1 ("make fuzz"), led by coverage, from the inputs that earlier runs
# kept. Env: OUT, RUNS (inputs each), SEED. Prints TAP.
set -u
OUT=${OUT:-$PWD/out} RUNS=${RUNS:-5000} SEED=${SEED:-1}
n=0 bad=0
if [ -n "${LIBFUZZER:-}" ]; then dir=$OUT/fuzz/test/bin; else dir=$OUT/asan/test/bin; fi

run() {	# PROGRAM NAME
	if [ -z "${LIBFUZZER:-}" ]; then
		"$1" "$RUNS" "$SEED"
		return
	fi
	mkdir -p "$OUT/fuzz/corpus/$2" &&
	"$1" -runs="$RUNS" -seed="$SEED" -max_len=4096 -print_final_stats=1 \
		-artifact_prefix="$OUT/fuzz/$2-" "$OUT/fuzz/corpus/$2"
}

for f in "$dir"/hv_fuzz_*; do
	case $f in *.tmp) continue ;; esac
	name=${f##*/hv_}
	n=$((n + 1))
	if text=$(run "$f" "$name" 2>&1); then
		echo "ok $n - $name: $RUNS inputs"
		echo "$text" | sed -n 's/^.*cov: \([0-9]*\).*$/\1/p' | tail -n 1 | sed 's/^/# edges covered: /'
	else
		bad=$((bad + 1))
		echo "not ok $n - $name"
		echo "$text" | tail -n 40 | sed 's/^/# /'
	fi
done
echo "1..$n"
[ $n -gt 0 ] && [ $bad = 0 ]
