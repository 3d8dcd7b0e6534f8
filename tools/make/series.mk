# SPDX-License-Identifier: GPL-2.0-only
# Work on the patches.

.PHONY: rebase series-check series-import series-export series-refresh series-shell series-abi

series-check: tree
	@$(AZK) series check

rebase: tree
	@$(if $(TO),,echo "rebase: say where to: make rebase TO=VERSION or TO=TARBALL" >&2; exit 2;) \
	$(AZK) series rebase $(TO) --json out/report/rebase.json \
		$(if $(filter 1 y yes,$(WRITE)),--write)

series-abi: azk
	@$(if $(OLD),,echo "series-abi: say what to compare with: OLD=DIR (a build, a -devel package)" >&2; exit 2;) \
	$(AZK) series abi $(OLD) $(or $(NEW),out/ours/$(PROFILE)) \
		$(MODULE:%=--module %) --json out/report/abi.json

series-import: tree
	@$(if $(MBOX),,echo "series-import: name the mailbox: MBOX=FILE" >&2; exit 2;) \
	$(AZK) series import $(MBOX)

series-export: tree
	@$(AZK) series export $(if $(MBOX),--out $(MBOX))

# Commits in out/ours/src to files in patches/, then the tree from those files:
# so what is not committed must not be there.
series-refresh: azk
	@test -z "$$(git -C out/ours/src status --porcelain)" || { \
		echo "series-refresh: commit or stash your changes in out/ours/src first" >&2; \
		exit 2; }
	@$(AZK) series refresh --write
	@$(AZK) tree --force

series-shell: azk
	@test -d out/ours/src/.git || { echo "series-shell: run 'make tree' first" >&2; exit 2; }
	@echo "In out/ours/src: change, commit, amend or rebase on top of the tag 'overlay'."
	@echo "Leave with exit, then 'make series-refresh' writes the commits to patches/."
	@$(AZK) series refresh 2>/dev/null | sed -n "s,^! \(.*\.patch\)\$$,Not in the tree yet: ../../../patches/\1,p"
	-@cd out/ours/src && $${SHELL:-/bin/sh}
