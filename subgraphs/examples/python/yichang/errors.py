"""Errors that may be shown: each has a code of the contract's one table."""

import logging
import traceback
import uuid
from typing import Any

import psycopg
from graphql import GraphQLError

log = logging.getLogger("yichang")


class NetError(Exception):
    """Says what, where, the value and what to do; `details` goes out beside the code."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


def bad_input(message: str) -> NetError:
    return NetError("BAD_INPUT", message)


def bad_cursor(why: str) -> NetError:
    return NetError(
        "BAD_CURSOR",
        f"The cursor is refused: {why}. Start again without a cursor, or use one of this list.",
    )


def shown(error: GraphQLError) -> dict[str, Any]:
    """An error as it leaves: an unexpected one as an id that leads to the log, its cause not at all."""
    formatted: dict[str, Any] = dict(error.formatted)
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None:
        formatted["extensions"] = {"code": "BAD_REQUEST"}
    elif isinstance(cause, NetError):
        formatted["message"] = str(cause)
        formatted["extensions"] = {**cause.details, "code": cause.code}
    else:
        incident = str(uuid.uuid4())
        log.error("incident %s: %s", incident, what_failed(cause))
        formatted["message"] = "An unexpected error; the incident id leads to its cause."
        formatted["extensions"] = {"code": "INTERNAL", "incident": incident}
    return formatted


def what_failed(cause: BaseException) -> str:
    """What a log may have of an error: PostgreSQL's own words may quote a row, so its code stands for them."""
    if not isinstance(cause, psycopg.Error):
        return "".join(traceback.format_exception(cause))
    return f"{type(cause).__name__} {cause.sqlstate}\n{''.join(traceback.format_tb(cause.__traceback__))}"
