"""What answers in place of a draft that does not stand its check."""

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

import pytest

from chat.answer import Answer, BadQuestion, Checking, Finished, Found
from chat.assistant import Assistant, written
from chat.models.generation import GeneratorUnavailable, Usage
from index.encoder import Query
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

TEXTS = (
    "丁公司于2015年3月成立。成立次年，丁公司发布首款手机。",
    "甲公司2022年的营业收入为5亿元，比上年有所增长。公司还在各地开设了门店。",
    "乙公司2022年的营业收入为3亿元，比上年有所下降。公司还关闭了一些门店。",
    "行业的营业收入总体平稳，其他公司情况各异，此处从略。",
    "新设岗位\n\n算法工程师：新设岗位，开发算法。\n数据标注员：新设岗位，标注数据。\n资料来源：某某智库",
)


LIBRARY = PassageIndex.build([passage(text, number) for number, text in enumerate(TEXTS)], HashingEncoder())


class WatchedEncoder(HashingEncoder):
    """Keeps which questions it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[list[str]] = []

    def encode_queries(self, questions: Sequence[str]) -> list[Query]:
        self.together.append(list(questions))
        return super().encode_queries(questions)


def test_a_question_is_encoded_together_with_its_sides() -> None:
    encoder = WatchedEncoder()
    library = PassageIndex.build([passage(text, number) for number, text in enumerate(TEXTS)], encoder)
    Assistant(library, None).search("甲公司和乙公司的营业收入分别是多少？")
    first, *later = encoder.together
    assert {"甲公司的营业收入是多少", "乙公司的营业收入是多少"} < set(first)
    assert all(set(each) <= set(first) for each in later)


def test_a_question_in_everyday_words_is_searched_as_reports_put_it_and_once() -> None:
    encoder = WatchedEncoder()
    assistant = Assistant(PassageIndex.build([passage(TEXTS[0])], encoder), None)
    found = assistant.search("丁公司好在哪？")
    assert (found.question, found.standalone_question) == ("丁公司好在哪？", "丁公司有什么优势？")
    assert {question for together in encoder.together for question in together} == {"丁公司有什么优势？"}
    assert assistant.search("丁公司好在哪？", rewrite=False).standalone_question == "丁公司好在哪？"


def test_nothing_is_encoded_for_an_empty_library() -> None:
    encoder = WatchedEncoder()
    Assistant(PassageIndex.build([], encoder), None).search("营业收入？")
    assert not encoder.together


def answered(question: str) -> Answer:
    """Without a model: every answer is made of the evidence."""
    events = list(Assistant(LIBRARY, None).ask(question))
    assert isinstance(events[-1], Finished)
    return events[-1].answer


def test_each_side_of_a_question_is_answered_by_its_own_best_sentence() -> None:
    answer = answered("甲公司和乙公司2022年的营业收入分别是多少？")
    assert answer.quoted
    assert {sentence.text for sentence in answer.sentences} == {
        "甲公司2022年的营业收入为5亿元，比上年有所增长。",
        "乙公司2022年的营业收入为3亿元，比上年有所下降。",
    }
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,)]


def test_what_matches_two_questions_in_turn_best_is_quoted_without_what_matches_them_less() -> None:
    best = "远帆号货轮可载集装箱有冷藏的，航速是二十海里。"
    library = PassageIndex.build([passage(f"{best}是集装箱货轮航速少很多有人说是船东说可载。")], HashingEncoder())
    (*_, finished) = Assistant(library, None).ask("远帆号货轮可载集装箱有哪些？航速是多少？")
    assert isinstance(finished, Finished)
    assert finished.answer.text == f"{best}[1]"


def test_of_a_side_the_sentence_that_begins_with_it_is_preferred_and_names_with_figures_are_told_apart() -> None:
    told = "该厂先后推出S-1至S-3。S-1型储能柜基于液冷，只保留电芯。S-2型储能柜取消S-1的液冷。S-3型储能柜舍弃S-2的电芯。"
    answer = last(of_texts(told), "S-1和S-2的区别是什么？")
    assert [sentence.text for sentence in answer.sentences] == [
        "S-1型储能柜基于液冷，只保留电芯。",
        "S-2型储能柜取消S-1的液冷。",
    ]


def test_a_list_is_answered_by_its_items_each_with_its_line_as_the_quote() -> None:
    answer = answered("新设岗位有哪些？")
    assert answer.text == "算法工程师；[1]数据标注员。[2]"
    assert [citation.quote for citation in answer.citations] == [
        "算法工程师：新设岗位，开发算法。",
        "数据标注员：新设岗位，标注数据。",
    ]


def of_texts(*texts: str) -> PassageIndex:
    others = [f"第{number}段说的是别的事情，与此无关。" for number in range(6)]
    return PassageIndex.build([passage(text, n) for n, text in enumerate([*texts, *others])], HashingEncoder())


def last(library: PassageIndex, question: str) -> Answer:
    finished = list(Assistant(library, None).ask(question))[-1]
    assert isinstance(finished, Finished)
    return finished.answer


def test_a_difference_is_worked_out_and_shown_with_both_terms() -> None:
    texts = ("华为2022年的营业收入为5亿元。", "腾讯2022年的营业收入为3亿元。")
    answer = last(of_texts(*texts), "华为和腾讯2022年的营业收入相差多少？")
    assert answer.sentences[0].text == "相差2亿元（5亿元 − 3亿元 = 2亿元）。"
    assert answer.sentences[0].composed
    assert answer.sentences[0].citations == (1, 2)
    assert {citation.quote for citation in answer.citations} == set(texts)


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        ("华为2021年的收入为5亿元。", "腾讯2021年的收入为3亿元。", "华为和腾讯2022年的收入相差多少？"),
        ("华为2022年的收入为5亿元。", "腾讯的收入为3亿元。", "华为和腾讯2022年的收入相差多少？"),
        ("华为出现亏损，金额为5亿元。", "腾讯实现盈利，金额为3亿元。", "华为和腾讯的金额相差多少？"),
        ("上半年，华为的收入为5亿元。", "全年，腾讯的收入为3亿元。", "华为和腾讯的收入相差多少？"),
        ("华为的收入为5亿元。", "小米与腾讯多有合作。收入为3亿元。", "华为和腾讯的收入相差多少？"),
        ("华为服务5万家客户。", "腾讯服务3万家客户。", "华为和腾讯一共服务多少家客户？"),
        ("华为的收入为5亿元。", "腾讯的收入为3亿元。", "华为和腾讯的合计收入相差多少？"),
        ("华为支出5亿元。", "腾讯支出3亿元。", "华为和腾讯分别支出多少？"),
    ],
)
def test_no_difference_is_worked_out_where_anything_is_in_doubt(one: str, other: str, question: str) -> None:
    assert "=" not in last(of_texts(one, other), question).text


def test_a_row_whose_header_has_the_unit_is_no_crash() -> None:
    rows = [
        passage("甲", n, kind="row", cells=(("公司", name), ("收入（亿元）", "12.5"), ("占比", "30%")))
        for n, name in enumerate(("华为", "腾讯"))
    ]
    library = PassageIndex.build(rows, HashingEncoder())
    assert last(library, "华为和腾讯的收入相差多少？").refusal is None


def test_a_caption_first_is_no_crash() -> None:
    caption = passage("东山资本投的飞行汽车企业极光动力属于哪个赛道", 1, kind="figure")
    other = passage("极光动力属于低空赛道，东山资本投了它。", 2)
    library = PassageIndex.build([caption, other], HashingEncoder())
    last(library, "东山资本投的那家飞行汽车企业，属于哪个赛道？")


def test_a_year_told_by_another_is_worked_out() -> None:
    answer = answered("丁公司哪年发布首款手机？")
    assert answer.text.startswith("成立次年，丁公司发布首款手机。[1]“次年”即2016年（2015 + 1 = 2016）。")


def test_a_question_that_takes_for_granted_what_is_not_so_is_corrected_first() -> None:
    answer = answered("甲公司2022年的营业收入为什么只有2亿元？")
    assert answer.text == f"提问中的说法与原文不符，原文是：{TEXTS[1][:26]}[1]"
    assert not answer.quoted
    assert answer.sentences[0].composed


class Reciting:
    """A model that says what it is told to say, and remembers whether it was asked."""

    name = "reciting"

    def __init__(self, draft: str) -> None:
        self.draft, self.asked, self.grammar = draft, 0, ""

    def generate(
        self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = ""
    ) -> Generator[str | Usage, None, None]:
        self.asked += 1
        self.grammar = grammar
        yield self.draft


def test_an_amount_that_the_question_states_and_nothing_tells_is_not_confirmed() -> None:
    told = of_texts("腾讯斥资2亿美元投资Figma公司。")
    model = Reciting("Figma[1]")
    finished = list(Assistant(told, model).ask("腾讯斥资20亿美元投资了哪家公司？"))[-1]
    assert isinstance(finished, Finished)
    assert finished.answer.text == "腾讯斥资2亿美元投资Figma公司。[1]\n收录的相关内容没有说到问题中的数额。"
    assert model.asked == 0


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("甲公司2022年的营业收入是多少？", 1),
        ("甲公司和乙公司2022年的营业收入相差多少？", 0),
        ("新设岗位有哪些？", 0),
        ("甲公司2022年的营业收入为什么只有2亿元？", 0),
        ("甲公司2035年的营业收入是多少？", 0),
    ],
)
def test_the_model_is_asked_only_where_the_evidence_is_no_answer_as_it_stands(question: str, asked: int) -> None:
    model = Reciting("5亿元。[1]")
    found, *_ = Assistant(LIBRARY, model).ask(question)
    assert isinstance(found, Found)
    assert (model.asked, found.needs_model) == (asked, bool(asked))


def test_reports_that_tell_different_figures_are_shown_side_by_side_with_publisher_and_date() -> None:
    told = {"publisher": "某研究院", "published": "2023-05", "report_id": "one"}
    other = {"publisher": "某智库", "published": "2023-08", "report_id": "other", "title": "另一份报告"}
    texts = ["2022年国内光伏市场规模为300亿元。", "2022年国内光伏市场规模达280亿元。"]
    library = PassageIndex.build(
        [passage(texts[0], 1, **told), passage(texts[1], 2, **other), passage("别的内容，与此无关。", 3)],
        HashingEncoder(),
    )
    finished = list(Assistant(library, None).ask("2022年国内光伏市场规模是多少？"))[-1]
    assert isinstance(finished, Finished)
    answer = finished.answer
    assert answer.sentences[0].text == "各报告的数字不同："
    assert {sentence.text for sentence in answer.sentences[1:]} == {
        f"某研究院（2023-05）：{texts[0]}",
        f"某智库（2023-08）：{texts[1]}",
    }
    assert {citation.quote for citation in answer.citations} == set(texts)


def test_a_report_that_tells_two_figures_does_not_disagree_with_itself() -> None:
    texts = ["2022年国内光伏市场规模为300亿元。", "2022年国内光伏市场规模达280亿元。"]
    library = PassageIndex.build([passage(text, n) for n, text in enumerate(texts)], HashingEncoder())
    finished = list(Assistant(library, None).ask("2022年国内光伏市场规模是多少？"))[-1]
    assert isinstance(finished, Finished)
    assert "不同" not in finished.answer.text


def test_half_a_character_is_no_question() -> None:
    with pytest.raises(BadQuestion, match="Unicode"):
        Assistant(LIBRARY, None).search("甲公司\ud800的收入")


class Breaking(Reciting):
    """A model that fails after its draft."""

    def generate(
        self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = ""
    ) -> Generator[str | Usage, None, None]:
        yield from super().generate(messages, max_tokens=max_tokens, grammar=grammar)
        raise GeneratorUnavailable("http://127.0.0.1:1/v1 没有响应")


class Endless(Reciting):
    """A model that goes on for ever; closed: whether it was stopped."""

    closed = False

    def generate(
        self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = ""
    ) -> Generator[str | Usage, None, None]:
        try:
            while True:
                time.sleep(0.02)
                yield "甲"
        finally:
            self.closed = True


REVENUE = "甲公司2022年的营业收入是多少？"


def test_where_the_model_fails_the_evidence_is_quoted_and_the_answer_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    *_, checking, last = Assistant(LIBRARY, Breaking("营业收入为")).ask(REVENUE)
    assert checking == Checking()
    assert isinstance(last, Finished)
    assert (last.answer.fallback, last.answer.quoted) == ("unavailable", True)
    assert last.answer == replace(answered(REVENUE), fallback="unavailable")  # half a draft is no part of it
    assert "没有响应" in caplog.text  # whoever runs the service is told; a reader need not know the address


def test_an_answer_that_takes_too_long_is_ended_with_the_evidence_quoted() -> None:
    model = Endless("")
    began = time.monotonic()
    *_, last = Assistant(LIBRARY, model, answer_seconds=0.3).ask(REVENUE)
    assert time.monotonic() - began < 3
    assert isinstance(last, Finished)
    assert last.answer == replace(answered(REVENUE), fallback="overtime")
    assert model.closed


def test_who_measures_the_model_is_not_given_quotes_in_its_place() -> None:
    with pytest.raises(GeneratorUnavailable, match="无法评测"):
        written(Assistant(LIBRARY, Breaking("")).ask(REVENUE))
    assert written(Assistant(LIBRARY, None).ask(REVENUE)).answer.quoted
