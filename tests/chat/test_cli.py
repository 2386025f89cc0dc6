"""The commands, run for real on a small corpus with the bundled encoder and no language model."""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat.cli import main
from chat.config import Config, load_encoder, models_folder
from chat.models.catalogue import CATALOGUE, DEFAULT_ENCODER
from chat.records.database import FILE, records_of
from chat.records.feedback import Cited, Feedback, FeedbackStore
from index.versions import writing
from tests.chat.models.test_endpoint import Answering, delta, serving
from tests.documents import Block, Heading, Paragraph, to_pptx, to_xlsx

CARS = """# 新能源汽车产业报告

## 一、产销

2024年新能源汽车销量1286.6万辆，同比增长35.5%。

## 二、出口

2024年新能源汽车出口128.4万辆，同比增长6.7%。
"""
SOLAR = "# 光伏行业白皮书\n\n## 一、装机\n\n2023年光伏新增装机216.88吉瓦，同比增长148%。\n"
MANIFEST = """[[report]]
id = "cars-2025"
file = "reports/cars.md"
title = "新能源汽车产业报告"
publisher = "某研究院"
published = "2025"
"""
EXPORTS = "2024年新能源汽车出口128.4万辆，同比增长6.7%。"
PASSAGE = f"二、出口\n\n{EXPORTS}"
ASKED = "2024年新能源汽车出口多少万辆？"
TINY_SET = [
    {
        "id": "t1",
        "type": "fact",
        "question": ASKED,
        "must": [["128.4"]],
        "evidence": [{"report": "cars-2025", "quote": "出口128.4万辆"}],
        "answerable": True,
    },
    {"id": "t2", "type": "unanswerable", "question": "1998年新能源汽车出口多少万辆？", "answerable": False},
]


@dataclass(frozen=True, slots=True)
class Site:
    """A corpus with its index, and a configuration that names both."""

    folder: Path
    code: int
    said: str

    @property
    def config(self) -> Path:
        return self.folder / "reportqa.toml"

    def files(self) -> dict[str, int]:
        """Every file with its time of change; a lock file that was touched is none of ours."""
        return {
            str(path.relative_to(self.folder)): path.stat().st_mtime_ns
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith("writer.")
        }


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.split("\n")[:-1]]


Run = Callable[..., Ended]


