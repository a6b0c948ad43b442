"""Reading what another platform has written: each field is checked, and refused by its name alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from . import checks
from .errors import NetError, bad_input
from .times import parse_time

Value = TypeVar("Value")


class Fields:
    """One object of it. What is not asked for is passed over: later versions may send more."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def text(self, name: str, most: int) -> str:
        return self._read(name, lambda value: checks.text(name, value, most))

    def time(self, name: str) -> datetime:
        return self._read(name, parse_time)

    def number(self, name: str, most: int) -> int:
        return self._read(name, lambda value: whole_number(value, most))

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        return self._read(name, lambda value: known[known.index(value)])

    def flag(self, name: str) -> bool:
        return self._read(name, truth)

    def many(self, name: str, most: int) -> "list[Fields]":
        return self._read(name, lambda values: [Fields(dict(value)) for value in a_list(values, most)])

    def checked(self, name: str, check: Callable[..., Value], *words: str) -> Value:
        """By a check of inputs, which takes the words before the value."""
        return self._read(name, lambda value: check(*words, value))

    def maybe_text(self, name: str, most: int) -> str | None:
        return None if self._record.get(name) is None else self.text(name, most)

    def maybe_time(self, name: str) -> datetime | None:
        return None if self._record.get(name) is None else self.time(name)

    def maybe_number(self, name: str, most: int) -> int | None:
        return None if self._record.get(name) is None else self.number(name, most)

    def maybe_one_of(self, name: str, known: tuple[str, ...]) -> str | None:
        return None if self._record.get(name) is None else self.one_of(name, known)

    def _read(self, name: str, check: Callable[[Any], Value]) -> Value:
        try:
            return check(self._record.get(name))
        except (NetError, ValueError, TypeError, AttributeError):
            # Without the value, and without what was made of it: either may be personal.
            raise bad_input(f"`sealed` holds a record whose `{name}` is not as the contract has it.") from None


def whole_number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError
    return value


def truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def a_list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError
    return value
