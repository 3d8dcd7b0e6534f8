# SPDX-License-Identifier: GPL-2.0-only
# The tests. Suite "quick" needs no kernel build: unit tests, the same under
# sanitizers, host-side scripts (the project's own series and configs too).
# Suite "guest" boots the kernel. Every tests/*.sh prints TAP and gets AZK, OUT
# and, in the guest suite, KERNEL and UPSTREAM (bzImages) in its environment.

.PHONY: check check-quick tests tests-asan

sanitize := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	    -fno-omit-frame-pointer
unit	:= $(patsubst %.c,%,$(notdir $(sort $(wildcard tools/azk/tests/test_*.c))))
unit	+= $(patsubst %.c,hv_%,$(notdir $(sort $(wildcard tools/hvhost/tests/test_*.c))))
export QUICK := $(unit:%=out/test/bin/%) $(unit:%=out/asan/test/bin/%) \
		$(sort $(wildcard tools/*/tests/*.sh))
export GUEST := $(sort $(wildcard tools/*/tests/guest/*.sh))
export BUILD := config build config-upstream build-upstream distro

tests: azk guest hvhost selftests
	$(step) tests $(MAKE) -s -j$(J) -C tools/azk OUT=$(OUT) WERROR=-Werror tests
	$(step) hvhost-tests $(MAKE) -s -j$(J) -C tools/hvhost OUT=$(OUT) WERROR=-Werror tests

tests-asan: deps
	$(step) tests-asan $(MAKE) -s -j$(J) -C tools/azk OUT=$(OUT)/asan WERROR=-Werror \
		CFLAGS="$(sanitize) -O1" LDFLAGS="$(sanitize)" tests
	$(step) hvhost-asan $(MAKE) -s -j$(J) -C tools/hvhost OUT=$(OUT)/asan WERROR=-Werror \
		CFLAGS="$(sanitize) -O1" LDFLAGS="$(sanitize)" tests

check-quick: tests tests-asan base tree
	@tools/make/check.sh quick

check: tests tests-asan base tree
	+@tools/make/check.sh all
