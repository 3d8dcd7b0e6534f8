#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk bench with real guests, on the machine hyperv (claims.sh has q35): counts agree
# to the digit, A/A is "=", the host's instructions are not the guest's, reports
# are drawn again as they were. Env: KERNEL (bzImage), AZK, OUT. Prints TAP.
. "${0%/*}/lib/count.sh"
need_kernel

explain() {
	tail -n 5 "$dir/err"
}

"$AZK" bench boot "$KERNEL" "$KERNEL" --label "$KERNEL=the kernel" --json "$dir/aa.json" \
	--svg "$dir/aa.svg" --txt "$dir/aa.txt" --logs "$dir/logs" >"$dir/out" 2>"$dir/err"
verdict $? "a kernel against itself"
cmp -s "$dir/out" "$dir/aa.txt"
verdict $? "the table on the terminal is the table in the file"
grep -q "all agree to the digit" "$dir/out"
verdict $? "counted twice and not counted once: one result"
grep -q "^first instruction to init .* =$" "$dir/out"
verdict $? "A/A prints ="
# every ratio of the first table is = or has nothing to compare
awk '/^guest instructions/ { on = 1; next } /^$/ { on = 0 }
     on && !/^-/ { rows++; if ($NF != "=" && $NF != "-") { print; bad = 1 } }
     END { exit bad || rows < 20 }' "$dir/out" >"$dir/err"
verdict $? "no metric of A/A differs"

# the phases add up to the total, by another program than ours
awk '/^first instruction/ { gsub(",", ""); total = $5 }
     /^  [a-z]/ { gsub(",", ""); sum += $(NF - 1) }
     /^of these/ { exit }
     END { print "total " total ", phases " sum; exit total + 0 == 0 || total != sum }' \
	"$dir/out" >"$dir/err"
verdict $? "the phases add up to the total"

# ... and so do the blocks of the plugin's log, up to the first of init
awk '$1 == "b" { sum += $3 } $1 == "end" { end = $2; how = $3 }
     END { print "end " end ", blocks " sum; exit how != "user" || end != sum }' \
	"$dir"/logs/*.insncount >"$dir/err"
verdict $? "the blocks of the log add up to its end"

# The host is counted apart, and knows of nothing that was not seen from below.
grep -q "^boot on hyperv, 1 CPU" "$dir/out" && grep -q '"machine": "hyperv"' "$dir/aa.json"
verdict $? "the report names the machine"
for row in "exits to the host" "  CPUID" "  MSR" "  hypercall" "interrupts taken" "the host's instructions"; do
	grep -qE "^$row  +[1-9][0-9,]*  +[1-9][0-9,]*  +=\$" "$dir/out"
	verdict $? "a row for: ${row##  }"
done

# A boot that nobody counted reads the time stamp counter at init's first instruction:
# the instructions before it, itself, and what was slept.
number() {	# FILE KEY: the first
	sed -n "s/.*\"$2\": \([0-9]*\),*\$/\1/p" "$1" | head -n 1
}
"$AZK" boot "$KERNEL" --icount --json "$dir/plain.json" >"$dir/out" 2>"$dir/err"
tsc=$(number "$dir/plain.json" tsc_at_init)
insns=$(number "$dir/aa.json" instructions_to_init)
slept=$(number "$dir/aa.json" idle_to_init_ns)
echo "TSC ${tsc:-none}, counted ${insns:-none}, slept ${slept:-none}" >>"$dir/err"
[ -n "$tsc" ] && [ "$tsc" = $((insns + 1 + slept)) ]
verdict $? "the guest's clock is its instructions and its sleep, no host's time"

# More work for the host before the guest meets the bus: the guest does not notice.
"$AZK" bench boot "$KERNEL" --vpci test --vpci test --json "$dir/busy.json" >"$dir/busy.txt" 2>"$dir/err"
verdict $? "with a second and a third device on the bus"
phases() {	# FILE: those before the bus
	awk '/"phases"/ { on = 1 } on && /"name"/ { n = $0 } on && /"instructions"/ { print n $0 }
	     /initcalls arch/ { last = 1 } last && /"instructions"/ { exit }' "$1"
}
phases "$dir/aa.json" >"$dir/phases"
phases "$dir/busy.json" >"$dir/phases.busy"
[ "$(wc -l <"$dir/phases")" -ge 7 ] && diff "$dir/phases" "$dir/phases.busy" >>"$dir/err"
verdict $? "the phases before the bus are the same to the digit"
[ "$(number "$dir/aa.json" host_setup_instructions)" -lt "$(number "$dir/busy.json" host_setup_instructions)" ] &&
	[ "$(number "$dir/aa.json" host_instructions)" -lt "$(number "$dir/busy.json" host_instructions)" ]
verdict $? "and the host had more to do"

"$AZK" bench show "$dir/aa.json" --svg "$dir/again.svg" >"$dir/again.txt" 2>"$dir/err" &&
	cmp -s "$dir/again.txt" "$dir/aa.txt" && cmp -s "$dir/again.svg" "$dir/aa.svg"
verdict $? "drawn again from the JSON: the same bytes"

# claims against this report: one that holds, one that fails, one not measured
mkdir -p "$dir/patches/boot"
patch() {	# NAME CLAIM
	printf '%s\n' "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001" \
		"From: A <a@example.org>" "Date: Thu, 1 Jan 2026 00:00:00 +0000" \
		"Subject: [PATCH] x" "" "Text." "" "Claim: $2" \
		"Signed-off-by: A <a@example.org>" "---" \
		"diff --git a/x b/x" "--- a/x" "+++ b/x" "@@ -1 +1 @@" "-a" "+b" \
		>"$dir/patches/boot/$1.patch"
	echo "boot/$1.patch" >"$dir/patches/series"
}
claims() { "$AZK" bench claims --patches "$dir/patches" "$dir/aa.json" >"$dir/out" 2>"$dir/err"; }
patch holds "boot.self.start_kernel <= 1.0x upstream"
claims && grep -q "^holds" "$dir/out"
verdict $? "a claim that holds"
patch fails "boot.instructions_to_init <= 0.5x upstream"
claims
[ $? = 202 ] && grep -q "^FAILS" "$dir/out"
verdict $? "a claim that fails has the code of a failed check"
patch other "storage.instructions_per_io <= 0.5x upstream"
claims && grep -q "^not measured" "$dir/out"
verdict $? "a claim about something else is named, and no failure"
patch wrong "boot.no_such_number <= 5"
claims
[ $? = 200 ] && grep -q "wrong.patch:8: no metric" "$dir/err"
verdict $? "a claim about a metric that is not there: file and line"

"$AZK" bench boot "$KERNEL" --append "init=/none rdinit=/none panic=-1" >"$dir/out" 2>"$dir/err"
[ $? = 192 ] && [ "$(wc -l <"$dir/err")" = 1 ]
verdict $? "a kernel that panics is one line and the code of a panic"
"$AZK" bench boot "$dir/none" >"$dir/out" 2>"$dir/err"
[ $? = 199 ]
verdict $? "a kernel that is not there"
"$AZK" bench boot "$KERNEL" --cpus 2 >"$dir/out" 2>"$dir/err"
[ $? = 198 ]
verdict $? "two CPUs cannot be counted, and it says so"
"$AZK" bench boot "$KERNEL" --machine q35 --vpci test >"$dir/out" 2>"$dir/err"
[ $? = 198 ]
verdict $? "a device of hvhost on q35 is refused"

done_testing
