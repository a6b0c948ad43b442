"""Sealing: what only the owner of a key may read, as compact JWE (ECDH-ES with A256GCM, P-256)."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from .errors import bad_input

HEADER = {"alg": "ECDH-ES", "enc": "A256GCM"}
# Nothing else is opened: neither by another algorithm, nor packed.
ALGORITHMS = list(HEADER.values())


async def own_key(connection: AsyncConnection[Any]) -> ECKey:
    """Our pair of keys: made by the first server that asks, and the same for all from then on."""
    made = ECKey.generate_key("P-256", auto_kid=False).as_dict(private=True)
    await connection.execute("INSERT INTO sealing_key (jwk) VALUES (%s) ON CONFLICT DO NOTHING", [Jsonb(made)])
    kept = await (await connection.execute("SELECT jwk FROM sealing_key")).fetchone()
    return ECKey.import_key(kept["jwk"] if kept else made)


def public_text(key: ECKey) -> str:
    """What others seal to: the public key alone, as `Platform.sealingKey` gives it."""
    jwk = key.as_dict(private=False)
    return json.dumps({name: jwk[name] for name in ("kty", "crv", "x", "y")}, separators=(",", ":"))


def seal(public_jwk: str, data: Mapping[str, Any]) -> str:
    """Seals `data`, as UTF-8 JSON, to a platform's public key."""
    return jwe.encrypt_compact(HEADER, json.dumps(data, ensure_ascii=False).encode(), public_key(public_jwk))


def open_sealed(key: ECKey, text: str) -> Any:
    """Opens what was sealed to us; no word of it is in a message."""
    try:
        return json.loads(jwe.decrypt_compact(text, key, algorithms=ALGORITHMS).plaintext or b"")
    except (JoseError, ValueError, TypeError, RecursionError):
        raise bad_input(
            "`sealed` cannot be opened: it is no compact JWE (ECDH-ES, A256GCM) of JSON to this platform's sealing key."
        ) from None


def public_key(text: str) -> ECKey:
    try:
        jwk = json.loads(text)
        # A private key in its place would seal too, and be read by everybody who passes it on.
        if isinstance(jwk, dict) and (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256") and "d" not in jwk:
            return ECKey.import_key(jwk)
    except (JoseError, ValueError, TypeError, RecursionError):
        pass  # not JSON, or a point that does not lie on the curve
    raise bad_input("`sealingKey` is no public JWK of P-256, as JSON text: take the target's `Platform.sealingKey`.")
