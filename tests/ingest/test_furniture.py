"""Running heads and feet go; what only repeats itself stays."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.furniture import REPEATS
from ingest.furniture import drop_furniture as drop_from_lines
from ingest.source import Line

TITLE = "2023年产业研究报告"


def drop_furniture(text: str, title: str) -> str:
    """The text that is left of lines, with one blank line where several are left."""
    kept = drop_from_lines([Line(line) for line in text.split("\n")], title)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.text for line in kept)).strip("\n")


def pages(*lines: str, count: int = REPEATS) -> str:
    """As many pages, each with its own words and the same lines under them; {} stands for the page number."""
    return "\n\n".join(
        "\n\n".join([f"第{'一二三四五六'[page]}页的正文。", *(line.format(page + 1) for line in lines)])
        for page in range(count)
    )


WORDS_ALONE = "第一页的正文。\n\n第二页的正文。\n\n第三页的正文。\n\n第四页的正文。"


def test_the_title_on_every_page_goes() -> None:
    assert drop_furniture(pages(TITLE), TITLE) == WORDS_ALONE


def test_a_copyright_mark_and_a_host_name_go_whatever_page_number_they_carry() -> None:
    assert drop_furniture(pages("©2023.5 研究院 {}", "insights.example.cn"), TITLE) == WORDS_ALONE


def test_a_page_number_alone_beside_a_running_head_goes_with_it() -> None:
    assert drop_furniture(pages("©2023 研究院", "{}"), TITLE) == WORDS_ALONE


def test_a_number_alone_away_from_running_heads_stays() -> None:
    text = "累计用户\n\n365\n\n万人"
    assert drop_furniture(text, TITLE) == text


def test_a_line_that_stands_three_times_stays() -> None:
    text = pages(TITLE, "©2023 研究院", count=REPEATS - 1)
    assert drop_furniture(text, TITLE) == text


def test_a_label_that_repeats_without_a_mark_stays() -> None:
    text = pages("◆ 开发公司：谷歌")
    assert drop_furniture(text, TITLE) == text


def test_a_long_line_with_a_mark_stays() -> None:
    text = pages("据 www.example.cn 的数据，二〇二三年中国人工智能产业规模继续增长，其中算力基础设施的投入最为突出。")
    assert drop_furniture(text, TITLE) == text


def test_a_line_made_of_several_running_texts_goes_and_one_that_says_more_stays() -> None:
    text = f"{pages('©2023.5 研究院', 'www.example.cn')}\n\n©2023.5 研究院 www.example.cn\n\n17 www.example.cn"
    assert drop_furniture(text, TITLE) == WORDS_ALONE
    said = "资料来源：©2023.5 研究院"
    assert drop_furniture(f"{pages('©2023.5 研究院')}\n\n{said}", TITLE) == f"{WORDS_ALONE}\n\n{said}"


def test_a_long_column_of_numbers_is_read_at_once() -> None:
    text = "\n".join(["365"] * 20_000)
    assert drop_furniture(text, TITLE) == text


@settings(deadline=None)
@given(st.lists(st.sampled_from([TITLE, "©2023 研究院", "12", "", "正文。", "公司\t参数量"]), max_size=30))
def test_only_running_heads_and_page_numbers_are_ever_dropped(lines: list[str]) -> None:
    kept = drop_furniture("\n".join(lines), TITLE).split("\n")
    for line in ("正文。", "公司\t参数量"):
        assert kept.count(line) == lines.count(line)
    assert {*kept} <= {*lines, ""}
