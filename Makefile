# Two commands do everything: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out

.PHONY: run test lint bench tasks mutants folds sbc recovery nuts clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

run: $(VENV)/.installed
	$(BIN)/marchland run northeast-asia --out $(OUT)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest

bench: $(VENV)/.installed
	$(BIN)/python tools/bench.py

tasks: $(VENV)/.installed-test
	$(BIN)/python tools/tasks.py $(OUT)/report.html

mutants: $(VENV)/.installed-test
	$(BIN)/python tools/mutants.py

folds: $(VENV)/.installed
	$(BIN)/marchland calibrate northeast-asia --folds 5

sbc: $(VENV)/.installed
	$(BIN)/python tools/calibration_check.py

recovery: $(VENV)/.installed
	$(BIN)/python tools/rivals_check.py

nuts: $(VENV)/.installed-test
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[check]'
	$(BIN)/python tools/nuts_reference.py

clean:
	rm -rf $(VENV) $(OUT) build dist src/*.egg-info
