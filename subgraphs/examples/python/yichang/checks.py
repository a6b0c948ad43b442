"""What inputs are checked for: each refusal names the field, the value and the limit."""

import re
import unicodedata

from .context import Platform
from .errors import NetError, bad_input
from .ids import division_prefix

_LONG_NUMBER = re.compile(r"[0-9]{7}")


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


def served_place(platform: Platform, code: str) -> str:
    """A division that exists and that the platform serves."""
    if code not in platform.divisions:
        raise NetError("UNKNOWN_DIVISION", f'No division has the code "{code}".')
    if not any(code.startswith(division_prefix(served)) for served in platform.serves):
        served = ", ".join(platform.serves)
        raise bad_input(f'`placeCode: "{code}"` lies outside what platform {platform.code} serves: {served}.')
    return code


def this_platform(platform: Platform, code: str) -> None:
    """`input.platform`, which routed the mutation here."""
    if code != platform.code:
        raise bad_input(f'`platform: "{code}"` is not this platform, which is {platform.code}.')
