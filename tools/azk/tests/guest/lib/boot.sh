# SPDX-License-Identifier: GPL-2.0-only
# Read by boot*.sh, not run: a kernel or a skip, and one boot of it with what has to
# come of it; on q35, where nothing but azk and the kernel is at work.
. "${0%/*}/lib/count.sh"
need_kernel

# try CODE TEXT NAME ARGS...: exit code, and TEXT on stdout or stderr
try() {
	want=$1 text=$2 name=$3
	shift 3
	"$AZK" boot "$KERNEL" --machine q35 "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	[ $got = "$want" ] &&
		{ [ -z "$text" ] || cat "$dir/out" "$dir/err" | grep -qF -- "$text"; }
	verdict $? "$name (exit $got, wanted $want)"
}
