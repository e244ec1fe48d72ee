# The only door: every target makes what it needs (virtual environment, engines) by itself.
# Needs GNU make and Python 3.11 or newer; nothing else has to be installed or running.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= 2
# Whole houses, several to a test, that are broken and timed: beside anything else they would tell of that.
HOUSES := tests/faults tests/scale
COMPILE := $(VENV)-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet $(UPGRADE)
# The lock names everything that is needed; left to resolve, pip would reach for a newer release of
# what some package asks for with an extra (coverage[toml]), and refuse that for want of a hash.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps

# An interpreter that was moved or removed leaves a dangling link behind: make the environment anew.
ifeq ($(wildcard $(BIN)/python),)
.PHONY: $(VENV)/.made
endif

define find_python
found=; \
for name in $${PYTHON:-} python3 python python3.13 python3.12 python3.11 python3.14; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
done; \
if [ -z "$$found" ]; then \
	echo "Helpline needs Python 3.11 or newer, and no python3 on PATH is one ($$(python3 --version 2>&1 || true))." >&2; \
	echo "Install it (Debian: apt-get install python3 python3-venv), or name one: make PYTHON=/path/to/python3.11 ..." >&2; \
	exit 1; \
fi; \
if ! $$found -c 'import venv, ensurepip' 2>/dev/null; then \
	echo "$$found has no venv/ensurepip module. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	exit 1; \
fi
endef

.PHONY: run
run: $(VENV)/.run ## Run the whole platform here (ARGS="--open --port 9000")
	@exec $(BIN)/python manage.py up $(ARGS)

.PHONY: test
test: $(VENV)/.dev ## Run the tests on throw-away engines (ARGS="tests/chat -k claim", WORKERS=2)
	@exec env -u DJANGO_SETTINGS_MODULE $(BIN)/python -m pytest -n $(WORKERS) --dist load \
		$(or $(ARGS),$(addprefix --ignore=,$(HOUSES)))

.PHONY: faults
faults: $(VENV)/.dev ## Break each part of whole houses, three times in a row; wants the machine for itself
	@for round in 1 2 3; do \
		env -u DJANGO_SETTINGS_MODULE $(BIN)/python -m pytest -n $(WORKERS) --dist load $(HOUSES) || exit; \
	done

.PHONY: races
races: $(VENV)/.dev ## Run the races and the shift at their whole number (`make test` runs a part)
	@exec env -u DJANGO_SETTINGS_MODULE HELPLINE_WHOLE=1 $(BIN)/python -m pytest -n $(WORKERS) --dist load \
		$(shell grep -l 'import sized' tests/*/*.py)

.PHONY: screenshots
screenshots: $(VENV)/.dev ## Run the tests in a browser and keep a picture of each page (tests/screenshots)
	@rm -rf tests/screenshots
	@exec env -u DJANGO_SETTINGS_MODULE HELPLINE_SCREENSHOTS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist load \
		$(or $(ARGS),tests/e2e)

.PHONY: fmt
fmt: $(VENV)/.dev ## Format Python and templates, repair what the linter can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	find templates -name '*.html' -print0 2>/dev/null | xargs -0 -r $(BIN)/djade --target-version 5.2 || true

.PHONY: lint
lint: $(VENV)/.dev ## Check format, style, templates and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	if [ -d templates ]; then $(BIN)/djlint --lint --quiet templates; fi

.PHONY: types
types: $(VENV)/.dev ## Check types (mypy --strict)
	$(BIN)/mypy $(ARGS)

.PHONY: bench
bench: $(VENV)/.dev ## Measure on this machine (ARGS are passed on)
	@exec $(BIN)/python -m bench $(ARGS)

.PHONY: drill
drill: $(VENV)/.dev ## Restore backups of main and count what can be read (ARGS="--each 20")
	@exec env -u DJANGO_SETTINGS_MODULE $(BIN)/python -m tests.drill $(ARGS)

.PHONY: ci
ci: lint types test ## Everything a change must pass

.PHONY: clean
clean: ## Remove the local demo with all its data (.helpline); refused while it runs
	@$(find_python); $$found -P helpline/state.py --remove .helpline
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage htmlcov

.PHONY: lock
lock: $(VENV)-lock/bin/uv ## Compile requirements/*.txt anew (UPGRADE=--upgrade to move versions)
	cd requirements && ../$(COMPILE) base.in -o base.txt >/dev/null
	cd requirements && ../$(COMPILE) base.in embedded.in -c base.txt -o run.txt >/dev/null
	cd requirements && ../$(COMPILE) base.in embedded.in dev.in -c run.txt -o dev.txt >/dev/null

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.made:
	@$(find_python); echo "Making $(VENV) with $$($$found --version) ..."; $$found -m venv --clear $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.made
	@echo "Installing what the platform needs (once; about 20 s) ..."
	@$(INSTALL) -r requirements/run.txt
	@touch $@

# dev.txt holds all of run.txt, so this serves `make run` too.
$(VENV)/.dev: requirements/dev.txt requirements/run.txt $(VENV)/.made
	@echo "Installing what the checks and tests need (once; about a minute) ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $(VENV)/.run $@

$(VENV)-lock/bin/uv:
	@$(find_python); $$found -m venv --clear $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --disable-pip-version-check --quiet uv
