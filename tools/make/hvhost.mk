# SPDX-License-Identifier: GPL-2.0-only
# The host that presents Hyper-V, and its unit tests.
.PHONY: hvhost

hvhost: deps
	$(step) hvhost $(MAKE) -s -C tools/hvhost OUT=$(OUT) WERROR=-Werror hvhost
