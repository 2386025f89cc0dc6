"""Why a question is not answered, and what the library has near it: years, pictures whose data the text lacks, sections.

A bare refusal sends the reader away; most of them ask for something that stands next to what is there.
"""

import re
from collections.abc import Iterable, Sequence

from chat.answer import Answer, Found, RefusalKind
from chat.evidence import Evidence
from chat.relevance import asked_years
from index.asked import asks_for_a_figure, lacks_what_is_asked
from index.library import Hit
from index.segment import fold, segment_question
from ingest.normalise import simplify
from ingest.periods import find_periods
from ingest.report import Passage

NOTHING = "报告中没有找到可以回答这个问题的内容。"
COVERED = "目前收录的是{reports}。"
OTHER_YEARS = "收录的相关内容没有说到{asked}年，说到的年份有{spoken}。"
IN_A_PICTURE = "答案可能在{picture}里，但报告的文字没有图中的数据，请查看原报告的图。"
NEAREST = "最接近的内容在{sections}，原文列在来源里，供参考。"

MOST_SECTIONS = 3
MOST_YEARS = 6
MOST_REPORTS = 5
# A section is named where its passage has this share of the question's words; of an unrelated question none does.
LEAST_WORDS = 0.15
# A picture is what is asked for where its caption has this share of the question's words.
CAPTION_WORDS = 0.5

# 图中列出, 图表里显示: what stands in a picture, not what the text says of it. 地图, 意图 and 知识图谱 are no pictures of a report.
_PICTURE = r"(?<![意企试力地版蓝以知识截])图(?:谱|表|片)?(?![像形书灵])"
_IN_PICTURE = re.compile(
    rf"{_PICTURE}[^，,。？?]{{0,12}}?(?:栏|列了|列出|标[注了出]|画[了的]|展示|显示|[中里上]|写[了的])"
)
_ASKED_NOUN = re.compile(
    r"(?:哪些|哪[几两三]?[个家种款位]|什么|多少|几[个家种款])([^，,。？?、的了]{1,8}?)(?:[？?，,。]|$|的|在|是|有)"
)


def refused(found: Found, reports: Sequence[str], shares: Sequence[float], picture: Hit | None = None) -> Answer:
    """No answer, with the reason where it is known and what is near.

    reports: the titles in the library. shares: of the question's words, what each hit has. picture: what the answer stands
    in, as its caption or a passage of its section.
    """
    hits = found.hits
    said = [NOTHING]
    kind: RefusalKind = "nothing"
    years = asked_years(found.question) or asked_years(found.standalone_question)
    near = [hit for hit, share in zip(hits, shares, strict=True) if share >= LEAST_WORDS]
    spoken = {year for hit in near if hit.passage.kind != "figure" for year in _years_told(hit.passage)}
    if picture is None:
        picture = _captioned(found.standalone_question, hits, years)
    if picture is not None and years <= spoken | _years_in(picture.passage.text):
        said.append(IN_A_PICTURE.format(picture=_picture(picture)))
        kind = "picture"
    elif years - spoken and spoken:
        asked = "、".join(map(str, sorted(years - spoken)))
        said.append(OTHER_YEARS.format(asked=asked, spoken="、".join(_nearest_years(spoken, years))))
        kind = "years"
    if near:
        said.append(NEAREST.format(sections="、".join(_sections(near))))
        kind = "near" if kind == "nothing" else kind
    elif reports:
        said.append(COVERED.format(reports=_listed(reports)))
    return Answer((), (), hits, refusal="".join(said), refused_for=kind)


def asked_picture(question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> Hit | None:
    """The hit that shows the picture, or is of the section of it, whose data is asked for and stands in no text; None where the
    text may answer.

    Either the question points into a picture, and what it asks for by name (哪些厂商) stands nowhere in the passage of its section; or it asks for a figure, no text found has one, and a caption tells of the same thing.
    """
    if _IN_PICTURE.search(simplify(question)) and hits and not hits[0].passage.cells:
        speaking = hits[0]
        asked = _ASKED_NOUN.search(simplify(question))
        words = [word for word in segment_question(asked[1]) if len(word) > 1] if asked else []
        shown = re.search(_PICTURE, speaking.passage.headings[-1])
        if shown and words and not _any_of(words, speaking):
            return speaking
    texts = [hit.passage.reading for hit in hits if hit.passage.kind != "figure"] + [item.reading for item in evidence]
    if asks_for_a_figure(question) and all(lacks_what_is_asked(question, text) for text in texts):
        return _captioned(question, hits, asked_years(question))
    return None


def _any_of(words: Iterable[str], hit: Hit) -> bool:
    return any(word in fold(hit.passage.search_text) for word in words)


def _captioned(question: str, hits: Sequence[Hit], years: set[int]) -> Hit | None:
    """The first picture that tells of what is asked, in those years."""
    words = [word for word in segment_question(question) if len(word) > 1]
    for hit in hits:
        if hit.passage.kind != "figure":
            continue
        text = fold(hit.passage.text)
        told = sum(word in text for word in words) >= CAPTION_WORDS * len(words)
        if words and told and (not years or years <= _years_in(hit.passage.text)):
            return hit
    return None


def _years_told(passage: Passage) -> set[int]:
    """The years of the periods that a passage and its heading tell: no number that only looks like one."""
    text = f"{passage.title} {passage.headings[-1]} {passage.caption} {passage.reading}"
    periods = find_periods(simplify(text))
    return {year for each in periods for year in range(each.first.year, each.last.year + 1)}


def _years_in(text: str) -> set[int]:
    spans = re.findall(r"(?<!\d)((?:19|20)\d{2})年?(?:[-–—~至]((?:19|20)\d{2}))?", text)
    return {year for first, last in spans for year in range(int(first), int(last or first) + 1)}


def _picture(hit: Hit) -> str:
    passage = hit.passage
    if passage.kind == "figure":
        return f"图“{passage.text.split(chr(10))[0].strip()}”"
    return f"“{passage.headings[-1]}”一节的图"


def _sections(hits: Iterable[Hit]) -> list[str]:
    """The sections of the hits, each with its report, the best first."""
    return list(dict.fromkeys(f"《{hit.passage.title}》“{hit.passage.headings[-1]}”" for hit in hits))[:MOST_SECTIONS]


def _nearest_years(spoken: set[int], asked: set[int]) -> list[str]:
    nearest = sorted(spoken, key=lambda year: min(abs(year - other) for other in asked))[:MOST_YEARS]
    return [str(year) for year in sorted(nearest)]


def _listed(reports: Sequence[str]) -> str:
    shown = "".join(f"《{title}》" for title in reports[:MOST_REPORTS])
    return f"{shown}等 {len(reports)} 份报告" if len(reports) > MOST_REPORTS else shown
