"""`python -m yichang sealing-key`: replaces the key to which others seal. The platform may run meanwhile."""

import argparse
import os
import sys
from collections.abc import Sequence

import psycopg
from psycopg.rows import dict_row

from .sealing import public_text, rotate

ABOUT = """Replaces the key to which others seal what this platform alone may read: transferred records. What is
sealed to the one before is opened for some days more: a transfer may wait for its deadline."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m yichang sealing-key", description=ABOUT)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"), help="postgres://… (or DATABASE_URL)")
    parser.add_argument("--platform", "--code", default="420500", help="the platform's code")
    help = "for which the one before still opens (30); 0: not at all, as it is known to others"
    parser.add_argument("--keep-days", type=float, default=30, metavar="N", help=help)
    options = parser.parse_args(arguments)
    if not options.database:
        parser.error("give a PostgreSQL database with --database or DATABASE_URL.")
    if not 0 <= options.keep_days <= 365:
        parser.error(f"--keep-days {options.keep_days}: from 0 to 365.")
    try:
        with psycopg.connect(options.database, row_factory=dict_row) as connection:
            print(public_text(rotate(connection, options.keep_days)))
    except psycopg.Error as error:
        # Its own words may quote a row.
        print(f"sealing-key: PostgreSQL: {error.sqlstate or error} {type(error).__name__}", file=sys.stderr)
        sys.exit(1)
