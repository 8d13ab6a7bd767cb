# Everything here works on a machine with Python 3.11 or later, make and access to the package registries.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= .testflux

# PG=15 runs the tests on the system's PostgreSQL 15 instead of the one that TestFlux brings along.
ifdef PG
export TESTFLUX_PG_BIN ?= /usr/lib/postgresql/$(PG)/bin
endif

.DEFAULT_GOAL := help
.PHONY: help run dev test check bench faults fuzz screens api-types permissions lock clean install install-tests

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install:
	@$(PYTHON) tools/install.py run build

install-tests:
	@$(PYTHON) tools/install.py run build test

run: install ## Install what is missing, build, start everything on http://127.0.0.1:8080 (data in .testflux)
	@$(BIN)/python tools/web.py build
	@exec $(BIN)/testflux serve --data $(DATA) --sample

dev: install ## The same for developers: the API restarts and the page updates itself on every change
	@exec $(BIN)/python tools/dev.py $(DATA)

test: install-tests ## Run every test that this machine can run (PG=15: on PostgreSQL 15; T=path: only these)
	@$(BIN)/python tools/web.py build
	@web=0; $(if $(T),,$(BIN)/python tools/web.py npm test || web=1;) \
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(T) && exit $$web

check: install-tests ## Lint, formats, types, import contracts, for Python and for the web app
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/basedpyright
	@$(BIN)/python tools/web.py npm run check

bench: install-tests ## Run the benchmarks; each prints a table
	@$(BIN)/python tools/web.py build
	@for script in tests/benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

faults: install-tests ## Kill API, worker and PostgreSQL 200 times under load, and lose nothing (ROUNDS=50: fewer)
	@ROUNDS=$(or $(ROUNDS),200) $(BIN)/python -m pytest tests/acceptance/test_kill.py

fuzz: install-tests ## Feed every reader 100,000 mutated reports (N=1000: fewer; FORMATS="trx ctrf": only these)
	@$(BIN)/python tests/fuzz/fuzz.py --count $(or $(N),100000) $(FORMATS)

screens: install-tests ## Photograph every screen, light and dark, wide and narrow, into screens/
	@$(BIN)/python tools/web.py build
	@PYTHONPATH=tests $(BIN)/python tools/screens.py screens

api-types: install-tests ## Write the OpenAPI document and make the web app's client from it anew
	@$(BIN)/python -m testflux.serve.write_openapi web/openapi.json
	@$(BIN)/python tools/web.py npm run api-types

permissions: install-tests ## Write the page of permissions, roles and routes anew
	@$(BIN)/python tools/permission_table.py

LOCK = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(if $(UPGRADE),--upgrade)

lock: install ## Pin requirements/*.txt anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) -c requirements/run.txt --group test -o requirements/test.txt
	$(LOCK) -c requirements/test.txt --group build -o requirements/build.txt

clean: ## Remove what was installed and built; the data in .testflux stays
	rm -rf .venv dist build src/testflux/serve/web_dist web/node_modules web/dist screens
