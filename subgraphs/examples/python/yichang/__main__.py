"""`python -m yichang`: serves the platform on this machine, for the sidecar before it."""

import argparse
import os
import sys

import uvicorn

from . import erase_command, sealing_command
from .app import make_app

# What else can be done, each with options of its own: `python -m yichang erase --help`.
COMMANDS = {"erase": erase_command.main, "sealing-key": sealing_command.main}


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    beside = f"Beside it: {', '.join(COMMANDS)}."
    parser = argparse.ArgumentParser(prog="python -m yichang", description=__doc__, epilog=beside)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"), help="postgres://… (or DATABASE_URL)")
    parser.add_argument("--code", default="420500", help="the platform's code")
    parser.add_argument("--serves", default="420500", help="codes of the divisions that it serves, comma-separated")
    parser.add_argument("--port", type=int, default=8000, help="on 127.0.0.1")
    parser.add_argument("--front-end", metavar="URL", help="the front end, whose /join takes applications")
    parser.add_argument("--sweep", type=float, default=60, metavar="SECONDS", help="how often deadlines are looked at")
    parser.add_argument("--simulate", type=float, default=0, metavar="RATE", help="simulated events a second")
    options = parser.parse_args()
    if not options.database:
        parser.error("give a PostgreSQL database with --database or DATABASE_URL.")
    uvicorn.run(
        make_app(
            options.database,
            options.code,
            options.serves.split(","),
            # As long as nobody says otherwise: a domain that is nobody's.
            options.front_end or f"https://union.example/{options.code}",
            options.sweep,
            options.simulate,
        ),
        host="127.0.0.1",
        port=options.port,
        log_level="warning",
        # Longer than the sidecar keeps an idle connection: it must never send into one that closes.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
