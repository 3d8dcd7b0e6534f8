#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk series abi from end to end: two tiny kernels and modules, made with cc and
# pahole as kernels are. AZK= is the program; prints TAP.

AZK=$(realpath "${AZK:-out/bin/azk}") || exit 1
T=$(mktemp -d "${TMPDIR:-/tmp}/azk-abi.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
cd "$T" || exit 1

n=0 failed=0
# is WHAT CODE TEXT ARGS...: azk series abi ARGS exits with CODE and says TEXT.
is()
{
	what=$1 want=$2 text=$3
	shift 3
	n=$((n + 1))
	"$AZK" series abi "$@" > said 2>&1
	code=$?
	if [ $code -eq "$want" ] && grep -qF -- "$text" said; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		echo "# exit code $code, wanted $want and '$text'"
		sed 's/^/# /' said | head -40
		failed=$((failed + 1))
	fi
}

# kernel NAME PAGE ALONE CRC: a vmlinux with struct page { PAGE }, which get_page()
# takes, and struct alone, which nothing does; and its Module.symvers.
kernel()
{
	mkdir -p "$1/include/config"
	cat > "$1/k.c" <<-END
	struct near { int x; };
	struct page { $2 };
	struct alone { $3 };
	struct alone alone;
	int get_page(struct page *p) { return p->ref; }
	END
	cc -g -O1 -c -o "$1/vmlinux" "$1/k.c" && pahole -J "$1/vmlinux" || exit 1
	printf '0x%08x\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t%s\n' \
		"$4" get_page '' 7 kept '' 9 in_space SPACE 1 module_layout '' > "$1/Module.symvers"
	echo "$1" > "$1/include/config/kernel.release"
}

# module NAME KERNEL CRC MODINFO...: a module that calls get_page().
module()
{
	name=$1 kernel=$2 crc=$3
	shift 3
	{
		cat <<-END
		struct near { int x; };
		struct page { long flags; int ref; struct near near; };
		struct mine { struct page *p; } mine;
		int get_page(struct page *p);
		int use_mine(struct mine *m) { return get_page(m->p); }
		struct version { unsigned long crc; char name[56]; };
		__attribute__((section("__versions"), used))
		static struct version v[] = { { $crc, "get_page" }, { 1, "module_layout" } };
		END
		printf '__attribute__((section(".modinfo"), used)) static char i[] = "name=%s"' "$name"
		for word in "vermagic=$kernel SMP " "$@"; do
			printf ' "\\0%s"' "$word"
		done
		echo ';'
	} > "$name.c"
	cc -g -O1 -fno-pic -c -o "$name.ko" "$name.c" &&
		pahole -J --btf_base "$kernel/vmlinux" "$name.ko" || exit 1
}

page='long flags; int ref; struct near near;'
kernel one "$page" 'int a;' 0x1234
kernel two "$page" 'int a;' 0x1234
kernel inner 'long flags; int ref; struct near near;' 'long a;' 0x1234
kernel changed 'int more; long flags; int ref; struct near near;' 'int a;' 0x4321
kernel layout 'int more; long flags; int ref; struct near near;' 'int a;' 0x1234
module good one 0x1234 license=GPL
module closed one 0x1234 license=Closed
cp good.ko copy.ko
zstd -q --rm copy.ko

is 'a kernel is like itself' 0 'are the same to a module' one one
is 'the same built twice is the same' 0 'are the same to a module' one two --module good.ko
is 'what no function leads to may change' 0 'compatible: a module' one inner --module good.ko
is 'a changed CRC' 202 'crc 0x00001234 -> 0x00004321' one changed
is 'a structure that changed' 202 'moved ref: int @8 -> int @16' one layout
is 'a module breaks by CRC' 210 'get_page has CRC 0x00004321, built with 0x00001234' \
	one changed --module good.ko
is 'a packed module too' 210 'get_page has CRC' one changed --module copy.ko.zst
is 'a module breaks by a structure alone' 210 'struct page changed' one layout --module good.ko
is 'a module breaks by its licence' 210 'get_page is for modules under the GPL' \
	one two --module closed.ko --module good.ko
is 'and beside it the other works' 210 'good.ko: 1 symbols needed, works' \
	one two --module closed.ko --module good.ko
grep -v get_page two/Module.symvers > gone
is 'a symbol that is gone' 202 'symbols removed' one/Module.symvers gone
is 'a module breaks without its symbol' 210 'get_page is not exported any more' \
	one gone --module good.ko
sed 's/\(get_page.*\)$/\1SPACE/' two/Module.symvers > space
is 'a module breaks by a namespace' 210 'get_page is in namespace SPACE, which is not imported' \
	one space --module good.ko
module open one 0x1234 license=GPL import_ns=SPACE
is 'one that imports it works' 202 'open.ko: 1 symbols needed, works' \
	one space --module open.ko
mkdir -p installed/extra
zstd -q < one/Module.symvers > installed/symvers.zst
cp one/vmlinux closed.ko installed/ && mv installed/closed.ko installed/extra/
echo savedcmd > installed/extra/.closed.ko.cmd
is 'what is installed, with its external modules' 210 'extra/closed.ko: 1 symbols needed, BREAKS' \
	installed two
for pack in gzip xz; do
	$pack -c one/Module.symvers > packed
	is "symvers packed with $pack" 202 'crc 0x00001234 -> 0x00004321' packed changed
done
objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc one/vmlinux raw.btf
is 'BTF that is not in an ELF file' 202 'moved ref' raw.btf layout
sed 's/^0x[0-9a-f]*/0x00000000/' two/Module.symvers > plain
is 'no CRCs: says that they were not compared' 0 'not compared: CRCs: plain has none' one plain
objcopy -R .BTF two/vmlinux bare
is 'no BTF: says so' 200 'bare: has no section .BTF' one bare

# the report
"$AZK" series abi one layout --module good.ko --json j1 > t1
"$AZK" series abi one layout --module good.ko --json j2 > t2
n=$((n + 1))
if cmp -s j1 j2 && cmp -s t1 t2 && grep -q '"schema": "kernel-azure/abi-1"' j1 &&
	grep -q '"verdict": "modules_break"' j1; then
	echo "ok $n - the report is the same each time"
else
	echo "not ok $n - the report is the same each time"
	failed=$((failed + 1))
fi

# bad input
is 'nothing there' 199 'azk: /nonexistent: no such file or folder' /nonexistent one
is 'an empty folder' 199 'has no Module.symvers' installed/extra one
is 'one kernel alone' 198 'give two kernels' one
is 'a module that is not there' 199 'azk: none.ko: no such file' one two --module none.ko
is 'a folder without modules' 199 'azk: two: has no module' one two --module two
is 'a module that is none' 200 'no 64-bit little-endian ELF file' one two --module gone
is 'an ELF file that is no module' 200 'is no kernel module' one two --module two/vmlinux
printf '0x1\tbroken\n' > broken
is 'a broken line is named' 200 'azk: broken:1: is not of four or five fields' one broken
head -c 100 good.ko > cut.ko
is 'a module cut short' 200 'azk: cut.ko: ' one two --module cut.ko
head -c 20 packed > cut
is 'a packed file cut short' 200 'azk: cut: is damaged: xz does not unpack it' one cut
head -c 60 raw.btf > cut.btf
is 'BTF cut short' 200 'azk: cut.btf: ' cut.btf one
is 'symbols here, types there' 200 'has nothing that could be compared' raw.btf plain
is 'help shows an example' 0 'azk series abi /usr/src/kernels/' --help

echo "1..$n"
[ $failed -eq 0 ]
