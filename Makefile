# Everything starts here: `make` prints what there is. GNU make 4.3, a POSIX shell, git and Python 3.11 or newer are all
# that is needed; the plain commands behind each target stand in README.md.

.POSIX:
.SUFFIXES:
.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
# The Python that makes .venv; another may be named: make run PYTHON=/opt/python3.13/bin/python3
PYTHON = $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && \
	{ echo "$$name"; break; }; done)
# Two cores are what our machines have; more workers than cores only wait for each other.
WORKERS := $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ "$$cores" -lt 2 ] && echo 1 || echo 2)
ARGS :=
# A stamp is named by what was installed, so an old pin brought back by git is noticed like a new one.
stamp = $(VENV)/.installed-$(1)-$(shell cat $(2) 2>/dev/null | cksum | cut -d ' ' -f 1)
RUNNING := $(call stamp,run,requirements.txt)
TESTING := $(call stamp,dev,requirements.txt requirements-s3.txt requirements-pdf.txt requirements-dev.txt)
BABEL := $(BIN)/python -m babel.messages.frontend
# The errors of cbe/domain/errors.py carry a text as their first argument.
EXTRACT := $(BABEL) -q extract -F babel.cfg --no-location --sort-output --no-wrap --project=cbe \
	--copyright-holder="the cbe authors" -k N_ -k _l -k lazy_gettext -k lazy_pgettext:1c,2 \
	-k NotFound -k Forbidden -k Conflict -k AlreadyDone -k Obstacle -k Worded \
	-k Unfetched -k Unreadable -k Malformed -k Forged -k Unsupported -k NoKey -k _Refused
LANGUAGE :=
TEXTS := $(VENV)/messages.pot
CATALOGUES := $(wildcard cbe/translations/*/LC_MESSAGES/*.po)

.PHONY: help run test check format bench messages texts clean

help: ## Print this help
	@echo "make <target> [ARGS=…]"; echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

run: $(RUNNING) $(CATALOGUES:.po=.mo) ## Serve cbe on http://127.0.0.1:5000 (CBE_PORT), with the demo on first start
	@$(BIN)/python app.py

test: $(TESTING) $(CATALOGUES:.po=.mo) ## Run every test; ARGS="-k planner" runs some. What this machine lacks is skipped, with the reason
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(TESTING) ## Lint, check the format and the types
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

format: $(TESTING) ## Format the code and mend what ruff can mend
	@$(BIN)/python -m ruff check --fix --quiet . ; $(BIN)/python -m ruff format .

bench: $(TESTING) ## Measure speed against plain networkx; ARGS="learner plan" runs some scenarios
	@$(BIN)/python -m bench $(ARGS)

messages: texts ## Collect the texts people read into the catalogues; LANGUAGE=fr begins one
	@if [ -n "$(LANGUAGE)" ]; then $(BABEL) -q init -i $(TEXTS) -d cbe/translations -l $(LANGUAGE); \
	else $(BABEL) -q update --no-fuzzy-matching --ignore-obsolete --no-wrap -i $(TEXTS) -d cbe/translations; fi

texts: $(RUNNING)
	@$(EXTRACT) -o $(TEXTS) .

clean: ## Remove what was installed and compiled; your data in instance/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis $(CATALOGUES:.po=.mo)

$(CATALOGUES:.po=.mo): %.mo: %.po | $(RUNNING)
	@$(BABEL) -q compile -i $< -o $@

# Not .venv/bin/python: that is there before pip is, and an interrupted first run would stay broken.
$(VENV)/.made:
	@python="$(PYTHON)"; [ -n "$$python" ] || { \
		echo "cbe needs Python 3.11 or newer with its venv module, and none was found" >&2; \
		echo "(python3 here is: $$(python3 --version 2>&1 || echo none))." >&2; \
		echo "On Debian or Ubuntu: apt-get install python3 python3-venv. Elsewhere: make run PYTHON=/path/to/python3" >&2; \
		exit 1; }; \
	echo "Making $(VENV) with $$("$$python" --version) …"; "$$python" -m venv $(VENV) && touch $@

$(RUNNING): | $(VENV)/.made
	@echo "Installing what running needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@rm -f $(VENV)/.installed-run-*; touch $@

$(TESTING): | $(VENV)/.made
	@echo "Installing what testing needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -f $(VENV)/.installed-*; touch $@ $(RUNNING)
