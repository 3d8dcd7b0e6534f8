#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# release.sh: what "uname -r" says in our kernel of PROFILE, which is what its packages are
# called: then they can take the kernel as it was built (tools/rpm/make.sh). RPM_RELEASE
# is the packages' release. A profile that is not the first has its name behind it.
version=$(sed -n 's/^version //p' patches/base.lock)
[ "$PROFILE" = azure ] && variant= || variant=+$PROFILE
echo "$version-${RPM_RELEASE:-1.azk1}.x86_64$variant"
