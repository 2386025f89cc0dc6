"""Which code made a thing: a digest of a package's sources, so that nobody has to remember to count a number up."""

import hashlib
from functools import cache
from pathlib import Path

_SOURCES = frozenset({".py", ".txt"})  # word lists decide as much as code does


@cache
def code_fingerprint(folder: Path) -> str:
    """12 hex digits of the sha256 over the names and contents of the sources in a folder and those below it."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in _SOURCES)
    digests = [(file.relative_to(folder).as_posix(), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    return hashlib.sha256(repr(digests).encode()).hexdigest()[:12]
