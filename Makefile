# SPDX-License-Identifier: GPL-2.0-only
# kernel-azure. "make" does everything and ends with the boot comparison;
# "make help" lists the rest. Every target writes one folder under out/ and is
# skipped when its inputs have not changed.

ifneq ($(words $(CURDIR)),1)
$(error the path '$(CURDIR)' has blanks in it; kernel builds need a path without)
endif

PROFILE	?= azure
MACHINE	?= hyperv
OUT	:= $(CURDIR)/out
AZK	:= out/bin/azk
J	?= $(shell nproc 2>/dev/null || echo 2)

# Steps run in the order given; what runs in parallel is inside them (J=).
.NOTPARALLEL:
.DEFAULT_GOAL := all
MAKEFLAGS += --no-print-directory

export OUT J PROFILE MACHINE V LLVM FORCE MODULES
export KERNEL_TARBALL KERNEL_DL_DIR KERNEL_PEER KERNEL_ORG_URL KERNEL_ORG_KEYRING

step	:= @tools/make/step.sh

.PHONY: all help setup deps azk guest clean distclean

all: deps azk guest hvhost base tree config build config-upstream build-upstream boot bench

include tools/make/kernel.mk
include tools/make/bench.mk
include tools/make/series.mk
include tools/make/hvhost.mk
include tools/make/rpm.mk
include tools/make/check.mk

help:
	@sed 1d tools/make/help.txt

setup:
	$(step) setup tools/make/setup.sh

# Quick when nothing is missing, else the same as setup.
deps:
	@tools/make/setup.sh --if-missing

azk: deps
	$(step) azk $(MAKE) -s -j$(J) -C tools/azk OUT=$(OUT) all

guest: deps
	$(step) guest $(MAKE) -s -j$(J) -C tools/guest OUT=$(OUT) all

clean:
	rm -rf out

# dl/ stays: what is in there was downloaded, checked, and may be hard to get.
distclean: clean
	rm -rf cscope.* tags TAGS
