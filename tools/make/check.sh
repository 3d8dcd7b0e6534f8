#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# check.sh quick|all: run the suites, end with the counts. Called by check.mk,
# which says what is in them: QUICK, GUEST (lists of programs), BUILD (make's
# targets that the guest suite needs).
export AZK="$OUT/bin/azk" KERNEL="$OUT/ours/$PROFILE/bzImage"
export UPSTREAM="$OUT/upstream/$PROFILE/bzImage"
step=tools/make/step.sh
rm -f out/test/*.json out/test/junit.xml

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
		# Every other test goes into a second row beside the first: a guest
		# keeps one processor busy, and the rows report apart.
		row= other=
		for t in $GUEST; do
			new="$other $t" other=$row row=$new
		done
		suites="$suites guest"
		beside=
		if [ -n "$other" ]; then
			suites="$suites guest-2"
			# shellcheck disable=SC2086
			$step guest-2 "$AZK" test run --suite guest-2 --limit 1800 $other &
			beside=$!
		fi
		# shellcheck disable=SC2086
		$step guest "$AZK" test run --suite guest --limit 1800 $row
		rc=$?
		[ -z "$beside" ] || wait "$beside" || rc=$?
	fi
fi
# shellcheck disable=SC2086
"$AZK" test sum $suites && exit $rc
