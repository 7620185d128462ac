# Two commands from nothing: `make run` and `make test`. Everything lives in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test lint bench stills zoo fingerprints clean

run: $(READY)
	$(BIN)/python main.py demo --image resources/sample/chelsea.png

test: lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q -n 2 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/pip install -q -c resources/constraints.txt -e '.[bench]'
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.perf

stills: $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.perf.stills build/stills/light
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.perf.stills build/stills/dark --theme dark --size 1920x1080

fingerprints: $(READY)
	$(BIN)/python -m visualizer.worker.loaders.saved.indexing

# Every network of torchvision and timm, for an hour or two; goes on where it stopped.
zoo: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.zoo

$(READY): pyproject.toml resources/constraints.txt .ci/system-libraries
	sh .ci/system-libraries
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -c resources/constraints.txt -e '.[demo,timm,onnx,hf,dev]'
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
