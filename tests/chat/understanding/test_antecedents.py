"""What a question was about, and whom a word of the next one points at."""

import pytest

from chat.understanding.antecedents import Talk, listed, owner, pointed_at, whole
from chat.understanding.wording import read

BANKS = Talk("国内有哪些股份制银行？", ("例如招商银行、兴业银行和浦发银行。",))
STEEL = Talk("国内最大的钢铁企业是哪家？", ("是中国宝武钢铁集团，2021年粗钢产量1.2亿吨。",))
DRUG = Talk("阿达木单抗是哪家公司研发的？", ("由艾伯维研发，2002年获批。",))
NOVEL = Talk("《三体》的作者是谁？", ("刘慈欣。",))


def meant(said: str, talk: Talk) -> str | None:
    pointer = next(word for word in read(said) if word.kind in ("pointer", "order"))
    return pointed_at(pointer, said, talk)


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("2022年中国光伏新增装机多少？", "中国光伏"),
        ("杭州的常住人口是多少？", "杭州"),
        ("百事可乐和可口可乐哪个含糖更高？", "百事可乐和可口可乐"),
        ("长城汽车的坦克300售价多少？", "长城汽车的坦克300"),
        ("谁提出了相对论？", "相对论"),
        ("什么是数字孪生？", "数字孪生"),
        ("数字孪生是什么？", "数字孪生"),
        ("大疆的总部是什么样？", "大疆"),
        ("为什么？", None),
    ],
)
def test_a_question_is_about_what_it_names_first(question: str, about: str | None) -> None:
    assert owner(question) == about


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("2022年手机出货量是多少？", "2022年手机出货量"),
        ("短视频对青少年有什么正面影响？", "短视频对青少年的正面影响"),
        ("谁提出了相对论？", "相对论"),
    ],
)
def test_the_whole_of_a_question_is_all_but_what_it_asks(question: str, left: str) -> None:
    assert whole(question) == left


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("例如招商银行、兴业银行和浦发银行。", ["招商银行", "兴业银行", "浦发银行"]),
        ("纯电动和插电混动。", ["纯电动", "插电混动"]),
        ("有二价、四价和九价三种。", ["二价", "四价", "九价"]),
        ("一是智能化，二是绿色化，三是全球化。", ["智能化", "绿色化", "全球化"]),
        ("1. 智能化\n2. 绿色化", ["智能化", "绿色化"]),
        ("1237.6万人。", []),
        ("从甲到乙，再到丙。", []),
    ],
)
def test_a_list_is_read_item_by_item(text: str, items: list[str]) -> None:
    assert listed(text) == items


@pytest.mark.parametrize(
    ("said", "talk", "antecedent"),
    [
        ("第二家的营收是多少？", BANKS, "兴业银行"),
        ("最后一家的营收是多少？", BANKS, "浦发银行"),
        ("第五家的营收是多少？", BANKS, None),
        ("它们的营收是多少？", BANKS, "招商银行、兴业银行、浦发银行"),
        ("它的产量是多少？", STEEL, "中国宝武钢铁集团"),
        ("这家企业的产量是多少？", STEEL, "中国宝武钢铁集团"),
        ("它有哪些副作用？", DRUG, "阿达木单抗"),
        ("这家公司的总部在哪里？", DRUG, "艾伯维"),
        ("他还写过什么？", NOVEL, "刘慈欣"),
        ("其续作有哪些？", NOVEL, "《三体》"),
        ("这个数据靠谱吗？", STEEL, None),
    ],
)
def test_a_pointer_means_what_was_asked_for_or_what_was_spoken_of(
    said: str, talk: Talk, antecedent: str | None
) -> None:
    assert meant(said, talk) == antecedent


def test_the_latter_of_three_is_nobody() -> None:
    assert meant("后者的营收是多少？", BANKS) is None


def test_without_an_answer_a_pointer_means_what_was_spoken_of() -> None:
    assert meant("它的产量是多少？", Talk("宝武钢铁集团的总部在哪里？", ())) == "宝武钢铁集团"
