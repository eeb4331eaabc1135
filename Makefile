# Everything a person does with this project, one word each. `make` alone lists the words.

PORT ?= 8501
# `auto` has the app notice edits of its files; watching them makes the first page slower.
WATCH ?= none
# Which Python makes .venv; without it the newest that is found, from 3.11 on.
PYTHON ?=

PY := .venv/bin/python
# Stamps: while a requirements file is older than its stamp, nothing is installed again.
APP := .venv/installed
DEV := .venv/installed-dev

# The tests without a browser, in two processes; each file stays in one, for its fixtures' sake.
QUICK := -m "not browser" -n 2 --dist loadfile

.PHONY: help setup data run lint types check test bench fuzz screenshots format clean

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

check: lint types  ## the quick checks: ruff, mypy, and all tests without a browser
	$(PY) -m pytest $(QUICK)

test: data lint types  ## everything, the browser tests too
	$(PY) -m pytest $(QUICK)
	chromium="$$($(PY) tools/chromium.py)" && CHROMIUM="$$chromium" $(PY) -m pytest -m browser

bench: $(DEV) data  ## measure this project and its peers; results under benchmarks/results/
	chromium="$$($(PY) tools/chromium.py)" && CHROMIUM="$$chromium" $(PY) -m benchmarks

fuzz: $(DEV)  ## send 10,000 broken pictures through the whole way of an upload
	$(PY) -W ignore -m tools.fuzz

screenshots: $(DEV) data  ## make the README's pictures from the running app
	chromium="$$($(PY) tools/chromium.py)" && CHROMIUM="$$chromium" $(PY) tools/screenshots.py

format: $(DEV)  ## put the code in order: ruff's format and its safe repairs
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean:  ## remove .venv and what the tools left behind; data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(APP): requirements.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh requirements.txt
	@touch $@

$(DEV): requirements.txt requirements-cluster.txt requirements-dev.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh requirements-dev.txt
	@touch $@ $(APP)
