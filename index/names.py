"""Names that a report lists: in a column of firms, products or people, and at the head of the items of a list.

The dictionary lacks most of them and cuts them anywhere (云 从 科技), so a question that joins two of them is read wrongly
(甲和云 for 甲和云从科技) unless they are known.
"""

import re
from collections.abc import Iterator

from index.segment import tokenizer
from ingest.normalise import simplify
from ingest.report import Passage

# 企业名称, 公司, 产品, but not 公司数量 nor 产品特点.
_NAMES = re.compile(
    r"(?:被投|投资|开发|参与|代表|典型|主要|相关)?(?:公司|企业|机构|厂商|厂家|品牌|团队|高校|院校|单位|产品|模型|平台)(?:名称|简称|名)?|名称|姓名|型号|嘉宾|专家"
)
_APART = re.compile(r"[、，,；;/\n]+")
_AT_HEAD = re.compile(r"^[-*+•◆✓·●■▪►\s]*([^：:\n]{2,12})[：:]\s*\S", re.MULTILINE)
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·.&-]{2,12}")
_HAN = re.compile("[\u4e00-\u9fff]+")
_SAYS_MORE = re.compile("[的和与及或等是在]")


def listed_names(passage: Passage) -> Iterator[str]:
    """The names that a passage lists and the dictionary cuts where no word ends, simplified."""
    told = [cell for header, cell in passage.cells if _NAMES.fullmatch(simplify(header))]
    if passage.kind == "list":
        told += _AT_HEAD.findall(passage.text)
    for name in (part.strip() for each in told for part in _APART.split(simplify(each))):
        if _NAME.fullmatch(name) and not _SAYS_MORE.search(name) and not _is_made_of_words(name):
            yield name


def _is_made_of_words(name: str) -> bool:
    """Whether the dictionary has all of a name in words of two characters or more: 产品功能 needs no help. Latin is one word as it is."""
    words = [word for run in _HAN.findall(name) for word in tokenizer().cut(run)]
    return all(len(word) > 1 and tokenizer().FREQ.get(word) for word in words)
