"""Tokens for tests, signed by somebody whose keys the tests make."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

PORTAL = RSAKey.generate_key(2048, {"kid": "portal", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "portal", "use": "sig"})
ELLIPTIC = ECKey.generate_key("P-256", {"kid": "elliptic"})
SECRET = "0123456789abcdef0123456789abcdef"


def signed(claims: Any, key: Any = PORTAL, algorithm: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": algorithm} | header, claims, key, algorithms=[algorithm])


def with_secret(claims: dict[str, Any], secret: str = SECRET) -> str:
    return signed(claims, OctKey.import_key(secret), "HS256")


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes = b"") -> str:
    """A token that no library would make: of any algorithm's name, with an HMAC of any bytes, or without a signature."""
    parts = [_encoded(json.dumps(each).encode()) for each in (header, claims)]
    signature = hmac.digest(secret, ".".join(parts).encode(), hashlib.sha256) if secret else b""
    return ".".join([*parts, _encoded(signature)])


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def claims(now: int | None = None, **changed: Any) -> dict[str, Any]:
    """What the portal says of Ming for the next minutes; a claim that is changed to None is left out."""
    now = int(time.time()) if now is None else now
    told = {
        "iss": "https://portal.example.com",
        "aud": "reportqa",
        "sub": "ming",
        "groups": ["研发部"],
        "iat": now,
        "exp": now + 300,
    } | changed
    return {name: value for name, value in told.items() if value is not None}
