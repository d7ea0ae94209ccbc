# `make demo` and `make test` are all the set-up there is.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test test-all check browser compiled clean

setup:
	@$(PYTHON) .ci/set_up.py

demo: setup
	@exec $(BIN)/weft demo $(if $(ONCE),--once)

test: check browser compiled
	@exec $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not slow"

test-all: check browser compiled
	@exec $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: setup
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy --no-error-summary

# Each command that a test runs is a process, and one that may not write bytecode would compile all of Weft.
compiled: setup
	@$(BIN)/python -m compileall -q src

# Debian's Chromium, for the tests that look at pages: without it they are skipped, and say so.
browser:
	@sh .ci/browser

clean:
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
