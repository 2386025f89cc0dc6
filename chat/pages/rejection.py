"""What a browser shows in the place of a page: one sentence, and nothing that runs."""

from chat.pages.escaping import inert
from chat.pages.languages import LANGUAGES
from ingest.language import Message, spoken

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{product}</title><style>body{{font:16px/1.7 sans-serif;margin:20vh auto;max-width:34rem;padding:0 1.5rem;color:#1e293b}}
h1{{font-size:1.15rem}}</style></head><body><main><h1>{product}</h1><p>{message}</p></main></body></html>
"""


def rejection_html(told: Message) -> str:
    """The page that says why there is no other, in the language that is spoken now."""
    words = LANGUAGES[spoken()]
    return _PAGE.format(language=words.language, product=words.product, message=inert(str(told)))
