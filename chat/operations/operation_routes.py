"""`GET /readyz` and `GET /metrics`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chat.operations.metrics import CONTENT_TYPE, Metrics
from chat.operations.readiness import STOPPING, Check, Part, summed_up
from chat.operations.requests import Tell, log_request
from chat.service.gate import ModelGate

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Operations:
    """What watches a service. checks: of what `/readyz` asks for. told: hear of every request, beside the metrics."""

    metrics: Metrics = field(default_factory=Metrics)
    checks: tuple[Check, ...] = ()
    told: tuple[Tell, ...] = (log_request,)


def add_operation_routes(app: "FastAPI", gate: ModelGate, operations: Operations) -> None:
    """Add both; who may read which is in `access.routes`."""
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415 - with the rest of the service
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415

    async def readyz(request: "Request") -> "Response":
        parts = [await run_in_threadpool(check) for check in operations.checks]
        if gate.stopping:
            parts.append(Part("service", "missing", STOPPING))
        status, told = summed_up(parts)
        return JSONResponse(told, status_code=status)

    async def scraped(request: "Request") -> "Response":
        return Response(await run_in_threadpool(operations.metrics.text), headers={"Content-Type": CONTENT_TYPE})

    app.add_route("/readyz", readyz, methods=["GET"])
    app.add_route("/metrics", scraped, methods=["GET"])
