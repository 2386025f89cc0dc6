"""Which language a page speaks: the one asked for, else the first of the browser's that there is, else Chinese."""

import re

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.words import Words

LANGUAGES = {"zh": CHINESE, "en": ENGLISH}
MOST_TAGS = 20
# A number from 0 to 1 with three decimals at most (RFC 9110, 12.4.2).
_WEIGHT = re.compile(r"\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*")
_MALFORMED = 0.0001  # below any weight that can be written


def words_for(accepted: str, asked: str | None = None) -> Words:
    """The strings of a language. accepted: an Accept-Language header (RFC 9110, 12.5.4); asked: a language's tag."""
    for tag in (asked or "", *_by_preference(accepted)):
        words = LANGUAGES.get(tag.strip().lower().partition("-")[0])
        if words is not None:
            return words
    return CHINESE


def language_of(accepted: str) -> str:
    """The tag of the language that `words_for` would choose."""
    return words_for(accepted).language


def _by_preference(accepted: str) -> list[str]:
    """The tags of the header, the best first, equal ones in their order; without those that are not wanted, q=0.

    One whose weight is malformed comes last.
    """
    weighed = []
    for part in accepted.split(",")[:MOST_TAGS]:
        tag, semicolon, parameter = part.partition(";")
        weight = _WEIGHT.fullmatch(parameter)
        weighed.append((float(weight[1]) if weight else _MALFORMED if semicolon else 1.0, tag))
    return [tag for weight, tag in sorted(weighed, key=lambda item: -item[0]) if weight > 0]
