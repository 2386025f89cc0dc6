"""An index follows its corpus, and does for it no more than it must."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chat.library.building import RESULTS, Built, Changes, Setup, build_index
from chat.models.catalogue import DEFAULT_ENCODER
from chat.setup import load_library
from chat.suggesting.suggestions import SUGGESTIONS, read_suggestions
from index.late_interaction import Tokens
from index.library import IndexMismatch
from index.versions import IndexBusy, IndexUnavailable, current_version, writing
from ingest.errors import UserError
from ingest.reading import read_report
from ingest.report import Report, UnreadableReport
from ingest.source import PageProgress
from tests.documents import Block, Grid, Heading, Paragraph, to_pptx, to_xlsx
from tests.fakes import HashingEncoder

ROOT = Path(__file__).parents[3]
SALES = "# 新能源汽车报告\n\n## 产销\n\n2024年新能源汽车销量为1286.6万辆，同比增长35.5%。\n"
POLICY = "# 光伏白皮书\n\n## 政策\n\n各地扩大分布式光伏，完善并网规则。\n"
STORAGE = "# 储能报告\n\n储能装机规模增长。\n"


class CountingEncoder(HashingEncoder):
    """Notes what it is asked to embed."""

    def __init__(self, name: str = "hashing") -> None:
        super().__init__(name)
        self.asked: list[str] = []

    def encode_passages(self, texts: Sequence[str], **named: Any) -> Any:
        self.asked += texts
        return super().encode_passages(texts, **named)


@dataclass
class Site:
    """A corpus with its index; notes which files are read, which texts embedded and how often an encoder is loaded."""

    folder: Path
    encoder: CountingEncoder = field(default_factory=CountingEncoder)
    read: list[str] = field(default_factory=list)
    loads: int = 0
    told: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus"

    @property
    def root(self) -> Path:
        return self.folder / "index"

    @property
    def setup(self) -> Setup:
        def load() -> CountingEncoder:
            self.loads += 1
            return self.encoder

        def progress(name: str, done: int, total: int) -> None:
            self.told.append((name, done, total))

        return Setup(self.corpus, self.root, self.encoder.name, load, self._read, progress)

    def _read(
        self, path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None
    ) -> Report:
        self.read.append(path.relative_to(self.corpus).as_posix())
        return read_report(path, entry, progress=progress)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def build(self, **how: bool) -> Built:
        self.forget()
        return build_index(self.setup, **how)

    def forget(self) -> None:
        """What was noted."""
        self.read.clear()
        self.told.clear()
        self.encoder.asked.clear()
        self.loads = 0

    def best(self, question: str) -> str:
        return load_library(self.root, self.encoder).search(question, k=1)[0].passage.text

    def on_disk(self) -> dict[str, tuple[int, int]]:
        """(time of change, inode) of the pointer and of every file of every version."""
        paths = [self.root / "CURRENT", *(path for path in self.root.glob("version-*/**/*") if path.is_file())]
        return {str(path.relative_to(self.root)): (path.stat().st_mtime_ns, path.stat().st_ino) for path in paths}

    def versions(self) -> list[str]:
        return sorted(path.name for path in self.root.glob("version-*"))

    def holds_on_disk(self, words: str) -> bool:
        return any(words.encode() in path.read_bytes() for path in self.root.rglob("*") if path.is_file())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.write("sales.md", SALES)
    made.write("policy.md", POLICY)
    return made


def served_bytes(root: Path) -> dict[str, bytes]:
    """Every file of the served version; whether it is to be alone depends on what was there before."""
    folder = current_version(root)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if name not in ("alone", "checksums.json")}


# --- what a build does ---------------------------------------------------------------------------------------------


def test_a_first_build_makes_an_index_of_every_report(site: Site) -> None:
    assert site.build() == Built(2, 2, changed=True, changes=Changes(new=2), embedded=2)
    assert "1286.6" in site.best("新能源汽车销量")
    assert "分布式" in site.best("光伏政策")


def test_a_second_build_reads_embeds_loads_and_writes_nothing(site: Site) -> None:
    site.build()
    before = site.on_disk()
    assert site.build() == Built(2, 2, changed=False, changes=Changes(unchanged=2))
    assert (site.read, site.encoder.asked, site.loads, site.told) == ([], [], 0, [])
    assert site.on_disk() == before


def test_a_report_touched_but_not_changed_is_the_same(site: Site) -> None:
    site.build()
    site.write("sales.md", SALES)
    assert not site.build().changed
    assert site.read == []


def test_of_three_reports_the_new_one_alone_is_read_and_embedded(site: Site) -> None:
    site.build()
    site.write("more.md", STORAGE)
    assert site.build() == Built(3, 3, changed=True, changes=Changes(new=1, unchanged=2), embedded=1)
    assert (site.read, len(site.encoder.asked)) == (["more.md"], 1)
    assert "储能" in site.best("储能")


def test_of_a_changed_report_what_stayed_is_not_embedded_again(site: Site) -> None:
    site.write("sales.md", SALES + "\n## 出口\n\n2024年出口128.4万辆。\n")
    site.build()
    before = current_version(site.root)
    site.write("sales.md", SALES + "\n## 出口\n\n2024年出口130.1万辆。\n")
    assert site.build() == Built(2, 3, changed=True, changes=Changes(updated=1, unchanged=1), embedded=1)
    assert site.read == ["sales.md"]
    assert not before.exists()
    assert not site.holds_on_disk("128.4")
    assert "130.1" in site.best("出口")


def test_a_report_that_went_leaves_no_version_with_its_words(site: Site) -> None:
    site.build()
    (site.corpus / "policy.md").unlink()
    assert site.holds_on_disk("分布式光伏")
    assert site.build() == Built(1, 1, changed=True, changes=Changes(unchanged=1, removed=1))
    assert not site.holds_on_disk("分布式光伏")
    assert len(site.versions()) == 1


def test_a_build_that_embeds_nothing_loads_no_encoder(site: Site) -> None:
    site.build()
    (site.corpus / "policy.md").unlink()
    site.build()
    assert (site.loads, site.encoder.asked) == (0, [])
    assert "1286.6" in site.best("新能源汽车销量")
    site.write("more.md", STORAGE)
    site.build()
    assert (site.loads, len(site.encoder.asked)) == (1, 1)


def test_an_encoder_of_the_same_name_and_another_dimension_is_not_mixed_with_the_old_vectors(site: Site) -> None:
    site.build()
    site.encoder = CountingEncoder()
    site.encoder.dim = 32
    site.write("more.md", STORAGE)
    with pytest.raises(IndexMismatch, match="现在是 32 维，索引建立时是 64 维；请运行 reportqa build --rebuild"):
        site.build()
    assert site.build(rebuild=True).embedded == 3


def test_what_an_evaluation_quoted_goes_with_a_report_and_stays_while_reports_only_come(site: Site) -> None:
    site.build()
    results = site.root / RESULTS
    results.parent.mkdir()
    results.write_text("各地扩大分布式光伏")
    site.write("more.md", STORAGE)
    site.build()
    assert results.exists()
    (site.corpus / "policy.md").unlink()
    site.build()
    assert not results.exists()


def test_passages_of_slides_and_sheets_say_so(site: Site) -> None:
    grid = Grid((("公司", "收入"), ("谷歌", "12.5"), ("微软", "13.6")))
    site.write("deck.pptx", to_pptx([Heading(1, "市场"), grid], "研究"))
    site.write("book.xlsx", to_xlsx([Heading(1, "份额"), Paragraph("口径为全国。"), grid], "统计"))
    site.build()
    passages = load_library(site.root, site.encoder).passages
    kinds = {(passage.title, passage.page_kind, passage.page is None) for passage in passages}
    assert kinds == {
        ("新能源汽车报告", "page", True),
        ("光伏白皮书", "page", True),
        ("研究", "slide", False),
        ("统计", "sheet", False),
    }


def test_another_place_of_a_passage_says_whether_it_is_a_slide_or_a_sheet(site: Site) -> None:
    said: list[Block] = [Heading(1, "市场"), Paragraph("2024年谷歌的收入为12.5亿元，微软的收入为13.6亿元。")]
    site.write("deck.pptx", to_pptx(said, "研究"))
    site.write("book.xlsx", to_xlsx(said, "统计"))
    site.build()
    (passage,) = (each for each in load_library(site.root, site.encoder).passages if "谷歌" in each.text)
    told = {(passage.title, passage.page_kind), *((place.title, place.page_kind) for place in passage.also_at)}
    assert told == {("研究", "slide"), ("统计", "sheet")}


def test_a_file_that_moved_is_no_new_report_and_not_read_again(site: Site) -> None:
    site.build()
    (site.corpus / "2024").mkdir()
    (site.corpus / "sales.md").rename(site.corpus / "2024" / "sales.md")
    assert site.build() == Built(2, 2, changed=True, changes=Changes(unchanged=2))
    assert (site.read, site.encoder.asked) == ([], [])


def test_a_file_with_another_name_is_read_again_as_its_name_may_be_its_title(site: Site) -> None:
    text = "一段没有标题的长文字，" * 6
    site.write("old.md", text)
    site.build()
    (site.corpus / "old.md").rename(site.corpus / "new.md")
    built = site.build()
    assert (built.changes, built.embedded, site.read) == (Changes(unchanged=3), 0, ["new.md"])
    titles = {passage.title for passage in load_library(site.root, site.encoder).passages}
    assert titles == {"新能源汽车报告", "光伏白皮书", "new"}


def test_an_entry_of_the_manifest_that_changed_is_a_changed_report(site: Site) -> None:
    site.write("manifest.toml", '[[report]]\nid = "s"\nfile = "sales.md"\npublisher = "甲"\n')
    site.build()
    site.write("manifest.toml", '[[report]]\nid = "s"\nfile = "sales.md"\npublisher = "乙"\n')
    built = site.build()
    assert (built.changes, built.embedded, site.read) == (Changes(updated=1, unchanged=1), 0, ["sales.md"])
    assert load_library(site.root, site.encoder).passages[0].publisher == "乙"


def test_whatever_happened_before_an_index_is_the_one_built_from_nothing(site: Site, tmp_path: Path) -> None:
    """Byte for byte: passages, vectors, statistics and what is remembered."""
    shared = "\n两份报告都写到：储能与光伏协同发展，市场空间广阔。\n"
    steps: list[Callable[[], object]] = [
        lambda: site.write("more.md", STORAGE + shared),
        lambda: site.write("policy.md", POLICY + shared),
        (site.corpus / "more.md").unlink,
        lambda: site.write("sub/more.md", STORAGE + shared),
        lambda: site.write("sales.md", SALES.replace("1286.6", "1300.1")),
        lambda: site.write("empty.md", b""),
        lambda: (site.corpus / "policy.md").rename(site.corpus / "a.md"),
    ]
    site.build()
    for number, step in enumerate(steps):
        step()
        site.build()
        anew = tmp_path / f"anew-{number}"
        build_index(replace(site.setup, root=anew))
        assert served_bytes(site.root) == served_bytes(anew)


def test_a_rebuild_reads_and_embeds_all(site: Site) -> None:
    site.build()
    before = current_version(site.root)
    assert site.build(rebuild=True) == Built(2, 2, changed=True, changes=Changes(unchanged=2), embedded=2)
    assert sorted(site.read) == ["policy.md", "sales.md"]
    assert current_version(site.root) != before


def test_code_that_reads_otherwise_reads_all_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build()
    monkeypatch.setattr("ingest.corpus.reading_code", lambda: "another")
    built = site.build()
    assert (built.changed, built.changes, built.embedded) == (True, Changes(unchanged=2), 0)
    assert sorted(site.read) == ["policy.md", "sales.md"]
    assert not site.build().changed


def test_code_that_indexes_otherwise_indexes_all_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build()
    for module in ("index.about", "index.library"):
        monkeypatch.setattr(f"{module}.index_code", lambda: "another")
    built = site.build()
    assert (built.changed, built.embedded, site.read) == (True, 0, [])
    assert not site.build().changed


def test_another_encoder_embeds_all_again(site: Site) -> None:
    site.build()
    site.encoder = CountingEncoder("other")
    with pytest.raises(IndexMismatch, match=r"hashing（64 维）.*other（64 维）"):
        load_library(site.root, site.encoder)
    assert site.build().embedded == 2
    assert site.read == []
    assert "分布式" in site.best("光伏")


def test_a_damaged_index_is_built_anew_without_being_told_to(site: Site) -> None:
    site.build()
    (current_version(site.root) / "dense.faiss").write_bytes(b"")
    with pytest.raises(IndexUnavailable, match=r"dense\.faiss"):
        load_library(site.root, site.encoder)
    assert site.build() == Built(2, 2, changed=True, changes=Changes(new=2), embedded=2)
    assert "1286.6" in site.best("新能源汽车销量")


def test_a_build_that_cannot_be_loaded_is_never_served(site: Site) -> None:
    """An encoder that gives a token two places: what it builds is written, and refused when read back."""

    class Unlike(CountingEncoder):
        def encode_passages(self, texts: Sequence[str], **named: Any) -> Any:
            pooled, tokens = super().encode_passages(texts, **named)
            return pooled, [Tokens(each.vectors, np.repeat(each.starts, 2)) for each in tokens]

    site.build()
    before = site.on_disk()
    site.encoder = Unlike("unlike")
    with pytest.raises(IndexMismatch):
        site.build()
    assert site.on_disk() == before


# --- what it tells -------------------------------------------------------------------------------------------------


def test_progress_names_each_file_and_counts_what_is_embedded(site: Site) -> None:
    site.build()
    assert site.told == [("读取 policy.md", 0, 0), ("读取 sales.md", 0, 0), ("建立索引", 1, 2), ("建立索引", 2, 2)]


def test_the_pages_of_a_file_are_counted(site: Site) -> None:
    def read(path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None) -> Report:
        progress(1, 30)
        return read_report(path, entry)

    build_index(replace(site.setup, read=read))
    assert ("读取 sales.md", 1, 30) in site.told


def test_the_summary_is_one_line() -> None:
    built = Built(3, 251, changed=True, changes=Changes(1, 0, 2, 0), embedded=12, seconds=3.14)
    assert built.summary == "新增 1 份、更新 0 份、未变 2 份、移除 0 份；共 251 段（新嵌入 12 段），用时 3.1 秒"
    same = Built(2, 335, changed=False, changes=Changes(unchanged=2), seconds=0.04)
    assert same.summary == "没有变化，索引无需更新：2 份报告，335 段，用时 0.0 秒"


# --- what cannot be read -------------------------------------------------------------------------------------------


def test_a_report_that_cannot_be_read_is_named_at_every_build_and_tried_once(site: Site) -> None:
    site.write("broken.md", b"")
    site.write("music.mp3", b"ID3")
    for tried in (["broken.md", "music.mp3", "policy.md", "sales.md"], []):
        built = site.build()
        assert site.read == tried
        assert (built.reports, built.passages) == (2, 2)
        assert [str(error).split("：")[0] for error in built.unreadable] == [
            str(site.corpus / "broken.md"),
            str(site.corpus / "music.mp3"),
        ]
    assert not built.changed
    site.write("broken.md", STORAGE)
    built = site.build()
    assert (built.changes, site.read) == (Changes(new=1, unchanged=2), ["broken.md"])


def test_a_file_whose_content_cannot_be_had_is_tried_at_every_build(site: Site) -> None:
    (site.corpus / "link.md").symlink_to(site.corpus / "sales.md")
    site.build()
    built = site.build()
    assert not built.changed
    assert "link.md：是符号链接" in str(built.unreadable[0])


def test_the_second_of_two_copies_is_named_at_every_build(site: Site) -> None:
    site.write("sub/copy.md", SALES)
    for changed in (True, False):
        built = site.build()
        assert (built.reports, built.changed) == (2, changed)
        assert "sub/copy.md：与 新能源汽车报告 的编号相同" in str(built.unreadable[0])


def test_a_copy_takes_the_place_of_the_one_that_went(site: Site) -> None:
    site.write("sub/copy.md", SALES)
    site.build()
    (site.corpus / "sales.md").unlink()
    built = site.build()
    assert (built.reports, built.changes, built.unreadable) == (2, Changes(unchanged=2), ())


@pytest.mark.parametrize("emptied", ["empty", "missing", "unreadable"])
def test_a_corpus_without_a_report_is_refused_and_the_old_index_stays_served(site: Site, emptied: str) -> None:
    site.build()
    before = site.on_disk()
    shutil.rmtree(site.corpus)
    if emptied != "missing":
        site.corpus.mkdir()
    if emptied == "unreadable":
        site.write("scan.md", b"\0")
    with pytest.raises(UnreadableReport) as refused:
        site.build()
    assert str(site.corpus) in str(refused.value)
    assert site.on_disk() == before
    assert "1286.6" in site.best("新能源汽车销量")


def test_where_nothing_can_be_read_the_first_reason_is_told(site: Site) -> None:
    for name in ("sales.md", "policy.md"):
        site.write(name, b"")
    with pytest.raises(
        UnreadableReport, match=r"没有可读的报告；.*policy\.md：文件里没有文字.*（另有 1 份也未能读取）"
    ):
        site.build()


def test_a_folder_without_a_document_gets_no_index(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write("music.mp3", b"ID3")
    with pytest.raises(UnreadableReport, match="没有可读的报告"):
        site.build()
    assert not site.root.exists()


def test_who_wants_to_add_the_first_report_may_begin_with_an_index_of_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.corpus.mkdir()
    assert site.build(may_begin_empty=True) == Built(0, 0, changed=True)
    assert load_library(site.root, site.encoder).search("新能源汽车销量") == []
    assert not site.build(may_begin_empty=True).changed
    site.write("sales.md", SALES)
    assert site.build(may_begin_empty=True) == Built(1, 1, changed=True, changes=Changes(new=1), embedded=1)


def test_an_index_with_reports_never_becomes_one_of_nothing_by_itself(site: Site) -> None:
    site.build()
    before = site.on_disk()
    shutil.rmtree(site.corpus)
    site.corpus.mkdir()  # as where its disk was not mounted
    with pytest.raises(UnreadableReport):
        site.build(may_begin_empty=True)
    (current_version(site.root) / "about.json").write_bytes(b"")
    with pytest.raises(UnreadableReport):
        site.build(may_begin_empty=True)
    assert site.versions() == sorted({name.split("/")[0] for name in before} - {"CURRENT"})


# --- one writer ----------------------------------------------------------------------------------------------------


def test_while_another_writer_is_at_work_nothing_is_even_read(site: Site) -> None:
    with writing(site.root, "build"), pytest.raises(IndexBusy, match="正在建立索引"):
        site.build()
    assert site.read == []


# --- no work, no wait ----------------------------------------------------------------------------------------------


def test_a_build_without_changes_loads_no_library_that_takes_time(site: Site) -> None:
    site.encoder = CountingEncoder(DEFAULT_ENCODER)  # by its name alone the command knows the encoder
    site.build()
    script = (
        "import sys\n"
        "from chat.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "print(code, *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    command = [sys.executable, "-c", script, "build", "--corpus", str(site.corpus), "--index", str(site.root)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60)
    assert run.stderr.startswith("没有变化，索引无需更新：2 份报告，2 段，用时 ")
    code, *modules = run.stdout.split()
    assert code == "0"
    heavy = {"torch", "sentence_transformers", "transformers", "faiss", "jieba", "opencc", "scipy", "numpy"}
    assert not heavy & set(modules)


# --- questions to begin with -----------------------------------------------------------------------------------------

SOLD = "2024年新能源汽车销量是多少？"
BATTERIES = "# 动力电池报告\n\n## 类型\n\n动力电池主要分为锂离子电池、钠离子电池和镓氧电池。\n"


def suggested(site: Site) -> list[str]:
    return [asked.question for asked in read_suggestions(current_version(site.root))]


def test_questions_that_the_reports_answer_are_kept_with_the_index(site: Site) -> None:
    site.build()
    assert suggested(site) == [SOLD]
    site.write("batteries.md", BATTERIES)
    site.build()
    assert suggested(site) == [SOLD, "动力电池分为哪几类？"]
    site.write("sales.md", SALES.replace("2024年", "2023年"))
    site.build()
    assert suggested(site) == [SOLD.replace("2024年", "2023年"), "动力电池分为哪几类？"]


def test_a_removal_takes_the_questions_of_a_report_along_and_keeps_the_others_without_an_encoder(site: Site) -> None:
    site.write("batteries.md", BATTERIES)
    site.build()
    (site.corpus / "batteries.md").unlink()
    site.build()
    assert (suggested(site), site.loads) == ([SOLD], 0)
    assert not site.holds_on_disk("镓氧")


def test_an_index_of_a_release_that_made_no_questions_gets_them_with_the_next_change(site: Site) -> None:
    site.build()
    version = current_version(site.root)
    (version / SUGGESTIONS).unlink()
    recorded = json.loads((version / "checksums.json").read_text("utf-8"))
    del recorded[SUGGESTIONS]
    (version / "checksums.json").write_text(json.dumps(recorded), "utf-8")
    (site.corpus / "policy.md").unlink()
    site.build()
    assert suggested(site)
    assert site.loads == 1


def test_an_encoder_is_loaded_once_for_all_that_a_build_asks(site: Site) -> None:
    site.build()
    site.write("batteries.md", BATTERIES)
    site.build()
    assert site.loads == 1


# --- names that mean the same -----------------------------------------------------------------------------------------


def test_where_who_may_see_what_has_changed_the_index_follows_and_embeds_nothing(site: Site) -> None:
    site.write("summary.md", "# 光伏摘要\n\n## 政策\n\n各地扩大分布式光伏，完善并网规则。\n")

    def found(audience: Callable[[str, str], Hashable]) -> list[tuple[str, int]]:
        setup = replace(site.setup, audience=audience)
        assert [build_index(setup).changed, build_index(setup).changed] == [True, False]
        passages = load_library(site.root, site.encoder).passages
        return sorted((each.title, len(each.also_at)) for each in passages if "光伏" in each.text)

    together = found(lambda _id, _file: "研发部")
    site.forget()
    apart = found(lambda _id, file: file)
    assert (together, apart) == ([("光伏白皮书", 1)], [("光伏摘要", 0), ("光伏白皮书", 0)])
    assert site.encoder.asked == []
    assert found(lambda _id, _file: "市场部") == together


def test_names_that_people_write_are_searched_for_once_the_index_follows_and_nothing_is_embedded_for_it(
    site: Site,
) -> None:
    site.build()
    question = "小电驴卖了多少"
    site.write("aliases.txt", "小电驴=新能源汽车销量\n")
    built = site.build()
    assert (built.changed, built.embedded, site.read, site.encoder.asked) == (True, 0, [], [])
    library = load_library(site.root, site.encoder)
    assert library.search(question)[0].passage.text.startswith("产销")
    assert not site.build().changed


def test_a_line_of_names_that_is_none_is_told_with_its_number_and_the_old_index_stays(site: Site) -> None:
    site.build()
    before = current_version(site.root)
    site.write("aliases.txt", "# 名称\n只有一个名称\n")
    with pytest.raises(UserError, match=r"aliases\.txt 第 2 行"):
        site.build()
    assert current_version(site.root) == before
