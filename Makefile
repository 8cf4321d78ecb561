# make exam   a 10-question exam, 3 forms, sheets and keys, from the shipped banks; its seed is drawn and printed,
#             and SEED=... makes that exam again
# make test   everything the tests need, and the tests
# Both install into .venv; nothing else of the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= exam
JS := tests/javascript

# what is compared with files in tests/golden has the same bytes with either of the number types of SymPy
GOLDEN := tests/test_rendering.py tests/test_packaging_golden.py tests/test_packaging_qti.py

.PHONY: exam test check slow distribution bench lint clean

exam: $(VENV)/installed
	$(BIN)/gdquiz make --questions 10 --forms 3 $(if $(SEED),--seed "$(SEED)") --out $(OUT) --force \
	  --to markdown --to html --to latex --to pdf

test: $(VENV)/installed-dev $(VENV)/installed-js
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto -m "not slow and not distribution"
	SYMPY_GROUND_TYPES=python $(BIN)/pytest -n auto -m "not slow and not distribution and not browser" -k golden $(GOLDEN)

check: $(VENV)/installed
	$(BIN)/gdquiz check

slow: $(VENV)/installed-dev
	$(BIN)/pytest -n auto -m slow

distribution: $(VENV)/installed-dev
	$(BIN)/pytest -m distribution

bench: $(VENV)/installed
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/typesetting.py

lint: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	if [ -d $(JS)/node_modules ]; then npm run --silent --prefix $(JS) lint -- --fix; fi

clean:
	rm -rf $(VENV) $(OUT) dist build

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("gdquiz needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

# what checks the types and the style of the pages' scripts; without npm the tests that use it are skipped
$(VENV)/installed-js: $(VENV)/bin/python $(JS)/package-lock.json
	@if ! command -v npm >/dev/null; then echo "there is no npm: the scripts of the pages are not checked"; \
	elif npm ci --prefix $(JS) --no-audit --no-fund --loglevel=error; then touch $@; \
	else echo "npm could not install what checks the scripts of the pages: they are not checked"; fi
