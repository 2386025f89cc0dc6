"""Words that follow their numbers."""

import pytest

from chat.pages.english import ENGLISH
from chat.pages.plurals import Counting


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 passages"), (1, "1 passage"), (2, "2 passages"), (1001, "1,001 passages")]
)
def test_one_is_told_otherwise_than_none_and_many(count: int, told: str) -> None:
    assert Counting("{count:,} {count:passage|passages}").format(count=count) == told
    assert Counting("{0:,} {0:passage|passages}").format(count) == told


def test_each_word_follows_its_own_number() -> None:
    told = Counting("{name}: {reports} {reports:report|reports}, {pages} {pages:page|pages}")
    assert told.format(name="a|b", reports=1, pages=2) == "a|b: 1 report, 2 pages"


def test_english_counts_one_as_one() -> None:
    assert ENGLISH.head.coverage.format(reports=1, passages=860).startswith("1 report · 860 passages")
    assert ENGLISH.places.counted["page"].format(1) == "1 page"
    assert ENGLISH.shelf.passages.format(count=1) == "1 passage"
    assert ENGLISH.talk.also_at.format(count=1) == "Also in 1 other place"
    assert ENGLISH.talk.also_at.format(count=3) == "Also in 3 other places"
    assert ENGLISH.overview.again_within.format(count=1).startswith("1 passage occurs")
