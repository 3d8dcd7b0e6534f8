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
# a 32-bit ELF header, ET_EXEC, of a 386; and with multiboot's behind it
{ printf '\177ELF\1\1\1'; head -c 9 /dev/zero; printf '\2\0\3\0'; head -c 236 /dev/zero; } >"$dir/elf386"
{ cat "$dir/elf386"; printf '\002\260\255\033\003\000\000\000\373\117\122\344'; } >"$dir/flat"

try 198 "unknown option '--bogus'" "an unknown option" --bogus
try 198 "no machine 'pdp11'; there are hyperv q35 microvm" "an unknown machine" --machine pdp11 "$dir/k"
try 198 "--cpus wants 1 to 255, got 0" "no CPUs" --cpus 0 "$dir/k"
try 198 "--reboots wants a whole number, got" "a negative number of reboots" --reboots -1 "$dir/k"
try 198 "--no-ic leaves devices of hvhost out" "services of a host that is not there" \
	--machine q35 --no-ic "$dir/k"
try 198 "--memory wants a size such as 512M, got 'lots'" "a bad size" --memory lots "$dir/k"
try 198 "at least 32M" "too little memory" --memory 1M "$dir/k"
printf 'seed 7\nscsi0 read delay 20us\nscsi0 write explode\n' >"$dir/script"
try 198 "only with --machine hyperv" "a disk of hvhost elsewhere" --machine q35 --disk 1M "$dir/k"
try 198 "neither a size nor a file" "a disk that is none" --machine hyperv --disk "$dir/none" "$dir/k"
try 198 "at most 16 disks, 1024 MiB together in memory" "too large a disk" --machine hyperv --disk 2G "$dir/k"
head -c 4096 /dev/zero >"$dir/disk"
head -c 1000 /dev/zero >"$dir/odd"
truncate -s 2M "$dir/nv"
try 198 "file= wants a file that can be read" "a file as disk that is not there" \
	--machine hyperv --disk "file=$dir/none" "$dir/k"
try 198 "no multiple of 512" "a file as disk with half a block" --machine hyperv --disk "file=$dir/odd" "$dir/k"
try 198 "--disk file= answers when QEMU's host does" "a file as disk in a counted run" \
	--machine hyperv --icount --disk "file=$dir/disk" "$dir/k"
try 198 "--vpci of a QEMU device answers" "a QEMU device in a counted run" \
	--machine hyperv --icount --vpci test+nvme "$dir/k"
try 198 "--vpci gpu: wants test, nvme" "an unknown function" --machine hyperv --vpci gpu "$dir/k"
try 198 "--vpci test+gpu: wants test, nvme" "an unknown second function" --machine hyperv --vpci test+gpu "$dir/k"
try 198 "takes no options" "an option of a function that has none" --machine hyperv --vpci test,x=1 "$dir/k"
try 198 "file= wants a file of 1M" "an NVMe disk without its file" \
	--machine hyperv --vpci "nvme,file=$dir/none" "$dir/k"
try 198 "size= wants 1M" "an NVMe disk too small" --machine hyperv --vpci nvme,size=1K "$dir/k"
try 198 "bdf= wants BB:DD.F" "a bdf that is none" --machine hyperv --vpci bdf=5 "$dir/k"
try 198 "class= wants six" "a class that is none" --machine hyperv --vpci class=nvme "$dir/k"
try 198 "a bus has 8 functions" "nine functions on a bus" \
	--machine hyperv --vpci test+test+test+test+test+test+test+test+test "$dir/k"
try 198 "places for 29 functions" "more functions than places" --machine hyperv \
	--vpci nvme+nvme+nvme+nvme+nvme+nvme+nvme+nvme --vpci nvme+nvme+nvme+nvme+nvme+nvme+nvme+nvme \
	--vpci nvme+nvme+nvme+nvme+nvme+nvme+nvme+nvme --vpci nvme+nvme+nvme+nvme+nvme+nvme "$dir/k"
try 198 "only with --machine hyperv" "a NIC of hvhost elsewhere" --machine q35 --nic loopback "$dir/k"
try 198 "wants loopback" "an unknown network" --machine hyperv --nic bridge "$dir/k"
try 198 "--nic user answers when QEMU's host does" "QEMU's network in a counted run" \
	--machine hyperv --icount --nic user "$dir/k"
