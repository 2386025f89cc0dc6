"""What is carried to a machine without a network is whole, pinned, and refuses to install where it is not."""

import hashlib
import os
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from chat.config import Config, GeneratorConfig
from chat.models.catalogue import DEFAULT_ENCODER, DEFAULT_GENERATOR
from chat.operations.bundle import (
    INSTALL,
    SUMS,
    BundleFailed,
    archive_sources,
    make_bundle,
    needed_models,
    pinned,
    write_sums,
)

ROOT = Path(__file__).parents[3]


def test_everything_that_is_needed_is_pinned_to_what_runs_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = dict(pin.split("==") for pin in pinned(project["dependencies"]))
    assert pins["gradio"] == version("gradio")
    assert pins["starlette"] == version("starlette")
    assert pins["torch"] == version("torch").partition("+")[0]
    assert "sympy" in pins  # which only torch asks for
    assert "pytest" not in pins  # which only the extra `dev` does


def test_the_models_are_those_that_the_configuration_needs() -> None:
    assert needed_models(Config()) == [DEFAULT_ENCODER, DEFAULT_GENERATOR]
    assert needed_models(Config(generator=GeneratorConfig(backend="none"))) == [DEFAULT_ENCODER]
    assert needed_models(Config(generator=GeneratorConfig(path="/own.gguf"))) == [DEFAULT_ENCODER]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(BundleFailed, match="文件夹不是空的"):
        make_bundle(Config(), tmp_path, models=False, step=lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_sums_are_those_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "a b.whl").write_bytes(b"wheel")
    assert write_sums(tmp_path) == 5
    assert (tmp_path / SUMS).read_text() == f"{hashlib.sha256(b'wheel').hexdigest()}  wheels/a b.whl\n"
    checked = subprocess.run(["sha256sum", "--check", SUMS], cwd=tmp_path, capture_output=True, check=False)
    assert checked.returncode == 0


def test_the_sources_are_archived_with_git_and_without(tmp_path: Path) -> None:
    (tmp_path / "chat" / "__pycache__").mkdir(parents=True)
    (tmp_path / "chat" / "__pycache__" / "x.pyc").write_text("")
    (tmp_path / "chat" / "answer.py").write_text("")
    for sources in (tmp_path, ROOT):
        archive_sources(sources, tmp_path / "sources.tar.gz")
        with tarfile.open(tmp_path / "sources.tar.gz") as tar:
            names = tar.getnames()
        assert "reportqa/chat/answer.py" in names
        assert not [name for name in names if "__pycache__" in name]


def script(folder: Path, **words: str) -> Path:
    here = {"python": ".".join(map(str, sys.version_info[:2])), "machine": os.uname().machine}
    path = folder / "install.sh"
    path.write_text(INSTALL.format(**{**here, "sums": SUMS, "wheels": "wheels", "models": "models", **words}), "utf-8")
    return path


def ran(path: Path, target: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHON": sys.executable}
    return subprocess.run(
        ["sh", path, target], env=environment, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def test_an_altered_file_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("reportqa\n")
    write_sums(tmp_path)
    (tmp_path / "requirements.txt").write_text("another\n")
    run = ran(script(tmp_path), tmp_path / "target")
    assert run.returncode == 1
    assert "被改动，没有安装" in run.stderr
    assert not (tmp_path / "target").exists()


def test_another_python_is_refused(tmp_path: Path) -> None:
    run = ran(script(tmp_path, python="3.9"), tmp_path / "target")
    assert run.returncode == 1
    assert "只适用于 Python 3.9" in run.stderr
