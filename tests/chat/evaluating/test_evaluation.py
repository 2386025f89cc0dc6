"""The measures of `reportqa eval`, worked out by hand, and that nothing but a right answer raises them."""

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from chat.answer import Answer, Citation, Event, Finished, Found, Sentence, Timings, Turn
from chat.assistant import Assistant
from chat.evaluating.evaluation import (
    BadQuestions,
    Gold,
    Result,
    evaluate,
    evidence_ranks,
    is_right,
    keep_results,
    read_questions,
    read_results,
    read_summary,
    summarise,
    write_results,
)
from tests.fakes import EXPORTS, HITS, POLICY, SALES, cite

GOLD = Gold(
    id="g1",
    type="fact",
    question="出口多少？",
    turns=(),
    must=(("128.4万辆", "128.4 万台"),),
    must_not=("98.7",),
    evidence=(("出口128.4万辆",),),
    answerable=True,
)
QUOTE = "2024年新能源汽车出口128.4万辆，同比增长6.7%。"
RIGHT = Answer((Sentence("出口128.4万辆。", (1,), True),), (cite(1, EXPORTS, QUOTE),), HITS)
UNANSWERABLE = replace(GOLD, id="g2", type="unanswerable", must=(), must_not=(), evidence=(), answerable=False)
REFUSED = Answer((), (), HITS, refusal="报告中没有找到可以回答这个问题的内容。")


def gold(*must: Sequence[str], wrong: Sequence[str] = (), type: str = "fact") -> Gold:
    return replace(GOLD, must=tuple(map(tuple, must)), must_not=tuple(wrong), type=type)


# ---- is an answer right


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (gold(["12.5亿"]), "规模为12.5亿元。", True),
        (gold(["12.5亿"]), "规模为 12.5 亿元。", True),
        (gold(["12.5亿"]), "规模为12.6亿元。", False),
        (gold(["1987"], ["Hartwell", "哈特韦尔"]), "1987年由哈特韦尔提出。", True),
        (gold(["1987"], ["Hartwell", "哈特韦尔"]), "1987年提出。", False),
        (gold(["OpenAI"]), "openai 公司", True),
        (gold(["openai"]), "OPENAI", True),
        (gold(["1280"]), "共1,280家", True),
        (gold(["1,280"]), "共1280家", True),
        (gold(["1280"]), "共1，280家", True),
        (gold(["1234567"]), "1,234,567", True),
        (gold(["32022"]), "排名第3，2022年", False),
        (gold(["12"]), "1，2", False),
        (gold(["128.4"], wrong=["98.7"]), "出口128.4万辆", True),
        (gold(["128.4"], wrong=["98.7"]), "出口128.4万辆，其中98.7万辆", False),
        (gold(wrong=["98.7"]), "九十八", True),
    ],
)
def test_a_right_answer_holds_one_spelling_of_every_group_and_no_wrong_one(
    question: Gold, answer: str, right: bool
) -> None:
    assert is_right(question, answer, 200) is right


def test_an_answer_beyond_the_limit_is_not_right_whatever_it_holds() -> None:
    assert is_right(gold(["128.4"]), "128.4" + "。" * 15, 20)
    assert not is_right(gold(["128.4"]), "128.4" + "。" * 16, 20)


# ---- where the evidence stands


def test_each_fact_has_the_rank_of_the_first_passage_that_holds_one_of_its_quotes() -> None:
    asked = replace(GOLD, evidence=(("并网规则",), ("查无此句", "出口 128.4 万辆"), ("查无此句",)))
    assert evidence_ranks(asked, HITS) == (3, 1, None)


def test_a_quote_must_stand_in_one_passage() -> None:
    asked = replace(GOLD, evidence=((EXPORTS.text[-8:] + SALES.text[:8],),))
    assert evidence_ranks(asked, HITS) == (None,)


def test_a_quote_may_stand_in_a_telling_that_was_folded_into_the_passage() -> None:
    places = (replace(EXPORTS.also_at[0], text="出口约128万辆，"), replace(EXPORTS.also_at[0], text="增长近7%。"))
    hits = (HITS[1], replace(HITS[0], passage=replace(EXPORTS, also_at=places), rank=2))
    asked = replace(GOLD, evidence=(("出口约128万辆",), ("出口128.4万辆",), ("128万辆，增长近7%",)))
    assert evidence_ranks(asked, hits) == (2, 2, None)  # the last would run from one telling into the next


def test_without_needed_evidence_there_are_no_ranks() -> None:
    assert evidence_ranks(UNANSWERABLE, HITS) == ()


