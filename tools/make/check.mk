# SPDX-License-Identifier: GPL-2.0-only
# The tests. Suite "quick" needs no kernel build: unit tests, the same under
# sanitizers, host-side scripts (the project's own series and configs too).
# Suites "hyperv" and "guest" boot the kernel: what is in tools/hvhost, and the rest.
# Every tests/*.sh prints TAP and gets AZK, OUT and, in these two, KERNEL and UPSTREAM
# (bzImages) in its environment.

.PHONY: check check-quick tests tests-asan

sanitize := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	    -fno-omit-frame-pointer
unit	:= $(patsubst %.c,%,$(notdir $(sort $(wildcard tools/azk/tests/test_*.c))))
unit	+= $(patsubst %.c,hv_%,$(notdir $(sort $(wildcard tools/hvhost/tests/test_*.c))))
export QUICK := $(unit:%=out/test/bin/%) $(unit:%=out/asan/test/bin/%) \
		$(sort $(wildcard tools/*/tests/*.sh))
guests	:= $(sort $(wildcard tools/*/tests/guest/*.sh))
# The short ones last: what is left at the end is not much for one to wait for.
short	:= exits flat hotplug machines versions wall
short	:= $(short:%=tools/hvhost/tests/guest/%.sh)
hyperv	:= $(filter tools/hvhost/%,$(guests))
export HYPERV := $(filter-out $(short),$(hyperv)) $(filter $(short),$(hyperv))
export GUEST := $(filter-out $(hyperv),$(guests))
# netvsc is a module: what is said of it is measured against that of upstream.
export BUILD := config build rpm config-upstream build-upstream distro \
	MODULES=drivers/net/hyperv/hv_netvsc.ko

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

# With its "+" it would run under "make -n", too: there it is only said.
dry	= $(findstring n,$(firstword -$(MAKEFLAGS)))

check: tests tests-asan base tree
	+@$(if $(dry),:) tools/make/check.sh all
