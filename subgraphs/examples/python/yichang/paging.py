"""A Relay connection over a list: nothing is read before it is selected, and nothing twice."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .context import Row
from .errors import NetError, bad_cursor

Key = str | int

_OPPOSITE = {"ASC": "DESC", "DESC": "ASC"}
_SAFE_INTEGER = 2**53 - 1
# What a time can be, in milliseconds.
_FARTHEST = 8_640_000_000_000_000


@dataclass(frozen=True)
class Order:
    """An order as asked for: its name in the contract, the column that it sorts by, what its key is."""

    name: str
    direction: str
    column: str
    key: type


@dataclass(frozen=True)
class Position:
    """Where a row stands in its list."""

    key: Key
    id: str


class Rows(Protocol):
    """A list, as paging needs it."""

    order: Order

    async def read(self, start: Position | None, direction: str, limit: int, inclusive: bool) -> list[Row]: ...

    async def count(self) -> int: ...


class Connection:
    """One page of a list. Its arguments are checked at once, its parts are read when asked for."""

    def __init__(self, rows: Rows, arguments: Mapping[str, Any]) -> None:
        first, after = arguments.get("first"), arguments.get("after")
        last, before = arguments.get("last"), arguments.get("before")
        self._backward = last is not None or before is not None
        if self._backward and (first is not None or after is not None):
            raise NetError("BAD_PAGE", "A page runs one way: give `first` with `after`, or `last` with `before`.")
        size = last if self._backward else first
        self._size = 20 if size is None else size
        if not 1 <= self._size <= 100:
            name = "last" if self._backward else "first"
            raise NetError("BAD_PAGE", f"`{name}: {size}` is out of range: from 1 to 100.")
        cursor = before if self._backward else after
        self._start = None if cursor is None else _read_cursor(cursor, rows.order)
        self._rows = rows
        self._page: asyncio.Task[tuple[list[Row], bool]] | None = None

    async def edges(self, _info: Any) -> list[dict[str, Any]]:
        page, _more = await self._read()
        return [{"cursor": self._cursor(row), "node": row} for row in page]

    async def totalCount(self, _info: Any) -> int:  # the contract's name
        return await self._rows.count()

    async def pageInfo(self, _info: Any) -> dict[str, Any]:  # the contract's name
        page, more = await self._read()
        behind = self._has_behind(page)
        return {
            "hasNextPage": behind if self._backward else _always(more),
            "hasPreviousPage": _always(more) if self._backward else behind,
            "startCursor": self._cursor(page[0]) if page else None,
            "endCursor": self._cursor(page[-1]) if page else None,
        }

    def _read(self) -> "asyncio.Task[tuple[list[Row], bool]]":
        self._page = self._page or asyncio.create_task(self._read_page())
        return self._page

    async def _read_page(self) -> tuple[list[Row], bool]:
        found = await self._rows.read(self._start, self._heading(), self._size + 1, False)
        page = found[: self._size]
        if self._backward:
            page.reverse()
        return page, len(found) > self._size

    def _has_behind(self, page: list[Row]) -> Callable[[Any], Any]:
        """Whether anything lies before the page's first row or, when it is empty, up to its cursor."""

        async def resolve(_info: Any) -> bool:
            if self._start is None:
                return False
            start = self._position(page[-1 if self._backward else 0]) if page else self._start
            return bool(await self._rows.read(start, _OPPOSITE[self._heading()], 1, not page))

        return resolve

    def _heading(self) -> str:
        """The direction in which this page is read."""
        direction = self._rows.order.direction
        return _OPPOSITE[direction] if self._backward else direction

    def _position(self, row: Row) -> Position:
        return Position(row[self._rows.order.column], row["id"])

    def _cursor(self, row: Row) -> str:
        order, position = self._rows.order, self._position(row)
        parts = [1, order.name, order.direction, position.key, position.id]
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _always(value: bool) -> Callable[[Any], bool]:
    return lambda _info: value


def _read_cursor(text: str, order: Order) -> Position:
    """base64url of JSON `[version, order, direction, key, id]`."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "==="))
    except ValueError:
        raise bad_cursor("it cannot be read") from None
    match parts:
        case [1, str(name), "ASC" | "DESC" as direction, str() | int() as key, str(id)]:
            pass
        case _:
            raise bad_cursor("it is not of this version")
    if (name, direction) != (order.name, order.direction):
        raise bad_cursor(f"it is of {name} {direction}, and the list is {order.name} {order.direction}")
    if type(key) is not order.key:
        raise bad_cursor(f"its key is not that of {order.name}")
    if isinstance(key, int) and abs(key) > (_FARTHEST if order.column.endswith("Ms") else _SAFE_INTEGER):
        raise bad_cursor("its key is out of range")
    if "\0" in id or (isinstance(key, str) and "\0" in key):
        raise bad_cursor("it names what cannot be stored")
    return Position(key, id)
