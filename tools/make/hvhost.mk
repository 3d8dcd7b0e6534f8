# SPDX-License-Identifier: GPL-2.0-only
# The host that presents Hyper-V, and its unit tests.
.PHONY: hvhost fuzz selftests soak determinism

hvhost: deps
	$(step) hvhost $(MAKE) -s -j$(J) -C tools/hvhost OUT=$(OUT) WERROR=-Werror hvhost

# Programs that check a kernel from inside a guest.
selftests: deps
	$(step) selftests $(MAKE) -s -C selftests OUT=$(OUT) WERROR=-Werror all

# Hostile guests against each parser, longer than make check does it: libFuzzer.
fuzz: deps
	$(step) fuzzers $(MAKE) -s -j$(J) -C tools/hvhost OUT=$(OUT)/fuzz CC=clang LIBFUZZER=1 \
		CFLAGS="-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" \
		LDFLAGS="-fsanitize=fuzzer,address,undefined" fuzzers
	@LIBFUZZER=1 OUT=$(OUT) RUNS=$(or $(RUNS),1000000) tools/hvhost/tests/fuzz.sh

# Long runs of what make check takes a sample of. KERNEL=bzImage: another kernel
# than ours, and nothing is built but the tools.
endurance = @OUT=$(OUT) AZK=$(OUT)/bin/azk KERNEL=$(or $(KERNEL),$(OUT)/ours/$(PROFILE)/bzImage)

soak: $(if $(KERNEL),,build) azk guest hvhost selftests
	$(endurance) RUNS=$(or $(RUNS),100) CPUS="$(or $(CPUS),1 2 4 8)" \
		tools/hvhost/tests/guest/soak.sh

determinism: $(if $(KERNEL),,build) azk guest hvhost selftests
	$(endurance) RUNS=$(or $(RUNS),20) CPUS="$(or $(CPUS),1 4)" \
		tools/hvhost/tests/guest/determinism.sh

