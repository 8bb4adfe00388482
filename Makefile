# The verbs. Each builds .venv first when it is missing or out of date; only python3 (3.11 to 3.13) and make are needed.

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
LOCK   := $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --custom-compile-command "make lock"

# The tests start the command again and again: without its compiled files each start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test rehearse check simulate soak bench kills load lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## build .venv, once

$(READY): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Leasebook needs Python 3.11 to 3.13; name one: make setup PYTHON=python3.11" >&2; exit 1; }
	@echo "Setting up .venv (once, about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --only-binary :all: --requirement requirements/dev.txt
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## a market that trades by itself; Ctrl-C ends it, started again it goes on
	@$(BIN)/leasebook demo

test: $(READY)  ## all tests but the long ones: about five minutes on two cores
	@$(BIN)/pytest --numprocesses 2 --dist worksteal

rehearse: $(READY)  ## every load test and bench at its smallest size, which says that they work and nothing of speed
	@$(BIN)/pytest --numprocesses 2 --dist worksteal -m rehearsal

check: $(READY)  ## lint, format, types and the import law
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "not formatted; mend it with: $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@echo "check: all good"

simulate: $(READY)  ## 2,000 simulated histories with faults: a few minutes on two cores
	@$(BIN)/python -m tests.simulator

soak: $(READY)  ## the long runs of generated commands and of simulated histories
	@HYPOTHESIS_PROFILE=soak $(BIN)/pytest -m soak --timeout=0

bench: $(READY)  ## the books, the worst bids, the whole core, and the edge beside bare echoes: long, on a quiet machine
	@$(BIN)/python -m loadtests.bench
	@$(BIN)/python -m loadtests.edge

load: $(READY)  ## buyers, providers and onlookers on a sandbox of their own, then orders on a timetable: a minute
	@$(BIN)/python -m loadtests.locust
	@$(BIN)/python -m loadtests.openloop

kills: $(READY)  ## a hundred kills under load, compared with what clients were told: half an hour, as root
	@$(BIN)/python -m loadtests.kills

lock: $(READY)  ## pin the newest dependencies that pyproject.toml allows, with their hashes
	@$(LOCK) --output-file requirements/runtime.txt
	@$(LOCK) --group dev --constraints requirements/runtime.txt --output-file requirements/dev.txt

clean:  ## remove .venv and every cache; data directories stay
	@rm -rf .venv dist build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
