# One command for each job; `make help` lists them.
PYTHON ?= python3.11
unexport PYTHONDONTWRITEBYTECODE  # else every command translates the whole source anew: a second
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet
FIRMS  ?= 20000
SEED   ?= 20260101
SERVE  ?= 1
PORT   ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup demo test long quick chromium check mutate bench real lock docs clean

help:  ## list the commands
	@awk -F':.*##' '/^[a-z]+:.*##/ {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python requirements/core.lock pyproject.toml
	@echo "Installing the core (once) ..."
	@$(PIP) --require-hashes -r requirements/core.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.all: $(VENV)/.core requirements/all.lock
	@echo "Installing everything, modelling and checks included (once) ..."
	@$(PIP) --require-hashes -r requirements/all.lock
	@touch $@

setup: $(VENV)/.all  ## make .venv with everything (core, modelling, checks)

demo: $(VENV)/.core  ## from raw records to pages on 127.0.0.1:8000, on a fictional region (SERVE=0: no pages)
	@$(BIN)/huoshui demo --firms $(FIRMS) --seed $(SEED) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: $(VENV)/.all  ## the tests (about 20 minutes on two cores)
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations=25

long: $(VENV)/.all  ## tests that take minutes each: the region on Spark, months of its life, cards on real data
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long

quick: $(VENV)/.all  ## the fast tests, which need no database and no browser
	$(BIN)/python -m pytest -n 2 -m "not slow"

chromium:  ## install Chromium and Chinese fonts for the browser tests (Debian, as root); without it they skip
	@command -v chromium-headless-shell >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium-headless-shell fonts-noto-cjk >/dev/null; } || command -v chromium

check: $(VENV)/.all  ## static: format, lint, house rules, import orders, packs, types
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/python -m pytest -q tests/house/test_tidy.py
	$(BIN)/lint-imports
	$(BIN)/huoshui packs check
	$(BIN)/mypy
	$(BIN)/huoshui docs --check

mutate: $(VENV)/.all  ## move every threshold of the packs: does an example notice? (minutes)
	$(BIN)/huoshui packs mutate

bench: $(VENV)/.all  ## speed, beside a peer in the same run; results in var/bench
	$(BIN)/huoshui bench all

real: $(VENV)/.all  ## the real registry and invoices (needs ../shared/data); writes docs/reference/real-data.md
	$(BIN)/huoshui real

docs: $(VENV)/.all  ## write the reference pages that are made from the program
	$(BIN)/huoshui docs

lock: $(VENV)/.all  ## lock the dependencies anew, with hashes and without any address
	$(BIN)/uv pip compile pyproject.toml requirements/build.in --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --quiet -o requirements/core.lock
	$(BIN)/uv pip compile pyproject.toml requirements/build.in --all-extras --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --quiet -o requirements/all.lock -c requirements/core.lock

clean:  ## delete what the commands made
	rm -rf var $(VENV) .mypy_cache .ruff_cache .hypothesis
