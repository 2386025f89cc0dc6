"""A folder to carry to a machine without a network: every package as a wheel, the models, the sources, checksums and `install.sh`.

The packages are those that run here, in the same versions; so the folder is for the same Python and the same kind of machine.
"""

import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from chat.config import BUNDLED_ENCODER, Config, models_folder
from chat.models.catalogue import find_model
from chat.models.fetching import PINS, locate, verify
from chat.models.partial import read_json
from ingest.errors import UserError
from ingest.language import message

SUMS = "SHA256SUMS"
WHEELS, MODELS = "wheels", "models"
# What the sources are, where there is no git to ask.
_SOURCES = (
    "pyproject.toml",
    "README.md",
    "README.zh-CN.md",
    "LICENSE",
    "ingest",
    "index",
    "chat",
    "deploy",
    "docs",
    "corpus",
)

INSTALL = """#!/bin/sh
# 离线安装：sh install.sh [目标文件夹]，默认 /opt/reportqa。需要 Python {python}（{machine}），不联网。
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${{1:-/opt/reportqa}}
python=${{PYTHON:-python{python}}}
command -v "$python" >/dev/null || {{ echo "没有 $python：这个安装包只适用于 Python {python}；可用 PYTHON=/path/to/python 指定" >&2; exit 1; }}
"$python" -c 'import sys, platform; sys.exit(0 if ("%d.%d" % sys.version_info[:2], platform.machine()) == ("{python}", "{machine}") else 1)' \\
    || {{ echo "这个安装包只适用于 Python {python}、{machine}" >&2; exit 1; }}
echo "校验文件……"
(cd "$here" && sha256sum --check --quiet {sums}) || {{ echo "文件不完整或被改动，没有安装" >&2; exit 1; }}
echo "安装到 $target……"
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/{wheels}" --requirement "$here/requirements.txt"
mkdir -p "$target/models"
if [ -d "$here/{models}" ]; then cp -R "$here/{models}/." "$target/models/"; fi
if [ ! -e "$target/reportqa.toml" ]; then
    printf '[models]\\nfolder = "%s/models"\\n' "$target" > "$target/reportqa.toml"
fi
echo "已安装。检查：$target/bin/reportqa --config $target/reportqa.toml doctor --offline"
"""


class BundleFailed(UserError):
    """A part of the folder could not be had; the message names it."""


def make_bundle(config: Config, folder: Path, *, models: bool, step: Callable[[str], None]) -> int:
    """Fill the folder, which is new or empty; returns the bytes in it. models: whether with those that the configuration needs.

    Raises:
        BundleFailed: the folder has something in it, this is no checkout, or pip cannot get a package.
        ModelUnavailable, ModelAltered: a model is not here or not the pinned one.
    """
    sources = Path(__file__).parents[2]
    if not (sources / "pyproject.toml").is_file():
        raise BundleFailed(message("{sources}：这里没有源码；请在检出的仓库中运行（make bundle）", sources=sources))
    if folder.exists() and any(folder.iterdir()):
        raise BundleFailed(message("{folder}：文件夹不是空的；请换一个，或先清空", folder=folder))
    (folder / WHEELS).mkdir(parents=True, exist_ok=True)
    project = tomllib.loads((sources / "pyproject.toml").read_text("utf-8"))["project"]
    pins = pinned(project["dependencies"])
    step("收集软件包")
    _pip(["wheel", "--no-deps", "--wheel-dir", str(folder / WHEELS), *pins], "软件包")
    _pip(["wheel", "--no-deps", "--wheel-dir", str(folder / WHEELS), str(sources)], "reportqa")
    (folder / "requirements.txt").write_text("\n".join(["reportqa", *pins]) + "\n", "utf-8")
    step("试装")
    offline = ["--no-index", "--find-links", str(folder / WHEELS), "--requirement", str(folder / "requirements.txt")]
    _pip(["install", "--dry-run", "--ignore-installed", *offline], "试装")
    step("打包源码")
    archive_sources(sources, folder / "reportqa-source.tar.gz")
    if models:
        for name in needed_models(config):
            step(f"复制并校验 {name}")
            copy_model(name, models_folder(config), folder / MODELS)
    python = ".".join(map(str, sys.version_info[:2]))
    script = INSTALL.format(python=python, machine=platform.machine(), sums=SUMS, wheels=WHEELS, models=MODELS)
    (folder / "install.sh").write_text(script, "utf-8")
    (folder / "install.sh").chmod(0o755)
    step("计算校验和")
    return write_sums(folder)


