#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ksyms.sh: called by rpm with names of files on stdin; for symvers.xz it prints what the
# kernel provides: kernel(SYMBOL) = CHECKSUM of every exported symbol. Without
# CONFIG_MODVERSIONS there are no checksums, and nothing is printed.
while read -r file; do
	xz -dc "$file"
done | awk '$1 != "0x00000000" { print "kernel(" $2 ") = " $1 }' | LC_ALL=C sort
