"""An assistant that answers from the version of the index that is served now, while it runs.

Where the pointer has moved, the new version is loaded with the same encoder and generator, and takes the old one's
place in one step: a question under way keeps the library it began with. The next question is answered from the old
version while that goes on; but it waits where the old version is gone from the disk, as it is when a report was
removed: nobody who asks after that is shown its words.
"""

import logging
import threading
from collections.abc import Generator as Events
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from chat.answer import Answer, Event, Found, Turn
from chat.assistant import SHOWN_HITS, Assistant
from chat.contract import ReportLine
from chat.library.building import RESULTS
from chat.library.curation import report_lines
from chat.library.holdings import Overview, overview_of
from chat.library.opened import OpenedReport, open_report
from chat.library.tables import rows_around
from chat.models.generation import Generator
from chat.service.gate import Busy
from chat.setup import load_library
from chat.suggesting.next_questions import follow_up_questions
from chat.suggesting.question import MadeQuestion
from chat.suggesting.suggestions import read_suggestions
from index.filters import Filter
from index.library import IndexMismatch, PassageIndex
from index.versions import IndexUnavailable, served
from ingest.errors import UserError
from ingest.language import message
from ingest.report import Passage

_log = logging.getLogger(__name__)


MOST_OVERVIEWS = 32  # kept, of as many sorts of callers
UNAVAILABLE = message("资料库刚刚更新，新的索引暂时无法载入；请稍后重试，如仍出错请联系管理员查看服务日志。")


class LibraryUnavailable(Busy):
    """There is no library to answer from for now."""


