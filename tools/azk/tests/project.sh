#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# This project's own inputs: the pinned lock, the series, every profile, and
# make's help. Needs the trees (make tree).
n=0
failed=0
mode=
t() {
	what=$1
	shift
	n=$((n + 1))
	if log=$("$@" 2>&1 < /dev/null); then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		echo "$log" | tail -n 30 | sed 's/^/# /'
		failed=1
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

t 'the archive is the pinned one' "$AZK" base path
t 'out/ours/src is up to date' sh -c '"$AZK" tree | grep "up to date"'
# checkpatch.pl keeps what it learned of names in the tree where it lies.
rm -f "$OUT"/upstream/src/.checkpatch-camelcase.*
t 'the base has the pinned tree hash' sh -c \
	'grep -qx "tree $("$AZK" tree --id --upstream)" patches/base.lock'
if [ -f patches/series ]; then
	t 'the series is in order' "$AZK" series check
	t 'the tree gives the series back as it is' sh -c \
		'"$AZK" series refresh | grep "says the same"'
else
	skip 'the series is in order' 'there is no patches/series yet'
fi
found=
for p in configs/profiles/*; do
	[ -f "$p" ] || continue
	found=1
	p=$(basename "$p")
	p=${p%.*}
	t "profile $p resolves" "$AZK" config resolve "$p" --tree out/ours/src \
		--out "out/test/config-$p"
done
[ -n "$found" ] || skip 'profiles resolve' 'there is no configs/profiles/* yet'
# what make check runs has to be a program (git keeps the bit)
for f in tools/*/tests/*.sh tools/*/tests/guest/*.sh tools/make/*.sh .ci/run; do
	case $f in
	*/kernel-env.sh) ;;	# read by others, not run
	*) [ -x "$f" ] || mode="$mode $f" ;;
	esac
done
t "every script can be run${mode:+, but not$mode}" test -z "$mode"
# make check on a project whose build ends with $1, beside an older kernel
check_with() {
	(
		d=$(mktemp -d) && trap "rm -rf $d" EXIT && cp -r --parents tools/make "$d" &&
		cd "$d" && mkdir -p out/bin out/test && ln -s "$AZK" out/bin/azk || exit 100
		for side in ours upstream; do
			p=out/$side/azure
			mkdir -p $p/modules/lib/modules/1
			echo older > $p/.built && echo HdrS > $p/bzImage && echo x > $p/vmlinux
			echo "0 T start_kernel" > $p/System.map
			: > $p/modules/lib/modules/1/modules.dep
		done
		printf "#!/bin/sh\nexit $1\n" > mk
		printf "#!/bin/sh\necho 1..1; echo ok 1\n" > one.sh
		cp one.sh two.sh && chmod +x mk one.sh two.sh
		env -u AZK_TOP OUT="$d/out" PROFILE=azure MAKE=./mk BUILD=build QUICK=./one.sh \
			HYPERV=./two.sh GUEST=./one.sh tools/make/check.sh all
	)
}
fails() { ! "$@"; }
t "make check passes when all is well" check_with 0
t "make check fails when the build failed and an older kernel is there" fails check_with 2
t "make -n check says what it would run and runs nothing" env -u MAKEFLAGS \
	make -n check OUT=/dev/null/none
t 'make help prints the text without its licence line' sh -c \
	'make -s help | grep ^kernel-azure: && ! make -s help | grep SPDX && sed -n 1p tools/make/help.txt | grep SPDX'
targets=$(sed -n 's/^\.PHONY: *//p; /^\.PHONY/,/[^\\]$/s/^\t\([a-z-]*\)$/\1/p' \
		Makefile tools/make/*.mk | tr ' \\' '\n\n' | grep .)
# every phony target but the inner ones is in make help
for target in $targets; do
	case $target in
	all | deps | help | tests | tests-asan | config-*) ;;
	*) t "make help has '$target'" grep -q "\b$target\b" tools/make/help.txt ;;
	esac
done
# what a message tells people to make, make knows (olddefconfig is the kernel's)
for target in $(grep -rhoE "'make [a-z][a-z-]*" tools --include='*.[ch]' --include='*.sh' |
		sed "s/.* //" | sort -u); do
	[ "$target" = olddefconfig ] && continue
	t "messages name 'make $target', which is there" \
		sh -c 'echo "$1" | grep -qx -- "$2"' - "$targets" "$target"
done
echo "1..$n"
exit $failed
