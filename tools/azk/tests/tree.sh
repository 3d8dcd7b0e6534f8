#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk tree on a small base: the layers, what a second run touches, and what it
# must not lose.
. "$(dirname "$0")/mini.sh.inc"
make_base
cd "$top" || exit 1
src=out/ours/src
export GIT_CONFIG_GLOBAL=/dev/null

g() { git -C $src -c user.name=me -c user.email=me@example.org "$@"; }
mtime() { stat -c %Y.%y "$src/$1"; }

# patch NAME FILE LINE TEXT: a patch file that turns line LINE of FILE into TEXT
patch() {
	old=$(sed -n "$3p" "k/linux-6.1.2/$2")
	{
		cat <<-END
		From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
		From: Jane Doe <jane@example.org>
		Date: Tue, 3 Feb 2026 10:20:30 +0200
		Subject: [PATCH] x: $1

		Why $1 is right.

		Signed-off-by: Jane Doe <jane@example.org>
		---
		diff --git a/$2 b/$2
		--- a/$2
		+++ b/$2
		END
		a=$(($3 - 3))
		echo "@@ -$a,7 +$a,7 @@"
		sed -n "$a,$(($3 - 1))s/^/ /p" "k/linux-6.1.2/$2"
		echo "-$old"
		echo "+$4"
		sed -n "$(($3 + 1)),$(($3 + 3))s/^/ /p" "k/linux-6.1.2/$2"
	} > "patches/x/$1.patch"
}

mkdir -p patches/x drivers/x configs selftests
echo 'CONFIG_X=y' > configs/x.config
echo 'not a fragment' > configs/README
echo 'int x;' > drivers/x/new.c
echo 'left by a build' > drivers/x/new.o
printf '#!/bin/sh\n' > selftests/run.sh
chmod +x selftests/run.sh
patch one kernel/a.c 10 ten
patch two drivers/x/b.c 20 twenty
printf '# why\nx/one.patch\nx/two.patch\n' > patches/series

azk tree
is 'a tree is made' works
is 'one commit a layer, and a patch' same \
	"$(g log --reverse --format='%an %s' | paste -sd,)" \
	"kernel-azure Linux 6.1.2,kernel-azure kernel-azure: the overlay,Jane Doe x: one,Jane Doe x: two"
is 'author, date and message are the patch'"'"'s' same \
	"$(g log -1 --format='%ae %aI %cn %cI %b' overlay~0..overlay~0 HEAD | head -n 1)" \
	"jane@example.org 2026-02-03T10:20:30+02:00 kernel-azure 2023-11-14T22:13:20+00:00 Why two is right."
is 'the overlay is at its place' same \
	"$(g ls-tree -r --name-only overlay | paste -sd' ')" \
	".gitignore Makefile built drivers/x/b.c drivers/x/new.c kernel/a.c kernel/configs/x.config kernel/tool link tools/testing/selftests/azure/run.sh"
is 'a program stays one' test -x $src/tools/testing/selftests/azure/run.sh
is 'the base is exactly the archive' diff -r k/linux-6.1.2 out/upstream/src
is 'a patch is in ours' grep -q '^ten$' $src/kernel/a.c
is 'the work tree is clean' same "$(g status --porcelain)" ""
first=$(g rev-parse HEAD)

azk tree
is 'a second run says up to date' grep -q 'up to date' said
mt=$(mtime kernel/a.c) mk=$(mtime Makefile)
sleep 0.02
patch two drivers/x/b.c 20 'twenty and more'
azk tree
is 'a changed patch is taken up' grep -q 'twenty and more' $src/drivers/x/b.c
is '... and other files keep their times' same "$mt $mk" "$(mtime kernel/a.c) $(mtime Makefile)"
echo 'int x = 1;' > drivers/x/new.c
azk tree
is 'a changed overlay file' grep -q 'x = 1' $src/drivers/x/new.c
is '... and patched files keep their times' same "$mt $mk" "$(mtime kernel/a.c) $(mtime Makefile)"
rm drivers/x/new.c
azk tree
is 'a removed overlay file goes' test ! -e $src/drivers/x/new.c
echo 'int x;' > drivers/x/new.c
patch two drivers/x/b.c 20 twenty
azk tree
is 'the same inputs are the same commit' same "$(g rev-parse HEAD)" "$first"
echo '# only a comment' >> patches/series
azk tree
is 'comments in the series change nothing' grep -q 'up to date' said

# A hunk that does not fit
patch two drivers/x/b.c 20 twenty
sed -i 's/^ 119$/ 911/' patches/x/two.patch
azk tree
is 'a broken hunk names patch, line, file and hunk' fails 200 \
	patches/x/two.patch:13 drivers/x/b.c "hunk 1 of 1" "make series-shell"
