"""The bundled reports in every format that people have: whatever the format, what answers a question is read."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chat.evaluating.evaluation import read_questions
from index.metrics import comparable
from ingest.passages import split_passages
from ingest.reading import read_report
from ingest.report import Report
from tests.browsers import chromium
from tests.documents import Block, blocks_of, to_docx, to_html, to_pdf, to_pptx, to_xlsx

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CORPUS = Path(__file__).parents[1] / "corpus"
REPORTS = sorted((CORPUS / "reports").glob("*.md"))
QUESTIONS = read_questions(CORPUS / "questions" / "dev.jsonl")

Writer = Callable[[list[Block], str], bytes]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


def facts_without_a_passage(reports: list[Report]) -> list[str]:
    """The quotes of the questions' facts, the first spelling of each, that no one passage holds."""
    texts = [comparable(passage.search_text) for report in reports for passage in split_passages(report)]
    facts = [fact for gold in QUESTIONS for fact in gold.evidence]
    assert facts
    return [fact[0] for fact in facts if not any(comparable(spelling) in text for spelling in fact for text in texts)]


def in_another_format(folder: Path, suffix: str, write: Writer) -> list[Report]:
    reports = []
    for path in REPORTS:
        made = folder / f"{path.stem}{suffix}"
        made.write_bytes(write(blocks_of(path.read_text("utf-8")), path.stem))
        reports.append(read_report(made, {}))
    return reports


def test_every_fact_stands_in_a_passage_of_the_markdown() -> None:
    assert facts_without_a_passage([read_report(path, {}) for path in REPORTS]) == []


@pytest.mark.parametrize(
    ("suffix", "write"),
    [(".html", to_html), (".docx", to_docx), (".pptx", to_pptx), (".xlsx", to_xlsx)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_fact_stands_in_a_passage_of_an_office_file_and_a_web_page(
    suffix: str, write: Writer, tmp_path: Path
) -> None:
    assert facts_without_a_passage(in_another_format(tmp_path, suffix, write)) == []


@pytest.mark.browser
@pytest.mark.parametrize("columns", [1, 2])
def test_nearly_every_fact_stands_in_a_passage_of_a_pdf(columns: int, tmp_path: Path, browser: "Browser") -> None:
    """A page may end in the middle of a cell: one fact of twenty may be cut there."""
    reports = in_another_format(tmp_path, ".pdf", lambda blocks, title: to_pdf(blocks, title, browser, columns=columns))
    missing = facts_without_a_passage(reports)
    assert len(missing) <= sum(len(gold.evidence) for gold in QUESTIONS) / 20, missing
    pages = [page for report in reports for page in report.pages]
    assert [page.number for page in reports[0].pages] == list(range(1, len(reports[0].pages) + 1))
    assert not [page for page in pages if page.excluded or page.flags not in ((), ("tables",))]
