# Every habit of this repository, one target each. `make help` lists them.
# `make app` and `make test` need Python 3.11+, git and make, and set up the rest themselves in .venv/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
# Stamps: a set-up is redone only when what it was made from has changed.
APP := $(VENV)/.app-ready
DEV := $(VENV)/.dev-ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help app test test-thorough setup setup-dev lint format format-check types contracts test-fast bench screens keys-page clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

app: $(APP) ## set up whatever is missing, then start the keyboard
	@$(BIN)/hushkey

# A worker a core: within one, and in the programs that it starts, a second thread would only wait for the first.
# What those programs import is compiled once, also where the caller wants no bytecode.
SUITE := OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Every check runs, also after one has failed; pytest comes last, so that its tally is the last thing said.
test: $(DEV) ## set up whatever is missing, then run every check and every test
	@failed=0; \
	for check in lint format-check types contracts; do $(MAKE) --no-print-directory $$check || failed=1; done; \
	$(SUITE) || failed=1; \
	exit $$failed

test-thorough: $(DEV) ## each property of Hypothesis that names no number, on 1,000 examples instead of 100
	$(SUITE) --hypothesis-profile=thorough -m 'not slow' tests/keyboard tests/model tests/sync

setup: $(APP) ## only set up what the app needs

setup-dev: $(DEV) ## only set up what the tests need

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hushkey needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# setuptools first and no build isolation: what builds the package is pinned too.
$(APP): pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) setuptools
	$(INSTALL) --no-build-isolation --editable '.[app,coordinator]'
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) setuptools
	$(INSTALL) --no-build-isolation --editable '.[dev]'
	@touch $(APP) $@

lint: $(DEV) ## ruff, with every rule on and each exception explained in pyproject.toml
	$(BIN)/ruff check .

format: $(DEV) ## ruff's formatter, in place
	$(BIN)/ruff format .

format-check: $(DEV) ## ruff's formatter, looking only
	$(BIN)/ruff format --check .

types: $(DEV) ## mypy --strict over .typing/hushkey, the package as it is imported
	cd .typing && MYPYPATH=. ../$(BIN)/mypy --config-file ../pyproject.toml -p hushkey

contracts: $(DEV) ## import-linter: layers point one way, torch stays in model/training
	cd .typing && PYTHONPATH=. ../$(BIN)/lint-imports --config ../pyproject.toml

test-fast: $(DEV) ## the tests that take seconds, and stop at the first failure
	$(BIN)/python -m pytest -x -m 'not slow and not measuring'

bench: $(DEV) ## every benchmark; each writes its own table
	$(BIN)/python -m bench.typing
	$(BIN)/python -m bench.typing.ablation
	$(BIN)/python bench/corrections.py
	$(BIN)/python bench/latency.py
	$(BIN)/python -m bench.learning memory
	$(BIN)/python -m bench.learning speed
	$(BIN)/python -m bench.learning latency
	$(BIN)/python -m bench.learning users --jobs 2
	$(BIN)/python -m bench.sharing.codec
	$(BIN)/python -m bench.sharing.blind
	$(BIN)/python -m bench.sharing.poison
	$(BIN)/python -m bench.sharing.load
	$(BIN)/python bench/embedding.py
	$(BIN)/python -m bench.federated quick

keys-page: $(APP) ## write the tables of docs/keys.md anew
	$(BIN)/python -c "from pathlib import Path; from hushkey.tui.keys_told import fill; p = Path('docs/keys.md'); p.write_text(fill(p.read_text()))"

screens: $(APP) ## draw the pictures that the README shows, of the running app; trains three times and shares for real
	$(BIN)/python bench/screens.py

clean: ## remove the set-up and all that was built; your history lies elsewhere and stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .typing/.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
