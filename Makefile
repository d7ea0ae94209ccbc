# `make demo` and `make test` are all the set-up there is.
SHELL := /bin/sh
PYTHON ?= python3
export UV_PROJECT_ENVIRONMENT := .venv
export UV_LINK_MODE ?= copy
UV = $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN = .venv/bin

.PHONY: setup demo test test-all check clean

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@command -v uv >/dev/null 2>&1 || test -x .uv/bin/uv || { \
	  $(PYTHON) -c 'import sys; sys.exit("Weft needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12") if sys.version_info < (3, 11) else None' && \
	  $(PYTHON) -m venv .uv && .uv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@$(UV) sync --locked --quiet --python "$$(command -v $(PYTHON))"
	@touch .venv/.ready

demo: setup
	@$(RUN)/weft demo $(if $(ONCE),--once)

test: check browser
	@$(RUN)/pytest -m "not slow"

test-all: check browser
	@$(RUN)/pytest

check: setup
	@$(RUN)/ruff check --quiet . && $(RUN)/ruff format --check --quiet . && $(RUN)/mypy

.PHONY: browser
browser: setup
	@command -v chromium >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 && \
	  { apt-get install -y -qq chromium >/dev/null 2>&1 || { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq chromium >/dev/null 2>&1; }; }; } || true

clean:
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache build dist
