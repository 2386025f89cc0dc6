"""What Prometheus reads: each question counted once under its way and outcome, times in seconds, no words and nobody's name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.caller import Caller
from chat.answer import Answer
from chat.models.generation import GeneratorUnavailable
from chat.operations.metrics import Metrics, outcome_of
from chat.operations.operation_routes import Operations
from chat.operations.readiness import ASKED_AGAIN_SECONDS, NO_REPORTS, Part, index_check, model_check, summed_up
from chat.operations.requests import Served
from chat.records.asker import Asker, Use
from chat.service.app import make_app
from chat.service.gate import Busy, ModelGate, TooMany
from tests.fakes import HITS, ScriptedAssistant

HOME = "http://127.0.0.1:7860"
USE = Use("2026-01-02T03:04:05.000+00:00", Asker("page", "zh-CN", "u-1"), ending="answered", reason="", cited=())


@dataclass
class Shown:
    """A library as the metrics see it."""

    version: str = "version-000007"
    passages: int = 352
    problem: str = ""
    gone: bool = False

    @property
    def sizes(self) -> tuple[int, int]:
        if self.gone:
            raise Busy("没有")
        return 2, self.passages


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def questions(metrics: Metrics) -> dict[tuple[str, str], float]:
    return {
        (dict(labels)["way"], dict(labels)["outcome"]): value
        for (name, labels), value in samples(metrics).items()
        if name == "reportqa_questions_total"
    }


@pytest.mark.parametrize(
    ("use", "outcome"),
    [
        (USE, "answered"),
        (replace(USE, quoted=True), "quoted"),
        (replace(USE, ending="refused", reason="years"), "refused"),
        (replace(USE, ending="stopped"), "cancelled"),
        (replace(USE, ending="failed", reason="busy"), "failed"),
    ],
)
def test_an_ending_is_one_of_five_outcomes(use: Use, outcome: str) -> None:
    metrics = Metrics()
    metrics.count_use(use)
    assert questions(metrics) == {("page", outcome_of(use)): 1.0}
    assert outcome_of(use) == outcome


def test_times_are_summed_in_seconds() -> None:
    metrics = Metrics()
    metrics.count_use(replace(USE, search_ms=30.0, waited_ms=1500.0, first_token_ms=2000.0, total_ms=4250.0))
    told = samples(metrics)
    sums = {name: told[(f"reportqa_{name}_seconds_sum", ())] for name in ("search", "waiting", "first_token", "answer")}
    assert sums == {"search": 0.03, "waiting": 1.5, "first_token": 2.0, "answer": 4.25}
    assert told[("reportqa_answer_seconds_bucket", (("le", "5.0"),))] == 1
    assert told[("reportqa_answer_seconds_bucket", (("le", "3.0"),))] == 0


def test_the_time_of_what_was_cancelled_is_none_of_an_answers() -> None:
    metrics = Metrics()
    metrics.count_use(replace(USE, ending="stopped", total_ms=100.0))
    assert samples(metrics)[("reportqa_answer_seconds_count", ())] == 0


def test_what_is_there_now_is_looked_at_whenever_it_is_asked() -> None:
    metrics, gate, library = Metrics(), ModelGate(), Shown()
    metrics.watch(gate, library)
    waiting = gate.follow(ScriptedAssistant().ask("甲"), gate.enter("a"))
    next(waiting), next(waiting)  # the passages, and then the model is held
    told = samples(metrics)
    assert told[("reportqa_running", ())] == 1
    assert told[("reportqa_index_info", (("version", "version-000007"),))] == 1
    assert told[("reportqa_index_passages", ())] == 352
    waiting.close()
    library.problem = "新版打不开"
    told = samples(metrics)
    assert (told[("reportqa_running", ())], told[("reportqa_index_degraded", ())]) == (0, 1)


def test_a_library_that_is_gone_leaves_the_rest() -> None:
    metrics = Metrics()
    metrics.watch(ModelGate(), Shown(gone=True))
    names = {name for name, _ in samples(metrics)}
    assert "reportqa_waiting" in names
    assert "reportqa_index_passages" not in names


def test_the_memory_of_the_process_is_told() -> None:
    assert samples(Metrics())[("process_resident_memory_bytes", ())] > 1 << 20


# ---- by the gate, whichever way a question comes

ENDINGS: list[tuple[Callable[[], ScriptedAssistant], str]] = [
    (ScriptedAssistant, "answered"),
    (lambda: ScriptedAssistant(answer=Answer((), (), HITS, refusal="没有找到。")), "refused"),
    (lambda: ScriptedAssistant(error=GeneratorUnavailable("x")), "failed"),
]


@pytest.mark.parametrize(("assistant", "outcome"), ENDINGS)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_question_over_http_is_counted_once(
    assistant: Callable[[], ScriptedAssistant], outcome: str, accept: str
) -> None:
    operations = Operations()
    with TestClient(make_app(assistant(), operations=operations), base_url=HOME) as client:
        client.post("/api/v1/ask", json={"question": "销量？"}, headers={"accept": accept})
    assert questions(operations.metrics) == {("api", outcome): 1.0}


def test_what_is_no_question_is_not_counted() -> None:
    operations = Operations()
    with TestClient(make_app(ScriptedAssistant(), operations=operations), base_url=HOME) as client:
        assert client.post("/api/v1/ask", json={"question": " "}).status_code == 400
    assert questions(operations.metrics) == {}


def test_who_is_turned_away_before_the_first_event_is_counted_as_failed() -> None:
    metrics = Metrics()
    gate = ModelGate(pending=1, observers=(metrics.count_use,))
    gate.enter("a", Asker("mcp"))
    with pytest.raises(TooMany):
        gate.enter("a", Asker("mcp"))
    assert questions(metrics) == {("mcp", "failed"): 1.0}
    assert samples(metrics)[("reportqa_questions_failed_total", (("reason", "busy"),))] == 1


def test_every_observer_hears_of_it() -> None:
    first: list[Use] = []
    second: list[Use] = []
    list(ModelGate(observers=(first.append, second.append)).through(ScriptedAssistant().ask("甲"), by=Asker("widget")))
    assert first == second
    assert [use.asker.way for use in first] == ["widget"]


# ---- over HTTP


def test_requests_are_counted_by_route_and_none_by_what_was_written() -> None:
    operations = Operations()
    operations.metrics.count_request(Served("GET", "/reports/{}", 404, 1.0, "key"))
    with TestClient(make_app(ScriptedAssistant(), operations=operations), base_url=HOME) as client:
        client.get("/reports/没有这一份")
        told = client.get("/metrics")
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'reportqa_http_requests_total{method="GET",route="/reports/{}",status="404"} 2.0' in told.text


def test_asvs_13_4_5_metrics_are_for_administrators() -> None:
    for scopes, status in ((frozenset({"ask", "search"}), 403), (frozenset({"admin"}), 200)):
        access = Access((), everybody=Caller("open", scopes=scopes))  # type: ignore[arg-type]
        with TestClient(make_app(ScriptedAssistant(), access=access), base_url=HOME) as client:
            assert client.get("/metrics").status_code == status
            assert client.get("/readyz").status_code == 200


# ---- readiness


def test_an_index_answers_or_is_missing_or_is_the_one_before() -> None:
    assert index_check(Shown())().state == "ready"
    assert index_check(Shown(gone=True))().state == "missing"
    assert index_check(Shown(passages=0))() == Part("index", "missing", NO_REPORTS)
    assert index_check(Shown(problem="/var/lib/x：文件已损坏"))().state == "degraded"


def test_a_model_is_asked_once_in_a_while_however_many_probe() -> None:
    now, asked = [0.0], [0]

    def answers() -> bool:
        asked[0] += 1
        return asked[0] > 1

    check = model_check(answers, clock=lambda: now[0])
    assert [check().state for _ in range(3)] == ["degraded"] * 3
    assert asked == [1]
    now[0] = ASKED_AGAIN_SECONDS
    assert check().state == "ready"


@pytest.mark.parametrize(
    ("states", "status", "said"),
    [
        (("ready", "ready"), 200, "ready"),
        (("ready", "degraded"), 200, "degraded"),
        (("degraded", "missing"), 503, "unavailable"),
        ((), 200, "ready"),
    ],
)
def test_something_missing_is_a_503_and_something_less_is_said(states: tuple[str, ...], status: int, said: str) -> None:
    code, told = summed_up(Part("x", state) for state in states)  # type: ignore[arg-type]
    assert (code, told["status"]) == (status, said)


def test_a_probe_is_told_what_is_missing_without_paths() -> None:
    checks = (index_check(Shown(problem="/var/lib/reportqa/index：坏了")),)
    with TestClient(make_app(ScriptedAssistant(), operations=Operations(checks=checks)), base_url=HOME) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert not re.search(r"/var|version-", answer.text)


def test_a_service_that_stops_is_not_ready() -> None:
    gate = ModelGate()
    with TestClient(make_app(ScriptedAssistant(), gate=gate), base_url=HOME) as client:
        gate.stop()
        assert client.get("/readyz").status_code == 503
