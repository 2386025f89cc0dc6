"""What is refused before the model is asked."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from chat.evidence.relevance import FITTED_ENCODER, bears_on, spoken_years
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage


class Matching:
    """Every stretch matches as well as it is told, and every passage has the share of words it is told."""

    def __init__(self, match: float, share: float = 1.0) -> None:
        self.match, self.share = match, share

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        return np.full(len(spans), self.match, dtype=np.float32)

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        return np.full(len(passages), self.share, dtype=np.float32)


HITS = [Hit(passage("2022年H1公有云市场规模165.8亿美元。", headings=("报告", "2021-2023年市场")), 1.0, 1)]


def test_a_passage_speaks_of_the_years_of_its_text_its_headings_and_of_every_year_of_a_range() -> None:
    assert spoken_years([HITS[0].passage]) == {2021, 2022, 2023}


@pytest.mark.parametrize(
    ("question", "match", "share", "answered"),
    [
        ("2022年上半年公有云多大？", 0.90, 1.0, True),
        ("2024年上半年公有云多大？", 0.90, 1.0, False),  # nobody speaks of 2024
        ("明天下雨吗？", 0.78, 0.0, False),  # nothing is alike
        ("公有云何时投产？", 0.80, 1.0, True),  # a short item, whose passage has all words
        ("公有云何时投产？", 0.80, 0.78, False),
        ("公有云何时投产？", 0.78, 1.0, False),
        ("帮我算一道题", 0.82, 0.05, False),  # hardly alike, and no word in common
        ("公有云多大？", 0.82, 0.60, True),
    ],
)
def test_a_question_that_the_hits_do_not_bear_on_is_not_answered(
    question: str, match: float, share: float, answered: bool
) -> None:
    assert bears_on(question, question, HITS, Matching(match, share), encoder=FITTED_ENCODER) is answered


def test_the_kind_of_thing_that_is_asked_for_need_not_be_told() -> None:
    """「谷歌发布Gemma」 answers 「Gemma是哪家公司的？」 and has no word 公司."""

    class Counting(Matching):
        def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
            return np.full(len(passages), 0.6 if "公司" in question else 1.0, dtype=np.float32)

    asked = "Gemma是哪家公司的？"
    assert bears_on(asked, asked, HITS, Counting(0.80), encoder=FITTED_ENCODER)
    other = "Gemma的公司在哪？"
    assert not bears_on(other, other, HITS, Counting(0.80), encoder=FITTED_ENCODER)


def test_nothing_found_is_not_answered() -> None:
    assert not bears_on("公有云多大？", "公有云多大？", [], Matching(1.0), encoder=FITTED_ENCODER)


def test_another_encoder_s_matches_are_not_judged_by_this_one_s_threshold() -> None:
    assert bears_on("公有云多大？", "公有云多大？", HITS, Matching(0.3), encoder="other")
    assert not bears_on("2024年公有云多大？", "2024年公有云多大？", HITS, Matching(0.3), encoder="other")


def test_the_caption_of_a_picture_speaks_of_no_year() -> None:
    assert spoken_years([passage("2021-2026年市场规模及预测", kind="figure")]) == set()


def test_a_follow_up_about_another_year_is_judged_by_that_year() -> None:
    both = "2022年规模多大？ 那2021年呢？"
    only_2021 = [Hit(passage("2021年规模100亿元。"), 1.0, 1)]
    assert bears_on("那2021年呢？", both, only_2021, Matching(0.9), encoder=FITTED_ENCODER)
    assert not bears_on("那2019年呢？", both, only_2021, Matching(0.9), encoder=FITTED_ENCODER)
    assert not bears_on("那它呢？", "2022年规模多大？ 那它呢？", only_2021, Matching(0.9), encoder=FITTED_ENCODER)