is '... and leaves the last good commit' same "$(g log -1 --format=%s)" "x: one"
is '... with its work tree' grep -q '^ten$' $src/kernel/a.c
is '... clean' same "$(g status --porcelain)" ""
# ... from which one goes on by hand
cp -a patches kept
cp patches/x/two.patch patches/x/three.patch
sed -i 's/x: two/x: three/; s/^ 119$/ 991/' patches/x/three.patch
echo x/three.patch >> patches/series
azk series refresh --write
is 'refresh: a patch that the tree did not reach stays' cmp patches/x/two.patch kept/x/two.patch
is '... and what follows it' test -f patches/x/three.patch
is '... in the series' same "$(grep -v '#' patches/series | paste -sd,)" \
	x/one.patch,x/two.patch,x/three.patch
is '... and it is said' grep -q '^! x/two.patch$' said
sed -i 's/^120$/by hand/' $src/drivers/x/b.c
g commit -qam 'x: two'
azk series refresh --write
is '... made by hand it is taken' grep -q '^+by hand$' patches/x/two.patch
is '... the others are as they were' grep -q '^! x/three.patch$' said
azk tree --force
is '... and the next is tried' fails 200 patches/x/three.patch
is '... on top of it' same "$(g log -1 --format=%s)" "x: two"
g reset -q --hard HEAD~1
azk series refresh --write
is 'a patch that the tree had and has no more goes' test ! -e patches/x/two.patch
rm -r patches
mv kept patches
azk tree --force
patch two drivers/x/b.c 20 twenty
azk tree
is 'and goes on from there' same "$(g rev-parse HEAD)" "$first"
sed 's,drivers/x/b.c,drivers/x/gone.c,g' patches/x/two.patch > patches/x/three.patch
echo x/three.patch >> patches/series
azk tree
is 'a patch to a file that is not there' fails 200 patches/x/three.patch drivers/x/gone.c
sed -i '/three/d' patches/series
rm patches/x/three.patch
echo x/four.patch >> patches/series
azk tree
is 'a listed patch that is not there' fails 199 patches/series: patches/x/four.patch
sed -i '/four/d' patches/series
azk tree

# A developer's own work
echo mine > $src/kernel/a.c
azk tree
is 'own changes stay when nothing changed' grep -q mine $src/kernel/a.c
patch two drivers/x/b.c 20 again
azk tree
is 'own changes are not lost' fails 202 $src "make series-refresh" FORCE=1
is '... they are still there' grep -q mine $src/kernel/a.c
g commit -qam 'my own'
azk tree
is 'nor are own commits' fails 202 $src "commits of your own"
azk tree --force
is '--force drops them' same "$(g log -2 --format=%s | paste -sd,)" "x: two,x: one"
is '... and takes the new patch' grep -q '^again$' $src/drivers/x/b.c
echo x > $src/untracked.c
azk tree --force
is '... and unknown files' test ! -e $src/untracked.c

azk tree --id
clean=$(cat said)
is '--id is the tree hash' same "$clean" "$(g rev-parse 'HEAD^{tree}')"
echo 'int y;' > $src/y.c
azk tree --id
is '... new files count' test "$clean" != "$(cat said)"
rm $src/y.c
azk tree --id
is '... and only content' same "$clean" "$(cat said)"

# The overlay may not change upstream's files
mkdir -p drivers/x
echo 'mine' > drivers/x/b.c
azk tree
is 'an overlay file that upstream has' fails 200 drivers/x/b.c "the base has"
rm drivers/x/b.c
ln -s /etc/passwd drivers/x/link.c
azk tree
is 'the overlay has plain files only' fails 200 drivers/x/link.c
rm drivers/x/link.c
azk tree
is 'after errors all is well again' works

# The tree hash, and both archives giving the same
tree=$(g rev-parse 'base^{tree}')
echo "tree $tree" >> patches/base.lock
azk tree
is 'the pinned tree hash is checked' works
# upstream is what is compared with: nobody may have edited it unseen
id() { azk tree --id --upstream; cat "$top/said"; }
is 'the base alone has its own hash' same "$(id)" "$tree"
echo '/* mine */' >> out/upstream/src/kernel/a.c
is '... an edited file shows in it' test "$(id)" != "$tree"
azk tree --force
is '... and --force brings the base back' same "$(id)" "$tree"
is '... file and all' test -z "$(grep mine out/upstream/src/kernel/a.c)"
echo "upstream_sha256 $(sha256sum < up.tar.xz | cut -d ' ' -f 1)" >> patches/base.lock
echo "upstream_file linux-6.1.2.tar.xz" >> patches/base.lock
rm -rf out
KERNEL_TARBALL=$top/up.tar.xz azk tree
is "upstream's archive, cut, is the same tree" same "$(g rev-parse 'base^{tree}')" "$tree"
is '... without what is excluded' test ! -e out/upstream/src/extra
sed -i '/^exclude/d' patches/base.lock
rm -rf out
KERNEL_TARBALL=$top/up.tar.xz azk tree
is 'any other tree is an error' fails 200 "$tree" out/upstream/src
is '... and there is no out/ours/src' test ! -e $src
finish
