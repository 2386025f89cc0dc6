"""A portal that vouches for its users, as tests have one: sites with keys, and tokens signed with them or forged."""

import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from chat.access.embed_tokens import EmbedTokens
from chat.access.embedding import Embedding
from chat.access.portal_tokens import PortalTokens
from chat.access.sites import Site, Sites

AUDIENCE = "reportqa"
SECRET = "一把只在测试里用的密钥-0123456789abcdef"
PORTAL = "https://portal.example.com"
EC_KEY = ECKey.generate_key("P-256")
RSA_KEY = RSAKey.generate_key(2048)
HR = Site("hr", (PORTAL,), "HS256", (OctKey.import_key(SECRET),))
EC = Site("ec", (PORTAL,), "ES256", (ECKey.import_key(EC_KEY.as_pem(private=False)),))
RSA = Site("rsa", (PORTAL,), "RS256", (RSAKey.import_key(RSA_KEY.as_pem(private=False)),))


def claims(*, now: float | None = None, **other: Any) -> dict[str, Any]:
    """What a portal says of 李明 of the sales department; a claim that is None is left out."""
    issued = int(time.time() if now is None else now)
    told = {
        "iss": "hr",
        "aud": AUDIENCE,
        "sub": "li.ming",
        "groups": ["sales"],
        "iat": issued,
        "exp": issued + 60,
        "jti": secrets.token_urlsafe(16),
    }
    return {name: value for name, value in (told | other).items() if value is not None}


def signed(told: dict[str, Any], key: Key = HR.keys[0], algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode({"alg": algorithm, **header}, told, key, algorithms=[algorithm])


def embedding(*sites: Site) -> Embedding:
    return Embedding(Sites(sites or (HR,)), PortalTokens(AUDIENCE), EmbedTokens())
