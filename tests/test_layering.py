"""The shape of the whole, read from its imports: chat → index → ingest, never back, and nothing heavy at import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ingest", "index", "chat")
BELOW = {"ingest": {"ingest"}, "index": {"index", "ingest"}, "chat": {"chat", "index", "ingest"}}
PATH_OF_A_QUESTION = ("understanding", "evidence", "answering")
HEAVY = {"torch", "sentence_transformers", "transformers", "gradio", "xllamacpp", "huggingface_hub"}
# `--help` waits for none of these either.
NOT_FOR_HELP = HEAVY | {"faiss", "jieba", "opencc", "fastapi", "uvicorn", "httpx", "pandas", "scipy"}
MEANS_NOTHING = {"utils", "util", "common", "base", "manager", "factory", "helpers", "misc"}
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(tree: ast.AST) -> Iterator[str]:
    """The first name of every module that is imported anywhere in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written from the top"
            yield str(node.module).split(".")[0]


def run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that importing a module runs: all but bodies of functions and what is for type checkers alone."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.stmt):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_its_own_layer_and_those_below(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in imported(parsed(path)) if name in {*PACKAGES, "tests"}}
    assert ours <= BELOW[package]


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.parent.name in PATH_OF_A_QUESTION],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_a_step_of_a_question_knows_only_the_steps_before_it(path: Path) -> None:
    before = PATH_OF_A_QUESTION[: PATH_OF_A_QUESTION.index(path.parent.name) + 1]
    modules = {str(node.module) for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)}
    known = {module.split(".")[1] for module in modules if module.startswith("chat.")}
    assert known <= {*before, "answer", "marks", "models"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_heavy_is_imported_before_it_is_used(path: Path) -> None:
    nodes = [node for node in run_at_import(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not HEAVY & {name for node in nodes for name in imported(node)}


def test_the_rule_sees_an_import_in_a_class_or_a_branch_and_not_one_in_a_function() -> None:
    source = "if A:\n    import torch\nclass B:\n    import gradio\ndef f():\n    import faiss\nif TYPE_CHECKING:\n    import jieba"
    nodes = run_at_import(ast.parse(source))
    found = {name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for name in imported(node)}
    assert found == {"torch", "gradio"}


def test_there_is_code_to_read() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(PACKAGES)


def test_the_corpus_holds_data_only() -> None:
    assert not [path for path in (ROOT / "corpus").rglob("*") if path.suffix in {".py", ".pyc", ".sh", ".ipynb"}]


def test_every_file_is_named_for_what_it_does() -> None:
    named = [path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py")]
    assert not [path for path in named if path.stem.removeprefix("test_") in MEANS_NOTHING]


def test_help_loads_nothing_that_takes_time() -> None:
    loaded = (
        "import sys\n"
        "from chat.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code\n"
        "print('loaded:', *sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert "reportqa" in run.stdout
    modules = set(run.stderr.split("loaded:")[1].split())
    assert "chat" in modules
    assert not NOT_FOR_HELP & modules


def test_listing_the_models_loads_nothing_that_takes_time() -> None:
    loaded = "import sys, chat.models.fetching; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert not NOT_FOR_HELP & set(run.stdout.split())


@pytest.mark.parametrize("package", sorted({path.parent.relative_to(ROOT).as_posix() for path in FILES}))
def test_every_module_is_on_the_map_of_its_package_and_in_the_design(package: str) -> None:
    modules = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__"}
    docstring = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))) or ""
    mapped = {line.split()[0] for line in docstring.splitlines() if "  " in line}
    (row,) = (
        line
        for line in (ROOT / "docs" / "design.md").read_text("utf-8").splitlines()
        if line.startswith(f"| `{package}/`")
    )
    listed = set(row.split("|")[3].replace(",", " ").replace(";", " ").split())
    assert (mapped, listed) == (modules, modules)
