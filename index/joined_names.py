"""How people may type a Latin name that a corpus writes in parts: GPT-4 as GPT4 or GPT 4, DALL-E as DALLE.

The words that a search counts are none alike then (gpt and 4, gpt4), nor is one name found in the other.
"""

import re
from collections.abc import Iterable

# Not A100, which nobody parts, nor 2023 of AI2023; a part of one letter only where a hyphen makes it one (DALL-E).
_IN_PARTS = re.compile(
    r"(?<![A-Za-z0-9.-])(?=[a-z-]*[A-Z])[A-Za-z]{2,}"
    r"(?:(?:-[A-Za-z]+)+(?:-?\d{1,3}(?:\.\d+)?)?|-?\d{1,3}(?:\.\d+)?)(?![A-Za-z0-9%]|[.-][A-Za-z0-9])"
)
_PART = re.compile(r"[A-Za-z]+|[\d.]+")


def joined_names(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """For each such name its forms: joined, with hyphens and with blanks; sorted, each name once."""
    parted = {tuple(_PART.findall(name)) for text in texts for name in _IN_PARTS.findall(text)}
    return [("".join(parts), "-".join(parts), " ".join(parts)) for parts in sorted(parted)]
