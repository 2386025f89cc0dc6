"""Text that was read wrongly gives itself away."""

import pytest

from ingest.readers.quality import is_garbled, text_flags

CHINESE = "2022年全球人工智能芯片市场规模达到四百亿美元，同比增长百分之二十，国内企业在该领域的竞争实力仍然较弱。"
TRADITIONAL = "人工智慧產業的發展從深度學習時代進入大模型時代，預訓練模型的參數量呈現指數級上升，需要高性能算力支撐。"
FRENCH = "L’été dernier, l’équipe a présenté à l’académie ses résultats très détaillés, où tout était déjà expliqué."


@pytest.mark.parametrize("text", [CHINESE, TRADITIONAL, FRENCH, "Growth of 3.2% in 2023", "42", "①②③ ★★★★☆"])
def test_text_as_it_was_written_has_no_flag(text: str) -> None:
    assert text_flags(text) == ()


@pytest.mark.parametrize("text", ["", " \n\t\n", "—— · ——"])
def test_a_page_without_letters_and_digits_is_empty(text: str) -> None:
    assert text_flags(text) == ("empty",)


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0xE000 + ord(char) % 0x1000) for char in CHINESE),  # a font without a map to Unicode
        "(cid:12)(cid:88)(cid:7)(cid:31)",
        "市场\ufffd\ufffd达到\ufffd\ufffd亿元",
        "年度收入锟斤拷锟斤拷增长",
        CHINESE.encode().decode("gb18030", "replace"),
        CHINESE.encode().decode("cp1252", "replace"),
        CHINESE.encode().decode("latin-1"),
        CHINESE.encode("gb18030").decode("latin-1"),
        "\x03\x07\x12\x05 \x11\x06",
    ],
    ids=[
        "private use",
        "cid",
        "replacement",
        "filler",
        "UTF-8 as GBK",
        "as cp1252",
        "as Latin-1",
        "GBK as Latin-1",
        "controls",
    ],
)
def test_letters_that_are_not_what_was_written_are_garbled(text: str) -> None:
    assert text_flags(text)[0] == "garbled"


def test_a_bullet_of_a_symbol_font_on_each_line_does_not_make_a_page_garbled() -> None:
    assert not is_garbled("\n".join(["\uf06c 算力是人工智能发展的基础设施和关键"] * 5))


def test_a_few_rare_characters_are_a_name() -> None:
    assert not is_garbled("董事长：龑燚犇，总经理：芈彧翀")


def test_a_page_mostly_of_rows_is_marked_for_its_tables() -> None:
    rows = "\n".join(["公司\t收入\t利润", "甲公司\t12.5\t3.1", "乙公司\t8.0\t1.2"])
    assert text_flags(f"{rows}\n注：单位为亿元") == ("tables",)
    assert text_flags(f"{rows}\n{CHINESE}{CHINESE}") == ()
