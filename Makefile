# Two commands from nothing: `make run` and `make test`. Everything lives in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test lint bench fingerprints clean

run: $(READY)
	$(BIN)/python main.py demo --image resources/sample/chelsea.png

test: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/pip install -q -c resources/constraints.txt -e '.[bench]'
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.perf

fingerprints: $(READY)
	$(BIN)/python -m visualizer.worker.loaders.saved.indexing

$(READY): pyproject.toml resources/constraints.txt .ci/system-libraries
	sh .ci/system-libraries
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -c resources/constraints.txt -e '.[demo,timm,onnx,hf,dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