try 198 "takes mac=" "an option that no network has" --machine hyperv --nic user,mtu=9000 "$dir/k"
try 198 "six bytes" "a short MAC address" --machine hyperv --nic loopback,mac=02:00:00 "$dir/k"
try 198 "even first byte" "a MAC address of many" --machine hyperv --nic loopback,mac=03:00:00:00:00:01 "$dir/k"
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
try 207 "no HdrS at 0x202" "a text file as kernel" "$dir/text"
try 207 "no HdrS at 0x202" "a text file as kernel of q35" --machine q35 "$dir/text"
try 207 "not for x86-64" "an ELF file of another machine" "$dir/elf32"
try 207 "without a multiboot header" "a 32-bit ELF file" "$dir/elf386"
try 207 "add --machine hyperv" "a flat kernel on q35" --machine q35 "$dir/flat"
try 198 "expected one of privileges=" "an unknown word for hvhost" --machine hyperv \
	--host-config cpus=3 "$dir/k"
try 198 "--host-config hints=5g: expected" "a mask that is none" --machine hyperv \
	--host-config hints=5g "$dir/k"
try 198 "only with --machine hyperv" "a word for hvhost elsewhere" --machine q35 --host-config hints=0 "$dir/k"
try 207 "no segment of it is a kernel" "a program as kernel" "$AZK"
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

# qemu VERSION DEVICES HPET CPU: a program that answers as such a QEMU, and refuses to start
qemu() {
	cat >"$dir/fails/qemu-system-x86_64" <<-END
	#!/bin/sh
	case "\$*" in
	--version) echo "QEMU emulator version $1" ;;
	"-device help") for d in $2; do echo "name \"\$d\", bus PCI"; done ;;
	"-device hpet,help") echo "$3" ;;
	"-cpu help") echo "$4" ;;
	*) echo "qemu: refused" >&2; exit 1 ;;
	esac
	END
}
devices="isa-debugcon isa-debug-exit virtio-blk-pci nvme"
qemu 7.2.0 "$devices" "  msi=<bool>" "  svm"
try 197 "QEMU 7.2 is too old for the machine hyperv" "a QEMU that is too old" --machine hyperv "$dir/k"
qemu 10.0.2 "isa-debugcon isa-debug-exit" "  msi=<bool>" "  svm"
try 197 "QEMU 10.0 has no virtio-blk-pci, which this guest needs" "a QEMU without virtio" \
	--machine hyperv --disk "file=$dir/disk" "$dir/k"
try 197 "QEMU 10.0 has no nvme" "a QEMU without NVMe" --machine hyperv --vpci nvme "$dir/k"
qemu 10.0.2 "$devices" "  timers=<uint8>" "  svm"
try 197 "QEMU 10.0 has no hpet.msi" "a QEMU whose HPET sends no messages" --machine hyperv "$dir/k"
qemu 10.0.2 "$devices" "  msi=<bool>" "  vmx"
try 197 "QEMU 10.0 has no SVM in -cpu max" "a QEMU without SVM" --machine hyperv "$dir/k"
qemu 10.0.2 "$devices" "  msi=<bool>" "  svm"
try 197 "QEMU ended with 1: qemu: refused" "a QEMU that has it all and fails" --machine hyperv "$dir/k"
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
	echo "ok $n - init has all its applets # SKIP no $init; build it with 'make guest'"
fi

# what azk boot --json writes: one boot, nothing counted
cat >"$dir/once.json" <<END
{ "schema": "kernel-azure/report-1", "kind": "boot", "machine": "q35", "base": "6.18.15",
  "subjects": [ { "name": "azure", "role": "ours", "metrics": { "wall_seconds": 1.5 } } ],
  "ratios": {} }
END
"$AZK" bench show "$dir/once.json" >"$dir/out" 2>"$dir/err"
got=$?
n=$((n + 1))
if [ "$got" = 200 ] && grep -q 'not a report of counted boots' "$dir/err" && [ ! -s "$dir/out" ]; then
	echo "ok $n - a report of one boot is not shown as a comparison"
else
	bad=$((bad + 1))
	echo "not ok $n - a report of one boot is not shown as a comparison"
	sed 's/^/# /' "$dir/out" "$dir/err"
fi
echo "1..$n"
[ $bad = 0 ]
