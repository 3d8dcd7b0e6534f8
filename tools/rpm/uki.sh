#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# uki.sh STUB KERNEL NAME CMDLINE > OUT: systemd's stub with the kernel and its command
# line as sections, which is what ukify would write. The stub's headers say where its own
# sections end; ours follow, each at the next page.
set -eu
stub=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf 'ID=kernel-azure\nVERSION_ID=%s\nPRETTY_NAME="kernel-azure %s"\n' "$3" "$3" > "$dir/osrel"
printf '%s' "$4" > "$dir/cmdline"
printf '%s' "$3" > "$dir/uname"
cp "$2" "$dir/linux"

base=$(objdump -p "$stub" | awk '$1 == "ImageBase" { print $2 }')
end=$(objdump -h "$stub" | awk -v base="$((0x$base))" '
	$1 ~ /^[0-9]+$/ { print $3, $4 }' | while read -r size vma; do
		echo $((0x$size + 0x$vma))
	done | sort -n | tail -n 1)
set --
for section in osrel cmdline uname linux; do
	end=$(((end + 4095) / 4096 * 4096))
	set -- "$@" --add-section ".$section=$dir/$section" \
		--change-section-vma ".$section=$(printf 0x%x "$end")"
	end=$((end + $(wc -c < "$dir/$section")))
done
objcopy "$@" "$stub" "$dir/uki"
# objcopy writes the time into the header, four bytes, eight after "PE\0\0", and into the
# optional one a checksum of everything, which nobody reads
pe=$(od -An -t u4 -j 60 -N 4 "$dir/uki")
for field in 8 88; do
	printf "\0\0\0\0" | dd of="$dir/uki" bs=1 seek=$((pe + field)) conv=notrunc 2> /dev/null
done
cat "$dir/uki"
