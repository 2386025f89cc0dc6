"""What has to be there before a question can be asked: an index that follows its corpus, and no model too many."""

import os
import shutil
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chat.catalogue import ModelUnavailable
from chat.config import BUNDLED_ENCODER, Config, EncoderConfig, GeneratorConfig, ModelsConfig
from chat.setup import Built, build_index, fetch_models, load_library
from index.late_interaction import Tokens
from index.library import IndexMismatch
from index.versions import IndexBusy, IndexUnavailable, current_version, writing
from ingest.report import UnreadableReport
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
SALES = "# 新能源汽车报告\n\n## 产销\n\n2024年新能源汽车销量为1286.6万辆，同比增长35.5%。\n"
POLICY = "# 光伏白皮书\n\n## 政策\n\n各地扩大分布式光伏，完善并网规则。\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "sales.md").write_text(SALES, "utf-8")
    (folder / "policy.md").write_text(POLICY, "utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


def on_disk(root: Path) -> dict[str, tuple[int, int]]:
    """(time of change, inode) of the pointer and of every file of every version."""
    paths = [root / "CURRENT", *(path for path in root.glob("version-*/**/*") if path.is_file())]
    return {str(path.relative_to(root)): (path.stat().st_mtime_ns, path.stat().st_ino) for path in paths}


def best(root: Path, question: str) -> str:
    return load_library(root, ENCODER).search(question, k=1)[0].passage.text


def test_a_first_build_makes_an_index_of_every_report(corpus: Path, root: Path) -> None:
    built = build_index(corpus, root, ENCODER)
    assert built == Built(reports=2, passages=2, changed=True, unreadable=())
    assert "1286.6" in best(root, "新能源汽车销量")
    assert "分布式" in best(root, "光伏政策")


def test_a_second_build_of_the_same_writes_nothing(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    before = on_disk(root)
    assert build_index(corpus, root, ENCODER) == Built(reports=2, passages=2, changed=False, unreadable=())
    assert on_disk(root) == before


def test_a_report_touched_but_not_changed_is_the_same(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    before = on_disk(root)
    os.utime(corpus / "sales.md", (1, 1))
    assert not build_index(corpus, root, ENCODER).changed
    assert on_disk(root) == before


def test_a_changed_report_changes_what_is_served_and_the_version_before_is_kept(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    before = current_version(root)
    (corpus / "sales.md").write_text(SALES.replace("1286.6", "1300.1"), "utf-8")
    assert build_index(corpus, root, ENCODER).changed
    assert current_version(root) != before
    assert before.is_dir()
    assert "1300.1" in best(root, "新能源汽车销量")


def test_a_report_added_or_taken_away_changes_what_is_served(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    (corpus / "more.md").write_text("# 储能报告\n\n储能装机规模增长。\n", "utf-8")
    assert build_index(corpus, root, ENCODER) == Built(reports=3, passages=3, changed=True, unreadable=())
    (corpus / "more.md").unlink()
    assert build_index(corpus, root, ENCODER) == Built(reports=2, passages=2, changed=True, unreadable=())
    assert "储能" not in best(root, "储能")


def test_a_rebuild_writes_a_new_version_of_the_same(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    before = current_version(root)
    assert build_index(corpus, root, ENCODER, rebuild=True).changed
    assert current_version(root) != before


def test_a_build_that_cannot_be_loaded_is_never_served(corpus: Path, root: Path) -> None:
    """An encoder that gives a token two places: what it builds is written, and refused when read back."""
    build_index(corpus, root, ENCODER)
    before = on_disk(root)

    class Unlike(HashingEncoder):
        def encode_passages(self, *arguments: Any, **named: Any) -> Any:
            pooled, tokens = super().encode_passages(*arguments, **named)
            return pooled, [Tokens(each.vectors, np.repeat(each.starts, 2)) for each in tokens]

    with pytest.raises(IndexMismatch):
        build_index(corpus, root, Unlike("unlike"))
    assert on_disk(root) == before
    assert "1286.6" in best(root, "新能源汽车销量")


def test_another_encoder_builds_anew(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    with pytest.raises(IndexMismatch, match=r"hashing（64 维）.*other（64 维）"):
        load_library(root, HashingEncoder("other"))
    assert build_index(corpus, root, HashingEncoder("other")).changed
    assert load_library(root, HashingEncoder("other")).search("光伏", k=1)


def test_a_damaged_index_is_built_anew_without_being_told_to(corpus: Path, root: Path) -> None:
    build_index(corpus, root, ENCODER)
    (current_version(root) / "dense.faiss").write_bytes(b"")
    with pytest.raises(IndexUnavailable, match=r"dense\.faiss"):
        load_library(root, ENCODER)
    assert build_index(corpus, root, ENCODER).changed
    assert "1286.6" in best(root, "新能源汽车销量")


def test_progress_counts_passages_up_to_all_of_them(corpus: Path, root: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build_index(corpus, root, ENCODER, progress=lambda *event: told.append(event))
    assert told == [("建立索引", 1, 2), ("建立索引", 2, 2)]


def test_a_report_that_cannot_be_read_is_returned_and_the_others_are_built(corpus: Path, root: Path) -> None:
    (corpus / "broken.md").write_bytes(b"")
    (corpus / "scan.pdf").write_bytes(b"%PDF-1.7")
    built = build_index(corpus, root, ENCODER)
    assert (built.reports, built.passages, built.changed) == (2, 2, True)
    assert sorted(Path(str(error).split("：")[0]).name for error in built.unreadable) == ["broken.md", "scan.pdf"]
    assert "1286.6" in best(root, "新能源汽车销量")


@pytest.mark.parametrize("emptied", ["empty", "missing", "unreadable"])
def test_a_corpus_without_a_report_is_refused_and_the_old_index_stays_served(
    corpus: Path, root: Path, emptied: str
) -> None:
    build_index(corpus, root, ENCODER)
    before = on_disk(root)
    shutil.rmtree(corpus)
    if emptied != "missing":
        corpus.mkdir()
    if emptied == "unreadable":
        (corpus / "scan.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(UnreadableReport) as refused:
        build_index(corpus, root, ENCODER)
    assert str(corpus) in str(refused.value)
    assert on_disk(root) == before
    assert "1286.6" in best(root, "新能源汽车销量")


def test_while_another_writer_is_at_work_a_build_is_refused(corpus: Path, root: Path) -> None:
    with writing(root), pytest.raises(IndexBusy, match=f"进程号 {os.getpid()}"):
        build_index(corpus, root, ENCODER)


# --- models --------------------------------------------------------------------------------------------------------


@pytest.fixture
def cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub answers and pip finds no wheel: what is asked for cannot be had, and the notices tell what it was."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def config(tmp_path: Path, *, encoder: str, generator: GeneratorConfig) -> Config:
    models = ModelsConfig(str(tmp_path / "models"))
    return replace(Config(), models=models, encoder=EncoderConfig(encoder), generator=generator)


OWN = "/models/an-encoder-of-our-own"
NONE = GeneratorConfig(backend="none")
SMALL = "qwen2.5-coder-0.5b-instruct"


@pytest.mark.usefixtures("cut_off")
@pytest.mark.parametrize(
    ("encoder", "generator"),
    [
        (OWN, NONE),
        (OWN, GeneratorConfig(backend="openai", base_url="http://127.0.0.1:1/v1", model="any")),
        (OWN, GeneratorConfig(backend="local", path="/models/own.gguf")),
    ],
)
def test_nothing_is_fetched_where_nothing_is_needed(tmp_path: Path, encoder: str, generator: GeneratorConfig) -> None:
    fetch_models(config(tmp_path, encoder=encoder, generator=generator), notice=pytest.fail)
    assert not (tmp_path / "models").exists()


@pytest.mark.usefixtures("cut_off")
def test_without_a_generator_only_the_encoder_is_asked_for(tmp_path: Path) -> None:
    notices: list[str] = []
    with pytest.raises(ModelUnavailable, match=BUNDLED_ENCODER):
        fetch_models(config(tmp_path, encoder=BUNDLED_ENCODER, generator=NONE), notice=notices.append)
    asked = [notice for notice in notices if notice.startswith("正在获取")]
    assert asked
    assert all(BUNDLED_ENCODER in notice for notice in asked)


@pytest.mark.usefixtures("cut_off")
def test_a_local_generator_is_asked_for_unless_it_is_not_wanted(tmp_path: Path) -> None:
    local = config(tmp_path, encoder=OWN, generator=GeneratorConfig(backend="local", model=SMALL))
    fetch_models(local, generator=False, notice=pytest.fail)
    with pytest.raises(ModelUnavailable, match=SMALL):
        fetch_models(local)


@pytest.mark.usefixtures("cut_off")
def test_what_is_here_is_not_fetched_again() -> None:
    """The bundled encoder that `reportqa model fetch` has put in its usual place."""
    fetch_models(replace(Config(), generator=NONE), notice=pytest.fail)
