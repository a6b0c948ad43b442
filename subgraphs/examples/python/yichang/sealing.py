"""Sealing: what only the owner of a key may read, as compact JWE (ECDH-ES with A256GCM, P-256)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from psycopg import AsyncConnection, Connection
from psycopg.types.json import Jsonb

from .errors import bad_input
from .times import parse_time, show_time

HEADER = {"alg": "ECDH-ES", "enc": "A256GCM"}
# Nothing else is opened: neither by another algorithm, nor packed.
ALGORITHMS = list(HEADER.values())


async def ensure_key(connection: AsyncConnection[Any]) -> None:
    """Our pair of keys: made by the first server that starts, and the same for all from then on."""
    await connection.execute("INSERT INTO sealing_key (jwk) VALUES (%s) ON CONFLICT DO NOTHING", [Jsonb(new_jwk())])


async def own_keys(connection: AsyncConnection[Any]) -> Sequence[ECKey]:
    """The pair that is published, then those before it to which something may still be sealed."""
    row = await (await connection.execute("SELECT jwk FROM sealing_key")).fetchone()
    return [ECKey.import_key(pair_of(jwk)) for jwk in still_good(row["jwk"] if row else {"keys": []})]


def rotate(connection: Connection[Any], keep_days: float) -> ECKey:
    """A new pair, published from now on; the one before opens for some days more."""
    made, until = new_jwk(), show_time(datetime.now(UTC) + timedelta(days=keep_days))
    with connection.transaction():
        # Before any server has started there is none.
        connection.execute("INSERT INTO sealing_key (jwk) VALUES (%s) ON CONFLICT DO NOTHING", [Jsonb(made)])
        row = connection.execute("SELECT jwk FROM sealing_key FOR UPDATE").fetchone()
        kept = [{"until": until, **jwk} for jwk in still_good(row["jwk"] if row else made) if jwk != made]
        connection.execute("UPDATE sealing_key SET jwk = %s", [Jsonb({"keys": [made, *kept]})])
    return ECKey.import_key(made)


def new_jwk() -> dict[str, Any]:
    return dict(ECKey.generate_key("P-256", auto_kid=False).as_dict(private=True))


def still_good(kept: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of a set, the newest first, without those whose time is over; before any rotation a key stands alone."""
    now = datetime.now(UTC)
    return [jwk for jwk in kept.get("keys", [kept]) if "until" not in jwk or parse_time(jwk["until"]) > now]


def pair_of(jwk: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name != "until"}


def public_text(key: ECKey) -> str:
    """What others seal to: the public key alone, as `Platform.sealingKey` gives it."""
    jwk = key.as_dict(private=False)
    return json.dumps({name: jwk[name] for name in ("kty", "crv", "x", "y")}, separators=(",", ":"))


def seal(public_jwk: str, data: Mapping[str, Any]) -> str:
    """Seals `data`, as UTF-8 JSON, to a platform's public key."""
    return jwe.encrypt_compact(HEADER, json.dumps(data, ensure_ascii=False).encode(), public_key(public_jwk))


def open_sealed(keys: Sequence[ECKey], text: str) -> Any:
    """Opens what was sealed to one of our keys; no word of it is in a message."""
    for key in keys:
        try:
            return json.loads(jwe.decrypt_compact(text, key, algorithms=ALGORITHMS).plaintext or b"")
        except (JoseError, ValueError, TypeError, RecursionError):
            pass  # sealed to another one, or to none
    raise bad_input(
        "`sealed` cannot be opened: it is no compact JWE (ECDH-ES, A256GCM) of JSON to this platform's sealing key."
    )


def public_key(text: str) -> ECKey:
    try:
        jwk = json.loads(text)
        # A private key in its place would seal too, and be read by everybody who passes it on.
        if isinstance(jwk, dict) and (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256") and "d" not in jwk:
            return ECKey.import_key(jwk)
    except (JoseError, ValueError, TypeError, RecursionError):
        pass  # not JSON, or a point that does not lie on the curve
    raise bad_input("`sealingKey` is no public JWK of P-256, as JSON text: take the target's `Platform.sealingKey`.")
