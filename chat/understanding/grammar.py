"""The words of a question with one letter each for their kind, so that regular expressions can look for word orders.

jieba's parts of speech, after what it would cut in two (periods, quoted titles, Latin words, names given) is set apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.segment import tagged, tokenizer

# A period, a known name, a measure (销量, 占比), any other noun, an adjective, a verb, 的, a word that joins, the rest.
PERIOD, NAME, MEASURE, NOUN, ADJECTIVE, VERB, OF, JOIN, OTHER = "pkmnavdjo"
_KINDS = {"ns": NAME, "nr": NAME, "nrt": NAME, "nt": NAME, "nz": NAME, "eng": NAME, "a": ADJECTIVE, "v": VERB}
_NOUNS = ("n", "vn", "an", "s", "f", "b", "l", "i", "j", "t", "z")
_KINDS_OF_WORDS = {**dict.fromkeys(("和", "与", "跟", "同", "及", "以及"), JOIN), "的": OF, "之": OF}
_MEASURE = re.compile(
    r".*(?:[量率额数值价速幅]|[功能电油水]耗|占比|规模|收入|利润|成本|份额|比重|价格|人口|面积|营收|投入|支出|费用|寿命|高度|长度|重量"
    r"|体积|密度|温度|浓度|身高|体重|年龄|产能|功率|市值|工资|里程|续航|GDP|预算|债务|资产)"
)
# Numbers that say which, not how many: 第一份, 二线, 三级.
_ORDERED = re.compile("第|[一二三四五六七八九十]+[线级类型代等甲]$")
_ATOMS = re.compile(
    r"(?P<quoted>《[^》]*》|「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"|（[^）]*）|\([^)]*\))"
    r"|(?P<period>(?<!\d)(?:(?:19|20)\d\d|\d\d(?=年))"
    r"(?:年(?!代)度?|[HhQq][1-4]|(?=\s*(?:[、和与跟及]|以及)\s*(?:19|20)\d\d(?!\d)))"
    r"|[上下]半年|(?:第?[一二三四]|前三)季度|(?<!\d)(?:1[0-2]|[1-9])月份?(?!\d)|十[一二三四]五(?:时期|期间)?)"
    r"|(?P<join>、|(?<![A-Za-z])[Vv][Ss]\.?(?![A-Za-z]))"
    r"|(?P<than>相[较比对]于|比起|之[间中]|当中)"
    r"|(?P<latin>\d*[A-Za-z][A-Za-z0-9.+&-]*(?: \d+(?![\d年月]))?)"
    r"|(?P<version>(?<![\d.])\d\.0(?![\d.%％百千万亿元个倍]))"  # 工业4.0阶段
)


@dataclass(frozen=True, slots=True)
class Word:
    """text[start:end] of what was cut; kind is one of the letters above."""

    text: str
    kind: str
    start: int
    end: int


@lru_cache(maxsize=64)
def words_of(text: str, names: tuple[str, ...] = ()) -> tuple[Word, ...]:
    """The words of a simplified text in order, without gaps. names: what is one name, longest first."""
    words: list[Word] = []
    done = 0
    for atom in _ATOMS.finditer(text):
        words += _between(text, done, atom.start(), names)
        words.append(Word(atom[0], _kind_of_atom(atom), *atom.span()))
        done = atom.end()
    return (*words, *_between(text, done, len(text), names))


def shape(words: Sequence[Word]) -> str:
    """The kinds of the words, a letter each."""
    return "".join(word.kind for word in words)


def is_measure(text: str) -> bool:
    """Whether a word names something that has an amount (销量, 增速, 人口)."""
    return _MEASURE.fullmatch(text) is not None


def _kind_of_atom(atom: re.Match[str]) -> str:
    if atom.lastgroup == "latin" and is_measure(atom[0]):
        return MEASURE
    if atom.lastgroup == "version" or (atom.lastgroup == "quoted" and atom[0][0] in "（("):
        return NOUN
    return {"period": PERIOD, "join": JOIN, "than": OTHER}.get(atom.lastgroup or "", NAME)


def _between(text: str, start: int, end: int, names: tuple[str, ...]) -> Iterator[Word]:
    """The words of text[start:end], where names are one word each."""
    pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")
    for name in pattern.finditer(text, start, end):
        yield from _cut(text[start : name.start()], start)
        yield Word(name[0], NAME, *name.span())
        start = name.end()
    yield from _cut(text[start:end], start)


def _cut(text: str, at: int) -> Iterator[Word]:
    parted = [(part, tag) for word, tag in tagged(text) for part in _parted(word)]
    for word, tag in _with_surnames(parted):
        yield Word(word, _kind(word, tag), at, at + len(word))
        at += len(word)


def _with_surnames(words: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """An unknown name that begins like a person's is cut after the surname (蔚 来): made whole again."""
    surname = ""
    for word, tag in (*words, ("", "x")):
        if surname and len(word) == 1 and word.isalpha() and word not in _KINDS_OF_WORDS:
            yield surname + word, "nr"
            surname = ""
            continue
        if surname:
            yield surname, "nr"
        surname = word if tag == "nr" and len(word) == 1 and word not in _KINDS_OF_WORDS else ""
        if word and not surname:
            yield word, tag


def _parted(word: str) -> list[str]:
    """A word that no dictionary has may hold what joins two (男和女, 和蔚); one that it has does not (和平区, 共和国)."""
    if len(word) > 1 and not tokenizer().FREQ.get(word) and re.search("[和与]", word):
        return [part for part in re.split("([和与])", word) if part]
    return [word]


def _kind(word: str, tag: str) -> str:
    if word in _KINDS_OF_WORDS:
        return _KINDS_OF_WORDS[word]
    own_word = tag == "x" and word[0].isalpha()  # of the domain list
    if _ORDERED.match(word) or (len(word) > 1 and word[-1] == "期"):
        return NOUN
    says_where = tag == "f" and len(word) == 1  # 报告里, 三年中
    if word.startswith(("同比", "环比")) or says_where or (tag[0] in "rdpcumoyx" and not own_word):
        return OTHER
    if len(word) > 1 and is_measure(word):
        return MEASURE
    return _KINDS.get(tag) or (NOUN if own_word or tag.startswith(_NOUNS) else OTHER)
