# Two commands do everything on a fresh machine: make run, make test.
.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-full bench-round bench-pages bench-cluster migration messages assets lock
.DELETE_ON_ERROR:

BIN := .venv/bin
VENDOR := freeagents/web/static/vendor
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: .venv/.installed $(VENDOR)/.copied ## Serve a demo government on http://localhost:8000 (PORT, DATABASE_URL)
	@LOG_LEVEL=$${LOG_LEVEL:-WARNING} exec $(BIN)/freeagents demo

test: .venv/.installed $(VENDOR)/.copied ## Run all tests, a browser included (ARGS="-k name")
	@tools/with-node $(BIN)/python tools/chromium.py
	@$(BIN)/pytest -n 2 $(ARGS)

check: .venv/.installed ## Style, types, templates, walls between packages, dependencies
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet freeagents
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: .venv/.benched ## The matcher beside its peers: time, memory, objective (ARGS="--only alike")
	@$(BIN)/python -m benchmarks $(ARGS)

bench-full: .venv/.benched ## The same with more patience, and a round of 5,000,000 people × 50,000 seats
	@$(BIN)/python -m benchmarks --full $(ARGS)

bench-round: .venv/.installed ## From PostgreSQL rows to stored proposals, 500,000 people (ARGS="--people 50000")
	@$(BIN)/python -m benchmarks.round $(ARGS)

bench-pages: .venv/.installed ## Lists, searches and the live count over 500,000 profiles (ARGS="--keep --only count")
	@$(BIN)/python -m benchmarks.pages $(ARGS)

bench-cluster: .venv/.benched ## The same round on threads and on a cluster of two processes (ARGS="--people 500000 --seats 10000")
	@$(BIN)/python -W ignore -m benchmarks.cluster $(ARGS)

migration: .venv/.installed ## Write the next migration (m="What it does")
	@$(BIN)/python tools/migration.py "$(m)"

messages: .venv/.installed ## Bring the catalogues of sentences up to date (ARGS=de begins another language)
	@$(BIN)/python -m tools.messages $(ARGS)

assets: $(VENDOR)/.copied ## Fetch the styles and scripts of the pages

lock: ## Resolve the dependencies anew (needs uv; U=--upgrade for newer ones)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra demo --extra dev $(U) \
	    --custom-compile-command 'make lock' --output-file requirements.lock pyproject.toml tools/build.in
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --constraint requirements.lock \
	    --custom-compile-command 'make lock' --output-file requirements-service.lock pyproject.toml tools/build.in
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 $(U) \
	    --custom-compile-command 'make lock' --output-file benchmarks/requirements.lock benchmarks/requirements.in

# Stamps: nothing is done twice while its inputs stay the same.
.venv/.locked: requirements.lock tools/make-venv
	@tools/make-venv
	@echo 'Installing the packages of requirements.lock …'
	@$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	@$(BIN)/pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $@

.venv/.benched: benchmarks/requirements.lock .venv/.installed
	@echo 'Installing the peers of benchmarks/requirements.lock …'
	@$(BIN)/pip install --quiet --no-deps --require-hashes --requirement benchmarks/requirements.lock
	@touch $@

$(VENDOR)/.copied: package.json package-lock.json tools/assets.py .venv/.locked
	@echo 'Fetching the styles and scripts of the pages …'
	@tools/with-node npm ci --silent --no-audit --no-fund
	@$(BIN)/python tools/assets.py
	@mkdir -p $(VENDOR) && touch $@
