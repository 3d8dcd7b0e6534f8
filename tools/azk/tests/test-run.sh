#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk test: programs side by side, their results in the order that was asked for, and
# what is said of a suite that takes too long. Env: AZK. Prints TAP.
. "${0%/*}/guest/lib/count.sh"
unset AZK_TOP
cd "$dir" && mkdir -p out/test || exit 1

program() {	# NAME, its lines on standard input
	{ echo "#!/bin/sh"; cat; } >"$1" && chmod +x "$1"
}

azk() {	# WORDS of azk
	"$AZK" "$@" >out.txt 2>err.txt
	rc=$?
	cat out.txt >out/seen && cat err.txt >>out/seen
}

names() {	# SUITE: its programs, in the order of the file
	sed -n 's/^   "name": "\(.*\)",$/\1/p' "out/test/$1.json" | xargs
}

explain() {
	cat out/seen out/test/*.json
}

# Each of the two waits for the other, so neither passes by itself.
for me in left right; do
	other=left
	[ $me = right ] || other=right
	program $me.sh <<END
: >is-$me
i=0
while [ ! -f is-$other ] && [ \$i -lt 50 ]; do sleep 0.1; i=\$((i + 1)); done
[ -f is-$other ] && echo "ok 1 - both" || echo "not ok 1 - both"
echo 1..1
END
done
program quick.sh <<'END'
echo "ok 1 - quick"; echo 1..1
END
azk test run --suite two --jobs 2 ./left.sh ./right.sh
[ $rc = 0 ] && grep -q '^left .* 1 passed' out.txt && grep -q '^right .* 1 passed' out.txt
verdict $? "--jobs 2 runs two at a time (exit $rc)"
rm -f is-*
sed 's/ -lt 50/ -lt 2/' left.sh >alone.sh && chmod +x alone.sh
azk test run --suite one ./alone.sh ./right.sh
[ $rc != 0 ] && grep -q '^alone .* 1 FAILED' out.txt
verdict $? "without it, one (exit $rc)"

# shown under the same lock under which its log is written
program last.sh <<'END'
i=0
while [ ! -f out/test/order/quick.tap ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
echo "ok 1 - last"; echo 1..1
END
azk test run --suite order --jobs 2 ./last.sh ./quick.sh
[ $rc = 0 ] && [ "$(sed -n '1s/ .*//p' out.txt)" = quick ] && [ "$(names order)" = "last quick" ]
verdict $? "who ends first is shown first; the results are in the order of the list"
for p in last quick; do
	[ -s out/test/order/$p.tap ] || rc=1
done
verdict $rc "each has its log"
program bad.sh <<'END'
echo "not ok 1 - bad"; echo 1..1
END
azk test run --suite bad --jobs 2 ./bad.sh ./quick.sh
[ $rc = 202 ] && grep -q '1 FAILED' out.txt && grep -q '^quick .* 1 passed' out.txt
verdict $? "one that fails beside one that does not (exit $rc)"
azk test run --jobs 0 ./quick.sh
[ $rc = 198 ] && grep -q 'jobs wants 1' err.txt
verdict $? "no jobs at all are refused (exit $rc)"

program slow.sh <<'END'
sleep 1.2; echo "ok 1 - slow"; echo 1..1
END
azk test run --suite late --within 1 ./slow.sh
[ $rc = 0 ]
verdict $? "a suite that is too slow passes (exit $rc)"
azk test run --suite early --within 100 ./quick.sh
azk test sum late early order
[ $rc = 0 ] && grep -q '^late  *took [0-9.]* s, WARNING: more than 1 s$' out.txt
verdict $? "but sum warns of it"
grep -q '^early  *took [0-9.]* s of 100 s$' out.txt && grep -q '^order  *took [0-9.]* s$' out.txt
verdict $? "and not of others, whose time it says"
[ "$(tail -n 1 out.txt)" = "4 passed, 0 failed, 0 skipped" ]
verdict $? "the counts are the last line"
done_testing
