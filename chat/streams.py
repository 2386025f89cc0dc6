"""What a response is streamed from: server-sent events, and blocking generators driven from the event loop."""

import json
from collections.abc import AsyncGenerator, Generator
from typing import TypeVar

T = TypeVar("T")


def sent(event: str, content: object) -> str:
    """One event of a text/event-stream, with its content as JSON on one line."""
    return f"event: {event}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


async def without_blocking(steps: Generator[T, None, None]) -> AsyncGenerator[T, None]:
    """The steps of a blocking generator, each made in a thread; closed when this is, whatever the reason."""
    from anyio import CancelScope, to_thread  # noqa: PLC0415

    done = object()
    try:
        while (step := await to_thread.run_sync(next, steps, done)) is not done:
            yield step  # type: ignore[misc]
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(steps.close)
