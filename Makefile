# `make` lists the commands. ARGS="…" is passed on to the command behind demo, test and the others that take it.
.DEFAULT_GOAL := help
BIN := .venv/bin
PYTHON := $(BIN)/python
ARGS ?=
WORKERS ?= 3
SUITES := $(wildcard tests/unit tests/contract tests/integration tests/e2e)
CHOSEN = $(wildcard $(foreach word,$(ARGS),$(firstword $(subst ::, ,$(word)))))

.PHONY: help
help: ## list the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## make .venv and the embedding model, once per lock file (uv, else venv and pip)
	@tools/setup.sh

.PHONY: demo
demo: export MAKE_STARTED_AT := $(shell date +%s)
demo: setup ## start everything, make a missing reel, say where to watch it (ARGS="--once --json")
	@exec $(PYTHON) -m services demo $(ARGS)

.PHONY: up
up: setup ## start everything and serve until Ctrl-C
	@exec $(PYTHON) -m services up $(ARGS)

# Without a path in ARGS all suites run, the quick ones first, on WORKERS processes (0: in this one); the order is that of tests/conftest.py.
.PHONY: test
test: setup ## run the tests (ARGS="-k search" or ARGS=tests/unit/…)
	@exec $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS) $(if $(CHOSEN),,$(SUITES))

.PHONY: check
check: setup ## formatting, lint, types, layers, .env.example
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(PYTHON) -m services env-example | cmp -s - .env.example || { echo ".env.example is not up to date: make env-example"; exit 1; }

.PHONY: fmt
fmt: setup ## format and mend what can be mended
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix .

.PHONY: env-example
env-example: setup ## write .env.example from shared/settings.py
	$(PYTHON) -m services env-example > .env.example

.PHONY: lock
lock: ## resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --all-extras --group dev pyproject.toml -o requirements.lock

.PHONY: bench
bench: setup ## benchmarks beside a floor or a peer (ARGS="--json --only queue")
	@exec $(PYTHON) -m tests.benchmarks $(ARGS)

.PHONY: chaos load
chaos: setup ## kill and freeze workers, then check every invariant (ARGS="--jobs 200 --workers 4 --seconds 60 --seed 1 --json")
	@exec $(PYTHON) -m tests.chaos $(ARGS)
load: ## many users at once (to come)
	@echo "make load comes with the feeds"; exit 1

.PHONY: clean
clean: ## remove .venv and the tools' caches; the data in .data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find services shared text_to_video tests -name __pycache__ -prune -exec rm -rf {} +
