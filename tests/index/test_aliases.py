"""Other names of what a question names, and what people may write about them."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.alias_mining import Alias
from index.aliases import (
    Aliases,
    Asked,
    Named,
    UnreadableAliases,
    WrittenAliases,
    alias_groups,
    asked_scores,
    parse_aliases,
    read_aliases,
)
from index.segment import fold, question_terms


def words_of(name: str) -> list[str]:
    return list(dict.fromkeys(question_terms(name)))


def words_of_others(asked: Asked) -> list[str]:
    return list(dict.fromkeys(word for name in asked.names for other in name.others for word in other))


def other_words(groups: Sequence[Sequence[str]], question: str) -> list[str]:
    return words_of_others(Aliases(groups).asked(question))


def test_a_question_is_asked_by_the_words_of_the_other_name_too() -> None:
    assert other_words([("世卫组织", "WHO")], "WHO的预测") == words_of("世卫组织")
    assert other_words([("世卫组织", "WHO")], "世卫组织的预测") == ["who"]


def test_a_name_is_found_inside_a_longer_word() -> None:
    aliases = Aliases([("人工智能", "AI")])
    assert words_of_others(aliases.asked("AI服务器出货量")) == words_of("人工智能")
    assert words_of_others(aliases.asked("人工智能服务器出货量")) == ["ai"]


def test_traditional_characters_full_width_letters_and_case_name_the_same() -> None:
    groups = [("世界卫生组织", "WHO")]
    assert other_words(groups, "世界衛生組織") == other_words(groups, "世界卫生组织") == ["who"]
    assert other_words(groups, "ｗｈｏ") == words_of("世界卫生组织")


@pytest.mark.parametrize("question", ["AIR的价格", "RAI的价格", "RAID阵列", "OpenAI2"])
def test_letters_inside_another_latin_word_are_no_name(question: str) -> None:
    assert other_words([("人工智能", "AI")], question) == []


def test_a_short_chinese_name_across_two_words_is_none() -> None:
    groups = [("中国银行", "中行")]
    assert other_words(groups, "其中行业的占比") == []
    assert other_words(groups, "中行的占比") == words_of("中国银行")


def test_the_longest_name_counts_and_none_inside_it() -> None:
    groups = [("大语言模型", "LLM"), ("模型", "Model")]
    assert other_words(groups, "大语言模型的参数") == ["llm"]
    assert other_words([("国家电网公司", "SGCC"), ("电网公司", "Grid")], "国家电网公司的投资") == ["sgcc"]
    assert other_words([("模型", "Model"), ("模型训练", "Training")], "模型训练的成本") == ["training"]


def test_a_name_that_holds_the_other_has_no_words_to_add() -> None:
    assert Aliases([("华为", "华为技术")]).names == frozenset()


def test_a_name_leads_to_those_of_its_own_groups_and_no_further() -> None:
    groups = [("检索增强生成", "RAG"), ("RAG", "RAG Group")]
    assert "group" not in other_words(groups, "检索增强生成")


def test_small_words_of_a_latin_name_are_not_searched() -> None:
    assert other_words([("工商银行", "Bank of China A")], "工商银行") == ["bank", "china"]


def test_a_question_without_a_name_is_asked_as_it_is() -> None:
    question = "2023年的市场规模是多少？"
    assert Aliases([("世卫组织", "WHO")]).asked(question) == Asked(tuple(question_terms(question)))


def test_the_words_of_a_name_stand_apart_from_the_others_once_each() -> None:
    asked = Aliases([("世卫组织", "WHO")]).asked("WHO与WHO预测")
    assert asked.words.count("预测") == 2  # as a word and as a pair
    assert [name.words for name in asked.names] == [("who",), ("who",)]
    assert sorted([*asked.words, "who", "who"]) == sorted(question_terms("WHO与WHO预测"))


def scores_by_hand(words: Sequence[str]) -> NDArray[np.float32]:
    """Three passages: with `a`, with `b c`, with both; each word scores 1, `x` 1 in the first two."""
    table = {"a": (1, 0, 1), "b": (0, 1, 1), "c": (0, 1, 1), "x": (1, 1, 0)}
    total = np.zeros(3, dtype=np.float32)
    for word in words:
        total += np.array(table.get(word, (0, 0, 0)), dtype=np.float32)
    return total


def test_a_name_counts_once_and_another_form_at_most_as_much() -> None:
    asked = Asked(("x",), (Named(("a",), (("b", "c"),)),))
    assert asked_scores(asked, scores_by_hand).tolist() == [2, 2, 1]


def test_another_form_counts_in_full_where_the_one_asked_stands_nowhere() -> None:
    asked = Asked((), (Named(("unknown",), (("b", "c"),)),))
    assert asked_scores(asked, scores_by_hand).tolist() == [0, 2, 2]


def test_without_names_scores_are_those_of_the_words() -> None:
    assert asked_scores(Asked(("a", "x")), scores_by_hand).tolist() == [2, 1, 1]


def test_saved_names_load_as_they_were(tmp_path: Path) -> None:
    aliases = Aliases([("世界卫生组织", "WHO", "世卫组织"), ("Light Emitting Diode", "LED")])
    aliases.save(tmp_path / "aliases.txt")
    loaded = Aliases.load(tmp_path / "aliases.txt")
    question = "WHO与LED"
    assert loaded.names == aliases.names
    assert loaded.asked(question) == aliases.asked(question)


def test_no_names_are_saved_and_loaded_too(tmp_path: Path) -> None:
    Aliases().save(tmp_path / "aliases.txt")
    assert Aliases.load(tmp_path / "aliases.txt").names == frozenset()


def test_a_file_has_groups_forbidden_pairs_and_remarks() -> None:
    written = parse_aliases("# 备注\n\n 央行 = 中国人民银行 ＝ PBoC \n-苹果=Apple\n", "aliases.txt")
    assert written.groups == (("央行", "中国人民银行", "PBoC"),)
    assert written.forbidden == {frozenset({"苹果", "apple"})}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("央行", "没有等号"),
        ("央行=", "缺少名称"),
        ("=央行", "缺少名称"),
        ("央行==PBoC", "缺少名称"),
        ("行=PBoC", "2 至 60 个字"),
        ("央行=" + "长" * 61, "2 至 60 个字"),
        ("AI=ai", "重复"),
        ("央行=#PBoC", "不能以 # 开头"),
        ("央行=-PBoC", "不能以 - 开头"),
    ],
)
def test_a_line_that_says_no_names_is_named_by_its_number(line: str, says: str) -> None:
    with pytest.raises(UnreadableAliases, match=f"^aliases.txt 第 2 行：.*{says}"):
        parse_aliases(f"# 备注\n{line}\n", "aliases.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_read_in_the_encodings_that_editors_save(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "aliases.txt"
    path.write_bytes("中国人民银行=央行\n世界卫生组织=世卫组织\n".encode(encoding))
    assert read_aliases(path).groups == (("中国人民银行", "央行"), ("世界卫生组织", "世卫组织"))


def test_a_missing_file_says_nothing(tmp_path: Path) -> None:
    assert read_aliases(tmp_path / "aliases.txt") == WrittenAliases()


def test_what_people_write_is_added_and_what_they_forbid_is_not() -> None:
    written = parse_aliases("甲公司=乙公司\n-苹果=APPLE", "aliases.txt")
    groups = alias_groups([Alias("苹果", "Apple", 2), Alias("梨子", "Pear", 1)], written)
    assert ("甲公司", "乙公司") in groups
    assert ("梨子", "Pear") in groups
    assert ("苹果", "Apple") not in groups


def test_of_a_group_only_the_forbidden_pair_is_left_out() -> None:
    written = parse_aliases("甲公司=乙公司=丙公司\n- 甲公司=丙公司", "aliases.txt")
    names = Aliases(alias_groups([], written))
    assert "丙公司" not in words_of_others(names.asked("甲公司"))
    assert other_words(alias_groups([], written), "乙公司") == list(
        dict.fromkeys([*question_terms("甲公司"), *question_terms("丙公司")])
    )


def test_the_list_of_the_trade_is_always_there_and_each_of_its_names_stands_in_one_group() -> None:
    groups = alias_groups([], WrittenAliases())
    names = [fold(name) for group in groups for name in group]
    assert len(groups) >= 60
    assert sorted(names) == sorted(set(names))
    assert other_words(groups, "NEV的渗透率")


@given(
    st.lists(st.lists(st.sampled_from(["人工智能", "AI", "算力", "电网", "WHO"]), min_size=2, max_size=3, unique=True))
)
def test_naming_is_mutual(groups: list[list[str]]) -> None:
    aliases = Aliases(groups)
    for group in groups:
        for name, other in permutations(group, 2):
            assert set(question_terms(other)) <= set(words_of_others(aliases.asked(name)))


@given(st.text(alphabet="甲乙丙A=＝-# \n", max_size=30))
def test_a_file_is_read_or_refused_with_the_line(text: str) -> None:
    try:
        written = parse_aliases(text, "aliases.txt")
    except UnreadableAliases:
        with pytest.raises(UnreadableAliases, match=r"^aliases\.txt 第 [0-9]+ 行："):
            parse_aliases(text, "aliases.txt")
    else:
        assert all(len(group) >= 2 for group in written.groups)
