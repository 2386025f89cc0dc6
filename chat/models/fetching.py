"""How a model's file comes to this machine, is checked and found.

The sources are a path, the hub or its mirror, and wheels, in that order. A file grows beside its place and takes its
name only when it is whole and its sha256 is the pinned one. `<file>.verified.json` remembers the file that was
checked, so that the next start reads no gigabyte; `pins.json` holds each sha256 that the catalogue does not know, from
first use.

Knows nothing of the command line: progress and notices are handed to the caller, both in the language that is spoken.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from chat.models.catalogue import Model, ModelUnavailable
from chat.models.partial import Partial, partial_path, read_json, write_json
from chat.models.sources import Progress, Source, SourceFailed, sources
from index.bundled import CHECKSUMS, BadWeights, EncoderFolderDamaged, make_encoder_folder, verify_encoder_folder
from ingest.errors import UserError
from ingest.language import Message, message, say

State = Literal["ready", "partial", "absent"]
Notice = Callable[[str], None]
"""Called with one sentence that the user should see."""

SPACE_MARGIN = 1.05
GGUF_MAGIC = b"GGUF"
PINS = "pins.json"


class ModelAltered(UserError):
    """A model file that is not the pinned one; it is never used. The message names it and the way out."""


def state(model: Model, models_dir: Path) -> State:
    """Whether the model is here, by its name alone: nothing is read or checked."""
    if (models_dir / model.file).exists():
        return "ready"
    return "partial" if partial_path(models_dir / model.file).exists() else "absent"


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

    source: a file put on this machine by hand, tried first where the model is not there yet. What an interrupted fetch
    left is carried on, whichever source it came from. A second process waits for the first and then finds the model
    there. Where it is there and sound nothing is locked, so the folder may be one that only others write.

    Raises:
        ModelUnavailable: no source could give the file, or the disk has no room for it.
    """

    def found() -> Path:
        path = locate(model, models_dir)
        if source is not None:
            notice(say("{name} 已有且完好，未使用指定的文件 {source}", name=model.name, source=source))
        return path

    # Another process may be putting it in place at this moment: what is not found here is asked again under the lock.
    with suppress(ModelUnavailable, ModelAltered, OSError):
        return found()
    models_dir.mkdir(parents=True, exist_ok=True)
    with _locked(
        models_dir / f"{model.file}.lock",
        lambda: notice(say("另一个进程正在获取 {name}，等待它完成…", name=model.name)),
    ):
        if state(model, models_dir) == "ready":
            try:
                return found()
            except ModelAltered as altered:
                notice(say("{altered}\n现在重新获取。", altered=altered))
        _require_space(model, models_dir)
        failures: list[Message] = []
        for name, write in sources(model, source):
            notice(say("正在获取 {name}，来源：{source}", name=model.name, source=name))
            try:
                return _install(model, models_dir, write, progress, notice)
            except (SourceFailed, OSError) as error:
                failures.append(message("{source}：{error}", source=name, error=error))
                notice(say("来源不可用：{failure}", failure=failures[-1]))
    raise ModelUnavailable(_unavailable(model, failures))


def _install(model: Model, models_dir: Path, write: Source, progress: Progress, notice: Notice) -> Path:
    """Let a source complete the partial file; put it in place if its sha256 is right, remove it if not."""
    target = models_dir / model.file
    expected = model.sha256 or _pins(models_dir).get(model.name)
    with Partial(target) as partial:
        carried = partial.size
        write(partial, progress)
        digest = partial.digest.hexdigest()
        if expected is not None and digest != expected:
            partial.discard()
            if carried:  # the bytes carried on may have been another source's: this one gets a chance of its own
                notice(say("与此前取得的部分合不成原文件，从头再取一次。"))
                return _install(model, models_dir, write, progress, notice)
            raise SourceFailed(
                message("内容不对：sha256 应为 {expected}，实为 {digest}；已删除", expected=expected, digest=digest)
            )
        if model.kind == "generator" and not partial.starts_with(GGUF_MAGIC):
            partial.discard()
            raise SourceFailed(message("内容不是 GGUF 模型文件；已删除"))
        partial.checkpoint()
    if model.kind == "encoder":
        notice(say("正在把 {name} 的权重转换为 SentenceTransformer 目录…", name=model.name))
        try:
            make_encoder_folder(partial.path, target)
        except BadWeights as error:
            raise SourceFailed(error.message) from error
        partial.discard()
        digest = _digest(target)
        _pin(models_dir, model.name, digest)  # the weights are pinned; the folder's bytes follow the library versions
    else:
        partial.path.replace(target)
        _sync_folder(models_dir)
        partial.discard()
        if model.sha256 is None:
            _pin(models_dir, model.name, digest)
    write_json(_verified_path(target), {"stamps": _stamps(target), "sha256": digest})
    return target


def _require_space(model: Model, models_dir: Path) -> None:
    """Room for what is still to come, one wheel beside it, and a margin."""
    partial = partial_path(models_dir / model.file)
    arrived = partial.stat().st_size if partial.exists() else 0
    piece = model.wheels.piece_bytes if model.wheels is not None else 0
    needed = int((max(model.size - arrived, 0) + piece) * SPACE_MARGIN) + model.unpacked
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise ModelUnavailable(
            message(
                "磁盘空间不足：获取 {name} 需要 {needed}，{models_dir} 所在磁盘只剩 {free}；请腾出空间，或在配置中把模型目录换到别的磁盘",
                name=model.name,
                needed=_megabytes(needed),
                models_dir=models_dir,
                free=_megabytes(free),
            )
        )


