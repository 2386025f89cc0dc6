# Every target works from a clean clone: `install` makes .venv once and again only when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat test check eval bench install clean

chat: install
	$(BIN)/reportqa chat

test: install check
	$(BIN)/reportqa model fetch
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

eval: install
	$(BIN)/reportqa build
	$(BIN)/reportqa eval

bench: install
	$(BIN)/python -m tests.bench

install: .venv/.installed

.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "reportqa 需要 Python 3.11 至 3.13，当前为 " + sys.version.split()[0] + "；请用 make PYTHON=/path/to/python3.12 指定")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --upgrade "pip>=24.1"
	# torch by itself first: a bare requirement takes a CUDA build of several GB on Linux where a CPU build would do.
	$(BIN)/python -m pip install torch==2.13.0
	$(BIN)/python -m pip install --editable ".[dev]"
	@touch $@

clean:
	rm -rf .venv .reportqa .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
