# SPDX-License-Identifier: GPL-2.0-only
# Packages: tools/rpm. The kernel in them is the tree's own build with another name.

.PHONY: rpm rpm-repo rpm-repro

export RPM_RELEASE RELEASE RPM_OUT REPO SIGN_KEY SIGN_CERT ZSTD_LEVEL CACHE REPRO_DIR

# What is wrong is said before anything is built.
rpm: azk
	@tools/rpm/ready.sh
	+@$(MAKE) build
	$(step) rpm tools/rpm/make.sh

rpm-repo: $(if $(wildcard $(or $(RPM_OUT),out/rpm)/*.rpm),,rpm)
	$(step) rpm-repo tools/rpm/repo.sh

rpm-repro: azk
	@tools/rpm/ready.sh
	+@$(MAKE) build
	$(step) rpm-repro tools/rpm/repro.sh