def _unavailable(model: Model, failures: Sequence[Message]) -> Message:
    """What failed and what may be done, a line for each."""
    ways = [
        message(
            "在能取得的机器上准备好 {wanted}，拷到本机后运行：reportqa model fetch {name} --from 路径",
            wanted=_file_wanted(model),
            name=model.name,
        )
    ]
    if model.hub is not None:
        ways.append(message("设置环境变量 HF_ENDPOINT 为可访问的镜像，再运行一次（已取得的部分会接着用）"))
    if model.kind == "generator":
        ways.append(message("在 reportqa.toml 中改用 OpenAI 兼容接口"))
    else:
        ways.append(message("在 reportqa.toml 中指定本机已有的 SentenceTransformer 目录"))
    said = message("无法取得模型 {name}：", name=model.name)
    for failure in failures:
        said = message("{said}\n  · {failure}", said=said, failure=failure)
    said = message("{said}\n可以这样解决：", said=said)
    for number, way in enumerate(ways, start=1):
        said = message("{said}\n  {number}. {way}", said=said, number=number, way=way)
    return said


def _file_wanted(model: Model) -> Message:
    if model.hub is not None:
        return message("{file}（{repository}）", file=model.hub.file, repository=model.hub.repository)
    assert model.wheels is not None, f"{model.name} has no source"
    piece = model.wheels.pieces[0]
    return message("{requirement} 的 wheel 文件或其中的 {member}", requirement=piece.requirement, member=piece.member)


# --- verify and locate ---------------------------------------------------------------------------------------------


def locate(model: Model, models_dir: Path) -> Path:
    """The path of the model, checked: read whole once, and again only when its size, time or inode has changed.

    Raises:
        ModelUnavailable: it is not there.
        ModelAltered: it is not the pinned one.
    """
    path = models_dir / model.file
    _check_model(model, models_dir, remembered=read_json(_verified_path(path)))
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
        raise ModelUnavailable(message("{path}：模型文件不存在；请检查配置 generator.path", path=path))
    with path.open("rb") as file:
        if file.read(len(GGUF_MAGIC)) != GGUF_MAGIC:
            raise ModelUnavailable(message("{path}：不是 GGUF 模型文件；请检查配置 generator.path", path=path))
    models_dir.mkdir(parents=True, exist_ok=True)
    record = models_dir / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.verified.json"
    way_out = message("若确是您自己换的，请删去 {pins} 中这个路径的一行", pins=models_dir / PINS)
    digest = _current_digest(path, record, remembered=read_json(record))
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
        raise ModelUnavailable(
            message("{path}：模型不在本机；请运行 reportqa model fetch {name}", path=path, name=model.name)
        )
    digest = _current_digest(path, _verified_path(path), remembered=remembered)
    # An encoder's pin is of the folder that was made, not of the weights that it was made from.
    pinned = (
        model.sha256 if model.kind == "generator" and model.sha256 is not None else _pins(models_dir).get(model.name)
    )
    if pinned is None:
        _pin(models_dir, model.name, digest)
    else:
        _compare(path, digest, pinned, message("请运行 reportqa model fetch {name} 重新获取", name=model.name))
    return digest


def _compare(path: Path, digest: str, pinned: str, way_out: Message) -> None:
    if digest != pinned:
        raise ModelAltered(
            message(
                "{path}：内容与登记的不同，已停用（sha256 应为 {pinned}，实为 {digest}）；{way_out}",
                path=path,
                pinned=pinned,
                digest=digest,
                way_out=way_out,
            )
        )


def _current_digest(path: Path, record: Path, *, remembered: Mapping[str, Any]) -> str:
    """The digest remembered for these very files, else the one read from them, which is then recorded."""
    stamps = _stamps(path)  # taken before reading, so that a change while reading shows at the next start
    if remembered.get("stamps") == stamps:
        return str(remembered["sha256"])
    digest = _digest(path)
    with suppress(OSError):  # a read-only models folder is only slower: the file is read at each start
        write_json(record, {"stamps": stamps, "sha256": digest})
    return digest


def _digest(path: Path) -> str:
    """The sha256 of a file; of an encoder's folder, that of its check sums once every file agrees with them."""
    if path.is_dir():
        try:
            verify_encoder_folder(path)
        except EncoderFolderDamaged as error:
            raise ModelAltered(error.message) from error
        path = path / CHECKSUMS
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamps(path: Path) -> dict[str, list[int]]:
    """(size, time of change in ns, inode) of the file, or of each file in the folder."""
    files = sorted(entry for entry in path.rglob("*") if entry.is_file()) if path.is_dir() else [path]
    stats = {file.relative_to(path).as_posix(): file.stat() for file in files}
    return {name: [stat.st_size, stat.st_mtime_ns, stat.st_ino] for name, stat in stats.items()}


# --- small files ---------------------------------------------------------------------------------------------------


def _verified_path(target: Path) -> Path:
    return target.with_name(target.name + ".verified.json")


def _pins(models_dir: Path) -> dict[str, Any]:
    """The sha256 by model name or path; a file that is there and can't be read must not pass for one without pins."""
    pins = read_json(models_dir / PINS)
    if not pins and (models_dir / PINS).exists():
        raise ModelAltered(
            message(
                "{file}：登记文件损坏，无法核对模型；核对过模型来源后可将它删去，下次使用时重新登记",
                file=models_dir / PINS,
            )
        )
    return pins


def _pin(models_dir: Path, key: str, digest: str) -> None:
    with _locked(models_dir / f"{PINS}.lock"):
        write_json(models_dir / PINS, _pins(models_dir) | {key: digest})


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
