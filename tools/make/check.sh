#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# check.sh quick|all: run the suites, end with how long they took and the counts.
# Called by check.mk, which says what is in them: QUICK, HYPERV, GUEST (lists of
# programs), BUILD (make's targets that the last two need).
export AZK="$OUT/bin/azk" KERNEL="$OUT/ours/$PROFILE/bzImage"
export UPSTREAM="$OUT/upstream/$PROFILE/bzImage"
step=tools/make/step.sh
rm -f out/test/*.json out/test/junit.xml

# boots SUITE OPTION... PROGRAM...: two at a time, as a guest keeps one processor busy
boots() {
	suite=$1
	shift
	suites="$suites $suite"
	$step "$suite" "$AZK" test run --suite "$suite" --limit 1800 --jobs 2 "$@" || rc=$?
}

suites=quick
# shellcheck disable=SC2086 # lists of paths without blanks
$step quick "$AZK" test run --suite quick $QUICK
rc=$?
# The quick tests come before the build: what they find is known early.
if [ $rc -eq 0 ] && [ "$1" = all ]; then
	# shellcheck disable=SC2086
	${MAKE:-make} $BUILD
	export BUILD_RC=$?
	suites="$suites build"
	"$AZK" test run --suite build tools/make/built.sh
	rc=$?
	if [ $rc -eq 0 ]; then
		# On two processors that have nothing else to do ten minutes are enough for
		# all of hvhost; a machine that is slower or busy is told so and no more.
		# shellcheck disable=SC2086
		boots hyperv --within 600 $HYPERV
		# shellcheck disable=SC2086
		boots guest $GUEST
	fi
fi
# shellcheck disable=SC2086
"$AZK" test sum $suites && exit $rc
