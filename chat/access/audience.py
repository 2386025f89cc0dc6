"""Who may see a report, as far as an index has to know: whose words may be folded into whose."""

from collections.abc import Callable, Collection

from chat.config import AccessConfig

# The groups and the sites that list a report.
Audience = tuple[tuple[str, ...], tuple[str, ...]]


def audience_of(config: AccessConfig) -> Callable[[str, str], Audience]:
    """Of a report, by its id and its file, who lists it: those of one audience are there for just the same callers.

    Who lists everything is no part of it, since they see whatever is folded into whatever.
    """

    def audience(report_id: str, file: str) -> Audience:
        groups = (name for name, entries in config.groups.items() if is_listed(report_id, file, entries))
        return tuple(sorted(groups)), tuple(sorted(site.id for site in config.sites if report_id in site.reports))

    return audience


def is_listed(report_id: str, file: str, entries: Collection[str]) -> bool:
    """Whether the entries name a report, by its id or by a folder that its file, told from the corpus, is in."""
    parts = file.split("/")
    folders = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
    return report_id in entries or any(folder in entries for folder in folders)
