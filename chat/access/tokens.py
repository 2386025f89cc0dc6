"""Signed tokens of others (JWT): whether one is theirs, meant for us, and of now.

The algorithms are those of the configuration, never what a token names; nothing that a token points at (jku, x5u, jwk) is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chat.access.caller import NotKnown
from ingest.errors import UserError
from ingest.language import message
from ingest.system_errors import system_reason

Algorithm = Literal["HS256", "RS256", "PS256", "ES256", "EdDSA"]
SKEW_SECONDS = 60
MOST_CHARS = 16_000
NAME_CHARS = 200
MOST_GROUPS = 500
_SECRET_BYTES = 32
# What a key has to be for each algorithm, so that one is never taken for another's: a public key is no secret.
_KINDS: Mapping[str, Literal["oct", "RSA", "EC", "OKP"]] = {
    "HS256": "oct",
    "RS256": "RSA",
    "PS256": "RSA",
    "ES256": "EC",
    "EdDSA": "OKP",
}
_SIGNATURES = {"EdDSA": ("EdDSA", "Ed25519")}

Keys = Any  # of joserfc: a key or a set of them


class BadKey(UserError):
    """A configured key or secret that cannot check anything."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say. longest: seconds from its issue to its end, None for any."""

    issuer: str
    audience: str
    algorithms: tuple[Algorithm, ...]
    longest: int | None = None


def shared_secret(secret: str, variable: str) -> Keys:
    """The key that a secret of an environment variable is.

    Raises:
        BadKey: it is not set, or so short that somebody might guess it.
    """
    from joserfc.jwk import OctKey  # noqa: PLC0415 - cryptography, which `--help` does not need

    if len(secret.encode()) < _SECRET_BYTES:
        raise BadKey(
            message("环境变量 {variable} 没有设置，或不足 {least} 个字节", variable=variable, least=_SECRET_BYTES)
        )
    return OctKey.import_key(secret)


def keys_of_file(path: Path, algorithm: Algorithm) -> Keys:
    """The public key (PEM) or keys (JWKS) of a file.

    Raises:
        BadKey: there is none in it that the algorithm can use.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above
    from joserfc.jwk import import_key  # noqa: PLC0415

    try:
        text = path.read_text("utf-8")
        return keys_of_set(text) if text.lstrip().startswith("{") else import_key(text, _KINDS[algorithm])
    except OSError as error:
        raise BadKey(message("{path}：无法读取公钥（{reason}）", path=path, reason=system_reason(error))) from error
    except (ValueError, JoseError) as error:
        raise BadKey(
            message("{path}：不是可用于 {algorithm} 的 PEM 或 JWKS 公钥", path=path, algorithm=algorithm)
        ) from error


def keys_of_set(written: str | bytes) -> Keys:
    """The keys of a JWKS; those of kinds that are not known are left out.

    Raises:
        ValueError: it is none, or has no key.
    """
    import json  # noqa: PLC0415

    from joserfc.errors import JoseError  # noqa: PLC0415 - as above
    from joserfc.jwk import KeySet, import_key  # noqa: PLC0415

    told = json.loads(written)
    keys: list[Keys] = []
    for each in told.get("keys", []) if isinstance(told, dict) else []:
        # A secret has no place among public keys, and one that is none must not become one.
        if isinstance(each, dict) and each.get("kty") in ("RSA", "EC", "OKP") and each.get("use", "sig") == "sig":
            try:
                keys.append(import_key(each, each["kty"]))
            except (ValueError, JoseError):
                continue
    if not keys:
        raise ValueError("a set without a key")
    return KeySet(keys)


def claims_of(token: str, keys: Keys, expected: Expected, now: float) -> dict[str, Any]:
    """What a token says, where it holds now.

    Raises:
        NotKnown: it does not. The reason says nothing of what stands in it.
    """
    from joserfc import jwt  # noqa: PLC0415 - as above
    from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415

    if len(token) > MOST_CHARS:
        raise NotKnown("a token that is too long")
    allowed = [name for each in expected.algorithms for name in _SIGNATURES.get(each, (each,))]
    try:
        claims = jwt.decode(token, keys, algorithms=allowed).claims
    except InvalidKeyIdError as error:
        raise UnknownKey("a token by a key that is not there") from error
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotKnown(f"a token that is not signed as it should be ({type(error).__name__})") from error
    _check(claims, expected, now)
    return claims


class UnknownKey(NotKnown):
    """A token names a key that is not among those there are."""


def _check(claims: object, expected: Expected, now: float) -> None:
    if not isinstance(claims, dict):
        raise NotKnown("a token without claims")
    if claims.get("iss") != expected.issuer:
        raise NotKnown("a token of another issuer")
    audience = claims.get("aud")
    if expected.audience not in (audience if isinstance(audience, list) else [audience]):
        raise NotKnown("a token for somebody else")
    ends, issued, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if ends is None or ends <= now - SKEW_SECONDS:
        raise NotKnown("a token that has expired, or never does")
    if any(moment is not None and moment > now + SKEW_SECONDS for moment in (issued, begins)):
        raise NotKnown("a token of the future")
    if expected.longest is not None and (issued is None or ends - issued > expected.longest):
        raise NotKnown("a token that holds for too long")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    moment = claims.get(name)
    if moment is not None and (isinstance(moment, bool) or not isinstance(moment, int | float)):
        raise NotKnown(f"a token whose {name} is no time")
    return moment


def name_in(claims: Mapping[str, Any], claim: str) -> str:
    """Who a token is about.

    Raises:
        NotKnown: it does not say, or not in a way that can be written down.
    """
    name = claims.get(claim)
    if not isinstance(name, str) or not 0 < len(name) <= NAME_CHARS or not name.isprintable():
        raise NotKnown("a token that names nobody")
    return name


def groups_in(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Which groups they are of; none where it does not say.

    Raises:
        NotKnown: it says so in no list of names.
    """
    groups = claims.get(claim, [])
    groups = [groups] if isinstance(groups, str) else groups
    if (
        not isinstance(groups, Sequence)
        or len(groups) > MOST_GROUPS
        or not all(isinstance(each, str) for each in groups)
    ):
        raise NotKnown("a token whose groups are no list of names")
    return frozenset(groups)
