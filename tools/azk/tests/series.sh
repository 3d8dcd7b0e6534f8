#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# azk series against a base of a few lines: check, rebase, import, export,
# refresh. Needs git and perl, no kernel. AZK= is the program; prints TAP.

AZK=$(realpath "${AZK:-out/bin/azk}") || exit 1
T=$(mktemp -d "${TMPDIR:-/tmp}/azk-series.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
printf "[core]\n\tfsync = none\n" >"$T/gitconfig"
export GIT_CONFIG_GLOBAL="$T/gitconfig" GIT_CONFIG_NOSYSTEM=1
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE AZK_TOP
export GIT_AUTHOR_NAME='Zoë Tester' GIT_AUTHOR_EMAIL=zoe@example.org
export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
export GIT_AUTHOR_DATE='2026-01-02T03:04:05+0200'

n=0 failed=0
# is WHAT COMMAND...: one test, which holds when the command succeeds.
is()
{
	what=$1; shift
	n=$((n + 1))
	if "$@" >"$T/why" 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' "$T/why" "$T/said" 2>/dev/null | head -40
		failed=$((failed + 1))
	fi
}

# azk ARGS...: into $T/said and $code, in the project.
azk()
{
	(cd "$T/proj" && "$AZK" "$@") >"$T/said" 2>&1
	code=$?
}
said() { grep -qF -- "$1" "$T/said"; }
not() { ! "$@"; }
code_is() { [ "$code" -eq "$1" ]; }
tree_hash() { (cd "$T/proj" && find patches -type f | LC_ALL=C sort | xargs sha256sum); }

# The base: one driver of 60 lines, a header, a Kconfig.
base()
{
	rm -rf "$1"
	mkdir -p "$1/drivers/hv" "$1/init" "$1/scripts"
	i=1
	while [ $i -le 60 ]; do
		echo "int channel_$i(void) { return $i; }"
		i=$((i + 1))
	done >"$1/drivers/hv/ring.c"
	printf 'config RING\n\tbool "ring"\n' >"$1/drivers/hv/Kconfig"
	printf 'int main_%d;\n' 1 2 3 4 5 6 7 8 9 10 11 12 >"$1/init/start.c"
	printf 'VERSION = 9\nPATCHLEVEL = 8\nSUBLEVEL = 7\nEXTRAVERSION =\n' >"$1/Makefile"
}

# commit SUBJECT [TRAILER...]: everything in the tree as one commit.
commit()
{
	s=$1; shift
	{
		printf '%s\n\nThe reason is written here: ä.\n\n' "$s"
		echo "Signed-off-by: $GIT_AUTHOR_NAME <$GIT_AUTHOR_EMAIL>"
		for t; do echo "$t"; done
	} | git -C "$T/git" commit -q -a -F -
}

# A project with three patches: two on one file, one on another.
project()
{
	rm -rf "$T/git" "$T/proj" "$T/base"
	if [ -d "$T/template" ]; then
		cp -a "$T/template/." "$T/"
		return
	fi
	base "$T/git"
	git -C "$T/git" init -q -b ours
	git -C "$T/git" add -A
	git -C "$T/git" commit -q -m base
	git -C "$T/git" tag base
	sed -i 's/return 10;/return 100;/' "$T/git/drivers/hv/ring.c"
	commit 'vmbus: let channel ten return a hundred' 'Upstream-status: Pending' \
		'Claim: boot.instructions_to_init <= 0.60x upstream on q35'
	sed -i 's/return 50;/return 500;/' "$T/git/drivers/hv/ring.c"
	commit 'vmbus: let channel fifty return five hundred' \
		'Upstream-status: Submitted 20260102.1@example.org'
	sed -i 's/main_6;/main_six;/' "$T/git/init/start.c"
	commit 'init: spell the sixth out' 'Upstream-status: Inappropriate only this tree counts so'
	mkdir -p "$T/proj/patches"
	printf '# The series.\n\n# keeps its comment\n' >"$T/proj/patches/series"
	(cd "$T/proj" && "$AZK" series refresh --tree "$T/git" --write) >"$T/said" 2>&1
	base "$T/base"
	mkdir "$T/template"
	cp -a "$T/git" "$T/proj" "$T/base" "$T/template/"
}

P1=patches/vmbus/vmbus-let-channel-ten-return-a-hundred.patch
P2=patches/vmbus/vmbus-let-channel-fifty-return-five-hundred.patch
P3=patches/boot/init-spell-the-sixth-out.patch

# --- refresh and check of a good series
project
is 'refresh writes three files' test -f "$T/proj/$P1" -a -f "$T/proj/$P2" -a -f "$T/proj/$P3"
is 'refresh lists them in order' sh -c "grep patch '$T/proj/patches/series' | tr '\n' ' ' |
	grep -q '^vmbus/.*ten.* vmbus/.*fifty.* boot/'"
printf '%s\n' 'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001' \
	'From: Zoë Tester <zoe@example.org>' \
	'Date: Fri, 2 Jan 2026 03:04:05 +0200' \
	'Subject: [PATCH] init: spell the sixth out' \
	'MIME-Version: 1.0' \
	'Content-Type: text/plain; charset=UTF-8' \
	'Content-Transfer-Encoding: 8bit' \
	'' \
	'The reason is written here: ä.' \
	'' \
	'Signed-off-by: Zoë Tester <zoe@example.org>' \
	'Upstream-status: Inappropriate only this tree counts so' \
	'---' \
	' init/start.c | 2 +-' \
	' 1 file changed, 1 insertion(+), 1 deletion(-)' \
	'' \
	'diff --git a/init/start.c b/init/start.c' >"$T/want"
is 'the canonical form' sh -c "head -17 '$T/proj/$P3' | cmp - '$T/want'"
is 'it is whole files down to the last byte' sh -c "tail -c 13 '$T/proj/$P3' | grep -q '^ int main_9;'"
azk series refresh --tree "$T/git"
is 'refresh again finds nothing to do' said 'patches/ says the same'
sed -i 's/^index \(.......\).*\.\.\(.......\)[^ ]*/index \1..\2/' "$T/proj/$P1"
before=$(tree_hash)
azk series refresh --tree "$T/git" --write
is 'nor where only blob names are abbreviated otherwise' said "= ${P1#patches/}"
is '... and writes nothing' test "$before" = "$(tree_hash)"
cp "$T/template/proj/$P1" "$T/proj/$P1"
azk series check --tree "$T/base"
is 'a good series passes' code_is 0
is 'and the summary counts it' said 'series: 3 patches, 0 errors, 0 notes'
is 'a check that could not run says why' said 'not run: checkpatch: the tree has no scripts/checkpatch.pl'
azk series check
is 'without a tree the other checks run' code_is 0
is 'and it says how to get the tree' said "'make tree' makes one"
azk series check --tree "$T/git"
is 'the tag base is taken, not the files behind it' code_is 0
azk series check --tree "$T/base" --json out/c.json
is 'check writes JSON' grep -q '"errors": 0' "$T/proj/out/c.json"
is 'no scratch folder is left' test -z "$(ls "$T/proj/out/series")"
azk series check --tree /nonexistent
is 'a tree that is not there' code_is 199

# --- check: each error. edit FILE SED-SCRIPT WORDS
bad()
{
	rm -rf "$T/proj"
	cp -a "$T/template/proj" "$T/"
	sed -i "$3" "$T/proj/$2"
	azk series check --tree "$T/base"
	is "$1: exit code" code_is 202
	is "$1: words" said "$4"
}
bad 'no From' $P1 '/^From:/d' 'From: Requires the author'
bad 'no Date' $P1 '/^Date:/d' "Date: Requires the author's date"
bad 'no Subject' $P1 '/^Subject:/d' 'Subject: Requires a subject'
bad 'encoded From' $P1 's/^From:.*/From: =?UTF-8?q?Zo=C3=AB?= <zoe@example.org>/' 'is encoded for mail'
bad 'Subject without subsystem' $P1 's/^Subject:.*/Subject: [PATCH] change things/' "Requires 'subsystem: what it does'"
bad 'Subject too long' $P1 's/^Subject:.*/&, which is far too much for one line in anybody'"'"'s log/' 'at most 75'
bad 'no sign-off' $P1 '/^Signed-off-by:/d' 'Signed-off-by: Requires a sign-off'
bad 'the author does not sign' $P1 's/^Signed-off-by:.*/Signed-off-by: A B <a@example.org>/' "Requires the author's own"
bad 'no Upstream-status' $P1 '/^Upstream-status:/d' "$P1: Upstream-status: Requires what became of it upstream"
bad 'two of them' $P1 's/^Upstream-status:.*/&\n&/' 'stands here a second time'
bad 'unknown status' $P1 's/^Upstream-status:.*/Upstream-status: Maybe/' 'Requires Pending, Submitted'
bad 'status without reason' $P3 's/^Upstream-status:.*/Upstream-status: Inappropriate/' 'Requires a reason'
bad 'short backport' $P3 's/^Upstream-status:.*/Upstream-status: Backport 0123 (v6.19)/' 'Requires the full commit'
bad 'submitted where' $P3 's/^Upstream-status:.*/Upstream-status: Submitted/' 'Requires a message-id or a URL'
bad 'case of a tag' $P3 's/^Upstream-status:/Upstream-Status:/' 'is written Upstream-status'
bad 'status outside the trailers' $P3 's/^Signed-off-by:.*/Upstream-status: Pending\n\n&/; /^Upstream-status: Inapp/d' 'outside the last paragraph'
bad 'claim without upstream' $P1 's/^Claim:.*/Claim: boot.x <= 0.60x/' "Requires the word 'upstream'"
bad 'a foreign tag' $P1 's/^Upstream-status:.*/&\nChange-Id: I0/' 'Excluded'
bad 'co-author who does not sign' $P1 's/^Signed-off-by:.*/Co-developed-by: A B <a@example.org>\n&/' 'of the same person'
bad 'hunk short of a line' $P1 '/^+int/d' 'hunk has fewer lines'
bad 'hunk with a line more' $P1 's/^+int.*/&\n&/' 'lines than its header says'
bad 'broken hunk header' $P1 's/^@@ .*/@@ -7,7 7,7 @@/' 'broken hunk header'
bad 'does not apply' $P1 's/^-int.*/-int channel_10(void) { return 11; }/' 'drivers/hv/ring.c hunk 1: the lines differ'
bad 'absent from disk' patches/series 's/^vmbus.*ten.*/vmbus\/gone.patch/' "patches/series:5: lists 'vmbus/gone.patch', which is not there"
bad 'on disk, not listed' patches/series '/fifty/d' "$P2: is not listed in patches/series"
bad 'listed twice' patches/series 's/^boot.*/&\n&/' 'is listed a second time, first in line'
bad 'out of the folder' patches/series 's/^boot.*/&\n..\/x.patch/' "has '.', '..' or an empty part"
bad 'carriage return' $P1 's/^The reason.*/&\r/' 'a carriage return'

project
base "$T/base"
sed -i 's/^int main_1;/int extra;\nint main_1;/' "$T/base/init/start.c"
azk series check --tree "$T/base"
is 'an offset is a note, no error' code_is 0
is 'and says how far' said "$P3: note: applies with an offset of up to 1 lines"
sed -i 's/^The reason.*/&  /' "$T/proj/$P1"
azk series check --tree "$T/git"
is 'a hand-made form is a note' said 'is not in canonical form'

project
echo 'int fresh;' >"$T/git/drivers/hv/fresh.c"
git -C "$T/git" add -A
commit 'vmbus: add a file' 'Upstream-status: Pending'
azk series refresh --tree "$T/git" --write
azk series check --tree "$T/base"
is 'a new file is refused' said 'adds drivers/hv/fresh.c: a patch only changes files the base has'
project
mkdir -p "$T/proj/drivers/hv" && echo ours >"$T/proj/drivers/hv/ring.c"
azk series check --tree "$T/base"
is "a file of the project's own is refused" said 'a file of this project'

# checkpatch: what it says counts, but for our own tags' lines.
project
cat >"$T/base/scripts/checkpatch.pl" <<'EOF'
for my $f (grep { m{^/} } @ARGV) {
	open(my $h, "<", $f) or die;
	while (<$h>) {
		print "$f:$.: WARNING:COMMIT_LOG_LONG_LINE: long\n" if /^Claim:/;
		print "$f:$.: WARNING:UNKNOWN_COMMIT_ID: unknown\n" if /^The reason/;
		print "$f:$.: CHECK:SPACING: blanks around it\n" if /main_six/ && /^\+/;
	}
}
exit 1;
EOF
azk series check --tree "$T/base"
is 'checkpatch findings are errors' code_is 202
is 'with file and line' sh -c "grep -q '$P3:[0-9]*: checkpatch SPACING: blanks around it' '$T/said'"
is 'a long line of our own tag is none' not said 'COMMIT_LOG_LONG_LINE'
is 'a commit that only upstream has is none' not said 'UNKNOWN_COMMIT_ID'

# --- rebase
project
base "$T/next"
sed -i 's/^int main_1;/int a;\nint b;\nint c;\nint main_1;/' "$T/next/init/start.c"
sed -i 's/return 10;/return 100;/; s/^int channel_49.*/int other_49;/' "$T/next/drivers/hv/ring.c"
before=$(tree_hash)
azk series rebase --to "$T/next" --json out/r.json
is 'rebase: a conflict is its exit code' code_is 202
is 'rebase: already upstream' sh -c "grep -q 'ten-return.*already upstream' '$T/said'"
is 'rebase: conflict' sh -c "grep -q 'fifty.*CONFLICT.*1 hunk in 1 file' '$T/said'"
is 'rebase: offset' sh -c "grep -q 'sixth.*applies with offset.*up to 3 lines' '$T/said'"
is 'rebase: counts' said '3 patches: 0 apply, 1 with offset, 1 already upstream, 1 conflict'
is 'rebase: the base is named' said 'Linux 9.8.7'
is 'rebase: what the patch expects' said '49 ! int channel_49(void) { return 49; }'
is 'rebase: what the tree has' said '49 ! int other_49;'
is 'rebase: JSON has both sides' sh -c "grep -q '\"expected\"' '$T/proj/out/r.json' && grep -q '\"has\"' '$T/proj/out/r.json'"
is 'rebase: nothing changed without --write' test "$before" = "$(tree_hash)"
azk series rebase --to "$T/next" --write
is 'rebase --write: drops what upstream has' not test -e "$T/proj/$P1"
is 'rebase --write: from the series too' not grep -q ten-return "$T/proj/patches/series"
is 'rebase --write: refreshes' grep -q '^@@ -6,7 +6,7 @@' "$T/proj/$P3"
is 'rebase --write: leaves the conflict alone' cmp "$T/proj/$P2" "$T/template/proj/$P2"
is 'rebase --write: says which lines of the lock to change' said '  version 9.8.7'
azk series rebase --to "$T/next"
is 'rebase again: the refreshed one applies' said '2 patches: 1 apply, 0 with offset, 0 already upstream, 1 conflict'
tar -C "$T" --transform 's,^next,linux-9.8.7,' -cJf "$T/linux_9.8.7.orig.tar.xz" next
azk series rebase --to "$T/linux_9.8.7.orig.tar.xz" --write
is '... with the hash of an archive' said "  sha256 $(sha256sum <"$T/linux_9.8.7.orig.tar.xz" | cut -d ' ' -f 1)"
is '... its name and size' said "  file linux_9.8.7.orig.tar.xz"
is '... and only with --write' sh -c "! (cd '$T/proj' && '$AZK' series rebase --to '$T/next') | grep -q base.lock"

project
base "$T/next"
sed -i 's/return 10;/return 12;/; s/^int channel_47.*/int y_47;/; s/^int channel_48.*/int y_48;/' "$T/next/drivers/hv/ring.c"
azk series rebase --to "$T/next"
is 'rebase: later patches go on, with a hint' said "perhaps only because vmbus/vmbus-let-channel-ten-return-a-hundred.patch was left out"
is 'rebase: the third still applies' said '1 apply, 0 with offset, 0 already upstream, 2 conflicts'
rm "$T/next/init/start.c"
azk series rebase --to "$T/next"
is 'rebase: a file that is gone' said 'no such file in this tree'

base "$T/linux-9.8.7"
tar -C "$T" -cJf "$T/linux_9.8.7.tar.xz" linux-9.8.7
azk series rebase --to "$T/linux_9.8.7.tar.xz"
is 'rebase: onto a tarball' said '3 patches: 3 apply'
is 'rebase: exit code 0 without conflicts' code_is 0
head -c 300 "$T/linux_9.8.7.tar.xz" >"$T/cut.tar.xz"
azk series rebase --to "$T/cut.tar.xz"
is 'rebase: onto a cut tarball' code_is 200
azk series rebase --to "$T/none.tar.xz"
is 'rebase: onto nothing' code_is 199
azk series rebase
is 'rebase: without --to' code_is 198

# --- export, git am, import, export
project
azk series export --out "$T/one.mbox"
is 'export' said 'exported 3 patches'
base "$T/am"
git -C "$T/am" init -q && git -C "$T/am" add -A && git -C "$T/am" commit -q -m base && git -C "$T/am" tag base
is 'git am takes it' git -C "$T/am" am -q "$T/one.mbox"
is 'author, date, message and diff are the same' sh -c "
	git -C '$T/git' log --reverse -p --format='%an %ae %ad%n%B' base..ours >'$T/l1'
	git -C '$T/am' log --reverse -p --format='%an %ae %ad%n%B' base..HEAD >'$T/l2'
	[ -s '$T/l1' ] && cmp '$T/l1' '$T/l2'"
before=$(tree_hash)
azk series refresh --tree "$T/am" --write
is 'and comes back byte for byte' test "$before" = "$(tree_hash)"
azk series export --out "$T/dir/"
is 'export to a folder' test -f "$T/dir/0003-init-spell-the-sixth-out.patch"

git -C "$T/git" format-patch -q --stdout base >"$T/two.mbox"
rm -rf "$T/proj/patches" && mkdir -p "$T/proj/patches" && : >"$T/proj/patches/series"
azk series import --tree "$T/base" "$T/two.mbox"
is 'import' code_is 0
azk series export --out "$T/three.mbox"
is 'import and export come back byte for byte' cmp "$T/one.mbox" "$T/three.mbox"
azk series check --tree "$T/base"
is 'and pass check' said '0 errors, 0 notes'
before=$(tree_hash)
azk series import --tree "$T/base" "$T/two.mbox"
is 'import of what is there already fails' code_is 200
is 'and writes nothing' test "$before" = "$(tree_hash)"

project
azk series import --tree "$T/base" "$T/git/Makefile"
is 'import of what is no mailbox' not code_is 0
printf '%s\n' "$(cat "$T/proj/patches/series")" >"$T/series.before"
(cd "$T/git" && sed -i 's/return 30;/return 300;/' drivers/hv/ring.c &&
	git commit -q -a -m 'vmbus: thirty

Body.' -s && git format-patch -q --stdout -1 >"$T/four.mbox")
azk series import --tree "$T/base" --subsystem pci --status Pending "$T/four.mbox"
is 'import --subsystem' test -f "$T/proj/patches/pci/vmbus-thirty.patch"
is 'import --status' grep -q '^Upstream-status: Pending' "$T/proj/patches/pci/vmbus-thirty.patch"
is 'import keeps the comments' grep -q '^# keeps its comment' "$T/proj/patches/series"
azk series import --tree "$T/base" --subsystem ../x "$T/four.mbox"
is 'import --subsystem stays in patches/' code_is 198

# --- refresh: rename, reorder, drop, dirty, merge
project
git -C "$T/git" reset -q --hard HEAD~1
azk series refresh --tree "$T/git"
is 'refresh: shows a dropped patch' said "- boot/init-spell-the-sixth-out.patch"
is 'refresh: and keeps it without --write' test -f "$T/proj/$P3"
azk series refresh --tree "$T/git" --write
is 'refresh --write removes it' not test -e "$T/proj/$P3"
sed -i 's/return 1;/return 11;/' "$T/git/drivers/hv/ring.c"
azk series refresh --tree "$T/git" --write
is 'refresh: refuses changes that are not committed' code_is 200
commit 'vmbus: one'
printf 'text\n---\nmore\n' | git -C "$T/git" commit -q --allow-empty -F -
azk series refresh --tree "$T/git" --write
is 'refresh: a message that would be cut' said 'would end the message'
azk series refresh --tree "$T/base"
is 'refresh: wants a git tree' code_is 200

# --- usage
azk series; is 'no action' code_is 198
azk series blend; is 'unknown action' code_is 198
azk series check --help
is 'help of check' said 'example:'
azk series --help
is 'help shows the policy' said 'Inappropriate REASON'
rm -rf "$T/proj/patches"
azk series check
is 'no series' code_is 199

echo "1..$n"
[ $failed -eq 0 ]
