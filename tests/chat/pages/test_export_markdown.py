"""A conversation as Markdown: a parser gives back the paragraphs, as what they are."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from chat.pages.chinese import CHINESE
from chat.pages.export import Document, paragraphs
from chat.pages.export_markdown import escaped, to_markdown
from tests.chat.pages.conversations import CONVERSATION, conversations, exported, saying

MARKDOWN = "*_[]()#<>|\\`~-+=.:!&;$^{}'\"@/1 9\n\tAx中文，。"
EXTENDED = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(tokens: Sequence[Token]) -> str:
    """The text of inline tokens, line breaks as line feeds."""
    return "".join("\n" if token.type in ("softbreak", "hardbreak") else _text(token) for token in tokens)


def _text(token: Token) -> str:
    assert token.type in ("text", "link_open", "link_close", "strong_open", "strong_close", "html_inline"), token.type
    return token.content if token.type == "text" else ""


def read(markdown: str) -> list[tuple[str, str]]:
    """(the block it is in, text) of every paragraph."""
    blocks, within = [], [""]
    for token in EXTENDED.parse(markdown):
        if token.nesting == 1:
            within.append(token.tag if token.tag != "p" else within[-1])
        elif token.nesting == -1:
            within.pop()
        else:
            assert token.type == "inline", token.type
            blocks.append((within[-1], shown(token.children or [])))
    return blocks


BLOCKS = {"title": "h1", "question": "h2", "references": "h2", "row": "blockquote", "quote": "blockquote"}


def written(document: Document) -> list[tuple[str, str]]:
    return [(BLOCKS.get(paragraph.kind, ""), paragraph.text) for paragraph in paragraphs(document, CHINESE)]


def test_a_conversation_reads_as_this() -> None:
    markdown = to_markdown(exported(*CONVERSATION), CHINESE).decode()
    assert markdown.startswith("# 研报问答记录\n\nreportqa 研报问答 · 2025-04-01 导出\n\n")
    assert (
        r"销量为1286.6万辆，出口128.4万辆。\[[1](#ref-1),[2](#ref-2)\]纯电动汽车出口减少。\[[2](#ref-2)\]" in markdown
    )
    assert "\n\n**摘自原文**\n\n（一）扩大分布式光伏；\\[[3](#ref-3)\\]\n\n" in markdown
    assert markdown.endswith(
        '<a id="ref-3"></a>\\[3\\] 某协会. 光伏行业白皮书\\[R\\]. 2024-11.\n\n位置：政策\n\n'
        "> （一）扩大分布式光伏；\\\n> （二）完善并网规则。\n"
    )


def test_a_parser_gives_back_the_paragraphs_of_a_conversation() -> None:
    document = exported(*CONVERSATION)
    assert read(to_markdown(document, CHINESE).decode()) == written(document)


def test_every_mark_leads_to_the_anchor_of_its_reference() -> None:
    markdown = to_markdown(exported(*CONVERSATION), CHINESE).decode()
    assert re.findall(r"\[(\d)\]\(#ref-(\d)\)", markdown) == [
        (number, number) for number in ["1", "2", "2", "1", "2", "3", "2"]
    ]
    assert re.findall(r'<a id="ref-(\d)"></a>\\\[(\d)\\\]', markdown) == [("1", "1"), ("2", "2"), ("3", "3")]


@pytest.mark.parametrize(
    "text",
    [
        "1. 不是列表",
        "12) 不是列表",
        "- 不是列表\n+ 也不是",
        "不是标题\n===",
        "不是标题\n---",
        "***",
        "# 不是标题 #",
        "> 不是引用",
        "| 不是 | 表格 |\n| --- | --- |\n| 1 | 2 |",
        "<script>alert(1)</script> <a href=x>",
        "[不是链接](http://a.b)",
        "[不是]: http://a.b '定义'",
        "![不是图](a.png)",
        "`不是` ~~代码~~ **粗** _斜_",
        "&amp; &#65; &copy;",
        "行尾的\\\n反斜线\\",
        "```\n不是代码",
        "~~~",
        "http://a.b <http://a.b>",
    ],
)
def test_what_would_be_markdown_is_text(text: str) -> None:
    document = saying(text)
    assert read(to_markdown(document, CHINESE).decode()) == written(document)


@given(conversations(st.text(MARKDOWN, max_size=40)))
@example(saying("1.\n2)"))
def test_a_parser_gives_back_whatever_was_said(document: Document) -> None:
    assert read(to_markdown(document, CHINESE).decode()) == written(document)


@given(conversations(st.text(max_size=40)))
def test_and_in_whatever_letters(document: Document) -> None:
    assert read(to_markdown(document, CHINESE).decode()) == written(document)


def test_figures_stay_legible_in_the_source() -> None:
    assert escaped("同比增长12.5%（2019-2026年），约1,286.6万辆！") == "同比增长12.5%（2019-2026年），约1,286.6万辆！"
