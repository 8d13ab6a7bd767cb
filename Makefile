PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/.stamps

.DEFAULT_GOAL := help
.PHONY: help lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

lock: ## Pin requirements/*.txt anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements/run.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) -c requirements/run.txt --group test -o requirements/test.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) -c requirements/test.txt --group build -o requirements/build.txt

clean: ## Remove what was built and installed; .testflux (the data) stays
	rm -rf .venv dist build src/testflux/serve/web_dist web/node_modules web/dist
