"""`python -m yichang.sweep`: looks at the deadlines once. What a server does every minute, for a moment of choice."""

import argparse
import asyncio
import os
from datetime import UTC, datetime

from .deadlines import sweep
from .opening import opened
from .times import parse_time


async def sweep_once(database: str, code: str, now: datetime) -> None:
    async with opened(database, code, [], "") as platform:
        await sweep(platform, now)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m yichang.sweep", description=__doc__)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"), help="postgres://… (or DATABASE_URL)")
    parser.add_argument("--code", default="420500", help="the platform's code")
    parser.add_argument("--now", type=parse_time, help="the moment, such as 2026-03-02T09:00:00+08:00; default: now")
    options = parser.parse_args()
    if not options.database:
        parser.error("give a PostgreSQL database with --database or DATABASE_URL.")
    asyncio.run(sweep_once(options.database, options.code, options.now or datetime.now(UTC)))


if __name__ == "__main__":
    main()
