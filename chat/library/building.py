"""The index made to follow the corpus: what is new or changed is read and embedded, what is gone leaves it.

What an index was made of is remembered in it, so that a build without changes costs a look at each file: no model and
no search library is loaded for it.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chat.models.sources import Progress
from ingest.corpus import (
    ALIASES,
    FileProgress,
    Reading,
    ReadReport,
    list_files,
    nothing_readable,
    read_corpus,
    readings_from_lines,
    readings_to_lines,
    reports_of,
    sweep_incoming,
)
from ingest.language import message, say
from ingest.readers.formats import READABLE
from ingest.reading import read_report
from ingest.report import Passage, Report, UnreadableReport

if TYPE_CHECKING:
    from chat.suggesting.question import MadeQuestion
    from index.encoder import Embeddings, Query
    from index.late_interaction import Tokens
    from index.library import Encoder, PassageIndex

# In every version of an index, beside what `PassageIndex` saves: what its reports were read as.
READINGS = "reports.jsonl"
# And the sha256 of what people had written of names that mean the same, and of which reports the same people were to see.
ALIASES_SHA256 = "aliases.sha256"
AUDIENCES_SHA256 = "audiences.sha256"
# Beside the versions of an index, what `reportqa eval` found; it quotes the reports, and goes when one of them does.
RESULTS = Path("eval", "last.json")

# What a report is made of: the sha256 of its file, and what the manifest says of it but for the file's name.
Content = tuple[str, dict[str, str]]


def _silent(*_: object) -> None:
    pass


def _everybody(_id: str, _file: str) -> Hashable:
    return None


class LazyEncoder:
    """An encoder of which name and dim are known, loaded when something has to be embedded: a removal embeds nothing."""

    def __init__(self, name: str, dim: int, load: "Callable[[], Encoder]") -> None:
        self.name = name
        self.dim = dim
        self._load = load
        self._encoder: Encoder | None = None

    @property
    def is_loaded(self) -> bool:
        return self._encoder is not None

    def encode_queries(self, questions: Sequence[str]) -> "list[Query]":
        return self._loaded().encode_queries(questions)

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] = _silent
    ) -> "tuple[Embeddings, list[Tokens]]":
        return self._loaded().encode_passages(texts, progress=progress)

    def _loaded(self) -> "Encoder":
        """The encoder itself.

        Raises:
            IndexMismatch: it has another dimension, so that nothing made under its name before fits to it.
        """
        from index.library import IndexMismatch  # noqa: PLC0415 - as in _write_version

        if self._encoder is not None:
            return self._encoder
        encoder = self._load()
        if encoder.dim != self.dim:
            raise IndexMismatch(
                message(
                    "向量模型 {name} 现在是 {now} 维，索引建立时是 {dim} 维；请运行 reportqa build --rebuild",
                    name=self.name,
                    now=encoder.dim,
                    dim=self.dim,
                )
            )
        self._encoder = encoder
        return encoder


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the reports and their index are, and what reads and embeds them.

    encoder: loads the encoder of that name; called only where something has to be embedded.
    records: the URL of the database that feedback is in; "" for the file beside the index.
    audience: of a report, by its id and its file, who may see it. Only passages that the same people see are folded into one: who sees
    the other report alone would else not find its words.
    """

    corpus: Path
    root: Path
    encoder_name: str
    encoder: "Callable[[], Encoder]"
    read: ReadReport = read_report
    progress: Progress = _silent
    records: str = ""
    audience: Callable[[str, str], Hashable] = _everybody


