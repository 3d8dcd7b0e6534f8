#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What costs an exit and what does not: timers expire without one, a SCSI request
# is one, and one whose answer is late costs one host event more at the most. Answers
# that are due together cost one exit together.
# selftests/hyperv/exits.c works in phases, the host counts by them.
# Env: KERNEL, AZK, OUT. Prints TAP.
. "${0%/*}/lib/tap.sh"
NAPS=200 READS=64 TOGETHER=32

# SVM exit codes, APM volume 2, appendix C
NMI=0x61 PORT=0x7b MSR=0x7c VMMCALL=0x81
SIGNAL=0x5d			# HvCallSignalEvent
NAP=1 READ=2 MANY=3		# phases of exits.c

explain() {
	tail -n 8 "$dir/out" "$dir/err"
	grep "\"phase\":\"[$NAP$READ$MANY]\"" "$dir/log"
}

work() {	# NAME WORDS of exits.c, OPTIONS of azk boot...
	name=$1 words=$2
	shift 2
	# shellcheck disable=SC2086 # words
	boot --icount --disk 16M --add "$OUT/selftests/hyperv-exits:/bin/exits" "$@" -- exits $words
	[ $rc = 0 ]
	verdict $? "$name"
}

counter() {	# PHASE NAME
	sed -n "s/.*\"phase\":\"$1\",\"$2\":\([0-9]*\)}.*/\1/p" "$dir/log" |
		awk '{ s += $1 } END { print s + 0 }'
}

table() {	# PHASE NAME [INDEX]: that entry, or all of them together
	sed -n "s/.*\"phase\":\"$1\",\"$2\":{\(.*\)}}.*/\1/p" "$dir/log" | tr ',' '\n' |
		tr -d '"' |
		awk -F : -v i="${3:-}" 'i == "" || $1 == i { s += $2 } END { print s + 0 }'
}

timers() {	# PHASE: writes to the registers of stimer0
	echo "$(($(table "$1" msr_writes 0x400000b0) + $(table "$1" msr_writes 0x400000b1)))"
}

field() {	# WORD FIELD: of a line of exits.c
	awk -v w="$1" -v f="$2" '$1 == w { print $f }' "$dir/out"
}

is() {	# NAME VALUE OPERATOR VALUE
	[ -n "$2" ] && [ -n "$4" ] && [ "$2" "$3" "$4" ]
	verdict $? "$1 ($2 $3 $4)"
}

all="naps=$NAPS reads=$READS together=$TOGETHER"
work "naps and reads" "$all"
is "naps: a timer interrupt each" "$(field naps 4)" -ge $NAPS
is "naps: no host event" "$(table $NAP exits $NMI)" -eq 0
# the port that ends the phase, and what was armed: nothing when it expires
is "naps: no exit that is not for arming a timer" \
	"$(($(table $NAP exits) - $(table $NAP exits $MSR) - $(table $NAP exits $PORT)))" -eq 0
is "naps: an MSR exit is a write to a timer" "$(table $NAP exits $MSR)" -eq \
	"$(timers $NAP)"
is "reads: the host saw each" "$(counter $READ scsi_reads)" -eq $READS
is "reads: one signal each" "$(counter $READ signals_from_guest)" -eq $READS
is "reads: one exit for a signal" "$(table $READ exits $VMMCALL)" -eq \
	"$(table $READ hypercalls $SIGNAL)"
is "reads: each signal was that hypercall" "$(table $READ hypercalls $SIGNAL)" -eq $READS
# an interrupt that ended in an EOI or EOM exit would be an MSR exit that is no timer's
is "reads: no exit but signals and timers" \
	"$(($(table $READ exits) - $(table $READ exits $VMMCALL) - $(table $READ exits $MSR) -
	    $(table $READ exits $PORT)))" -eq 0
is "reads: an MSR exit is a write to a timer" "$(table $READ exits $MSR)" -eq \
	"$(timers $READ)"
is "reads: no host event" "$(table $READ exits $NMI)" -eq 0
is "reads: one interrupt each at most" "$(counter $READ signals_to_guest)" -le $READS
is "at once: a signal each at most" "$(counter $MANY signals_from_guest)" -le $TOGETHER

# On two processors one calls the other now and then, by its local APIC.
CALLS=8
work "naps and reads on two processors" "naps=$NAPS reads=$READS" --cpus 2
is "two: the host saw each" "$(counter $READ scsi_reads)" -eq $READS
is "two: one signal each" "$(table $READ hypercalls $SIGNAL)" -eq $READS
is "two: reads, no exit for an interrupt" \
	"$(($(table $READ exits) - $(table $READ hypercalls) - $(timers $READ) -
	    $(table $READ exits $PORT)))" -le $CALLS
is "two: naps, no exit for an interrupt" \
	"$(($(table $NAP exits) - $(table $NAP hypercalls) - $(timers $NAP) -
	    $(table $NAP exits $PORT)))" -le $CALLS

echo 'scsi0 read delay 300us' >"$dir/script"
work "the same with a late disk" "$all" --host-script "$dir/script"
is "late: one signal each" "$(counter $READ signals_from_guest)" -eq $READS
is "late: one host event each" "$(counter $READ host_events)" -eq $READS
is "late: one exit for it at most" "$(table $READ exits $NMI)" -le $READS
is "late: an MSR exit is a write to a timer" "$(table $READ exits $MSR)" -eq \
	"$(timers $READ)"
is "late: no exit but signals, timers and these" \
	"$(($(table $READ exits) - $(table $READ exits $VMMCALL) - $(table $READ exits $MSR) -
	    $(table $READ exits $PORT) - $(table $READ exits $NMI)))" -eq 0
is "late, at once: the host saw each" "$(counter $MANY scsi_reads)" -eq $TOGETHER
is "late, at once: a host event each at most" "$(counter $MANY host_events)" -le $TOGETHER
is "late, at once: an exit for it each at most" "$(table $MANY exits $NMI)" -le $TOGETHER
is "late, at once: an interrupt each at most" "$(counter $MANY signals_to_guest)" -le $TOGETHER

# Requests that the host takes from the ring in one look are due at the same time. A
# signal by hypercall is answered before the guest can write the next request, so the
# channel is one that the host looks at every 100 us (monitored). Each look is a host
# event, too; the delay ends between two of them.
echo 'scsi0 read delay 350us' >"$dir/script"
work "the same, due together" "together=$TOGETHER" --host-script "$dir/script" \
	--host-config monitored=scsi0
looks=$(($(counter $MANY host_events) - TOGETHER))
due=$(($(table $MANY exits $NMI) - looks))
is "due together: the host saw each" "$(counter $MANY scsi_reads)" -eq $TOGETHER
is "due together: in few looks" "$(counter $MANY monitored_signals)" -le $((TOGETHER / 4))
is "due together: one exit for all of a look" "$due" -le "$(counter $MANY monitored_signals)"
is "due together: and one interrupt" "$(counter $MANY signals_to_guest)" -le \
	"$(counter $MANY monitored_signals)"
done_testing
