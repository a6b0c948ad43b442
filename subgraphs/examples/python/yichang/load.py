"""`python -m yichang.load`: makes database and tables, and puts the first records into them. Once: all, or nothing."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

HOME = Path(__file__).parent.parent
DIVISIONS = HOME.parent.parent / "platforms" / "data" / "divisions.csv"


def load(database: str, divisions: Path, records: Iterable[str] | None) -> str:
    """Loads divisions and records; says what it did. `records` are lines of `{"record": …}` or `{"event": …}`."""
    make_database(database)
    with psycopg.connect(database) as connection:
        # Two that start at once: the second waits, and finds it done.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('yichang.load'))")
        connection.execute((HOME / "schema.sql").read_bytes())
        done = [f"{load_divisions(connection, divisions)} divisions"]
        if records is not None:
            done.append(f"{load_records(connection, records)} lines of records and events")
    return "Loaded: " + ", ".join(done) + "."


def make_database(database: str) -> None:
    """Makes the database where it is missing, by way of the one that every server has."""
    name = str(conninfo_to_dict(database).get("dbname") or "postgres")
    try:
        with psycopg.connect(make_conninfo(database, dbname="postgres"), autocommit=True) as server:
            known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                server.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(name)))
    except psycopg.OperationalError:
        pass  # we may not look there; what is wrong with our own database is said when it is opened


def load_divisions(connection: psycopg.Connection[Any], divisions: Path) -> int:
    if not mark(connection, "divisions"):
        return 0
    with divisions.open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    with connection.cursor().copy("COPY area FROM STDIN") as copy:
        for code in codes:
            copy.write_row([code])
    return len(codes)


def load_records(connection: psycopg.Connection[Any], records: Iterable[str]) -> int:
    if not mark(connection, "records"):
        return 0
    connection.execute(
        "CREATE TEMPORARY TABLE incoming (n bigint GENERATED ALWAYS AS IDENTITY, line jsonb) ON COMMIT DROP"
    )
    count, last = 0, ""
    with connection.cursor().copy("COPY incoming (line) FROM STDIN") as copy:
        for last in records:
            copy.write_row([last.rstrip("\n")])
            count += 1
    # Whoever wrote to us may have been killed: half a load must not pass for a whole one.
    if count == 0 or json.loads(last) != {"end": count - 1}:
        raise SystemExit(f"The records were cut off after {count} lines: nothing was loaded.")
    connection.execute((HOME / "load.sql").read_bytes())
    return count - 1


def mark(connection: psycopg.Connection[Any], what: str) -> bool:
    """Whether it is loaded for the first time; it is marked in the transaction that loads it."""
    return connection.execute("INSERT INTO loaded (what) VALUES (%s) ON CONFLICT DO NOTHING", [what]).rowcount == 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m yichang.load", description=__doc__)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"), help="postgres://… (or DATABASE_URL)")
    parser.add_argument("--divisions", type=Path, default=DIVISIONS, help="CSV with a column `code`")
    parser.add_argument("--records", metavar="FILE", help="NDJSON; - for standard input")
    options = parser.parse_args()
    if not options.database:
        parser.error("give a PostgreSQL database with --database or DATABASE_URL.")
    if options.records is None:
        print(load(options.database, options.divisions, None))
    elif options.records == "-":
        sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        print(load(options.database, options.divisions, sys.stdin))
    else:
        with open(options.records, encoding="utf-8") as lines:
            print(load(options.database, options.divisions, lines))


if __name__ == "__main__":
    main()
