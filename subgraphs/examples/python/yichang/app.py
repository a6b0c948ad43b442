"""The ASGI application: /graphql, and whether it is alive and ready. The sidecar stands before it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .context import Context, Platform, actor_of, scopes_of
from .deadlines import sweeping
from .federation import make_schema
from .graphql_http import endpoint
from .mutations import mutation
from .resolvers import BINDABLES
from .sealing import own_key
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
    """The platform `code`; `database` is the URI of a PostgreSQL database with our tables in it."""
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        database,
        min_size=2,
        max_size=16,
        open=False,
        kwargs={"row_factory": dict_row, "autocommit": True, "application_name": "yichang"},
    )
    platform: Platform

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        nonlocal platform
        async with pool:
            async with pool.connection() as connection:
                areas = await (await connection.execute("SELECT code FROM area")).fetchall()
                key = await own_key(connection)
            divisions = frozenset(row["code"] for row in areas)
            platform = Platform(code, serves, divisions, pool, front_end, key)
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
            async with pool.connection(timeout=2) as connection:
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
