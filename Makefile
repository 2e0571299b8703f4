# Two commands matter: `make demo` (the Seversky history from the report to decisions) and `make test`.
# Each works alone in a fresh checkout with Python 3.11+, pip and make; a second run starts at once.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
JOBS ?= 2

.PHONY: demo test check bench bench-quick examples clean help

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: .venv/report .venv/sim  ## build out/severskiy.db from the district's report, decide, explain, write out/spravka.*, simulate
	@$(BIN)/python examples/severskiy_2020_2024.py
	@$(BIN)/python examples/simulate_2025_2030.py out 1000

test: .venv/dev  ## the whole test suite
	@$(BIN)/python -m pytest -n $(JOBS) -q

check: .venv/dev  ## format, lint, types, floors of the house, documentation that runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:cacheprovider docs README.md

bench: .venv/bench  ## every benchmark in full (an hour on two cores); tables go to benchmarks/results
	$(BIN)/python -m benchmarks

bench-quick: .venv/bench  ## every benchmark with small sizes, to see that it runs
	$(BIN)/python -m benchmarks --quick

examples: .venv/core  ## run every example script
	@set -e; for f in examples/*.py; do echo "== $$f"; $(BIN)/python $$f > /dev/null; done

.venv/python:
	@echo "making .venv (once)" >&2
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/core: .venv/python pyproject.toml constraints.txt
	@echo "installing shnor-engine (once)" >&2
	@$(PIP) --editable .
	@touch $@

# Word, Excel and pictures are an extra: where it cannot be had, the demonstration goes without.
.venv/report: .venv/core
	@echo "installing what Word, Excel and pictures need (once)" >&2
	@$(PIP) --editable '.[report]' && touch $@ || echo "not installed: the demonstration goes without" >&2

.venv/sim: .venv/core
	@echo "installing what the simulation needs (once)" >&2
	@$(PIP) --editable '.[sim]' && touch $@ || echo "not installed: the demonstration goes without" >&2

.venv/dev: .venv/core
	@echo "installing what the tests need (once)" >&2
	@$(PIP) --editable '.[dev]'
	@touch $@

.venv/bench: .venv/dev benchmarks/requirements.txt
	@$(PIP) --requirement benchmarks/requirements.txt
	@touch $@

clean:  ## remove everything that was made
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
