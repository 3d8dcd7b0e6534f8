#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk boot without a guest: what is refused, with which code and which line.
# Env: AZK, OUT. Prints TAP.
set -u
AZK=${AZK:-$PWD/out/bin/azk}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0 bad=0
export AZK_TOP="$dir"

# try CODE TEXT NAME ARGS...: exit code, one error line, TEXT in it
try() {
	want=$1 text=$2 name=$3
	shift 3
	"$AZK" boot "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	n=$((n + 1))
	lines=$(wc -l <"$dir/err")
	if [ "$got" = "$want" ] && grep -qF -- "$text" "$dir/err" && [ "$lines" = 1 ]; then
		echo "ok $n - $name"
		return
	fi
	bad=$((bad + 1))
	echo "not ok $n - $name"
	echo "# want $want and '$text' on one line; got $got:"
	sed 's/^/# /' "$dir/err"
}

# A file with the setup header of a kernel and nothing to run.
header() {
	head -c 510 /dev/zero
	printf '\125\252\353\146HdrS\017\002'
	head -c 7672 /dev/zero
}
header >"$dir/k"
echo 'not a kernel at all' >"$dir/text"
printf '\177ELF\001' >"$dir/elf32"
head -c 200 /dev/zero >>"$dir/elf32"

try 198 "unknown option '--bogus'" "an unknown option" --bogus
try 198 "no machine 'pdp11'; there are hyperv q35 microvm" "an unknown machine" --machine pdp11 "$dir/k"
try 198 "--cpus wants 1 to 255, got 0" "no CPUs" --cpus 0 "$dir/k"
try 198 "--memory wants a size such as 512M, got 'lots'" "a bad size" --memory lots "$dir/k"
try 198 "at least 32M" "too little memory" --memory 1M "$dir/k"
printf 'seed 7\nscsi0 read delay 20us\nscsi0 write explode\n' >"$dir/script"
try 198 "only with --machine hyperv" "a disk of hvhost elsewhere" --machine q35 --disk 1M "$dir/k"
try 198 "neither a size nor a file" "a disk that is none" --machine hyperv --disk "$dir/none" "$dir/k"
try 198 "at most 16 disks, 1024 MiB together" "too large a disk" --machine hyperv --disk 2G "$dir/k"
try 198 "--vpci wants test" "an unknown function" --machine hyperv --vpci gpu "$dir/k"
try 198 "only with --machine hyperv" "a host script elsewhere" --machine q35 --host-script "$dir/script" "$dir/k"
try 200 "$dir/script:3: expected delay, drop" "a host script that is wrong" \
	--machine hyperv --host-script "$dir/script" "$dir/k"
try 199 "$dir/none" "a host script that is not there" \
	--machine hyperv --host-script "$dir/none" "$dir/k"
try 198 "--timeout wants a whole number, got '1.5'" "a bad limit" --timeout 1.5 "$dir/k"
try 198 "one kernel at a time" "two kernels" "$dir/k" "$dir/k"
try 198 "--json wants a value" "an option without its value" "$dir/k" --json
try 199 "out/ours/nosuch/bzImage" "a profile that was not built" nosuch
try 199 "out/upstream/nosuch/bzImage" "an upstream profile that was not built" upstream/nosuch
try 199 "out/ours/azure/bzImage" "no kernel named: the profile azure"
try 199 "$dir/no/file: no such file" "a missing image" "$dir/no/file"
try 200 "no HdrS at 0x202" "a text file as kernel" "$dir/text"
try 200 "not for x86-64" "an ELF file of another machine" "$dir/elf32"
try 200 "no segment of it is a kernel" "a program as kernel" "$AZK"
try 199 "is a directory" "a directory as kernel" "$dir"
AZK_HVHOST=$dir/none
export AZK_HVHOST
try 199 "the machine hyperv needs hvhost, which is not there; build it with 'make hvhost'" \
	"no hvhost" "$dir/k"
unset AZK_HVHOST
try 199 "$dir/no.cpio: no such file" "a missing --initrd" "$dir/k" --initrd "$dir/no.cpio"
try 199 "$dir/nofile: no such file" "a missing --add" "$dir/k" --add "$dir/nofile"
try 198 "give HOST or HOST:GUEST" "an --add without a guest path" "$dir/k" --add "$dir/text:"
try 200 "neither file, link nor directory" "an --add that is a device" "$dir/k" --add /dev/null
try 199 "no modules.dep near the kernel" "a --module without modules" "$dir/k" --module xfs

mkdir "$dir/empty" "$dir/fails"
old=$PATH
n=$((n + 1))
PATH="$dir/empty" "$AZK" boot "$dir/k" >"$dir/out" 2>"$dir/err" </dev/null
got=$?
PATH=$old
if [ $got = 197 ] && grep -qF "qemu-system-x86_64 is not in PATH; run 'make setup'" "$dir/err"; then
	echo "ok $n - no QEMU in PATH"
else
	bad=$((bad + 1))
	echo "not ok $n - no QEMU in PATH"
	echo "# got $got: $(cat "$dir/err")"
fi

printf '#!/bin/sh\necho "qemu: no such accelerator" >&2\nexit 1\n' >"$dir/fails/qemu-system-x86_64"
chmod +x "$dir/fails/qemu-system-x86_64"
PATH="$dir/fails:$old"
try 197 "QEMU ended with 1: qemu: no such accelerator" "a QEMU that fails says why" "$dir/k"
PATH=$old

n=$((n + 1))
if "$AZK" boot --help >"$dir/out" && grep -q 'example:' "$dir/out" &&
   grep -q '192  panic' "$dir/out" && grep -q 'microvm' "$dir/out"; then
	echo "ok $n - --help shows an example, the machines and the exit codes"
else
	bad=$((bad + 1))
	echo "not ok $n - --help shows an example, the machines and the exit codes"
fi

n=$((n + 1))
init=$(dirname "$AZK")/init
if [ -x "$init" ]; then
	if "$init" --list >"$dir/applets" && [ "$(sort "$dir/applets" | cksum)" = "$(cksum <"$dir/applets")" ] &&
	   [ "$("$init" echo a 'b  c')" = 'a b  c' ] && "$init" true && ! "$init" false; then
		echo "ok $n - init has all its applets, in order"
	else
		bad=$((bad + 1))
		echo "not ok $n - init has all its applets, in order"
	fi
else
	echo "ok $n - init has all its applets # SKIP no $init; build it with 'make tools'"
fi

echo "1..$n"
[ $bad = 0 ]