# ---- asking


@dataclass(frozen=True, slots=True)
class Prepared:
    """Gives every question the same answer over the same hits."""

    answer: Answer

    def search(self, question: str, turns: Sequence[Turn] = (), *, k: int = 10) -> Found:
        return Found(question, question, HITS[:k], Timings(30.0))

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Generator[Event, None, None]:
        found = self.search(question)
        yield found
        yield Finished(found, self.answer, Timings(30.0, 2000.0, 4000.0, 180, 20))


def judged(answer: Answer, asked: Gold = GOLD, *, retrieval_only: bool = False) -> Result:
    (result,) = evaluate(cast(Assistant, Prepared(answer)), [asked], retrieval_only=retrieval_only)
    return result


def said(*sentences: Sentence, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer(sentences, citations, HITS)


def test_a_right_answer_with_a_quote_that_stands_there() -> None:
    assert judged(RIGHT) == Result(
        id="g1",
        type="fact",
        answerable=True,
        ranks=(1,),
        search_ms=30.0,
        right=True,
        direct=True,
        refused=False,
        quoted=False,
        marks=1,
        marks_resolved=1,
        sentences=1,
        sentences_supported=1,
        first_token_ms=2000.0,
        total_ms=4000.0,
        answer="出口128.4万辆。[1]",
        question=GOLD.question,
    )


def test_retrieval_alone_judges_no_answer() -> None:
    result = judged(RIGHT, retrieval_only=True)
    assert result == Result("g1", "fact", answerable=True, ranks=(1,), search_ms=30.0, question=GOLD.question)


def test_every_question_is_told_as_it_is_done() -> None:
    told: list[str] = []
    evaluate(cast(Assistant, Prepared(RIGHT)), [GOLD, UNANSWERABLE], done=lambda result: told.append(result.id))
    assert told == ["g1", "g2"]


@pytest.mark.parametrize(
    ("type", "length", "right", "direct"),
    [
        ("fact", 80, True, True),
        ("fact", 81, True, False),
        ("fact", 200, True, False),
        ("fact", 201, False, False),
        ("list", 160, True, True),
        ("list", 161, True, False),
        ("list", 400, True, False),
        ("list", 401, False, False),
        ("compare", 400, True, False),
        ("table", 201, False, False),
    ],
)
def test_pouring_the_evidence_out_is_no_answer(type: str, length: int, right: bool, direct: bool) -> None:
    text = "出口128.4万辆".ljust(length, "长")
    result = judged(said(Sentence(text, (), True)), gold(["128.4"], type=type))
    assert (result.right, result.direct) == (right, direct)


def test_marks_are_not_counted_towards_the_length() -> None:
    text = "出口128.4万辆".ljust(80, "长")
    cited = (cite(1, EXPORTS, QUOTE),)
    assert judged(said(Sentence(text, (1, 1, 1), True), citations=cited)).direct is True


def test_a_mark_is_no_figure() -> None:
    """An answer cannot hold the figure 12 by citing source 12, nor be wrong by it."""
    cited = tuple(cite(number, EXPORTS, QUOTE) for number in range(1, 13))
    marked = said(Sentence("出口很多", tuple(range(1, 13)), True), citations=cited)
    assert judged(marked, gold(["12"])).right is False
    assert judged(marked, gold(["出口"], wrong=["12"])).right is True
    assert judged(said(Sentence("出口很多[128.4]。", (), True)), gold(["128"])).right is True  # no mark: text
    assert judged(said(Sentence("出口很多[128]。", (), True)), gold(["128"])).right is False  # looks like one


def test_a_refusal_is_never_right_whatever_its_words() -> None:
    asked = gold(["没有"])
    assert judged(REFUSED, asked).right is False
    assert judged(REFUSED, gold()).direct is False


def test_a_question_without_an_answer_is_neither_right_nor_wrong() -> None:
    result = judged(RIGHT, UNANSWERABLE)
    assert (result.right, result.direct, result.refused) == (None, None, False)


def test_a_mark_resolves_only_where_its_quote_stands_in_its_passage() -> None:
    shifted = Citation(2, EXPORTS, QUOTE, 1, 1 + len(QUOTE))
    invented = Citation(3, POLICY, "查无此句", 0, 4)
    empty = Citation(4, POLICY, "", 0, 0)
    cited = (cite(1, EXPORTS, QUOTE), shifted, invented, empty)
    result = judged(said(Sentence("甲。", (1, 2), True), Sentence("乙。", (3, 4, 5), False), citations=cited))
    assert (result.marks, result.marks_resolved) == (5, 1)
    assert (result.sentences, result.sentences_supported) == (2, 1)


def test_a_mark_that_slipped_into_the_text_or_that_the_draft_lost_counts_as_unresolved() -> None:
    cited = (cite(1, EXPORTS, QUOTE),)
    stray = said(Sentence("出口128.4万辆[3]。", (1,), True), citations=cited)
    assert (judged(stray).marks, judged(stray).marks_resolved) == (2, 1)
    lost = replace(RIGHT, dropped_marks=("[7]", "[8]"))
    assert (judged(lost).marks, judged(lost).marks_resolved) == (3, 1)
    assert (judged(REFUSED).marks, judged(REFUSED).marks_resolved) == (0, 0)


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        (Sentence("出口128.4万辆。", (1,), True), True),
        (Sentence("出口１２８.4万辆。", (1,), True), True),  # full-width figures are folded
        (Sentence("出口很多。", (1,), True), True),
        (Sentence("出口128.4万辆，产量1,288.8万辆。", (1, 2), True), True),  # each in one of its passages
        (Sentence("产量1288.8万辆。", (1,), True), False),  # in the passages, not in the cited one
        (Sentence("出口28.4万辆。", (1,), True), False),  # the end of a figure is another figure
        (Sentence("出口128万辆。", (1,), True), False),
        (
            Sentence("相差159.2万辆（1288.8万辆 − 1129.6万辆 = 159.2万辆）。", (1, 2), True, composed=True),
            False,
        ),  # no such term
        (Sentence("相差2.2万辆（1288.8万辆 − 1286.6万辆 = 2.2万辆）。", (2,), True, composed=True), True),
        (Sentence("相差3.2万辆（1288.8万辆 − 1286.6万辆 = 3.2万辆）。", (2,), True, composed=True), False),  # wrong sum
        (Sentence("相差2.2万辆（1288.8万辆 − 1286.6万辆 = 2.2万辆）。", (2,), True), False),  # the model's own
        (Sentence("“次年”即2025年（2024 + 1 = 2025）。", (1,), True, composed=True), True),
        (Sentence("出口很多。", (), True), False),
        (Sentence("出口128.4万辆。", (9,), True), False),  # cites nothing that is there
        (Sentence("出口128.4万辆。", (1,), False), False),  # shown as unsupported
    ],
)
def test_a_supported_sentence_has_every_figure_in_a_passage_it_cites(sentence: Sentence, supported: bool) -> None:
    result = judged(said(sentence, citations=(cite(1, EXPORTS, QUOTE), cite(2, SALES, "1288.8"))))
    assert (result.sentences, result.sentences_supported) == (1, int(supported))


