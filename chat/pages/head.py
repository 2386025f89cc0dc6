"""What a page of ours has in its head beside Gradio's."""

import json
from dataclasses import asdict

from chat.access.sites import Site
from chat.contract import JsonObject
from chat.pages.words import Words


def head_html(words: Words, site: Site | None = None) -> str:
    """site: the portal's site that the page is opened for. What its script is told stands in elements that run nothing."""
    said = _data(asdict(words.script) | {"feedback": asdict(words.feedback), "frame": asdict(words.frame)})
    shown: JsonObject = {}
    if site is not None:
        shown = {
            "id": site.id,
            "origins": site.origins,
            "title": site.title,
            "welcome": site.welcome,
            "theme": site.theme,
        }
    return (
        f"<title>{words.product}</title>"
        '<link rel="icon" type="image/svg+xml" href="../static/icon.svg">'
        '<link rel="stylesheet" href="../static/page.css">'
        '<link rel="stylesheet" href="../static/look.css"><link rel="stylesheet" href="../static/overview.css">'
        f'<script type="application/json" id="words" lang="{words.language}">{said}</script>'
        + (f'<script type="application/json" id="site">{_data(shown)}</script>' if shown else "")
        # In this order: what the one makes of `fetch` goes through what the other does.
        + (
            '<link rel="stylesheet" href="../static/frame.css"><script src="../static/frame.js"></script>'
            if shown
            else ""
        )
        + '<script src="../static/stream.js"></script><script type="module" src="../static/page.js"></script>'
    )


def _data(object: JsonObject) -> str:
    """JSON that stands in an element of a page."""
    return json.dumps(object, ensure_ascii=False).replace("<", "\\u003c")
