# Two commands matter: `make run` and `make test`. Both set up .venv by themselves.
PYTHON ?= python3
SHELL = /bin/sh
VENV = .venv
ifeq ($(OS),Windows_NT)
BIN = $(VENV)/Scripts
else
BIN = $(VENV)/bin
endif
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
CHECKED = anchorkit tests

.DEFAULT_GOAL = help
.PHONY: help run test coverage format bench fuzz browser picture kills trials clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# The stamps make the second call quick: nothing is reinstalled unless pyproject.toml changed
# or another interpreter was asked for.
INTERPRETER := $(shell $(PYTHON) -c "import sys; print(sys.version.split()[0])" 2>/dev/null)
READY = $(VENV)/ready-$(INTERPRETER)

$(READY): pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) found; name another with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 10) else 'anchorkit needs Python 3.10 or newer, but $(PYTHON) is ' + sys.version.split()[0] + '; name another with make PYTHON=python3.12')"
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install "pip>=25.1"
	$(PIP) install --editable .
	@touch $@

$(READY)-dev: $(READY)
	$(PIP) install --group dev
	@touch $@

$(READY)-bench: $(READY)
	$(PIP) install --group bench
	@touch $@

run: $(READY)  ## set everything up and find 9 anchors for sample_voc
	$(BIN)/anchorkit cluster --voc sample_voc -k 9 --input 416

# Tests start hundreds of processes, which would compile the package anew where nothing is kept.
test: $(READY)-dev  ## set everything up and check format, lint, types and tests
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses auto

coverage: $(READY)-dev  ## run the tests, and list the lines and branches that none of them reaches
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

format: $(READY)-dev  ## put the code into the format that `make test` checks
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

bench: $(READY)-bench  ## measure speed and memory (ANCHORKIT_DATA names a folder of data sets)
	$(BIN)/python -m tests.benchmarks

fuzz: $(READY)-dev  ## read 52,000 files of every kind damaged at random
	$(BIN)/python tests/fuzz.py voc 20000
	$(BIN)/python tests/fuzz.py yolo 20000
	$(BIN)/python tests/fuzz.py coco 5000
	$(BIN)/python tests/fuzz.py boxes 5000
	$(BIN)/python tests/fuzz.py cfg 2000

browser: $(READY)-dev  ## try the pages of `anchorkit report` in a real browser
	@$(BIN)/python tests/browser.py
	$(BIN)/pytest tests/reports/test_browser.py

picture: $(READY)-dev  ## draw the picture of a report that README.md shows, in the same browser
	@$(BIN)/python tests/browser.py
	$(BIN)/python tests/picture_of_report.py

kills: $(READY)  ## kill 1,000 writers and 500 whole runs at random moments; files must stay whole
	$(BIN)/python tests/killed_writes.py 1000 500

trials: $(READY)-dev  ## interrupts, two writers of one file, full disks, locales (Linux)
	$(BIN)/python tests/trials.py interrupts 200
	$(BIN)/python tests/trials.py writers 100
	$(BIN)/python tests/trials.py full
	$(BIN)/python tests/trials.py locales

clean:  ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
