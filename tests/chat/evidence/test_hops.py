"""Questions that reach their subject by way of another fact: both steps are evidence."""

import pytest

from chat.evidence.hops import Hops, hops
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

DEALS = passage(
    "东山资本 | 极光动力", 1, kind="row", cells=(("投资方", "东山资本"), ("被投企业", "极光动力"), ("业务", "飞行汽车"))
)
TRACK = passage("飞行 | 极光动力、蓝鲸", 2, kind="row", cells=(("赛道", "低空出行"), ("企业", "极光动力、蓝鲸")))
OTHERS = [
    passage("蓝鲸公司与极光动力同在一地，做物流。", 3),
    passage("市场规模总体平稳，各地情况各异。", 4),
    *(passage(f"第{number}段说的是别的事情，与此无关。", number) for number in range(5, 30)),
]
LIBRARY = PassageIndex.build([DEALS, TRACK, *OTHERS], HashingEncoder())


@pytest.fixture(autouse=True)
def _any_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """The matches of a hashing encoder lie far apart, those of the real one within a tenth."""
    monkeypatch.setattr("chat.evidence.hops.MUCH_WORSE", 1.0)


def steps(question: str) -> Hops | None:
    return hops(question, LIBRARY.search(question, k=5), LIBRARY, budget=250, margin=0.02)


def test_the_first_stretch_names_the_subject_and_the_others_tell_of_it() -> None:
    found = steps("东山资本投的那家飞行汽车企业，属于哪个赛道？")
    assert found is not None
    assert found.name in ("极光", "动力", "极光动力")
    assert found.evidence[0].hit.passage.id == DEALS.id
    assert TRACK.id in {item.hit.passage.id for item in found.evidence[1:]}
    assert [item.number for item in found.evidence] == list(range(1, len(found.evidence) + 1))


@pytest.mark.parametrize("question", ["极光动力属于哪个赛道？", "极光动力那个产品叫什么？", "那它呢？"])
def test_a_question_that_names_its_subject_takes_one_step(question: str) -> None:
    assert steps(question) is None


def test_where_no_other_passage_has_the_name_there_is_no_second_step() -> None:
    alone = PassageIndex.build([DEALS, *OTHERS[1:]], HashingEncoder())
    question = "东山资本投的那家飞行汽车企业，属于哪个赛道？"
    assert hops(question, alone.search(question, k=5), alone, budget=250, margin=0.02) is None


def test_nothing_found_leads_nowhere() -> None:
    assert hops("投的那家企业属于哪个赛道？", [], LIBRARY, budget=250, margin=0.02) is None


def test_what_matches_much_worse_than_the_first_step_tells_of_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.evidence.hops.MUCH_WORSE", -1.0)
    assert steps("东山资本投的那家飞行汽车企业，属于哪个赛道？") is None