# ---- the figures


def result(id: str, **values: Any) -> Result:
    return Result(**{"id": id, "type": "fact", "answerable": True, "ranks": (1,), "search_ms": 10.0, **values})


def test_the_figures_by_hand() -> None:
    figures = summarise(
        [
            result("a", ranks=(1, 6), right=True, direct=True, refused=False, quoted=False, marks=3, marks_resolved=3,
                   sentences=2, sentences_supported=2, search_ms=10.0, first_token_ms=100.0, total_ms=200.0),
            result("b", ranks=(2,), right=True, direct=False, refused=False, quoted=True, marks=1, marks_resolved=0,
                   sentences=2, sentences_supported=1, search_ms=20.0, first_token_ms=300.0, total_ms=400.0),
            result("c", ranks=(None,), right=False, direct=False, refused=True, quoted=False, search_ms=30.0),
            result("d", type="unanswerable", answerable=False, ranks=(), refused=True, quoted=False, search_ms=60.0),
            result("e", type="unanswerable", answerable=False, ranks=(), refused=False, quoted=False, search_ms=70.0),
        ]
    )  # fmt: skip
    assert figures["all"] == {
        "questions": 5,
        "evidence@5": 0.3333,  # a misses one of its two facts, c its only one
        "hit@1": 0.3333,
        "mrr@10": 0.5,  # (1 + 1/2 + 0) / 3
        "accuracy": 0.6667,
        "direct_accuracy": 0.3333,
        "refusal_precision": 0.5,  # d of c and d
        "refusal_recall": 0.5,  # d of d and e
        "drafts_kept": 0.5,  # a of a and b; the model wrote nothing for the others
        "marks_resolved": 0.75,
        "sentences_supported": 0.75,
        "search_ms_median": 30.0,
        "first_words_ms_median": 200.0,
        "first_token_ms_median": 200.0,
        "total_ms_median": 300.0,
    }
    assert list(figures) == ["all", "fact", "unanswerable"]
    assert (figures["fact"]["questions"], figures["fact"]["refusal_recall"]) == (3, None)
    assert (figures["unanswerable"]["accuracy"], figures["unanswerable"]["evidence@5"]) == (None, None)