@dataclass(frozen=True, slots=True)
class Changes:
    """How many reports came, changed, stayed and went since the index before; one that only moved stayed."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: changed is False where the index already held exactly this; embedded counts passages."""

    reports: int
    passages: int
    changed: bool
    changes: Changes = Changes()
    embedded: int = 0
    unreadable: tuple[UnreadableReport, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def summary(self) -> str:
        """One line for people."""
        if not self.changed:
            return say(
                "没有变化，索引无需更新：{reports} 份报告，{passages} 段，用时 {seconds:.1f} 秒",
                reports=self.reports,
                passages=self.passages,
                seconds=self.seconds,
            )
        return say(
            "新增 {new} 份、更新 {updated} 份、未变 {unchanged} 份、移除 {removed} 份；"
            "共 {passages} 段（新嵌入 {embedded} 段），用时 {seconds:.1f} 秒",
            **asdict(self.changes),
            passages=self.passages,
            embedded=self.embedded,
            seconds=self.seconds,
        )


def build_index(setup: Setup, *, rebuild: bool = False, may_begin_empty: bool = False) -> Built:
    """Make the index that is served one of what the corpus holds now; nothing is written where nothing changed.

    Only reports that are new or changed are read, and only passages whose words are new are embedded; with rebuild,
    all. Reports that cannot be read are left out and returned. The version before stays served until the new one is
    whole.

    may_begin_empty: whether nothing at all may be read where no report was before, for who wants to add the first one.

    Raises:
        UnreadableReport: nothing at all could be read.
        IndexBusy: another process is building.
        IndexUnwritable: the disk has no room for it.
    """
    from index.versions import writing  # noqa: PLC0415 - this package is imported for `--help`, that one is not

    files = list_files(setup.corpus)
    documents = any(file.path.suffix.lower() in READABLE for file in files)
    if not setup.root.exists() and not documents and not may_begin_empty:
        raise nothing_readable(setup.corpus, ())  # before a folder is made for its index
    with writing(setup.root, "build"):
        sweep_incoming(setup.corpus)
        return update_index(setup, rebuild=rebuild, may_be_empty=may_begin_empty and _holds_nothing(setup.root))


def _holds_nothing(root: Path) -> bool:
    """Whether no passage would be lost with the index that is served; of one that cannot tell, some might."""
    from index.about import read_about  # noqa: PLC0415 - as above
    from index.versions import served  # noqa: PLC0415

    version = served(root)
    try:
        return version is None or read_about(root / version).passages == 0
    except (OSError, ValueError, TypeError):
        return False


def update_index(
    setup: Setup,
    *,
    rebuild: bool = False,
    known: Sequence[Reading] = (),
    may_be_empty: bool = False,
    began: float | None = None,
) -> Built:
    """`build_index`, for who holds the index for writing already.

    known: readings made just now. may_be_empty: whether the last report may go; the index then holds nothing, and stays
    so until a report comes. began: when the work began, by `time.perf_counter`; now where none is given.
    """
    from index.about import read_about  # noqa: PLC0415

    began = time.perf_counter() if began is None else began
    version = sound_version(setup.root)
    before = read_readings(version) if version else []
    readings = read_corpus(
        setup.corpus,
        () if rebuild else (*before, *known),
        read=setup.read,
        progress=_reading_steps(setup.progress),
    )
    reports, unreadable = reports_of(setup.corpus, readings)
    embedded, changed = 0, True
    same = version and readings == before and _noted(version) == _notes(setup, readings)
    if version and same and not rebuild and read_about(version).made_by(setup.encoder_name):
        passages, changed = read_about(version).passages, False
    elif reports or may_be_empty:
        passages, embedded = _write_version(setup, reports, readings, None if rebuild else version, before)
    else:
        raise nothing_readable(setup.corpus, unreadable)
    return Built(
        len(reports),
        passages,
        changed,
        _changes(before, readings),
        embedded,
        tuple(unreadable),
        seconds=time.perf_counter() - began,
    )


def read_readings(version: Path) -> list[Reading]:
    """What a version was made of; nothing for one of a format that did not say."""
    file = version / READINGS
    return readings_from_lines(file.read_bytes()) if file.exists() else []


def _notes(setup: Setup, readings: Sequence[Reading]) -> dict[str, str]:
    """What else than its reports decides what an index holds: by file of a version, the sha256 of it."""
    aliases = setup.corpus / ALIASES
    audiences = _audiences(setup, readings)
    first: dict[Hashable, str] = {}  # the report of each audience that names it: what a group is called changes nothing
    together = [(id, first.setdefault(audiences[id], id)) for id in sorted(audiences)]
    return {
        ALIASES_SHA256: hashlib.sha256(aliases.read_bytes() if aliases.is_file() else b"").hexdigest(),
        AUDIENCES_SHA256: hashlib.sha256(json.dumps(together).encode()).hexdigest(),
    }


def _noted(version: Path) -> dict[str, str]:
    files = [version / name for name in (ALIASES_SHA256, AUDIENCES_SHA256)]
    return {file.name: file.read_text("ascii") for file in files if file.exists()}


def _audiences(setup: Setup, readings: Sequence[Reading]) -> Mapping[str, Hashable]:
    """By id of a report, who may see it."""
    return {id: setup.audience(id, reading.file) for id, reading in _reports(readings).items()}


def sound_version(root: Path) -> Path | None:
    """The version that is served, if it is there and what was written."""
    from index.versions import IndexUnavailable, current_version  # noqa: PLC0415

    try:
        return current_version(root)
    except IndexUnavailable:
        return None


def _reading_steps(progress: Progress) -> FileProgress:
    return lambda name, done, total: progress(say("读取 {name}", name=name), done, total)


def _changes(before: Sequence[Reading], now: Sequence[Reading]) -> Changes:
    earlier, later = _contents(before), _contents(now)
    left = [content for file, content in earlier.items() if file not in later]
    counts = {"new": 0, "updated": 0, "unchanged": 0}
    for file, content in later.items():
        if file in earlier:
            counts["unchanged" if earlier[file] == content else "updated"] += 1
        elif content in left:
            left.remove(content)
            counts["unchanged"] += 1
        else:
            counts["new"] += 1
    return Changes(**counts, removed=len(left))


def _contents(readings: Sequence[Reading]) -> Mapping[str, Content]:
    """By file, what each report is made of."""
    return {reading.file: _content(reading) for reading in _reports(readings).values()}


def _unchanged(before: Sequence[Reading], now: Sequence[Reading]) -> frozenset[str]:
    """The ids of the reports that are made of what they were made of, wherever their files are."""
    earlier = _reports(before)
    return frozenset(
        id for id, reading in _reports(now).items() if id in earlier and _content(earlier[id]) == _content(reading)
    )


def _reports(readings: Sequence[Reading]) -> Mapping[str, Reading]:
    """By id, what was read as a report; of two with one id the first alone is one."""
    return {reading.id: reading for reading in reversed(readings) if reading.report}


def _content(reading: Reading) -> Content:
    return reading.sha256, {key: value for key, value in reading.entry.items() if key != "file"}


def _write_version(
    setup: Setup,
    reports: Sequence[Report],
    readings: Sequence[Reading],
    version: Path | None,
    before: Sequence[Reading],
) -> tuple[int, int]:
    """Index the reports and serve that; how many passages there are, and how many were embedded.

    version: the one whose vectors may be taken over.
    """
    from chat.suggesting.suggestions import write_suggestions  # noqa: PLC0415
    from index.aliases import read_aliases  # noqa: PLC0415 - with the next
    from index.library import PassageIndex, bytes_needed  # noqa: PLC0415 - faiss, 1 s
    from index.versions import commit, require_space  # noqa: PLC0415
    from ingest.passages import split_passages  # noqa: PLC0415

    passages = [passage for report in reports for passage in split_passages(report)]
    scans = {(report.id, page.number) for report in reports for page in report.pages if "scan" in page.flags}
    recognised = {passage.id for passage in passages if (passage.report_id, passage.page) in scans}
    passages = _folded(passages, recognised, _audiences(setup, readings))
    encoder = _encoder(setup, version)
    remembered = readings_to_lines(readings)
    notes, written = _notes(setup, readings), read_aliases(setup.corpus / ALIASES)
    require_space(setup.root, bytes_needed(passages, encoder.dim) + len(remembered))
    embedded = 0

    def progress(done: int, total: int) -> None:
        nonlocal embedded
        embedded = done
        setup.progress(say("建立索引"), done, total)

    library = PassageIndex.build(passages, encoder, known=_loaded(version, encoder), written=written, progress=progress)

    suggestions = _suggestions(library, version)

    def save(folder: Path) -> None:
        library.save(folder)
        write_suggestions(folder, suggestions)
        (folder / READINGS).write_bytes(remembered)
        for name, sha256 in notes.items():
            (folder / name).write_text(sha256, "ascii")

    # Where a report went or lost words, they are to be nowhere; where it is not known what there was, neither.
    changes = _changes(before, readings)
    gone = not before or changes.removed + changes.updated > 0
    standing = _unchanged(before, readings)
    if gone:
        _forget_words(setup, standing)  # before, since this process may be killed at any moment
    commit(setup.root, save, check=lambda folder: PassageIndex.load(folder, encoder), keep_before=not gone)
    if gone:
        _forget_words(setup, standing)  # and after, since an evaluation may have ended meanwhile, or a reader judged
    return len(passages), embedded


def _folded(
    passages: Sequence[Passage], recognised: Container[str], audiences: Mapping[str, Hashable]
) -> list[Passage]:
    """Those that repeat others folded into them, as far as the same people see both; in order."""
    from ingest.duplicates import fold_duplicates  # noqa: PLC0415 - as above

    of_one: defaultdict[Hashable, list[Passage]] = defaultdict(list)
    for passage in passages:
        of_one[audiences.get(passage.report_id)].append(passage)
    kept = {passage.id: passage for seen in of_one.values() for passage in fold_duplicates(seen, recognised)}
    return [kept[passage.id] for passage in passages if passage.id in kept]


def _forget_words(setup: Setup, standing: Collection[str]) -> None:
    """Clear what lies beside the versions and quotes other reports than those that stand.

    Raises:
        RecordsUnavailable: feedback cannot be cleared; what it quotes is then still there.
    """
    from chat.records.database import records_of  # noqa: PLC0415
    from chat.records.feedback import FeedbackStore  # noqa: PLC0415 - SQLAlchemy, which a build that loses nothing does not need

    (setup.root / RESULTS).unlink(missing_ok=True)
    FeedbackStore(records_of(setup.root, setup.records), setup.root).forget_all_but(standing)


def _suggestions(library: "PassageIndex", version: Path | None) -> "tuple[MadeQuestion, ...]":
    """Questions that the library answers; where nothing had to be embedded, those of the version before that still stand.

    A version of a release that made none is caught up with once, whatever that has to load.
    """
    from chat.suggesting.suggestions import SUGGESTIONS, proved_questions, read_suggestions, still_standing  # noqa: PLC0415 - jieba

    idle = isinstance(library.encoder, LazyEncoder) and not library.encoder.is_loaded
    if idle and version is not None and (version / SUGGESTIONS).exists():
        return still_standing(read_suggestions(version), library.passages)
    return proved_questions(library)


def _encoder(setup: Setup, version: Path | None) -> "Encoder":
    """The encoder of the setup, loaded now only where the version does not tell how many dimensions it has."""
    from index.about import read_about  # noqa: PLC0415

    about = read_about(version) if version else None
    if about is None or about.encoder != setup.encoder_name:
        return setup.encoder()
    return LazyEncoder(about.encoder, about.dim, setup.encoder)


def _loaded(version: Path | None, encoder: "Encoder") -> "PassageIndex | None":
    from index.library import IndexMismatch, PassageIndex  # noqa: PLC0415

    try:
        return PassageIndex.load(version, encoder) if version else None
    except IndexMismatch:  # of another encoder or format: nothing of it can be taken over
        return None
