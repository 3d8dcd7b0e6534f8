#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk sbom from end to end, on a build of a few files with the .cmd files that
# kbuild writes. AZK= is the program; prints TAP.

AZK=$(realpath "${AZK:-out/bin/azk}") || exit 1
T=$(mktemp -d "${TMPDIR:-/tmp}/azk-sbom.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
cd "$T" || exit 1
unset AZK_TOP SOURCE_DATE_EPOCH
tag='SPDX-License''-Identifier:'

n=0 failed=0
ok()
{
	what=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' said | head -40
		failed=$((failed + 1))
	fi
}
# is WHAT CODE TEXT ARGS...: azk sbom ARGS exits with CODE and says TEXT.
is()
{
	what=$1 want=$2 text=$3
	shift 3
	"$AZK" sbom "$@" > said 2>&1
	code=$?
	ok "$what (exit code $code)" test $code -eq "$want" -a -n "$(grep -F -- "$text" said)"
}
has() { grep -qF -- "$1" doc.json; }
not() { ! "$@"; }

# object NAME HEADER...: NAME.c, its object and what kbuild writes of it.
object()
{
	name=$1
	shift
	mkdir -p "src/$(dirname "$name")" "build/$(dirname "$name")"
	[ -f "src/$name.c" ] || echo "// $tag GPL-2.0" > "src/$name.c"
	symbol=$(basename "$name" | tr . _)
	echo "static int local_$symbol = 1; int *$symbol = &local_$symbol;" |
		cc -x c -c -o "build/$name.o" -
	{
		echo "savedcmd_$name.o := gcc -c -o $name.o ../src/$name.c"
		echo
		echo "source_$name.o := ../src/$name.c"
		echo
		echo "deps_$name.o := \\"
		echo "    \$(wildcard include/config/X) \\"
		for h; do echo "  $h \\"; done
		echo
		echo "$name.o: \$(deps_$name.o)"
	} > "build/$(dirname "$name")/.$(basename "$name").o.cmd"
}
# link TARGET COMMAND
link() { echo "savedcmd_$1 := $2" > "build/$(dirname "$1")/.$(basename "$1").cmd"; }

mkdir -p src/LICENSES/preferred src/LICENSES/exceptions src/include build/include/generated
printf 'Valid-License-Identifier: %s\n' GPL-2.0 GPL-2.0-only MIT > src/LICENSES/preferred/GPL-2.0
echo 'SPDX-Exception-Identifier: Linux-syscall-note' > src/LICENSES/exceptions/note
echo "The kernel is under: $tag GPL-2.0 WITH Linux-syscall-note" > src/COPYING
echo "/* $tag GPL-2.0 WITH Linux-syscall-note */" > src/include/a.h
echo "/* none */" > src/include/b.h
echo "#define X 1" > build/include/generated/x.h
object init/main ../src/include/a.h include/generated/x.h
object lib/used ../src/include/a.h
echo "// $tag MIT" > src/lib/unused.c
object lib/unused
object drivers/hv/ring ../src/include/b.h
object drivers/hv/bus ../src/include/a.h
object drivers/hv/bus.mod
object elsewhere/other
(cd build && ar cDPrST init/built-in.a init/main.o && ar cDPrST built-in.a init/built-in.a &&
	ar cDPrST vmlinux.a built-in.a && ar cDPrsT lib/lib.a lib/used.o lib/unused.o &&
	ld -r -x -o vmlinux init/main.o lib/used.o) || exit 1
link vmlinux.o 'ld --whole-archive vmlinux.a --no-whole-archive lib/lib.a ; ./objtool vmlinux.o'
printf 'drivers/hv/ring.o\ndrivers/hv/bus.o\n' > build/drivers/hv/hv.mod
link drivers/hv/hv.o 'ld -r -o drivers/hv/hv.o @drivers/hv/hv.mod'
link drivers/hv/hv.ko 'ld -r -o drivers/hv/hv.ko drivers/hv/hv.o drivers/hv/bus.mod.o'
object arch/x86/boot/compressed/misc
object arch/x86/boot/a20
link arch/x86/boot/compressed/vmlinux "ld -o x arch/x86/boot/compressed/misc.o"
link arch/x86/boot/setup.elf "ld -o x arch/x86/boot/a20.o"
echo image > build/bzImage
echo module > build/drivers/hv/hv.ko

mkdir -p patches/vmbus root/usr/lib/modules/1.0/kernel/drivers/hv root/boot
zero=0000000000000000000000000000000000000000000000000000000000000000
printf '%s\n' 'version 9.8.7' 'file linux_9.8.7.orig.tar.xz' "sha256 $zero" 'size 1' \
	'date 86400' 'exclude drivers/free.c' > patches/base.lock
printf '%s\n' 'From: Jane Doe <jane@example.org>' 'Date: Fri, 2 Jan 2026 03:04:05 +0000' \
	'Subject: [PATCH] vmbus: larger ring' '' 'Because.' '' 'Upstream-status: Pending' '---' '' \
	'diff --git a/drivers/hv/ring.c b/drivers/hv/ring.c' '--- a/drivers/hv/ring.c' \
	'+++ b/drivers/hv/ring.c' '@@ -1 +1 @@' '-a' '+b' > patches/vmbus/ring.patch
echo vmbus/ring.patch > patches/series
echo packed > root/usr/lib/modules/1.0/kernel/drivers/hv/hv.ko.zst
echo map > root/boot/System.map

set -- --name kernel-x --version 9.8.7-1 --build build --source src
is 'a kernel' 0 'doc.json: 1 files, 6 sources and headers, 1 without' "$@" bzImage --out doc.json
ok 'it has what was linked' has '"./init/main.c"'
ok 'what unpacks it' has '"./arch/x86/boot/compressed/misc.c"'
ok 'of a library what was taken' has '"./lib/used.c"'
ok 'and not what was not' not has '"./lib/unused.c"'
ok 'nor what is in no target' not has '"./elsewhere/other.c"'
ok 'headers' has '"./include/a.h"'
ok 'what the build wrote' has '"./include/generated/x.h"'
ok 'the licence as SPDX writes it' has '"licenseConcluded": "GPL-2.0-only WITH Linux-syscall-note"'
ok 'the archive with its hash' has "\"checksumValue\": \"$zero\""
ok 'what the archive lacks' has "upstream's archive without drivers/free.c"
ok 'a patch with its state' has 'Upstream-status: Pending'
ok 'a patch is for the archive' has '"relationshipType": "PATCH_FOR"'
ok 'but changed nothing here' not has '"relationshipType": "PATCH_APPLIED"'
ok 'the time is that of the base' has '"created": "1970-01-02T00:00:00Z"'
is 'the document is in order' 0 'doc.json: holds what SPDX 2.3 requires' --check doc.json
cp doc.json first.json
"$AZK" sbom "$@" bzImage > doc.json
ok 'the same again, on standard output' cmp -s doc.json first.json

is 'a package of modules' 0 'doc.json: 2 files, 5 sources and headers, 1 without' "$@" --root root \
	/usr/lib/modules/1.0/kernel/drivers/hv/hv.ko.zst boot/System.map --out doc.json
ok 'its objects by the list' has '"./drivers/hv/ring.c"'
ok 'and those beside it' has '"./drivers/hv/bus.mod.c"'
ok 'the file as it is installed' has '"./usr/lib/modules/1.0/kernel/drivers/hv/hv.ko.zst"'
hash=$(sha1sum < root/usr/lib/modules/1.0/kernel/drivers/hv/hv.ko.zst)
ok 'with its own hash' has "${hash%% *}"
ok 'what is not linked is there, too' has '"./boot/System.map"'
ok 'the patch changed a source of it' has '"relationshipType": "PATCH_APPLIED"'
ok 'no tag: says so' has 'no tag in the file: COPYING applies'
is 'and that is in order' 0 'doc.json: holds what SPDX 2.3 requires' --check doc.json
cp doc.json first.json
printf '%s\n' /usr/lib/modules/1.0/kernel/drivers/hv/hv.ko.zst boot/System.map |
	"$AZK" sbom "$@" --root root --files - --out doc.json > said 2>&1
ok 'names from standard input' cmp -s doc.json first.json
(SOURCE_DATE_EPOCH=1772226310 "$AZK" sbom "$@" bzImage > doc.json)
ok 'SOURCE_DATE_EPOCH is the time' has '"created": "2026-02-27T21:05:10Z"'

# bad input
is 'no name' 198 'give --name and --version' bzImage
is 'no files' 198 "give the package's files" "$@"
is 'no such file' 199 'root/none' "$@" --root root none
is 'a licence that is none' 198 "'GPL' is no licence" "$@" --license GPL bzImage
is 'a module of another build' 199 '.none.ko.cmd: no such file' "$@" none.ko
is 'no such build' 199 'none: no such build directory' --name x --version 1 --build none bzImage
is 'a source that is none' 199 'has no LICENSES/' \
	--name x --version 1 --build build --source build bzImage
ok 'and nothing was written' not test -e none.json
(export SOURCE_DATE_EPOCH=today; "$AZK" sbom "$@" bzImage > said 2>&1; echo $? >> said)
ok 'a time that is none' grep -qx 198 said
head -c 100 build/vmlinux.a > cut.a && cp cut.a build/vmlinux.a
is 'an archive cut short' 200 'build/vmlinux.a: is cut or damaged' "$@" bzImage
echo '/* */' > src/drivers/hv/ring.c; echo "// $tag GPL" > src/drivers/hv/bus.c
is 'a tag that is wrong is named' 202 "bus.c:1: licence 'GPL': 'GPL' is no licence" \
	"$@" drivers/hv/hv.ko --out bad.json
ok 'and no document written' not test -e bad.json
echo '{' > bad
is 'no JSON' 200 'bad:2: no JSON' --check bad
echo '{}' > bad
is 'JSON that is no document' 202 'the document: has no spdxVersion' --check bad
is 'help shows an example' 0 'azk sbom --name kernel-azure-core' --help

echo "1..$n"
[ $failed -eq 0 ]
