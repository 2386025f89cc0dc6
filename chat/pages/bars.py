"""Bars of HTML: shares as widths and heights, with no script and no picture. Colours are classes of static/overview.css.

What a bar shows is told in words beside it, so a bar itself is hidden from who listens to the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from chat.pages.escaping import attribute, inert

NAME_LETTERS = 64  # letters of names that fit below the columns side by side
PHONE_NAME_LETTERS = 40  # on a phone


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, how long it is in the unit of its neighbours, what is written for that, and its colour.

    look: a class of the style sheet. told: what is shown where one points at it; name and figure where it is "".
    """

    name: str
    length: float
    figure: str
    look: str = ""
    told: str = ""

    @property
    def tooltip(self) -> str:
        return attribute(self.told or f"{self.name} {self.figure}")


def strip(bars: Sequence[Bar]) -> str:
    """Bars end to end, together as wide as there is room."""
    whole = sum(bar.length for bar in bars)
    if not whole:
        return ""
    pieces = "".join(
        f'<i class="{bar.look}" style="width:{percent(bar.length / whole)}" title="{bar.tooltip}"></i>'
        for bar in bars
        if bar.length
    )
    return f'<div class="strip" aria-hidden="true">{pieces}</div>'


def legend(bars: Sequence[Bar]) -> str:
    """The names, figures and colours of the bars of a strip."""
    items = "".join(
        f'<li><i class="{bar.look}" aria-hidden="true"></i>{inert(bar.name)} <b>{inert(bar.figure)}</b></li>'
        for bar in bars
    )
    return f'<ul class="legend">{items}</ul>'


def rows(bars: Sequence[Bar], *, longest: float | None = None) -> str:
    """Bars below each other, each after its name and before its figure; the longest, or `longest`, fills its place."""
    most = longest or max((bar.length for bar in bars), default=0) or 1
    items = "".join(
        f'<li><span class="name" title="{attribute(bar.name)}">{inert(bar.name)}</span>'
        f'<span class="track" aria-hidden="true"><i class="{bar.look}" style="width:{percent(bar.length / most)}"></i></span>'
        f"<b>{inert(bar.figure)}</b></li>"
        for bar in bars
    )
    return f'<ul class="rows">{items}</ul>'


def columns(bars: Sequence[Bar], *, highest: float | None = None) -> str:
    """Bars beside each other, each over its name and below its figure; the highest, or `highest`, has the full height.

    The height goes to the style sheet as a number: what is left for a bar below its figure is known there. Of many bars
    only every so many is named, so that no name runs into the next; on a phone fewer.
    """
    letters = len(bars) * max((len(bar.name) for bar in bars), default=0)
    step = max(1, ceil(letters / NAME_LETTERS))
    phone_step = step * max(1, ceil(letters / step / PHONE_NAME_LETTERS))
    most = highest or max((bar.length for bar in bars), default=0) or 1
    items = "".join(
        f'<li title="{bar.tooltip}"><span class="tower"><b>{inert(bar.figure)}</b>'
        f'<i class="{bar.look}" style="--share:{min(bar.length / most, 1):.4f}" aria-hidden="true"></i></span>'
        f'<span class="name{" spare" if number % phone_step else ""}">{inert(bar.name) if number % step == 0 else "&nbsp;"}</span></li>'
        for number, bar in enumerate(bars)
    )
    return f'<ul class="columns">{items}</ul>'


def percent(share: float) -> str:
    """A share as CSS writes it; never more than the whole."""
    return f"{min(share, 1.0) * 100:.2f}%"
