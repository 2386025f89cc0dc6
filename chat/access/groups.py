"""Which reports a caller may see, by the groups that whoever vouches for them tells.

The rule is the simplest that is safe by default: as soon as any group has a list, a report is there for those alone whose groups list
it. A report that nobody lists is there for nobody but who sits at this machine, whose files they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chat.access.audience import is_listed
from chat.access.caller import Caller
from chat.config import AccessConfig
from chat.contract import ReportLine
from ingest.language import say

EVERYBODY = "*"  # as a group: whoever gets in
EVERYTHING = "*"  # as an entry: every report
Opened = Callable[[Iterable[ReportLine]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Groups:
    """lists: by group, what its members may see: ids of reports, and folders of the corpus, with a `/` at their end."""

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def opened_to(self, caller: Caller) -> Opened | None:
        """Of the reports there are, the ids of those that a caller may see; None for all of them, those to come as well."""
        if not self.lists or caller.by == "loopback":
            return None
        entries = frozenset(entry for group in {EVERYBODY, *caller.groups} for entry in self.lists.get(group, ()))
        if EVERYTHING in entries:
            return None
        return lambda reports: frozenset(line.id for line in reports if is_listed(line.id, line.file, entries))


def of_site(opened: Opened | None, reports: frozenset[str]) -> Opened | None:
    """The same where the page of a site asks: of the reports that the site is for alone, all of them where there are none."""
    if not reports:
        return opened
    if opened is None:
        return lambda lines: frozenset(line.id for line in lines) & reports
    return lambda lines: opened(lines) & reports


def listed_in_vain(config: AccessConfig, reports: Iterable[ReportLine]) -> Iterator[str]:
    """What to tell of each entry that names none of the reports there are: it may be mistyped, or its report still to come.

    Nobody sees more by it, so that it stops nothing.
    """
    there = tuple(reports)
    for group, entries in config.groups.items():
        for entry in entries:
            if entry != EVERYTHING and not any(is_listed(line.id, line.file, {entry}) for line in there):
                yield _in_vain("access.groups", group, entry)
    ids = {line.id for line in there}
    for site in config.sites:
        for id in site.reports:
            if id not in ids:
                yield _in_vain("access.sites", site.id, id)


def _in_vain(table: str, whose: str, entry: str) -> str:
    return say(
        "{table} 的 {whose}：没有报告 {entry}，可能写错了，或尚未收录；编号见 reportqa list",
        table=table,
        whose=whose,
        entry=entry,
    )