class LiveAssistant:
    """As `Assistant`, over whatever version of the index at root is served.

    problem: why the version that is served is not the one that answers; "" where it is.
    """

    def __init__(self, root: Path, assistant: Assistant, *, problem: str = "") -> None:
        self.problem = problem
        self._root = root
        self._assistant = assistant
        self._reports = report_lines(root / assistant.library.version)
        self._suggestions = read_suggestions(root / assistant.library.version)
        self._seen = served(root) if problem else assistant.library.version
        self._loading = threading.Lock()
        self._counting = threading.Lock()
        # By the reports that are counted, None for all; of one version.
        self._overviews: dict[frozenset[str] | None, Overview] = {}
        self._overviews_of = ""

    @property
    def library(self) -> PassageIndex:
        return self._assistant.library

    @property
    def generator(self) -> Generator | None:
        return self._assistant.generator

    @property
    def reports(self) -> list[ReportLine]:
        """The reports of the library, in its order."""
        return self._reports

    def open_report(self, report_id: str) -> OpenedReport | None:
        """A report of the library as a whole; None where it is not there."""
        self._look()
        return open_report(self._root / self.library.version, report_id)

    @property
    def suggestions(self) -> Sequence[str]:
        """Questions that the library surely answers, best first."""
        with suppress(LibraryUnavailable):  # the question will be told
            self._look()
        return [made.question for made in self._suggestions]

    def made_of(self, reports: frozenset[str]) -> list[MadeQuestion]:
        """Of the suggestions those that are made of these reports alone."""
        with suppress(LibraryUnavailable):
            self._look()
        passages = self.library.passages
        kept = []
        for made in self._suggestions:
            with suppress(KeyError):  # of a version that was replaced meanwhile
                if all(passages[passages.row(each)].report_id in reports for each in made.passages):
                    kept.append(made)
        return kept

    def next_questions(
        self, found: Found, answer: Answer, asked: Sequence[str], *, of: frozenset[str] | None = None
    ) -> Sequence[str]:
        """What may be asked after this answer, none of it asked before; of: of these reports alone."""
        library = self.library if of is None else self.library.part(of)
        suggestions = self._suggestions if of is None else self.made_of(of)
        try:
            return follow_up_questions(found, answer, library, suggestions, asked=asked)
        except KeyError:  # another version has come since, without a passage that this answer is from
            return ()

    @property
    def version(self) -> str:
        """The name of the version that answers the next question."""
        with suppress(LibraryUnavailable):  # the question will be told
            self._look()
        return self.library.version

    @property
    def sizes(self) -> tuple[int, int]:
        """How many reports and passages it has.

        Raises:
            LibraryUnavailable: as `ask`.
        """
        self._look()
        return len(self._reports), len(self.library.passages)

    @property
    def results(self) -> Path:
        """Where the last evaluation is kept, if there was one."""
        return self._root / RESULTS

    @property
    def overview(self) -> Overview:
        """What the library holds, counted once for each version: 6 s for 100,000 passages.

        Raises:
            LibraryUnavailable: as `ask`.
        """
        return self._overview(None)

    def overview_of_part(self, reports: frozenset[str]) -> Overview:
        """The same of these reports as if they were all."""
        return self._overview(reports)

    def _overview(self, reports: frozenset[str] | None) -> Overview:
        self._look()
        library = self.library if reports is None else self.library.part(reports)
        with self._counting:
            if self._overviews_of != library.version or len(self._overviews) > MOST_OVERVIEWS:
                self._overviews, self._overviews_of = {}, library.version
            if reports not in self._overviews:
                lines = [line for line in self._reports if reports is None or line.id in reports]
                self._overviews[reports] = overview_of(lines, library.seen_passages())
            return self._overviews[reports]

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id; None where the library has none.

        Raises:
            LibraryUnavailable: as `ask`.
        """
        self._look()
        passages = self.library.passages
        try:
            return passages[passages.row(passage_id)]
        except KeyError:
            return None

    def rows_around(self, passage: Passage) -> Sequence[Passage]:
        """The rows of the table that a passage is a row of, as `tables.rows_around`; itself where it is gone."""
        passages = self.library.passages
        try:
            return rows_around(passages, passages.row(passage.id))
        except KeyError:
            return [passage]

    def assistant_of_part(self, reports: frozenset[str]) -> Assistant:
        """What answers from these reports as if they were all.

        Raises:
            LibraryUnavailable: as `ask`.
        """
        self._look()
        whole = self._assistant
        return whole.over(whole.library.part(reports))

    def warm_up(self) -> None:
        self._assistant.warm_up()

    def search(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = SHOWN_HITS,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found:
        """As `Assistant.search`."""
        self._look()
        return self._assistant.search(question, turns, k=k, within=within, rewrite=rewrite)

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Events[Event, None, None]:
        """As `Assistant.ask`, from beginning to end over one library."""
        self._look()
        return self._assistant.ask(question, turns, within=within, rewrite=rewrite)

    def refresh(self) -> None:
        """Answer from the version that is served now, before this returns; for who has just built it.

        A version that cannot be loaded leaves the old one answering, and is told in `problem` and the log.
        """
        with self._loading:
            self._take()

    def _tell(self, error: Exception) -> None:
        self.problem = str(error) or type(error).__name__
        _log.error("the new version of the index cannot be served, the old one goes on: %s", self.problem)

    def _look(self) -> None:
        """See whether another version is served, which takes 20 µs, and take it over.

        Raises:
            LibraryUnavailable: the version that answers was taken away, as with a removed report, and the new one cannot
                be loaded.
        """
        if not (self._root / self.library.version).exists():
            self.refresh()
            if not (self._root / self.library.version).exists():
                raise LibraryUnavailable(UNAVAILABLE)
        elif served(self._root) == self._seen:
            return
        elif self._loading.acquire(blocking=False):
            threading.Thread(target=self._take_aside, name="new version of the index", daemon=True).start()

    def _take_aside(self) -> None:
        try:
            self._take()
        finally:
            self._loading.release()

    def _take(self) -> None:
        name = served(self._root)
        if name == self._seen:
            return
        try:
            library = load_library(self._root, self._assistant.library.encoder)
            reports = report_lines(self._root / library.version)
            suggestions = read_suggestions(self._root / library.version)
        except (IndexMismatch, IndexUnavailable) as error:
            self._seen = name  # it will be no better the next time; a pointer that moves is looked at again
            self._tell(error)
            return
        except (UserError, OSError, ValueError, RuntimeError, MemoryError) as error:
            self._tell(error)
            return
        self._seen = library.version  # the pointer may have moved again
        assistant = self._assistant.over(library)
        # The library last: what is counted of it is kept under its version, and must not be of the reports before.
        self._reports, self._suggestions = reports, suggestions
        self._assistant = assistant
        self.problem = ""