def pinned(requirements: Iterable[str]) -> list[str]:
    """What these ask for, and all that this asks for in its turn, as `name==version` of what runs here; sorted.

    Raises:
        BundleFailed: one of them is not installed.
    """
    from packaging.requirements import Requirement  # noqa: PLC0415
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(line, frozenset[str]()) for line in requirements]
    while waiting:
        line, asked_with = waiting.pop()
        wanted = Requirement(line)
        if wanted.marker is not None and not any(wanted.marker.evaluate({"extra": e}) for e in ("", *asked_with)):
            continue
        each, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (each, extras) in seen:
            continue
        seen.add((each, extras))
        try:
            installed = distribution(each)
        except PackageNotFoundError as error:
            raise BundleFailed(message("{package} 没有安装；请先运行 make install", package=each)) from error
        found[each] = installed.version.partition("+")[0]  # a local label (+cpu) names a build that no index may have
        waiting.extend((line, extras) for line in installed.requires or ())
    return sorted(f"{each}=={version}" for each, version in found.items())


def needed_models(config: Config) -> list[str]:
    """The models of the catalogue that the configuration needs."""
    names = [BUNDLED_ENCODER] if config.encoder.model == BUNDLED_ENCODER else []
    if config.generator.backend == "local" and not config.generator.path:
        names.append(config.generator.model)
    return names


def copy_model(name: str, source: Path, target: Path) -> None:
    """A model with its pin, read in full before it is copied.

    Raises:
        ModelUnavailable, ModelAltered: it is not here, or not the pinned one.
    """
    model = find_model(name)
    digest = verify(model, source)
    path = locate(model, source)
    target.mkdir(parents=True, exist_ok=True)
    copied = target / model.file
    shutil.copytree(path, copied) if path.is_dir() else shutil.copyfile(path, copied)
    pins = read_json(target / PINS) | {name: digest}
    (target / PINS).write_text(json.dumps(pins, indent=1) + "\n", "utf-8")


def archive_sources(sources: Path, archive: Path) -> None:
    """The repository as it is committed; without git what belongs to it, without what was made by running it."""
    if (sources / ".git").exists() and shutil.which("git"):
        command = [
            "git",
            "-C",
            str(sources),
            "archive",
            "--format=tar.gz",
            "--prefix=reportqa/",
            "-o",
            str(archive),
            "HEAD",
        ]
        subprocess.run(command, check=True, capture_output=True)
        return
    with tarfile.open(archive, "w:gz") as tar:
        for name in _SOURCES:
            if (sources / name).exists():
                tar.add(
                    sources / name, f"reportqa/{name}", filter=lambda file: None if "__pycache__" in file.name else file
                )


def write_sums(folder: Path) -> int:
    """Write the sha256 of every file as sha256sum does; returns their bytes."""
    lines, size = [], 0
    for path in _files(folder):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.relative_to(folder).as_posix()}\n")
        size += path.stat().st_size
    (folder / SUMS).write_text("".join(lines), "utf-8")
    return size


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != SUMS)


def _pip(arguments: Sequence[str], what: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if run.returncode:
        said = [line for line in run.stderr.splitlines() if line.startswith("ERROR")] or run.stderr.splitlines()[-1:]
        raise BundleFailed(
            message(
                "{what}：pip 未能取得（{reason}）；请检查网络后重试",
                what=what,
                reason=said[-1][:300] if said else run.returncode,
            )
        )
