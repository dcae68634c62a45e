PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
SOURCES := bot commands scheduler storage tests

# System certificates: behind a proxy with a CA of its own, uv would trust nothing else.
UV := UV_SYSTEM_CERTS=1 $(PY) -m uv
COMPILE := env -u PIP_FIND_LINKS -u UV_FIND_LINKS UV_SYSTEM_CERTS=1 $(PY) -m uv pip compile --quiet \
	--universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

# $(call need,program,Debian package)
need = command -v $(1) >/dev/null || { echo "$(1) was not found. On Debian: apt-get install $(2)" >&2; exit 1; }

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test torture check format coverage bench faults year words screenshots container lock

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

setup: $(READY) ## Make .venv with everything the locks name

# The stamp comes last, so a .venv without it is half made and is made anew.
$(READY): requirements-dev.lock bootstrap.lock
	@$(call need,$(PYTHON),python3)
	@$(call need,git,git)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version) is too old: Headwater needs 3.11 or newer." \
		"Debian 12 has it (apt-get install python3), or name another: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@if [ ! -f $@ ] || ! $(PY) -c '' 2>/dev/null; then $(PYTHON) -m venv --clear $(VENV); fi
	@rm -f $@
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.lock
	@$(UV) pip sync --quiet --python $(PY) --compile-bytecode --require-hashes requirements-dev.lock bootstrap.lock
	@touch $@
	@echo "$(VENV) is ready."

run: $(READY) ## Run the bot (settings come from the environment)
	@$(PY) -m bot run

# The browser's driver keeps an event loop of its own, which other tests of the same process could not share.
test: $(READY) ## Run the tests
	$(PY) -m pytest -n 2 -m "not browser and not torture"
	$(PY) -m pytest -n 2 -m browser

torture: $(READY) ## Break the same thing again and again: what `make test` leaves out for its length
	$(PY) -m pytest -n 2 -m torture

check: $(READY) ## Format, lint, types, layers and the figures of the code
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m tests.figures

format: $(READY) ## Format the code and mend what ruff can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

coverage: $(READY) ## Run every test, each story on each platform and engine, and measure branch coverage
	$(PY) -m pytest -n 2 --whole -m "not browser" --cov --cov-report=
	$(PY) -m pytest -n 2 -m browser --cov --cov-append --cov-report=term-missing:skip-covered --cov-fail-under=95

bench: $(READY) ## Measure how fast it is against floors, peers and the code before (SHORT=1: under five minutes)
	$(PY) -m tests.bench

words: $(READY) ## Bring the message catalogues up to date with the code
	$(PY) -m bot.locale.update

faults: $(READY) ## Break everything that can break, and print what came of it (SHORT=1: in five minutes)
	$(PY) -m tests.faults

year: $(READY) ## Live a year of 1,000 customers under kills, and compare all that was done
	$(PY) -m tests.faults year

screenshots: $(READY) ## Take the pictures of the web pages anew (needs chromium)
	$(PY) -m tests.browser.screenshots

container: $(READY) ## Build the container, log a visit in it, and stop it (needs root, buildah and debootstrap)
	@$(PY) -m tests.container

lock: $(READY) ## Pin what pyproject.toml asks for (UPGRADE=--upgrade: the newest it allows)
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) $(UPGRADE) --group bootstrap --output-file bootstrap.lock
	$(COMPILE) $(UPGRADE) tests/bench/peers.in --output-file tests/bench/peers.lock
