#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk config on a real kernel tree: what holds is written as make would write
# it, what does not hold is explained. AZK= is the program, OUT= the out/
# folder, KSRC= the kernel source (default $OUT/ours/src); prints TAP.

cd "$(dirname "$0")/../../.." || exit 1
OUT=$(realpath "${OUT:-out}")
AZK=$(realpath "${AZK:-out/bin/azk}") || exit 1
KSRC=${KSRC:-$OUT/ours/src}
F=tools/azk/tests/config
T=$(mktemp -d "${TMPDIR:-/tmp}/azk-config.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT INT TERM
unset AZK_TOP

n=0 failed=0
# is WHAT COMMAND...: one test, which holds when the command succeeds.
is()
{
	what=$1; shift
	n=$((n + 1))
	if "$@" >"$T/why" 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' "$T/why" "$T/said" | head -60
		failed=$((failed + 1))
	fi
}
azk() { "$AZK" "$@" >"$T/said" 2>&1; code=$?; }
said() { grep -qF -- "$1" "$T/said"; }
# A head line is said once: not again for each symbol that hangs on it.
once() { [ "$(grep -c "^azk: .*$1" "$T/said")" -eq 1 ]; }
not() { ! "$@"; }
code_is() { [ "$code" -eq "$1" ]; }
has() { grep -qxF -- "$1" "$T/$2/.config"; }
finish() { echo "1..$n"; exit $((failed > 0)); }

azk config check --configs $F/good
is 'good fragments pass the check' code_is 0
azk config check --configs $F/bad
is 'bad fragments do not' code_is 202
is 'a missing reason is named with its line' \
	said "$F/bad/conflict.config:4: CONFIG_NO_REASON: no '# reason: ...'"
is 'an unknown word in a profile too' said "$F/bad/profiles/many:17: unknown word 'frobnicate'"
azk config list --configs $F/good
is 'profiles are listed with their first line' said 'small   A small guest, for tests.'
azk config resolve nobody --configs $F/good --out "$T/none"
is 'a profile that does not exist: exit code of a missing file' code_is 199
is 'it lists those that exist' said "no profile 'nobody' in $F/good/profiles; there are: larger, small"
azk config resolve small --configs $F/good --tree "$T" --out "$T/none"
is 'a folder that is no kernel tree' code_is 199

if [ ! -f "$KSRC/scripts/kconfig/confdata.c" ]; then
	n=$((n + 1))
	echo "ok $n - options on a kernel tree # SKIP no kernel source in $KSRC; run 'make tree' or set KSRC="
	finish
fi

resolve()
{
	p=$1 set=$2 out=$3; shift 3
	azk config resolve "$p" --configs "$F/$set" --tree "$KSRC" --out "$T/$out" "$@"
}

resolve small good small --cc gcc --json "$T/small.json"
is 'a good profile resolves' code_is 0
is 'the .config holds its options' has CONFIG_HYPERV_VMBUS=y small
is 'the record has value, place and reason' \
	grep -qF '"reason": "disks and networks of the host are reached over VMBus"' "$T/small.json"
is 'the record has the hash of the .config' \
	grep -qF "$(sha256sum <"$T/small/.config" | cut -c1-64)" "$T/small/config.json"
mkdir "$T/kbuild"
cp "$T/small/.config" "$T/kbuild/.config"
is 'make olddefconfig takes it' env -u MAKEFLAGS \
	make -s -C "$KSRC" O="$T/kbuild" ARCH=x86_64 CC=gcc olddefconfig
is 'and has nothing to add, byte for byte' cmp "$T/small/.config" "$T/kbuild/.config"

touch -d '2020-02-02' "$T/small/.config"
resolve small good small --cc 'ccache gcc'
is 'the same again, through ccache: unchanged' said ': unchanged: '
is 'its date is left alone' [ "$(stat -c %Y "$T/small/.config")" -eq "$(date -d '2020-02-02' +%s)" ]

resolve hyperv-m bad bad
is 'CONFIG_HYPERV=m is refused' code_is 200
is 'because HYPERV is bool' said \
	"$F/bad/hyperv-m.config:2: CONFIG_HYPERV=m: wanted m, got n: HYPERV is bool on this tree"
is 'with HYPERV_VMBUS named' said 'write CONFIG_HYPERV=y and CONFIG_HYPERV_VMBUS=m'
is 'and what goes with it folded under it' said \
	"    lost with it, asked for at $F/bad/hyperv-m.config:6: CONFIG_HYPERV_NET=m"
is 'as one error' said '1 error in profile hyperv-m; nothing was written'
is 'nothing is written' not [ -e "$T/bad" ]

resolve many bad bad --json "$T/many.json"
is 'many errors: refused' code_is 200
is 'unknown symbol, with the right name' said \
	"unknown.config:2: CONFIG_HYPERV_NETVSC=m: no such symbol on this tree"
is 'the right name' said 'did you mean HYPERV_NET?'
is 'symbol of another architecture' said 'mentions this symbol, but none defines it'
is 'duplicate names both places' said \
	"duplicate.config:3: CONFIG_CONNECTOR=y: duplicate of $F/bad/duplicate.config:2"
is 'conflict names both places' said \
	"conflict.config:2: CONFIG_CONNECTOR=n: conflicts with $F/bad/duplicate.config:2, which says y"
is 'unmet dependency, wanted and got' said \
	"unmet.config:2: CONFIG_HYPERV_UTILS=m: wanted m, got n: its dependencies are not met"
is 'followed to what can be set' said '    HYPERV is not set and can be set: bool "Microsoft Hyper-V core'
is 'unmet because another line says so' said \
	"    NETDEVICES is asked for as n at $F/bad/unmet.config:10"
is 'limited to m by a dependency' said 'RDS_RDMA depends on'
is 'selected though wanted off' said 'selected.config:3: CONFIG_SCSI=n: wanted n, got y'
is 'the selector is named' said '    SCSI is selected by ATA [=y]'
is 'number out of range' said 'CONFIG_LOG_BUF_SHIFT=99: wanted 99, got 25: the range of LOG_BUF_SHIFT is 12 to 25'
is 'wrong types' said 'CONFIG_PHYSICAL_ALIGN="text": PHYSICAL_ALIGN is hex'
is 'bool asked as module' said 'KEXEC is bool on this tree'
is 'choice: the one that won' said 'and KERNEL_XZ is chosen (asked for at'
is 'choice: all off' said 'CONFIG_PREEMPT_NONE=n: wanted n, got y'
is 'no prompt: who selects it' said 'XOR_BLOCKS has no prompt and cannot be set by hand; it is selected by:'
is 'no prompt but true: a warning' said 'CONFIG_X86 has no prompt, this line sets nothing'
is 'a broken contract on a fragment line' said 'profiles/many:13: CONFIG_BTRFS_FS=y|m: wanted y|m, got n'
is 'a broken contract on the base' said 'CONFIG_INET=n: wanted n, got y'
is 'each is said once' once 'CONFIG_HYPERV_UTILS='
is 'the errors are in the JSON too' grep -qF '"text": "CONFIG_SCSI=n: wanted n, got y"' "$T/many.json"
is 'nothing is written but that' not [ -e "$T/bad" ]

sed 's/^CONFIG_HYPERV=y/CONFIG_HYPERV=m/; s/^CONFIG_HYPERV_VMBUS=.*//' "$T/small/.config" >"$T/theirs"
echo 'CONFIG_GONE_SINCE_LONG=y' >>"$T/theirs"
resolve larger good from --from "$T/theirs" --add debug-info.config
is "a packager's .config as the start" code_is 0
is 'what the fragments overrule is in a table' grep -q '^HYPERV  *m  *y  *disks and networks' "$T/said"
is 'what this tree does not know too' grep -q '^GONE_SINCE_LONG  *y  *no such symbol' "$T/said"
for line in CONFIG_HYPERV=y CONFIG_LOG_BUF_SHIFT=18 CONFIG_PHYSICAL_ALIGN=0x1000000 \
	'CONFIG_LOCALVERSION="-test \"quoted\""' '# CONFIG_SOUND is not set' \
	CONFIG_KERNEL_ZSTD=y CONFIG_DEBUG_INFO_DWARF5=y; do
	is "holds: $line" has "$line" from
done

# Lines of theirs that ours cannot overrule: each is named.
grep -vE 'CONFIG_(INPUT_MOUSE|MOUSE_|INT340X_THERMAL|ACPI_FAN|BLK_DEV_NVME|NVME_|CRYPTO_(DH|DRBG|RNG))' \
	"$T/small/.config" >"$T/hard"
cat >>"$T/hard" <<'END'
# CONFIG_INPUT_MOUSE is not set
CONFIG_INT340X_THERMAL=m
CONFIG_BLK_DEV_NVME=y
CONFIG_NVME_HOST_AUTH=y
CONFIG_CRYPTO_DH=y
CONFIG_CRYPTO_DH_RFC7919_GROUPS=y
END
line() { grep -n "CONFIG_$1[ =]" "$T/hard" | cut -d: -f1; }
resolve guest from hard.out --from "$T/hard"
is "theirs against ours: refused" code_is 200
is 'three errors' said '3 errors in profile guest; nothing was written'
is 'the line of theirs that hides one' \
	said "    $T/hard:$(line INPUT_MOUSE): says CONFIG_INPUT_MOUSE=n; write CONFIG_INPUT_MOUSE=y there"
is 'the line of theirs that selects one' said \
	"    $T/hard:$(line INT340X_THERMAL): says CONFIG_INT340X_THERMAL=m; write '# CONFIG_INT340X_THERMAL is not set' there"
is 'the line behind what has no prompt' said \
	"    $T/hard:$(line NVME_HOST_AUTH): says CONFIG_NVME_HOST_AUTH=y; write '# CONFIG_NVME_HOST_AUTH is not set' there"
is 'and the one between, which would hold it up alone' said \
	"    $T/hard:$(line CRYPTO_DH_RFC7919_GROUPS): says CONFIG_CRYPTO_DH_RFC7919_GROUPS=y; write '#"
sed -n "s/^ *.*:\([0-9]*\): says .*; write '*\([^']*\)'* there\$/\1c\\\\\n\2/p" "$T/said" >"$T/edits"
sed -f "$T/edits" "$T/hard" >"$T/soft"
resolve guest from soft.out --from "$T/soft"
is 'with the lines written as told it resolves' code_is 0
is 'and holds what was asked for' has CONFIG_CRYPTO_DRBG_MENU=m soft.out

azk config diff "$T/small/.config" "$T/from/.config" --json "$T/diff.json"
is 'diff of the two' grep -q '^KERNEL_ZSTD  *n  *y$' "$T/said"
azk config explain CONFIG_SCSI --tree "$KSRC" --cc gcc --config "$T/small/.config"
is 'explain: type, prompt, selectors' said 'selected by  ATA=y'
finish
