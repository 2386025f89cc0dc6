"""The process that answers on an address: taken before anything heavy is loaded, left without losing an answer.

Nothing heavy is imported until `serve` is called.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from chat.service.gate import ModelGate
from ingest.errors import UserError
from ingest.language import message

if TYPE_CHECKING:
    from fastapi import FastAPI

# Together they leave two of the ten seconds that a service manager usually waits.
FINISH_SECONDS = 4  # for the answers under way at a stop
TOLD_SECONDS = 1  # for those that are cut off to hear of it
GRACE_SECONDS = 3  # an open page holds a stream for life: without a limit a stop would wait for it


class PortInUse(UserError):
    """Another process listens where this one should; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Take the address, before anything heavy is loaded; connections wait until `serve` answers them.

    Raises:
        PortInUse: somebody else has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is told, or asyncio would leave Nagle's algorithm on: 40 ms for each request but the first of a connection.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                message("{host}:{port} 已被占用；请用 --port 换一个端口，或先停止占用它的程序。", host=host, port=port)
            ) from error
        raise
    return listener


def serve(app: "FastAPI", listener: socket.socket) -> None:
    """Answer requests until the process is told to stop."""
    import uvicorn  # noqa: PLC0415

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # While answers are finished the address stays open: who comes then is told, not shut out.
            await _finish(app.state.gate, hurry=lambda: self.force_exit)
            # Every open page holds a stream that only such an event ends; cut off, each would leave a traceback.
            for end in app.state.pages_end:
                end.set()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        # Into the handlers that are there already, as everything else.
        log_config=None,
        access_log=False,
        server_header=False,
        # It would put what X-Forwarded-For says in the place of the address that a request comes from.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


async def _finish(gate: ModelGate, *, hurry: Callable[[], bool]) -> None:
    """Take nothing new, let the answers under way end for FINISH_SECONDS, and tell those that do not."""
    gate.stop()
    await _emptied(gate, FINISH_SECONDS, hurry)
    gate.end()
    await _emptied(gate, TOLD_SECONDS, hurry)


async def _emptied(gate: ModelGate, seconds: float, hurry: Callable[[], bool]) -> None:
    for _ in range(round(seconds / 0.1)):
        if not gate.under_way or hurry():
            return
        await asyncio.sleep(0.1)
