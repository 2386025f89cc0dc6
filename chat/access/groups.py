"""Which reports a caller may see, by the groups that whoever vouches for them tells.

The rule is the simplest that is safe by default: as soon as any group has a list, a report is there for those alone whose groups list
it. A report that nobody lists is there for nobody but who sits at this machine, whose files they are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chat.access.audience import is_listed
from chat.access.caller import Caller
from chat.contract import ReportLine

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
