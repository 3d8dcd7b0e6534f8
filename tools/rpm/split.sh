#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# split.sh MODULES.DEP EXTRA INTERNAL DIR: which module goes into which package:
# DIR/{modules,modules-extra,modules-internal}, one name (without suffix) a line.
# EXTRA and INTERNAL list beginnings of paths below kernel/, "# reason" behind each. What
# a module of one package needs is never in a later one.
set -eu
mkdir -p "$4"
: > "$4/modules"
: > "$4/modules-extra"
: > "$4/modules-internal"
awk -v dir="$4" -v extra="$2" -v internal="$3" '
	# down: take what @m needs to where @m is
	function down(m,   i, k, list) {
		k = split(needs[m], list, " ")
		for (i = 1; i <= k; i++)
			if (rank[list[i]] > rank[m]) {
				rank[list[i]] = rank[m]
				down(list[i])
			}
	}
	BEGIN {
		while ((getline line < extra) > 0)
			add(line, 1)
		while ((getline line < internal) > 0)
			add(line, 2)
		name[0] = "modules"; name[1] = "modules-extra"; name[2] = "modules-internal"
	}
	function add(line, room) {
		sub(/[ \t]*#.*/, "", line)
		if (line != "") {
			begins[++n] = "kernel/" line
			room_of[n] = room
		}
	}
	function bare(s) { sub(/\.ko.*/, "", s); return s }
	{
		sub(/:/, "", $1)
		m = bare($1)
		order[++count] = m
		for (i = 2; i <= NF; i++)
			needs[m] = needs[m] " " bare($i)
		for (i = 1; i <= n; i++)
			if (index(m, begins[i]) == 1) {
				rank[m] = room_of[i]
				used[i] = 1
			}
		rank[m] += 0
	}
	END {
		for (i = 1; i <= count; i++)
			down(order[i])
		for (i = 1; i <= count; i++)
			print order[i] > (dir "/" name[rank[order[i]]])
		# a list that names what is not built says nothing
		for (i = 1; i <= n; i++)
			if (!used[i])
				print "split: no module begins with " begins[i] > (dir "/unused")
	}' "$1"
for f in modules modules-extra modules-internal; do
	LC_ALL=C sort -o "$4/$f" "$4/$f"
done