def test_an_answer_without_a_model_is_read_when_it_is_there() -> None:
    figures = summarise(
        [
            result("a", right=True, refused=False, first_token_ms=2000.0, total_ms=4000.0),
            result("b", right=True, refused=False, total_ms=100.0),
            result("c", right=False, refused=True, total_ms=50.0),  # no answer has no first words
        ]
    )["all"]
    assert (figures["first_words_ms_median"], figures["first_token_ms_median"]) == (1050.0, 2000.0)


def test_refusing_nothing_has_no_precision_and_no_recall() -> None:
    figures = summarise(
        [
            result("a", right=True, refused=False),
            result("b", answerable=False, ranks=(), refused=False),
        ]
    )["all"]
    assert (figures["refusal_precision"], figures["refusal_recall"]) == (None, 0.0)


def test_refusing_everything_is_not_rewarded() -> None:
    figures = summarise(
        [
            result("a", right=False, refused=True),
            result("b", right=False, refused=True),
            result("c", right=False, refused=True),
            result("d", answerable=False, ranks=(), refused=True),
        ]
    )["all"]
    assert (figures["refusal_precision"], figures["refusal_recall"], figures["accuracy"]) == (0.25, 1.0, 0.0)


def test_retrieval_alone_has_no_figures_of_answers() -> None:
    figures = summarise([result("a"), result("b", ranks=(4,))])["all"]
    measured = {name for name, value in figures.items() if value is not None}
    assert measured == {"questions", "evidence@5", "hit@1", "mrr@10", "search_ms_median"}
    assert (figures["evidence@5"], figures["hit@1"], figures["mrr@10"]) == (1.0, 0.5, 0.625)


def test_no_results_have_no_figures() -> None:
    assert {name: value for name, value in summarise([])["all"].items() if value is not None} == {"questions": 0}


# ---- files


LINE = {
    "id": "d1",
    "type": "followup",
    "question": "那它呢？",
    "history": [{"role": "user", "content": "甲？"}],
    "must": [["2014"], ["甲", "乙"]],
    "must_not": ["2015"],
    "evidence": [{"report": "r", "quote": "2014年，甲", "or": ["甲于2014年"]}],
    "answerable": True,
    "note": "for people",
}


def written(tmp_path: Path, *texts: str) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(texts), "utf-8")
    return path


def line(**changes: Any) -> str:
    return json.dumps(LINE | changes, ensure_ascii=False)


def test_a_line_is_a_question_with_what_its_answer_must_hold(tmp_path: Path) -> None:
    (read,) = read_questions(written(tmp_path, "", line(), " "))
    assert read == Gold(
        id="d1",
        type="followup",
        question="那它呢？",
        turns=(Turn("user", "甲？"),),
        must=(("2014",), ("甲", "乙")),
        must_not=("2015",),
        evidence=(("2014年，甲", "甲于2014年"),),
        answerable=True,
    )


def test_a_line_separator_within_a_question_does_not_end_its_line(tmp_path: Path) -> None:
    (read,) = read_questions(written(tmp_path, line(question="甲\u2028乙？")))
    assert read.question == "甲\u2028乙？"


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "3",
        '{"id": "x"}',
        line(must=["2014"]),
        line(must=[[""]]),
        line(must=[["2014", 2014]]),
        line(must_not="2015"),
        line(evidence=["2014年"]),
        line(evidence=[{"report": "r"}]),
        line(evidence=[{"quote": "甲", "or": "乙"}]),
        line(history=[{"role": "user"}]),
        line(history=None),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: str) -> None:
    path = written(tmp_path, line(), "", bad)
    with pytest.raises(BadQuestions) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}：第 3 行不是有效的题目")


@pytest.mark.parametrize(
    ("unfinished", "finished"),
    [
        ({"answerable": None}, {}),
        ({"type": None}, {}),
        ({"feedback": [{}], "must": []}, {"feedback": [{}]}),  # whatever is answered would be right
        ({"feedback": [{}], "evidence": []}, {"feedback": [{}]}),
        ({"feedback": [{}], "answerable": None}, {"feedback": [{}], "answerable": False, "must": [], "evidence": []}),
    ],
)
def test_lines_without_gold_are_all_named_and_nothing_is_evaluated_until_they_have_it(
    tmp_path: Path, unfinished: dict[str, object], finished: dict[str, object]
) -> None:
    path = written(tmp_path, line(**unfinished), line(), line(**unfinished))
    with pytest.raises(BadQuestions) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}：第 1、3 行还没有标准答案；请填写 type 与 answerable")
    assert len(read_questions(written(tmp_path, line(**finished), line()))) == 2


