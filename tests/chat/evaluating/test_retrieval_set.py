"""A retrieval set in BEIR's layout is read as it stands, and judged by its first relevant passage."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from chat.assistant import Assistant
from chat.evaluating.evaluation import BadQuestions
from chat.evaluating.retrieval_set import evaluate_refusals, evaluate_set, held_out, read_set
from index.library import PassageIndex
from tests.fakes import HashingEncoder

PASSAGES = [
    {"_id": "car#0", "title": "新能源汽车", "text": "充电桩的保有量达到520万台。"},
    {"_id": "car#1", "title": "新能源汽车", "text": "动力电池以磷酸铁锂为主。"},
    {"_id": "bank", "title": "商业银行", "text": "净息差收窄至1.7%。"},
]
QUERIES = [{"_id": "q1", "text": "充电桩的保有量"}, {"_id": "q2", "text": "净息差"}, {"_id": "q3", "text": "没有答案"}]


def write(
    folder: Path, passages: Sequence[object] = PASSAGES, qrels: str = "q1\tcar#0\t1\nq1\tbank\t0\nq2\tcar#1\t1\n"
) -> Path:
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(record) for record in passages), "utf-8")
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(record) for record in QUERIES), "utf-8")
    (folder / "qrels.tsv").write_text("query\tpassage\tscore\n" + qrels, "utf-8")
    return folder


def test_queries_without_a_relevant_passage_are_not_asked(tmp_path: Path) -> None:
    chosen = read_set(write(tmp_path))
    assert list(chosen.queries) == ["q1", "q2"]
    assert chosen.relevant == {"q1": {"car#0"}, "q2": {"car#1"}}
    assert [(passage.id, passage.report_id) for passage in chosen.passages] == [
        ("car#0", "新能源汽车"),
        ("car#1", "新能源汽车"),
        ("bank", "商业银行"),
    ]


def test_the_figures_are_shares_of_the_queries(tmp_path: Path) -> None:
    chosen = read_set(write(tmp_path))
    figures = evaluate_set(PassageIndex.build(chosen.passages, HashingEncoder()), chosen)
    # 充电桩的保有量 finds its passage first; of 净息差 the set wants one that cannot be.
    assert (figures.passages, figures.queries, figures.hit_at_1) == (3, 2, 0.5)
    ranks = [
        hit.rank
        for hit in PassageIndex.build(chosen.passages, HashingEncoder()).search("净息差", k=10)
        if hit.passage.id == "car#1"
    ]
    assert figures.mrr_at_10 == pytest.approx((1 + 1 / ranks[0]) / 2)


@pytest.mark.parametrize(
    ("passages", "qrels", "told"),
    [
        ([{"_id": "a"}], "", "corpus.jsonl：第 1 行"),
        (PASSAGES, "q1\tcar#9\t1\n", "相关段落 car#9"),
        (PASSAGES, "q1 car#0 1\n", "qrels.tsv：第 2 行"),
    ],
)
def test_a_damaged_set_is_named_with_its_line(tmp_path: Path, passages: list[object], qrels: str, told: str) -> None:
    with pytest.raises(BadQuestions, match=told):
        read_set(write(tmp_path, passages, qrels))


def test_a_folder_without_a_set_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match=r"corpus\.jsonl、queries\.jsonl 和 qrels\.tsv"):
        read_set(tmp_path)


def test_a_quarter_of_the_titles_is_taken_out(tmp_path: Path) -> None:
    passages = [{"_id": f"{number}", "title": f"标题{number}", "text": "正文"} for number in range(9)]
    assert held_out(read_set(write(tmp_path, passages, ""))) == {"标题0", "标题4", "标题8"}


def test_a_question_is_refused_rightly_only_where_its_passage_was_taken_out(tmp_path: Path) -> None:
    """The words of a year that no passage speaks of are what decides here: the fake encoder's matches are not judged."""
    passages = [
        {"_id": "a", "title": "甲", "text": "2021年充电桩的保有量达到520万台。"},
        {"_id": "b", "title": "乙", "text": "2031年净息差收窄至1.7%。"},
    ]
    folder = write(tmp_path, passages, "q1\ta\t1\nq2\tb\t1\n")
    queries = [{"_id": "q1", "text": "2021年充电桩的保有量"}, {"_id": "q2", "text": "2031年净息差是多少"}]
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(record) for record in queries), "utf-8")
    chosen = read_set(folder)
    library = PassageIndex.build([chosen.passages[0]], HashingEncoder())
    figures = evaluate_refusals(Assistant(library, None), chosen, {"乙"})
    assert (figures.without, figures.refused, figures.within, figures.kept) == (1, 1.0, 1, 1.0)
