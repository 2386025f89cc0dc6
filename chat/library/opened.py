"""A report opened to be read as a whole, as a version of the index remembers it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chat.library.building import READINGS
from ingest.corpus import Reading, readings_from_lines
from ingest.report import Report


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """A report with its sections. file: where it lies in the corpus. sha256: of that file's content when it was read."""

    report: Report
    file: str
    sha256: str


def open_report(version: Path, report_id: str) -> OpenedReport | None:
    """The report of that id in a version of the index; None where there is none.

    Of a large library one line is decoded, not all: 19 ms for a report of 1,000 pages.
    """
    for reading in _readings_naming(version / READINGS, report_id):
        if reading.report is not None and reading.id == report_id:
            return OpenedReport(reading.report, reading.file, reading.sha256)
    return None


def _readings_naming(file: Path, report_id: str) -> Iterator[Reading]:
    # With its key, as it is written: text has its quotation marks escaped, so no other line holds this.
    named = f'"id": {json.dumps(report_id, ensure_ascii=False)}'.encode("utf-8", "surrogatepass")
    with suppress(FileNotFoundError), file.open("rb") as lines:
        for line in lines:
            if named in line:
                yield from readings_from_lines(line)
