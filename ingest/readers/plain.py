"""Markdown and plain text."""

from ingest.normalise import plain_markup
from ingest.readers.encodings import decode_text
from ingest.source import Source, SourcePage


def read_plain(content: bytes, name: str) -> Source:
    """A Markdown or text file as one page without a number; markup and HTML tags in it are resolved.

    Raises:
        UnreadableReport: the bytes are no text.
    """
    return Source((SourcePage(plain_markup(decode_text(content, name))),))
