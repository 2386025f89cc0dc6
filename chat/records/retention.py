"""What was kept long enough goes: when the service starts, and once a day while it runs."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from chat.records.database import RecordsUnavailable

DAY_SECONDS = 86_400.0

_log = logging.getLogger(__name__)


@contextmanager
def pruned_daily(prunes: Sequence[Callable[[], int]], *, every_seconds: float = DAY_SECONDS) -> Iterator[None]:
    """Prune now, and again as long as this lasts; a failure is logged, and tried again the next day."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(every_seconds):
            prune_all(prunes)

    prune_all(prunes)
    thread = threading.Thread(target=work, name="retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def prune_all(prunes: Sequence[Callable[[], int]]) -> None:
    """Each of them, though one before it failed."""
    for prune in prunes:
        try:
            prune()
        except RecordsUnavailable as error:
            _log.error("what was kept long enough could not be deleted: %s", error)
