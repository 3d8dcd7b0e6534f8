#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# differ.sh A B: the first difference of two packages, in words: a line of the header, or
# a file and its first byte, or, in an ELF file, the section.
set -u
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
format='[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEMTIMES}'
format="$format %{FILESIZES} %{FILEDIGESTS}\\n]"
for side in a b; do
	mkdir "$dir/$side"
	rpm -qp --nosignature --qf "$format" "$1" > "$dir/$side.files"
	rpm -qp --nosignature --provides --requires --scripts --info "$1" > "$dir/$side.header"
	rpm -qp --nosignature --xml "$1" > "$dir/$side.xml"
	rpm2cpio "$1" | (cd "$dir/$side" && cpio -idm --quiet --no-absolute-filenames 2> /dev/null)
	shift
done
diff "$dir/a.header" "$dir/b.header" | sed -n '1,4s/^/header: /p'
# what no query names: all of the header, tag by tag
diff "$dir/a.xml" "$dir/b.xml" | grep -v -e Digest -e base64 | sed -n '1,8s/^/header: /p' > "$dir/tags"
file=$(diff "$dir/a.files" "$dir/b.files" | sed -n 's/^[<>] \([^ ]*\).*/\1/p' | head -n 1)
[ -n "$file" ] || { cat "$dir/tags"; exit 1; }
grep -h "^$file " "$dir/a.files" "$dir/b.files" | sed 's/^/file: /'
a=$dir/a$file
b=$dir/b$file

# unpacked WITH: what is packed in the two files
unpacked() {
	for side in a b; do
		"$1" -dc "$dir/$side$file" > "$dir/$side.x"
	done
	a=$dir/a.x
	b=$dir/b.x
}
case $file in
*.zst) unpacked zstd ;;
*.xz) unpacked xz ;;
esac
cmp "$a" "$b"

# section NAME OF TO: also one that is not loaded
section() {
	objcopy -O binary --only-section="$1" --set-section-flags "$1=alloc" "$2" "$3" \
		2> /dev/null || : > "$3"
}
if readelf -S -W "$a" > "$dir/sections" 2> /dev/null; then
	for s in $(sed -n 's/^ *\[ *[0-9]*\] \(\.[^ ]*\) .*/\1/p' "$dir/sections"); do
		section "$s" "$a" "$dir/a.s"
		section "$s" "$b" "$dir/b.s"
		cmp -s "$dir/a.s" "$dir/b.s" || { echo "section: $s of $file"; break; }
	done
fi
exit 1
