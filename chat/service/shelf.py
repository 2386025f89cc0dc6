"""The corpus as a running service shows and changes it: its reports, and one change of them at a time."""

import logging
import queue
from collections.abc import Callable, Generator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Literal, Protocol

from chat.access.caller import Caller
from chat.access.loopback import at_this_machine
from chat.contract import ReportLine
from chat.library.building import Setup
from chat.library.curation import UnknownReport, add_reports, remove_reports
from chat.models.sources import Progress
from chat.service.live import LiveAssistant
from ingest.errors import UserError
from ingest.isolation import Reader
from ingest.language import message, say

_log = logging.getLogger(__name__)

# Who may add and remove reports over HTTP: see may_edit; everybody; or nobody.
Editing = Literal["loopback", "always", "never"]

ANOTHER_CHANGE = message("资料库正在更新，请等它完成后重试。")


class ShelfBusy(UserError):
    """Another change of the corpus is under way in this service."""


def may_edit(editing: Editing, caller: Caller, client: str, headers: Mapping[str, str]) -> bool:
    """Whether a request may change the corpus; client is the address that it came from.

    With `loopback` it is for who sits at this machine, and for those whose key or login says that they may.
    """
    if editing == "never" or not caller.may("reports"):
        return False
    return editing == "always" or caller.by not in ("loopback", "open") or at_this_machine(client, headers)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a change has come: done of total, in the step's own unit."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A change is done and questions are answered from the new library.

    passages: of the report that was added. file: the one in the corpus that has the content already.
    """

    outcome: Literal["added", "there", "removed"]
    passages: int = 0
    file: str = ""

    @property
    def message(self) -> str:
        """What was done, for people."""
        match self.outcome:
            case "added":
                return say("已添加，共 {passages} 段，可以提问了。", passages=self.passages)
            case "there":
                return say("内容已在资料库中（{file}），没有重复添加。", file=self.file)
            case "removed":
                return say("已移除。")


Change = Generator[Step | Changed, None, None]


class Shelf(Protocol):
    """What the service needs to list and change reports.

    `add` and `remove` yield steps and, last, `Changed`; a change goes on to its end when they are closed early. They
    raise `UserError` with the reason where nothing was changed. done is called when the file is no longer needed.
    """

    def reports(self) -> Sequence[ReportLine]: ...

    def add(self, file: Path, *, done: Callable[[], None]) -> Change: ...

    def remove(self, report_id: str) -> Change: ...


class OneAtATime:
    """Runs changes in a thread of their own, so that one goes on to its end when its listener has left."""

    def __init__(self) -> None:
        self._free = Lock()

    def change(self, work: Callable[[Progress], Changed], *, done: Callable[[], None] = lambda: None) -> Change:
        """The steps of work as they happen, then what it returned; work's own error where it failed.

        done is called at work's end, and where it never begins.

        Raises:
            ShelfBusy: another one is under way.
        """
        if not self._free.acquire(blocking=False):
            done()
            raise ShelfBusy(ANOTHER_CHANGE)
        told: queue.SimpleQueue[Step | Changed | BaseException] = queue.SimpleQueue()

        def run() -> None:
            outcome: Changed | BaseException
            try:
                outcome = work(lambda name, done, total: told.put(Step(name, done, total)))
            except BaseException as error:  # for the listener, on the other side of the queue
                outcome = error
                if not isinstance(error, UserError):
                    _log.exception("a change of the corpus failed")  # the listener may have left
            try:
                done()
            except OSError:
                _log.exception("what a change left could not be cleared away")
            self._free.release()
            told.put(outcome)  # last: who hears it may begin the next change

        # With the language of who asked for it, in which its steps and its end are told.
        Thread(target=copy_context().run, args=(run,), name="change of the corpus").start()
        while True:
            event = told.get()
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, Changed):
                return


class CorpusShelf:
    """The shelf of a corpus, whose index an assistant answers from: questions go to the new library once it is there.

    setup's own read and progress are not used: every change reads in a child process of its own and tells its own steps.
    """

    def __init__(self, setup: Setup, assistant: LiveAssistant) -> None:
        self._setup = setup
        self._assistant = assistant
        self._changes = OneAtATime()

    def reports(self) -> Sequence[ReportLine]:
        return self._assistant.reports

    def add(self, file: Path, *, done: Callable[[], None]) -> Change:
        """Put a copy of a file into the corpus under its name."""
        return self._changes.change(lambda progress: self._public(lambda: self._add(file, progress), file), done=done)

    def remove(self, report_id: str) -> Change:
        """Take a report out of the corpus and every version of its index."""
        return self._changes.change(lambda progress: self._public(lambda: self._remove(report_id, progress)))

    def _public(self, work: Callable[[], Changed], file: Path | None = None) -> Changed:
        """What work did; in its errors, names stand for the paths of this machine."""
        try:
            return work()
        except UserError as error:
            names = {self._setup.root: say("索引"), self._setup.corpus: say("资料库")} | (
                {file.parent: ""} if file else {}
            )
            message = str(error)
            for path, name in names.items():
                for form in (path.resolve(), path):
                    message = message.replace(f"{form}/", f"{name}/" if name else "").replace(str(form), name)
            raise type(error)(message) from error

    def _add(self, file: Path, progress: Progress) -> Changed:
        with Reader() as read:
            added = add_reports(replace(self._setup, read=read, progress=progress), [file])
        if added.refused:
            raise added.refused[0]
        if added.built is None:
            return Changed("there", file=added.there[0][1])
        self._assistant.refresh()
        return Changed("added", sum(line.passages for line in self.reports() if line.id in added.ids))

    def _remove(self, report_id: str, progress: Progress) -> Changed:
        # The beginning of an id, which does on the command line, is too easily mistaken here.
        if report_id not in {line.id for line in self.reports()}:
            raise UnknownReport(message("没有编号为 {report_id} 的报告；请刷新列表后重试", report_id=report_id))
        with Reader() as read:
            remove_reports(replace(self._setup, read=read, progress=progress), [report_id])
        self._assistant.refresh()
        return Changed("removed")
