#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ksyms.sh: called by rpm with names of files on stdin. For symvers.xz it prints what the
# kernel provides: kernel(SYMBOL) = CHECKSUM of every exported symbol. Without
# CONFIG_MODVERSIONS there are no checksums, and nothing is printed. For modules.builtin:
# kmod(NAME.ko), as if the modules that are built in were there.
while read -r file; do
	case $file in
	*/modules.builtin) sed -n 's,^.*/\(.*\.ko\)$,kmod(\1),p' "$file" ;;
	*) xz -dc "$file" | awk '$1 != "0x00000000" { print "kernel(" $2 ") = " $1 }' ;;
	esac
done | LC_ALL=C sort
