"""What a response is streamed from: server-sent events, and blocking generators driven from the event loop."""

import json
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

T = TypeVar("T")

STALLED_SECONDS = 15  # a reader who takes nothing for so long holds a place that another could have


def sent(event: str, content: object) -> str:
    """One event of a text/event-stream, with its content as JSON on one line."""
    return f"event: {event}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


async def without_blocking(steps: Generator[T, None, None]) -> AsyncGenerator[T, None]:
    """The steps of a blocking generator, each made in a thread; closed when this is, whatever the reason."""
    from anyio import CancelScope, CapacityLimiter, to_thread  # noqa: PLC0415

    done = object()
    own = CapacityLimiter(
        1
    )  # of the 40 threads for all, those that wait their turn would take those that a search needs
    try:
        while (step := await to_thread.run_sync(next, steps, done, limiter=own)) is not done:
            yield step  # type: ignore[misc]
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(steps.close, limiter=own)


class EventStream(StreamingResponse):
    """Server-sent events to one reader; however it ends, the messages are closed and `left` is called, once they are."""

    def __init__(self, messages: AsyncGenerator[str, None], *, left: Callable[[], None] = lambda: None) -> None:
        headers = {"X-Accel-Buffering": "no"}  # a proxy would collect the stream
        super().__init__(messages, media_type="text/event-stream", headers=headers)
        self._messages = messages
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from anyio import CancelScope, fail_after  # noqa: PLC0415

        async def send_in_time(message: Message) -> None:
            with fail_after(STALLED_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        except TimeoutError:
            return  # what is left of the response is cut off with the connection
        finally:
            with CancelScope(shield=True):
                await self._messages.aclose()
            self._left()
