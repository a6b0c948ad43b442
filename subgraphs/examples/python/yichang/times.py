"""Times: the contract's DateTime, compared as UTC milliseconds although we keep microseconds."""

import json
import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from .errors import bad_input

_PATTERN = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_time(value: Any) -> datetime:
    """Reads RFC 3339 with offset; digits below the millisecond are cut off."""
    match = _PATTERN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _refused(value, "write it like 2016-08-31T09:00:00+08:00")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    milliseconds = int((match[7] or "")[:3].ljust(3, "0"))
    try:
        if int(match[9] or 0) > 23 or int(match[10] or 0) > 59:
            raise ValueError("offset")
        offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0))
        zone = timezone(-offset if match[8] == "-" else offset)
        local = datetime(year, month, day, hour, minute, second, milliseconds * 1000, zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused(value, "there is no such moment") from None


def show_time(value: datetime) -> str:
    """In UTC with three digits; what is finer is cut off, not rounded."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(value: datetime) -> int:
    """Whole milliseconds since 1970: what times are compared by. The same as unix_ms() in SQL."""
    return (value - _EPOCH) // timedelta(milliseconds=1)


def minutes_between(start: datetime, end: datetime) -> int:
    """Rounded as the contract's other platforms do: halves up, which Python's round() does not."""
    return max(0, math.floor((ms(end) - ms(start)) / 60_000 + 0.5))


def _refused(value: Any, what: str) -> Exception:
    return bad_input(f"{json.dumps(value, ensure_ascii=False, default=str)} is not a DateTime: {what}.")
