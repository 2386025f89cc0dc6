"""`make bench-load`: what the service does under load, each figure beside what is asked of it; nothing here passes or fails.

In the place of the model something answers at a fixed pace. MINUTES=30 adds a soak of that length.
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from chat.service.gate import ModelGate
from tests.load import ASK, CALLER, KINDS, Outcome, Paced, Site, ask, clients, leave_after, serving, wait_until

PACE = 0.25
CLIENTS, EACH = 60, 5
LEAVING = 100
CALLS = 300
PER_SECOND, ABORTED = 2.0, 0.05
READERS = 90  # who come back: of each page that was opened Gradio remembers the state, for a thousand at most
SAMPLE_SECONDS = 5.0
SETTLED_SECONDS = 5.0  # until 33 requests stand in the line

Row = tuple[str, str, str]


def main() -> None:
    table = Table("measured", "figure", "asked", title="under load")
    console = Console()
    for measure in (many_at_once, refusals, fairness, leaving, overhead):
        for row in measure():
            table.add_row(*row)
    minutes = float(os.environ.get("MINUTES") or "0")
    if minutes:
        for row in soak(minutes * 60):
            table.add_row(*row)
    console.print(table)


def many_at_once() -> Iterator[Row]:
    assistant = Paced(PACE)

    async def all_of_them(site: Site) -> list[Outcome]:
        async with clients() as client:

            async def one(number: int) -> list[Outcome]:
                kind = KINDS[number % 3]
                return [await ask(client, site, kind, f"c{number}", f"{number}.{time}") for time in range(EACH)]

            return [outcome for asked in await asyncio.gather(*map(one, range(CLIENTS))) for outcome in asked]

    with serving(assistant) as site:
        began = time.perf_counter()
        outcomes = asyncio.run(all_of_them(site))
        took = time.perf_counter() - began
    finished = sum(outcome.finished for outcome in outcomes)
    lost = sum(len(outcome.ends) != 1 for outcome in outcomes)
    yield (
        f"L1 {CLIENTS} clients × {EACH}, {PACE * 1000:.0f} ms",
        f"{finished} finished, {len(outcomes) - finished} refused, {took:.0f} s",
        "",
    )
    yield "L1 lost, or with several ends", str(lost), "0"
    yield "L1 answers at once with the model", str(assistant.most), "1"


def refusals() -> Iterator[Row]:
    async def refused(site: Site) -> tuple[list[Outcome], list[Outcome]]:
        async with clients() as client:
            inside = [asyncio.create_task(ask(client, site, "stream", f"in{n}", "等候")) for n in range(33)]
            await asyncio.sleep(SETTLED_SECONDS)
            one_by_one = [await ask(client, site, "json", f"out{n}", "再来") for n in range(100)]
            at_once = await asyncio.gather(*(ask(client, site, "json", f"both{n}", "同时") for n in range(60)))
            for each in inside:
                each.cancel()
            await asyncio.gather(*inside, return_exceptions=True)
            return one_by_one, at_once

    with _process(600) as (site, _):
        one_by_one, at_once = asyncio.run(refused(site))
    assert {end for outcome in (*one_by_one, *at_once) for end in outcome.ends} == {"503"}
    yield "L2 refusal with a full line, p95", ms(p95([each.seconds for each in one_by_one])), "≤ 200 ms"
    yield "L2 the same, 60 at once, p95", ms(p95([each.seconds for each in at_once])), ""


def fairness() -> Iterator[Row]:
    assistant = Paced(PACE)
    gate = ModelGate(pending=20, waiting=100)

    async def waits(site: Site) -> list[float]:
        async with clients() as client:
            heavy = [asyncio.create_task(ask(client, site, "json", "heavy", "多")) for _ in range(20)]
            await asyncio.to_thread(wait_until, lambda: gate.under_way == 20, 30)
            light = await asyncio.gather(*(ask(client, site, "json", f"l{n}", f"少 {n}") for n in range(39)))
            await asyncio.gather(*heavy)
            return sorted(outcome.seconds for outcome in light)

    with serving(assistant, gate) as site:
        waited = asyncio.run(waits(site))
    # The n-th light caller has n before it, one more question of the heavy one, and what was with the model; then its own.
    worst = max(wait / ((place + 3) * PACE) for place, wait in enumerate(waited))
    last = max(place for place, question in enumerate(assistant.finished) if question != "多")
    yield "L3 wait of a light caller / (callers ahead × pace), worst", f"{worst:.2f}", "≤ 1.2"
    yield "L3 place of the last of 39 light callers among 59", str(last + 1), "≤ 42"


def leaving() -> Iterator[Row]:
    assistant, chance = Paced(PACE), random.Random(5)
    freed: list[float | None] = []

    async def leave(site: Site) -> float:
        async with clients() as client:
            for number in range(LEAVING):
                await leave_after(client, site, KINDS[number % 3], f"c{number}", chance.uniform(0, 0.4))
                freed.append(await asyncio.to_thread(wait_until, lambda: site.gate.under_way == 0, 10))
            return (await ask(client, site, "json", "next", "下一个")).seconds

    with serving(assistant) as site:
        following = asyncio.run(leave(site))
    stuck = sum(each is None for each in freed)
    yield (
        f"L5 {LEAVING} readers leave: free after, worst",
        ms(max(each for each in freed if each is not None)),
        "≤ 1,000 ms",
    )
    yield "L5 stuck", str(stuck), "0"
    yield "L5 the next answer, its pace taken off", ms(following - PACE), "≤ 1,000 ms"


def overhead() -> Iterator[Row]:
    assistant = Paced(0)
    with _process(0) as (site, _), httpx.Client(timeout=30) as client:
        for _ in range(30):
            client.post(site.home + ASK, json={"question": "销量？"})
        over_http, in_library, nothing = [], [], []
        for _ in range(CALLS):
            began = time.perf_counter()
            client.post(site.home + ASK, json={"question": "销量？"}, headers={CALLER: "c"}).raise_for_status()
            over_http.append(time.perf_counter() - began)
            began = time.perf_counter()
            list(assistant.ask("销量？"))
            in_library.append(time.perf_counter() - began)
            began = time.perf_counter()
            client.get(site.home + "/healthz")
            nothing.append(time.perf_counter() - began)
    yield "a request that does nothing (GET /healthz), p50", ms(statistics.median(nothing)), ""
    yield "overhead of HTTP over the library, p50", ms(statistics.median(over_http) - statistics.median(in_library)), ""
    yield "overhead of HTTP over the library, p95", ms(p95(over_http) - p95(in_library)), "≤ 5 ms"


def soak(seconds: float) -> Iterator[Row]:
    with _process(0.05) as (site, process):
        samples, outcomes, unended = asyncio.run(_soak(site, process.pid, seconds))
    steady = samples[len(samples) // 5 :]  # the rest is warm-up
    at, descriptors, threads, megabytes = zip(*steady, strict=True)
    slope = statistics.linear_regression(at, megabytes).slope * 60 if len(at) > 1 else 0.0
    yield (
        f"L9 {seconds / 60:.0f} min, {len(outcomes)} answers followed",
        f"{sum(o.finished for o in outcomes)} finished, {unended} without an end",
        "0 without",
    )
    yield "L9 file descriptors, first and last", f"{descriptors[0]} → {descriptors[-1]}", "flat"
    yield "L9 threads, first and last", f"{threads[0]} → {threads[-1]}", "flat"
    yield "L9 memory", f"{megabytes[0]:.0f} → {megabytes[-1]:.0f} MB, {slope:+.2f} MB/min", "≤ 1 MB/min"


async def _soak(site: Site, pid: int, seconds: float) -> tuple[list[tuple[float, int, int, float]], list[Outcome], int]:
    """The samples, how each answer ended, and how many had no end 30 s after the last question."""
    chance, began = random.Random(9), time.monotonic()
    samples: list[tuple[float, int, int, float]] = []
    outcomes: list[Outcome] = []
    under_way: set[asyncio.Task[None]] = set()
    # Who leaves comes back with a page opened anew, as in a browser: the stream of a session that was left never closes.
    left: Counter[int] = Counter()
    async with clients() as client:

        async def one(number: int) -> None:
            reader = number % READERS
            kind, caller = KINDS[number % 3], f"c{reader}.{left[reader]}"
            if chance.random() < ABORTED:
                left[reader] += 1
                await leave_after(client, site, kind, caller, chance.uniform(0, 0.2))
            else:
                outcomes.append(await ask(client, site, kind, caller, f"问 {number}"))

        number = 0
        while (elapsed := time.monotonic() - began) < seconds:
            task = asyncio.create_task(one(number))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            if elapsed >= len(samples) * SAMPLE_SECONDS:
                samples.append((elapsed, *_held_by(pid)))
            number += 1
            await asyncio.sleep(1 / PER_SECOND)
        unended = (await asyncio.wait(under_way, timeout=30))[1] if under_way else set()
        for task in unended:
            task.cancel()
        await asyncio.gather(*unended, return_exceptions=True)
    return samples, outcomes, len(unended)


def _held_by(pid: int) -> tuple[int, int, float]:
    """File descriptors, threads, and resident memory in MB."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return len(list(Path(f"/proc/{pid}/fd").iterdir())), int(told["Threads"]), int(told["VmRSS"].split()[0]) / 1000


@contextmanager
def _process(pace: float) -> Iterator[tuple[Site, "subprocess.Popen[str]"]]:
    command = [sys.executable, "-m", "tests.load", str(pace)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, event = process.stdout.readline().split()
        try:
            yield Site(f"http://127.0.0.1:{port}", ModelGate(), int(event)), process
        finally:
            process.terminate()


def p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[round(0.95 * (len(seconds) - 1))]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


if __name__ == "__main__":
    main()
