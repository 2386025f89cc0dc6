"""An answer as plain text, to be copied: as `export` has it, with its references but not what is quoted from them.

Where two references read alike, as of a report without pages, each has its place behind it.
"""

from collections import Counter

from chat.pages.exchange import Exchange
from chat.pages.export import answer_paragraphs, reference_paragraph, replies_of
from chat.pages.words import ExportWords


def to_text(exchange: Exchange, words: ExportWords) -> str:
    """The answer on lines that end with a line feed, but for the last; "" where there is none."""
    replies, references = replies_of((exchange,))
    lines = [paragraph.text for reply in replies for paragraph in answer_paragraphs(reply, words)]
    if references:
        lines += ["", words.references]
    alike = Counter(listed.text for listed in references)
    for listed in references:
        place = words.place_behind.format(place=listed.place) if alike[listed.text] > 1 and listed.place else ""
        lines.append(reference_paragraph(listed).text + place)
    return "\n".join(lines)
