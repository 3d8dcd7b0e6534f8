#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The compiler cache gives back what was compiled before only where that is the same.
cd "$(dirname "$0")/../../.." || exit 1
cached=$PWD/tools/make/cached.sh
n=0
failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
t() {
	what=$1
	shift
	n=$((n + 1))
	if log=$("$@" 2>&1 < /dev/null); then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		echo "$log" | tail -n 10 | sed 's/^/# /'
		failed=1
	fi
}
if ! command -v ccache > /dev/null; then
	echo "ok 1 - the compiler cache # SKIP no ccache; run 'make setup'"
	echo 1..1
	exit 0
fi
export CCACHE_DIR="$dir/cache" CCACHE_DEPEND=1 CCACHE_STATSLOG="$dir/log"
cd "$dir" && mkdir kernel || exit 1

# embeds SOURCE: compiled twice, with another file to embed each time
embeds() {
	for content in old new; do
		echo $content > embedded
		"$cached" gcc -MMD -c -o e.o "$1" || return
		grep -q $content e.o || { echo "'$content' is not in it"; return 1; }
	done
}
echo '.incbin "embedded"' > one.S
t 'assembler that embeds a file is compiled again' embeds one.S
echo 'asm(".incbin \"embedded\"");' > kernel/configs.c
t 'so is the configuration' embeds "$dir/kernel/configs.c"
cp kernel/configs.c kernel/kheaders.c
t 'so are the headers' embeds "$dir/kernel/kheaders.c"
# any other C that embeds would have to be in the list, too
others() {
	git -C "$OUT/ours/src" grep -l '\.incbin' -- '*.c' ':!tools' ':!*/mkpiggy.c' > found
	printf '%s\n' kernel/configs.c kernel/kheaders.c | diff - found
}
if [ -d "${OUT:-}/ours/src/.git" ]; then
	t 'no other C embeds a file' others
else
	n=$((n + 1))
	echo "ok $n - no other C embeds a file # SKIP no tree; run 'make tree'"
fi
answers() {
	"$cached" gcc -MMD -c -o p.o plain.c && "$cached" gcc -MMD -c -o p.o plain.c &&
	grep cache_hit log
}
echo 'int x;' > plain.c
t 'the cache answers for the rest' answers
echo "1..$n"
exit $failed
