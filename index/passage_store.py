"""Passages by row and by id, and which of them a filter allows; those of a saved index are read one by one."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, get_args, overload

import numpy as np
from numpy.typing import NDArray

from index.arrays import Records, mapped
from index.filters import Filter, year_published
from index.keys import Keys, find, keys_of
from index.names import listed_names
from ingest.report import Kind, Passage, Place

Mask = NDArray[np.bool_]

_LINES = "passages.jsonl"
_TOLD = "passages.json"
_REMEMBERED = 2_048


@dataclass(frozen=True, slots=True)
class IndexedReport:
    """A report as its passages tell of it. own: how many they are. rows: those, and the passages of others that stand in
    it too. names: those that its own passages list, sorted. Of one all of whose passages stand in others, publisher and published are not known: ""."""

    id: str
    title: str
    publisher: str
    published: str
    own: int
    rows: int
    names: tuple[str, ...] = ()

    @property
    def year(self) -> int | None:
        """Of publication; None where that is not known."""
        return year_published(self.published)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Of n passages, row by row unless said otherwise.

    kinds: the number of each one's kind in kind_names. order: its place among all by id.
    ids, id_rows: the keys of the ids, sorted, and the row of each.
    reports: in order of appearance. report_rows: the rows of the first, then those of the second, and so on.
    """

    kind_names: tuple[str, ...]
    kinds: NDArray[np.uint8]
    order: NDArray[np.int32]
    ids: Keys
    id_rows: NDArray[np.int32]
    reports: tuple[IndexedReport, ...]
    report_rows: NDArray[np.int32]


