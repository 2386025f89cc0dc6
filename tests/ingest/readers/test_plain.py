"""Markdown and text files as sources of one page."""

import pytest

from ingest.readers.plain import read_plain
from ingest.report import UnreadableReport


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_is_one_page_without_a_number_whatever_its_encoding(encoding: str) -> None:
    source = read_plain("# 概况\n\n规模**12.5**亿元。\n".encode(encoding), "甲.md")
    assert [(page.number, page.text) for page in source.pages] == [(None, "# 概况\n\n规模12.5亿元。")]


def test_bytes_that_are_no_text_are_refused_by_name() -> None:
    with pytest.raises(UnreadableReport, match=r"^甲\.md：第 0 字节"):
        read_plain(b"\xff" * 100, "甲.md")
