"""Reading what another platform has written: each field is checked, and refused by its name alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from . import checks
from .errors import NetError, bad_input
from .times import parse_time

Value = TypeVar("Value")


class Fields:
    """One object of it."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def text(self, name: str, most: int) -> str:
        return self._read(name, lambda value: checks.text(name, value, most))

    def time(self, name: str) -> datetime:
        return self._read(name, parse_time)

    def number(self, name: str) -> int:
        return self._read(name, whole_number)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        return self._read(name, lambda value: known[known.index(value)])

    def flag(self, name: str) -> bool:
        return self._read(name, lambda value: value is True)

    def many(self, name: str) -> "list[Fields]":
        return self._read(name, lambda values: [Fields(dict(value)) for value in values])

    def maybe_text(self, name: str, most: int) -> str | None:
        return None if self._record.get(name) is None else self.text(name, most)

    def maybe_time(self, name: str) -> datetime | None:
        return None if self._record.get(name) is None else self.time(name)

    def maybe_number(self, name: str) -> int | None:
        return None if self._record.get(name) is None else self.number(name)

    def maybe_one_of(self, name: str, known: tuple[str, ...]) -> str | None:
        return None if self._record.get(name) is None else self.one_of(name, known)

    def _read(self, name: str, check: Callable[[Any], Value]) -> Value:
        try:
            return check(self._record.get(name))
        except (NetError, ValueError, TypeError, AttributeError):
            # Without the value, and without what was made of it: either may be personal.
            raise bad_input(f"`sealed` holds a record whose `{name}` is not as the contract has it.") from None


def whole_number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 1_000_000:
        raise ValueError
    return value
