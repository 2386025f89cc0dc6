"""Why a question is not answered, and what the library has near it: years, pictures whose data the text lacks, sections.

It is told in the language that is spoken. A bare refusal sends the reader away; most of them ask for something that stands next to what is there.
"""

import re
from collections.abc import Iterable, Sequence, Set

from chat.answer import NOTHING, Answer, Found, RefusalKind
from chat.answering.replies import covered, joined
from chat.evidence.blank import Blank
from chat.evidence.evidence import Evidence
from chat.understanding.meant import Another, asked_years, years_of
from index.asked import asks_for_a_figure, lacks_what_is_asked
from index.library import Hit
from index.segment import fold, segment_question
from ingest.language import Message, message, say
from ingest.normalise import simplify
from ingest.report import Passage

# Said in English whatever language is spoken: who asks in English reads it.
ASK_IN_CHINESE = "The reports are in Chinese, so a question is best asked in Chinese."

MOST_SECTIONS = 3
MOST_YEARS = 6
# A section is named where its passage has this share of the question's words; of an unrelated question none does.
LEAST_WORDS = 0.15
# Fewer words in Latin letters may be names alone.
LEAST_ENGLISH_WORDS = 3
# A picture is what is asked for where its caption has this share of the question's words.
CAPTION_WORDS = 0.5

# 图中列出, 图表里显示: what stands in a picture, not what the text says of it. 地图, 意图 and 知识图谱 are no pictures of a report.
_PICTURE = r"(?<![意企试力地版蓝以知识截])图(?:谱|表|片)?(?![像形书灵])"
_IN_PICTURE = re.compile(
    rf"{_PICTURE}[^，,。？?]{{0,12}}?(?:栏|列了|列出|标[注了出]|画[了的]|展示|显示|[中里上]|写[了的])"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_ASKED_NOUN = re.compile(
    r"(?:哪些|哪[几两三]?[个家种款位]|什么|多少|几[个家种款])([^，,。？?、的了]{1,8}?)(?:[？?，,。]|$|的|在|是|有)"
)


def refused(
    found: Found,
    reports: Sequence[str],
    shares: Sequence[float],
    picture: Hit | None = None,
    instead: Another | None = None,
    *,
    blank: Blank | None = None,
) -> Answer:
    """No answer, with the reason where it is known and what is near.

    reports: the titles in the library. shares: of the question's words, what each hit has. picture: what the answer stands
    in, as its caption or a passage of its section. instead: what the best matching stretch tells of. blank: the cell of a table that
    is asked for and empty.
    """
    hits = found.hits
    said = [str(NOTHING)]
    kind: RefusalKind = "nothing"
    years = asked_years(found.question) or asked_years(found.standalone_question)
    near = [hit for hit, share in zip(hits, shares, strict=True) if share >= LEAST_WORDS]
    spoken = {year for hit in near if hit.passage.kind != "figure" for year in _years_told(hit.passage)}
    if picture is None:
        picture = _captioned(found.standalone_question, hits, years)
    if blank is not None:
        said.append(say("收录的表格里，“{row}”的“{column}”一栏没有数据。", row=blank.row, column=blank.column))
    elif picture is not None and years <= spoken | _years_in(picture.passage.text):
        shown = _picture(picture)
        said.append(say("答案可能在{picture}里，但报告的文字没有图中的数据，请查看原报告的图。", picture=shown))
        kind = "picture"
    elif instead is not None and near:
        kind = "another"
        if instead.told:
            said.append(say("最接近的内容说的是{told}，不是{meant}。", told=instead.told, meant=instead.meant))
        else:
            said.append(say("收录的相关内容没有说到{meant}。", meant=instead.meant))
    elif years - spoken and spoken:
        asked, nearest = sorted(years - spoken), _nearest_years(spoken, years)
        said.append(say("收录的相关内容没有说到{asked}年，说到的年份有{spoken}。", asked=asked, spoken=nearest))
        kind = "years"
    if near:
        said.append(say("最接近的内容在{sections}，供参考。", sections=_sections(near)))
        kind = "near" if kind == "nothing" else kind
    elif reports:
        said.append(covered(reports))
    if _is_english(found.question) and any(_HAN.search(hit.passage.text) for hit in hits):
        said.append(ASK_IN_CHINESE)
    return Answer((), (), hits, refusal=joined(said, " "), refused_for=kind)


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


def _captioned(question: str, hits: Sequence[Hit], years: Set[int]) -> Hit | None:
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


def _years_told(passage: Passage) -> frozenset[int]:
    return years_of(f"{passage.title} {passage.headings[-1]} {passage.caption} {passage.reading}")


def _years_in(text: str) -> set[int]:
    spans = re.findall(r"(?<!\d)((?:19|20)\d{2})年?(?:[-–—~至]((?:19|20)\d{2}))?", text)
    return {year for first, last in spans for year in range(int(first), int(last or first) + 1)}


def _picture(hit: Hit) -> Message:
    passage = hit.passage
    if passage.kind == "figure":
        return message("图“{caption}”", caption=passage.text.split("\n")[0].strip())
    return message("“{heading}”一节的图", heading=passage.headings[-1])


def _sections(hits: Iterable[Hit]) -> list[str]:
    """The sections of the hits, the best first, those of a report together."""
    places = [*dict.fromkeys((hit.passage.title, hit.passage.headings[-1]) for hit in hits)][:MOST_SECTIONS]
    by_report: dict[str, list[str]] = {}
    for title, heading in places:
        by_report.setdefault(title, []).append(say("“{heading}”", heading=heading))
    return [
        say("《{title}》{headings}", title=title, headings=joined(headings, ", "))
        for title, headings in by_report.items()
    ]


def _nearest_years(spoken: Set[int], asked: Set[int]) -> list[int]:
    nearest = sorted(spoken, key=lambda year: min(abs(year - other) for other in asked))[:MOST_YEARS]
    return sorted(nearest)


def _is_english(question: str) -> bool:
    """Whether it is a sentence of Latin letters; a name or two are not yet English."""
    return not _HAN.search(question) and len(_LATIN_WORD.findall(question)) >= LEAST_ENGLISH_WORDS
