"""Identity: a record's id is `<platform code>:<local id>`, and which divisions lie within which."""

import re

from .errors import NetError

_CODE = r"[0-9A-Z][0-9A-Z-]{0,31}"
_ID = re.compile(f"{_CODE}:.+", re.DOTALL)


def is_platform_code(value: str) -> bool:
    """Whether this may name a platform."""
    return re.fullmatch(_CODE, value) is not None


def parse_id(value: str) -> str:
    """The code of the platform that an id names; anything else is BAD_ID."""
    if _ID.fullmatch(value) is None:
        raise NetError("BAD_ID", f'"{value}" is not an id: write <platform code>:<local id>.')
    return value.split(":", 1)[0]


def division_prefix(code: str) -> str:
    """The digits that a division shares with everything below it: 420000 → 42, 420500 → 4205."""
    if len(code) != 6:
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code
