"""What is counted, for Prometheus: questions by way and ending, how long they took, who waits, which index answers, this process.

Labels are from short lists that are written here or in the table of routes: nobody can add one by asking, and none says who asked what.
"""

from collections.abc import Iterator
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from chat.operations.requests import Served
from chat.records.asker import Use
from chat.service.gate import Busy

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Seconds. A search takes 0.03 to 0.1, a first word 2, an answer 3 to 10; a wait ends at 60.
_SEARCH = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ANSWER = (0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60, 120)


class Line(Protocol):
    """What the gate tells of itself."""

    @property
    def running(self) -> int: ...

    @property
    def in_line(self) -> int: ...


class Library(Protocol):
    """What answers now. version: its name. sizes: how many reports and passages it has, or Busy where there is none. problem: why
    a newer one does not answer."""

    @property
    def version(self) -> str: ...

    @property
    def sizes(self) -> tuple[int, int]: ...

    @property
    def problem(self) -> str: ...


class Metrics:
    """Counts what it is told; each has a registry of its own, so that two services in a process do not add up."""

    def __init__(self) -> None:
        # A second series for each, of when it began, which Prometheus does not need.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time and open files, where the system tells
        self._questions = Counter(
            "reportqa_questions",
            "Questions by the way they came (page, api, openai, mcp, widget) and how they ended.",
            ("way", "outcome"),
            registry=registry,
        )
        self._unanswered = Counter(
            "reportqa_questions_failed",
            "Questions that failed, by reason (busy, model, error).",
            ("reason",),
            registry=registry,
        )
        self._fallbacks = Counter(
            "reportqa_fallbacks",
            "Answers that quote the evidence because the model did not answer (unavailable) or took too long (overtime).",
            ("reason",),
            registry=registry,
        )
        self._search = self._histogram("search", "Seconds from a question to its passages.", _SEARCH)
        self._waiting = self._histogram("waiting", "Seconds in the line before the model.", _ANSWER)
        self._first = self._histogram("first_token", "Seconds from a question to the model's first word.", _ANSWER)
        self._total = self._histogram(
            "answer", "Seconds from a question to its whole answer, the wait included.", _ANSWER
        )
        self._requests = Counter(
            "reportqa_http_requests", "Requests by route and status.", ("method", "route", "status"), registry=registry
        )

    def count_use(self, use: Use) -> None:
        """An observer of the gate."""
        self._questions.labels(use.asker.way, outcome_of(use)).inc()
        if use.ending == "failed":
            self._unanswered.labels(use.reason).inc()
        if use.fallback is not None:
            self._fallbacks.labels(use.fallback).inc()
        for histogram, ms in (
            (self._search, use.search_ms),
            (self._waiting, use.waited_ms),
            (self._first, use.first_token_ms),
            (self._total, use.total_ms if use.ending in ("answered", "refused") else None),
        ):
            if ms is not None:
                histogram.observe(ms / 1000)

    def count_request(self, served: Served) -> None:
        """Hears of every request once it is over."""
        self._requests.labels(served.method, served.route, str(served.status)).inc()

    def watch(self, line: Line, library: Library | None) -> None:
        """Tell of these as they are whenever it is asked. library: None where there is none to tell of."""
        self._registry.register(_Now(line, library))

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"reportqa_{name}_seconds", about, registry=self._registry, buckets=buckets)


def outcome_of(use: Use) -> str:
    """answered, by the model or by rule; quoted, by the evidence itself; refused; cancelled, by who asked; failed."""
    match use.ending:
        case "answered":
            return "quoted" if use.quoted else "answered"
        case "stopped":
            return "cancelled"
        case ending:
            return ending


class _Now(Collector):
    """What is not counted but looked at."""

    def __init__(self, line: Line, library: Library | None) -> None:
        self._line = line
        self._library = library

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("reportqa_waiting", "Questions in the line before the model.", self._line.in_line)
        yield GaugeMetricFamily("reportqa_running", "Answers that the model is writing.", self._line.running)
        if self._library is None:
            return
        try:
            reports, passages = self._library.sizes
        except Busy:  # there is none for now, as /readyz says
            return
        yield InfoMetricFamily(
            "reportqa_index", "The version of the index that answers.", {"version": self._library.version}
        )
        yield GaugeMetricFamily("reportqa_index_reports", "Reports in it.", reports)
        yield GaugeMetricFamily("reportqa_index_passages", "Passages in it.", passages)
        yield GaugeMetricFamily(
            "reportqa_index_degraded", "1 where a newer version could not be loaded.", int(self._library.problem != "")
        )
