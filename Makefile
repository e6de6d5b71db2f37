# The project's commands. `make` lists them. A fresh Debian needs python3, python3-venv and make; the rest is
# installed into .venv.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed

# Virtual environments cannot be moved: one made at another path, or whose Python is gone, is made anew.
HERE := $(shell cat $(STAMP) 2>/dev/null)
ifneq ($(HERE),$(CURDIR))
.PHONY: $(STAMP)
else ifneq ($(shell $(PY) -c 'print("runs")' 2>/dev/null),runs)
.PHONY: $(STAMP)
endif

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: data-diff data-ratify data-release help venv run demo test check lint types docs docs-check units pytest format thorough bench dist clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

$(STAMP): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'cluster-calc needs Python 3.11 or newer with venv (Debian: apt-get install python3 python3-venv),' >&2; \
	    echo 'or name another Python: make PYTHON=python3.12 ...' >&2; exit 1; }
	@if test -e $(STAMP) && test "$$(cat $(STAMP))" != "$(CURDIR)" || ! $(PY) -m pip --version >/dev/null 2>&1; \
	    then echo 'making $(VENV)'; $(PYTHON) -m venv --clear $(VENV); fi
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@# An editable install is not compiled by pip: do it here, so that the first start is fast even where Python may
	@# not write bytecode.
	$(PY) -m compileall -q cluster_calc
	@printf '%s\n' '$(CURDIR)' > $@

venv: $(STAMP)  ## make .venv with the package (editable) and the test tools

run: venv  ## install, then cost a training run of 2e25 FLOP on H100
	$(VENV)/bin/cluster-calc estimate --flop 2e25 --chip h100

demo: run

test: check  ## install, then run every check

# pytest comes last, so that its closing line closes the output.
check: lint types docs-check pytest  ## ruff, mypy --strict, docs freshness, pytest with doctests and packaging

lint: venv
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-logo

format: venv  ## let ruff correct and lay out the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

types: venv
	$(PY) -m mypy cluster_calc $(wildcard tools)

docs: venv  ## write the generated parts of the docs again
	$(PY) tools/make_docs.py

docs-check: venv
	$(PY) tools/make_docs.py --check

data-diff: venv  ## say which shipped figures differ from the record, and which defaults move
	$(PY) tools/record_figures.py

data-ratify: venv  ## take the figures there are now into the record
	$(PY) tools/record_figures.py --write

units: venv  ## write the generated table of unit conversions again
	$(PY) tools/make_units.py

pytest: venv
	$(PY) -m pytest

thorough: venv  ## the tests that take minutes, too
	$(PY) -m pytest -m "not bench" --hypothesis-profile random
	$(PY) -m pip install --quiet --disable-pip-version-check 'atheris>=2.3'
	$(PY) -m tests.fuzz.fuzz 600

bench: venv  ## measure speed
	$(PY) -m benchmarks
	$(PY) -m pytest -m bench

dist: venv  ## build the source archive and, from it, the wheel
	rm -rf build dist
	$(PY) -m build

clean:  ## remove what the commands above made, .venv too
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

data-release: venv  ## pack the quotes as a dated, checksummed data release in dist/
	$(PY) tools/make_data_release.py dist
