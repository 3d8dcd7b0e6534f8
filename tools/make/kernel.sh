#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernel.sh SIDE NAME: build out/SIDE/NAME, which has a .config, from
# out/SIDE/src. Leaves bzImage, vmlinux, System.map and modules/ in it, the
# output in build.log, and says how much the compiler cache knew.
#
# Skipped when the source (by git tree hash), the .config and the tools are
# those of the last good build: the kernel's own make takes half a minute to
# find that out.
set -u
. tools/make/kernel-env.sh
side=$1
out=out/$side/$2
src=out/$side/src
log=$out/build.log
upstream=
[ "$side" = upstream ] && upstream=--upstream

# One kernel at a time, also when make was started twice.
exec 9> out/.build-lock
if command -v flock > /dev/null; then flock 9; fi

# A kernel to compare with needs its modules only when they are asked for: MODULES=1, or
# only those that are named, as the kernel's make names them (drivers/net/dummy.ko).
goal=all
few=
if [ "$side" = upstream ]; then
	case ${MODULES:-} in
	"") goal=bzImage ;;
	*.ko) goal=bzImage few=$MODULES ;;
	esac
fi

# Ours has the name of its packages; theirs is not to be taken for one.
name=
[ "$side" = upstream ] || name=$(tools/make/release.sh) || exit

tree=$(out/bin/azk tree --id $upstream) || exit
want=$(echo "$tree $goal $few $name" && $cc --version | head -n 1 && $ld --version | head -n 1 &&
	sha256sum "$out/.config" tools/make/kernel.sh tools/make/kernel-env.sh) || exit
if [ "$want" = "$(cat "$out/.built" 2>/dev/null)" ] &&
   [ -f "$out/bzImage" ] && [ -f "$out/vmlinux" ]; then
	echo "$out: up to date"
	exit 0
fi
rm -f "$out/.built"
if [ -n "$name" ]; then echo "$name" > "$out/.release"; else rm -f "$out/.release"; fi

# count: on a terminal, how many lines the build has printed so far
count() {
	if [ -t 2 ] && [ -z "${V:-}" ]; then
		awk -v n="$out" '{ print } NR % 20 == 0 {
			printf "\r%s: %d files", n, NR > "/dev/stderr"
		} END { printf "\r\033[K" > "/dev/stderr" }'
	elif [ -n "${V:-}" ]; then
		tee /dev/stderr
	else
		cat
	fi
}

# They are linked after the kernel whose symbols they use, and installed by this list.
build_few() {
	# shellcheck disable=SC2086 # a list of paths without blanks
	kmake "$src" "$out" $few && printf '%s\n' $few | sed 's/ko$/o/' > "$out/modules.order"
}

build() {
	kmake "$src" "$out" $goal && { [ -z "$few" ] || build_few; } &&
	rm -rf "$out/modules.new" &&
	if [ "$goal$few" != bzImage ] && grep -q "^CONFIG_MODULES=y" "$out/.config"; then
		kmake "$src" "$out" INSTALL_MOD_PATH="$OUT/${out#out/}/modules.new" \
			INSTALL_MOD_STRIP=1 modules_install
	fi
}

export CCACHE_STATSLOG="$OUT/${out#out/}/ccache.log"
rm -f "$CCACHE_STATSLOG"
{ build 2>&1 < /dev/null; echo $? > "$out/build.rc"; } | count > "$log"
rc=$(cat "$out/build.rc")
rm -f "$out/build.rc"
if [ "$rc" -ne 0 ]; then
	# the first error and what surrounds it; make's own last words say less
	{ grep -n -m 5 -B 2 -A 6 -E 'error:|Error [0-9]|undefined reference' "$log" ||
	  tail -n 20 "$log"; } >&2
	echo "kernel: $out did not build, all of it in $log" >&2
	exit 1
fi
# What was verified is what was built.
if ! echo "$want" | grep -qx "$(sha256sum "$out/.config")"; then
	echo "kernel: $out/.config changed while it was built; run make config again" >&2
	exit 1
fi
rm -rf "$out/modules" &&
{ [ ! -d "$out/modules.new" ] || mv "$out/modules.new" "$out/modules"; } &&
cp "$out/arch/x86/boot/bzImage" "$out/bzImage.tmp" &&
mv "$out/bzImage.tmp" "$out/bzImage" || exit

# The second kernel of the same options should come out of the cache.
awk -v out="$out" -v second="$([ "$side" = upstream ] && [ "$2" != defconfig ] && echo 1)" '
	/^(direct|preprocessed)_cache_hit$/ { hit++ }
	/^cache_miss$/ { miss++ }
	END {
		n = hit + miss
		if (!n)
			exit
		printf "%s: compiler cache %.1f %% of %d", out, 100 * hit / n, n
		if (second && n >= 500)
			printf " (at least 90 %% expected: %s)", hit >= 0.9 * n ? "yes" : "NO"
		print ""
	}' "$CCACHE_STATSLOG" 2>/dev/null
printf '%s\n' "$want" > "$out/.built"
echo "$out/bzImage: $(wc -c < "$out/bzImage") bytes"
