# Every target works from a clean clone: `install` makes .venv once and again only when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat test check eval formats bench pictures bench-page bench-scale bench-load budget ablation side-by-side bundle audit portal install clean

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

formats: install
	$(BIN)/reportqa model fetch multilingual-e5-small
	$(BIN)/python -m tests.formats

bench: install
	$(BIN)/python -m tests.bench

pictures: install
	$(BIN)/reportqa model fetch
	$(BIN)/python -m tests.pictures

bench-page: install
	$(BIN)/reportqa model fetch multilingual-e5-small
	$(BIN)/python -m tests.page_bench

bench-scale: install
	$(BIN)/reportqa model fetch multilingual-e5-small
	$(BIN)/python -m tests.scale 1000 10000 100000

# MINUTES=30 adds a soak of that length.
bench-load: install
	MINUTES=$(MINUTES) $(BIN)/python -m tests.load_bench

# How much evidence the model should get, against the wait for its first token; SET=file.jsonl asks another set too.
budget: install
	$(BIN)/reportqa model fetch
	$(BIN)/python -m tests.budget $(if $(SET),--set $(SET))

# SET=folder adds a retrieval set in BEIR's layout.
ablation: install
	$(BIN)/reportqa model fetch multilingual-e5-small
	$(BIN)/python -m tests.ablation $(if $(SET),--set $(SET))

side-by-side: install
	$(BIN)/python -m pip install --editable ".[dev,peers]"
	$(BIN)/reportqa model fetch multilingual-e5-small
	$(BIN)/python -m tests.side_by_side $(if $(SET),--set $(SET))

# Licences of all that is installed; known weaknesses where pip-audit is installed and reaches a feed.
audit: install
	$(BIN)/python -m tests.licences

# Everything to install it on a machine without a network, in TO.
bundle: install
	$(BIN)/reportqa model fetch
	$(BIN)/reportqa bundle $(or $(TO),dist/reportqa-offline)

# A made-up portal on http://127.0.0.1:8001 with reportqa in its page; both end with Ctrl-C.
portal: install
	@export REPORTQA_PORTAL_SECRET=$$($(BIN)/python -c "import secrets; print(secrets.token_hex(32))"); \
	$(BIN)/python docs/portal/portal.py & portal=$$!; trap "kill $$portal" EXIT; \
	echo "门户：http://127.0.0.1:8001"; REPORTQA_CONFIG=docs/portal/reportqa.toml $(BIN)/reportqa chat

install: .venv/.installed

.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "reportqa 需要 Python 3.11 至 3.13，当前为 " + sys.version.split()[0] + "；请用 make PYTHON=/path/to/python3.12 指定")'
	@# Debian and Ubuntu pack these apart from python3; `-m venv` would stop at a half-made .venv without them.
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "reportqa 需要 $(PYTHON) 的 venv 与 ensurepip；Debian、Ubuntu 上请先运行 apt install python3-venv（其他版本的 Python 则为 python3.12-venv 等）" >&2; exit 1; }
	@rm -f $@
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --upgrade "pip>=24.1"
	# torch by itself first: a bare requirement takes a CUDA build of several GB on Linux where a CPU build would do.
	$(BIN)/python -m pip install torch==2.13.0
	$(BIN)/python -m pip install --editable ".[dev]"
	@touch $@

clean:
	rm -rf .venv .reportqa .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
