"""Units: one name for the ways to write one, and no part of a longer word."""

import re

import pytest

from ingest.units import _ANOTHER_WORD, _NAMES, UNIT, unit_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("人民币", "元"),
        ("元人民币", "元"),
        ("RMB", "元"),
        ("美金", "美元"),
        ("个百分点", "百分点"),
        ("pct", "百分点"),
        ("个基点", "bp"),
        ("千瓦时", "kWh"),
        ("千克", "公斤"),
        ("名", "人"),
        ("人次", "人次"),
        ("个月", "个月"),
        ("元/吨", "元/吨"),
        ("美金/桶", "美元/桶"),
        ("吨/年", "吨/年"),
        ("GB/s", "GB/s"),
    ],
)
def test_the_ways_to_write_a_unit_have_one_name(written: str, name: str) -> None:
    match = re.match(UNIT, written)
    assert match
    assert match[0] == written
    assert unit_name(match[0]) == name


@pytest.mark.parametrize(
    "text",
    [
        "元宇宙",
        "人工智能",
        "个股",
        "大学",
        "家电",
        "份额",
        "只有",
        "次日",
        "位一体",
        "天然气",
        "年代",
        "股份",
        "GBHBM",
        "W3C",
    ],
)
def test_a_word_that_only_begins_like_a_unit_is_none(text: str) -> None:
    assert re.match(UNIT, text) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("家电商", "家"),
        ("家用户", "家"),
        ("人工作组", "人"),
        ("款项目", "款"),
        ("组成员", "组"),
        ("倍增长", "倍"),
        ("位一线员工", "位"),
    ],
)
def test_a_unit_before_a_word_of_its_own_is_one(text: str, unit: str) -> None:
    match = re.match(UNIT, text)
    assert match
    assert match[0] == unit


def test_every_guard_belongs_to_a_unit() -> None:
    assert set(_ANOTHER_WORD) <= set(_NAMES)


def test_no_two_units_differ_by_case_alone() -> None:
    names = set(_NAMES.values())
    assert len({name.lower() for name in names}) == len(names)