def test_of_many_lines_without_gold_the_first_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match="：第 1、2、3、4、5、6、7、8、9、10 等 11 行还没有标准答案"):
        read_questions(written(tmp_path, *[line(answerable=None)] * 11))


def test_a_set_without_questions_or_that_is_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match="题集是空的"):
        read_questions(written(tmp_path, "", ""))
    (tmp_path / "gbk.jsonl").write_bytes(line().encode("gb18030"))
    for name in ("gbk.jsonl", "missing.jsonl", "."):
        with pytest.raises(BadQuestions, match="无法读取题集"):
            read_questions(tmp_path / name)


@pytest.mark.parametrize("name", ["dev.jsonl", "second.jsonl"])
def test_the_projects_own_questions_can_be_read(name: str) -> None:
    questions = read_questions(Path(__file__).parents[3] / "corpus" / "questions" / name)
    assert len({gold.id for gold in questions}) == len(questions) > 0
    # What has no `must` would be right whatever is answered.
    assert [gold.id for gold in questions if gold.answerable and not (gold.must and gold.evidence)] == []


def test_a_summary_comes_back_as_it_was_written(tmp_path: Path) -> None:
    results = [judged(RIGHT), judged(REFUSED, UNANSWERABLE)]
    path = tmp_path / "new" / "results.json"
    write_results(path, results)
    assert read_summary(path) == summarise(results)
    document = json.loads(path.read_text("utf-8"))
    assert [(each["id"], each["answer"]) for each in document["results"]] == [
        ("g1", "出口128.4万辆。[1]"),
        ("g2", "报告中没有找到可以回答这个问题的内容。"),
    ]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"summary": []}', '{"summary": {"all": 3}}', '{"summary": {"all": {"mrr@10": "x"}}}']
)
def test_a_file_that_is_no_result_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "earlier.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BadQuestions, match="不是 reportqa eval 写出的结果"):
        read_summary(path)


def test_answers_are_kept_while_the_index_that_gave_them_is_there(tmp_path: Path) -> None:
    path, version = tmp_path / "eval" / "last.json", tmp_path / "version-000001"
    version.mkdir()
    assert keep_results(path, [result("a", right=True, refused=False, answer="出口128.4万辆。")], version)
    assert "128.4" in path.read_text("utf-8")


def test_of_an_index_that_is_gone_the_figures_are_kept_and_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "last.json"
    assert not keep_results(
        path, [result("a", right=True, refused=False, answer="出口128.4万辆。")], tmp_path / "version-000001"
    )
    assert "128.4" not in path.read_text("utf-8")
    assert read_summary(path)["all"]["accuracy"] == 1.0


def test_results_that_are_not_there_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match=r"none\.json：无法读取之前的结果（没有这个文件或文件夹）"):
        read_summary(tmp_path / "none.json")


def test_results_come_back_as_they_were_written_with_the_version_that_gave_them(tmp_path: Path) -> None:
    path, version = tmp_path / "last.json", tmp_path / "20250301-abc"
    version.mkdir()
    results = [result("a", ranks=(1, None), right=True, refused=False, first_token_ms=2_000), result("b", ranks=())]
    keep_results(path, results, version)
    kept = read_results(path)
    assert kept is not None
    assert kept.results == tuple(results)
    assert kept.version == "20250301-abc"
    assert kept.made.timestamp() == pytest.approx(path.stat().st_mtime)


def test_where_nothing_was_evaluated_there_are_no_results(tmp_path: Path) -> None:
    assert read_results(tmp_path / "last.json") is None


@pytest.mark.parametrize(
    "field", [{"ranks": [1, "2"]}, {"right": 1}, {"search_ms": "40"}, {"answer": ["x"]}, {"id": None}]
)
def test_a_result_with_a_field_of_another_kind_is_none(tmp_path: Path, field: dict[str, object]) -> None:
    path = tmp_path / "last.json"
    write_results(path, [result("a")])
    document = json.loads(path.read_text("utf-8"))
    document["results"][0] |= field
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(BadQuestions, match="不是 reportqa eval 写出的结果"):
        read_results(path)
