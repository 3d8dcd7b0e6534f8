# SPDX-License-Identifier: GPL-2.0-only
# Kernels into guests: one boot to a verdict, and the comparison.

.PHONY: boot bench bench-boot distro

runners := $(AZK) out/bin/init

boot: build guest
	$(step) boot tools/make/once.sh out/test/boot-$(PROFILE).stamp \
		$(runners) $(ours)/bzImage -- \
		$(AZK) boot $(PROFILE) --append quiet -- /bin/true

# Ours beside upstream with the same options.
bench: build build-upstream guest
	$(step) bench tools/make/report.sh boot $(runners) $(ours)/bzImage \
		$(upstream)/bzImage -- $(AZK) bench boot $(PROFILE) upstream/$(PROFILE)

# Fetched and unpacked, never installed. Absent: one line, and on without it.
distro: azk
	$(step) distro tools/make/distro.sh

peer = $(wildcard out/peer/debian-cloud/bzImage)

bench-boot: build build-upstream build-defconfig distro guest
	$(step) bench-boot tools/make/report.sh boot $(runners) $(ours)/bzImage \
		$(upstream)/bzImage out/upstream/defconfig/bzImage $(peer) -- \
		$(AZK) bench boot $(PROFILE) upstream/$(PROFILE) upstream/defconfig $(peer)
