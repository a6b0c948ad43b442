"""`python -m yichang erase`: erases a person from the platform's database. The platform may run meanwhile."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from psycopg.rows import dict_row

from .checks import optional_identity_number
from .erase import Person, erase_person, find_person
from .erasures import enter, entered
from .errors import NetError

ABOUT = """Erases a person: finds all records that are theirs and, with --yes, leaves of them what is not
personal. Figures stay as they are. What is under way is ended first."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m yichang erase", description=ABOUT)
    option = parser.add_argument
    option("--database", default=os.environ.get("DATABASE_URL"), help="postgres://… (or DATABASE_URL)")
    option("--platform", "--code", default="420500", help="the platform's code")
    option("--person", metavar="REFERENCE", action="append", default=[], help="its own account's; several times if so")
    option("--record", metavar="ID", action="append", default=[], help="a record of theirs; several times if so")
    option("--identity", action="store_true", help="an identity number, read from standard input")
    option("--yes", action="store_true", help="erase; without it what was found is told, and nothing is changed")
    option("--again", action="store_true", help="all whom the file of erasures names: after a backup was restored")
    file = Path(".onenet/erasures.ndjson")
    option("--erasures", metavar="FILE", type=Path, default=file, help="that file; keep it apart from backups")
    options = parser.parse_args(arguments)
    if not options.database:
        parser.error("give a PostgreSQL database with --database or DATABASE_URL.")
    if not (options.person or options.record or options.identity or options.again):
        parser.error("whom? --person, --record, --identity or --again: see --help.")
    try:
        with psycopg.connect(options.database, autocommit=True, row_factory=dict_row) as connection:
            run(connection, options)
    except NetError as error:
        fail(f"{error.code}: {error}")
    except FileNotFoundError:
        fail(f"--erasures {options.erasures} is not there: nobody was erased so far.")
    except psycopg.Error as error:
        # Its own words may quote a row.
        fail(f"PostgreSQL (--database or DATABASE_URL): {error.sqlstate or error} {type(error).__name__}")


def run(connection: psycopg.Connection[Any], options: argparse.Namespace) -> None:
    again, code = options.again, options.platform
    person = entered(options.erasures, code, connection) if again else asked(connection, options)
    for id, state in person.found.items():
        print(f"{id}  {state}" if state else id)
    print(f"{counted(len(person.found), 'record')} of {counted(len(person.references), 'account')} at {code}.")
    if not options.yes and not again:
        print("Nothing was changed: --yes erases them.")
        return
    if not again:
        enter(options.erasures, code, connection, person)
    erase_person(connection, person)
    print(f"Erased. {options.erasures} has it, for when a backup is restored.")
    print("PostgreSQL's dead rows, its log of changes and its backups forget by time.")


def asked(connection: psycopg.Connection[Any], options: argparse.Namespace) -> Person:
    # Read, and not an argument: those stand in the shell's history and in the list of processes.
    number = optional_identity_number(sys.stdin.read().strip()) if options.identity else None
    return find_person(connection, options.person, [number] if number else [], options.record)


def counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def fail(message: str) -> NoReturn:
    print(f"erase: {message}", file=sys.stderr)
    sys.exit(1)