@pytest.fixture(scope="module", autouse=True)
def _each_encoder_is_loaded_once() -> Iterator[None]:
    """The real ones; reading a vocabulary of 250,000 words takes seconds, and nearly every command does."""
    once = cache(lambda encoder, models: load_encoder(Config(encoder=encoder, models=models)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chat.config.load_encoder", lambda config: once(config.encoder, config.models))
        yield


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    (folder / "corpus" / "reports").mkdir(parents=True)
    (folder / "corpus" / "manifest.toml").write_text(MANIFEST, "utf-8")
    (folder / "corpus" / "reports" / "cars.md").write_text(CARS, "utf-8")
    (folder / "corpus" / "reports" / "solar.md").write_text(SOLAR, "utf-8")
    (folder / "tiny.jsonl").write_text(lines(TINY_SET), "utf-8")
    (folder / "other-encoder").symlink_to(models_folder(Config()) / DEFAULT_ENCODER)
    (folder / "reportqa.toml").write_text(
        f'[corpus]\nfolder = "{folder}/corpus"\n[index]\nfolder = "{folder}/index"\n[generator]\nbackend = "none"\n'
    )
    with redirect_stderr(io.StringIO()) as said:
        code = main(["--config", str(folder / "reportqa.toml"), "build"])
    return Site(folder, code, said.getvalue())


@pytest.fixture
def run(site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str | Path, given: bytes = b"") -> Ended:
        monkeypatch.chdir(site.folder)  # where ./reportqa.toml is
        monkeypatch.delenv("REPORTQA_CONFIG", raising=False)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = main([str(argument) for argument in arguments])
        return Ended(code, *capsys.readouterr())

    return run


def lines(objects: Iterable[object]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


# ---- build


def test_a_build_sums_up_what_it_did(site: Site) -> None:
    assert site.code == 0
    assert re.fullmatch(
        r"新增 2 份、更新 0 份、未变 0 份、移除 0 份；共 (\d+) 段（新嵌入 \1 段），用时 \d+\.\d 秒\n", site.said
    )


def test_a_build_without_changes_writes_nothing(site: Site, run: Run) -> None:
    before = site.files()
    ended = run("build")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err.startswith("没有变化，索引无需更新：2 份报告，")
    assert site.files() == before


def test_an_unreadable_report_is_named_and_the_others_are_built(run: Run, tmp_path: Path) -> None:
    corpus = tmp_path / ("很深的" * 20) / "corpus"
    corpus.mkdir(parents=True)
    (corpus / "solar.md").write_text(SOLAR, "utf-8")
    (corpus / "scan.docx").write_bytes(b"PK\x03\x04")
    (corpus / "empty.md").write_bytes(b"")
    ended = run("build", "--corpus", corpus, "--index", tmp_path / "index")
    *unreadable, summary = ended.err.splitlines()
    assert ended.code == 1
    assert [line.partition("：")[0] for line in unreadable] == ["未读入", "未读入"]
    assert f"{corpus}/empty.md：文件里没有文字" in unreadable[0]
    assert f"{corpus}/scan.docx：" in unreadable[1]
    assert summary.startswith("新增 1 份、更新 0 份、未变 0 份、移除 0 份；共 1 段（新嵌入 1 段）")
    found = run("search", "光伏新增装机", "--index", tmp_path / "index")
    assert "216.88吉瓦" in found.out


# ---- add, remove, list


STORAGE = "# 储能报告\n\n2024年新型储能装机73.76吉瓦，同比增长103%。\n"


@pytest.fixture
def library(site: Site, tmp_path: Path) -> Path:
    """A corpus and an index of its own, copied from the site's."""
    shutil.copytree(site.folder / "corpus", tmp_path / "corpus")
    shutil.copytree(site.folder / "index", tmp_path / "index")
    return tmp_path


@pytest.fixture
def within(run: Run, library: Path) -> Run:
    def within(*arguments: str | Path) -> Ended:
        return run(*arguments, "--corpus", library / "corpus", "--index", library / "index")

    return within


def test_a_report_is_added_listed_asked_and_removed(run: Run, within: Run, library: Path) -> None:
    (library / "储能.md").write_text(STORAGE, "utf-8")
    added = within("add", library / "储能.md")
    assert (added.code, added.out) == (0, "")
    told, summary = added.err.splitlines()
    assert told == f"已添加：{library}/储能.md → reports/储能.md"
    assert summary.startswith("新增 1 份、更新 0 份、未变 2 份、移除 0 份；共 4 段（新嵌入 1 段），用时 ")
    assert "73.76吉瓦" in run("search", "新型储能装机", "--index", library / "index").out

    listed = [json.loads(line) for line in within("list", "--json").out.splitlines()]
    assert [(each["title"], each["passages"], each["file"]) for each in listed] == [
        ("新能源汽车产业报告", 2, "reports/cars.md"),
        ("光伏行业白皮书", 1, "reports/solar.md"),
        ("储能报告", 1, "reports/储能.md"),
    ]
    storage = listed[2]["report_id"]

    removed = within("remove", storage[:6])
    assert (removed.code, removed.out) == (0, "")
    told, summary = removed.err.splitlines()
    assert told == f"已移除：储能报告（{storage}）"
    assert summary.startswith("新增 0 份、更新 0 份、未变 2 份、移除 1 份；共 3 段（新嵌入 0 段），用时 ")
    assert "73.76吉瓦" not in run("search", "新型储能装机", "--index", library / "index").out


def test_what_is_there_and_what_cannot_be_read_is_not_added(within: Run, library: Path) -> None:
    (library / "again.md").write_text(SOLAR, "utf-8")
    (library / "empty.md").write_bytes(b"")
    ended = within("add", library / "again.md", library / "empty.md")
    refused, there = ended.err.splitlines()
    assert ended.code == 1
    assert refused.startswith(f"未添加：{library}/empty.md：文件里没有文字")
    assert there == f"已在库中，未重复添加：{library}/again.md（reports/solar.md）"


def test_an_unknown_report_is_told_with_those_there_are(within: Run) -> None:
    ended = within("remove", "cars-2026")
    assert (ended.code, ended.out) == (2, "")
    assert re.fullmatch(r"错误：没有编号为 cars-2026 的报告；现有：cars-2025、e3041d97224e\n", ended.err)


def test_a_list_for_people_shows_each_report_in_a_row(within: Run, library: Path) -> None:
    (library / "corpus" / "reports" / "empty.md").write_bytes(b"")
    within("build")
    ended = within("list")
    assert ended.code == 0
    (row,) = (line for line in ended.out.splitlines() if "cars-2025" in line)
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert cells == ["cars-2025", "新能源汽车产业报告", "某研究院", "2025", "–", "2", "reports/cars.md"]
    assert f"未读入：{library}/corpus/reports/empty.md：文件里没有文字" in ended.out
    assert json.loads(within("list", "--json").out.splitlines()[-1])["error"].endswith("请确认内容后重试")


def test_on_a_damaged_index_the_version_before_answers_and_it_is_said(run: Run, within: Run, library: Path) -> None:
    (library / "corpus" / "reports" / "storage.md").write_text(STORAGE, "utf-8")
    assert within("build").code == 0
    (library / "index" / (library / "index" / "CURRENT").read_text() / "dense.faiss").write_bytes(b"")
    for arguments in (["search", "光伏新增装机"], ["ask", "2023年光伏新增装机多少？"]):
        ended = run(*arguments, "--index", library / "index")
        assert ended.code == 0
        assert "216.88吉瓦" in ended.out
        assert re.fullmatch(r"当前索引已损坏，暂用上一版：.*dense\.faiss：文件已损坏.*\n", ended.err)


def test_while_another_process_writes_the_index_the_exit_code_says_try_again(within: Run, library: Path) -> None:
    (library / "储能.md").write_text(STORAGE, "utf-8")
    with writing(library / "index", "build"):
        for arguments in (["build"], ["add", library / "储能.md"], ["remove", "cars-2025"]):
            ended = within(*arguments)
            assert (ended.code, ended.out) == (75, "")
            assert f"进程 {os.getpid()} 正在建立索引" in ended.err
        assert within("list").code == 0


# ---- what cannot be done


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--corpus", "nowhere", "--index", "new"], "nowhere：没有这个文件夹"),
        (["build", "--corpus", "index", "--index", "new"], "没有可读的报告"),
        (["build", "--index", "reportqa.toml"], "reportqa.toml"),
        (["search", "出口", "--index", "nowhere"], "nowhere：还没有索引；请先运行 reportqa build"),
        (["list", "--index", "nowhere"], "nowhere：还没有索引；请先运行 reportqa build"),
        (["remove", "cars", "--corpus", "nowhere"], "nowhere：没有这个文件夹"),
        (["ask", "出口", "--index", "nowhere"], "nowhere：还没有索引"),
        (["--config", "misspelt.toml", "search", "出口"], "misspelt.toml：未知的配置项 generator.modle"),
        (["--config", "nowhere.toml", "build"], "nowhere.toml：无法读取配置"),
        (["--config", "other.toml", "search", "出口"], "索引由向量模型 multilingual-e5-small"),
        (["ask", "出口", "--jsonl"], "二者选一"),
        (["ask"], "二者选一"),
        (["search", ""], "请输入问题"),
        (["ask", ""], "请输入问题"),
        # Said before anything is loaded, so before the index is missed.
        (["search", " ", "--index", "nowhere"], "请输入问题"),
        (["search", "长" * 100_000, "--index", "nowhere"], "问题过长"),
        (["ask", " ", "--index", "nowhere"], "请输入问题"),
        (["ask", "长" * 2001, "--index", "nowhere"], "问题过长"),
        (["inspect", "nowhere.md"], "nowhere.md：无法读取（没有这个文件或文件夹）"),
        (["inspect", "index"], "index 是文件夹；请给出其中一份报告"),
        (["remove", ""], "报告编号是空的"),
        (["eval", "--questions", "nowhere.jsonl"], "nowhere.jsonl：无法读取题集（没有这个文件或文件夹）"),
        (["eval", "--questions", "reportqa.toml"], "reportqa.toml：第 1 行不是有效的题目"),
        (["eval", "--questions", "tiny.jsonl", "--compare", "tiny.jsonl"], "tiny.jsonl：不是 reportqa eval 写出的结果"),
        (["eval", "--questions", "tiny.jsonl", "--output", "corpus"], "corpus 是文件夹"),
        (["feedback", "--index", "nowhere"], "nowhere：没有这个文件夹；请用 --index"),
        (["feedback", "--questions", "bad.jsonl"], "没有题目可写"),
        (["model", "fetch", "gpt-9"], "没有名为 gpt-9 的模型"),
        (["model", "fetch", "--from", "x.gguf"], "--from 需要同时给出模型名"),
        (["chat", "--host", "0.0.0.0"], "0.0.0.0 不是本机地址，同一网络里的人都能打开"),
        (["--config", "open.toml", "chat", "--host", "192.0.2.1", "--port", "0"], "无法在 192.0.2.1:0 上监听"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value)[:40],
)
def test_what_cannot_be_done_is_said_in_one_line_and_leaves_nothing(
    site: Site, run: Run, arguments: list[str], message: str
) -> None:
    (site.folder / "misspelt.toml").write_text('[generator]\nmodle = "x"\n')
    other = site.config.read_text() + f'[encoder]\nmodel = "{site.folder}/other-encoder"\n'
    (site.folder / "other.toml").write_text(other)
    (site.folder / "open.toml").write_text(site.config.read_text() + '[access]\nways = ["none"]\n')
    before = site.files()
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("错误：")
    assert ended.err.count("\n") == 1
    assert message in ended.err
    assert site.files() == before
    assert not (site.folder / "new").exists()


def test_a_port_in_use_is_said_before_anything_is_loaded(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("chat", "--port", str(port))
    assert ended == Ended(2, "", f"错误：127.0.0.1:{port} 已被占用；请用 --port 换一个端口，或先停止占用它的程序。\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "（还缺 命令）"),
        (["inspect"], "（还缺 FILE）"),
        (["search", "出口", "--k"], "（--k：后面须有一个值）"),
        (["search", "出口", "--k", "0"], "（--k：应为 1 到 100 的整数，实为 0）"),
        (["search", "出口", "--k", "三"], "（--k：应为 1 到 100 的整数，实为 三）"),
        (["chat", "--port", "65536"], "（--port：应为 0 到 65535 的整数，实为 65536）"),
        (["serch"], "（命令：没有 'serch'，可用 "),
        (["model", "gte"], "（操作：没有 'gte'，可用 "),
        (["ask", "出口", "--jsno"], "（多出 --jsno）"),
        (["feedback", "--jsonl", "--questions", "x"], "（--questions：不能与 --jsonl 同用）"),
        (["build", "--rebuild=1"], "（--rebuild：后面不能有值（'1'））"),
    ],
)
def test_a_command_that_is_none_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert said.err.startswith("错误：命令写法不对")
    assert said.err.count("\n") == 1
    assert message in said.err
    assert not re.search(r"argument|require|invalid|expected|choose|ignored", said.err)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "inspect",
        "build",
        "add",
        "remove",
        "list",
        "search",
        "ask",
        "eval",
        "feedback",
        "model",
        "model list",
        "model fetch",
        "model verify",
        "chat",
    ],
)
def test_every_command_explains_itself_in_chinese(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith(f"用法：reportqa {command}".rstrip())
    assert not re.search(r"usage|optional|positional|options|show this", said)
    # Whatever is explained is explained in Chinese.
    assert all(re.search(r"[\u4e00-\u9fff]", line) for line in re.findall(r"^  \S.*?  +(\S.*)$", said, re.MULTILINE))


# ---- search


def test_a_found_passage_is_shown_to_people_with_its_place(run: Run) -> None:
    ended = run("search", ASKED, "--k", "1")
    assert ended.code == 0
    assert ended.out.startswith(
        f"1. 新能源汽车产业报告 › 二、出口  正文\n{PASSAGE}\n引文：某研究院. 新能源汽车产业报告[R]. 2025.\n\n最相关的 "
    )
    assert ended.err == ""


def test_filters_and_pages_narrow_a_search_and_json_is_the_contract(run: Run) -> None:
    everything = run("search", ASKED, "--json").objects[0]
    assert {hit["report_id"] for hit in everything["hits"]} > {"cars-2025"}
    cars = run("search", ASKED, "--json", "--report", "cars-2025", "--kind", "text", "--kind", "list").objects[0]
    assert {(hit["report_id"], hit["kind"]) for hit in cars["hits"]} == {("cars-2025", "text")}
    second = run("search", ASKED, "--json", "--k", "1", "--page", "2").objects[0]
    assert (second["offset"], second["hits"][0]["passage_id"]) == (1, everything["hits"][1]["passage_id"])
    none = run("search", ASKED, "--year", "1999")
    assert none.code == 0
    assert none.out.startswith("没有符合这些筛选条件的段落。\n")
    assert f"不加筛选：{everything['total']} 段\n" in none.out
    undated = run("search", ASKED, "--json", "--year", "unknown").objects[0]
    assert undated["hits"]
    assert {hit["published"] for hit in undated["hits"]} == {""}


def test_a_report_and_a_kind_that_are_not_there_are_named(run: Run) -> None:
    for command in ("search", "ask"):
        ended = run(command, ASKED, "--report", "cars-2025", "--report", "boats")
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("错误：没有编号为 boats 的报告；编号见 reportqa list")
    assert "没有 rows 这种段落" in run("search", ASKED, "--kind", "rows").err
    assert "写在每一行的 filters 中" in run("search", "--jsonl", "--year", "2025", given=b"").err


def test_a_line_of_search_is_exactly_the_contract(run: Run) -> None:
    ended = run("search", "--jsonl", given=lines([{"id": "q-1", "question": ASKED, "k": 1}]).encode())
    (found,) = ended.objects
    (hit,) = found["hits"]
    score, passage_id, ms = hit["score"], hit["passage_id"], found["timings"]["search_ms"]
    assert (type(score), type(passage_id), type(ms), ended.code, ended.err) == (float, str, float, 0, "")
    assert ended.out == (
        f'{{"id": "q-1", "question": "{ASKED}", "standalone_question": "{ASKED}", '
        f'"hits": [{{"rank": 1, "score": {score!r}, "passage_id": "{passage_id}", "report_id": "cars-2025", '
        '"title": "新能源汽车产业报告", "publisher": "某研究院", "published": "2025", "period": "", '
        '"headings": ["新能源汽车产业报告", "二、出口"], "page": null, "page_kind": "page", "kind": "text", '
        f'"text": "二、出口\\n\\n{EXPORTS}", "highlights": {json.dumps(hit["highlights"])}, '
        '"reference": "某研究院. 新能源汽车产业报告[R]. 2025.", "also_at": []}], '
        f'"total": {found["total"]}, "offset": 0, "facets": {json.dumps(found["facets"], ensure_ascii=False)}, '
        f'"nearest_words": {{}}, "loosened": [], "timings": {{"search_ms": {ms!r}}}}}\n'
    )
    assert "出口" in {hit["text"][start:end] for start, end in hit["highlights"]}
    assert {"report_id": "cars-2025", "title": "新能源汽车产业报告"}.items() <= found["facets"]["reports"][0].items()


def test_results_come_in_the_order_of_the_lines_each_with_its_id(run: Run) -> None:
    asked = [{"id": 7, "question": ASKED}, {"question": "光伏装机"}, {"id": "x", "question": ASKED}]
    ended = run("search", "--jsonl", "--k", "2", given=lines(asked).encode())
    assert [found["id"] for found in ended.objects] == [7, None, "x"]
    assert [found["question"] for found in ended.objects] == [ASKED, "光伏装机", ASKED]
    for found in ended.objects:
        assert [hit["rank"] for hit in found["hits"]] == [1, 2]
        assert found["hits"][0]["score"] >= found["hits"][1]["score"]
    assert "216.88" in ended.objects[1]["hits"][0]["text"]


INVALID = [
    (b"{", None, "JSON"),
    (b"\xff\xfe\xfa", None, "JSON"),
    (b'{"id": "bytes", "question": "\xb3\xf6"}', None, "JSON"),
    (b"[" * 100_000, None, "JSON"),
    (b"[1]", None, "应是一个 JSON 对象"),
    (b'"' + ASKED.encode() + b'"', None, "应是一个 JSON 对象"),
    (b'{"id": 1}', 1, "缺少 question"),
    (b'{"id": "e", "question": " "}', "e", "请输入问题"),
    (b'{"id": "l", "question": "' + b"a" * 100_000 + b'"}', "l", "问题过长：100,000 个字"),
    (b'{"id": "s", "question": "\\ud800"}', "s", "Unicode"),
    (b'{"id": "h", "question": "q", "history": [1]}', "h", "history[0]"),
    (b'{"id": "k", "question": "q", "k": 0}', "k", "k 应是"),
]


@pytest.mark.parametrize("command", ["search", "ask"])
def test_an_invalid_line_gets_its_error_in_its_place_and_the_stream_goes_on(run: Run, command: str) -> None:
    valid = json.dumps({"id": "ok", "question": ASKED}, ensure_ascii=False).encode()
    given = b"\n".join([valid, b"", *(line for line, _, _ in INVALID), b"  \t\r", valid])
    ended = run(command, "--jsonl", given=given)
    first, *errors, last = ended.objects
    assert ended.code == 1
    assert (first["id"], last["id"]) == ("ok", "ok")
    assert first["hits"] == last["hits"] != []
    assert [list(each) for each in errors] == [["id", "error"]] * len(INVALID)
    assert [each["id"] for each in errors] == [id for _, id, _ in INVALID]
    assert [part for (_, _, part), each in zip(INVALID, errors, strict=True) if part not in each["error"]] == []
    assert "Traceback" not in ended.err


def test_an_id_that_cannot_be_written_is_left_out_and_harms_nobody(run: Run) -> None:
    ended = run("search", "--jsonl", given=b'{"id": "\\ud800", "question": "\xe5\x87\xba\xe5\x8f\xa3"}\n')
    assert (ended.code, ended.objects[0]["id"], ended.objects[0]["question"]) == (0, None, "出口")


def test_no_lines_give_no_lines(run: Run) -> None:
    assert run("search", "--jsonl", given=b"\n\n") == Ended(0, "", "")


def test_a_history_makes_a_question_stand_alone(run: Run) -> None:
    history = [
        {"role": "user", "content": "2024年新能源汽车销量多少？"},
        {"role": "assistant", "content": "1286.6万辆。"},
    ]
    ended = run("search", "--jsonl", given=lines([{"question": "那出口呢？", "history": history}]).encode())
    (found,) = ended.objects
    assert found["question"] == "那出口呢？"
    assert "新能源汽车" in found["standalone_question"]
    assert found["hits"][0]["text"] == PASSAGE


# ---- ask


def test_a_line_of_ask_is_exactly_the_contract(run: Run) -> None:
    ended = run("ask", "--jsonl", given=lines([{"id": 1, "question": ASKED}]).encode())
    (answer,) = ended.objects
    assert ended.code == 0
    assert list(answer) == [
        "id", "question", "standalone_question", "hits",
        "answer", "refused", "quoted", "fallback", "missing", "sentences", "citations", "timings",
    ]  # fmt: skip
    assert [list(each) for each in answer["sentences"]] == [
        ["text", "citations", "supported", "state", "composed"]
    ] * len(answer["sentences"])
    assert list(answer["citations"][0]) == [
        "number", "passage_id", "report_id", "title", "publisher", "published", "period", "headings", "page",
        "page_kind", "quote",
    ]  # fmt: skip
    assert list(answer["timings"]) == [
        "search_ms", "waited_ms", "first_token_ms", "total_ms", "prompt_tokens", "answer_tokens",
    ]  # fmt: skip
    assert answer["timings"]["first_token_ms"] is None  # no model wrote this
    assert "\\u" not in ended.out


def test_an_answer_is_its_sentences_with_their_marks_and_every_quote_is_verbatim(run: Run) -> None:
    (answer,) = run("ask", "--jsonl", given=lines([{"question": ASKED}]).encode()).objects
    marked = ((each["text"], "".join(f"[{n}]" for n in each["citations"])) for each in answer["sentences"])
    assert answer["answer"] == "".join(text + marks for text, marks in marked)
    assert f"{EXPORTS}[" in answer["answer"]
    assert answer["refused"] is False
    texts = {hit["passage_id"]: hit["text"] for hit in answer["hits"]}
    assert all(cited["quote"] in texts[cited["passage_id"]] for cited in answer["citations"])


def test_what_the_reports_do_not_say_is_refused(run: Run) -> None:
    (answer,) = run("ask", "--jsonl", given=lines([TINY_SET[1]]).encode()).objects
    assert (answer["refused"], answer["sentences"], answer["citations"]) == (True, [], [])
    assert answer["answer"].startswith("报告中没有找到")


def test_an_answer_for_people_ends_with_its_sources(run: Run) -> None:
    ended = run("ask", ASKED)
    assert ended.code == 0
    assert f"{EXPORTS}[1]" in ended.out
    assert f"[1] 新能源汽车产业报告 · 某研究院 · 2025 › 二、出口\n    {EXPORTS}" in ended.out
    assert "\x1b" not in ended.out + ended.err


# ---- the others


def test_inspect_shows_what_a_report_was_read_as(site: Site, run: Run) -> None:
    ended = run("inspect", site.folder / "corpus" / "reports" / "cars.md")
    assert ended.code == 0
    assert ended.out.startswith("新能源汽车产业报告\n")
    assert "二、出口\n" in ended.out
    assert f"正文 二、出口 {EXPORTS}\n" in ended.out


def test_inspect_tells_the_page_of_each_passage(run: Run, tmp_path: Path) -> None:
    blocks: list[Block] = [
        Heading(1, "市场"),
        Paragraph("规模为12.5亿元。"),
        Heading(1, "展望"),
        Paragraph("预计继续增长。"),
    ]
    for name, content, page in (
        ("甲.pptx", to_pptx(blocks, "研究"), "第 2 张幻灯片"),
        ("乙.xlsx", to_xlsx(blocks, "研究"), "工作表 2"),
    ):
        (tmp_path / name).write_bytes(content)
        ended = run("inspect", tmp_path / name)
        assert f"\n{page} · " in ended.out
        assert re.search(rf"^  正文 {page} .*预计继续增长。$", ended.out, re.MULTILINE)


@pytest.mark.parametrize("arguments", ["inspect corpus/reports/cars.md", "list", "list --json", "model list", "--help"])
def test_who_has_read_enough_hears_no_complaint(site: Site, arguments: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "import sys; from chat.cli import main; sys.exit(main())", *arguments.split()]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": ""}
    ended = subprocess.run(
        command, cwd=site.folder, env=environment, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr.decode()) == (0, "")


def test_model_list_shows_the_whole_catalogue(run: Run) -> None:
    ended = run("model", "list")
    assert ended.code == 0
    shown = re.sub(r"[\s│]", "", ended.out)
    assert [model.name for model in CATALOGUE if model.name[:12] not in shown] == []
    assert "已就绪" in ended.out


def test_an_evaluation_of_retrieval_is_shown_kept_and_compared(site: Site, run: Run, tmp_path: Path) -> None:
    output = tmp_path / "eval" / "first.json"
    retrieval = ("eval", "--retrieval-only", "--questions", "tiny.jsonl")
    ended = run(*retrieval, "--output", output)
    assert ended.code == 0
    assert "首位命中" in ended.out
    assert f"逐题结果：{output}" in ended.out
    kept = json.loads(output.read_text("utf-8"))
    assert (kept["summary"]["all"]["questions"], kept["summary"]["fact"]["hit@1"]) == (2, 1.0)
    assert kept["summary"]["all"]["accuracy"] is None
    kept["summary"]["fact"]["hit@1"] = 0.25
    output.write_text(json.dumps(kept), "utf-8")
    compared = run(*retrieval, "--output", tmp_path / "second.json", "--compare", output)
    assert "1.000 (+0.750)" in compared.out


def test_an_evaluation_of_answers_judges_them(run: Run, tmp_path: Path) -> None:
    assert run("eval", "--questions", "tiny.jsonl", "--output", tmp_path / "all.json").code == 0
    summary = json.loads((tmp_path / "all.json").read_text("utf-8"))["summary"]["all"]
    measured = ("accuracy", "refusal_precision", "refusal_recall", "marks_resolved", "sentences_supported")
    assert [summary[name] for name in measured] == [1.0, 1.0, 1.0, 1.0, 1.0]
    assert summary["drafts_kept"] is None  # no model wrote any


WITH_PASSAGES = {
    "question": "甲公司2022年的收入是多少？",
    "title": "甲公司",
    "passages": ["甲公司2022年的收入为5亿元。", "甲公司位于北京，员工众多。"],
    "answers": [["5亿元"]],
    "gold_passages": [0],
}


def test_questions_with_passages_of_their_own_are_answered_and_judged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(lines([WITH_PASSAGES]), "utf-8")
    ended = run("eval", "--set", tmp_path / "set.jsonl")
    assert ended.code == 0
    assert "：1 题" in ended.out
    assert "答对 1.000（标点也须一致 1.000）· 误拒 0.000" in ended.out
    assert "引文准确率 1.000 · 引文召回率 1.000" in ended.out


def test_any_model_of_an_endpoint_can_be_evaluated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(lines([WITH_PASSAGES]), "utf-8")

    def answer(call: Answering) -> None:
        call.begin()
        call.say(delta("5亿元[1]。", finish="stop"), "[DONE]")

    with serving(answer) as (url, server):
        (tmp_path / "own.toml").write_text(f'[generator]\nbackend = "openai"\nmodel = "m"\nbase_url = "{url}"\n')
        ended = run("--config", tmp_path / "own.toml", "eval", "--set", tmp_path / "set.jsonl")
        assert [body["model"] for _, _, body in server.asked] == ["m", "m"]  # warmed up, then asked
    assert (ended.code, "答对 1.000" in ended.out, "采用初稿 1.000" in ended.out) == (0, True, True)


def test_refusals_are_judged_by_taking_passages_away(run: Run, tmp_path: Path) -> None:
    passages = [
        {"id": "a", "title": "甲", "text": "2021年充电桩的保有量达到520万台。"},
        {"id": "b", "title": "乙", "text": "商业银行的净息差收窄至1.7%。"},
    ]
    queries = [{"id": "q1", "text": "2021年充电桩的保有量是多少"}, {"id": "q2", "text": "商业银行的净息差是多少"}]
    (tmp_path / "corpus.jsonl").write_text(lines(passages), "utf-8")
    (tmp_path / "queries.jsonl").write_text(lines(queries), "utf-8")
    (tmp_path / "qrels.tsv").write_text("query\tpassage\tscore\nq1\ta\t1\nq2\tb\t1\n", "utf-8")
    ended = run("eval", "--set", tmp_path, "--reject")
    assert ended.code == 0
    assert "抽走原文的 1 题：拒答 1.000 · 原文还在的 1 题：未拒答 1.000" in ended.out


# ---- feedback


JUDGED = Feedback(
    id="a0Zz_-4567890123",
    given_at="2026-03-01T08:15:30.250+00:00",
    verdict="down",
    reason="wrong_figure",
    comment="应为\n128.4万辆\x1b[31m。",
    question="那出口呢？",
    standalone_question=ASKED,
    answer="出口98.7万辆[1]。",
    refused=False,
    citations=(Cited("cars-2025", "cars-2025#2"),),
    library="version-000001",
)


@pytest.fixture
def judged(library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The index, with three judgements of one question; the clock on the wall is Beijing's."""
    store = FeedbackStore(records_of(library / "index"), library / "index")
    unexplained = replace(JUDGED, reason="", comment="")
    store.record(replace(JUDGED, id="a" * 16))
    store.record(replace(unexplained, id="b" * 16, given_at="2026-03-02T08:15:30.250+00:00", verdict="up"))
    store.record(replace(unexplained, id="c" * 16, given_at="2026-03-03T08:15:30.250+00:00"))
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        yield library / "index"
    time.tzset()


def test_feedback_is_summed_up_and_the_latest_complaints_are_shown(run: Run, judged: Path) -> None:
    ended = run("feedback", "--index", judged)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "反馈 3 条：有帮助 1，没有帮助 2",
        "原因：数字不对 1，未说明原因 1",
        "",
        "没有帮助的回答，从近到远（最多 20 条）：",
        f"2026-03-03 16:15  未说明原因  {ASKED}",
        f"2026-03-01 16:15  数字不对  {ASKED}",
        "    说明：应为 128.4万辆\ufffd[31m。",
    ]


def test_a_summary_shows_the_latest_twenty(run: Run, judged: Path) -> None:
    store = FeedbackStore(records_of(judged), judged)
    for number in range(25):
        given_at = f"2026-04-{number + 1:02}T00:00:00.000+00:00"
        asked = f"第{number}问？"
        store.record(replace(JUDGED, id=f"{number:016}", given_at=given_at, standalone_question=asked, comment=""))
    shown = run("feedback", "--index", judged).out.splitlines()
    assert shown[0] == "反馈 28 条：有帮助 1，没有帮助 27"
    assert [line.rpartition("  ")[2] for line in shown[4:]] == [f"第{number}问？" for number in range(24, 4, -1)]


def test_no_feedback_yet_is_said_and_makes_no_file(run: Run, library: Path) -> None:
    assert run("feedback", "--index", library / "index") == Ended(0, "还没有反馈。\n", "")
    assert run("feedback", "--index", library / "index", "--jsonl") == Ended(0, "", "")
    assert not (library / "index" / FILE).exists()


def test_feedback_is_written_out_one_object_a_line(run: Run, judged: Path) -> None:
    ended = run("feedback", "--index", judged, "--jsonl")
    assert (ended.code, ended.err, len(ended.objects)) == (0, "", 3)
    assert ended.objects[0] == {
        "answer_id": "a" * 16,
        "given_at": "2026-03-01T08:15:30.250+00:00",
        "verdict": "down",
        "reason": "wrong_figure",
        "comment": "应为\n128.4万辆\x1b[31m。",
        "question": "那出口呢？",
        "standalone_question": ASKED,
        "answer": "出口98.7万辆[1]。",
        "refused": False,
        "citations": [{"report_id": "cars-2025", "passage_id": "cars-2025#2"}],
        "library": "version-000001",
    }


def test_a_complaint_becomes_a_question_that_counts_once_a_person_has_told_what_is_right(
    run: Run, judged: Path, tmp_path: Path
) -> None:
    file = tmp_path / "asked.jsonl"
    ended = run("feedback", "--index", judged, "--questions", file)
    assert (ended.code, ended.out) == (0, "")
    told, todo, kept = ended.err.splitlines()
    assert told == f"已写出 1 题：{file}"
    assert "补全 type 与 answerable" in todo
    assert kept == "文件中有回答的原文，移除报告时不会随之清除。"
    (question,) = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    assert [(each["answer"], each["reason"]) for each in question["feedback"]] == [
        ("出口98.7万辆[1]。", "wrong_figure"),
        ("出口98.7万辆[1]。", ""),
    ]
    assert (question["question"], question["answerable"], question["must"]) == (ASKED, None, [])

    evaluate = ("eval", "--index", judged, "--questions", file, "--output", tmp_path / "result.json")
    refused = run(*evaluate)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"错误：{file}：第 1 行还没有标准答案；请填写 type 与 answerable")
    again = run("feedback", "--index", judged, "--questions", file)
    assert (again.code, again.err) == (2, f"错误：{file} 已经存在，其中可能有人工填写的标准答案；请换一个文件名\n")

    gold = {name: TINY_SET[0][name] for name in ("type", "must", "evidence", "answerable")}
    file.write_text(lines([question | gold]), "utf-8")
    assert run(*evaluate).code == 0
    assert json.loads((tmp_path / "result.json").read_text("utf-8"))["summary"]["all"]["accuracy"] == 1.0


