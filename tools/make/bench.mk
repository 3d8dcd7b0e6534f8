# SPDX-License-Identifier: GPL-2.0-only
# Kernels into guests: one boot to a verdict, and the comparison. MACHINE=q35
# does either without the host.

.PHONY: boot bench bench-boot bench-storage bench-network distro

runners := $(AZK) out/bin/init out/bin/insncount.so \
	   $(if $(filter hyperv,$(MACHINE)),out/bin/hvhost.elf)
on	:= --machine $(MACHINE)
qemu	= $(shell command -v qemu-system-x86_64)
peer	= $(wildcard out/peer/debian-cloud/bzImage)

boot: build guest hvhost
	$(step) boot tools/make/once.sh out/test/boot-$(PROFILE).stamp \
		$(runners) $(qemu) $(ours)/bzImage -- $(AZK) boot $(PROFILE) $(on) -- /bin/true

# Ours beside upstream with the same options.
bench: build build-upstream guest hvhost
	$(step) bench tools/make/report.sh boot $(runners) $(qemu) $(ours)/bzImage \
		$(upstream)/bzImage -- $(AZK) bench boot $(on) upstream/$(PROFILE) $(PROFILE)

# Fetched and unpacked, never installed. Absent: one line each, and on without it.
distro: azk
	$(step) distro tools/make/distro.sh

bench-boot: build build-upstream build-defconfig distro guest hvhost
	$(step) bench-boot tools/make/report.sh boot $(runners) $(qemu) $(ours)/bzImage \
		$(upstream)/bzImage out/upstream/defconfig/bzImage $(peer) -- \
		$(AZK) bench boot $(on) upstream/$(PROFILE) $(PROFILE) upstream/defconfig \
		$(if $(peer),$(peer) --label $(peer)=debian-cloud)

# Under block I/O: storvsc in ours and upstream, then what other disks cost ours.
load	= $(step) bench-$1 tools/make/report.sh $1 $(runners) out/bin/$2 $(qemu) \
	  $(ours)/bzImage $3 -- $(AZK) bench $4

bench-storage: build build-upstream distro guest hvhost
	$(call load,storage,ioload,$(upstream)/bzImage $(peer),storage upstream/$(PROFILE) \
		$(PROFILE) $(if $(peer),$(peer) --label $(peer)=debian-cloud))
	$(call load,storage-virtio-blk,ioload,,storage --machine q35 --device virtio-blk $(PROFILE))
	$(call load,storage-nvme,ioload,,storage --machine q35 --device nvme $(PROFILE))

# netvsc is a module, so upstream's modules are built, too.
bench-network: MODULES = 1
bench-network: build build-upstream distro guest hvhost
	$(call load,network,netload,$(upstream)/bzImage $(peer),network upstream/$(PROFILE) \
		$(PROFILE) $(if $(peer),$(peer) --label $(peer)=debian-cloud))
	$(call load,network-virtio-net,netload,,network --machine q35 $(PROFILE))
