# Everything a person does with this project, one word each. `make` alone lists the words.

PORT ?= 8501
# `auto` has the app notice edits of its files; watching them makes the first page slower.
WATCH ?= none
# Which Python makes .venv; without it the newest that is found, from 3.11 on.
PYTHON ?=

PY := .venv/bin/python
# Stamps: while a lock is older than its stamp, nothing is installed again.
APP := .venv/installed
DEV := .venv/installed-dev

# The tests without a browser, in three processes, since some wait for most of their time;
# tests/conftest.py says which stay together.
# One worker is enough, for it takes seconds to start; and processes whose matrix products all
# want both cores wait for each other. Bytecode is kept also where PYTHONDONTWRITEBYTECODE is set:
# four processes would compile all tests each time, and half a hundred that they start the app.
QUICK := PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 LENET_WORKERS=1 $(PY) -m pytest \
	-m "not browser and not whole" --ignore tests/browser -n 3 --no-loadscope-reorder

# Those in browsers, in two processes, each with a server and a browser of its own: they mostly wait.
BROWSER := $(PY) -m pytest -m "browser or whole" -n 2 --no-loadscope-reorder

# Exact versions with hashes for every platform that the app runs on, from Python 3.11 on.
LOCK := .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

.PHONY: help setup data run lint types check test bench load fuzz lock audit screenshots format clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' Makefile | awk -F'|' '{printf "%-12s %s\n", $$1, $$2}'

setup: $(APP)  ## make .venv and install what the app needs

data: $(APP)  ## make sure of Fashion-MNIST; without it the app shows clothes that it draws itself
	@$(PY) -m model.data \
	  || { sh tools/apt.sh dataset-fashion-mnist && $(PY) -m model.data; } \
	  || echo "Going on without Fashion-MNIST."

run: $(APP) data  ## start the app on port 8501 (another: make run PORT=8600)
	@$(PY) -m streamlit run app.py --server.port $(PORT) --server.fileWatcherType $(WATCH)

lint: $(DEV)  ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(DEV)  ## mypy
	$(PY) -m mypy

check: lint types  ## the quick checks: ruff, mypy, and the tests without a browser
	$(QUICK)

test: data lint types  ## everything, the browser tests too
	$(QUICK)
	@$(PY) tools/browsers.py firefox >/dev/null || echo "Going on without Firefox."
	chromium="$$($(PY) tools/browsers.py chromium)" && CHROMIUM="$$chromium" $(BROWSER)

bench: $(DEV) data  ## measure this project and its peers; results under benchmarks/results/
	chromium="$$($(PY) tools/browsers.py chromium)" && CHROMIUM="$$chromium" $(PY) -m benchmarks

load: $(DEV) data  ## have 30 learners train at once on one server; results likewise
	$(PY) -m benchmarks.load

fuzz: $(DEV)  ## send 10,000 broken pictures through the whole way of an upload
	$(PY) -W ignore -m tools.fuzz

lock: $(DEV)  ## bring the locked versions up to date, within the ranges of requirements*.txt
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) requirements-dev.txt --constraints requirements.lock --output-file requirements-dev.lock

audit: $(DEV)  ## look all locked versions up in the lists of known vulnerabilities
	$(PY) -m venv .venv/audit && .venv/audit/bin/pip install --quiet pip-audit
	.venv/audit/bin/pip-audit --requirement requirements-dev.lock --require-hashes --disable-pip

screenshots: $(DEV) data  ## make the README's pictures from the running app
	chromium="$$($(PY) tools/browsers.py chromium)" && CHROMIUM="$$chromium" $(PY) -m tools.screenshots

format: $(DEV)  ## put the code in order: ruff's format and its safe repairs
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean:  ## remove .venv and what the tools left behind; data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(APP): requirements.lock
	@PYTHON="$(PYTHON)" sh tools/setup.sh requirements.lock
	@touch $@

$(DEV): requirements.lock requirements-dev.lock
	@PYTHON="$(PYTHON)" sh tools/setup.sh requirements-dev.lock
	@touch $@ $(APP)