def test_a_build_and_a_removal_leave_feedback_where_it_is(run: Run, within: Run, judged: Path, library: Path) -> None:
    (library / "corpus" / "reports" / "storage.md").write_text(STORAGE, "utf-8")
    assert within("build").code == 0
    assert [each["answer"] for each in run("feedback", "--index", judged, "--jsonl").objects] == [JUDGED.answer] * 3
    assert within("remove", "cars-2025").code == 0
    kept = run("feedback", "--index", judged, "--jsonl").objects
    assert [(each["verdict"], each["answer"]) for each in kept] == [("down", ""), ("up", ""), ("down", "")]


def test_a_feedback_file_that_is_none_is_named(run: Run, library: Path) -> None:
    (library / "index" / FILE).write_bytes(b"x" * 1000)
    ended = run("feedback", "--index", library / "index")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"错误：{library}/index/{FILE}：不是数据库文件；请把它移到别处")


# A shell starts background jobs with Ctrl-C ignored, and a child inherits that.
HEEDS_CTRL_C = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from chat.cli import main; sys.exit(main())"
)


def test_a_stream_is_utf_8_whatever_the_terminal_and_ends_quietly_on_ctrl_c(site: Site) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "gb18030"}
    with subprocess.Popen(
        [sys.executable, "-c", HEEDS_CTRL_C, "--config", str(site.config), "search", "--jsonl", "--k", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(lines([{"id": 1, "question": ASKED}]).encode())
        process.stdin.flush()
        # The answer comes before the input ends: nothing is held back.
        assert json.loads(process.stdout.readline().decode("utf-8"))["hits"][0]["text"] == PASSAGE
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read().decode("gb18030") == "已停止。\n"


def test_chat_begins_with_a_library_of_nothing_and_takes_the_first_report(site: Site, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    command = [sys.executable, "-m", "chat.cli", "--config", str(site.config), "chat", "--port", "0"]
    command += ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        late = threading.Timer(120, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            address = process.stdout.readline().partition("：")[2].partition("（")[0]
            with httpx.Client(base_url=address, timeout=60) as client:
                assert client.get("/api/v1/reports").json() == {"reports": [], "editable": True}
                assert client.get("/chat/").status_code == 200
                assert client.post("/api/v1/ask", json={"question": ASKED}).json()["refused"]
                client.post(
                    "/api/v1/reports",
                    params={"name": "cars.md"},
                    content=CARS.encode(),
                    headers={"content-type": "application/octet-stream"},
                )
                assert "128.4" in client.post("/api/v1/ask", json={"question": ASKED}).json()["answer"]
        finally:
            late.cancel()
            process.kill()


def test_feedback_of_a_configured_database_is_read_and_one_that_cannot_be_reached_is_named(
    run: Run, site: Site, library: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'{site.config.read_text("utf-8")}\n[records]\nurl = "sqlite:///{tmp_path}/kept.db"\n', "utf-8")
    FeedbackStore(records_of(tmp_path, f"sqlite:///{tmp_path}/kept.db"), library / "index").record(JUDGED)
    asked = ("--config", own, "feedback", "--index", library / "index")
    assert [each["answer_id"] for each in run(*asked, "--jsonl").objects] == [JUDGED.id]
    own.write_text('[records]\nurl = "nosuch://db.example.com/x"\n', "utf-8")
    ended = run(*asked)
    assert (ended.code, ended.err.startswith("错误：nosuch://db.example.com/x：缺少数据库驱动 nosuch")) == (2, True)


def test_chat_answers_from_the_index_there_is_where_feedback_cannot_be_cleared(site: Site, library: Path) -> None:
    """A report changed, so what readers said of it has to go, and cannot: the service runs, and says what to do."""
    (library / "index" / FILE).write_bytes(b"x" * 1000)
    (library / "corpus" / "reports" / "solar.md").write_text(SOLAR.replace("216.88", "217"), "utf-8")
    command = [sys.executable, "-m", "chat.cli", "--config", str(site.config), "chat", "--port", "0"]
    command += ["--corpus", str(library / "corpus"), "--index", str(library / "index")]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        late = threading.Timer(120, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            address = process.stdout.readline().partition("：")[2].partition("（")[0]
            with httpx.Client(base_url=address, timeout=60) as client:
                assert "128.4" in client.post("/api/v1/ask", json={"question": ASKED}).json()["answer"]
        finally:
            late.cancel()
            process.kill()
        assert process.stderr is not None
        said = process.stderr.read()
    assert f"索引没有更新：{library}/index/{FILE}：不是数据库文件；请把它移到别处" in said
    assert "先用现有的索引回答。" in said
