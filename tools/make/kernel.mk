# SPDX-License-Identifier: GPL-2.0-only
# From the archive to kernels: base, tree, config, build.

ours	:= out/ours/$(PROFILE)
upstream := out/upstream/$(PROFILE)
config_flags := $(if $(filter 1 y yes,$(DEBUG_INFO)),--debug-info) \
		$(if $(FROM),--from $(FROM)) $(foreach f,$(ADD),--add $(f))

.PHONY: base tree config config-upstream build build-upstream config-defconfig \
	build-defconfig sbom

base: azk
	$(step) base $(AZK) base path

tree: azk
	$(step) tree $(AZK) tree $(if $(FORCE),--force)

config: tree
	$(step) config tools/make/config.sh ours $(PROFILE) $(config_flags)

# The same options on the base alone; those that only our overlay has are left out.
config-upstream: tree
	$(step) config-upstream tools/make/config.sh upstream $(PROFILE) $(config_flags)

config-defconfig: tree
	$(step) config-defconfig tools/make/defconfig.sh out/upstream/src out/upstream/defconfig

build: config
	$(step) build tools/make/kernel.sh ours $(PROFILE)

# One document for the kernel and all of its modules; packages have their own.
sbom: build
	@{ echo bzImage; sed "s/\.o$$/.ko/" $(ours)/modules.order; } | \
	$(AZK) sbom --name kernel-$(PROFILE) --build $(ours) --source out/ours/src \
		--version "$$(cat $(ours)/include/config/kernel.release)" \
		--files - --out out/report/$(PROFILE).spdx.json

build-upstream: config-upstream
	$(step) build-upstream tools/make/kernel.sh upstream $(PROFILE)

build-defconfig: config-defconfig
	$(step) build-defconfig tools/make/kernel.sh upstream defconfig
