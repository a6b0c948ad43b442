"""Working days of China: weekends, public holidays, and the days worked in their stead, as versioned data."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

# What differs from Monday to Friday. Holidays are announced year by year; beyond them weekends alone are off.
_TABLE = json.loads((Path(__file__).parent.parent / "working-days.json").read_text(encoding="utf-8"))
_HOLIDAYS = frozenset(_TABLE["holidays"])
_WORKDAYS = frozenset(_TABLE["workdays"])

# Asia/Shanghai has been UTC+8 all year since 1992.
_SHANGHAI = timezone(timedelta(hours=8))
_DAY = timedelta(days=1)

# Category → the working days within which a request is to be resolved.
PERIODS: Mapping[str, int] = {
    "WAGES": 15,
    "CONTRACT": 15,
    "SAFETY": 7,
    "INSURANCE": 20,
    "MEDICAL": 15,
    "HARDSHIP": 20,
    "EMPLOYMENT": 30,
    "LEGAL": 30,
    "SERVICE": 7,
    "OTHER": 15,
}


def is_working_day(time: datetime) -> bool:
    """Whether the day in Shanghai that holds `time` is worked."""
    day = time.astimezone(_SHANGHAI).date()
    return day.isoformat() in _WORKDAYS if day.weekday() >= 5 else day.isoformat() not in _HOLIDAYS


def working_days_after(time: datetime, days: int) -> datetime:
    """The same time of day, in Shanghai, of the `days`-th working day after the day of `time`."""
    return _walk(time, days, _DAY)


def working_days_before(time: datetime, days: int) -> datetime:
    """The same time of day, in Shanghai, of the `days`-th working day before the day of `time`."""
    return _walk(time, days, -_DAY)


def due_after(time: datetime, category: str) -> datetime:
    """By when a request of this category is to be resolved that came at `time`."""
    return working_days_after(time, PERIODS[category])


def _walk(time: datetime, days: int, by: timedelta) -> datetime:
    at = time.astimezone(UTC)
    while days > 0:
        at += by
        days -= is_working_day(at)
    return at