class PassageStore(Sequence[Passage]):
    """Passages in a fixed order; equal to any sequence of the same passages."""

    def __init__(self, passages: Sequence[Passage], columns: _Columns) -> None:
        rows = sum(report.rows for report in columns.reports)
        sizes = {len(each) for each in (passages, columns.kinds, columns.order, columns.ids, columns.id_rows)}
        if len(sizes) > 1 or rows != len(columns.report_rows):
            raise ValueError(
                f"columns of {sorted(sizes)} rows; {len(columns.report_rows)} in place of {rows} of reports"
            )
        self._passages = passages
        self._columns = columns
        self.reports = columns.reports
        # Notices say nothing of what a report is about, and are never found.
        self.answering: Mask = self._is_of_kind(frozenset(set(columns.kind_names) - {"notice"}))

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> "PassageStore":
        return cls(tuple(passages), _columns(passages))

    def __len__(self) -> int:
        return len(self._passages)

    @overload
    def __getitem__(self, row: int) -> Passage: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...

    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        return self._passages[row]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self._passages)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of any sequence that is compared by what it holds

    def row(self, passage_id: str) -> int:
        """Raises KeyError where no passage has this id."""
        place = find(self._columns.ids, passage_id)
        if place is None:
            raise KeyError(passage_id)
        return int(self._columns.id_rows[place])

    def by_id(self, rows: Sequence[int]) -> list[int]:
        """These rows in the order of their passages' ids."""
        return sorted(rows, key=self._columns.order.__getitem__)

    def allowed(self, within: Filter) -> Mask:
        """(n,) which passages a search may find. One told in several reports is of each of them, but open only with its own."""
        allowed = self.answering
        if within.opened is not None:
            own = [number for number, report in enumerate(self.reports) if report.id in within.opened]
            allowed = allowed & np.isin(self._owners, own)
        if within.kinds:
            allowed = allowed & self._is_of_kind(within.kinds)
        if within.reports or within.years:
            allowed = allowed & self._is_of_report(within)
        return allowed

    @cached_property
    def _owners(self) -> NDArray[np.int32]:
        """(n,) the number of each passage's own report. Reads all of them once, 3 s for 100,000, where some may see a part only."""
        numbers = {report.id: number for number, report in enumerate(self.reports)}
        return np.fromiter((numbers[passage.report_id] for passage in self), dtype=np.int32, count=len(self))

    def are(self, kind: Kind, rows: Sequence[int]) -> Mask:
        """(len(rows),) which of these passages are of a kind."""
        of_kind: Mask = self._columns.kinds[list(rows)] == self._columns.kind_names.index(kind)
        return of_kind

    def _is_of_kind(self, kinds: frozenset[str]) -> Mask:
        return np.isin(self._columns.kinds, [self._columns.kind_names.index(kind) for kind in kinds])

    def _is_of_report(self, within: Filter) -> Mask:
        mask = np.zeros(len(self), dtype=bool)
        first = 0
        for report in self.reports:
            asked_for = not within.reports or report.id in within.reports
            # What a report without passages of its own says of its year is not known here, which is not that it says none.
            of_year = not within.years or (report.own > 0 and report.year in within.years)
            if asked_for and of_year:
                mask[self._columns.report_rows[first : first + report.rows]] = True
            first += report.rows
        return mask

    def save(self, folder: Path) -> None:
        starts = np.zeros(len(self) + 1, dtype=np.int64)
        with (folder / _LINES).open("wb") as file:
            for row, passage in enumerate(self):
                starts[row + 1] = starts[row] + file.write(line_of(passage))
        np.save(folder / "passage_starts.npy", starts)
        columns = self._columns
        for name in _ARRAYS:
            np.save(folder / f"passage_{name}.npy", getattr(columns, name))
        told = {"kinds": columns.kind_names, "reports": [asdict(report) for report in self.reports]}
        (folder / _TOLD).write_text(json.dumps(told, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "PassageStore":
        """Raises ValueError where the files do not fit together."""
        told = json.loads((folder / _TOLD).read_text("utf-8"))
        columns = _Columns(
            kind_names=tuple(told["kinds"]),
            reports=tuple(IndexedReport(**{**fields, "names": tuple(fields["names"])}) for fields in told["reports"]),
            **{name: mapped(folder / f"passage_{name}.npy", dtype) for name, dtype in _ARRAYS.items()},
        )
        return cls(_Lines(folder), columns)


_ARRAYS = {"kinds": np.uint8, "order": np.int32, "ids": np.uint64, "id_rows": np.int32, "report_rows": np.int32}


class _Lines(Sequence[Passage]):
    """The passages of a folder, each read from its line when it is asked for, and the last ones remembered."""

    def __init__(self, folder: Path) -> None:
        self._starts = mapped(folder / "passage_starts.npy", np.int64)
        self._bytes = Records((folder / _LINES).open("rb"), 1)
        if self._starts[-1] != len(self._bytes):
            raise ValueError(f"{folder / _LINES}: {len(self._bytes)} bytes in place of {self._starts[-1]}")
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, row: int) -> Passage: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...

    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        rows = range(len(self))[row]
        return self._remembered(rows) if isinstance(rows, int) else [self._remembered(each) for each in rows]

    def __iter__(self) -> Iterator[Passage]:
        return map(self._read, range(len(self)))

    def _read(self, row: int) -> Passage:
        first, last = int(self._starts[row]), int(self._starts[row + 1])
        line = np.empty((last - first, 1), dtype=np.uint8)
        self._bytes.read(first, line)
        return passage_of(line.tobytes())


def passage_counts(folder: Path) -> dict[str, int]:
    """How many passages of its own each report of a saved index has, without reading them."""
    told = json.loads((folder / _TOLD).read_text("utf-8"))
    return {fields["id"]: fields["own"] for fields in told["reports"]}


def line_of(passage: Passage) -> bytes:
    return (json.dumps(asdict(passage), ensure_ascii=False) + "\n").encode()


def passage_of(line: bytes) -> Passage:
    fields: dict[str, Any] = json.loads(line)
    return Passage(
        **{
            **fields,
            "headings": tuple(fields["headings"]),
            "cells": tuple((header, cell) for header, cell in fields["cells"]),
            "also_at": tuple(Place(**{**place, "headings": tuple(place["headings"])}) for place in fields["also_at"]),
        }
    )


def _columns(passages: Sequence[Passage]) -> _Columns:
    count = len(passages)
    kind_names = get_args(Kind)
    numbers = {kind: number for number, kind in enumerate(kind_names)}
    order = np.empty(count, dtype=np.int32)
    order[sorted(range(count), key=lambda row: passages[row].id)] = np.arange(count, dtype=np.int32)
    keys = keys_of(passage.id for passage in passages)
    id_rows = np.argsort(keys, kind="stable").astype(np.int32)
    rows: dict[str, list[int]] = {}
    named: dict[str, tuple[str, str, str]] = {}
    for row, passage in enumerate(passages):
        elsewhere = {place.report_id: (place.title, "", "") for place in passage.also_at}
        for report_id, told in elsewhere.items():
            named.setdefault(report_id, told)
        named[passage.report_id] = (passage.title, passage.publisher, passage.published)
        for report_id in {passage.report_id: None} | elsewhere:
            rows.setdefault(report_id, []).append(row)
    own = Counter(passage.report_id for passage in passages)
    names: dict[str, set[str]] = {report_id: set() for report_id in rows}
    for passage in passages:
        names[passage.report_id].update(listed_names(passage))
    return _Columns(
        kind_names=kind_names,
        kinds=np.fromiter((numbers[passage.kind] for passage in passages), dtype=np.uint8),
        order=order,
        ids=keys[id_rows],
        id_rows=id_rows,
        reports=tuple(
            IndexedReport(each, *named[each], own[each], len(held), tuple(sorted(names[each])))
            for each, held in rows.items()
        ),
        report_rows=np.fromiter((row for held in rows.values() for row in held), dtype=np.int32),
    )
