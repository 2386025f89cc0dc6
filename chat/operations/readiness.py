"""Whether questions can be asked, for a probe: `GET /readyz`.

Told to anybody who reaches the address, so no path, address or error stands in it; these are in the log.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from chat.contract import JsonObject
from chat.models.generation import Reachable
from chat.operations.metrics import Library
from chat.service.gate import Busy
from chat.service.live import LiveAssistant
from ingest.language import Message, message

# missing: nothing can be asked. degraded: answered, with less than there should be.
State = Literal["ready", "degraded", "missing"]

ASKED_AGAIN_SECONDS = 10.0  # how long what a model answered is believed, so that probes are no load for a service

NO_INDEX = message("索引无法载入，暂不能回答；详情见服务日志。")
NO_REPORTS = message("资料库中还没有报告；请先添加。")
OLD_INDEX = message("新版索引无法载入，仍由上一版回答；详情见服务日志。")
NO_MODEL = message("语言模型没有回应，暂以摘录原文作答；详情见服务日志。")
STOPPING = message("服务正在停止。")


@dataclass(frozen=True, slots=True)
class Part:
    """A thing that answers need, and how it is; message: what to do, None where it is ready."""

    name: str
    state: State
    message: Message | None = None


Check = Callable[[], Part]


def summed_up(parts: Iterable[Part]) -> tuple[int, JsonObject]:
    """The status of the response and its object: 503 as long as something is missing."""
    parts = list(parts)
    states = {part.state for part in parts}
    worst = next((state for state in ("missing", "degraded") if state in states), "ready")
    told: JsonObject = {
        "status": "unavailable" if worst == "missing" else worst,
        "checks": [
            {"name": part.name, "status": part.state, "message": "" if part.message is None else str(part.message)}
            for part in parts
        ],
    }
    return (503 if worst == "missing" else 200), told


def index_check(library: Library) -> Check:
    """Whether an index with passages answers, and the one that should."""

    def check() -> Part:
        try:
            _, passages = library.sizes
        except Busy:
            return Part("index", "missing", NO_INDEX)
        if not passages:
            return Part("index", "missing", NO_REPORTS)
        return Part("index", "degraded", OLD_INDEX) if library.problem else Part("index", "ready")

    return check


def model_check(answers: Callable[[], bool], *, clock: Callable[[], float] = time.monotonic) -> Check:
    """Whether the model can be expected to write; where it does not the evidence is quoted, so nothing is missing.

    answers: asks it, at most once in ASKED_AGAIN_SECONDS, however many probe.
    """
    lock = threading.Lock()
    believed: list[tuple[float, bool]] = []

    def check() -> Part:
        with lock:
            if not believed or clock() - believed[-1][0] >= ASKED_AGAIN_SECONDS:
                believed[:] = [(clock(), answers())]
            return Part("model", "ready") if believed[-1][1] else Part("model", "degraded", NO_MODEL)

    return check


def checks_of(live: LiveAssistant) -> tuple[Check, ...]:
    """What a service with this assistant is asked for."""
    checks = [index_check(live)]
    if isinstance(live.generator, Reachable):
        checks.append(model_check(live.generator.answers))
    return tuple(checks)
