"""Opening the platform: its database, the divisions that it knows, its keys."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from .context import Platform
from .sealing import ensure_key


@asynccontextmanager
async def opened(database: str, code: str, serves: Sequence[str], front_end: str) -> AsyncIterator[Platform]:
    """The platform `code`; `database` is the URI of a PostgreSQL database with our tables in it."""
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        database,
        min_size=2,
        max_size=16,
        open=False,
        kwargs={"row_factory": dict_row, "autocommit": True, "application_name": "yichang"},
    )
    async with pool:
        async with pool.connection() as connection:
            areas = await (await connection.execute("SELECT code FROM area")).fetchall()
            await ensure_key(connection)
            # Those of an earlier version named who had called.
            await connection.execute(
                "UPDATE done_command SET key = encode(sha256(convert_to(key, 'UTF8')), 'hex') WHERE key LIKE '%:% %'"
            )
        yield Platform(code, serves, frozenset(row["code"] for row in areas), pool, front_end)
