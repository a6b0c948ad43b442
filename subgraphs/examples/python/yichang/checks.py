"""What inputs are checked for: each refusal names the field, the value and the limit."""

import re
import unicodedata
from datetime import date

from .context import Platform
from .errors import NetError, bad_input
from .ids import division_prefix

_LONG_NUMBER = re.compile(r"[0-9]{7}")
_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{5}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def text(field: str, value: str, most: int) -> str:
    """A text of a sensible length, without surrounding space or control characters."""
    found = value.strip().strip("\ufeff")
    if not 1 <= len(found) <= most:
        raise bad_input(f"`{field}` has {len(found)} characters: from 1 to {most}.")
    # Line breaks and tabs may be part of a text; other control characters are no text.
    if any(unicodedata.category(char) == "Cc" and char not in "\t\n\r" for char in found):
        raise bad_input(f"`{field}` holds control characters: send plain text.")
    return found


def optional_text(field: str, value: str | None, most: int) -> str | None:
    return None if value is None else text(field, value, most)


def label(field: str, value: str, most: int) -> str:
    """A name under which events are counted: what the feed takes as a category."""
    found = text(field, value, most)
    first, *rest = (is_word(char) for char in found)
    others = all(word or char in "_.·-" for word, char in zip(rest, found[1:], strict=True))
    if not first or not others or len(found) > 64 or _LONG_NUMBER.search(found):
        raise bad_input(
            f'`{field}: "{found}"` is no name to count by: letters and digits,'
            " with . · _ - after the first, and no long number."
        )
    return found


def is_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LN"


def optional_phone(field: str, value: str | None) -> str | None:
    """A telephone number: digits, with spaces, hyphens, brackets and a leading +."""
    if value is None:
        return None
    found = value.strip()
    digits = len(re.findall("[0-9]", found))
    # The number itself stays out of the message: it is personal.
    if re.fullmatch(r"\+?[0-9 ()-]+", found) is None or not 5 <= digits <= 15:
        raise bad_input(f"`{field}` is no telephone number: 5 to 15 digits, e.g. 027-12351.")
    return found


def optional_identity_number(value: str | None) -> str | None:
    """An identity number (GB 11643-1999), its X a capital. It is personal, so no message has it."""
    if value is None:
        return None
    found = value.upper()
    match = _IDENTITY_NUMBER.fullmatch(found)
    if match is None:
        raise bad_input("`identityNumber` is none: 17 digits and a check digit, 0 to 9 or X (GB 11643).")
    try:
        born = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        born = date.min
    if born.year < 1800:
        raise bad_input("`identityNumber` is none: its 7th to 14th digit are no date of birth (GB 11643).")
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, found, strict=False))
    if _CHECK_DIGITS[total % 11] != found[-1]:
        raise bad_input("`identityNumber` is none: its check digit does not fit, one of the characters is wrong.")
    return found


def employer_size(kind: str, value: int | None) -> int | None:
    """How many people the employer has: demanded of a firm that is a member because it is small."""
    most = 24 if kind == "MICRO_ENTERPRISE" else 1_000_000
    if value is None and kind == "MICRO_ENTERPRISE":
        raise bad_input("`employerSize` is missing: a MICRO_ENTERPRISE says how many people it has, from 1 to 24.")
    if value is not None and not 1 <= value <= most:
        raise bad_input(f"`employerSize: {value}` is out of range: of a {kind} from 1 to {most:,}.")
    return value


def served_place(platform: Platform, code: str) -> str:
    """A division that exists and that the platform serves."""
    if code not in platform.divisions:
        raise NetError("UNKNOWN_DIVISION", f'No division has the code "{code}".')
    if not serves(platform, code):
        served = ", ".join(platform.serves)
        raise bad_input(f'`placeCode: "{code}"` lies outside what platform {platform.code} serves: {served}.')
    return code


def serves(platform: Platform, code: str) -> bool:
    """Whether the platform serves a division, if there is one of this code."""
    return code in platform.divisions and any(code.startswith(division_prefix(each)) for each in platform.serves)


def this_platform(platform: Platform, code: str) -> None:
    """`input.platform`, which routed the mutation here."""
    if code != platform.code:
        raise bad_input(f'`platform: "{code}"` is not this platform, which is {platform.code}.')
