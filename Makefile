# Everything a person or a machine does with this project, one target each. `make` alone lists them.
# Nothing is needed beforehand but Python 3.11 or newer and make.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
UV     := $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow check format docs openapi bench bench-peers truth truth-tiers real-data chaos contract lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The lock carries a hash for every file that is installed; the project itself is built with the locked
# backend, hence without isolation. The stamp makes this happen once, and again when the lock changes.
$(STAMP): pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

install: $(STAMP)  ## make .venv and install the locked packages into it

demo: $(STAMP)  ## analyse a sample business and open the doors (Ctrl-C stops)
	$(BIN)/pricing-service demo

test: $(STAMP)  ## run the quick tests and the examples in docstrings (the rules of the house: make check)
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow and not truth and not real_data and not chaos and not contract" \
		--ignore=tests/house -q

test-slow: $(STAMP)  ## run the tests that start the whole program, try every request, or take every kind of analysis
	$(BIN)/pytest -n 2 --dist worksteal -m "slow and not chaos" -q

check: $(STAMP)  ## format, lint, types, layers, rules of the house: what must hold before a commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/house -q

format: $(STAMP)  ## put the source into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP)  ## write docs/reference/ from the code
	$(BIN)/python docs/write_reference.py

openapi: $(STAMP)  ## renew tests/api/openapi.json: what the API promises from now on
	$(BIN)/python -m tests.api.compatibility

bench: $(STAMP)  ## measure speed and memory against the bars, as ratios in one run
	$(BIN)/python tests/benchmarks

bench-peers: $(STAMP)  ## measure against other people's programs on the same data (says what to install)
	$(BIN)/python -m tests.benchmarks.peers

truth: $(STAMP)  ## measure coverage and calibration on simulated businesses, into docs/
	$(BIN)/pytest tests/truth -m truth -q -s --timeout=0

truth-tiers: $(STAMP)  ## measure how near tier menus come to the best, beside other optimisers, into docs/
	$(BIN)/pytest tests/truth/test_tier_menus.py tests/truth/test_tier_businesses.py -m truth -q -s --timeout=0

real-data: $(STAMP)  ## run the product on the real tables in ../shared/data (fails where they are absent)
	$(BIN)/pytest tests/real_data -m real_data -q

chaos: $(STAMP)  ## kill workers, the service and its database at random moments; into docs/durability.md
	$(BIN)/pytest tests/journeys tests/durability -m chaos -q --timeout=0

contract: $(STAMP)  ## ask a hundred random cases of every operation in every phase; into docs/contract.md
	$(BIN)/pytest tests/api/test_contract.py -m contract -n 2 -q -rP --timeout=0

lock: $(STAMP)  ## resolve the dependencies again into the two lock files
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--group dev pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--constraint requirements.lock pyproject.toml -o requirements-runtime.lock

clean:  ## remove what the other targets made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
