"""The ASGI application: /graphql, and whether it is alive and ready. The sidecar stands before it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .context import Context, Platform, actor_of, scopes_of
from .deadlines import sweeping
from .federation import make_schema
from .graphql_http import endpoint
from .mutations import mutation
from .opening import opened
from .resolvers import BINDABLES
from .simulate import simulate

LOOPBACK = ("127.0.0.1", "::1")


def make_app(
    database: str,
    code: str,
    serves: Sequence[str],
    front_end: str,
    sweep_seconds: float = 0,
    simulate_per_second: float = 0,
) -> Starlette:
    """The platform's server; it opens the platform when it starts."""
    platform: Platform

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        nonlocal platform
        async with opened(database, code, serves, front_end) as platform:
            async with sweeping(platform, sweep_seconds), simulate(platform, simulate_per_second):
                yield

    def make_context(request: Request) -> Context:
        # Only the sidecar, on this machine, is believed about who asks.
        trusted = request.client is not None and request.client.host in LOOPBACK
        headers = request.headers if trusted else {}
        return Context(
            platform,
            scopes_of(headers.get("onenet-caller")),
            actor_of(headers.get("onenet-actor")),
            datetime.now(UTC),
        )

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        try:
            async with platform.pool.connection(timeout=2) as connection:
                await connection.execute("SELECT 1")
        except Exception:  # whatever it is, the database does not answer
            return JSONResponse({"status": "the database does not answer"}, 503)
        return JSONResponse({"status": "ready"})

    schema = make_schema(mutation, *BINDABLES)
    return Starlette(
        routes=[
            Route("/graphql", endpoint(schema, make_context), methods=["GET", "POST"]),
            Route("/health/live", live),
            Route("/health/ready", ready),
        ],
        lifespan=lifespan,
    )
