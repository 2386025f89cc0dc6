"""Words near those that the passages found do not have."""

from chat.search.nearest import nearest_words
from index.library import Hit
from tests.fakes import passage


def hits(*texts: str) -> list[Hit]:
    return [Hit(passage(text, number), 1.0, number + 1) for number, text in enumerate(texts)]


def test_a_word_that_is_not_there_brings_those_most_like_it() -> None:
    found = hits("骨科手术机器人装机量上升", "内窥镜机器人")
    assert nearest_words("手术机械人的行情", found) == {"机械人": ("机器人",)}


def test_a_word_that_is_there_even_inside_another_brings_none() -> None:
    assert nearest_words("汽车", hits("新能源汽車")) == {}
    assert nearest_words("虚构报告", hits("字")) == {}  # the title


def test_a_figure_is_never_replaced_by_another() -> None:
    assert nearest_words("2026年", hits("2025年", "GPT-3")) == {}
    assert nearest_words("GPT4", hits("GPT3")) == {}


def test_a_word_with_nothing_near_is_not_told() -> None:
    assert nearest_words("咖啡豆", hits("骨科手术")) == {}
    assert nearest_words("咖啡豆", []) == {}


def test_letters_are_compared_too() -> None:
    assert nearest_words("Trasformer", hits("Transformer 架构")) == {"trasformer": ("transformer",)}
