"""A question finds its match in the title above a passage, where that title tells the passage from others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.library import PassageIndex
from index.titles import LARGEST_SHARE, Titles
from ingest.report import Passage
from tests.fakes import HashingEncoder, passage

ENCODER = HashingEncoder()


def under(title: str, text: str, number: int) -> Passage:
    return replace(passage(text, number), id=f"{title}:{number}", report_id=title, title=title, headings=(title,))


# The first two say the same; only the titles above them differ. The others make each title rare.
TWO = [under("比亚迪年报", "研发投入为396亿元。", 0), under("吉利年报", "研发投入为396亿元。", 1)]
OTHERS = [under(f"第{number}号公告", f"第{number}次会议通过议案。", number) for number in range(2, 20)]


@pytest.mark.parametrize("name", ["比亚迪", "吉利"])
def test_the_passage_under_the_title_that_is_asked_for_comes_first(name: str) -> None:
    library = PassageIndex.build([*TWO, *OTHERS], ENCODER)
    assert library.search(f"{name}的研发投入")[0].passage.title == f"{name}年报"


def test_each_token_of_a_question_finds_its_best_match_in_the_title() -> None:
    titles = Titles.build([*TWO, *OTHERS], ENCODER)
    _, (query, above) = ENCODER.encode_passages(["比亚迪", "吉利年报"])
    best = titles.best_matches(query.vectors.astype(np.float32), [1, 0, 1])
    by_hand = (query.vectors.astype(np.float32) @ above.vectors.astype(np.float32).T).max(axis=1)
    assert best.shape == (3, 3)
    assert best[0] == pytest.approx(by_hand, abs=0.01)
    assert best[1] == pytest.approx([1.0, 1.0, 1.0], abs=0.01)  # every character of 比亚迪 stands in 比亚迪年报
    assert best[2].tolist() == best[0].tolist()


def test_a_title_above_too_many_passages_tells_nothing() -> None:
    many = round(1 / LARGEST_SHARE)
    passages = [under("年报", f"第{number}段。", number) for number in range(2)]
    enough = [under(f"公告{number}", "议案。", number) for number in range(2 * many - 2)]
    _, (query,) = ENCODER.encode_passages(["年报"])
    vectors = query.vectors.astype(np.float32)
    assert Titles.build([*passages, *enough], ENCODER).best_matches(vectors, [0]).tolist() == [[-1.0, -1.0]]
    more = [*enough, under("再一份", "议案。", 99)]
    assert Titles.build([*passages, *more], ENCODER).best_matches(vectors, [0])[0] == pytest.approx([1, 1], abs=0.01)


class Counting(HashingEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_passages(self, texts: Sequence[str], **named: Any) -> Any:
        self.asked += texts
        return super().encode_passages(texts, **named)


def test_titles_are_saved_and_loaded_and_those_that_are_known_not_embedded_again(tmp_path: Path) -> None:
    built = Titles.build([*TWO, *OTHERS], ENCODER)
    built.save(tmp_path / "titles")
    loaded = Titles.load(tmp_path / "titles", ENCODER.dim)
    _, (query,) = ENCODER.encode_passages(["吉利的公告"])
    rows, vectors = list(range(20)), query.vectors.astype(np.float32)
    expected = built.best_matches(vectors, rows).tolist()
    assert loaded.best_matches(vectors, rows).tolist() == expected
    encoder = Counting()
    grown = Titles.build([*TWO, *OTHERS, under("新的公告", "议案。", 20)], encoder, loaded)
    assert encoder.asked == ["新的公告"]
    assert grown.best_matches(vectors, rows).tolist() == expected


def test_titles_of_other_passages_are_refused(tmp_path: Path) -> None:
    Titles.build([*TWO, *OTHERS], ENCODER).save(tmp_path / "titles")
    (tmp_path / "titles" / "names.json").write_text('["比亚迪年报"]', "utf-8")
    with pytest.raises(ValueError, match="1 titles"):
        Titles.load(tmp_path / "titles", ENCODER.dim)


def test_no_passages_have_no_titles() -> None:
    titles = Titles.build([], ENCODER)
    assert len(titles) == 0
    assert titles.best_matches(np.zeros((2, ENCODER.dim), dtype=np.float32), []).shape == (0, 2)
