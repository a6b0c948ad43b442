"""The lists of the contract as one table: where each reads, what it sorts and filters by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .context import Context, Row
from .errors import NetError, bad_input
from .ids import division_prefix, parse_id
from .paging import Connection, Order, Position
from .times import ms

# A filter: its condition in SQL, and how its value is checked for it.
Filter = tuple[str, Callable[[Any], Any]]

OPEN = "status IN ('SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED')"


def as_given(value: Any) -> Any:
    return value


def record_id(value: str) -> str:
    parse_id(value)
    return value


def part_of_text(value: str) -> str:
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2
    if length > 200:
        raise bad_input(f"A text to look for is {length} long: at most 200.")
    return value


@dataclass(frozen=True)
class ListPlan:
    """One list: its view, its orders (name → column and kind of key), its filters."""

    view: str
    orders: Mapping[str, tuple[str, type]]
    default: tuple[str, str]
    filters: Mapping[str, Filter]
    # Whether its records can move to another platform.
    moves: bool = False


# Tombstones are in no list; what is offered to another platform is in those that ask for it.
MOVING = "status = 'IN_TRANSFER'"
STAYING = "status <> 'TRANSFERRED' AND status <> 'IN_TRANSFER'"

LISTS: Mapping[str, ListPlan] = {
    "organizations": ListPlan(
        view="organization",
        orders={"NAME": ("name", str), "FOUNDED_AT": ("foundedMs", int), "UPDATED_AT": ("updatedMs", int)},
        default=("NAME", "ASC"),
        filters={
            "kinds": ("kind = ANY(%s)", as_given),
            "parentId": ('"parentId" = %s', record_id),
            "nameContains": ("strpos(name, %s) > 0", part_of_text),
        },
    ),
    "stations": ListPlan(
        view="station",
        orders={"NAME": ("name", str), "UPDATED_AT": ("updatedMs", int), "DISTANCE": ("distanceMetres", int)},
        default=("NAME", "ASC"),
        filters={
            "organizationId": ('"organizationId" = %s', record_id),
            "nameContains": ("strpos(name, %s) > 0", part_of_text),
        },
    ),
    "serviceRequests": ListPlan(
        view="service_request",
        orders={
            "SUBMITTED_AT": ("submittedMs", int),
            "UPDATED_AT": ("updatedMs", int),
            "TITLE": ("title", str),
            "CATEGORY": ("category", str),
        },
        default=("SUBMITTED_AT", "DESC"),
        filters={
            "statuses": ("status = ANY(%s)", as_given),
            "categories": ("category = ANY(%s)", as_given),
            "channels": ("channel = ANY(%s)", as_given),
            "organizationId": ('"organizationId" = %s', record_id),
            "supervised": ("supervised = %s", as_given),
            "submittedFrom": ('"submittedMs" >= %s', ms),
            "submittedTo": ('"submittedMs" < %s', ms),
            "overdueNow": (f'coalesce({OPEN} AND "dueMs" < %(now)s, false) = %s', as_given),
            "titleContains": ("strpos(title, %s) > 0", part_of_text),
            "ratingAtMost": ("rating <= %s", as_given),
            "escalationAtLeast": ('"escalationLevel" >= %s', as_given),
        },
        moves=True,
    ),
    "members": ListPlan(
        view="member",
        orders={"APPLIED_AT": ("appliedMs", int), "UPDATED_AT": ("updatedMs", int)},
        default=("APPLIED_AT", "DESC"),
        filters={
            "statuses": ("status = ANY(%s)", as_given),
            "kinds": ("kind = ANY(%s)", as_given),
            "channels": ("channel = ANY(%s)", as_given),
            "organizationId": ('"organizationId" = %s', record_id),
            "appliedFrom": ('"appliedMs" >= %s', ms),
            "appliedTo": ('"appliedMs" < %s', ms),
            "joinCodeId": ('"joinCodeId" = %s', record_id),
        },
        moves=True,
    ),
    "joinCodes": ListPlan(
        view="join_code",
        orders={"ISSUED_AT": ("issuedMs", int), "UPDATED_AT": ("updatedMs", int)},
        default=("ISSUED_AT", "DESC"),
        filters={
            "statuses": ("status = ANY(%s)", as_given),
            "organizationId": ('"organizationId" = %s', record_id),
        },
    ),
    "articles": ListPlan(
        view="article",
        orders={
            "PUBLISHED_AT": ("publishedMs", int),
            "UPDATED_AT": ("updatedMs", int),
            "READ_COUNT": ("readCount", int),
        },
        default=("PUBLISHED_AT", "DESC"),
        filters={
            "column": ('"column" = %s', as_given),
            "publishedFrom": ('"publishedMs" >= %s', ms),
            "publishedTo": ('"publishedMs" < %s', ms),
            "titleContains": ("strpos(title, %s) > 0", part_of_text),
        },
    ),
    "comments": ListPlan(view="comment", orders={"AT": ("atMs", int)}, default=("AT", "ASC"), filters={}),
}


def list_of(
    context: Context,
    name: str,
    arguments: Mapping[str, Any],
    within: str | None = None,
    owner: tuple[str, str] | None = None,
) -> Connection:
    """A page of a list: of a division if `within` is its code, of a record if `owner` is (column, id)."""
    plan = LISTS[name]
    asked = arguments.get("orderBy") or {}
    order_name = asked.get("field", plan.default[0])
    direction = asked.get("direction") or plan.default[1]
    column, key = plan.orders[order_name]
    rows = Keyset(context, plan, Order(order_name, direction, column, key))
    near = arguments.get("near")
    if near is not None:
        rows.measure(near)
    elif order_name == "DISTANCE":
        raise bad_input("The order DISTANCE needs `near`: give a point and a distance.")
    rows.choose(arguments.get("filter") or {}, within, owner)
    return Connection(rows, arguments)


class Keyset:
    """Rows in the order (key, id), read from a position on by comparing both at once."""

    def __init__(self, context: Context, plan: ListPlan, order: Order) -> None:
        self.order = order
        self._context = context
        self._plan = plan
        self._source = f"contract.{plan.view}"
        self._conditions = ["true"]
        self._values: dict[str, Any] = {"now": ms(context.now)}

    def measure(self, near: Mapping[str, Any]) -> None:
        """Keeps what lies around a point, and adds how far it is."""
        latitude, longitude, within = near["latitude"], near["longitude"], near["withinMetres"]
        for name, value, most in [("latitude", latitude, 90), ("longitude", longitude, 180)]:
            if not abs(value) <= most:
                raise bad_input(f"`near` is out of range, {name} {value}: from -{most} to {most}.")
        if not 1 <= within <= 100_000:
            raise bad_input(f"`near` is out of range, withinMetres {within}: from 1 to 100,000.")
        self._source = (
            "(SELECT *, metres_between(%(latitude)s, %(longitude)s, latitude, longitude)"
            f' AS "distanceMetres" FROM {self._source}) AS measured'
        )
        self._conditions.append('"distanceMetres" <= %(within)s')
        self._values |= {"latitude": latitude, "longitude": longitude, "within": within}

    def choose(self, given: Mapping[str, Any], within: str | None, owner: tuple[str, str] | None) -> None:
        """Keeps what the filter, the division and the owning record say."""
        platforms = given.get("platforms")
        if platforms is not None and self._context.platform.code not in platforms:
            self._conditions = ["false"]
            return
        for place in (given.get("place"), within):
            if place is None:
                continue
            if place not in self._context.platform.divisions:
                raise NetError("UNKNOWN_DIVISION", f'No division has the code "{place}".')
            self._add('starts_with("placeCode", %s)', division_prefix(place))
        if owner is not None:
            self._add(f'"{owner[0]}" = %s', owner[1])
        if self._plan.moves:
            self._conditions.append(MOVING if given.get("inTransfer") else STAYING)
        for name, (condition, check) in self._plan.filters.items():
            if given.get(name) is not None:
                self._add(condition, check(given[name]))

    def _add(self, condition: str, value: Any) -> None:
        if isinstance(value, str) and "\0" in value:
            # PostgreSQL cannot store such a text, so no record has it.
            self._conditions.append("false")
            return
        name = f"v{len(self._values)}"
        self._conditions.append(condition.replace("%s", f"%({name})s"))
        self._values[name] = value

    async def read(self, start: Position | None, direction: str, limit: int, inclusive: bool) -> list[Row]:
        key = f'"{self.order.column}"'
        conditions, values = self._conditions, {**self._values, "limit": limit}
        if start is not None:
            compare = (">" if direction == "ASC" else "<") + ("=" if inclusive else "")
            conditions = [*conditions, f"({key}, id) {compare} (%(key)s, %(id)s)"]
            values |= {"key": start.key, "id": start.id}
        return await self._context.rows(
            f"SELECT * FROM {self._source} WHERE {' AND '.join(conditions)}"
            f" ORDER BY {key} {direction}, id {direction} LIMIT %(limit)s",
            values,
        )

    async def count(self) -> int:
        [row] = await self._context.rows(
            f"SELECT count(*) AS n FROM {self._source} WHERE {' AND '.join(self._conditions)}", self._values
        )
        return int(row["n"])
