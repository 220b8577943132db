# Two commands matter: `make run` and `make test`. GNU make 3.81, which macOS has, is enough.

# The Python that makes .venv: PYTHON=..., or the first of these that starts and is new enough.
PYTHONS = $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
FOUND = $(shell for python in $(PYTHONS); do "$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$python" && break; done)
INSTALL = "$(or $(FOUND),$(error Python 3.11 or newer is needed; none of "$(PYTHONS)" is. Say PYTHON=/path/to/python3))" \
	requirements/install.py

BIN = .venv/bin
CODE = scheduler tests migrations requirements
PYTEST = $(BIN)/pytest -n auto --maxprocesses 4 --dist loadgroup
QUICK = not browser and not postgres and not slow
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard scheduler/translations/*/LC_MESSAGES/*.po))
UV = build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make requirements" $(upgrade)

# Compiled modules stay, whatever the machine says: each start, and each of the tests' processes, would compile them anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help run install test check static style layout imports pages types machine format bench screenshots migration \
	translations requirements clean
.DEFAULT_GOAL := help

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: .venv/run.stamp $(CATALOGUES) ## Start the service with the demo neighbourhood (PORT=8000); Ctrl-C stops it
	@exec $(BIN)/tsudoi run

# Both parts run even when the first fails, so that one run tells all; where there is much to do, at the same time.
install: .venv/run.stamp $(CATALOGUES) ## Make the environment and nothing else

# Types by one process here, since the tests use the other cores: several need a fifth more in all.
test: .venv/test.stamp $(CATALOGUES) machine ## Check everything: code, journeys, PostgreSQL, real SMTP, browser
	@mkdir -p build; $(MAKE) --keep-going static types_by= >build/static.log 2>&1 & static=$$!; failed=; $(PYTEST) || failed=yes; \
		wait $$static || failed=yes; cat build/static.log; test -z "$$failed"

check: .venv/test.stamp $(CATALOGUES) ## Check the quick part: no browser, no PostgreSQL, nothing slow
	@failed=; $(MAKE) --keep-going static || failed=yes; $(PYTEST) -m "$(QUICK)" || failed=yes; test -z "$$failed"

types_by = --num-workers auto
static: style layout imports pages types

style:
	$(BIN)/ruff check $(CODE)

layout:
	$(BIN)/ruff format --check $(CODE)

imports:
	$(BIN)/lint-imports --no-logo

pages:
	$(BIN)/djlint --quiet --lint templates

# By several processes; where one of them is not reached in time, as on a machine with much to do, once more by one.
types:
	@echo "$(BIN)/mypy"; mkdir -p build; said=build/types.log; $(BIN)/mypy $(types_by) >$$said 2>&1; status=$$?; \
		if grep -q "connection with worker" $$said; then $(BIN)/mypy; else cat $$said; exit $$status; fi

machine: .venv/test.stamp
	$(BIN)/python -m tests.machine

format: .venv/test.stamp ## Bring the code into its one format
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: .venv/test.stamp $(CATALOGUES) ## Measure list, date, feed and sign-up, and reminders under kill -9; part=feeds, paint
	$(BIN)/python -m tests.bench $(part)

screenshots: .venv/test.stamp $(CATALOGUES) ## Save a picture of every page in screenshots/; in=ja takes one language
	$(BIN)/python -m tests.machine pictures
	$(BIN)/python -m tests.browser.pictures $(in)

migration: .venv/run.stamp ## Write a migration for changed tables: make migration m="what changes"
	$(BIN)/tsudoi migration "$(m)"

translations: .venv/run.stamp ## Collect the sentences of code and pages into the catalogues
	@mkdir -p build
	$(BIN)/pybabel -q extract --mapping=scheduler/translations/babel.cfg --output=build/messages.pot \
		--sort-by-file --no-wrap --add-location=file --project=tsudoi --version= .
	for catalogue in scheduler/translations/*/LC_MESSAGES/messages.po; do \
		language=$${catalogue#scheduler/translations/}; \
		$(BIN)/pybabel -q update --input-file=build/messages.pot --output-file=$$catalogue \
			--locale=$${language%%/*} --no-wrap --no-fuzzy-matching --ignore-obsolete || exit 1; \
	done

requirements: ## Compile the hashed lists from the .in files; upgrade=--upgrade takes newer versions
	$(INSTALL) build/uv uv.txt
	for list in pip uv run; do $(UV) requirements/$$list.in -o requirements/$$list.txt || exit 1; done
	$(UV) -c requirements/run.txt requirements/test.in -o requirements/test.txt
	$(UV) -c requirements/test.txt requirements/postgres.in -o requirements/postgres.txt

clean: ## Remove all that can be made again; instance/ stays
	rm -rf .venv build screenshots *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f $(CATALOGUES)
	find $(wildcard $(CODE)) -name __pycache__ -prune -exec rm -rf {} +

.venv/run.stamp: requirements/run.txt requirements/pip.txt pyproject.toml
	@$(INSTALL) .venv run.txt
	@touch $@

# The test list contains all of the run list, in the same versions.
.venv/test.stamp: requirements/test.txt requirements/pip.txt pyproject.toml
	@$(INSTALL) .venv test.txt
	@touch .venv/run.stamp $@

%.mo: %.po | .venv/run.stamp
	@$(BIN)/pybabel -q compile --input-file=$< --output-file=$@
