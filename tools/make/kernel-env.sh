# SPDX-License-Identifier: GPL-2.0-only
# Sourced. How every kernel here is built: nothing of the time, the user, the
# machine or the path gets in, and two kernels share one compiler cache.
# Needs OUT (absolute); takes J, V, LLVM, CCACHE_DIR, and AZK_MAKE, where this file is, unless
# that is tools/make.

# The variables of the outer make are not the kernel's.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

export ARCH=x86_64
export KBUILD_BUILD_TIMESTAMP=@1700000000
export KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_USER=kernel-azure
export KBUILD_BUILD_HOST=kernel-azure
export LOCALVERSION=

# Both sides see the same relative path from build to source, so with paths
# below OUT made relative the cache answers for one what it learned from the other.
export CCACHE_DIR="${CCACHE_DIR:-$OUT/ccache}"
export CCACHE_BASEDIR="$OUT"
export CCACHE_NOHASHDIR=1
export CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-10G}"
# What a file depends on is learned from the compiler, not by preprocessing it once
# more: a quarter of a cold build. The price: an option that changes misses, where
# CCACHE_NODEPEND=1 would preprocess and hit.
[ -n "${CCACHE_NODEPEND:-}" ] || export CCACHE_DEPEND=1

case ${LLVM:-} in
"" | 0) unset LLVM; cc=gcc; ld=ld ;;
*) export LLVM; cc=clang; ld=ld.lld ;;
esac
if command -v ccache > /dev/null; then
	kcc="${AZK_MAKE:-$PWD/tools/make}/cached.sh $cc"
else
	kcc=$cc
fi

# Macro expansions are not tracked: a fifth of gcc's time goes into knowing, for a
# warning's note, which macro in which macro a token came from. Same code. One warning
# is off, because it asks for that history before it complains of a macro.
kcflags=
[ "$cc" = gcc ] && kcflags="-ftrack-macro-expansion=0 -Wno-int-in-bool-context"

# kmake SRC OUT TARGET...: the kernel's own make. OUT/.release is the kernel's name
# when there is one: as an option it would be in a header that every file includes.
kmake() {
	_name=$(cat "$2/.release" 2> /dev/null) || _name=
	_src=$(cd "$1" && pwd) || return
	_out=../$(basename "$2")
	_map="-ffile-prefix-map=$_src/="
	_jobs=
	# Debug information names the folder of the objects, too, and pahole with several
	# threads writes types in the order in which these finish.
	if grep -qs '^CONFIG_DEBUG_INFO=y' "$2/.config"; then
		_map="$_map -fdebug-prefix-map=${_src%/*}/$(basename "$2")=."
		_jobs=JOBS=1
	fi
	shift 2
	(cd "$_src" && exec make O="$_out" -j"${J:-2}" ${V:+V="$V"} ${_jobs:+"$_jobs"} \
		${_name:+KERNELRELEASE="$_name"} \
		CC="$kcc" KCFLAGS="$_map $kcflags" KAFLAGS="$_map" "$@")
}
