"""HTML: what a page shows, and nothing of what it hides, runs or fetches."""

import pytest

from ingest.readers.web import read_html
from ingest.report import UnreadableReport


def text(markup: str) -> str:
    (page,) = read_html(markup.encode(), "甲.html").pages
    return page.text


def test_headings_paragraphs_and_lists_are_told_apart() -> None:
    assert text(
        "<body>前<h1>甲<b>报告</b></h1><p>规模<b>12.5</b>亿元。<br>同比增长</p><h3>驱动</h3>"
        "<ul><li>政策</li><li><p>技术</p></li><li>• 需求</li></ul><ol start=3><li>一<li>二</ol><pre>a\nb</pre>后</body>"
    ).split("\n\n") == [
        "前",
        "# 甲报告",
        "规模12.5亿元。\n同比增长",
        "### 驱动",
        "• 政策\n• 技术\n• 需求\n3. 一\n4. 二",
        "a\nb",
        "后",
    ]


def test_a_line_end_of_the_source_parts_words_but_no_chinese() -> None:
    assert text("<p>市场\n  规模\tis  12.5\nbillion</p>") == "市场规模 is 12.5 billion"


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>藏</p>",
        "<div style='color:red; DISPLAY : none'><p>藏</p></div>",
        "<span style='visibility:hidden'>藏</span>",
        "<p aria-hidden=true>藏</p>",
    ],
)
def test_what_is_hidden_is_left_out_and_flagged(hidden: str) -> None:
    (page,) = read_html(f"<p>见</p>{hidden}<p>又见</p>".encode(), "甲.html").pages
    assert (page.text, page.flags) == ("见\n\n又见", ("hidden",))


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x='藏'</script>",
        "<style>藏{}</style>",
        "<template>藏</template>",
        "<noscript>藏</noscript>",
        "<nav>藏</nav>",
        "<footer>藏</footer>",
        "<iframe src='http://192.0.2.1/'>藏</iframe>",
        "<!-- 藏 -->",
        "<select><option>藏</select>",
    ],
)
def test_what_is_no_content_is_left_out(markup: str) -> None:
    (page,) = read_html(f"<p>见{markup}又见</p>".encode(), "甲.html").pages
    assert page.text.replace("\n", "") == "见又见"
    assert page.flags == ()


def test_a_style_that_shows_hides_nothing() -> None:
    assert text("<p style='display:block'>见</p><p aria-hidden=false>又见</p>") == "见\n\n又见"


def test_the_main_part_of_a_page_is_read_alone_where_it_has_one() -> None:
    assert text("<header>站名</header><main><p>正文</p></main><div>推荐</div>") == "正文"
    assert text("<main>一</main><main>二</main>") == "一\n\n二"


def test_a_table_has_its_spans_filled_and_its_caption_above() -> None:
    assert text(
        "<table><caption>表1 收入</caption><thead><tr><th rowspan=2>公司<th colspan=2>2022年</tr><tr><th>收入<th>利润</tr></thead>"
        "<tr><td rowspan=0>谷歌<br>母公司<td>1<td>2<tr><td>3<td>4</table>"
    ).split("\n") == [
        "表1 收入",
        "公司\t2022年\t2022年",
        "公司\t收入\t利润",
        "谷歌\x1f母公司\t1\t2",
        "谷歌\x1f母公司\t3\t4",
    ]


def test_cells_keep_their_items_on_lines_of_their_own() -> None:
    assert text("<table><tr><td>甲<td><ul><li>快<li>省</ul></table>") == "甲\t• 快\x1f• 省"


def test_a_table_around_tables_is_only_a_frame() -> None:
    assert text("<table><tr><td><h2>规模</h2><table><tr><td>甲<td>1</table></td><td>边栏</td></table>") == (
        "## 规模\n\n甲\t1\n\n边栏"
    )


def test_a_hidden_row_or_cell_is_left_out() -> None:
    assert text("<table><tr><td>甲<td hidden>藏<td>1<tr style='display:none'><td>藏</table>") == "甲\t1"


def test_title_author_and_date_are_those_that_the_page_names() -> None:
    source = read_html(
        "<title> 甲\n报告 </title><meta name=Author content=研究院><meta property='article:published_time' content='2023-05-01T08:00'>"
        "<p>文".encode(),
        "甲.html",
    )
    assert (source.title, source.author, source.published) == ("甲 报告", "研究院", "2023-05-01")


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("<meta name=date content=yesterday>", ""),
        ("<meta itemprop=datePublished content=2023/05/01>", "2023-05-01"),
        ("<meta name=citation_publication_date content=2023/05/01>", "2023-05-01"),
        ("<meta property=article:modified_time content=2024-02-02>", ""),  # when it was changed
        ("<meta name=date content=2024-02-02><meta name=DC.date.issued content=2023-05-01>", "2023-05-01"),
    ],
)
def test_a_page_is_dated_by_what_it_says_of_its_publication(head: str, published: str) -> None:
    assert read_html(f"{head}<p>文".encode(), "甲.html").published == published


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "iso-8859-1", "big5", "unicode_escape", "没有"])
def test_the_bytes_decide_over_a_wrong_declaration(declared: str) -> None:
    page = f"<meta charset={declared}><p>市场规模达到十二亿元，同比增长。</p>"
    if declared != "iso-8859-1":
        assert "市场规模达到十二亿元" in read_html(page.encode("gb18030"), "甲.html").pages[0].text
        assert "市场规模达到十二亿元" in read_html(page.encode("utf-16"), "甲.html").pages[0].text
        assert "市场规模达到十二亿元" in text(page)


def test_a_foreign_encoding_is_read_where_it_is_declared() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><p>市場規模は成長している</p>'
    assert read_html(page.encode("shift_jis"), "a.html").pages[0].text == "市場規模は成長している"


def test_no_entity_is_defined_and_nothing_fetched() -> None:
    markup = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><p>见&a;又见&amp;&#20013;</p></html>'
    shown = text(markup)
    assert "root:" not in shown
    assert "又见&中" in shown


def test_elements_nested_too_deeply_are_refused_and_not_cut_off() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        text("<div>" * 1000 + "深")
    assert text("<div>" * 200 + "深") == "深"


def test_spans_of_any_number_are_bounded() -> None:
    assert text("<table><tr><td rowspan=99999999 colspan=-1>甲<td colspan=x>乙</table>") == "甲\t乙"
    with pytest.raises(ValueError, match="too many places"):
        text("<table>" + "<tr><td rowspan=1000 colspan=1000>甲<td>乙" * 1000)


@pytest.mark.parametrize("content", [b"", b" \n", b"<html></html>", b"<p></p>"])
def test_a_page_without_words_is_empty(content: bytes) -> None:
    assert read_html(content, "甲.html").pages[0].text == ""


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"^甲\.html：第 \d+ 字节"):
        read_html(b"<p>\xff\xff\xff\xff", "甲.html")
