# SPDX-License-Identifier: GPL-2.0-only
# Work on the patches.

.PHONY: rebase series-check series-import series-export series-refresh series-shell

series-check: tree
	@$(AZK) series check

rebase: azk
	@$(if $(TO),,echo "rebase: say where to: make rebase TO=VERSION or TO=TARBALL" >&2; exit 2;) \
	$(AZK) series rebase $(if $(filter 1 y yes,$(WRITE)),--write) $(TO)

series-import: azk
	@$(if $(MBOX),,echo "series-import: name the mailbox: MBOX=FILE" >&2; exit 2;) \
	$(AZK) series import $(MBOX)

series-export: azk
	@$(AZK) series export $(if $(MBOX),--mbox $(MBOX))

# Commits in out/ours/src to files in patches/, then the tree from those files.
series-refresh: azk
	@$(AZK) series refresh --write
	@$(AZK) tree --force

series-shell: azk
	@test -d out/ours/src/.git || { echo "series-shell: run 'make tree' first" >&2; exit 2; }
	@echo "In out/ours/src: change, commit, amend or rebase on top of the tag 'overlay'."
	@echo "Leave with exit, then 'make series-refresh' writes the commits to patches/."
	-@cd out/ours/src && $${SHELL:-/bin/sh}
