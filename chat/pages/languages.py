"""Which language a page speaks: the one asked for, else the first of the browser's that there is, else Chinese."""

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.words import Words

LANGUAGES = {"zh": CHINESE, "en": ENGLISH}


def words_for(accepted: str, asked: str | None = None) -> Words:
    """The strings of a language. accepted: an Accept-Language header (RFC 9110, 12.5.4); asked: a language's tag."""
    for tag in (asked or "", *_by_preference(accepted)):
        words = LANGUAGES.get(tag.strip().lower().partition("-")[0])
        if words is not None:
            return words
    return CHINESE


def _by_preference(accepted: str) -> list[str]:
    """The tags of the header, the best first; one whose weight is no number comes last."""
    weighed = []
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.partition(";")
        try:
            weighed.append((-float(weight.strip().removeprefix("q=") or 1), tag))
        except ValueError:
            weighed.append((0.0, tag))
    return [tag for weight, tag in sorted(weighed, key=lambda item: item[0]) if weight < 0]
